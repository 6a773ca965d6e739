package app

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"whystopped/internal/config"
)

// loggedIn is a browser in which somebody has logged in.
type loggedIn struct {
	*fortress
	cookies map[string]string
	// session is the cookie of the session as it was set.
	session *http.Cookie
}

// ask sends a request with the cookies, and takes those that come.
func (b *loggedIn) ask(method, path, body string, h headers) heard {
	b.t.Helper()
	var cookies []string
	for name, value := range b.cookies {
		cookies = append(cookies, name+"="+value)
	}
	slices.Sort(cookies)
	got := b.fortress.ask(method, path, body, slices.Concat(html, h, headers{"Cookie", strings.Join(cookies, "; ")}))
	for _, c := range (&http.Response{Header: got.header}).Cookies() {
		b.cookies[c.Name] = c.Value
		if c.MaxAge < 0 {
			delete(b.cookies, c.Name)
		}
		if strings.HasSuffix(c.Name, "-session") {
			b.session = c
		}
	}
	return got
}

// here is the path of an address of the service.
func (b *loggedIn) here(address string) string {
	b.t.Helper()
	path, ok := strings.CutPrefix(address, attackedURL)
	if !ok {
		b.t.Fatalf("led to %q, which is somewhere else", address)
	}
	return path
}

// logIn opens a page, or the login itself, and logs in. It gives the address that
// the login ends on.
func (f *fortress) logIn(page string) (b *loggedIn, leadsTo string) {
	f.t.Helper()
	b = &loggedIn{fortress: f, cookies: map[string]string{}}
	login := b.ask(http.MethodGet, page, "", nil).header.Get("Location")
	if strings.HasPrefix(page, "/auth/login") { // led to the provider at once
		return b, b.ask(http.MethodGet, b.here(f.provider.Approve(login)), "", nil).header.Get("Location")
	}
	provider := b.ask(http.MethodGet, b.here(login), "", nil).header.Get("Location")
	return b, b.ask(http.MethodGet, b.here(f.provider.Approve(provider)), "", nil).header.Get("Location")
}

func TestLogInAndOut(t *testing.T) {
	f := newFortress(t, nil)
	b, leadsTo := f.logIn("/d/" + f.kept)
	if leadsTo != attackedURL+"/d/"+f.kept {
		t.Errorf("the login leads to %q, want the page that was asked for", leadsTo)
	}
	if c := b.session; c.Name != "__Host-whystopped-session" || !c.Secure || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" {
		t.Errorf("the session's cookie is %s", c)
	}
	page := b.ask(http.MethodGet, "/d/"+f.kept, "", nil)
	if page.status != 200 || !strings.Contains(page.body, "ana@example.com") || !strings.Contains(page.body, `action="/auth/logout"`) {
		t.Errorf("status %d, and a page that does not say who reads it: %s", page.status, page.body)
	}
	out := b.ask(http.MethodPost, "/auth/logout", "", headers{"Sec-Fetch-Site", "same-origin", "Origin", attackedURL})
	if out.status != 200 || !strings.HasPrefix(out.header.Get("Refresh"), "0; url="+f.provider.URL+"/logout?") || strings.Contains(out.body, "ana@example.com") {
		t.Errorf("signing out: status %d, Refresh %q", out.status, out.header.Get("Refresh"))
	}
	if got := b.ask(http.MethodGet, "/d/"+f.kept, "", nil); got.status != http.StatusSeeOther {
		t.Errorf("after signing out the page is answered %d", got.status)
	}
}

// TestWhoIsNotAllowedIn logs in somebody of another company.
func TestWhoIsNotAllowedIn(t *testing.T) {
	f := newFortress(t, nil)
	f.provider.Person["email"] = "eve@example.org"
	b := &loggedIn{fortress: f, cookies: map[string]string{}}
	provider := b.ask(http.MethodGet, "/auth/login", "", nil).header.Get("Location")
	got := b.ask(http.MethodGet, b.here(f.provider.Approve(provider)), "", nil)
	if got.status != 403 || !strings.Contains(got.body, "eve@example.org") || !strings.Contains(got.body, `action="/auth/logout"`) || f.tells(got) || b.session != nil {
		t.Errorf("status %d, session %v: %s", got.status, b.session, got.body)
	}
}

