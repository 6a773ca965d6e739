package app

import (
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	otlp "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	spans "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"

	"whystopped/internal/awsclient/awsfake"
	"whystopped/internal/awsclient/awsfake/samples"
	"whystopped/internal/config"
)

// otlpDouble is a collector of traces.
type otlpDouble struct {
	mu    sync.Mutex
	spans []*spans.Span
	about map[string]string // of the resource
	hang  bool
}

func (o *otlpDouble) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if o.hang {
		io.Copy(io.Discard, r.Body) // so that the end of the connection is noticed
		<-r.Context().Done()
		return
	}
	body := io.Reader(r.Body)
	if r.Header.Get("Content-Encoding") == "gzip" {
		var err error
		if body, err = gzip.NewReader(body); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
	}
	raw, err := io.ReadAll(body)
	var sent otlp.ExportTraceServiceRequest
	if err != nil || r.URL.Path != "/v1/traces" || proto.Unmarshal(raw, &sent) != nil {
		http.Error(w, "not spans", http.StatusBadRequest)
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, of := range sent.ResourceSpans {
		o.about = map[string]string{}
		for _, a := range of.Resource.Attributes {
			o.about[a.Key] = a.Value.GetStringValue()
		}
		for _, in := range of.ScopeSpans {
			o.spans = append(o.spans, in.Spans...)
		}
	}
	w.Header().Set("Content-Type", "application/x-protobuf")
}

// named finds a span by its name, and, where an attribute is given, by that.
func (o *otlpDouble) named(t *testing.T, name, key, value string) *spans.Span {
	t.Helper()
	for _, s := range o.spans {
		if s.Name == name && (key == "" || attributeOf(s, key) == value) {
			return s
		}
	}
	t.Fatalf("there is no span %s with %s=%s: %v", name, key, value, o.spans)
	return nil
}

func attributeOf(s *spans.Span, key string) string {
	for _, a := range s.Attributes {
		if a.Key == key {
			if n := a.Value.GetIntValue(); n != 0 {
				return fmt.Sprint(n)
			}
			return a.Value.GetStringValue()
		}
	}
	return ""
}

// startTraced runs a service on the demo's account with a collector of traces,
// and returns what ends it.
func startTraced(t *testing.T, log io.Writer) (o *otlpDouble, base string, end func()) {
	t.Helper()
	o = &otlpDouble{}
	scenario, _ := samples.Demo(time.Now())
	srv, aws := httptest.NewServer(o), httptest.NewServer(awsfake.New(scenario))
	t.Cleanup(srv.Close)
	t.Cleanup(aws.Close)
	for name, value := range map[string]string{
		otlpEndpoint: srv.URL, "AWS_ENDPOINT_URL": aws.URL, "AWS_REGION": "eu-west-1", "AWS_ACCESS_KEY_ID": "example", "AWS_SECRET_ACCESS_KEY": "example",
		"AWS_PROFILE": "", "AWS_CONFIG_FILE": t.TempDir() + "/config", "AWS_SHARED_CREDENTIALS_FILE": t.TempDir() + "/credentials", "AWS_EC2_METADATA_DISABLED": "true",
	} {
		t.Setenv(name, value)
	}
	a, err := newApp(t.Context(), config.Config{Listen: "127.0.0.1:0", Timeout: 10 * time.Second, EventsKey: eventsKey}, NewLogger(log, slog.LevelDebug), hurried(time.Now()))
	if err != nil {
		t.Fatal(err)
	}
	running, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- a.Run(running) }()
	end = sync.OnceFunc(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
	t.Cleanup(end)
	return o, a.URL(), end
}

func answered(t *testing.T, r *http.Request, err error, status int) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != status {
		t.Fatalf("%s: status %d, %v: %s", r.URL, resp.StatusCode, err, body)
	}
}

