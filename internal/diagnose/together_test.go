package diagnose_test

import (
	"encoding/json"
	"strings"
	"testing"

	"whystopped/internal/words"
)

// As AWS writes of a role of the ledger service that was denied a call.
func deniedTo(role, action, resource string) string {
	return "User: arn:aws:sts::111122223333:assumed-role/" + role + "/3b2a190807f6e5d4c3b2a190807f6e5d is not authorized to perform: " + action + " on resource: " + resource
}

func byIdentity(role, action, resource string) string {
	return deniedTo(role, action, resource) + " because no identity-based policy allows the " + action + " action"
}

// ledgerCrash is a task of the ledger service that ended by an error of its program.
func ledgerCrash(logLines ...string) string {
	lines, err := json.Marshal(logLines)
	if err != nil {
		panic(err) // strings always marshal
	}
	return `{"task": {"taskArn": "arn:aws:ecs:eu-north-1:111122223333:task/core/3b2a190807f6e5d4c3b2a190807f6e5d", "launchType": "FARGATE", "stopCode": "EssentialContainerExited", "stoppedReason": "Essential container in task exited",
		"startedAt": "2026-11-20T08:00:00Z", "stoppedAt": "2026-11-20T09:00:00Z", "executionStoppedAt": "2026-11-20T09:00:00Z", "containers": [{"name": "app", "exitCode": 1}]},
		"taskDefinition": {"taskDefinitionArn": "arn:aws:ecs:eu-north-1:111122223333:task-definition/ledger:5", "executionRoleArn": "arn:aws:iam::111122223333:role/ledger-exec", "taskRoleArn": "arn:aws:iam::111122223333:role/ledger-task", "containerDefinitions": [{"name": "app", "image": "public.ecr.aws/nginx/nginx:1"}]},
		"logs": [{"container": "app", "lines": ` + string(lines) + `}]}`
}

// recorded is the same task with CloudTrail's record of one of its calls.
func recorded(at, event, source, message string) string {
	const session = "3b2a190807f6e5d4c3b2a190807f6e5d"
	return strings.TrimSuffix(ledgerCrash("bye"), "}") + `, "cloudtrail": [{"eventTime": "` + at + `", "eventSource": "` + source + `", "eventName": "` + event + `", "errorCode": "AccessDenied", "errorMessage": "` + message +
		`", "userIdentity": {"type": "AssumedRole", "principalId": "AROAEXAMPLE:` + session + `", "arn": "arn:aws:sts::111122223333:assumed-role/ledger-task/` + session + `", "accountId": "111122223333"}}]}`
}

func TestOneDocumentForAllThatOneIdentityWasDenied(t *testing.T) {
	const (
		table = "arn:aws:dynamodb:eu-north-1:111122223333:table/ledger"
		queue = "arn:aws:sqs:eu-north-1:111122223333:postings"
		topic = "arn:aws:sns:eu-north-1:111122223333:closed"
		first = "arn:aws:secretsmanager:eu-north-1:111122223333:secret:ledger/first-Ab12Cd"
		other = "arn:aws:secretsmanager:eu-north-1:111122223333:secret:ledger/other-Ab12Cd"
	)
	record := func(at, session, event, source, resource string) string {
		return `{"eventTime": "` + at + `", "eventSource": "` + source + `", "eventName": "` + event + `", "errorCode": "AccessDenied", "errorMessage": "` +
			strings.Replace(byIdentity("ledger-task", strings.Split(source, ".")[0]+":"+event, resource), "3b2a190807f6e5d4c3b2a190807f6e5d", session, 1) +
			`", "userIdentity": {"type": "AssumedRole", "arn": "arn:aws:sts::111122223333:assumed-role/ledger-task/` + session + `"}}`
	}
	const session, otherTask = "3b2a190807f6e5d4c3b2a190807f6e5d", "aaaa190807f6e5d4c3b2a190807faaaa"
	tests := map[string]struct {
		evidence string
		want     []string // statements of the one document
		not      []string
	}{
		"a text with several errors": {
			evidence: pasted("2 errors occurred:\n* " + byIdentity("ledger-task", "dynamodb:PutItem", table) + "\n* " + byIdentity("ledger-task", "sqs:SendMessage", queue)),
			want:     []string{"dynamodb:PutItem on " + table, "sqs:SendMessage on " + queue},
		},
		"several lines of a log": {
			evidence: ledgerCrash("starting", "ERROR "+byIdentity("ledger-task", "dynamodb:PutItem", table), "ERROR "+byIdentity("ledger-task", "sns:Publish", topic), "giving up"),
			want:     []string{"dynamodb:PutItem on " + table, "sns:Publish on " + topic},
		},
		"several secrets of a start": {
			evidence: startDenied(byIdentity("ledger-exec", "secretsmanager:GetSecretValue", first)+"; "+byIdentity("ledger-exec", "secretsmanager:GetSecretValue", other), `"image": "public.ecr.aws/nginx/nginx:1"`),
			want:     []string{"secretsmanager:GetSecretValue on " + first + " " + other},
		},
		"several records of the task's session": {
			evidence: strings.TrimSuffix(ledgerCrash("bye"), "}") + `, "cloudtrail": [` +
				record("2026-11-20T08:59:50Z", session, "SendMessage", "sqs.amazonaws.com", queue) + "," +
				record("2026-11-20T08:59:52Z", session, "PutItem", "dynamodb.amazonaws.com", table) + "," +
				record("2026-11-20T08:59:53Z", otherTask, "Publish", "sns.amazonaws.com", topic) + `]}`,
			want: []string{"dynamodb:PutItem on " + table, "sqs:SendMessage on " + queue},
			not:  []string{topic},
		},
		"what the program survived is left out": {
			evidence: ledgerCrash(append(append([]string{"WARN " + byIdentity("ledger-task", "sns:Publish", topic)}, strings.Split(strings.Repeat("working\n", 300), "\n")...), "ERROR "+byIdentity("ledger-task", "dynamodb:PutItem", table))...),
			want:     []string{"dynamodb:PutItem on " + table},
			not:      []string{topic},
		},
		"another identity is left out": {
			evidence: pasted(byIdentity("ledger-task", "dynamodb:PutItem", table) + "\n" + byIdentity("nightly-task", "sns:Publish", topic)),
			not:      []string{table + " " + topic, "; "},
		},
		"ECS Exec's channel ends no task": {
			evidence: ledgerCrash("ERROR "+byIdentity("ledger-task", "ssmmessages:CreateControlChannel", "*"), "ERROR "+byIdentity("ledger-task", "dynamodb:PutItem", table)),
			want:     []string{"dynamodb:PutItem on " + table},
			not:      []string{"ssmmessages"},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			d := answered(t, tt.evidence)
			policies := policiesOf(d, "denied", "identity-policy")
			if len(policies) != 1 {
				t.Fatalf("%s: %d documents for one identity", d.Verdict.Cause, len(policies))
			}
			grants := grantsOf(policies[0])
			for _, want := range tt.want {
				if !strings.Contains(grants, want) {
					t.Errorf("lacks %q:\n%s", want, grants)
				}
			}
			for _, not := range tt.not {
				if strings.Contains(grants, not) {
					t.Errorf("has %q:\n%s", not, grants)
				}
			}
		})
	}
}

