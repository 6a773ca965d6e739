package web

import (
	"bytes"
	"errors"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"whystopped/internal/casebook"
	"whystopped/internal/diagnose"
	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/taskref"
)

func TestDiagnoseShowsTheReport(t *testing.T) {
	var asked string
	book := always(secretDenied())
	book.diagnose = func(pasted string, refresh bool) (diagnose.Diagnosis, error) {
		if refresh {
			t.Error("a GET asked for a refresh")
		}
		asked = pasted
		return secretDenied(), nil
	}
	h := newHandler(t, options(book))

	w := get(t, h, "/diagnose?task=%20"+sampleARN+"/")
	if w.Code != http.StatusOK {
		t.Fatalf("status = %d, want 200\n%s", w.Code, w.Body)
	}
	if asked != sampleARN {
		t.Errorf("asked the casebook for %q, want %q", asked, sampleARN)
	}
	doc := parsePage(t, w)
	if got, want := text(one(t, doc, "h1")), "The execution role may not read the secret ledger/db"; got != want {
		t.Errorf("h1 = %q, want %q", got, want)
	}
	if got := w.Header().Get("Cache-Control"); got != "no-store" {
		t.Errorf("Cache-Control = %q: no cache may store a report", got)
	}
}

func TestHeadIsAnsweredLikeGet(t *testing.T) {
	h := newHandler(t, options(always(secretDenied())))
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodHead, "/d/"+secretDenied().ID, nil))
	if w.Code != http.StatusOK {
		t.Errorf("status = %d, want 200", w.Code)
	}
}

func TestKeptReportAsksNothing(t *testing.T) {
	book := always(secretDenied())
	book.diagnose = func(string, bool) (diagnose.Diagnosis, error) {
		t.Error("a kept report asked for a new diagnosis")
		return diagnose.Diagnosis{}, nil
	}
	h := newHandler(t, options(book))
	if w := get(t, h, "/d/"+secretDenied().ID); w.Code != http.StatusOK {
		t.Errorf("status = %d, want 200", w.Code)
	}
}

func TestErrorPages(t *testing.T) {
	const sentence = "What went wrong, in a sentence."
	secret := errors.New("dial tcp 10.0.0.7: token abc")
	known := func(k casebook.Kind) error { return &casebook.Error{Kind: k, Message: sentence, Err: secret} }
	tests := []struct {
		name   string
		err    error
		status int
		said   string
	}{
		{"not a reference", known(casebook.NotAReference), http.StatusUnprocessableEntity, sentence},
		{"nothing to diagnose", known(casebook.InvalidEvidence), http.StatusUnprocessableEntity, sentence},
		{"unknown task", known(casebook.UnknownTask), http.StatusNotFound, sentence},
		{"forbidden account", known(casebook.NotAllowed), http.StatusForbidden, sentence},
		{"no credentials", known(casebook.NoCredentials), http.StatusBadGateway, sentence},
		{"bad credentials", known(casebook.BadCredentials), http.StatusBadGateway, sentence},
		{"refused", known(casebook.Refused), http.StatusBadGateway, sentence},
		{"unreachable", known(casebook.Unreachable), http.StatusBadGateway, sentence},
		{"busy", known(casebook.Busy), http.StatusServiceUnavailable, sentence},
		{"a place in a list that is none", known(casebook.InvalidFilter), http.StatusUnprocessableEntity, sentence},
		{"unknown incident", known(casebook.UnknownIncident), http.StatusNotFound, sentence},
		{"a kind that no page knows", known("weather"), http.StatusInternalServerError, "log has the details"},
		{"our own fault", secret, http.StatusInternalServerError, "log has the details"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			book := always(diagnose.Diagnosis{})
			book.diagnose = func(string, bool) (diagnose.Diagnosis, error) { return diagnose.Diagnosis{}, tt.err }
			var log bytes.Buffer
			o := options(book)
			o.Logger = slog.New(slog.NewTextHandler(&log, nil))
			var w *httptest.ResponseRecorder
			synctest.Test(t, func(t *testing.T) { // in which the progress never comes first
				w = get(t, newHandler(t, o), "/diagnose?task=prod/0f1e2d3c4b5a69788796a5b4c3d2e1f0")
			})
			if w.Code != tt.status {
				t.Errorf("status = %d, want %d", w.Code, tt.status)
			}
			doc := parsePage(t, w)
			if page := text(doc); !strings.Contains(page, tt.said) {
				t.Errorf("the page does not say %q:\n%s", tt.said, page)
			}
			if strings.Contains(w.Body.String(), "token abc") {
				t.Error("the page shows the cause, which is for the log")
			}
			if got := text(one(t, doc, "textarea")); got != "prod/0f1e2d3c4b5a69788796a5b4c3d2e1f0" {
				t.Errorf("the box holds %q, want what was pasted", got)
			}
			if len(find(doc, "ul.steps li")) == 0 {
				t.Error("the page does not say what to do")
			}
			if logged := strings.Contains(log.String(), "token abc"); logged != (tt.status == http.StatusInternalServerError) {
				t.Errorf("logged the cause: %t; only our own faults belong into the log", logged)
			}
		})
	}
}

