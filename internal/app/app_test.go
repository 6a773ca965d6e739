package app_test

import (
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"path"
	"strings"
	"testing"
	"time"

	"whystopped/internal/app"
	"whystopped/internal/config"
)

func TestEverySampleIsDiagnosedRight(t *testing.T) {
	s := startDemo(t)
	samples := demoSamples()
	if len(samples) < 14 {
		t.Errorf("the demo has %d samples, want 14 or more", len(samples))
	}
	for _, sample := range samples {
		t.Run(sample.Name, func(t *testing.T) {
			got := s.diagnose(sample.ARN)
			if got.status != http.StatusOK {
				t.Fatalf("status %d: %s", got.status, got.raw)
			}
			for _, check := range []struct{ what, got, want string }{
				{"cause", got.at("verdict", "cause"), sample.WantCause},
				{"identity", got.at("verdict", "identity", "kind"), string(sample.WantIdentity)},
				{"phase", got.at("verdict", "phase"), string(sample.WantPhase)},
				{"category", got.at("verdict", "category"), string(sample.WantCategory)},
			} {
				if check.want != "" && check.got != check.want {
					t.Errorf("%s %q, want %q", check.what, check.got, check.want)
				}
			}
			if strings.Contains(got.raw, ":null") && hasNullList(got.body) {
				t.Errorf("a list is null: %s", got.raw)
			}
		})
	}
}

// hasNullList looks for null where the API promises a list: anywhere but in
// the fields that may be null.
func hasNullList(v any) bool {
	switch v := v.(type) {
	case map[string]any:
		for name, value := range v {
			mayBeNull := name == "policyArn" || name == "missingPermission" || name == "completeAfter"
			if value == nil && !mayBeNull || hasNullList(value) {
				return true
			}
		}
	case []any:
		for _, item := range v {
			if hasNullList(item) {
				return true
			}
		}
	}
	return false
}

func TestKeptDiagnosis(t *testing.T) {
	s := startDemo(t)
	ref := demoSamples()[0].ARN
	first := s.diagnose(ref)
	if again := s.diagnose(ref); again.at("id") != first.at("id") {
		t.Errorf("asked twice: ids %q and %q, want one", first.at("id"), again.at("id"))
	}
	if kept := s.ask("GET", "/api/v1/diagnoses/"+first.at("id"), ""); kept.raw != first.raw {
		t.Errorf("the kept diagnosis is\n%s\nwant\n%s", kept.raw, first.raw)
	}
	anew := s.ask("GET", "/api/v1/diagnoses?refresh=true&task="+ref, "")
	if anew.status != http.StatusOK || anew.at("id") == first.at("id") {
		t.Errorf("refreshed: status %d, id %q, want another than %q", anew.status, anew.at("id"), first.at("id"))
	}
	list := s.ask("GET", "/api/v1/diagnoses?service=payments-api&limit=1&account="+first.at("task", "account"), "")
	items, _ := list.body["items"].([]any)
	if len(items) != 1 || list.at("nextCursor") != anew.at("id") {
		t.Errorf("list: %s", list.raw)
	}
	next := s.ask("GET", "/api/v1/diagnoses?service=payments-api&cursor="+list.at("nextCursor"), "")
	if items, _ := next.body["items"].([]any); len(items) != 1 || next.body["nextCursor"] != nil {
		t.Errorf("second page: %s", next.raw)
	}
}

