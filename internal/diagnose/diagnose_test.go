package diagnose_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"whystopped/internal/diagnose"
	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/diagnose/verdict"
)

const (
	taskARN  = "arn:aws:ecs:eu-west-1:111122223333:task/prod/0f1e2d3c4b5a69788796a5b4c3d2e1f0"
	roles    = `"taskDefinitionArn": "arn:aws:ecs:eu-west-1:111122223333:task-definition/orders:7", "executionRoleArn": "arn:aws:iam::111122223333:role/svc/orders-exec", "taskRoleArn": "arn:aws:iam::111122223333:role/svc/orders-task"`
	sqsDeny  = "User: arn:aws:sts::111122223333:assumed-role/orders-task/0f1e2d3c4b5a69788796a5b4c3d2e1f0 is not authorized to perform: sqs:SendMessage on resource: arn:aws:sqs:eu-west-1:111122223333:out because no identity-based policy allows the sqs:SendMessage action"
	bothRole = `"executionRoleArn": "arn:aws:iam::111122223333:role/orders-task", "taskRoleArn": "arn:aws:iam::111122223333:role/orders-task", "family": "orders", "revision": 3`
)

func mustDecode(t testing.TB, s string) evidence.Evidence {
	t.Helper()
	ev, err := evidence.Decode([]byte(s))
	if err != nil {
		t.Fatalf("%v in %s", err, s)
	}
	return ev
}

// lines is a JSON list of n harmless log lines and the given ones around them.
func lines(before []string, n int, after ...string) string {
	all := append([]string{}, before...)
	for i := range n {
		all = append(all, fmt.Sprintf("INFO request %d handled", i))
	}
	all = append(all, after...)
	for i, l := range all {
		all[i] = fmt.Sprintf("%q", l)
	}
	return "[" + strings.Join(all, ",") + "]"
}

