package web

import (
	"net/http/httptest"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"whystopped/internal/casebook"
	"whystopped/internal/diagnose"
)

// hostile tries to leave every place a text can stand in: text, attribute,
// address, comment, script, JSON.
const hostile = `<script>alert(1)</script>"><img src=x onerror=alert(1)>' onmouseover='alert(1)' javascript:alert(1) --></textarea></title><svg onload=alert(1)>`

// poison puts the hostile text into every string of a value, behind what is
// there already, so that values which decide what is shown still do.
func poison(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(v.String() + hostile)
	case reflect.Pointer:
		if !v.IsNil() {
			fresh := reflect.New(v.Type().Elem())
			fresh.Elem().Set(v.Elem())
			poison(fresh.Elem())
			v.Set(fresh)
		}
	case reflect.Slice:
		for i := range v.Len() {
			poison(v.Index(i))
		}
	case reflect.Map:
		fresh := reflect.MakeMap(v.Type())
		for key, value := range v.Seq2() {
			k, e := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
			k.Set(key)
			e.Set(value)
			poison(k)
			poison(e)
			fresh.SetMapIndex(k, e)
		}
		if !v.IsNil() {
			v.Set(fresh)
		}
	case reflect.Struct:
		if _, ok := v.Interface().(time.Time); ok {
			return
		}
		for i := range v.NumField() {
			poison(v.Field(i))
		}
	}
}

func poisoned[T any](v T) T {
	poison(reflect.ValueOf(&v).Elem())
	return v
}

func TestHostileTextStaysText(t *testing.T) {
	tests := []struct {
		name string
		page func(t *testing.T) *httptest.ResponseRecorder
	}{
		{"report", func(t *testing.T) *httptest.ResponseRecorder {
			d := poisoned(secretDenied())
			d.Task.LastStatus, d.Task.StoppedAt = hostile, time.Time{}
			book := always(d)
			return get(t, newHandler(t, options(book)), "/diagnose?task="+sampleARN)
		}},
		{"start", func(t *testing.T) *httptest.ResponseRecorder {
			o := options(always(poisoned(secretDenied())))
			o.Samples = poisoned(o.Samples)
			o.Version, o.PublicURL = hostile, hostile
			return get(t, newHandler(t, o), "/")
		}},
		{"error", func(t *testing.T) *httptest.ResponseRecorder {
			book := always(diagnose.Diagnosis{})
			book.diagnose = func(string, bool) (diagnose.Diagnosis, error) {
				return diagnose.Diagnosis{}, &casebook.Error{Kind: casebook.UnknownTask, Message: hostile + " is no task."}
			}
			return get(t, newHandler(t, options(book)), "/diagnose?task="+sampleARN)
		}},
		{"causes", func(t *testing.T) *httptest.ResponseRecorder {
			o := options(always(secretDenied()))
			o.Causes = poisoned(catalogue())
			return get(t, newHandler(t, o), "/causes?q="+url.QueryEscape(hostile))
		}},
		{"cause", func(t *testing.T) *httptest.ResponseRecorder {
			o := options(always(secretDenied()))
			o.Causes = poisoned(catalogue())
			o.Causes[2].Code = "startup.secretsmanager.denied"
			return get(t, newHandler(t, o), "/causes/startup.secretsmanager.denied")
		}},
		{"diagnoses", func(t *testing.T) *httptest.ResponseRecorder {
			book := always(poisoned(secretDenied()))
			book.listNext = hostile
			return get(t, newHandler(t, options(book)), "/diagnoses?"+hostileFilter("d"))
		}},
		{"a filter that is none", func(t *testing.T) *httptest.ResponseRecorder {
			evil := url.QueryEscape(hostile)
			return get(t, newHandler(t, options(withHistory())), "/incidents?account="+evil+"&cause="+evil+"&since="+evil+"&goingOn="+evil)
		}},
		{"incidents", func(t *testing.T) *httptest.ResponseRecorder {
			return get(t, newHandler(t, options(poisonedHistory())), "/incidents?"+hostileFilter("i"))
		}},
		{"incident", func(t *testing.T) *httptest.ResponseRecorder {
			book := poisonedHistory()
			book.history.report.ID = "i1"
			return get(t, newHandler(t, options(book)), "/incidents/i1?cursor="+url.QueryEscape(hostile))
		}},
		{"service", func(t *testing.T) *httptest.ResponseRecorder {
			return get(t, newHandler(t, options(poisonedHistory())), "/service?ref="+url.QueryEscape(serviceARN))
		}},
		{"older stops of a service", func(t *testing.T) *httptest.ResponseRecorder {
			return get(t, newHandler(t, options(poisonedHistory())), "/service?ref="+url.QueryEscape(serviceARN)+"&cursor="+url.QueryEscape(hostile))
		}},
		{"docs", func(t *testing.T) *httptest.ResponseRecorder {
			o := options(always(secretDenied()))
			inJSON := strings.NewReplacer(`"`, `\"`).Replace(hostile)
			o.OpenAPI = []byte(strings.NewReplacer("Looks, and says why.", inJSON, "The task’s reference", inJSON, "it's/", inJSON, `"diagnose-get"`, `"`+inJSON+`"`).Replace(apiSample))
			return get(t, newHandler(t, o), "/docs")
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := tt.page(t)
			if w.Code >= 500 {
				t.Fatalf("status = %d\n%s", w.Code, w.Body)
			}
			doc := parsePage(t, w)
			checkHarmless(t, doc)
			if !strings.Contains(rawText(doc), hostile) && !slices.ContainsFunc(find(doc, "input"), func(n *html.Node) bool { return attr(n, "value") == hostile }) {
				t.Error("the hostile text is not shown: this test would not see it run")
			}
		})
	}
}

