package api_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/google/go-cmp/cmp"

	"whystopped/internal/api"
	"whystopped/internal/casebook"
	"whystopped/internal/ingest"
)

// eventBook keeps the ids of events, unless it has an error.
type eventBook struct {
	kept []string
	err  error
}

func (b *eventBook) Accept(_ context.Context, events []casebook.Event) error {
	if b.err != nil {
		return b.err
	}
	for _, e := range events {
		b.kept = append(b.kept, e.ID)
	}
	return nil
}

func serveEvents(t *testing.T, key string, b *eventBook) http.Handler {
	t.Helper()
	a, err := api.New(api.Options{Casebook: &book{}, Events: api.Events{Key: key, Book: b}, Version: "1.0.0", Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatalf("New: %v", err)
	}
	r := chi.NewRouter()
	a.Routes(r)
	a.EventRoutes(r)
	return r
}

const eventsKey = "made-up-key"

// taskEvent is an event as EventBridge delivers it, in the status given.
func taskEvent(id, status string) string {
	return `{"version":"0","id":"` + id + `","detail-type":"ECS Task State Change","source":"aws.ecs","account":"111122223333","time":"2026-11-22T08:00:05Z","region":"eu-west-1",` +
		`"resources":["arn:aws:ecs:eu-west-1:111122223333:task/prod/0f1e2d3c4b5a69788796a5b4c3d2e1f0"],` +
		`"detail":{"taskArn":"arn:aws:ecs:eu-west-1:111122223333:task/prod/0f1e2d3c4b5a69788796a5b4c3d2e1f0","lastStatus":"` + status + `","newToUs":[],"version":7}}`
}

func TestEvents(t *testing.T) {
	// As an input transformer of EventBridge may leave it.
	pretty := strings.ReplaceAll(taskEvent("e1", "STOPPED"), ",", ",\n  ")
	tests := []struct {
		name, body        string
		kept              []string
		accepted, ignored float64
	}{
		{"an event", taskEvent("e1", "STOPPED"), []string{"e1"}, 1, 0},
		{"over several lines", pretty, []string{"e1"}, 1, 0},
		{"one of no use", taskEvent("e1", "PENDING"), nil, 0, 1},
		{"a list", "[" + taskEvent("e1", "STOPPED") + "," + taskEvent("e2", "PROVISIONING") + "," + taskEvent("e3", "RUNNING") + "]", []string{"e1", "e3"}, 2, 1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			b := &eventBook{}
			got := ask(t, serveEvents(t, eventsKey, b), "POST", "/api/v1/events", test.body, "X-Api-Key", eventsKey, "Content-Type", "application/json; charset=utf-8")
			if got.Code != http.StatusAccepted || got.Header().Get("Content-Type") != "application/json" {
				t.Fatalf("status %d, headers %v, body %s", got.Code, got.Header(), got.Body)
			}
			if diff := cmp.Diff(map[string]any{"accepted": test.accepted, "ignored": test.ignored}, got.body); diff != "" {
				t.Errorf("answer (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.kept, b.kept); diff != "" {
				t.Errorf("kept (-want +got):\n%s", diff)
			}
		})
	}
}

func TestEventsRefused(t *testing.T) {
	const path = "/api/v1/events"
	event := taskEvent("e1", "STOPPED")
	big := event + strings.Repeat(" ", 8<<20)
	tests := []struct {
		name   string
		set    string // the key that is set up
		key    string
		body   string
		status int
		kind   string
		says   string
	}{
		{"no key", eventsKey, "", event, 401, "unauthorized", "x-api-key"},
		{"a wrong key", eventsKey, "made-up-kez", event, 401, "unauthorized", "x-api-key"},
		{"the beginning of the key", eventsKey, "made-up", event, 401, "unauthorized", "x-api-key"},
		{"no key, and a body that would be too large", eventsKey, "", big, 401, "unauthorized", "x-api-key"},
		{"no key is set up", "", "", event, 401, "unauthorized", "WHYSTOPPED_EVENTS_KEY"},
		{"no key is set up, and one is shown", "", eventsKey, event, 401, "unauthorized", "WHYSTOPPED_EVENTS_KEY"},
		{"no JSON", eventsKey, eventsKey, `task=hunter2`, 400, "malformed-request", "JSON"},
		{"no body", eventsKey, eventsKey, ``, 400, "malformed-request", "body is required"},
		{"no event", eventsKey, eventsKey, `{"task":"hunter2"}`, 422, "not-an-event", "isn't an EventBridge event: it has no source."},
		{"an empty list", eventsKey, eventsKey, `[]`, 422, "not-an-event", "without events"},
		{"an event that cannot be read beside a good one", eventsKey, eventsKey, "[" + event + `,{"source":"aws.ecs"}]`, 422, "not-an-event", "[1] isn't an EventBridge event"},
		{"too large", eventsKey, eventsKey, big, 413, "too-large", "8 MiB"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			b := &eventBook{}
			header := []string{}
			if test.key != "" {
				header = []string{"x-api-key", test.key}
			}
			got := ask(t, serveEvents(t, test.set, b), "POST", path, test.body, header...)
			checkProblem(t, got, test.status, test.kind, test.says)
			if challenged := got.Header().Get("WWW-Authenticate") != ""; challenged != (test.status == 401) {
				t.Errorf("headers %v", got.Header())
			}
			if len(b.kept) > 0 {
				t.Errorf("kept %v all the same", b.kept)
			}
			for _, secret := range []string{"hunter2", eventsKey} {
				if strings.Contains(got.Body.String(), secret) {
					t.Errorf("the answer tells %q: %s", secret, got.Body)
				}
			}
		})
	}
}