func TestWhatEndedTheTaskLeads(t *testing.T) {
	exited := func(code int) string {
		return fmt.Sprintf(`"task": {"taskArn": %q, "launchType": "FARGATE", "stopCode": "EssentialContainerExited", "stoppedReason": "Essential container in task exited", "containers": [{"name": "app", "exitCode": %d}]}`, taskARN, code)
	}
	tests := map[string]struct {
		evidence   string
		cause      string
		identity   verdict.IdentityKind
		phase      verdict.Phase
		confidence verdict.Confidence
	}{
		"a denial at the end of the log": {
			`{` + exited(1) + `, "taskDefinition": {` + roles + `}, "logs": [{"container": "app", "lines": ` + lines(nil, 100, sqsDeny) + `}]}`,
			"runtime.denied", verdict.TaskRole, verdict.PhaseRuntime, verdict.Confirmed,
		},
		"an old denial that the application survived": {
			`{` + exited(1) + `, "taskDefinition": {` + roles + `}, "logs": [{"container": "app", "lines": ` + lines([]string{sqsDeny}, 100, "panic: runtime error: index out of range [3] with length 3", "goroutine 1 [running]:") + `}]}`,
			"app.crash", verdict.NoIdentity, verdict.PhaseRuntime, verdict.Likely,
		},
		"a denial in a task that ended well": {
			`{` + exited(0) + `, "taskDefinition": {` + roles + `}, "logs": [{"container": "app", "lines": [` + fmt.Sprintf("%q", sqsDeny) + `]}]}`,
			"exit.success", verdict.NoIdentity, verdict.PhaseRuntime, verdict.Likely,
		},
		"a user's stop, though the log holds a denial": {
			`{"task": {"taskArn": "` + taskARN + `", "stopCode": "UserInitiated", "stoppedReason": "Task stopped by user", "containers": [{"name": "app", "exitCode": 143}]}, "logs": [{"container": "app", "lines": [` + fmt.Sprintf("%q", sqsDeny) + `]}]}`,
			"stop.user", verdict.NoIdentity, verdict.PhaseShutdown, verdict.Confirmed,
		},
		"a user's stop whose reason imitates an error": {
			`{"task": {"taskArn": "` + taskARN + `", "stopCode": "UserInitiated", "stoppedReason": "CannotPullContainerError: pull access denied for orders, repository does not exist or may require 'docker login'"}}`,
			"stop.user", verdict.NoIdentity, verdict.PhaseShutdown, verdict.Confirmed,
		},
		"the health check, though the log holds a denial": {
			`{"task": {"taskArn": "` + taskARN + `", "stopCode": "ServiceSchedulerInitiated", "stoppedReason": "Task failed ELB health checks in (target-group arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/orders/0123456789abcdef)", "containers": [{"name": "app", "exitCode": 137}]}, "taskDefinition": {` + roles + `}, "logs": [{"container": "app", "lines": [` + fmt.Sprintf("%q", sqsDeny) + `]}]}`,
			"health.load-balancer", verdict.NoIdentity, verdict.PhaseShutdown, verdict.Confirmed,
		},
		"the container that failed first, not its siblings": {
			`{"task": {"taskArn": "` + taskARN + `", "stopCode": "EssentialContainerExited", "containers": [{"name": "proxy", "exitCode": 143}, {"name": "app", "exitCode": 1}, {"name": "logs", "exitCode": 137}]}, "taskDefinition": {` + roles + `}, "logs": [{"container": "proxy", "lines": ["access denied for user 'stats'"]}, {"container": "app", "lines": [` + fmt.Sprintf("%q", sqsDeny) + `]}]}`,
			"runtime.denied", verdict.TaskRole, verdict.PhaseRuntime, verdict.Confirmed,
		},
		"out of memory with exit code 1": {
			`{"task": {"taskArn": "` + taskARN + `", "stopCode": "EssentialContainerExited", "containers": [{"name": "app", "exitCode": 1, "reason": "OutOfMemoryError: Container killed due to memory usage"}]}}`,
			"oom.container", verdict.NoIdentity, verdict.PhaseRuntime, verdict.Confirmed,
		},
		"137 alone is not out of memory": {
			`{` + exited(137) + `}`,
			"exit.killed", verdict.NoIdentity, verdict.PhaseShutdown, verdict.Possible,
		},
		"a stale pull error of a container that ran": {
			`{"task": {"taskArn": "` + taskARN + `", "launchType": "EC2", "startedAt": 1795336200, "stopCode": "EssentialContainerExited", "containers": [{"name": "app", "exitCode": 1, "reason": "CannotPullContainerError: Error response from daemon: manifest for orders:7 not found: manifest unknown"}]}, "logs": [{"container": "app", "lines": ["Traceback (most recent call last):", "ZeroDivisionError: division by zero"]}]}`,
			"app.crash", verdict.NoIdentity, verdict.PhaseRuntime, verdict.Likely,
		},
		"one role as both, at start": {
			`{"task": {"taskArn": "` + taskARN + `", "launchType": "FARGATE", "stoppedReason": "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secrets from ssm: service call has been retried 1 time(s): AccessDeniedException: User: arn:aws:sts::111122223333:assumed-role/orders-task/0f1e2d3c4b5a69788796a5b4c3d2e1f0 is not authorized to perform: ssm:GetParameters on resource: arn:aws:ssm:eu-west-1:111122223333:parameter/a because no identity-based policy allows the ssm:GetParameters action"}, "taskDefinition": {` + bothRole + `}}`,
			"startup.ssm.denied", verdict.ExecutionRole, verdict.PhaseStartup, verdict.Confirmed,
		},
		"one role as both, at run time": {
			`{` + exited(1) + `, "taskDefinition": {` + bothRole + `}, "logs": [{"container": "app", "lines": [` + fmt.Sprintf("%q", sqsDeny) + `]}]}`,
			"runtime.denied", verdict.TaskRole, verdict.PhaseRuntime, verdict.Likely,
		},
		"an overridden role wins over the definition": {
			`{"task": {"taskArn": "` + taskARN + `", "stopCode": "EssentialContainerExited", "containers": [{"name": "app", "exitCode": 1}], "overrides": {"taskRoleArn": "arn:aws:iam::111122223333:role/orders-task"}}, "taskDefinition": {"taskRoleArn": "arn:aws:iam::111122223333:role/other"}, "logs": [{"container": "app", "lines": [` + fmt.Sprintf("%q", sqsDeny) + `]}]}`,
			"runtime.denied", verdict.TaskRole, verdict.PhaseRuntime, verdict.Confirmed,
		},
		"another principal in the log": {
			`{` + exited(1) + `, "taskDefinition": {` + roles + `}, "logs": [{"container": "app", "lines": ["AccessDenied: User: arn:aws:iam::111122223333:user/legacy-key is not authorized to perform: s3:PutObject on resource: \"arn:aws:s3:::orders/a\" because no identity-based policy allows the s3:PutObject action"]}]}`,
			"runtime.other-principal.denied", verdict.Caller, verdict.PhaseRuntime, verdict.Likely,
		},
		"only CloudTrail saw it": {
			`{` + exited(1) + `, "taskDefinition": {` + roles + `}, "cloudtrail": [{"eventSource": "secretsmanager.amazonaws.com", "eventName": "GetSecretValue", "errorCode": "AccessDenied", "errorMessage": "User: arn:aws:sts::111122223333:assumed-role/orders-task/0f1e2d3c4b5a69788796a5b4c3d2e1f0 is not authorized to perform: secretsmanager:GetSecretValue on resource: ledger/db because no identity-based policy allows the secretsmanager:GetSecretValue action", "userIdentity": {"type": "AssumedRole", "arn": "arn:aws:sts::111122223333:assumed-role/orders-task/0f1e2d3c4b5a69788796a5b4c3d2e1f0", "sessionContext": {"sessionIssuer": {"type": "Role", "arn": "arn:aws:iam::111122223333:role/svc/orders-task"}}}}]}`,
			"runtime.denied", verdict.TaskRole, verdict.PhaseRuntime, verdict.Likely,
		},
		"an exit code of a container that still runs": {
			`{"task": {"taskArn": "` + taskARN + `", "lastStatus": "RUNNING", "desiredStatus": "RUNNING", "containers": [{"name": "app", "lastStatus": "RUNNING", "exitCode": 0}]}}`,
			"running", verdict.NoIdentity, verdict.PhaseUnknown, verdict.Confirmed,
		},
		"only CloudTrail saw that a secret is missing": {
			`{"cloudtrail": [{"eventSource": "secretsmanager.amazonaws.com", "eventName": "GetSecretValue", "errorCode": "ResourceNotFoundException", "errorMessage": "Secrets Manager can't find the specified secret."}]}`,
			"secret.missing", verdict.NoIdentity, verdict.PhaseStartup, verdict.Likely,
		},
		"nothing at all decides": {
			`{"task": {"taskArn": "` + taskARN + `"}}`,
			"unknown", verdict.UnknownIdentity, verdict.PhaseUnknown, verdict.ConfidenceUnknown,
		},
		"a task that failed to start and says no more": {
			`{"task": {"taskArn": "` + taskARN + `", "stopCode": "TaskFailedToStart", "stoppedReason": "Task failed to start"}}`,
			"startup.failed", verdict.UnknownIdentity, verdict.PhaseStartup, verdict.ConfidenceUnknown,
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			d := diagnose.Diagnose(mustDecode(t, tt.evidence))
			v := d.Verdict
			if v.Cause != tt.cause || v.Identity.Kind != tt.identity || v.Phase != tt.phase || v.Confidence != tt.confidence {
				t.Errorf("got %s %s %s %s (%s)\nwant %s %s %s %s", v.Cause, v.Identity.Kind, v.Phase, v.Confidence, v.Title, tt.cause, tt.identity, tt.phase, tt.confidence)
			}
		})
	}
}

