package app_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"whystopped/internal/awsclient/awsfake"
	"whystopped/internal/awsclient/awsfake/samples"
)

// TestBadInput asks for everything that people get wrong. Each answer has the
// right status and says what to do.
func TestBadInput(t *testing.T) {
	s := startDemo(t)
	const region, account, id = "eu-west-1", "111122223333", "00000000000000000000000000000000"
	tests := []struct {
		name   string
		got    answer
		status int
		kind   string
		says   string
	}{
		{"nothing", s.diagnose(""), 422, "not-a-task-reference", "paste"},
		{"nothing in the address", s.ask("GET", "/api/v1/diagnoses?task=", ""), 422, "not-a-task-reference", "paste"},
		{"garbage", s.diagnose("it does not start :("), 422, "not-a-task-reference", "paste"},
		{"a task definition", s.diagnose("arn:aws:ecs:" + region + ":" + account + ":task-definition/api:3"), 422, "not-a-task-reference", "task definition"},
		{"a role", s.diagnose("arn:aws:iam::" + account + ":role/api"), 422, "not-a-task-reference", "role"},
		{"a broken ARN", s.diagnose("arn:aws:ecs:" + region), 422, "not-a-task-reference", "paste"},
		{"a made-up partition", s.diagnose("arn:aws-evil:ecs:" + region + ":" + account + ":task/shop/" + id), 422, "not-a-task-reference", "aws-evil"},
		{"a partition of other Regions", s.diagnose("arn:aws-cn:ecs:" + region + ":" + account + ":task/shop/" + id), 422, "not-a-task-reference", "aws-cn"},
		{"a task that nobody knows", s.diagnose("arn:aws:ecs:" + region + ":" + account + ":task/shop/" + id), 404, "unknown-task", ""},
		{"a cluster that nobody knows", s.diagnose("arn:aws:ecs:" + region + ":" + account + ":task/no-such-cluster/" + id), 404, "unknown-task", ""},
		{"a region that nobody knows", s.diagnose("arn:aws:ecs:mars-north-1:" + account + ":task/shop/" + id), 404, "unknown-task", ""},
		{"a service that nobody knows", s.diagnose("arn:aws:ecs:" + region + ":" + account + ":service/shop/no-such-service"), 404, "unknown-task", ""},
		{"no JSON", s.ask("POST", "/api/v1/diagnoses", "task=abc"), 400, "malformed-request", ""},
		{"no JSON to evaluate", s.ask("POST", "/api/v1/evaluate", "<html>"), 400, "malformed-request", "JSON"},
		{"an unknown field", s.ask("POST", "/api/v1/diagnoses", `{"task":"a/b","tsk":1}`), 422, "invalid-request", "tsk"},
		{"an unknown part of evidence", s.ask("POST", "/api/v1/evaluate", `{"log":[]}`), 422, "invalid-evidence", "logs"},
		{"no evidence", s.ask("POST", "/api/v1/evaluate", `{}`), 422, "invalid-evidence", "at least one"},
		{"too much", s.ask("POST", "/api/v1/diagnoses", `{"task":"`+strings.Repeat("x", 9<<20)+`"}`), 413, "too-large", "8 MiB"},
		{"too much to evaluate", s.ask("POST", "/api/v1/evaluate", `{"text":"`+strings.Repeat("x", 20<<20)+`"}`), 413, "too-large", "8 MiB"},
		{"a diagnosis that is not kept", s.ask("GET", "/api/v1/diagnoses/unknown", ""), 404, "unknown-diagnosis", "ARN"},
		{"a cursor that is none", s.ask("GET", "/api/v1/diagnoses?cursor=x", ""), 422, "invalid-filter", "cursor"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) { test.got.isProblem(t, test.status, test.kind, test.says) })
	}
}

