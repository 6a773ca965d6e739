package api_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/google/go-cmp/cmp"

	"whystopped/internal/api"
	"whystopped/internal/casebook"
	"whystopped/internal/diagnose"
	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/diagnose/verdict"
	"whystopped/internal/taskref"
	"whystopped/internal/words"
)

// book is a casebook that remembers what it was asked.
type book struct {
	asked  string
	err    error
	filter casebook.Filter
	limit  int
	brings evidence.Evidence
	// incident is the report of every incident, and goingOn and stops what was
	// asked of the lists.
	incident casebook.IncidentReport
	goingOn  bool
	stops    casebook.StopFilter
	// follow happens before a diagnosis that is followed is there.
	follow func(ctx context.Context, tell func(casebook.Step))
}

func (b *book) Diagnose(_ context.Context, asked taskref.Ref, refresh bool) (diagnose.Diagnosis, error) {
	b.asked = asked.String()
	if refresh {
		b.asked += " anew"
	}
	if asked.Cluster == "panic" {
		panic("a bug")
	}
	return diagnose.Diagnosis{ID: "d1"}, b.err
}

func (b *book) Follow(ctx context.Context, asked taskref.Ref, refresh bool, tell func(casebook.Step)) (diagnose.Diagnosis, error) {
	if b.follow != nil {
		b.follow(ctx, tell)
	}
	return b.Diagnose(ctx, asked, refresh)
}

func (b *book) EvaluateJSON(_ context.Context, raw []byte) (diagnose.Diagnosis, error) {
	ev, err := evidence.Decode(raw)
	if err != nil {
		return diagnose.Diagnosis{}, &casebook.Error{Kind: casebook.InvalidEvidence, Message: "unread", Err: err}
	}
	b.brings = ev
	return diagnose.Diagnosis{ID: "d2"}, b.err
}

func (b *book) Get(_ context.Context, id string) (diagnose.Diagnosis, error) {
	b.asked = id
	return diagnose.Diagnosis{ID: id}, b.err
}

func (b *book) List(_ context.Context, f casebook.Filter, cursor string, limit int) (casebook.Page, error) {
	b.filter, b.asked, b.limit = f, cursor, limit
	if cursor == "last" {
		return casebook.Page{}, b.err
	}
	return casebook.Page{Diagnoses: []diagnose.Diagnosis{{ID: "d3"}}, Next: "d3"}, b.err
}

