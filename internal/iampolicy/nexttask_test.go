package iampolicy

import (
	"strings"
	"testing"
)

func TestForNextTask(t *testing.T) {
	tests := []struct{ action, resource, want, beyond string }{
		{"s3:PutObject", "arn:aws:s3:::invoices/2026/11/inv-4711.pdf", "arn:aws:s3:::invoices/2026/11/*", "every other object under invoices/2026/11/"},
		{"s3:GetObject", "arn:aws:s3:::invoices/latest.json", "arn:aws:s3:::invoices/*", "every other object under invoices/"},
		{"s3:GetObject", "arn:aws:s3:eu-north-1:111122223333:accesspoint/billing/object/in/a.csv", "arn:aws:s3:eu-north-1:111122223333:accesspoint/billing/object/in/*", "every other object under accesspoint/billing/object/in/"},
		{"s3:PutObject", "arn:aws:s3:::invoices/a*/b?.pdf", "arn:aws:s3:::invoices/a${*}/*", "every other object under invoices/a*/"},
		{"ecs:UpdateTaskProtection", "arn:aws:ecs:eu-north-1:111122223333:task/core/3b2a190807f6e5d4c3b2a190807f6e5d", "arn:aws:ecs:eu-north-1:111122223333:task/core/*", "every other task in core"},
		{"ecs:RunTask", "arn:aws:ecs:eu-north-1:111122223333:task-definition/ledger:12", "arn:aws:ecs:eu-north-1:111122223333:task-definition/ledger:*", "every other revision of ledger"},
		{"states:StopExecution", "arn:aws:states:eu-north-1:111122223333:execution:closing:8f6e", "arn:aws:states:eu-north-1:111122223333:execution:closing:*", "every other execution of closing"},
		{"lambda:InvokeFunction", "arn:aws:lambda:eu-north-1:111122223333:function:resize:41", "arn:aws:lambda:eu-north-1:111122223333:function:resize:*", "every other version and every alias of resize"},
		{"batch:TerminateJob", "arn:aws:batch:eu-north-1:111122223333:job/4b5a6978-8796-45b4-83d2-e1f00f1e2d3c", "arn:aws:batch:eu-north-1:111122223333:job/*", "every other job in the account and Region"},
		{"ssm:TerminateSession", "arn:aws:ssm:eu-north-1:111122223333:session/erin-0a1b2c", "arn:aws:ssm:eu-north-1:111122223333:session/*", "every other session in the account and Region"},
		{"emr-serverless:GetJobRun", "arn:aws:emr-serverless:eu-north-1:111122223333:/applications/00f1/jobruns/00f9", "arn:aws:emr-serverless:eu-north-1:111122223333:/applications/00f1/jobruns/*", "every other job run of the application"},
		// What lasts, and what is a pattern already.
		{"s3:ListBucket", "arn:aws:s3:::invoices", "", ""},
		{"s3:GetObject", "arn:aws:s3:::invoices/2026/*", "", ""},
		{"s3:GetObject", "arn:aws:s3:::invoices/????", "", ""},
		{"lambda:InvokeFunction", "arn:aws:lambda:eu-north-1:111122223333:function:resize:live", "", ""},
		{"lambda:InvokeFunction", "arn:aws:lambda:eu-north-1:111122223333:function:resize", "", ""},
		{"dynamodb:PutItem", "arn:aws:dynamodb:eu-north-1:111122223333:table/ledger", "", ""},
		{"secretsmanager:GetSecretValue", "arn:aws:secretsmanager:eu-north-1:111122223333:secret:ledger/db-Ab12Cd", "", ""},
		{"logs:PutLogEvents", "arn:aws:logs:eu-north-1:111122223333:log-group:/ecs/ledger:log-stream:app/3b2a", "", ""},
		{"kms:Decrypt", "arn:aws:kms:eu-north-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab", "", ""},
		{"s3:GetObject", "", "", ""}, // words to replace
	}
	for _, tt := range tests {
		exact, _ := Allow([]Request{{Action: tt.action, Resource: tt.resource}}, Context{Partition: "aws", Region: "eu-north-1", Account: "111122223333"})
		next, widened := exact.ForNextTask()
		if tt.want == "" {
			if len(widened) > 0 {
				t.Errorf("%s on %s is widened to %s", tt.action, tt.resource, widened[0].Pattern)
			}
			continue
		}
		if len(widened) != 1 || widened[0].Pattern != tt.want || !strings.Contains(Beyond(widened, nil).English, tt.beyond+".") {
			t.Errorf("%s on %s: %+v, want %s", tt.action, tt.resource, widened, tt.want)
			continue
		}
		if got := next.Statement[0].Resource[0]; got != tt.want {
			t.Errorf("the document has %s, want %s", got, tt.want)
		}
		if exact.Statement[0].Resource[0] == tt.want {
			t.Errorf("%s: the exact document was changed", tt.resource)
		}
		if passed := Gate(next, KindIdentity); len(passed.Refused) > 0 {
			t.Errorf("%s does not pass the gate: %q", tt.want, passed.Refused)
		}
	}
}

func TestTheGateLetsNoOtherPatternThrough(t *testing.T) {
	for _, tt := range []struct{ action, resource string }{
		{"ecs:StopTask", "arn:aws:ecs:eu-north-1:111122223333:task/*"},
		{"ecs:StopTask", "arn:aws:ecs:eu-north-1:111122223333:task/*/3b2a190807f6e5d4c3b2a190807f6e5d"},
		{"ecs:RunTask", "arn:aws:ecs:eu-north-1:111122223333:task-definition/*"},
		{"lambda:InvokeFunction", "arn:aws:lambda:eu-north-1:111122223333:function:*"},
		{"states:StopExecution", "arn:aws:states:eu-north-1:111122223333:execution:*:8f6e"},
		{"s3:GetObject", "arn:aws:s3:::*/key"},
	} {
		doc := Document{Version: Version, Statement: []Statement{{Effect: "Allow", Action: []string{tt.action}, Resource: []string{tt.resource}}}}
		if passed := Gate(doc, KindIdentity); len(passed.Document.Statement) > 0 {
			t.Errorf("%s on %s passes the gate", tt.action, tt.resource)
		}
	}
}
