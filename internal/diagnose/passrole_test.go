package diagnose_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"whystopped/internal/diagnose"
	"whystopped/internal/diagnose/evidence"
)

// answered is the diagnosis of evidence as POST /api/v1/evaluate takes it.
func answered(t *testing.T, body string) diagnose.Diagnosis {
	t.Helper()
	ev, err := evidence.Decode([]byte(body))
	if err != nil {
		t.Fatalf("%v in %s", err, body)
	}
	return diagnose.Diagnose(ev)
}

// pasted is evidence that is one text.
func pasted(text string) string {
	quoted, err := json.Marshal(map[string]string{"text": text})
	if err != nil {
		panic(err) // strings always marshal
	}
	return string(quoted)
}

// policiesOf are the fix's policies of a purpose and kind.
func policiesOf(d diagnose.Diagnosis, purpose, kind string) []diagnose.Policy {
	return slices.DeleteFunc(slices.Clone(d.Fix.Policies), func(p diagnose.Policy) bool { return p.Purpose != purpose || p.Kind != kind })
}

// grantsOf writes each statement of a policy as "action… on resource…".
func grantsOf(p diagnose.Policy) string {
	var all []string
	for _, s := range p.Document.Statement {
		all = append(all, strings.Join(s.Action, " ")+" on "+strings.Join(s.Resource, " "))
	}
	return strings.Join(all, "; ")
}

func TestPassRoleIsForTheServiceThatReceivesTheRole(t *testing.T) {
	const (
		because = " because no identity-based policy allows the iam:PassRole action"
		account = "arn:aws:iam::111122223333:"
	)
	tests := map[string]struct{ evidence, want string }{
		"an instance role of Managed Instances": {
			pasted("User: arn:aws:sts::111122223333:assumed-role/EdgeInfra/ECSManagedInstancesForCompute is not authorized to perform: iam:PassRole on resource: " + account + "role/Edge-NodeRole-8XK2" + because), "ec2.amazonaws.com",
		},
		"a hook's role": {
			pasted("An error occurred (AccessDeniedException) when calling the UpdateService operation: User: " + account + "user/erin is not authorized to perform: iam:PassRole on resource: " + account + "role/bake-time-hook" + because), "ecs.amazonaws.com",
		},
		"Express Mode's infrastructure role": {
			pasted("operation error ECS: CreateExpressGatewayService, https response error StatusCode: 400, RequestID: 5f798344-1a05-44bc-ba39-41629df40791, api error AccessDeniedException: User: " + account + "user/erin is not authorized to perform: iam:PassRole on resource: " + account + "role/ecsInfrastructureRoleForExpressServices" + because), "ecs.amazonaws.com",
		},
		"a rule's role": {
			pasted("An error occurred (AccessDeniedException) when calling the PutTargets operation: User: " + account + "user/erin is not authorized to perform: iam:PassRole on resource: " + account + "role/nightly-export" + because), "events.amazonaws.com",
		},
		"a schedule's role": {
			pasted("An error occurred (AccessDeniedException) when calling the CreateSchedule operation: User: " + account + "user/erin is not authorized to perform: iam:PassRole on resource: " + account + "role/nightly-export" + because), "scheduler.amazonaws.com",
		},
		"a schedule that runs the task": {
			`{"cloudtrail": [{"eventSource": "ecs.amazonaws.com", "eventName": "RunTask", "errorCode": "AccessDenied", "errorMessage": "User: arn:aws:sts::111122223333:assumed-role/nightly-scheduler/aws-scheduler-0a1b is not authorized to perform: iam:PassRole on resource: arn:aws:iam::111122223333:role/export` + because + `", "userIdentity": {"type": "AssumedRole", "arn": "arn:aws:sts::111122223333:assumed-role/nightly-scheduler/aws-scheduler-0a1b"}}]}`, "ecs-tasks.amazonaws.com",
		},
		"a service's role of which nothing tells what it is": {
			pasted("An error occurred (AccessDeniedException) when calling the CreateService operation: User: " + account + "user/erin is not authorized to perform: iam:PassRole on resource: " + account + "role/checkout" + because), "ecs-tasks.amazonaws.com ecs.amazonaws.com",
		},
		"neither operation nor name": {
			pasted("User: " + account + "user/erin is not authorized to perform: iam:PassRole on resource: " + account + "role/checkout" + because), "",
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			d := answered(t, tt.evidence)
			policies := policiesOf(d, "denied", "identity-policy")
			if len(policies) != 1 || len(policies[0].Document.Statement) != 1 {
				t.Fatalf("%s: %d policies", d.Verdict.Cause, len(policies))
			}
			got := strings.Join(policies[0].Document.Statement[0].Condition["StringEquals"]["iam:PassedToService"], " ")
			if got != tt.want {
				t.Errorf("passed to %q, want %q", got, tt.want)
			}
		})
	}
}
