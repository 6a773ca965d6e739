package web

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"whystopped/internal/casebook"
	"whystopped/internal/diagnose"
	"whystopped/internal/diagnose/verdict"
	"whystopped/internal/taskref"
	"whystopped/internal/words"
)

const serviceARN = "arn:aws:ecs:eu-west-1:111122223333:service/prod/orders"

// stop is a task that stopped some minutes before noon; kept has the id of its
// diagnosis.
func stop(minutes int, kept, cause, title string) diagnose.Diagnosis {
	id := fmt.Sprintf("%032x", minutes)
	return diagnose.Diagnosis{
		ID: kept,
		Task: diagnose.TaskView{
			ID: id, ARN: "arn:aws:ecs:eu-west-1:111122223333:task/prod/" + id, Group: "service:orders",
			Partition: "aws", Account: "111122223333", Region: "eu-west-1", Cluster: "prod",
			StoppedAt: noon.Add(-time.Duration(minutes) * time.Minute),
		},
		Verdict: diagnose.Verdict{Cause: cause, Title: words.Plain(title), Confidence: verdict.Confirmed, Identity: verdict.Identity{Kind: verdict.NoIdentity}},
	}
}

func TestStopsAreGroupedByCause(t *testing.T) {
	tasks := []diagnose.Diagnosis{
		stop(1, "", "oom.container", "app ran out of memory"),
		stop(2, "", "image.not-found", "The image app:2 does not exist"),
		stop(3, "d3", "oom.container", "worker ran out of memory"),
		stop(4, "", "image.not-found", "The image app:2 does not exist"),
	}
	var got [][]string
	for _, g := range groupStops(tasks, clock{now: noon}) {
		line := []string{g.CauseCode, g.Count, g.Heading}
		for _, s := range g.Stops {
			line = append(line, s.When.Text+" "+s.Heading)
		}
		got = append(got, line)
	}
	want := [][]string{
		{"oom.container", "2 tasks", "app ran out of memory", "1 min ago ", "3 min ago worker ran out of memory"},
		{"image.not-found", "2 tasks", "The image app:2 does not exist", "2 min ago ", "4 min ago "},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("groups (-want +got):\n%s", diff)
	}
}

func TestServicePage(t *testing.T) {
	book := always(diagnose.Diagnosis{})
	book.stops = casebook.ServiceStops{Tasks: []diagnose.Diagnosis{stop(1, "", "oom.container", "Out of <memory>"), stop(2, "d2", "oom.container", "Out of <memory>")}, More: true, Unread: 1}
	got := get(t, newHandler(t, options(book)), "/service?ref="+url.QueryEscape(serviceARN))
	if got.Code != http.StatusOK {
		t.Fatalf("status %d", got.Code)
	}
	for _, want := range []string{
		"<h1>Stopped tasks of service orders</h1>", "The newest 2 tasks", "1 more task couldn", "Out of &lt;memory&gt;",
		`href="/diagnose?task=arn%3Aaws%3Aecs%3Aeu-west-1%3A111122223333%3Atask%2Fprod%2F00000000000000000000000000000001"`, `href="/d/d2"`, `href="/causes/oom.container"`,
	} {
		if !strings.Contains(got.Body.String(), want) {
			t.Errorf("the page has no %s:\n%s", want, got.Body)
		}
	}
	book.stops = casebook.ServiceStops{}
	if got := get(t, newHandler(t, options(book)), "/service?ref="+serviceARN); !strings.Contains(got.Body.String(), "ECS lists no stopped tasks of this service") {
		t.Errorf("without tasks:\n%s", got.Body)
	}
}

func TestServicePageThatCannotBeHad(t *testing.T) {
	book := always(diagnose.Diagnosis{})
	book.stopsErr = &casebook.Error{Kind: casebook.NotAReference, Message: "this is no service"}
	h := newHandler(t, options(book))
	if got := get(t, h, "/service?ref="+sampleARN); got.Code != http.StatusUnprocessableEntity || !strings.Contains(got.Body.String(), "his is no service") {
		t.Errorf("status %d:\n%s", got.Code, got.Body)
	}
	// Whoever only previews the link causes no look, and so gets no error.
	r := httptest.NewRequest("GET", "/service?ref="+url.QueryEscape(serviceARN), nil)
	r.Header.Set("User-Agent", "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	if w.Code != http.StatusOK {
		t.Errorf("for a preview: status %d", w.Code)
	}
}

func TestReportLinksItsService(t *testing.T) {
	d := stop(1, "d1", "oom.container", "Out of memory")
	want := "/service?ref=" + url.QueryEscape(serviceARN)
	family := d.Task.Ref()
	family.Group = "family:orders"
	if got := serviceURL(d.Task.Ref()); got != want {
		t.Errorf("serviceURL = %s, want %s", got, want)
	}
	if got := get(t, newHandler(t, options(always(d))), "/d/d1"); !strings.Contains(got.Body.String(), `href="`+want) {
		t.Errorf("the report has no link to %s", want)
	}
	for _, none := range []taskref.Ref{{}, {Group: "service:orders"}, family} {
		if got := serviceURL(none); got != "" {
			t.Errorf("%+v has the service page %s", none, got)
		}
	}
}