func TestSurvivedDenialsAreFindings(t *testing.T) {
	d := diagnose.Diagnose(mustDecode(t, `{"task": {"taskArn": "`+taskARN+`", "stopCode": "EssentialContainerExited", "containers": [{"name": "app", "exitCode": 2}]}, "taskDefinition": {`+roles+`}, "logs": [{"container": "app", "lines": `+lines([]string{sqsDeny}, 100, "panic: boom")+`}]}`))
	for _, f := range d.Findings {
		if f.Cause == "runtime.denied" {
			if f.Primary || len(f.Denied) != 1 || f.Denied[0].Action != "sqs:SendMessage" {
				t.Errorf("the survived denial is told as %+v", f)
			}
			return
		}
	}
	t.Errorf("the survived denial is no finding: %+v", d.Findings)
}

func TestAllowOnlyWhereItHelps(t *testing.T) {
	sentence := "User: arn:aws:sts::111122223333:assumed-role/orders-task/0f1e2d3c4b5a69788796a5b4c3d2e1f0 is not authorized to perform: s3:GetObject on resource: \\\"arn:aws:s3:::orders/a.csv\\\" "
	for clause, wantPolicy := range map[string]bool{
		"because no identity-based policy allows the s3:GetObject action": true,
		"": true,
		"because no resource-based policy allows the s3:GetObject action": false,
		"because no permissions boundary allows the s3:GetObject action":  false,
		"because no VPC endpoint policy allows the s3:GetObject action":   false,
		"because no session policy allows the s3:GetObject action":        false,
		"with an explicit deny in a service control policy":               false,
		"with an explicit deny in a resource control policy":              false,
		"with an explicit deny in an identity-based policy":               false,

		"with an explicit deny": false,
	} {
		d := diagnose.Diagnose(mustDecode(t, `{"taskDefinition": {`+roles+`}, "logs": [{"container": "app", "lines": ["`+sentence+clause+`"]}]}`))
		got := false
		for _, p := range d.Fix.Policies {
			got = got || p.Kind == "identity-policy"
		}
		if got != wantPolicy {
			t.Errorf("%q: offers an identity policy: %v, want %v", clause, got, wantPolicy)
		}
		if d.Fix.Summary.IsZero() {
			t.Errorf("%q: the fix has no summary", clause)
		}
	}
}

