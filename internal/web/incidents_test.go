package web

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"whystopped/internal/casebook"
	"whystopped/internal/diagnose"
)

func TestDiagnosesPage(t *testing.T) {
	book := withHistory()
	h := newHandler(t, options(book))
	doc := parsePage(t, get(t, h, "/diagnoses?cluster=prod"))
	if diff := cmp.Diff([]string{secretDenied().Verdict.Title.English}, texts(doc, ".rows b")); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
	book.listNext = "d9"
	if got := attr(one(t, parsePage(t, get(t, h, "/diagnoses?cluster=prod")), "nav.pager a"), "href"); got != "/diagnoses?cluster=prod&cursor=d9" {
		t.Errorf("the next page is %s", got)
	}
}

func TestEmptyListsSayWhatToDo(t *testing.T) {
	h := newHandler(t, options(&fakeCasebook{}))
	for address, want := range map[string]string{
		"/diagnoses":              "Nothing has been diagnosed yet",
		"/diagnoses?cluster=prod": "Remove a filter",
		"/diagnoses?cursor=d1":    "There is nothing older",
		"/incidents":              "have EventBridge send",
		"/incidents?cluster=prod": "Remove a filter",
		"/incidents?cursor=i1":    "There is nothing older",
	} {
		w := get(t, h, address)
		if got := text(one(t, parsePage(t, w), "main")); w.Code != http.StatusOK || !strings.Contains(got, want) {
			t.Errorf("%s: status %d, says %q, want … %s …", address, w.Code, got, want)
		}
	}
}

// TestIncidentsThatGoOnComeFirst holds the order, whatever the casebook's.
func TestIncidentsThatGoOnComeFirst(t *testing.T) {
	denied, oom := deniedIncident().Verdict.Title, overIncident().Verdict.Title
	tests := []struct {
		address       string
		headings      []string
		titles, marks []string
		cursor        string
		links         []string
	}{
		{"/incidents", []string{"Ongoing", "Resolved"}, []string{denied.English, oom.English}, []string{"Ongoing"}, "", []string{"/incidents?goingOn=true", "/incidents?cursor=all-2"}},
		{"/incidents?cursor=all-1", []string{"Resolved"}, []string{oom.English}, nil, "all-1", []string{"/incidents", "/incidents?cursor=all-2"}},
		{"/incidents?goingOn=true", []string{"Ongoing"}, []string{denied.English}, []string{"Ongoing"}, "", []string{"/incidents?cursor=open-2&goingOn=true"}},
	}
	for _, tt := range tests {
		book := withHistory()
		doc := parsePage(t, get(t, newHandler(t, options(book)), tt.address))
		var links []string
		for _, class := range []string{".more a", ".pager a"} {
			for _, a := range find(doc, class) {
				links = append(links, attr(a, "href"))
			}
		}
		want := [][]string{tt.headings, tt.titles, tt.marks, tt.links, {tt.cursor}}
		got := [][]string{texts(doc, "h2"), texts(doc, ".rows b"), texts(doc, ".rows .live"), links, {book.history.cursor}}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: headings, titles, marks, links, cursor (-want +got):\n%s", tt.address, diff)
		}
	}
}

func TestOften(t *testing.T) {
	tests := []struct {
		count int
		took  time.Duration
		want  string
	}{
		{1, 0, "1 task"},
		{2, 0, "2 tasks at once"},
		{5, 2 * time.Second, "5 tasks within a minute"},
		{12, 40 * time.Minute, "12 tasks in 40 min"},
		{2, time.Hour, "2 tasks, about 1 an hour"},
		{121, 5 * time.Hour, "121 tasks, about 24 an hour"},
		{11, 4 * time.Hour, "11 tasks, about 2.5 an hour"},
		{8, 48 * time.Hour, "8 tasks, about 3.5 a day"},
	}
	for _, tt := range tests {
		if got := often(casebook.Incident{Count: tt.count, First: noon, Last: noon.Add(tt.took)}); got != tt.want {
			t.Errorf("%d in %v: %q, want %q", tt.count, tt.took, got, tt.want)
		}
	}
}

