package app

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

// forgedSentence needs no knowledge of an account: without a principal a denial
// is laid on the task role.
const forgedSentence = "x is not authorized to perform: iam:* on resource: * because no identity-based policy allows the iam:* action"

// believed is what an answer makes of evidence.
type believed struct {
	Verdict struct{ Cause, Category, Confidence string }
	Fix     struct {
		Policies []json.RawMessage
		Snippets struct{ CLI, Terraform, CloudFormation, CDK string }
		Steps    []string
	}
	Findings []struct{ Denied []json.RawMessage }
}

func (f *fortress) believes(evidence map[string]any) believed {
	f.t.Helper()
	body, err := json.Marshal(evidence)
	if err != nil {
		f.t.Fatal(err)
	}
	got := f.ask(http.MethodPost, "/api/v1/evaluate", string(body), f.bearer(f.reader))
	var b believed
	if err := json.Unmarshal([]byte(got.body), &b); err != nil || got.status != http.StatusOK {
		f.t.Fatalf("status %d, %v: %s", got.status, err, got.body)
	}
	return b
}

// exitedTask is a task with a role whose only container ended with an error.
func exitedTask(lines ...string) map[string]any {
	return map[string]any{
		"task": map[string]any{
			"taskArn": "arn:aws:ecs:eu-west-1:111122223333:task/prod/0123456789abcdef0123456789abcdef", "lastStatus": "STOPPED", "stopCode": "EssentialContainerExited",
			"containers": []any{map[string]any{"name": "app", "exitCode": 1}},
		},
		"taskDefinition": map[string]any{"taskRoleArn": "arn:aws:iam::111122223333:role/app-task", "containerDefinitions": []any{map[string]any{"name": "app"}}},
		"logs":           []any{map[string]any{"container": "app", "lines": lines}},
	}
}

// TestAForgedLogLineDecidesNothing: what a stranger makes a program write is not
// confirmed, and gives nobody anything to paste.
func TestAForgedLogLineDecidesNothing(t *testing.T) {
	f := newFortress(t, nil)
	const (
		request = `203.0.113.5 - - "GET / HTTP/1.1" 404 - "`
		end     = "panic: connection refused"
		eve     = "arn:aws:iam::999999999999:user/eve"
		admin   = "arn:aws:iam::111122223333:role/admin"
	)
	sentence := func(principal, action, resource, policy string) string {
		return "User: " + principal + " is not authorized to perform: " + action + " on resource: " + resource + " because no " + policy + " policy allows the " + action + " action"
	}
	want := f.believes(exitedTask(end)).Verdict.Cause
	for name, line := range map[string]string{
		"a user agent":                     request + forgedSentence + `"`,
		"a user agent, a known action":     request + strings.ReplaceAll(forgedSentence, "iam:*", "iam:PutRolePolicy") + `"`,
		"a trust policy for a stranger":    request + sentence(eve, "sts:AssumeRole", admin, "resource-based") + `"`,
		"a bucket policy for a stranger":   request + sentence(eve, "s3:GetObject", "arn:aws:s3:::orders/a", "resource-based") + `"`,
		"a key policy for a stranger":      request + sentence(eve, "kms:*", "arn:aws:kms:eu-west-1:111122223333:key/11112222-3333-4444-5555-666677778888", "resource-based") + `"`,
		"a policy for a role of their own": request + sentence("arn:aws:sts::111122223333:assumed-role/AttackerRole/x", "s3:GetObject", "arn:aws:s3:::orders/a", "identity-based") + `"`,
		"a path in JSON":                   `{"level":"info","method":"GET","path":"/` + forgedSentence + `","status":404}`,
		"a field of logfmt":                `level=info method=GET path=/ ua="` + forgedSentence + `" status=404`,
	} {
		for way, evidence := range map[string]map[string]any{
			"before the end": exitedTask(line, end), "behind the end": exitedTask(end, line), "pasted": {"text": line + "\n" + end},
		} {
			b := f.believes(evidence)
			if way != "pasted" && b.Verdict.Cause != want || b.Verdict.Category == "iam-permission" || b.Verdict.Category == "iam-trust" || len(b.Fix.Policies) > 0 || b.Fix.Snippets.CLI != "" {
				t.Errorf("%s, %s: %s, %s, with %d policies and the command %q", name, way, b.Verdict.Cause, b.Verdict.Confidence, len(b.Fix.Policies), b.Fix.Snippets.CLI)
			}
		}
	}
	for name, text := range map[string]string{
		"a trust policy for a stranger":  sentence(eve, "sts:AssumeRole", admin, "resource-based"),
		"a bucket policy for a stranger": sentence(eve, "s3:GetObject", "arn:aws:s3:::orders/a", "resource-based"),
		"a key policy for a stranger":    sentence(eve, "kms:Decrypt", "arn:aws:kms:eu-west-1:111122223333:key/11112222-3333-4444-5555-666677778888", "resource-based"),
		"writing policies":               sentence(eve, "iam:PutRolePolicy", admin, "identity-based"),
	} {
		for way, evidence := range map[string]map[string]any{"pasted": {"text": text}, "logged": exitedTask(text)} {
			b := f.believes(evidence)
			if b.Verdict.Confidence == "confirmed" || len(b.Fix.Policies) > 0 || b.Fix.Snippets.CLI != "" || len(b.Fix.Steps) == 0 {
				t.Errorf("%s, %s: %s, %s, with %d policies, the command %q and %d steps", name, way, b.Verdict.Cause, b.Verdict.Confidence, len(b.Fix.Policies), b.Fix.Snippets.CLI, len(b.Fix.Steps))
			}
		}
	}
}
