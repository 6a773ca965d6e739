package app

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"whystopped/internal/diagnose"
)

// widening is evidence of which each line would, if it were believed as it stands,
// open everything.
func widening() map[string]map[string]any {
	const (
		session = "arn:aws:sts::111122223333:assumed-role/orders-task/0123456789abcdef0123456789abcdef"
		denied  = " is not authorized to perform: "
	)
	all := map[string]map[string]any{}
	for _, line := range []string{
		session + denied + "s3:* on resource: *",
		session + denied + "iam:* on resource: *",
		session + denied + "iam:Attach* on resource: *",
		session + denied + "foo:Bar*Baz on resource: *",
		session + denied + "secretsmanager:GetSecretValue on resource: *",
		session + denied + "secretsmanager:GetSecretValue on resource: arn:aws:secretsmanager:eu-west-1:111122223333:secret:*",
		session + denied + "secretsmanager:GetSecretValue on resource: tenants/*",
		session + denied + `s3:GetObject on resource: "arn:aws:s3:::orders/*"`,
		session + denied + "s3:GetObject on resource: arn:*:s3:::*/*",
		session + denied + "lambda:InvokeFunction on resource: arn:aws:lambda:*:*:function:*",
		session + denied + "iam:PassRole on resource: arn:aws:iam::111122223333:role/*",
		"arn:aws:sts::111122223333:assumed-role/*/x" + denied + "sqs:SendMessage on resource: arn:aws:sqs:eu-west-1:111122223333:jobs because no VPC endpoint policy allows the sqs:SendMessage action",
		"arn:aws:iam::*:root" + denied + "sts:AssumeRole on resource: arn:aws:iam::111122223333:role/admin because no role trust policy allows the sts:AssumeRole action",
	} {
		all[line] = map[string]any{"text": "User: " + line}
	}
	for _, record := range []map[string]any{
		{"eventSource": "s3.amazonaws.com", "eventName": "*"},
		{"eventSource": "s3.amazonaws.com", "eventName": "Get*"},
		{"eventSource": "s3.amazonaws.com", "eventName": "X\nY"},
		{"eventSource": "*.amazonaws.com", "eventName": "GetObject"},
		{"eventSource": "secretsmanager.amazonaws.com", "eventName": "GetSecretValue", "requestParameters": map[string]any{"secretId": "prod/*"}},
		{"eventSource": "s3.amazonaws.com", "eventName": "GetObject", "requestParameters": map[string]any{"bucketName": "*", "key": "*"}},
		{"eventSource": "dynamodb.amazonaws.com", "eventName": "GetItem", "awsRegion": "*", "requestParameters": map[string]any{"tableName": "*"}},
	} {
		record["errorCode"], record["userIdentity"] = "AccessDenied", map[string]any{"arn": session}
		name, _ := json.Marshal(record)
		all[string(name)] = map[string]any{"cloudtrail": []any{record}}
	}
	for _, value := range []string{"arn:aws:secretsmanager:eu-west-1:111122223333:secret:*", "arn:aws:ssm:*:*:parameter/*", "arn:aws:s3:::*"} {
		all[value] = map[string]any{
			"task": map[string]any{
				"taskArn": "arn:aws:ecs:eu-west-1:111122223333:task/prod/0123456789abcdef0123456789abcdef", "stopCode": "TaskFailedToStart",
				"stoppedReason": "ResourceInitializationError: unable to pull secrets or registry auth: AccessDeniedException: User: arn:aws:sts::111122223333:assumed-role/orders-exec/0123456789abcdef0123456789abcdef" +
					denied + "ecr:GetAuthorizationToken on resource: * because no identity-based policy allows the ecr:GetAuthorizationToken action",
			},
			"taskDefinition": map[string]any{"executionRoleArn": "arn:aws:iam::111122223333:role/orders-exec", "containerDefinitions": []any{map[string]any{
				"name": "app", "image": "111122223333.dkr.ecr.eu-west-1.amazonaws.com/*:1", "secrets": []any{map[string]any{"name": "A", "valueFrom": value}},
				"environmentFiles": []any{map[string]any{"type": "s3", "value": value}},
			}}},
		}
	}
	return all
}

// open are the wildcards that a document may have: what IAM takes literally, the
// ends of names that AWS makes up, and "*" for what has no resources.
var open = regexp.MustCompile(`\$\{[*?$]\}|-\?{6}"|:\*"|"ecr:GetAuthorizationToken"\],"Resource":\["\*"\]`)

func TestNoWildcardOfTheEvidenceIsPrinted(t *testing.T) {
	f := newFortress(t, nil)
	policies := 0
	for name, evidence := range widening() {
		body, err := json.Marshal(evidence)
		if err != nil {
			t.Fatal(err)
		}
		got := f.ask(http.MethodPost, "/api/v1/evaluate", string(body), f.bearer(f.reader))
		var d diagnose.Diagnosis
		if err := json.Unmarshal([]byte(got.body), &d); err != nil || got.status != http.StatusOK {
			t.Fatalf("%s: status %d: %s", name, got.status, got.body)
		}
		for _, p := range d.Fix.Policies {
			policies++
			document, err := json.Marshal(p.Document)
			if err != nil {
				t.Fatal(err)
			}
			if rest := open.ReplaceAllString(string(document), ""); strings.ContainsAny(rest, "*?") {
				t.Errorf("%s: prints %s", name, document)
			}
			if p.Placeholders == nil {
				t.Errorf("%s: placeholders are null", name)
			}
		}
		for _, snippet := range []string{d.Fix.Snippets.CLI, d.Fix.Snippets.Terraform, d.Fix.Snippets.CloudFormation, d.Fix.Snippets.CDK} {
			for _, wide := range []string{`"iam:*"`, `"s3:*"`, "role/*", "secret:*", ":::*", "arn:*", "function:*", "parameter/*", "repository/*", `:root"`} {
				if strings.Contains(snippet, wide) {
					t.Errorf("%s: a snippet has %s:\n%s", name, wide, snippet)
				}
			}
		}
	}
	if policies < 10 {
		t.Errorf("only %d policies: the test looks at nothing", policies)
	}
}
