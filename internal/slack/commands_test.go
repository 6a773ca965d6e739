package slack

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"whystopped/internal/casebook"
	"whystopped/internal/diagnose"
	"whystopped/internal/diagnose/verdict"
	"whystopped/internal/iampolicy"
	"whystopped/internal/words"
)

const taskARN = "arn:aws:ecs:eu-west-1:111122223333:task/prod/0f1e2d3c4b5a69788796a5b4c3d2e1f0"

func sampleDiagnosis() diagnose.Diagnosis {
	const role = "arn:aws:iam::111122223333:role/api-exec"
	to := &diagnose.AttachTo{Kind: verdict.ExecutionRole, ARN: role, Name: "api-exec"}
	id := verdict.Identity{Kind: verdict.ExecutionRole, ARN: role}
	return diagnose.Diagnosis{
		ID: "0123456789abcdefghjkmnpq",
		Task: diagnose.TaskView{
			ARN: taskARN, ID: "0f1e2d3c4b5a69788796a5b4c3d2e1f0", Cluster: "prod", Account: "111122223333", Region: "eu-west-1", Group: "service:api",
		},
		Verdict: diagnose.Verdict{
			Cause: "startup.secretsmanager.denied", Phase: verdict.PhaseStartup, Identity: id, Category: verdict.IAMPermission,
			Confidence: verdict.Confirmed, Title: words.Plain("The execution role may not read the secret db-password"), Summary: words.Plain("ECS could not fetch the secret, so no container was started."),
		},
		Findings: []diagnose.Finding{{
			Primary:  true,
			Evidence: []diagnose.Quote{{Source: "task.stoppedReason", Text: "AccessDeniedException: User is not authorized to perform: secretsmanager:GetSecretValue"}},
		}},
		Fix: diagnose.Fix{
			Summary: words.Plain("Add this policy to the execution role."), AttachTo: to,
			Policies: []diagnose.Policy{{
				Purpose: "denied", Kind: "identity-policy", AttachTo: to, Verified: diagnose.Verified{Status: "allowed"},
				Document: iampolicy.Document{Version: iampolicy.Version, Statement: []iampolicy.Statement{{
					Effect: "Allow", Action: []string{"secretsmanager:GetSecretValue"}, Resource: []string{"arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-password-AbCdEf"},
				}}},
			}},
			Steps: words.PlainLines("Deploy the service again."),
		},
	}
}

func TestACommandIsAnsweredAtOnceAndThenWithTheVerdict(t *testing.T) {
	w := newWorld(t).run()
	mayEnd := make(chan struct{})
	w.book.diagnose = func(pasted string) (diagnose.Diagnosis, error) {
		<-mayEnd
		if pasted != taskARN {
			t.Errorf("asked for %q, want %q", pasted, taskARN)
		}
		return sampleDiagnosis(), nil
	}
	answer := w.command(" " + taskARN + " ")
	if text, _ := answer["text"].(string); answer["response_type"] != forOne || !strings.Contains(text, "Diagnosing `"+taskARN) {
		t.Errorf("the first answer is %v, want one for who asked that says what is looked at", answer)
	}
	w.slack.receiveNone(t)
	close(mayEnd)

	got := w.slack.receive(t)
	if got.Path != "/answers/secret-part" || got.JSON["response_type"] != forAll || got.Token != "" {
		t.Errorf("the verdict went to %s as %v with token %q", got.Path, got.JSON["response_type"], got.Token)
	}
	texts := textsOf(t, got.Blocks())
	all := strings.Join(texts, "\n")
	for _, want := range []string{
		"*The execution role may not read the secret db-password*", "Task execution role `api-exec`", "Confirmed", "Startup",
		"`prod/0f1e2d3c4b5a69788796a5b4c3d2e1f0`", "Add this policy", "• Deploy the service again.", "verified in the IAM policy simulator",
		"AccessDeniedException", "<https://why.example.com/ecs/d/0123456789abcdefghjkmnpq|Open the report>", "<@U0123456789>",
	} {
		if !strings.Contains(all, want) {
			t.Errorf("the verdict lacks %q:\n%s", want, all)
		}
	}
	checkPolicy(t, texts, sampleDiagnosis().Fix.Policies[0].Document)
}

// checkPolicy finds the policy in a code block, whole and ready to be pasted.
func checkPolicy(t *testing.T, texts []string, want iampolicy.Document) {
	t.Helper()
	for _, text := range texts {
		_, code, ok := strings.Cut(text, "```\n")
		if !ok || !strings.HasPrefix(code, "{") {
			continue
		}
		code, _, _ = strings.Cut(code, "\n```")
		var got iampolicy.Document
		if err := json.Unmarshal([]byte(code), &got); err != nil {
			t.Errorf("the policy %q cannot be read: %v", code, err)
		}
		if got.Statement[0].Resource[0] != want.Statement[0].Resource[0] {
			t.Errorf("the policy is for %v, want %v", got.Statement, want.Statement)
		}
		return
	}
	t.Errorf("no code block holds a policy: %q", texts)
}