func TestPagesThatDoNotExist(t *testing.T) {
	o := options(always(secretDenied()))
	o.OpenAPI = nil
	h := newHandler(t, o)
	for _, path := range []string{"/nowhere", "/d/unknown", "/causes/no.such.cause", "/docs", "/static/x/site.exe", "/static/x/none.css", "/static/x/../embed.go"} {
		w := get(t, h, path)
		if w.Code != http.StatusNotFound {
			t.Errorf("%s: status = %d, want 404", path, w.Code)
		}
		if got := w.Header().Get("Content-Security-Policy"); got == "" {
			t.Errorf("%s: the error page has no Content-Security-Policy", path)
		}
	}
}

func TestSubmit(t *testing.T) {
	d := secretDenied()
	tests := []struct {
		name string
		form string
		want string // the Location
		// evaluated is the text that went to Evaluate, refreshed the one to Diagnose.
		evaluated, refreshed string
	}{
		{name: "a task's ARN", form: "task=%20" + sampleARN + "%0D%0A", want: "/diagnose?task=arn%3Aaws%3Aecs%3Aeu-west-1%3A111122223333%3Atask%2Fprod%2F0f1e2d3c4b5a69788796a5b4c3d2e1f0"},
		{name: "another ARN", form: "task=arn:aws:iam::111122223333:role/x", want: "/diagnose?task=arn%3Aaws%3Aiam%3A%3A111122223333%3Arole%2Fx"},
		{name: "another ARN in quotes", form: "task=%22arn:aws:sns:eu-west-1:111122223333:alarms%22", want: "/diagnose?task=%22arn%3Aaws%3Asns%3Aeu-west-1%3A111122223333%3Aalarms%22"},
		{name: "a link", form: "task=https://example.com/x%3Fa=b", want: "/diagnose?task=https%3A%2F%2Fexample.com%2Fx%3Fa%3Db"},
		{name: "nothing", form: "task=+", want: "/diagnose?task="},
		{name: "an error text", form: "task=CannotPullContainerError:+pull+image/manifest%0D%0Atwice", want: "/d/" + d.ID, evaluated: "CannotPullContainerError: pull image/manifest\ntwice"},
		{name: "one word", form: "task=OutOfMemoryError", want: "/d/" + d.ID, evaluated: "OutOfMemoryError"},
		{name: "an event", form: `task={"detail":{"clusterArn":"arn:aws:ecs:eu-west-1:111122223333:cluster/prod"}}`, want: "/d/" + d.ID, evaluated: `{"detail":{"clusterArn":"arn:aws:ecs:eu-west-1:111122223333:cluster/prod"}}`},
		{name: "look again", form: "refresh=1&task=" + sampleARN, want: "/d/" + d.ID, refreshed: sampleARN},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var evaluated, refreshed string
			book := &fakeCasebook{
				evaluate: func(ev evidence.Evidence) (diagnose.Diagnosis, error) {
					evaluated = ev.Text
					return d, nil
				},
				diagnose: func(pasted string, refresh bool) (diagnose.Diagnosis, error) {
					if !refresh {
						t.Error("the form diagnosed without refresh; it should redirect")
					}
					refreshed = pasted
					return d, nil
				},
			}
			w := postForm(t, newHandler(t, options(book)), "/diagnose", tt.form)
			if w.Code != http.StatusSeeOther {
				t.Fatalf("status = %d, want 303\n%s", w.Code, w.Body)
			}
			got := []string{w.Header().Get("Location"), evaluated, refreshed}
			if diff := cmp.Diff([]string{tt.want, tt.evaluated, tt.refreshed}, got); diff != "" {
				t.Errorf("location, evaluated, refreshed (-want +got):\n%s", diff)
			}
		})
	}
}