func TestAllActionsOfOneSentence(t *testing.T) {
	const task = "arn:aws:ecs:eu-north-1:111122223333:task-definition/ledger:5"
	tests := map[string]struct{ text, want string }{
		"in brackets": {
			"Model access is denied due to IAM user or service role is not authorized to perform the required AWS Marketplace actions (aws-marketplace:ViewSubscriptions, aws-marketplace:Unsubscribe) to enable access to this model.",
			"aws-marketplace:Unsubscribe aws-marketplace:ViewSubscriptions on *",
		},
		"one after the other": {
			"User: arn:aws:iam::111122223333:user/erin is not authorized to perform: ecs:RunTask, ecs:DescribeTaskDefinition and ecs:RunTask on resource: " + task,
			"ecs:RunTask on " + task + "; ecs:DescribeTaskDefinition on *",
		},
		"one alone": {
			"User: arn:aws:iam::111122223333:user/erin is not authorized to perform: ecs:RunTask on resource: " + task + " and nothing else",
			"ecs:RunTask on " + task,
		},
	}
	for name, tt := range tests {
		policies := policiesOf(answered(t, pasted(tt.text)), "denied", "identity-policy")
		if len(policies) != 1 || grantsOf(policies[0]) != tt.want {
			t.Errorf("%s: %+v, want %s", name, policies, tt.want)
		}
	}
}

func TestTheOwnersHalf(t *testing.T) {
	for name, tt := range map[string]struct{ action, resource, kinds, says string }{
		"a queue has a policy": {"sqs:SendMessage", "arn:aws:sqs:eu-north-1:444455556666:postings", "identity-policy resource-policy", "its owner has to allow"},
		"a task has none":      {"ecs:StopTask", "arn:aws:ecs:eu-north-1:444455556666:task/core/3b2a190807f6e5d4c3b2a190807f6e5d", "identity-policy", "assume a role of that account"},
	} {
		d := answered(t, recorded("2026-11-20T08:59:50Z", strings.Split(tt.action, ":")[1], strings.Split(tt.action, ":")[0]+".amazonaws.com", byIdentity("ledger-task", tt.action, tt.resource)))
		var kinds []string
		for _, p := range d.Fix.Policies {
			if p.Purpose == "denied" {
				kinds = append(kinds, p.Kind)
			}
		}
		if got := strings.Join(kinds, " "); got != tt.kinds || !strings.Contains(strings.Join(words.Lines(d.Fix.Steps), " "), tt.says) {
			t.Errorf("%s: %s, documents %q, steps %q", name, d.Verdict.Cause, got, d.Fix.Steps)
		}
	}
}

func TestWhatOtherPoliciesDenyStaysApart(t *testing.T) {
	const table, queue = "arn:aws:dynamodb:eu-north-1:111122223333:table/ledger", "arn:aws:sqs:eu-north-1:111122223333:postings"
	d := answered(t, pasted(byIdentity("ledger-task", "dynamodb:PutItem", table)+"\n"+deniedTo("ledger-task", "sqs:SendMessage", queue)+" with an explicit deny in a service control policy"+"\n"+
		byIdentity("ledger-task", "dynamodb:GetItem", table)))
	policies := policiesOf(d, "denied", "identity-policy")
	if len(policies) != 1 || grantsOf(policies[0]) != "dynamodb:GetItem dynamodb:PutItem on "+table {
		t.Fatalf("identity-based: %+v", policies)
	}
	if steps := strings.Join(words.Lines(d.Fix.Steps), "\n"); !strings.Contains(steps, "Also denied: sqs:SendMessage.\nA service control policy") {
		t.Errorf("no step about the other denial:\n%s", steps)
	}
}
