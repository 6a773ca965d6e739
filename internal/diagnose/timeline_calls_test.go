package diagnose

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/diagnose/verdict"
)

// TestTimelineSaysWhoCalled holds who made each recorded call, by the session
// that CloudTrail names, and by the moment where one role is both of the task's.
func TestTimelineSaysWhoCalled(t *testing.T) {
	const exec, task = "arn:aws:iam::111122223333:role/team/orders-exec", "arn:aws:iam::111122223333:role/orders-task"
	const session = "/0f1e2d3c4b5a69788796a5b4c3d2e1f0"
	assumed := func(role string) evidence.UserIdentity {
		return evidence.UserIdentity{Type: "AssumedRole", ARN: "arn:aws:sts::111122223333:assumed-role/" + role}
	}
	start := time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)
	record := func(id, source, name string, after time.Duration, who evidence.UserIdentity, code string) evidence.Record {
		return evidence.Record{EventID: id, EventSource: source, EventName: name, ErrorCode: code, UserIdentity: who, EventTime: evidence.Time{Time: start.Add(after)}}
	}
	type said struct {
		Action string
		Who    verdict.IdentityKind
		Denied bool
		Ref    string
	}
	for _, tt := range []struct {
		name, exec, task string
		record           evidence.Record
		want             said
	}{
		{"execution role", exec, task, record("e1", "ecr.amazonaws.com", "GetAuthorizationToken", time.Second, assumed("orders-exec"+session), ""), said{"ecr:GetAuthorizationToken", verdict.ExecutionRole, false, "e1"}},
		{"refused", exec, task, record("e2", "secretsmanager.amazonaws.com", "GetSecretValue", time.Second, assumed("orders-exec"+session), "AccessDenied"), said{"secretsmanager:GetSecretValue", verdict.ExecutionRole, true, "e2"}},
		{"task role", exec, task, record("e3", "s3.amazonaws.com", "ListBuckets", time.Hour, assumed("orders-task"+session), ""), said{"s3:ListAllMyBuckets", verdict.TaskRole, false, "e3"}},
		{"host", exec, task, record("e4", "ecr.amazonaws.com", "BatchGetImage", time.Second, assumed("ecsInstanceRole/i-0123456789abcdef0"), ""), said{"ecr:BatchGetImage", verdict.InstanceRole, false, "e4"}},
		{"one role for both, before it runs", task, task, record("e5", "ecr.amazonaws.com", "BatchGetImage", time.Second, assumed("orders-task"+session), ""), said{"ecr:BatchGetImage", verdict.ExecutionRole, false, "e5"}},
		{"one role for both, while it runs", task, task, record("e6", "sqs.amazonaws.com", "ListQueues", time.Hour, assumed("orders-task"+session), ""), said{"sqs:ListQueues", verdict.TaskRole, false, "e6"}},
		{"somebody else", exec, task, record("e7", "sqs.amazonaws.com", "ListQueues", time.Hour, assumed("admin/jo"), ""), said{"sqs:ListQueues", "", false, "e7"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := Diagnose(evidence.Evidence{
				Task:           &evidence.Task{CreatedAt: evidence.Time{Time: start}, StartedAt: evidence.Time{Time: start.Add(time.Minute)}, LastStatus: "STOPPED"},
				TaskDefinition: &evidence.TaskDefinition{ExecutionRoleARN: tt.exec, TaskRoleARN: tt.task},
				CloudTrail:     []evidence.Record{tt.record},
			})
			for _, e := range d.Timeline {
				if e.Kind != "api-call" {
					continue
				}
				if diff := cmp.Diff(tt.want, said{e.Action, e.Identity, e.Denied, e.Ref}); diff != "" {
					t.Errorf("call (-want +got):\n%s", diff)
				}
				return
			}
			t.Error("the call is not in the timeline")
		})
	}
}

func TestQuoteNamesItsLogStream(t *testing.T) {
	d := Diagnose(evidence.Evidence{Logs: []evidence.Log{{
		Container: "app", Group: "/ecs/orders/api", Stream: "ecs/app/0f1e2d3c", Region: "eu-west-1",
		Lines: []evidence.LogLine{{Text: "AccessDeniedException: User: arn:aws:sts::111122223333:assumed-role/orders-task/0f1e2d3c4b5a69788796a5b4c3d2e1f0 is not authorized to perform: sqs:SendMessage on resource: arn:aws:sqs:eu-west-1:111122223333:orders"}},
	}}})
	want := &LogStream{Group: "/ecs/orders/api", Stream: "ecs/app/0f1e2d3c", Region: "eu-west-1"}
	if diff := cmp.Diff(want, d.Findings[0].Evidence[0].Log); diff != "" {
		t.Errorf("log stream (-want +got):\n%s", diff)
	}
}