func serve(t *testing.T, b *book) http.Handler {
	t.Helper()
	a, err := api.New(api.Options{
		Casebook: b,
		Causes:   []diagnose.CauseInfo{{Code: "runtime.oom"}, {Code: "runtime.s3.denied", Docs: []string{"https://docs.aws.amazon.com/"}}},
		Version:  "1.0.0", Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatalf("New: %v", err)
	}
	r := chi.NewRouter()
	r.NotFound(api.NotFound)
	r.MethodNotAllowed(api.MethodNotAllowed)
	a.Routes(r)
	a.EventRoutes(r)
	return r
}

type answer struct {
	*httptest.ResponseRecorder
	body map[string]any
}

func ask(t *testing.T, h http.Handler, method, path, body string, header ...string) answer {
	t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	a := answer{ResponseRecorder: w}
	if err := json.Unmarshal(w.Body.Bytes(), &a.body); err != nil {
		t.Errorf("%s %s answers no JSON object: %v\n%s", method, path, err, w.Body)
	}
	return a
}

func TestDiagnose(t *testing.T) {
	const form = "application/x-www-form-urlencoded"
	tests := []struct {
		name, method, path, body, contentType string
		asked                                 string
	}{
		{"JSON", "POST", "/api/v1/diagnoses", `{"task":"web/0123456789abcdef0123456789abcdef"}`, "application/json; charset=utf-8", "web/0123456789abcdef0123456789abcdef"},
		{"anew", "POST", "/api/v1/diagnoses", `{"task":"web/0123456789abcdef0123456789abcdef","refresh":true}`, "application/json", "web/0123456789abcdef0123456789abcdef anew"},
		{"what curl -d says", "POST", "/api/v1/diagnoses", `{"task":"web/0123456789abcdef0123456789abcdef"}`, form, "web/0123456789abcdef0123456789abcdef"},
		{"no type", "POST", "/api/v1/diagnoses", `{"task":"web/0123456789abcdef0123456789abcdef"}`, "", "web/0123456789abcdef0123456789abcdef"},
		{"text", "POST", "/api/v1/diagnoses", `{"task":"web/0123456789abcdef0123456789abcdef"}`, "text/plain", "web/0123456789abcdef0123456789abcdef"},
		{"another kind of JSON", "POST", "/api/v1/diagnoses", `{"task":"web/0123456789abcdef0123456789abcdef"}`, "application/vnd.api+json", "web/0123456789abcdef0123456789abcdef"},
		{"without a body", "GET", "/api/v1/diagnoses?task=web%2F0123456789abcdef0123456789abcdef", "", "", "web/0123456789abcdef0123456789abcdef"},
		{"without a body, anew", "GET", "/api/v1/diagnoses?task=web/0123456789abcdef0123456789abcdef&refresh=true", "", "", "web/0123456789abcdef0123456789abcdef anew"},
		{"an ARN in the address", "GET", "/api/v1/diagnoses?task=arn:aws:ecs:eu-west-1:111122223333:task/web/0123456789abcdef0123456789abcdef", "", "", "arn:aws:ecs:eu-west-1:111122223333:task/web/0123456789abcdef0123456789abcdef"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			b := &book{asked: "nothing"}
			got := ask(t, serve(t, b), test.method, test.path, test.body, "Content-Type", test.contentType)
			if got.Code != http.StatusOK || got.body["id"] != "d1" {
				t.Fatalf("status %d, body %s", got.Code, got.Body)
			}
			if b.asked != test.asked {
				t.Errorf("asked for %q, want %q", b.asked, test.asked)
			}
			if ct := got.Header().Get("Content-Type"); ct != "application/json" {
				t.Errorf("Content-Type = %q", ct)
			}
			if got.Header().Get("Cache-Control") != "no-store" || got.Header().Get("X-Content-Type-Options") != "nosniff" {
				t.Errorf("headers: %v", got.Header())
			}
		})
	}
}

func TestKept(t *testing.T) {
	b := &book{}
	got := ask(t, serve(t, b), "GET", "/api/v1/diagnoses/0abc", "")
	if got.Code != http.StatusOK || got.body["id"] != "0abc" || b.asked != "0abc" {
		t.Errorf("status %d, body %s", got.Code, got.Body)
	}
}

func TestList(t *testing.T) {
	noon := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	tests := []struct {
		query  string
		filter casebook.Filter
		cursor string
		limit  int
	}{
		{"", casebook.Filter{}, "", 20},
		{"?limit=100&cursor=d9", casebook.Filter{}, "d9", 100},
		{
			"?account=111122223333&region=eu-west-1&cluster=web&service=api&cause=runtime.oom&category=oom&identity=none&since=2026-11-22T12:00:00Z&until=2026-11-22T13:00:00%2B01:00",
			casebook.Filter{
				Account: "111122223333", Region: "eu-west-1", Cluster: "web", Service: "api",
				Cause: "runtime.oom", Category: verdict.OOM, Identity: verdict.NoIdentity, Since: noon, Until: noon,
			},
			"", 20,
		},
	}
	for _, test := range tests {
		b := &book{}
		got := ask(t, serve(t, b), "GET", "/api/v1/diagnoses"+test.query, "")
		if got.Code != http.StatusOK {
			t.Errorf("%s: status %d, body %s", test.query, got.Code, got.Body)
			continue
		}
		if diff := cmp.Diff(test.filter, b.filter); diff != "" || b.asked != test.cursor || b.limit != test.limit {
			t.Errorf("%s: cursor %q, limit %d, filter (-want +got):\n%s", test.query, b.asked, b.limit, diff)
		}
		if items, ok := got.body["items"].([]any); !ok || len(items) != 1 || got.body["nextCursor"] != "d3" {
			t.Errorf("%s: body %s", test.query, got.Body)
		}
	}
	got := ask(t, serve(t, &book{}), "GET", "/api/v1/diagnoses?cursor=last", "")
	if want := `{"items":[],"nextCursor":null}`; strings.TrimSpace(got.Body.String()) != want {
		t.Errorf("the last page is %s, want %s", got.Body, want)
	}
}