func TestTheSameEvidenceGivesTheSameDiagnosis(t *testing.T) {
	body := `{"task": {"taskArn": "` + taskARN + `", "stopCode": "EssentialContainerExited", "containers": [{"name": "app", "exitCode": 1}]}, "taskDefinition": {` + roles + `}, "logs": [{"container": "app", "lines": ["connect ECONNREFUSED 10.0.0.7:5432", ` + fmt.Sprintf("%q", sqsDeny) + `, "Traceback (most recent call last):"]}]}`
	want := diagnose.Diagnose(mustDecode(t, body))
	for range 20 {
		if diff := cmp.Diff(want, diagnose.Diagnose(mustDecode(t, body))); diff != "" {
			t.Fatalf("two diagnoses differ:\n%s", diff)
		}
	}
}

func FuzzDiagnose(f *testing.F) {
	f.Add(`{"task": {"stoppedReason": "Essential container in task exited", "containers": [{"name": "app", "exitCode": 1}]}}`)
	f.Add(`{"text": ` + fmt.Sprintf("%q", sqsDeny) + `}`)
	f.Add(`{"cloudtrail": [{"errorCode": "AccessDenied", "eventSource": "s3.amazonaws.com", "eventName": "GetObject", "requestParameters": {"bucketName": "b", "key": "k"}}]}`)
	f.Fuzz(func(t *testing.T, body string) {
		ev, err := evidence.Decode([]byte(body))
		if err != nil {
			return
		}
		d := diagnose.Diagnose(ev)
		if d.Verdict.Cause == "" || d.Verdict.Title.IsZero() || d.Verdict.Summary.IsZero() || d.Verdict.Identity.Kind == "" {
			t.Fatalf("a verdict with holes: %+v", d.Verdict)
		}
	})
}