func TestSubmitMultipart(t *testing.T) {
	// Quotes and line breaks would treble in a form that is packed for an address.
	long := `{"text": "` + strings.Repeat(`\"AccessDenied\" `, 400_000) + `"}`
	tests := []struct {
		name   string
		text   string
		status int
	}{
		{"six megabytes", long, http.StatusSeeOther},
		{"over the limit", long + long, http.StatusRequestEntityTooLarge},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var evaluated int
			book := always(secretDenied())
			book.evaluate = func(ev evidence.Evidence) (diagnose.Diagnosis, error) {
				evaluated = len(ev.Text)
				return secretDenied(), nil
			}
			var body bytes.Buffer
			form := multipart.NewWriter(&body)
			if err := errors.Join(form.WriteField("task", tt.text), form.Close()); err != nil {
				t.Fatal(err)
			}
			r := httptest.NewRequest(http.MethodPost, "/diagnose", &body)
			r.Header.Set("Content-Type", form.FormDataContentType())
			w := httptest.NewRecorder()
			newHandler(t, options(book)).ServeHTTP(w, r)
			if w.Code != tt.status {
				t.Errorf("status = %d, want %d", w.Code, tt.status)
			}
			if tt.status == http.StatusSeeOther && evaluated != len(tt.text) {
				t.Errorf("evaluated %d bytes, want all %d", evaluated, len(tt.text))
			}
		})
	}
}

func TestStart(t *testing.T) {
	h := newHandler(t, options(always(secretDenied())))
	doc := parsePage(t, get(t, h, "/"))
	box := one(t, doc, "textarea")
	if attr(box, "name") != "task" || !hasAttr(box, "autofocus") {
		t.Error("the box is not called task, or does not have the focus")
	}
	var links []string
	for _, a := range find(doc, ".listing a") {
		links = append(links, attr(a, "href"))
	}
	want := []string{"/diagnose?task=" + sampleARN, "/d/" + secretDenied().ID, "/diagnoses"}
	if diff := cmp.Diff(want, links, cmp.Transformer("unescape", unescape)); diff != "" {
		t.Errorf("links to samples and recent diagnoses (-want +got):\n%s", diff)
	}
}

func TestRecentAreTheNewestOfEach(t *testing.T) {
	of := func(id, task, group string) casebook.Summary {
		return casebook.Summary{ID: id, Ref: taskref.Ref{TaskID: task, Group: group}}
	}
	kept := []casebook.Summary{of("1", "a", "service:s"), of("2", "", ""), of("3", "a", "service:s"), of("4", "", ""), of("5", "b", "service:s"), of("6", "c", "")}
	var ids []string
	for _, d := range newestOfEach(kept, 4) {
		ids = append(ids, d.ID)
	}
	if diff := cmp.Diff([]string{"1", "2", "4", "5"}, ids); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestStartWithoutItsList(t *testing.T) {
	book := always(secretDenied())
	book.listErr = errors.New("the database is away")
	w := get(t, newHandler(t, options(book)), "/")
	if w.Code != http.StatusOK {
		t.Errorf("status = %d, want 200: the box works without the list", w.Code)
	}
}

func TestNewRefusesWhatCannotWork(t *testing.T) {
	good := options(always(secretDenied()))
	tests := []struct {
		name  string
		spoil func(*Options)
	}{
		{"no casebook", func(o *Options) { o.Casebook = nil }},
		{"no logger", func(o *Options) { o.Logger = nil }},
		{"no clock", func(o *Options) { o.Now = nil }},
		{"a broken API document", func(o *Options) { o.OpenAPI = []byte(`{"paths": 3}`) }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			o := good
			tt.spoil(&o)
			if _, err := New(o); err == nil {
				t.Error("New gave no error")
			}
		})
	}
}