func TestABadReferenceIsToldWhatToPaste(t *testing.T) {
	for _, text := range []string{"", "help", "what?", "arn:aws:ecs:eu-west-1:111122223333:task-definition/api:7", strings.Repeat("x", 5000), "<!channel>"} {
		w := newWorld(t).run() // a call of the casebook fails the test
		answer := w.command(text)
		blocks, _ := json.Marshal(answer["blocks"])
		if answer["response_type"] != forOne || !strings.Contains(string(blocks), "CLUSTER/ID") {
			t.Errorf("%q is answered with %v, want what to paste, for who asked only", text, answer)
		}
		if strings.Contains(string(blocks), "<!") {
			t.Errorf("%q calls somebody: %s", text, blocks)
		}
	}
	w := newWorld(t)
	if answer := w.command("arn:aws:ecs:eu-west-1:111122223333:task-definition/api:7"); !strings.Contains(answer["text"].(string), "task definition") {
		t.Errorf("the answer %v does not name what was pasted", answer["text"])
	}
}

func TestAFailureIsToldToWhoAskedOnly(t *testing.T) {
	tests := []struct {
		name      string
		err       error
		want, not string
	}{
		{"one for people", &casebook.Error{Kind: casebook.UnknownTask, Message: "ECS knows nothing of it.", Err: errors.New("inner detail")}, "ECS knows nothing of it.", "inner detail"},
		{"AWS's", &casebook.Error{Kind: casebook.Unreachable, Message: "AWS did not answer <in time>."}, "AWS did not answer &lt;in time&gt;.", "<in"},
		{"our own", errors.New("inner detail"), "Internal error", "inner detail"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t).run()
			w.book.diagnose = func(string) (diagnose.Diagnosis, error) { return diagnose.Diagnosis{}, test.err }
			w.command("prod/0f1e2d3c4b5a69788796a5b4c3d2e1f0")
			got := w.slack.receive(t)
			text, _ := got.JSON["text"].(string)
			if got.JSON["response_type"] != forOne || !strings.Contains(text, test.want) || strings.Contains(text, test.not) {
				t.Errorf("answered as %v with %q, want %q without %q", got.JSON["response_type"], text, test.want, test.not)
			}
		})
	}
}

func TestAPanicEndsOneCommandOnly(t *testing.T) {
	w := newWorld(t).run()
	w.book.diagnose = func(pasted string) (diagnose.Diagnosis, error) {
		if strings.HasPrefix(pasted, "bad") {
			panic("made up")
		}
		return sampleDiagnosis(), nil
	}
	for range 2 * workers {
		w.command("bad/0f1e2d3c4b5a69788796a5b4c3d2e1f0")
		w.clock.advance(time.Second) // another signature
	}
	w.command(taskARN)
	if got := w.slack.receive(t); got.JSON["response_type"] != forAll {
		t.Errorf("the command behind the panics is answered with %v", got.JSON)
	}
}

func TestAReplayedCommandIsRefused(t *testing.T) {
	w := newWorld(t)
	body := w.commandBody(taskARN)
	h := sign(secret, w.clock.Now(), body)
	if got := w.send("/slack/commands", formType, body, h); got.Code != http.StatusOK {
		t.Fatalf("status %d, want 200", got.Code)
	}
	w.clock.advance(signatureWindow)
	for _, change := range []func(string) string{strings.ToLower, func(s string) string { return "v0=" + strings.ToUpper(s[3:]) }} {
		again := h.Clone()
		again.Set(signatureHeader, change(h.Get(signatureHeader)))
		if got := w.send("/slack/commands", formType, body, again); got.Code != http.StatusUnauthorized {
			t.Errorf("replayed: status %d, want 401", got.Code)
		}
	}
	if n := len(w.bot.work); n != 1 {
		t.Errorf("%d commands wait to be done, want 1", n)
	}
}

func TestAnswersGoToSlackOnly(t *testing.T) {
	w := newWorld(t)
	for address, want := range map[string]int{
		"https://hooks.slack.com/commands/T1/1/x":     200,
		"https://hooks.slack-gov.com/commands/T1/1/x": 200,
		"http://hooks.slack.com/commands/T1/1/x":      400,
		"https://hooks.slack.com.example.com/x":       400,
		"https://example.com/hooks.slack.com":         400,
		"https://me@hooks.slack.com/x":                400,
		"https://hooks.slack.com:8443/x":              400,
		"https://notslack.com/x":                      400,
		"http://169.254.169.254/latest/meta-data":     400,
		"": 400,
		"https://hooks.slack.com@169.254.169.254/meta": 400,
	} {
		body := url.Values{"command": {"/whystopped"}, "text": {"help"}, "response_url": {address}}.Encode()
		if got := w.send("/slack/commands", formType, body, sign(secret, w.clock.Now(), body)); got.Code != want {
			t.Errorf("%s: status %d, want %d", address, got.Code, want)
		}
	}
}

func TestTheQueueIsBounded(t *testing.T) {
	w := newWorld(t) // nobody works
	for range maxWaiting {
		w.command(taskARN)
		w.clock.advance(time.Second)
	}
	if text := w.command(taskARN)["text"].(string); !strings.Contains(text, "Too many") {
		t.Errorf("one too many is told %q", text)
	}
}
