package web

import (
	"bufio"
	"errors"
	"net/http"
	"net/http/httptest"
	"regexp"
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

// tellSources says that two sources were asked, of which one has ended.
func tellSources(tell func(casebook.Step)) {
	tell(casebook.Step{Source: &evidence.Source{Name: "ecs:DescribeTasks"}})
	tell(casebook.Step{Source: &evidence.Source{Name: "ecs:DescribeTasks", Status: evidence.SourceOK, Calls: 1, TookMS: 41, Detail: words.Plain("<script>")}})
	tell(casebook.Step{Source: &evidence.Source{Name: "cloudtrail:LookupEvents"}})
}

// slow is a casebook that takes longer than the grace.
func slow(d diagnose.Diagnosis, err error) *fakeCasebook {
	book := always(d)
	book.diagnose = func(string, bool) (diagnose.Diagnosis, error) { return d, err }
	book.steps = func(tell func(casebook.Step)) {
		tellSources(tell)
		time.Sleep(2 * grace)
		tell(casebook.Step{Source: &evidence.Source{Name: "logs:GetLogEvents app", Status: evidence.SourceDenied}})
	}
	return book
}

func TestProgressEndsOnTheReport(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := get(t, newHandler(t, options(slow(secretDenied(), nil))), "/diagnose?task="+sampleARN)
		if w.Code != http.StatusOK || !w.Flushed || w.Header().Get("X-Accel-Buffering") != "no" {
			t.Fatalf("status %d, flushed %v, headers %v", w.Code, w.Flushed, w.Header())
		}
		doc := parsePage(t, w)
		if got, want := text(one(t, doc, "title")), "Why did task 0f1e2d3c… stop? · whystopped"; got != want {
			t.Errorf("title %q, want %q", got, want)
		}
		looking := one(t, doc, "section.looking")
		want := []string{"Task (ECS)", "Log of container app"}
		if diff := cmp.Diff(want, texts(looking, "li b")); diff != "" {
			t.Errorf("sources that were read on the way (-want +got):\n%s", diff)
		}
		report := one(t, doc, "article.report")
		if report.Parent != looking.Parent || text(one(t, report, "h1")) != secretDenied().Verdict.Title.English {
			t.Error("the report does not stand behind the progress, which hides then")
		}
		if stream := attr(looking, "data-stream"); stream != "/api/v1/diagnoses/stream?brief=true&task=arn%3Aaws%3Aecs%3Aeu-west-1%3A111122223333%3Atask%2Fprod%2F0f1e2d3c4b5a69788796a5b4c3d2e1f0" {
			t.Errorf("stream %q", stream)
		}
		if n := strings.Count(w.Body.String(), "</html>"); n != 1 {
			t.Errorf("the page ends %d times", n)
		}
		checkClasses(t, "the progress", doc)
	})
}

func TestWhatComesAtOnceIsAnOrdinaryPage(t *testing.T) {
	book := always(secretDenied())
	book.steps = tellSources
	w := get(t, newHandler(t, options(book)), "/diagnose?task="+sampleARN)
	if doc := parsePage(t, w); len(find(doc, ".looking")) != 0 || text(one(t, doc, "title")) != secretDenied().Verdict.Title.English+" · whystopped" {
		t.Errorf("the page shows a progress, or not the report's title: %s", text(one(t, doc, "title")))
	}
}

func TestProgressEndsOnAnError(t *testing.T) {
	for _, test := range []struct {
		name string
		err  error
		says string
	}{
		{"that people can mend", &casebook.Error{Kind: casebook.Unreachable, Message: "AWS did not answer within 10s."}, "AWS did not answer within 10s."},
		{"of our own", errors.New("pq: password"), "Its log has the details"},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := get(t, newHandler(t, options(slow(diagnose.Diagnosis{}, test.err))), "/diagnose?task="+sampleARN)
				doc := parsePage(t, w)
				if page := text(doc); !strings.Contains(page, test.says) || strings.Contains(page, "pq:") {
					t.Errorf("the page does not say %q, or says too much:\n%s", test.says, page)
				}
				if got := text(one(t, doc, "textarea")); got != sampleARN {
					t.Errorf("the box holds %q, want the task", got)
				}
			})
		})
	}
}

func TestProgressArrivesBeforeTheReport(t *testing.T) {
	release := make(chan struct{})
	book := always(secretDenied())
	book.steps = func(tell func(casebook.Step)) {
		tellSources(tell)
		<-release
	}
	srv := httptest.NewServer(newHandler(t, options(book)))
	defer srv.Close()
	resp, err := http.Get(srv.URL + "/diagnose?task=" + sampleARN) // compressed, as browsers ask for it
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if !resp.Uncompressed {
		t.Error("the page is not compressed")
	}
	page := bufio.NewReader(resp.Body)
	for _, want := range []string{`class="sources"`, "<article"} {
		for line := ""; !strings.Contains(line, want); {
			if line, err = page.ReadString('\n'); err != nil {
				t.Fatalf("the page ended before %q: %v", want, err)
			}
		}
		if want != "<article" {
			close(release)
		}
	}
}

