package diagnose_test

import (
	"strings"
	"testing"

	"whystopped/internal/diagnose"
	"whystopped/internal/diagnose/evidence"
)

// stop is a task of a service that ended with a reason.
func stop(id, reason string) *evidence.Task {
	return &evidence.Task{
		TaskARN: "arn:aws:ecs:eu-west-1:111122223333:task/prod/" + id, Group: "service:orders",
		TaskDefinitionARN: "arn:aws:ecs:eu-west-1:111122223333:task-definition/orders:7",
		LastStatus:        "STOPPED", StopCode: "TaskFailedToStart", StoppedReason: reason,
		Containers: []evidence.Container{{Name: "app", ExitCode: new(1), Reason: ""}, {Name: "proxy"}},
	}
}

const (
	oneTask     = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
	anotherTask = "ffeeddccbbaa99887766554433221100"
)

func TestLikeness(t *testing.T) {
	tests := []struct {
		name string
		a, b string // stoppedReason
		want bool
	}{
		{"the same words", "Essential container in task exited", "Essential container in task exited", true},
		{"other words", "Essential container in task exited", "Scaling activity initiated by deployment", false},
		{"sessions and retries", "retried 1 time(s): User: arn:aws:sts::111122223333:assumed-role/orders-exec/" + oneTask + " is not authorized", "retried 5 time(s): User: arn:aws:sts::111122223333:assumed-role/orders-exec/" + anotherTask + " is not authorized", true},
		{"request ids", "StatusCode: 403, RequestID: 3N6WJ2TDWFBXHXYZ, HostID: aB+cd/EfGh==, api error Forbidden", "StatusCode: 403, RequestID: QWERTYUIOPASDFGH, HostID: zz/yxw+v=, api error Forbidden", true},
		{"a UUID", "request id: 8f14e45f-ceea-467f-a8b1-3c2d1e0f9a8b denied", "request id: aaaabbbb-cccc-dddd-eeee-ffffaaaabbbb denied", true},
		{"addresses and times", "dial tcp 10.0.3.17:443: i/o timeout at 2026-11-22T08:00:01.503Z", "dial tcp 10.0.12.9:443: i/o timeout at 2026-11-22T08:13:44.912Z", true},
		{"another status of HTTP", "unexpected status 403", "unexpected status 500", false},
		{"another secret", "failed to fetch secret db-password", "failed to fetch secret api-key", false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			a, okA := diagnose.Likeness(stop(oneTask, test.a))
			b, okB := diagnose.Likeness(stop(anotherTask, test.b))
			if !okA || !okB || (a == b) != test.want {
				t.Errorf("alike: %v (%v, %v), want %v\n%s\n\n%s", a == b, okA, okB, test.want, a, b)
			}
		})
	}
}

func TestWhatKeepsStopsApart(t *testing.T) {
	same, _ := diagnose.Likeness(stop(oneTask, "Essential container in task exited"))
	for name, change := range map[string]func(*evidence.Task){
		"another service":      func(s *evidence.Task) { s.Group = "service:payments" },
		"another revision":     func(s *evidence.Task) { s.TaskDefinitionARN = strings.Replace(s.TaskDefinitionARN, ":7", ":8", 1) },
		"another stop code":    func(s *evidence.Task) { s.StopCode = "EssentialContainerExited" },
		"another cluster":      func(s *evidence.Task) { s.TaskARN = strings.Replace(s.TaskARN, "/prod/", "/test/", 1) },
		"another account":      func(s *evidence.Task) { s.TaskARN = strings.Replace(s.TaskARN, "111122223333", "444455556666", 1) },
		"another exit code":    func(s *evidence.Task) { s.Containers[0].ExitCode = new(137) },
		"no exit code":         func(s *evidence.Task) { s.Containers[0].ExitCode = nil },
		"a container's reason": func(s *evidence.Task) { s.Containers[0].Reason = "OutOfMemoryError" },
		"a role of its own":    func(s *evidence.Task) { s.Overrides.TaskRoleARN = "arn:aws:iam::111122223333:role/other" },
		"a command of its own": func(s *evidence.Task) {
			s.Overrides.ContainerOverrides = []evidence.ContainerOverride{{Command: []string{"migrate"}}}
		},
		"an attachment's words": func(s *evidence.Task) {
			s.Attachments = []evidence.Attachment{{Details: []evidence.KeyValue{{Name: "statusReason", Value: "denied"}}}}
		},
	} {
		changed := stop(anotherTask, "Essential container in task exited")
		change(changed)
		if got, ok := diagnose.Likeness(changed); !ok || got == same {
			t.Errorf("%s: counts as alike (%v)", name, ok)
		}
	}
	swapped := stop(anotherTask, "Essential container in task exited")
	swapped.Containers[0], swapped.Containers[1] = swapped.Containers[1], swapped.Containers[0]
	if got, _ := diagnose.Likeness(swapped); got != same {
		t.Error("the order of containers makes a difference")
	}
}

func TestWhatHasNoLikeness(t *testing.T) {
	running := stop(oneTask, "")
	running.LastStatus = "RUNNING"
	silent := stop(oneTask, "")
	silent.StopCode = ""
	for name, task := range map[string]*evidence.Task{"no task": nil, "a task that runs": running, "a task of whose end nothing is said": silent} {
		if got, ok := diagnose.Likeness(task); ok {
			t.Errorf("%s: Likeness = %q, want none", name, got)
		}
	}
}
