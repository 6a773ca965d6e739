package web

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"whystopped/internal/casebook"
	"whystopped/internal/diagnose"
)

const servicePage = "/service?ref=" + serviceARN

// TestServiceHistory reads the page of a service of which much is kept.
func TestServiceHistory(t *testing.T) {
	book := withHistory()
	known := stop(1, "", "oom.container", "Out of memory")
	known.Task.ID = strings.ToUpper(book.history.stops.Stops[1].Ref.TaskID)
	book.stops = casebook.ServiceStops{Tasks: []diagnose.Diagnosis{known}}
	doc := parsePage(t, get(t, newHandler(t, options(book)), servicePage))
	if diff := cmp.Diff([]string{"Over time", "Incidents", "1 task", "Stored"}, texts(doc, "h2")); diff != "" {
		t.Errorf("sections (-want +got):\n%s", diff)
	}
	var links []string
	for _, path := range []string{".spans a", ".pager a"} {
		for _, a := range find(doc, path) {
			links = append(links, unescape(attr(a, "href"))+" "+attr(a, "aria-current")+text(a))
		}
	}
	want := []string{
		"/service?days=1&ref=" + serviceARN + " 1 day", "/service?days=7&ref=" + serviceARN + " true7 days", "/service?days=30&ref=" + serviceARN + " 30 days",
		"/service?cursor=stops-2&days=7&ref=" + serviceARN + "#kept Older",
	}
	if diff := cmp.Diff(want, links); diff != "" {
		t.Errorf("links (-want +got):\n%s", diff)
	}
	sections := find(doc, "section")
	kept := texts(sections[len(sections)-1], "li")
	if len(kept) != 3 || !strings.HasPrefix(kept[0], "The execution role may not read the secret ledger/db Task execution role orders-exec · task 00000000… · stopped 2026-11-22 11:55:00 UTC") ||
		kept[2] != "Diagnosis pending No task started · stopped 2026-11-22 11:00:00 UTC" {
		t.Errorf("kept, without what ECS knows still: %q", kept)
	}
	if diff := cmp.Diff(casebook.StopFilter{Place: ordersPlace(), Since: book.history.service.Since}, book.history.stopsOf); diff != "" {
		t.Errorf("asked for stops (-want +got):\n%s", diff)
	}
}

func TestDaysOfTheHistory(t *testing.T) {
	const day = 24 * time.Hour
	for query, want := range map[string]time.Duration{"": 7 * day, "&days=1": day, "&days=30": 30 * day, "&days=365": 7 * day, "&days=x": 7 * day} {
		book := withHistory()
		get(t, newHandler(t, options(book)), servicePage+query)
		if book.history.back != want {
			t.Errorf("%q goes back %v, want %v", query, book.history.back, want)
		}
	}
}

// TestOlderStopsCostNothing holds that pages of what is kept make no call to AWS.
func TestOlderStopsCostNothing(t *testing.T) {
	book := withHistory()
	book.stopsErr = errors.New("AWS was asked")
	w := get(t, newHandler(t, options(book)), servicePage+"&cursor=stops-1")
	doc := parsePage(t, w)
	if got := texts(doc, "h2"); w.Code != http.StatusOK || len(got) != 1 || got[0] != "Older" || strings.Contains(w.Body.String(), "ECS knows no") {
		t.Errorf("status %d, sections %q", w.Code, got)
	}
	if book.history.cursor != "stops-1" {
		t.Errorf("asked from the cursor %q", book.history.cursor)
	}
}

// TestServiceWithoutAWS tells what is kept where ECS cannot be asked, and fails
// where there is nothing to tell.
func TestServiceWithoutAWS(t *testing.T) {
	known := func(k casebook.Kind) error { return &casebook.Error{Kind: k, Message: "The details."} }
	tests := []struct {
		name   string
		err    error
		status int // of the page where something is kept
		bare   int // and where nothing is
	}{
		{"unreachable", known(casebook.Unreachable), http.StatusOK, http.StatusBadGateway},
		{"no credentials", known(casebook.NoCredentials), http.StatusOK, http.StatusBadGateway},
		{"a service that is gone", known(casebook.UnknownTask), http.StatusOK, http.StatusNotFound},
		{"our own fault", errors.New("a secret of ours"), http.StatusOK, http.StatusInternalServerError},
		{"no service", known(casebook.NotAReference), http.StatusUnprocessableEntity, http.StatusUnprocessableEntity},
		{"an account that is out of bounds", known(casebook.NotAllowed), http.StatusForbidden, http.StatusForbidden},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			book := withHistory()
			book.stopsErr = tt.err
			w := get(t, newHandler(t, options(book)), servicePage)
			if w.Code != tt.status || strings.Contains(w.Body.String(), "a secret of ours") {
				t.Errorf("status %d, want %d", w.Code, tt.status)
			}
			if tt.status == http.StatusOK {
				if got := text(one(t, parsePage(t, w), ".notice")); !strings.Contains(got, explain(tt.err).Detail) || !strings.Contains(got, "This page shows what is stored") {
					t.Errorf("the note says %q", got)
				}
			}
			book.history = fakeHistory{}
			if w := get(t, newHandler(t, options(book)), servicePage); w.Code != tt.bare {
				t.Errorf("where nothing is kept: status %d, want %d", w.Code, tt.bare)
			}
		})
	}
}

// TestServiceWithoutItsHistory shows what ECS knows.
func TestServiceWithoutItsHistory(t *testing.T) {
	book := withHistory()
	book.stops = casebook.ServiceStops{Tasks: []diagnose.Diagnosis{stop(1, "", "oom.container", "Out of memory")}}
	book.history.err = errors.New("the database is away")
	w := get(t, newHandler(t, options(book)), servicePage)
	if got := texts(parsePage(t, w), "h2"); w.Code != http.StatusOK || len(got) != 1 || got[0] != "1 task" {
		t.Errorf("status %d, sections %q", w.Code, got)
	}
	book.history = fakeHistory{}
	if got := text(one(t, parsePage(t, get(t, newHandler(t, options(book)), servicePage)), ".sections")); !strings.Contains(got, "No stopped tasks in the last 7 days.") {
		t.Errorf("where nothing is kept: %s", got)
	}
}

// TestNoPageOfTheHistoryAsksAWS holds that nobody who looks, unfurls or reads
// ahead costs a call, except the page of a service for a reader.
func TestNoPageOfTheHistoryAsksAWS(t *testing.T) {
	book := withHistory()
	asked := func(string, bool) (diagnose.Diagnosis, error) {
		t.Error("a page asked AWS")
		return diagnose.Diagnosis{}, nil
	}
	book.diagnose, book.stopsErr = asked, errors.New("the page of a service asked AWS")
	h := newHandler(t, options(book))
	for _, address := range []string{"/", "/diagnoses", "/incidents", "/incidents/" + book.history.report.ID, servicePage + "&cursor=stops-1"} {
		if w := get(t, h, address); w.Code != http.StatusOK || strings.Contains(w.Body.String(), "asked AWS") {
			t.Errorf("%s: status %d", address, w.Code)
		}
	}
	if u, err := url.Parse(servicePath("a b&c=d", 7, "x/y")); err != nil || u.Query().Get("ref") != "a b&c=d" || u.Query().Get("cursor") != "x/y" || u.Fragment != "kept" {
		t.Errorf("the address of older stops is %s (%v)", u, err)
	}
}