// poisonedHistory is a history in which every text is hostile.
func poisonedHistory() *fakeCasebook {
	book := withHistory()
	h := &book.history
	h.report, h.open, h.all, h.stops, h.service = poisoned(h.report), poisoned(h.open), poisoned(h.all), poisoned(h.stops), poisoned(h.service)
	h.report.Into = ""
	for _, list := range [][]casebook.Incident{h.open.Incidents, h.all.Incidents, h.service.Incidents} {
		for i := range list {
			list[i].Into = ""
		}
	}
	book.stops = casebook.ServiceStops{Tasks: []diagnose.Diagnosis{poisoned(secretDenied())}}
	return book
}

// hostileFilter is a query that narrows a list as far as it may be anything.
func hostileFilter(cursor string) string {
	return url.Values{"cluster": {hostile}, "service": {hostile}, "cursor": {cursor + hostile}}.Encode()
}

// checkHarmless fails for anything that could run, or load from elsewhere.
func checkHarmless(t *testing.T, doc *html.Node) {
	t.Helper()
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		switch n.Data {
		case "script":
			if n.FirstChild != nil || !strings.HasPrefix(attr(n, "src"), "/static/") {
				t.Errorf("a script that is not ours: %s", attr(n, "src"))
			}
		case "img", "iframe", "object", "embed", "style", "base":
			t.Errorf("an element <%s> that no page has", n.Data)
		}
		for _, a := range n.Attr {
			if strings.HasPrefix(a.Key, "on") || a.Key == "style" {
				t.Errorf("<%s> has the attribute %s=%q", n.Data, a.Key, a.Val)
			}
			if (a.Key == "href" || a.Key == "action" || a.Key == "src") && !isOurAddress(n, a.Val) {
				t.Errorf("<%s %s=%q> leads somewhere else", n.Data, a.Key, a.Val)
			}
		}
	}
}

// isOurAddress allows paths of this site, places in the page, and links to
// other sites where a reader chooses to follow them.
func isOurAddress(n *html.Node, address string) bool {
	switch {
	case strings.HasPrefix(address, "/") && !strings.HasPrefix(address, "//"), strings.HasPrefix(address, "#"):
		return true
	case n.Data == "a":
		return strings.HasPrefix(address, "https://")
	case n.Data == "link":
		return attr(n, "rel") == "canonical"
	}
	return false
}

