package app

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"whystopped/internal/config"
)

// everyAnswer are one of each kind of answer: a page, JSON, a problem, text, a
// style sheet, a drawing, a redirect, and the refusals.
func everyAnswer(f *fortress) map[string]heard {
	known := f.bearer(f.reader)
	page := slices.Concat(html, known)
	style := f.get("/", page).field(f.t, `href="(/static/[^"]+/site.css)"`)
	folder, _, _ := strings.Cut(style, "site.css")
	form := headers{"Content-Type", "application/x-www-form-urlencoded"}
	return map[string]heard{
		"start page":        f.get("/", page),
		"report":            f.get("/d/"+f.kept, page),
		"page that follows": f.get("/diagnose?task="+f.task, page),
		"docs":              f.get("/docs", page),
		"page not found":    f.get("/nothing", page),
		"page too large":    f.ask("POST", "/diagnose", "task="+strings.Repeat("x", 9<<20), slices.Concat(page, form)),
		"redirect":          f.ask("POST", "/diagnose", "task="+f.task, slices.Concat(page, form)),
		"login":             f.get("/auth/login", html),
		"callback":          f.get("/auth/callback?code=x", html),
		"signed out":        f.ask("POST", "/auth/logout", "", html),
		"to the login":      f.get("/", html),
		"who are you":       f.get("/", headers{"Accept", "text/html", "User-Agent", "somebot"}),
		"foreign form":      f.ask("POST", "/diagnose", "task=x", slices.Concat(html, form, headers{"Sec-Fetch-Site", "cross-site"})),
		"diagnosis":         f.get("/api/v1/diagnoses/"+f.kept, known),
		"diagnosis as text": f.get("/api/v1/diagnoses/"+f.kept, append(known, "Accept", "text/plain")),
		"stream":            f.get("/api/v1/diagnoses/stream?task="+f.task, known),
		"causes":            f.get("/api/v1/causes", known),
		"document":          f.get("/openapi.json", known),
		"document in YAML":  f.get("/openapi.yaml", known),
		"problem":           f.get("/api/v1/diagnoses/nothing", known),
		"problem as text":   f.get("/api/v1/diagnoses/nothing", append(known, "Accept", "text/plain")),
		"call not found":    f.get("/api/nothing", known),
		"method":            f.ask("PUT", "/api/v1/causes", "", known),
		"media type":        f.ask("POST", "/api/v1/evaluate", "x", append(known, "Content-Type", "image/png")),
		"no login":          f.get("/api/v1/causes", nil),
		"events":            f.ask("POST", "/api/v1/events", "[]", nil),
		"Slack":             f.ask("POST", "/slack/commands", "", nil),
		"health":            f.get("/healthz", nil),
		"readiness":         f.get("/readyz", nil),
		"metrics":           f.get("/metrics", known),
		"metrics refused":   f.get("/metrics", nil),
		"style sheet":       f.get(style, nil),
		"drawing":           f.get(folder+"favicon.svg", nil),
		"icon":              f.get("/favicon.ico", nil),
		"no such file":      f.get(folder+"nothing.css", nil),
		"HEAD":              f.ask("HEAD", "/d/"+f.kept, "", known),
		"OPTIONS":           f.ask("OPTIONS", "/", "", nil),
	}
}

// wantHeaders are what every answer carries, whatever else is in it.
var wantHeaders = map[string]*regexp.Regexp{
	"Content-Security-Policy":      regexp.MustCompile(`^default-src 'none';.*frame-ancestors 'none'`),
	"X-Frame-Options":              regexp.MustCompile(`^DENY$`),
	"X-Content-Type-Options":       regexp.MustCompile(`^nosniff$`),
	"Referrer-Policy":              regexp.MustCompile(`^(same-origin|no-referrer)$`),
	"Permissions-Policy":           regexp.MustCompile(`camera=\(\)`),
	"Cross-Origin-Opener-Policy":   regexp.MustCompile(`^same-origin$`),
	"Cross-Origin-Resource-Policy": regexp.MustCompile(`^same-origin$`),
	"Cache-Control":                regexp.MustCompile(`^no-store$`),
	"X-Request-Id":                 regexp.MustCompile(`^[A-Z0-9]{16}$`),
}

// unsafe is what a policy of ours never allows.
var unsafe = regexp.MustCompile(`unsafe|data:|blob:|https?:|\*|'sha|'nonce`)

// TestEveryAnswerIsHardened scans the headers of each kind of answer.
func TestEveryAnswerIsHardened(t *testing.T) {
	f := newFortress(t, nil)
	statuses := map[int]bool{}
	for name, got := range everyAnswer(f) {
		statuses[got.status] = true
		for header, want := range wantHeaders {
			values := got.header.Values(header)
			ofAll := header == "Cache-Control" && (name == "style sheet" || name == "drawing" || name == "icon")
			if len(values) != 1 || !want.MatchString(values[0]) && !ofAll {
				t.Errorf("%s (%d): %s is %q", name, got.status, header, values)
			}
		}
		if policy := got.header.Get("Content-Security-Policy"); unsafe.MatchString(policy) {
			t.Errorf("%s (%d): the policy allows too much: %s", name, got.status, policy)
		}
		if hsts := got.header.Get("Strict-Transport-Security"); hsts != "max-age=31536000" {
			t.Errorf("%s (%d): behind https, Strict-Transport-Security is %q", name, got.status, hsts)
		}
		if got.body != "" && got.header.Get("Content-Type") == "" {
			t.Errorf("%s (%d): no Content-Type", name, got.status)
		}
		for _, header := range []string{"Server", "X-Powered-By", "Access-Control-Allow-Origin"} {
			if value := got.header.Get(header); value != "" {
				t.Errorf("%s (%d): %s is %q", name, got.status, header, value)
			}
		}
	}
	for _, want := range []int{200, 303, 400, 401, 403, 404, 405, 413, 415} {
		if !statuses[want] {
			t.Errorf("no answer has the status %d: the scan would not see one", want)
		}
	}
}

// TestWithoutTLSNobodyIsToldToUseIt: a browser that heard HSTS would not find the
// service any more.
func TestWithoutTLSNobodyIsToldToUseIt(t *testing.T) {
	f := newFortress(t, func(c *config.Config, _ *tuning) { c.PublicURL, c.Access.OIDCIssuer = "http://why.example.com", "" })
	for _, path := range []string{"/", "/healthz", "/api/v1/causes"} {
		if got := f.get(path, f.bearer(f.reader)); got.status != 200 || got.header.Get("Strict-Transport-Security") != "" {
			t.Errorf("%s: status %d, Strict-Transport-Security %q", path, got.status, got.header.Get("Strict-Transport-Security"))
		}
	}
}

// TestAFaultOfOursIsHardenedToo takes the database away.
func TestAFaultOfOursIsHardenedToo(t *testing.T) {
	f := newFortress(t, nil)
	f.app.history.store.Close() // now nothing that is kept can be read
	for _, h := range []headers{f.bearer(f.reader), slices.Concat(html, f.bearer(f.reader))} {
		path := "/api/v1/diagnoses/" + f.kept
		if len(h) > 2 {
			path = "/d/" + f.kept
		}
		got := f.get(path, h)
		if got.status != http.StatusInternalServerError || strings.Contains(got.body, "sql") {
			t.Errorf("%s: status %d: %s", path, got.status, got.body)
		}
		for header, want := range wantHeaders {
			if !want.MatchString(got.header.Get(header)) {
				t.Errorf("%s: %s is %q", path, header, got.header.Get(header))
			}
		}
	}
}
