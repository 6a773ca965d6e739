package api_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"whystopped/internal/casebook"
)

// fetch asks for an answer that need not be JSON.
func fetch(t *testing.T, h http.Handler, method, path, body string, accept ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Host = "whystopped.example:8080"
	r.Header["Accept"] = accept
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestFormsOfADiagnosis(t *testing.T) {
	calls := []struct{ method, path, body, id string }{
		{"GET", "/api/v1/diagnoses?task=web/0123456789abcdef0123456789abcdef", "", "d1"},
		{"POST", "/api/v1/diagnoses", `{"task":"web/0123456789abcdef0123456789abcdef"}`, "d1"},
		{"GET", "/api/v1/diagnoses/d9", "", "d9"},
		{"POST", "/api/v1/evaluate", `{"text":"exit code 1"}`, "d2"},
	}
	forms := []struct {
		accept      []string
		contentType string
		has         string
	}{
		{nil, "application/json", `"id":"ID"`},
		{[]string{"text/plain"}, "text/plain; charset=utf-8", "REPORT\n  http://whystopped.example:8080/d/ID\n"},
		{[]string{"text/markdown"}, "text/markdown; charset=utf-8", "Report: <http://whystopped.example:8080/d/ID>\n"},
		{[]string{"text/html", "text/markdown;q=0.4"}, "text/markdown; charset=utf-8", "# "},
	}
	h := serve(t, &book{})
	for _, call := range calls {
		for _, form := range forms {
			got := fetch(t, h, call.method, call.path, call.body, form.accept...)
			if got.Code != http.StatusOK || got.Header().Get("Content-Type") != form.contentType {
				t.Errorf("%s %s, Accept %q: status %d, %s, want 200, %s", call.method, call.path, form.accept, got.Code, got.Header().Get("Content-Type"), form.contentType)
			}
			if want := strings.ReplaceAll(form.has, "ID", call.id); !strings.Contains(got.Body.String(), want) {
				t.Errorf("%s %s, Accept %q: no %q in\n%s", call.method, call.path, form.accept, want, got.Body)
			}
			if got.Header().Get("Vary") != "Accept" || got.Header().Get("X-Content-Type-Options") != "nosniff" {
				t.Errorf("%s %s: headers %v", call.method, call.path, got.Header())
			}
		}
	}
}

func TestNoFormThatFits(t *testing.T) {
	for _, test := range []struct{ method, path, body, can string }{
		{"GET", "/api/v1/diagnoses?task=web/0123456789abcdef0123456789abcdef", "", "text/markdown can"},
		{"POST", "/api/v1/diagnoses", `{"task":"web/0123456789abcdef0123456789abcdef"}`, "text/markdown can"},
		{"GET", "/api/v1/diagnoses", "", "application/json can"},
	} {
		b := &book{asked: "nothing"}
		got := ask(t, serve(t, b), test.method, test.path, test.body, "Accept", "image/png")
		checkProblem(t, got, 406, "not-acceptable", test.can)
		if b.asked != "nothing" {
			t.Errorf("%s %s: it was looked at %q all the same", test.method, test.path, b.asked)
		}
	}
}

func TestProblemsAsText(t *testing.T) {
	unknown := &casebook.Error{Kind: casebook.UnknownTask, Message: "Nothing is known\nof \x1b[31mit."}
	tests := []struct {
		name, method, path, body string
		book                     book
		status                   int
		line                     string
	}{
		{"the casebook's", "GET", "/api/v1/diagnoses?task=web/0123456789abcdef0123456789abcdef", "", book{err: unknown}, 404, "Task not found (404): Nothing is known of \ufffd[31mit.\n"},
		{"the framework's", "POST", "/api/v1/diagnoses", `{"task":1}`, book{}, 422, "Invalid request (422): Expected string (body.task).\n"},
		{"a list has no text", "GET", "/api/v1/diagnoses", "", book{}, 406, "Not acceptable (406): Of what the Accept header names nothing can be had here; application/json can.\n"},
		{"no such address", "GET", "/api/v1/nothing", "", book{}, 404, "Not found (404): There is nothing at /api/v1/nothing. The API is described at /docs and in /openapi.json.\n"},
		{"no such method", "PUT", "/api/v1/evaluate", "", book{}, 405, "Method not allowed (405): PUT isn't supported here. Supported: POST.\n"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := fetch(t, serve(t, &test.book), test.method, test.path, test.body, "text/plain, text/markdown")
			if got.Code != test.status || got.Header().Get("Content-Type") != "text/plain; charset=utf-8" || got.Body.String() != test.line {
				t.Errorf("status %d, %s, body %q\nwant %d, body %q", got.Code, got.Header().Get("Content-Type"), got.Body, test.status, test.line)
			}
			if test.method != "PUT" { // who accepts JSON, too, gets the problem as it is
				got := fetch(t, serve(t, &test.book), test.method, test.path, test.body, "text/html, application/problem+json;q=0.1")
				if got.Header().Get("Content-Type") != "application/problem+json" {
					t.Errorf("with JSON accepted: %s", got.Header().Get("Content-Type"))
				}
			}
		})
	}
}

func TestDocumentHasTheForms(t *testing.T) {
	doc := document(t)
	for _, call := range [][2]string{
		{"/api/v1/diagnoses", "post"}, {"/api/v1/diagnoses", "get"}, {"/api/v1/diagnoses/{id}", "get"}, {"/api/v1/evaluate", "post"},
	} {
		for _, form := range []string{"application/json", "text/plain", "text/markdown"} {
			at(t, doc, "paths", call[0], call[1], "responses", "200", "content", form, "schema")
		}
		at(t, doc, "paths", call[0], call[1], "responses", "406", "content", "application/problem+json", "schema")
	}
}