// TestOtherSitesCannotUseASession sends what a page of another site can make a
// browser send that is logged in here.
func TestOtherSitesCannotUseASession(t *testing.T) {
	f := newFortress(t, nil)
	b, _ := f.logIn("/")
	form := headers{"Content-Type", "application/x-www-form-urlencoded"}
	asked := strings.Count(f.log.String(), `"action":"diagnose"`)
	for _, from := range []headers{
		{"Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example"},
		{"Sec-Fetch-Site", "same-site", "Origin", "https://other.example.com"},
		{"Origin", "https://evil.example"},
		{"Origin", "http://why.example.com:8443"},
		{"Origin", "null"},
	} {
		for _, attack := range []struct {
			path, body string
			h          headers
		}{
			{"/diagnose", "task=" + f.task + "&refresh=1", form},
			{"/auth/logout", "", form},
			{"/api/v1/diagnoses", `{"task":"` + f.task + `","refresh":true}`, headers{"Content-Type", "text/plain"}},
			{"/api/v1/evaluate", `{"text":"AccessDenied"}`, form},
		} {
			if got := b.ask(http.MethodPost, attack.path, attack.body, slices.Concat(attack.h, from)); got.status != 403 || f.tells(got) {
				t.Errorf("%s, %q: status %d: %.200s", attack.path, from, got.status, got.body)
			}
		}
		got := b.ask(http.MethodGet, "/api/v1/diagnoses/"+f.kept, "", from) // may be sent, but not read
		if got.header.Get("Access-Control-Allow-Origin") != "" || got.header.Get("Cross-Origin-Resource-Policy") != "same-origin" {
			t.Errorf("%q may read an answer: %v", from, got.header)
		}
		if got := b.ask(http.MethodOptions, "/api/v1/diagnoses", "", slices.Concat(from, headers{"Access-Control-Request-Method", "POST"})); got.header.Get("Access-Control-Allow-Methods") != "" {
			t.Errorf("%q is allowed to ask: %v", from, got.header)
		}
	}
	if n := strings.Count(f.log.String(), `"action":"diagnose"`); n != asked {
		t.Errorf("%d diagnoses were made for other sites", n-asked)
	}
	own := headers{"Sec-Fetch-Site", "same-origin", "Origin", attackedURL}
	if got := b.ask(http.MethodPost, "/diagnose", "task="+url.QueryEscape(f.task), slices.Concat(form, own)); got.status != http.StatusSeeOther {
		t.Errorf("our own form is answered %d: %.200s", got.status, got.body)
	}
}

