package app_test

import (
	"net/http"
	"strings"
	"testing"
)

func TestMetrics(t *testing.T) {
	s := startDemo(t)
	s.diagnose(demoSamples()[0].ARN)
	s.ask("GET", "/nothing", "")
	s.ask("MADEUP", "/healthz", "")
	got := s.ask("GET", "/metrics", "")
	if got.status != http.StatusOK || !strings.HasPrefix(got.header.Get("Content-Type"), "text/plain") {
		t.Fatalf("status %d, %s", got.status, got.header.Get("Content-Type"))
	}
	for _, want := range []string{
		`whystopped_http_requests_total{method="POST",route="/api/v1/diagnoses",status="200"} 1`,
		`whystopped_http_requests_total{method="GET",route="none",status="404"} 1`,
		`whystopped_http_requests_total{method="other",route="none",status="405"} 1`,
		`whystopped_http_request_seconds_count{route="/api/v1/diagnoses"} 1`,
		`whystopped_aws_calls_total{operation="ecs:DescribeTasks",result="ok"} `,
		`whystopped_looks_total{kind="deep"} `,
		`whystopped_looks_waiting{priority="people"} 0`,
		"go_goroutines", "process_open_fds",
	} {
		if !strings.Contains(got.raw, want) {
			t.Errorf("there is no %s", want)
		}
	}
	if t.Failed() {
		t.Log(got.raw)
	}
}