func TestEveryPageIsSound(t *testing.T) {
	h := newHandler(t, options(withHistory()))
	for _, path := range everyPage() {
		t.Run(path, func(t *testing.T) {
			w := get(t, h, path)
			doc := parsePage(t, w)
			checkHarmless(t, doc)
			checkStructure(t, doc)
			csp := w.Header().Get("Content-Security-Policy")
			for _, want := range []string{"default-src 'none'", "frame-ancestors 'none'", "script-src 'self'", "style-src 'self'"} {
				if !strings.Contains(csp, want) {
					t.Errorf("Content-Security-Policy lacks %q: %s", want, csp)
				}
			}
			if strings.Contains(csp, "unsafe") {
				t.Errorf("Content-Security-Policy allows what is unsafe: %s", csp)
			}
			if got := w.Header().Get("X-Content-Type-Options"); got != "nosniff" {
				t.Errorf("X-Content-Type-Options = %q", got)
			}
			// Under no-referrer, browsers would send our own form with "Origin: null".
			if got := w.Header().Get("Referrer-Policy"); got != "same-origin" {
				t.Errorf("Referrer-Policy = %q", got)
			}
		})
	}
}

func everyPage() []string {
	return []string{
		"/", "/diagnose?task=" + sampleARN, "/d/" + secretDenied().ID, "/d/unknown", "/causes", "/causes?q=kms", "/causes/runtime.oom", "/docs", "/nowhere",
		"/diagnoses", "/diagnoses?cluster=prod", "/diagnoses?account=1", "/incidents", "/incidents?goingOn=true&cursor=x", "/incidents/" + badDeploy().ID, "/incidents/unknown", servicePage, servicePage + "&cursor=x",
	}
}

// checkStructure holds what assistive technology relies on.
func checkStructure(t *testing.T, doc *html.Node) {
	t.Helper()
	one(t, doc, "h1")
	one(t, doc, "main")
	one(t, doc, "title")
	if got := attr(one(t, doc, "html"), "lang"); got != "en" {
		t.Errorf("lang = %q", got)
	}
	ids := map[string]bool{}
	for n := range doc.Descendants() {
		if id := attr(n, "id"); n.Type == html.ElementNode && hasAttr(n, "id") {
			if id == "" || ids[id] {
				t.Errorf("the id %q is empty or there twice", id)
			}
			ids[id] = true
		}
	}
	for n := range doc.Descendants() {
		for _, name := range []string{"for", "aria-labelledby", "data-copy"} {
			if id := attr(n, name); n.Type == html.ElementNode && id != "" && !ids[id] {
				t.Errorf("<%s %s=%q> points at nothing", n.Data, name, id)
			}
		}
		if n.Type == html.ElementNode && n.Data == "a" && strings.HasPrefix(attr(n, "href"), "#") && !ids[attr(n, "href")[1:]] {
			t.Errorf("the link %s leads nowhere", attr(n, "href"))
		}
	}
	checkNames(t, doc)
}

// checkNames fails for a control without a name.
func checkNames(t *testing.T, doc *html.Node) {
	t.Helper()
	labelled := map[string]bool{}
	for _, l := range find(doc, "label") {
		labelled[attr(l, "for")] = true
	}
	for _, path := range []string{"input", "textarea", "button", "a", "svg"} {
		for _, n := range find(doc, path) {
			switch {
			case attr(n, "type") == "hidden", attr(n, "aria-hidden") == "true":
			case attr(n, "aria-label") != "", text(n) != "", labelled[attr(n, "id")] && attr(n, "id") != "":
			case n.Parent.Data == "label" && text(n.Parent) != "":
			default:
				t.Errorf("<%s id=%q> has no name", n.Data, attr(n, "id"))
			}
		}
	}
}
