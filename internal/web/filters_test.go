package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"whystopped/internal/casebook"
	"whystopped/internal/diagnose/verdict"
)

func TestReadFilter(t *testing.T) {
	utc := func(year int, month time.Month, day, hour int) time.Time {
		return time.Date(year, month, day, hour, 0, 0, 0, time.UTC)
	}
	tests := []struct {
		name, query string
		want        casebook.Filter
		chosen      []string
	}{
		{"nothing", "", casebook.Filter{}, nil},
		{"the empty fields of a form", "account=&region=&cluster=&cause=&since=&until=", casebook.Filter{}, nil},
		{
			"everything", "account=111122223333&region=eu-west-1&cluster=+prod+&service=orders&cause=runtime.oom&category=oom&identity=none",
			casebook.Filter{Account: "111122223333", Region: "eu-west-1", Cluster: "prod", Service: "orders", Cause: "runtime.oom", Category: verdict.OOM, Identity: verdict.NoIdentity},
			[]string{"Account: 111122223333", "Region: eu-west-1", "Cluster: prod", "Service: orders", "Cause: runtime.oom", "Category: Out of memory", "Identity: Not an IAM problem"},
		},
		{"one day, which is whole", "since=2026-11-22&until=2026-11-22", casebook.Filter{Since: utc(2026, 11, 22, 0), Until: utc(2026, 11, 23, 0)}, []string{"From: 2026-11-22", "To: 2026-11-22"}},
		{"times of an alert", "since=2026-11-22T08:00:00Z&until=2026-11-22T10:00:00Z", casebook.Filter{Since: utc(2026, 11, 22, 8), Until: utc(2026, 11, 22, 10)}, []string{"From: 2026-11-22T08:00:00Z", "To: 2026-11-22T10:00:00Z"}},
	}
	site, err := New(options(withHistory()))
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			query, err := url.ParseQuery(tt.query)
			if err != nil {
				t.Fatal(err)
			}
			got, form := site.readFilter(query, "/diagnoses")
			if form.Unusable {
				t.Errorf("the filter is refused: %+v", form.Fields)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("filter (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.chosen, form.Chosen); diff != "" {
				t.Errorf("in words (-want +got):\n%s", diff)
			}
		})
	}
}

func TestBadFilters(t *testing.T) {
	tests := []struct{ query, says string }{
		{"account=1234", "twelve digits"},
		{"account=1111222233334", "twelve digits"},
		{"region=EU%20West", "looks like eu-west-1"},
		{"cause=weather", "There is no “weather”: choose from the list."},
		{"category=weather", "There is no “weather”"},
		{"identity=me", "There is no “me”"},
		{"since=yesterday", "Enter a day such as 2026-11-22"},
		{"until=2026-02-31", "Enter a day such as 2026-11-22"},
		{"since=2026-11-23&until=2026-11-22", "swap the two"},
	}
	for _, tt := range tests {
		for _, list := range []string{"/diagnoses", "/incidents"} {
			t.Run(list+"?"+tt.query, func(t *testing.T) {
				book := withHistory()
				book.listErr = &casebook.Error{Kind: casebook.Busy, Message: "asked all the same"}
				book.history.err = book.listErr
				w := get(t, newHandler(t, options(book)), list+"?"+tt.query)
				if w.Code != http.StatusUnprocessableEntity {
					t.Errorf("status %d, want 422", w.Code)
				}
				doc := parsePage(t, w)
				if got := text(one(t, doc, "details.filters span.bad")); !strings.Contains(got, tt.says) {
					t.Errorf("the field says %q, want … %s …", got, tt.says)
				}
				if len(find(doc, "details.filters")) != 1 || !hasAttr(one(t, doc, "details.filters"), "open") {
					t.Error("the form is folded away")
				}
			})
		}
	}
	w := get(t, newHandler(t, options(withHistory())), "/incidents?goingOn=perhaps")
	if w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "There is no “perhaps”") {
		t.Errorf("goingOn=perhaps: status %d", w.Code)
	}
}

// TestFilterFormKeepsWhatIsChosen holds that a form that is sent again, and the
// next page of a list, ask for the same.
func TestFilterFormKeepsWhatIsChosen(t *testing.T) {
	h := newHandler(t, options(withHistory()))
	const chosen = "cause=runtime.oom&cluster=prod&goingOn=true&identity=task-role&since=2026-11-20"
	doc := parsePage(t, get(t, h, "/incidents?"+chosen))
	sent := url.Values{}
	for _, input := range find(doc, "details.filters input") {
		if v := attr(input, "value"); v != "" {
			sent.Set(attr(input, "name"), v)
		}
	}
	for _, s := range find(doc, "details.filters select") {
		for _, o := range find(s, "option") {
			if hasAttr(o, "selected") {
				sent.Set(attr(s, "name"), attr(o, "value"))
			}
		}
	}
	if diff := cmp.Diff(chosen, sent.Encode()); diff != "" {
		t.Errorf("the form sends (-want +got):\n%s", diff)
	}
	if got, want := attr(one(t, doc, "nav.pager a"), "href"), "/incidents?"+strings.Replace(chosen, "goingOn", "cursor=open-2&goingOn", 1); got != want {
		t.Errorf("the next page is %s, want %s", got, want)
	}
}

// TestBadCursor holds that a place in a list that is none says what to do.
func TestBadCursor(t *testing.T) {
	book := withHistory()
	bad := &casebook.Error{Kind: casebook.InvalidFilter, Message: "The cursor is not one that this list gave out."}
	book.listErr, book.history.err = bad, bad
	h := newHandler(t, options(book))
	for _, address := range []string{"/diagnoses?cursor=x", "/incidents?cursor=x", "/incidents/" + book.history.report.ID + "?cursor=x", "/service?ref=" + serviceARN + "&cursor=x"} {
		w := get(t, h, address)
		if w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "Open the list again") {
			t.Errorf("%s: status %d", address, w.Code)
		}
	}
}