// TestNobodyIsLedSomewhereElse tries to have a login, a form or a page lead to
// another site.
func TestNobodyIsLedSomewhereElse(t *testing.T) {
	f := newFortress(t, nil)
	for _, to := range []string{
		"https://evil.example/", "//evil.example", `/\evil.example`, `\\evil.example`, "/%09/evil.example", "/\t/evil.example", "javascript:alert(1)", "/x\r\nSet-Cookie: a=b", "/..//evil.example", "@evil.example",
	} {
		b, leadsTo := f.logIn("/auth/login?return=" + url.QueryEscape(to))
		// A browser takes \ for / and leaves out tabs and line breaks.
		path := strings.NewReplacer(`\`, "/", "\t", "", "\r", "", "\n", "").Replace(b.here(leadsTo))
		if !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") {
			t.Errorf("%q leads to %q", to, leadsTo)
		}
	}
	b, _ := f.logIn("/")
	for _, task := range []string{"//evil.example", "https://evil.example/", "/\r\nLocation: https://evil.example"} {
		got := b.ask(http.MethodPost, "/diagnose", "task="+url.QueryEscape(task), headers{"Content-Type", "application/x-www-form-urlencoded", "Origin", attackedURL})
		if to := got.header.Get("Location"); to != "" && !strings.HasPrefix(to, "/diagnose?task=") && !strings.HasPrefix(to, "/d/") {
			t.Errorf("the form with %q leads to %q", task, to)
		}
	}
	for _, path := range []string{"//evil.example/", "/%2f%2fevil.example", "/d", "/causes/", "/static"} {
		if to := f.get(path, slices.Concat(html, headers{"Host", "evil.example", "X-Forwarded-Host", "evil.example"})).header.Get("Location"); to != "" && !strings.HasPrefix(to, attackedURL+"/auth/login?return=%2F") {
			t.Errorf("%s leads to %q", path, to)
		}
	}
}

// callsToAWS counts the requests to AWS so far.
func (f *fortress) callsToAWS() (n int64) {
	for _, calls := range f.app.aws.collector.Stats().Calls {
		n += calls
	}
	return n
}

// TestOtherSitesStartNoCallToAWS lets a page of another site name a task in an
// image, a frame and a fetch, in a browser that is logged in and in one on the
// machine of an open service. A link, as an alert has one, goes on working.
func TestOtherSitesStartNoCallToAWS(t *testing.T) {
	f := newFortress(t, func(_ *config.Config, tune *tuning) { tune.still = true })
	b, _ := f.logIn("/")
	task := url.QueryEscape(f.app.aws.samples[1].ARN)
	embedded := []headers{
		{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "no-cors", "Sec-Fetch-Dest", "image"},
		{"Sec-Fetch-Site", "same-site", "Sec-Fetch-Mode", "no-cors", "Sec-Fetch-Dest", "script"},
		{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "iframe"},
		{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "cors", "Sec-Fetch-Dest", "empty", "Origin", "https://evil.example"},
	}
	before := f.callsToAWS()
	for _, path := range []string{
		"/diagnose?task=" + task, "/api/v1/diagnoses?task=" + task, "/api/v1/diagnoses?refresh=true&task=" + task, "/api/v1/diagnoses/stream?task=" + task,
		"/service?ref=" + url.QueryEscape("arn:aws:ecs:eu-west-1:111122223333:service/production/payments-api"), "/permissions?again", "/api/v1/permissions",
	} {
		for _, from := range embedded {
			if got := b.ask(http.MethodGet, path, "", from); got.status != 403 {
				t.Errorf("%s, %q: status %d: %.200s", path, from, got.status, got.body)
			}
		}
	}
	if n := f.callsToAWS() - before; n != 0 {
		t.Errorf("other sites started %d calls to AWS", n)
	}
	link := headers{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "document", "Sec-Fetch-User", "?1"}
	if got := b.ask(http.MethodGet, "/diagnose?task="+task, "", link); got.status != 200 || !strings.Contains(got.body, "</html>") || f.callsToAWS() == before {
		t.Errorf("a link in an alert: status %d, %d calls to AWS: %.200s", got.status, f.callsToAWS()-before, got.body)
	}
	stranger := f.get("/diagnose?task="+task, slices.Concat(html, link))
	if to := stranger.header.Get("Location"); stranger.status != http.StatusSeeOther || !strings.HasPrefix(to, attackedURL+"/auth/login?return=") {
		t.Errorf("a link in an alert, not logged in: status %d, %q", stranger.status, to)
	}
}

// TestLoginsDoNotFillTheCookies: with those of thirty logins no server takes a
// browser's requests any more.
func TestLoginsDoNotFillTheCookies(t *testing.T) {
	f := newFortress(t, nil)
	b := &loggedIn{fortress: f, cookies: map[string]string{}}
	long := url.QueryEscape("/causes?q=" + strings.Repeat("x", 1400))
	for range 40 {
		if got := b.ask(http.MethodGet, "/auth/login?return="+long, "", nil); got.status != http.StatusSeeOther {
			t.Fatalf("with %d cookies the login is answered %d", len(b.cookies), got.status)
		}
	}
	if len(b.cookies) > 5 {
		t.Errorf("the browser has %d cookies of logins", len(b.cookies))
	}
}
