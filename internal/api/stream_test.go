package api_test

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"whystopped/internal/casebook"
	"whystopped/internal/diagnose"
	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/words"
)

const streamPath = "/api/v1/diagnoses/stream?task=web/0123456789abcdef0123456789abcdef"

// event is one event of a stream.
type event struct {
	Name string
	Data map[string]any
}

// readEvents reads a stream to its end, without its comments.
func readEvents(t *testing.T, body string) []event {
	t.Helper()
	var all []event
	for block := range strings.SplitSeq(body, "\n\n") {
		var e event
		for line := range strings.SplitSeq(block, "\n") {
			name, value, _ := strings.Cut(line, ": ")
			switch name {
			case "event":
				e.Name = value
			case "data":
				if err := json.Unmarshal([]byte(value), &e.Data); err != nil {
					t.Errorf("data %q: %v", value, err)
				}
			}
		}
		if e.Name != "" {
			all = append(all, e)
		}
	}
	return all
}

func TestStream(t *testing.T) {
	lacking := "cloudtrail:LookupEvents"
	b := &book{follow: func(_ context.Context, tell func(casebook.Step)) {
		tell(casebook.Step{Source: &evidence.Source{Name: "cloudtrail:LookupEvents"}})
		tell(casebook.Step{Source: &evidence.Source{Name: "cloudtrail:LookupEvents", Status: evidence.SourceDenied, Calls: 1, TookMS: 12, Detail: words.Plain("two\nlines"), MissingPermission: &lacking}})
		tell(casebook.Step{Verdict: &diagnose.Verdict{Cause: "oom.container"}})
	}}
	w := httptest.NewRecorder()
	serve(t, b).ServeHTTP(w, httptest.NewRequest("GET", streamPath+"&refresh=true", nil))
	if w.Code != http.StatusOK || b.asked != "web/0123456789abcdef0123456789abcdef anew" {
		t.Fatalf("status %d, asked for %q, body %s", w.Code, b.asked, w.Body)
	}
	for name, want := range map[string]string{"Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no"} {
		if got := w.Header().Get(name); got != want {
			t.Errorf("%s = %q, want %q", name, got, want)
		}
	}
	got := readEvents(t, w.Body.String())
	if len(got) != 4 || got[3].Name != "diagnosis" || got[3].Data["id"] != "d1" {
		t.Fatalf("events %v, want a diagnosis at the end", got)
	}
	want := []event{
		{"source", map[string]any{"name": "cloudtrail:LookupEvents", "status": "started", "calls": 0.0, "tookMs": 0.0, "missingPermission": nil}},
		{"source", map[string]any{"name": "cloudtrail:LookupEvents", "status": "denied", "calls": 1.0, "tookMs": 12.0, "detail": "two\nlines", "missingPermission": lacking}},
	}
	if diff := cmp.Diff(want, got[:2]); diff != "" {
		t.Errorf("sources (-want +got):\n%s", diff)
	}
	if got[2].Name != "verdict" || got[2].Data["cause"] != "oom.container" {
		t.Errorf("event %v, want the verdict so far", got[2])
	}
}

// TestABriefStream is for a page that has the report already.
func TestABriefStream(t *testing.T) {
	w := httptest.NewRecorder()
	serve(t, &book{}).ServeHTTP(w, httptest.NewRequest("GET", streamPath+"&brief=true", nil))
	if diff := cmp.Diff([]event{{"kept", map[string]any{"id": "d1"}}}, readEvents(t, w.Body.String())); diff != "" {
		t.Errorf("status %d, events (-want +got):\n%s", w.Code, diff)
	}
}