// TestWordsOfTheProgress holds the words that the script gets to those that the
// page itself uses.
func TestWordsOfTheProgress(t *testing.T) {
	words := wordsOfProgress()
	if len(words.Statuses) != len(statuses()) || words.Statuses["started"].Word == "" {
		t.Errorf("statuses %v", words.Statuses)
	}
	synctest.Test(t, func(t *testing.T) {
		w := get(t, newHandler(t, options(slow(secretDenied(), nil))), "/diagnose?task="+sampleARN)
		if !regexp.MustCompile(`<script type="application/json" id="words">\{"sources":\{.*"started":\{"word":"reading","class":"busy"\}`).MatchString(w.Body.String()) {
			t.Error("the page does not hold the words as JSON")
		}
	})
}

func TestPreviewsCostNothing(t *testing.T) {
	kept := secretDenied()
	tests := []struct {
		name, method, agent string
		task, heading       string
	}{
		{"Slack", "GET", "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)", "prod/0f1e2d3c4b5a69788796a5b4c3d2e1f0", "Why did task 0f1e2d3c… stop?"},
		{"Slack, of a task that was looked into", "GET", "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)", sampleARN, kept.Verdict.Title.English},
		{"Teams", "GET", "Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5 skype-url-preview@microsoft.com", "prod/0f1e2d3c4b5a69788796a5b4c3d2e1f0", "Why did task 0f1e2d3c… stop?"},
		{"a service", "GET", "Mattermost-Bot/1.1", "arn:aws:ecs:eu-west-1:111122223333:service/prod/api", "Why did service api stop?"},
		{"HEAD", "HEAD", "curl/8.5.0", "prod/0f1e2d3c4b5a69788796a5b4c3d2e1f0", "Why did task 0f1e2d3c… stop?"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			book := always(kept)
			book.steps = func(func(casebook.Step)) { t.Error("AWS is asked") }
			r := httptest.NewRequest(test.method, "/diagnose?task="+test.task, nil)
			r.Header.Set("User-Agent", test.agent)
			w := httptest.NewRecorder()
			newHandler(t, options(book)).ServeHTTP(w, r)
			doc := parsePage(t, w)
			if w.Code != http.StatusOK || text(one(t, doc, "h1")) != test.heading {
				t.Errorf("status %d, heading %q, want 200 and %q", w.Code, text(one(t, doc, "h1")), test.heading)
			}
			for _, meta := range find(doc, "meta") {
				if property := attr(meta, "property"); property == "og:title" && attr(meta, "content") != test.heading || property == "og:description" && attr(meta, "content") == "" {
					t.Errorf("%s = %q", property, attr(meta, "content"))
				}
			}
			checkClasses(t, "the preview", doc)
		})
	}
}

func TestPeopleAreNoPreviews(t *testing.T) {
	for _, agent := range []string{
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
		"Mozilla/5.0 (Linux; Android 13; CUBOT KINGKONG 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36",
		"curl/8.5.0", "",
	} {
		r := httptest.NewRequest("GET", "/diagnose?task=prod/1", nil)
		r.Header.Set("User-Agent", agent)
		if onlyPreviews(r) {
			t.Errorf("%q is taken for a program that only previews", agent)
		}
	}
}

func TestPreviewOfWhatIsNoReference(t *testing.T) {
	book := always(secretDenied())
	h := newHandler(t, options(book))
	book.newestErr = &casebook.Error{Kind: casebook.NotAReference, Message: "This is a role."}
	r := httptest.NewRequest("GET", "/diagnose?task=arn:aws:iam::111122223333:role/x", nil)
	r.Header.Set("User-Agent", "Slackbot 1.0")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	if w.Code != http.StatusUnprocessableEntity {
		t.Errorf("status %d, want 422", w.Code)
	}
}

func TestReadingAheadIsPutOff(t *testing.T) {
	book := always(secretDenied())
	book.steps = func(func(casebook.Step)) { t.Error("AWS is asked") }
	r := httptest.NewRequest("GET", "/diagnose?task="+sampleARN, nil)
	r.Header.Set("Sec-Purpose", "prefetch;prerender")
	w := httptest.NewRecorder()
	newHandler(t, options(book)).ServeHTTP(w, r)
	if w.Code != http.StatusServiceUnavailable {
		t.Errorf("status %d, want an error, on which browsers load again when the reader goes there", w.Code)
	}
}
