package web

import (
	"net/http"
	"strings"
	"testing"

	"whystopped/internal/diagnose"
	"whystopped/internal/diagnose/evidence"
)

// broughtBy is a diagnosis of evidence that somebody provided.
func broughtBy(name string) diagnose.Diagnosis {
	d := secretDenied()
	d.Kept, d.Brought, d.BroughtBy = true, true, name
	return d
}

func TestReportSaysWhoProvidedTheEvidence(t *testing.T) {
	doc := reportDoc(t, broughtBy("ana@example.com"))
	const want = "Based on evidence that ana@example.com provided; nothing was read from AWS."
	article := one(t, doc, "article")
	if got := text(one(t, article, ".provenance")); got != want {
		t.Errorf("the page says %q, want %q", got, want)
	}
	if all := text(article); !strings.HasPrefix(all, want) {
		t.Errorf("the page begins with %q, want the word of who provided the evidence", all[:min(len(all), 100)])
	}
	if got := texts(reportDoc(t, broughtBy("")), ".provenance"); len(got) != 1 || got[0] != "Based on evidence that was provided; nothing was read from AWS." {
		t.Errorf("without a login the page says %q", got)
	}
	if got := texts(reportDoc(t, broughtBy("Ana "+hostile)), ".provenance"); len(got) != 1 || !strings.Contains(got[0], "onerror") {
		t.Errorf("of a hostile name the page says %q", got)
	}
	if got := texts(reportDoc(t, secretDenied()), ".provenance"); len(got) != 0 {
		t.Errorf("of what was read from AWS the page says %q", got)
	}
}

// TestProvidedEvidenceIsNotUnfurled: a program that shows what a link is about
// shows nothing of it, and nothing on the page asks AWS about its task.
func TestProvidedEvidenceIsNotUnfurled(t *testing.T) {
	d := broughtBy("ana@example.com")
	doc := reportDoc(t, d)
	shown := texts(doc, "title")
	for _, m := range find(doc, "meta") {
		shown = append(shown, attr(m, "content"))
	}
	for _, s := range shown {
		if strings.Contains(s, d.Verdict.Title.English) || strings.Contains(s, d.Verdict.Summary.English) {
			t.Errorf("the head of the page says %q", s)
		}
	}
	for _, a := range find(doc, "a") {
		if href := attr(a, "href"); strings.HasPrefix(href, "/service") || strings.HasPrefix(href, "/diagnose") {
			t.Errorf("the page links to %s", href)
		}
	}
	if n := len(find(doc, "main form")); n != 0 {
		t.Errorf("the page has %d forms, want none", n)
	}
}

// TestAReportThatIsNotKept is shown at once, without an address to come back to.
func TestAReportThatIsNotKept(t *testing.T) {
	d := broughtBy("ana@example.com")
	d.ID, d.Kept = "", false
	book := &fakeCasebook{evaluate: func(evidence.Evidence) (diagnose.Diagnosis, error) { return d, nil }}
	w := postForm(t, newHandler(t, options(book)), "/diagnose", "task=OutOfMemoryError")
	if w.Code != http.StatusOK {
		t.Fatalf("status = %d, want 200\n%s", w.Code, w.Body)
	}
	doc := parsePage(t, w)
	if got := text(one(t, doc, "h1")); got != d.Verdict.Title.English {
		t.Errorf("the page is about %q, want the verdict", got)
	}
	sections := find(doc, "section")
	if got := text(sections[len(sections)-1]); !strings.Contains(got, "Not stored") {
		t.Errorf("the page ends with %q, want that it is not stored", got)
	}
	for _, a := range find(doc, "a") {
		if href := attr(a, "href"); strings.HasPrefix(href, "/d/") || strings.HasPrefix(href, "/api/v1/diagnoses") {
			t.Errorf("the page links to %s", href)
		}
	}
}

// TestListsHoldProvidedEvidenceOnlyIfAsked, and mark it then.
func TestListsHoldProvidedEvidenceOnlyIfAsked(t *testing.T) {
	read, provided := secretDenied(), broughtBy("ana@example.com")
	provided.ID = "01kd3r8m2vq6w0p9x7n5t4s1hp"
	book := always(read)
	book.kept[provided.ID] = provided
	h := newHandler(t, options(book))
	for path, want := range map[string]string{"/": read.ID, "/diagnoses": read.ID, "/diagnoses?brought=true": provided.ID} {
		var links []string
		doc := parsePage(t, get(t, h, path))
		for _, a := range find(doc, ".rows a") {
			if href := attr(a, "href"); strings.HasPrefix(href, "/d/") {
				links = append(links, href)
			}
		}
		if len(links) != 1 || links[0] != "/d/"+want {
			t.Errorf("%s links to %v, want /d/%s", path, links, want)
		}
		if got := len(find(doc, ".rows .tag")); (got == 1) != (want == provided.ID) {
			t.Errorf("%s: %d rows are marked", path, got)
		}
	}
	if w := get(t, h, "/diagnoses?brought=perhaps"); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "There is no “perhaps”: choose from the list.") {
		t.Errorf("brought=perhaps: status %d", w.Code)
	}
}