func TestStreamOfWhatCannotBeHad(t *testing.T) {
	w := httptest.NewRecorder()
	b := &book{err: &casebook.Error{Kind: casebook.UnknownTask, Message: "Nobody knows it."}}
	serve(t, b).ServeHTTP(w, httptest.NewRequest("GET", streamPath, nil))
	got := readEvents(t, w.Body.String())
	if len(got) != 1 || got[0].Name != "problem" {
		t.Fatalf("status %d, events %v, want one problem", w.Code, got)
	}
	want := map[string]any{"type": "urn:whystopped:problem:unknown-task", "title": "Task not found", "status": 404.0, "detail": "Nobody knows it."}
	if diff := cmp.Diff(want, got[0].Data); diff != "" {
		t.Errorf("problem (-want +got):\n%s", diff)
	}
}

func TestStreamRefusesWhatItDoesNotUnderstand(t *testing.T) {
	h := serve(t, &book{})
	for _, path := range []string{"/api/v1/diagnoses/stream", "/api/v1/diagnoses/stream?task=web/0123456789abcdef0123456789abcdef&limit=3"} {
		checkProblem(t, ask(t, h, "GET", path, ""), http.StatusUnprocessableEntity, "invalid-request", "")
	}
}

func TestHeadOfAStreamAsksNothing(t *testing.T) {
	b := &book{asked: "nothing"}
	w := httptest.NewRecorder()
	r := httptest.NewRequest("GET", streamPath, nil)
	r.Method = "HEAD" // the service sends HEAD to the handler of GET
	serve(t, b).ServeHTTP(w, r)
	if b.asked != "nothing" {
		t.Errorf("asked for %q", b.asked)
	}
}

func TestStreamArrivesEventByEvent(t *testing.T) {
	release := make(chan struct{})
	b := &book{follow: func(_ context.Context, tell func(casebook.Step)) {
		tell(casebook.Step{Source: &evidence.Source{Name: "ecs:DescribeTasks"}})
		<-release
	}}
	srv := httptest.NewServer(serve(t, b))
	defer srv.Close()
	resp, err := http.Get(srv.URL + streamPath)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	lines := bufio.NewScanner(resp.Body)
	for lines.Scan() && lines.Text() != "event: source" {
	}
	close(release) // only what was flushed can have arrived
	for lines.Scan() && lines.Text() != "event: diagnosis" {
	}
	if lines.Text() != "event: diagnosis" {
		t.Errorf("the stream ended with %q, %v", lines.Text(), lines.Err())
	}
}

func TestWhoLeavesAStreamIsNotWaitedFor(t *testing.T) {
	left := make(chan struct{})
	b := &book{follow: func(ctx context.Context, tell func(casebook.Step)) {
		tell(casebook.Step{Source: &evidence.Source{Name: "ecs:DescribeTasks"}})
		<-ctx.Done()
		close(left)
	}}
	srv := httptest.NewServer(serve(t, b))
	defer srv.Close()
	resp, err := http.Get(srv.URL + streamPath)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	<-left
}

func TestASilentStreamIsKeptOpen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &book{follow: func(context.Context, func(casebook.Step)) { time.Sleep(25 * time.Second) }}
		w := httptest.NewRecorder()
		serve(t, b).ServeHTTP(w, httptest.NewRequest("GET", streamPath, nil))
		if n := strings.Count(w.Body.String(), "\n: "); n != 2 {
			t.Errorf("%d comments in 25 s of silence, want 2:\n%s", n, w.Body)
		}
		if got := readEvents(t, w.Body.String()); len(got) != 1 {
			t.Errorf("events %v, want the diagnosis alone", got)
		}
	})
}

func TestDocumentHasTheStream(t *testing.T) {
	call := at(t, document(t), "paths", "/api/v1/diagnoses/stream", "get")
	schema := at(t, call, "responses", "200", "content", "text/event-stream", "schema", "items", "oneOf")
	if n := len(schema.([]any)); n != 5 {
		t.Errorf("%d kinds of events are described, want 5", n)
	}
	statuses := at(t, document(t), "components", "schemas", "SourceStep", "properties", "status", "enum").([]any)
	if len(statuses) != 10 || statuses[0] != "started" {
		t.Errorf("statuses %v, want started and those of a source", statuses)
	}
}
