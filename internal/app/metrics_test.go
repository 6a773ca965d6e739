package app_test

import (
	"net/http"
	"strings"
	"testing"

	"whystopped/internal/config"
	"whystopped/internal/diagnose"
)

func TestMetrics(t *testing.T) {
	s := start(t, config.Config{Demo: true, EventsKey: "made-up-key"})
	s.diagnose(demoSamples()[0].ARN)
	s.ask("POST", "/api/v1/evaluate", `{"text": "nothing that is known"}`)
	s.ask("POST", "/api/v1/events", "{}") // without the key
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
		`whystopped_diagnoses_total{cause="` + demoSamples()[0].WantCause + `",confidence="confirmed",trigger="people"} `,
		`whystopped_diagnoses_total{cause="unknown",confidence="unknown",trigger="evaluate"} 1`,
		`whystopped_store_seconds_count{operation="save"} `,
		`whystopped_events_total{result="refused",way="http"} 1`,
		`whystopped_events_total{result="accepted",way="queue"} 0`,
		"whystopped_incidents_open ",
		`whystopped_build_info{engine="` + diagnose.Engine() + `",version=`,
		`go_sql_open_connections{db_name="all"} 1`,
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