func TestEvaluate(t *testing.T) {
	b := &book{}
	got := ask(t, serve(t, b), "POST", "/api/v1/evaluate", `{"task":{"stoppedReason":"x","unknownToUs":1}}`)
	if got.Code != http.StatusOK || got.body["id"] != "d2" {
		t.Fatalf("status %d, body %s", got.Code, got.Body)
	}
	if diff := cmp.Diff(evidence.Evidence{Task: &evidence.Task{StoppedReason: "x"}}, b.brings); diff != "" {
		t.Errorf("evidence (-want +got):\n%s", diff)
	}
}

func TestCauses(t *testing.T) {
	h := serve(t, &book{})
	got := ask(t, h, "GET", "/api/v1/causes", "")
	if items, ok := got.body["items"].([]any); !ok || len(items) != 2 {
		t.Errorf("causes: %s", got.Body)
	}
	if strings.Contains(got.Body.String(), "null") {
		t.Errorf("a list is null: %s", got.Body)
	}
	if got := ask(t, h, "GET", "/api/v1/causes/runtime.s3.denied", ""); got.body["code"] != "runtime.s3.denied" {
		t.Errorf("cause: %s", got.Body)
	}
}

func TestProblems(t *testing.T) {
	large := `{"task":"` + strings.Repeat("x", 8<<20) + `"}`
	tests := []struct {
		name, method, path, body, contentType string
		status                                int
		kind                                  string
		says                                  string
	}{
		{"nothing pasted", "POST", "/api/v1/diagnoses", `{"task":""}`, "", 422, "not-a-task-reference", "Nothing was pasted"},
		{"an empty task does not list", "GET", "/api/v1/diagnoses?task=", "", "", 422, "not-a-task-reference", "Nothing was pasted"},
		{"no JSON", "POST", "/api/v1/diagnoses", `task=abc`, "", 400, "malformed-request", "Invalid character"},
		{"no body", "POST", "/api/v1/diagnoses", ``, "", 400, "malformed-request", "body is required"},
		{"half a body", "POST", "/api/v1/diagnoses", `{"task":"x`, "", 400, "malformed-request", "Unexpected end"},
		{"too deep", "POST", "/api/v1/diagnoses", `{"task":` + strings.Repeat("[", 20000), "", 400, "malformed-request", "max depth"},
		{"a name twice in other letters", "POST", "/api/v1/diagnoses", `{"task":"a","Task":"b"}`, "", 400, "malformed-request", "twice"},
		{"a name twice in letters that fold", "POST", "/api/v1/diagnoses", `{"task":"a","ta\u017fk":"b"}`, "", 400, "malformed-request", "twice"},
		{"a list", "POST", "/api/v1/diagnoses", `[]`, "", 422, "invalid-request", "Expected object"},
		{"null", "POST", "/api/v1/diagnoses", `null`, "", 422, "invalid-request", "Expected object"},
		{"an unknown field", "POST", "/api/v1/diagnoses", `{"task":"a","tsk":"b"}`, "", 422, "invalid-request", "tsk"},
		{"no task", "POST", "/api/v1/diagnoses", `{}`, "", 422, "invalid-request", "task"},
		{"a task that is a number", "POST", "/api/v1/diagnoses", `{"task":1}`, "", 422, "invalid-request", "Expected string (body.task)"},
		{"too large", "POST", "/api/v1/diagnoses", large, "", 413, "too-large", "8 MiB"},
		{"a form with files", "POST", "/api/v1/diagnoses", `x`, "multipart/form-data; boundary=x", 415, "unsupported-media-type", "application/json"},
		{"a type that is none", "POST", "/api/v1/diagnoses", `{}`, "json", 415, "unsupported-media-type", "application/json"},
		{"another address", "GET", "/api/v1/nothing", "", "", 404, "not-found", "/openapi.json"},
		{"another method", "DELETE", "/api/v1/diagnoses", "", "", 405, "method-not-allowed", "Supported: GET and POST"},
		{"an unknown parameter", "GET", "/api/v1/diagnoses?tsk=a", "", "", 422, "invalid-request", "Unknown query parameter (query.tsk)"},
		{"a filter beside a task", "GET", "/api/v1/diagnoses?task=a&region=b", "", "", 422, "invalid-request", "does not go with task"},
		{"refresh without a task", "GET", "/api/v1/diagnoses?refresh=true", "", "", 422, "invalid-request", "goes with task"},
		{"an unknown category", "GET", "/api/v1/diagnoses?category=weather", "", "", 422, "invalid-request", "iam-permission"},
		{"an unknown identity", "GET", "/api/v1/diagnoses?identity=me", "", "", 422, "invalid-request", "task-role"},
		{"a time that is none", "GET", "/api/v1/diagnoses?since=yesterday", "", "", 422, "invalid-request", "(query.since)"},
		{"a limit that is too high", "GET", "/api/v1/diagnoses?limit=101", "", "", 422, "invalid-request", "100"},
		{"a limit of nothing", "GET", "/api/v1/diagnoses?limit=0", "", "", 422, "invalid-request", ">= 1"},
		{"evidence that is no JSON", "POST", "/api/v1/evaluate", `AccessDenied`, "", 400, "malformed-request", "at byte 1"},
		{"no evidence body", "POST", "/api/v1/evaluate", ``, "", 400, "malformed-request", "body is required"},
		{"evidence of nothing", "POST", "/api/v1/evaluate", `{}`, "", 422, "invalid-evidence", "at least one of task"},
		{"an unknown part of evidence", "POST", "/api/v1/evaluate", `{"log":[]}`, "", 422, "invalid-evidence", "log isn't a field"},
		{"evidence that is too large", "POST", "/api/v1/evaluate", large, "", 413, "too-large", "8 MiB"},
		{"an unknown cause", "GET", "/api/v1/causes/weather", "", "", 404, "not-found", "/api/v1/causes"},
	}
	h := serve(t, &book{})
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := ask(t, h, test.method, test.path, test.body, "Content-Type", test.contentType)
			checkProblem(t, got, test.status, test.kind, test.says)
		})
	}
}