// EventBridge comes again only after some answers; it must not take events for
// stored that are not.
func TestEventsNotStored(t *testing.T) {
	tests := []struct {
		err  error
		kind string
	}{
		{errors.New("pq: password of the database"), "not-stored"},
		{fmt.Errorf("store: %w", context.DeadlineExceeded), "not-stored"},
		{fmt.Errorf("store: %w", context.Canceled), "abandoned"},
		{&casebook.Error{Kind: casebook.Busy, Message: "Too busy."}, "not-stored"},
	}
	for _, test := range tests {
		got := ask(t, serveEvents(t, eventsKey, &eventBook{err: test.err}), "POST", "/api/v1/events", taskEvent("e1", "STOPPED"), "x-api-key", eventsKey)
		checkProblem(t, got, 503, test.kind, "")
		if got.Header().Get("Retry-After") != "15" {
			t.Errorf("headers %v, want Retry-After", got.Header())
		}
		if strings.Contains(got.Body.String(), "password") {
			t.Errorf("the answer tells of our inside: %s", got.Body)
		}
	}
}

func TestSendersThatAreKnownOtherwise(t *testing.T) {
	for _, known := range []bool{true, false} {
		b := &eventBook{}
		a, err := api.New(api.Options{Casebook: &book{}, Events: api.Events{Known: func(context.Context) bool { return known }, Book: b}, Version: "1.0.0", Log: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatalf("New: %v", err)
		}
		r := chi.NewRouter()
		a.EventRoutes(r)
		got := ask(t, r, "POST", "/api/v1/events", taskEvent("e1", "STOPPED"))
		if kept := len(b.kept) == 1; kept != known || (got.Code == 202) != known {
			t.Errorf("known %v: status %d, kept %v", known, got.Code, b.kept)
		}
	}
}

func TestDocumentedEvents(t *testing.T) {
	doc := document(t)
	operation := at(t, doc, "paths", "/api/v1/events", "post")
	at(t, operation, "responses", "202", "content", "application/json", "schema")
	for _, status := range []string{"400", "401", "413", "415", "422", "500", "503"} {
		at(t, operation, "responses", status, "content", "application/problem+json", "schema")
	}
	if answers := at(t, operation, "responses").(map[string]any); answers["200"] != nil {
		t.Error("the document promises a 200")
	}
	if diff := cmp.Diff([]any{map[string]any{"eventsKey": []any{}}, map[string]any{"apiToken": []any{}}}, at(t, operation, "security")); diff != "" {
		t.Errorf("security (-want +got):\n%s", diff)
	}
	scheme := at(t, doc, "components", "securitySchemes", "eventsKey").(map[string]any)
	if scheme["type"] != "apiKey" || scheme["in"] != "header" || scheme["name"] != "x-api-key" {
		t.Errorf("scheme %v", scheme)
	}
	if open := at(t, doc, "components", "schemas", "EventBridgeEvent", "additionalProperties"); open != true {
		t.Error("an event may not have other properties")
	}
	example := at(t, operation, "requestBody", "content", "application/json", "example")
	if batch, err := ingest.Parse([]byte(mustJSON(t, example))); err != nil || len(batch.Events) != 1 {
		t.Errorf("the documented example cannot be kept: %v, %+v", err, batch)
	}
}

// deadlines notes the deadlines that are set for reading.
type deadlines struct {
	http.ResponseWriter
	set []time.Time
}

func (d *deadlines) SetReadDeadline(t time.Time) error {
	d.set = append(d.set, t)
	return nil
}

// brokenOff is a body whose time passes.
type brokenOff struct{}

func (brokenOff) Read([]byte) (int, error) { return 0, os.ErrDeadlineExceeded }

// TestABodyThatIsLateStaysOutOfTime: what of it is still to come is not waited for.
func TestABodyThatIsLateStaysOutOfTime(t *testing.T) {
	r := httptest.NewRequest(http.MethodPost, "/api/v1/events", brokenOff{})
	r.Header.Set("x-api-key", eventsKey)
	rec := httptest.NewRecorder()
	d := &deadlines{ResponseWriter: rec}
	serveEvents(t, eventsKey, &eventBook{}).ServeHTTP(d, r)
	if rec.Code != http.StatusRequestTimeout || len(d.set) != 1 || d.set[0].IsZero() {
		t.Errorf("status %d, deadlines %v, want the one that passed", rec.Code, d.set)
	}
}

// TestTheTimeForABodyEndsWithIt: storing events, or a diagnosis, takes as long as it
// takes.
func TestTheTimeForABodyEndsWithIt(t *testing.T) {
	b := &eventBook{}
	h := serveEvents(t, eventsKey, b)
	for path, body := range map[string]string{"/api/v1/events": taskEvent("e1", "STOPPED"), "/api/v1/evaluate": `{"text":"x"}`} {
		r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
		r.Header.Set("x-api-key", eventsKey)
		d := &deadlines{ResponseWriter: httptest.NewRecorder()}
		h.ServeHTTP(d, r)
		if n := len(d.set); n < 2 || d.set[0].IsZero() || !d.set[n-1].IsZero() {
			t.Errorf("%s: deadlines %v, want one for the body and then none", path, d.set)
		}
	}
}