func (a answer) isProblem(t *testing.T, status int, kind, says string) {
	t.Helper()
	if a.status != status || a.at("type") != "urn:whystopped:problem:"+kind {
		t.Errorf("status %d, type %q, want %d, %s", a.status, a.at("type"), status, kind)
	}
	if ct := a.header.Get("Content-Type"); ct != "application/problem+json" {
		t.Errorf("Content-Type = %q", ct)
	}
	if detail := strings.ToLower(a.at("detail")); len(detail) < 15 || !strings.Contains(detail, strings.ToLower(says)) {
		t.Errorf("detail %q, want a sentence with %q", a.at("detail"), says)
	}
}

func TestCredentials(t *testing.T) {
	scenario, shown := samples.Demo(time.Now())
	double := awsfake.New(scenario, awsfake.WithAccessKeyID("right"))
	tests := []struct {
		name, keyID string
		status      int
		kind        string
		ready       int
	}{
		{"none", "", http.StatusBadGateway, "no-aws-credentials", http.StatusServiceUnavailable},
		{"wrong ones", "wrong", http.StatusBadGateway, "bad-aws-credentials", http.StatusOK},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := startWithAWS(t, double, test.keyID)
			s.diagnose(shown[0].ARN).isProblem(t, test.status, test.kind, "credentials")
			if got := s.ask("GET", "/readyz", ""); got.status != test.ready {
				t.Errorf("/readyz: status %d, want %d: %s", got.status, test.ready, got.raw)
			}
			if got := s.ask("POST", "/api/v1/evaluate", `{"text":"AccessDenied"}`); got.status != http.StatusOK {
				t.Errorf("/evaluate needs no credentials: status %d", got.status)
			}
		})
	}
	t.Run("the right ones", func(t *testing.T) {
		s := startWithAWS(t, double, "right")
		if got := s.diagnose(shown[0].ARN); got.status != http.StatusOK || got.at("verdict", "category") != string(shown[0].WantCategory) {
			t.Errorf("status %d, body %s", got.status, got.raw)
		}
	})
}

func TestAWSDown(t *testing.T) {
	scenario, shown := samples.Demo(time.Now())
	tests := []struct {
		name  string
		fault awsfake.Fault
		kind  string
	}{
		{"refuses everything", awsfake.Fault{Deny: true}, "aws-refused"},
		{"is something else", awsfake.Fault{Garbage: true}, "aws-unreachable"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			double := awsfake.New(scenario)
			double.SetFault(awsfake.EveryOperation, test.fault)
			s := startWithAWS(t, double, "example")
			s.diagnose(shown[0].ARN).isProblem(t, http.StatusBadGateway, test.kind, "")
		})
	}
}

// TestRunningTask asks for a task that still runs: it is diagnosed so far, the
// answer says so, and it is not given again later.
func TestRunningTask(t *testing.T) {
	scenario, _ := samples.Demo(time.Now())
	task := letRun(t, &scenario)
	s := startWithAWS(t, awsfake.New(scenario), "example")
	first := s.diagnose(task)
	if first.status != http.StatusOK || first.at("task", "lastStatus") != "RUNNING" || !strings.Contains(first.raw, "hasn't stopped") {
		t.Errorf("status %d, body %s", first.status, first.raw)
	}
	if again := s.diagnose(task); again.at("id") == first.at("id") {
		t.Error("the diagnosis of a running task was given again")
	}
}

// letRun makes one of the scenario's tasks that had started run still.
func letRun(t *testing.T, scenario *awsfake.Scenario) (taskARN string) {
	t.Helper()
	for _, cluster := range scenario.Clusters {
		for i := range cluster.Tasks {
			task := &cluster.Tasks[i]
			if task.StartedAt.IsZero() || task.LastStatus != "STOPPED" {
				continue
			}
			task.LastStatus, task.DesiredStatus, task.StopCode, task.StoppedReason = "RUNNING", "RUNNING", "", ""
			task.StoppingAt, task.ExecutionStoppedAt, task.StoppedAt = awsfake.Epoch{}, awsfake.Epoch{}, awsfake.Epoch{}
			for j := range task.Containers {
				c := &task.Containers[j]
				c.LastStatus, c.ExitCode, c.Reason = "RUNNING", nil, ""
			}
			return task.TaskARN
		}
	}
	t.Fatal("no task of the demo had started")
	return ""
}