func TestPagesAndAPITogether(t *testing.T) {
	s := startDemo(t)
	tests := []struct {
		path, contentType string
		status            int
		has               string
	}{
		{"/", "text/html", 200, path.Base(demoSamples()[0].ARN)},
		{"/diagnose?task=" + demoSamples()[0].ARN, "text/html", 200, "</html>"},
		{"/service?ref=arn:aws:ecs:eu-west-1:111122223333:service/production/payments-api", "text/html", 200, "startup.secretsmanager.denied"},
		{"/docs", "text/html", 200, "/api/v1/evaluate"},
		{"/causes", "text/html", 200, "</html>"},
		{"/nothing", "text/html", 404, "</html>"},
		{"/openapi.json", "application/json", 200, `"3.1.0"`},
		{"/openapi.yaml", "application/yaml", 200, "openapi: 3.1.0"},
		{"/api/v1/causes", "application/json", 200, `"code"`},
		{"/api/nothing", "application/problem+json", 404, "urn:whystopped:problem:not-found"},
		{"/healthz", "application/json", 200, `"ok"`},
		{"/readyz", "application/json", 200, `"ready"`},
	}
	for _, test := range tests {
		got := s.ask("GET", test.path, "")
		if got.status != test.status || !strings.HasPrefix(got.header.Get("Content-Type"), test.contentType) || !strings.Contains(got.raw, test.has) {
			t.Errorf("%s: status %d, %s, want %d, %s with %s", test.path, got.status, got.header.Get("Content-Type"), test.status, test.contentType, test.has)
		}
		if got.header.Get("X-Request-Id") == "" {
			t.Errorf("%s: no request id", test.path)
		}
	}
	if head := s.ask("HEAD", "/api/v1/causes", ""); head.status != http.StatusOK || head.raw != "" {
		t.Errorf("HEAD: status %d, body %q", head.status, head.raw)
	}
}

func TestLogHoldsNoEvidence(t *testing.T) {
	s := startDemo(t)
	const text = "the-text-that-was-pasted"
	s.ask("POST", "/api/v1/evaluate", `{"text":"`+text+`"}`)
	s.ask("GET", "/api/v1/diagnoses?task="+text, "")
	s.ask("POST", "/api/v1/evaluate", text)
	asked := s.ask("GET", "/diagnose?task="+text, "")
	if err := s.stop(); err != nil {
		t.Fatalf("Run: %v", err)
	}
	log := s.log.String()
	if strings.Contains(log, text) {
		t.Errorf("the log holds what was pasted:\n%s", log)
	}
	if !strings.Contains(log, `"request":"`+asked.header.Get("X-Request-Id")+`"`) {
		t.Errorf("the log lacks the request's id:\n%s", log)
	}
	for line := range strings.Lines(log) {
		if !json.Valid([]byte(line)) {
			t.Errorf("a line of the log is no JSON: %s", line)
		}
	}
}

func TestPortInUse(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatalf("Listen: %v", err)
	}
	defer taken.Close()
	_, err = app.New(t.Context(), config.Config{Listen: taken.Addr().String(), Demo: true, Timeout: time.Second}, slog.New(slog.DiscardHandler))
	if err == nil || !strings.Contains(err.Error(), taken.Addr().String()) {
		t.Errorf("error = %v, want one that names the address", err)
	}
}

func TestShutdownLetsRequestsFinish(t *testing.T) {
	arrived, release := make(chan struct{}), make(chan struct{})
	s := startWithAWS(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select {
		case arrived <- struct{}{}:
			<-release
		case <-release:
		}
		io.WriteString(w, "{}")
	}), "example")
	answered := make(chan answer, 1)
	go func() {
		a, err := s.try("POST", "/api/v1/diagnoses", `{"task":"web/0123456789abcdef0123456789abcdef"}`)
		if err != nil {
			t.Errorf("the running request was broken off: %v", err)
		}
		answered <- a
	}()
	select {
	case <-arrived:
	case a := <-answered:
		t.Fatalf("answered without a call to AWS: status %d, %s", a.status, a.raw)
	}
	stopped := make(chan error, 1)
	go func() { stopped <- s.stop() }()
	for { // until the port is given back
		conn, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
		if err != nil {
			break
		}
		conn.Close()
	}
	close(release)
	if got := <-answered; got.status == 0 {
		t.Error("the running request got no answer")
	}
	if err := <-stopped; err != nil {
		t.Errorf("Run: %v", err)
	}
}