func TestProblemsOfTheCasebook(t *testing.T) {
	tests := []struct {
		err    error
		status int
		kind   string
	}{
		{&casebook.Error{Kind: casebook.NotAReference, Message: "Paste it."}, 422, "not-a-task-reference"},
		{&casebook.Error{Kind: casebook.InvalidFilter, Message: "Paste it."}, 422, "invalid-filter"},
		{&casebook.Error{Kind: casebook.UnknownTask, Message: "Paste it."}, 404, "unknown-task"},
		{&casebook.Error{Kind: casebook.UnknownDiagnosis, Message: "Paste it."}, 404, "unknown-diagnosis"},
		{&casebook.Error{Kind: casebook.UnknownIncident, Message: "Paste it."}, 404, "unknown-incident"},
		{&casebook.Error{Kind: casebook.NotAllowed, Message: "Paste it."}, 403, "account-not-allowed"},
		{&casebook.Error{Kind: casebook.NoCredentials, Message: "Paste it."}, 502, "no-aws-credentials"},
		{&casebook.Error{Kind: casebook.BadCredentials, Message: "Paste it."}, 502, "bad-aws-credentials"},
		{&casebook.Error{Kind: casebook.Refused, Message: "Paste it."}, 502, "aws-refused"},
		{&casebook.Error{Kind: casebook.Unreachable, Message: "Paste it.", Err: errors.New("dial tcp")}, 502, "aws-unreachable"},
		{&casebook.Error{Kind: casebook.Busy, Message: "Paste it."}, 503, "too-busy"},
	}
	for _, test := range tests {
		got := ask(t, serve(t, &book{err: test.err}), "POST", "/api/v1/diagnoses", `{"task":"web/0123456789abcdef0123456789abcdef"}`)
		checkProblem(t, got, test.status, test.kind, "Paste it.")
	}
	got := ask(t, serve(t, &book{err: errors.New("pq: password of the database")}), "POST", "/api/v1/diagnoses", `{"task":"web/0123456789abcdef0123456789abcdef"}`)
	checkProblem(t, got, 500, "internal-error", "log has the details")
	if strings.Contains(got.Body.String(), "password") {
		t.Errorf("the answer tells of our inside: %s", got.Body)
	}
}