// TestTracesOfADiagnosis: of the request, in it the diagnosis, in it the calls to
// AWS, all of which have been sent when the service has ended.
func TestTracesOfADiagnosis(t *testing.T) {
	const parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
	var log lockedBuffer
	o, base, end := startTraced(t, &log)
	_, shown := samples.Demo(time.Now())
	r, err := http.NewRequest("GET", base+"/api/v1/diagnoses?task="+url.QueryEscape(shown[0].ARN), nil)
	r.Header.Set("traceparent", parent)
	r.Header.Set("tracestate", "vendor=of-no-use")
	answered(t, r, err, http.StatusOK)
	r, err = http.NewRequest("GET", base+"/healthz", nil)
	answered(t, r, err, http.StatusOK)
	end()

	request := o.named(t, "GET /api/v1/diagnoses", "http.response.status_code", "200")
	if fmt.Sprintf("%x", request.TraceId) != parent[3:35] || fmt.Sprintf("%x", request.ParentSpanId) != parent[36:52] || request.TraceState != "" {
		t.Errorf("the request's span is %v, want it in the client's trace", request)
	}
	made := o.named(t, "diagnose", "whystopped.cause", shown[0].WantCause)
	if string(made.ParentSpanId) != string(request.SpanId) {
		t.Error("the diagnosis does not stand in the request")
	}
	for key, want := range map[string]string{"cloud.account.id": awsfake.DefaultAccount, "cloud.region": awsfake.DefaultRegion, "whystopped.confidence": "confirmed"} {
		if got := attributeOf(made, key); got != want {
			t.Errorf("%s is %q, want %q", key, got, want)
		}
	}
	for _, call := range []string{"ecs:DescribeTasks", "cloudtrail:LookupEvents", "iam:SimulatePrincipalPolicy"} {
		if string(o.named(t, call, "whystopped.result", "ok").ParentSpanId) != string(made.SpanId) {
			t.Errorf("%s does not stand in the diagnosis", call)
		}
	}
	for _, s := range o.spans {
		if strings.Contains(s.Name, "healthz") {
			t.Error("probes have spans")
		}
	}
	if o.about["service.name"] != "whystopped" || o.about["service.version"] == "" {
		t.Errorf("the spans are of %v", o.about)
	}
	if !strings.Contains(log.String(), `"trace_id":"`+parent[3:35]+`"`) {
		t.Errorf("the log does not name the trace: %s", &log)
	}
}

// TestTracesOfWhatAnEventLeadsTo: the job has a trace of its own, with a link to
// the request that brought the event.
func TestTracesOfWhatAnEventLeadsTo(t *testing.T) {
	var log lockedBuffer
	o, base, end := startTraced(t, &log)
	f := failing[2]
	if !send(t.Context(), base, endEvent(f.service, f.code, f.reason, f.container, 1)) {
		t.Fatal("the event was not taken")
	}
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for h, err := askHistory(t.Context(), base); err != nil || h.stops[f.service] == 0 || h.undiagnosed > 0; h, err = askHistory(t.Context(), base) {
		<-again.C
	}
	end()
	request, job := o.named(t, "POST /api/v1/events", "", ""), o.named(t, "job diagnose", "", "")
	if len(job.Links) != 1 || string(job.Links[0].SpanId) != string(request.SpanId) || string(job.TraceId) == string(request.TraceId) {
		t.Errorf("the job's span is %v, want a trace of its own that leads to %v", job, request)
	}
	if made := o.named(t, "diagnose", "", ""); string(made.ParentSpanId) != string(job.SpanId) {
		t.Error("the diagnosis does not stand in its job")
	}
}

// TestNothingThatWasSaidIsInATrace, by a client or in the evidence.
func TestNothingThatWasSaidIsInATrace(t *testing.T) {
	const marker = "mallory"
	var log lockedBuffer
	o, base, end := startTraced(t, &log)
	evidence := `{"task":{"taskArn":"arn:aws:ecs:` + marker + `:` + marker + `:task/` + marker + `/0123456789abcdef0123456789abcdef","stoppedReason":"` + marker + `","group":"service:` + marker + `"},"text":"` + marker + `"}`
	r, err := http.NewRequest("POST", base+"/api/v1/evaluate", strings.NewReader(evidence))
	r.Header.Set("User-Agent", marker)
	r.Header.Set("baggage", "who="+marker)
	answered(t, r, err, http.StatusOK)
	r, err = http.NewRequest("GET", base+"/"+marker, nil)
	answered(t, r, err, http.StatusNotFound)
	r, err = http.NewRequest("GET", base+"/api/v1/diagnoses?task="+marker, nil)
	answered(t, r, err, http.StatusUnprocessableEntity)
	if send(t.Context(), base, []byte(`{"`+marker+`":1}`)) {
		t.Fatal("what is no event was taken")
	}
	f := failing[1]
	if !send(t.Context(), base, endEvent(marker, f.code, f.reason+" "+marker, marker, 1)) {
		t.Fatal("the event was not taken")
	}
	end()
	o.named(t, "evaluate", "whystopped.confidence", "unknown")
	o.named(t, "POST /api/v1/events", "http.response.status_code", "202")
	for _, s := range o.spans {
		if strings.Contains(s.String(), marker) {
			t.Errorf("a span has what was said: %v", s)
		}
	}
}

func TestACollectorThatHangsHoldsNobodyUp(t *testing.T) {
	srv := httptest.NewServer(&otlpDouble{hang: true})
	defer srv.Close()
	defer srv.CloseClientConnections()
	t.Setenv(otlpTracesEndpoint, srv.URL+"/v1/traces")
	var log lockedBuffer
	tracing, err := openTracing(t.Context(), NewLogger(&log, slog.LevelInfo))
	if err != nil {
		t.Fatal(err)
	}
	_, span := tracing.tracer.Start(t.Context(), "the last one")
	span.End()
	began := time.Now()
	tracing.close(began) // no time is left
	if took := time.Since(began); took > 10*leastFlush {
		t.Errorf("the end took %s", took)
	}
	if !strings.Contains(log.String(), "not sent") {
		t.Errorf("nobody is told that spans were lost: %s", &log)
	}
}