func TestIncidentPage(t *testing.T) {
	book := withHistory()
	report := book.history.report
	w := get(t, newHandler(t, options(book)), "/incidents/"+report.ID)
	if w.Code != http.StatusOK {
		t.Fatalf("status %d", w.Code)
	}
	doc := parsePage(t, w)
	got := map[string][]string{}
	for _, path := range []string{"h1", ".badge b", ".chips .live", ".facts dd", ".changes th", ".changes td", ".stops b", ".stops small"} {
		got[path] = texts(doc, path)
	}
	want := map[string][]string{
		"h1": {report.Verdict.Title.English}, ".badge b": {"Task execution role"}, ".chips .live": {"Ongoing"},
		".facts dd": {
			"12 tasks in 40 min", "2026-11-22 11:15:00 UTC", "2026-11-22 11:55:00 UTC", "Ongoing: the last stop was 5 min ago. Resolves after one hour without another stop.",
			"orders:42 open in the console: orders:42, last seen healthy 2026-11-22 11:15:00 UTC", "orders:43 open in the console: orders:43, first seen 2026-11-22 11:15:00 UTC",
		},
		".changes th": {"What", "Before and after", "Task execution role", "Secret DB_PASSWORD container api", "Image container api", "Log option mode container api"},
		".changes td": {
			"before: arn:aws:iam::111122223333:role/orders-exec after: arn:aws:iam::111122223333:role/service/orders-exec",
			"before: (none) after: " + secretARN,
			"before: 111122223333.dkr.ecr.eu-west-1.amazonaws.com/orders:41 after: 111122223333.dkr.ecr.eu-west-1.amazonaws.com/orders:42",
			"before: blocking after: (none)",
		},
		".stops b":     {"service billing", "family nightly"},
		".stops small": {"cluster prod · revision orders:42 · seen 1 h ago", "cluster prod · seen 2 h ago"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for _, link := range []string{"/d/" + report.Diagnosis, "/service?ref=arn%3Aaws%3Aecs%3Aeu-west-1%3A111122223333%3Aservice%2Fprod%2Fbilling", "/causes/startup.secretsmanager.denied", "/api/v1/incidents/" + report.ID, "/d/d0", "/diagnose?task=arn%3Aaws%3Aecs%3Aeu-west-1%3A111122223333%3Atask%2Fprod%2F00000000000000000000000000000002"} {
		if !strings.Contains(w.Body.String(), `href="`+link+`"`) {
			t.Errorf("there is no link to %s", link)
		}
	}
}

func TestStopsOfAnIncidentByPages(t *testing.T) {
	id := badDeploy().ID
	tests := []struct {
		name, query string
		more        bool
		asked       string // of which incident the casebook was asked for a page
		links       []string
	}{
		{"all on one page", "", false, "", nil},
		{"the first of several", "", true, id, []string{"/incidents/" + id + "?cursor=stops-2#stops"}},
		{"a later one", "?cursor=stops-1", true, id, []string{"/incidents/" + id + "#stops", "/incidents/" + id + "?cursor=stops-2#stops"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			book := withHistory()
			book.history.report.MoreStops = tt.more
			doc := parsePage(t, get(t, newHandler(t, options(book)), "/incidents/"+id+tt.query))
			var links []string
			for _, a := range find(doc, ".pager a") {
				links = append(links, attr(a, "href"))
			}
			if diff := cmp.Diff(tt.links, links); diff != "" {
				t.Errorf("links (-want +got):\n%s", diff)
			}
			if got := book.history.stopsOf.Incident; got != tt.asked {
				t.Errorf("asked for the stops of %q, want %q", got, tt.asked)
			}
			stops := texts(doc, "section li")
			want := []string{
				"Task 00000000… stopped 2026-11-22 11:55:00 UTC · Confirmed",
				"Task 00000000… stopped 2026-11-22 11:54:00 UTC · Likely · The execution role may not read two secrets",
				"Task 00000000… stopped 2026-11-22 11:53:00 UTC · Diagnosis pending",
				"No task started stopped 2026-11-22 11:00:00 UTC · Diagnosis pending",
			}
			if diff := cmp.Diff(want, stops[len(stops)-4:]); diff != "" {
				t.Errorf("stops (-want +got):\n%s", diff)
			}
		})
	}
}

func TestIncidentThatBecameAnother(t *testing.T) {
	book := withHistory()
	book.history.report.Into = "01kd3r8m2vq6w0p9x7n5t4s1zz"
	w := get(t, newHandler(t, options(book)), "/incidents/"+book.history.report.ID)
	if got := w.Header().Get("Location"); w.Code != http.StatusFound || got != "/incidents/01kd3r8m2vq6w0p9x7n5t4s1zz" {
		t.Errorf("status %d, to %s", w.Code, got)
	}
}

func TestIncidentThatCannotBeShown(t *testing.T) {
	book := withHistory()
	h := newHandler(t, options(book))
	if w := get(t, h, "/incidents/none"); w.Code != http.StatusNotFound || !strings.Contains(w.Body.String(), "Incident not found") {
		t.Errorf("an unknown one: status %d", w.Code)
	}
	book.history.err = errors.New("the database is away")
	for _, address := range []string{"/incidents", "/incidents/" + book.history.report.ID} {
		if w := get(t, h, address); w.Code != http.StatusInternalServerError || strings.Contains(w.Body.String(), "database") {
			t.Errorf("%s without the database: status %d", address, w.Code)
		}
	}
}

// TestWhatIsNotKnownOfAnIncident holds that a gap is told with its reason.
func TestWhatIsNotKnownOfAnIncident(t *testing.T) {
	over := badDeploy()
	over.Last = noon.Add(-time.Hour)
	bare := casebook.IncidentReport{Incident: deniedIncident()}
	bare.Revision = ""
	noGood := badDeploy()
	noGood.LastGood, noGood.Compared, noGood.Changes = nil, false, nil
	unread := badDeploy()
	unread.Compared, unread.Changes = false, nil
	same := badDeploy()
	same.Changes, same.Users = nil, nil
	noRole := badDeploy()
	noRole.Verdict = outOfMemory().Verdict
	tests := []struct {
		name   string
		report casebook.IncidentReport
		says   string
		not    string
	}{
		{"over", over, "Resolved: no stop for the same reason since the last one.", "Ongoing"},
		{"no revision", bare, "Unknown: the stored data doesn't show which revision stopped.", "Last healthy"},
		{"no stops", bare, "Its stopped tasks aren't stored any more.", "Older"},
		{"no good revision", noGood, "Unknown: no revision before orders:43 was seen healthy", "Before and after"},
		{"a definition that was not read", unread, "Unknown: one of the two task definitions was never read.", "Before and after"},
		{"no difference", same, "Nothing in the task definition.", "Before and after"},
		{"nobody else", same, "No other service used orders-exec in the week before.", "service billing"},
		{"no role at fault", noRole, "Not an IAM problem", "Same role"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			book := withHistory()
			tt.report.MoreStops = false
			book.history.report = tt.report
			got := text(one(t, parsePage(t, get(t, newHandler(t, options(book)), "/incidents/"+tt.report.ID)), "main"))
			if !strings.Contains(got, tt.says) || strings.Contains(got, tt.not) {
				t.Errorf("want %q and not %q:\n%s", tt.says, tt.not, got)
			}
		})
	}
}

func TestReportLinksItsIncident(t *testing.T) {
	d := secretDenied()
	for _, tt := range []struct {
		incident *diagnose.Incident
		want     bool
	}{{nil, false}, {&diagnose.Incident{Siblings: []string{"a"}}, false}, {&diagnose.Incident{ID: "i1"}, true}} {
		d.Incident = tt.incident
		page := get(t, newHandler(t, options(always(d))), "/d/"+d.ID).Body.String()
		if got := strings.Contains(page, `<a href="/incidents/i1">`); got != tt.want {
			t.Errorf("%+v: linked %t", tt.incident, got)
		}
	}
}

func TestStartTellsWhatGoesOn(t *testing.T) {
	book := withHistory()
	doc := parsePage(t, get(t, newHandler(t, options(book)), "/"))
	if diff := cmp.Diff([]string{"Ongoing incidents", "Try a sample", "Recent diagnoses"}, texts(doc, "h2")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	book.history.err = errors.New("the database is away")
	book.history.open = casebook.IncidentPage{}
	w := get(t, newHandler(t, options(book)), "/")
	if got := texts(parsePage(t, w), "h2"); w.Code != http.StatusOK || len(got) != 2 {
		t.Errorf("without its incidents: status %d, headings %q", w.Code, got)
	}
}