func checkProblem(t *testing.T, got answer, status int, kind, says string) {
	t.Helper()
	if got.Code != status || got.body["status"] != float64(status) {
		t.Errorf("status %d, want %d: %s", got.Code, status, got.Body)
	}
	if ct := got.Header().Get("Content-Type"); ct != "application/problem+json" {
		t.Errorf("Content-Type = %q", ct)
	}
	if want := "urn:whystopped:problem:" + kind; got.body["type"] != want {
		t.Errorf("type %v, want %s", got.body["type"], want)
	}
	if title, _ := got.body["title"].(string); title == "" {
		t.Error("no title")
	}
	if detail, _ := got.body["detail"].(string); !strings.Contains(detail, says) {
		t.Errorf("detail %q, want … %s …", detail, says)
	}
}

func TestRefusalsAreProblems(t *testing.T) {
	for _, test := range []struct {
		status int
		kind   string
	}{
		{401, "not-logged-in"},
		{403, "not-allowed-in"},
		{400, "login-failed"},
		{503, "login-unavailable"},
		{200, "signed-out"},
		{403, "cross-origin"},
		{421, "wrong-host"},
		{429, "too-many-requests"},
		{503, "too-busy"},
	} {
		got := ask(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			api.Problem(w, r, test.status, test.kind, words.Plain("The reason, for people."))
		}), "POST", "/api/v1/diagnoses", "")
		checkProblem(t, got, test.status, test.kind, "The reason, for people.")
		if cache := got.Header().Get("Cache-Control"); cache != "no-store" {
			t.Errorf("%s: Cache-Control %q", test.kind, cache)
		}
	}
}

// TestProblemsDoNotEcho holds that what was sent does not come back, as the
// framework would have it: it may be evidence with a secret in it.
func TestProblemsDoNotEcho(t *testing.T) {
	for _, body := range []string{`{"task":["the-secret-value"]}`, `{"task":"a","x":"the-secret-value"}`, `{"task":"the-secret-value"`} {
		got := ask(t, serve(t, &book{}), "POST", "/api/v1/diagnoses", body)
		if strings.Contains(got.Body.String(), "the-secret-value") {
			t.Errorf("%s is echoed: %s", body, got.Body)
		}
	}
}

func TestMethodNotAllowedNamesTheOthers(t *testing.T) {
	got := ask(t, serve(t, &book{}), "PUT", "/api/v1/evaluate", "{}")
	if allow := got.Header().Get("Allow"); allow != "POST" {
		t.Errorf("Allow = %q, want POST", allow)
	}
}
