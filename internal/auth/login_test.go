package auth

import (
	"context"
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/google/go-cmp/cmp"

	"whystopped/internal/auth/authfake"
)

func TestLogin(t *testing.T) {
	s, p := newLoginService(t, nil)
	b := newBrowser(t, s)
	answer := b.get(publicURL + "/diagnose?task=prod/0f1e")
	if got, want := answer.Header.Get("Location"), publicURL+"/auth/login?return=%2Fdiagnose%3Ftask%3Dprod%2F0f1e"; got != want {
		t.Fatalf("led to %q, want %q", got, want)
	}
	answer = b.login(p, "/diagnose?task=prod/0f1e")
	if got, want := answer.Header.Get("Location"), publicURL+"/diagnose?task=prod/0f1e"; answer.StatusCode != http.StatusSeeOther || got != want {
		t.Fatalf("after the login %d to %q, want %q\n%s", answer.StatusCode, got, want, text(answer))
	}
	if got := text(b.get(publicURL + "/diagnose?task=prod/0f1e")); got != "true oidc ana@example.com []" {
		t.Errorf("behind the gate: %q", got)
	}
	if len(b.cookies) != 1 {
		t.Errorf("cookies %v, want the session alone", b.cookies)
	}
	c := b.cookies["__Host-whystopped-session"]
	if c == nil || !c.Secure || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" || c.MaxAge != 12*3600 {
		t.Errorf("session cookie %+v", c)
	}
	if log := s.log.String(); !strings.Contains(log, `"action":"sign-in","outcome":"ok","by":"oidc","subject":"u-1","email":"ana@example.com"`) {
		t.Errorf("the audit log lacks the login: %s", log)
	}
}

func TestEachLoginHasASessionOfItsOwn(t *testing.T) {
	s, p := newLoginService(t, nil)
	var ids [2]string
	b := newBrowser(t, s)
	for i := range ids {
		b.login(p, "/")
		var got session
		if err := s.sessions.sealed.open("__Host-whystopped-session", b.cookies["__Host-whystopped-session"].Value, &got); err != nil {
			t.Fatal(err)
		}
		ids[i] = got.ID
		delete(b.cookies, "__Host-whystopped-session")
	}
	if ids[0] == ids[1] || ids[0] == "" {
		t.Errorf("session ids %q", ids)
	}
}

// TestBadTokens: what a provider, or somebody in its place, must not get away
// with.
func TestBadTokens(t *testing.T) {
	encode := base64.RawURLEncoding.EncodeToString
	other := func(key string, value any) func(map[string]any) {
		return func(c map[string]any) { c[key] = value }
	}
	tests := []struct {
		name   string
		change func(map[string]any)
		sign   func([]byte) string
		info   map[string]any
	}{
		{name: "no signature", sign: func(p []byte) string { return encode([]byte(`{"alg":"none"}`)) + "." + encode(p) + "." }},
		{name: "the public key as a shared secret", sign: func(p []byte) string { return authfake.SignBy(jose.HS256, authfake.PEM(authfake.Key().Public()), p) }},
		{name: "the client's secret", sign: func(p []byte) string {
			return authfake.SignBy(jose.HS256, []byte(clientSecret+strings.Repeat("x", 32)), p)
		}},
		{name: "an algorithm that the provider does not use", sign: func(p []byte) string {
			return authfake.SignBy(jose.PS256, jose.JSONWebKey{Key: authfake.Key(), KeyID: "k1"}, p)
		}},
		{name: "a signature of other claims", sign: func(p []byte) string {
			parts := strings.Split(authfake.SignRS256(authfake.Key(), []byte(`{}`)), ".")
			return parts[0] + "." + encode(p) + "." + parts[2]
		}},
		{name: "no token", sign: func([]byte) string { return "" }},
		{name: "expired", change: other("exp", began.Add(-time.Second).Unix())},
		{name: "another issuer", change: other("iss", "https://login.example.org")},
		{name: "another client", change: other("aud", "somebody-else")},
		{name: "several clients, and no word which", change: other("aud", []string{clientID, "somebody-else"})},
		{name: "handed on by another client", change: other("azp", "somebody-else")},
		{name: "another access token", change: other("at_hash", "LDktKdoQak3Pk0cnXxCltA")},
		{name: "no nonce", change: func(c map[string]any) { delete(c, "nonce") }},
		{name: "the nonce of another login", change: other("nonce", "replayed")},
		{name: "no subject", change: func(c map[string]any) { delete(c, "sub") }},
		{name: "a subject that fills the cookie", change: other("sub", strings.Repeat("x", 5000))},
		{
			name: "user info of somebody else", change: func(c map[string]any) { delete(c, "email") },
			info: map[string]any{"sub": "u-2", "email": "boss@example.com", "email_verified": true},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s, p := newLoginService(t, nil)
			p.Change, p.Sign, p.Info = test.change, test.sign, test.info
			b := newBrowser(t, s)
			answer := b.login(p, "/")
			if answer.StatusCode != http.StatusBadRequest || !strings.HasPrefix(text(answer), LoginFailed) {
				t.Errorf("%d %s", answer.StatusCode, text(answer))
			}
			if len(b.cookies) != 0 {
				t.Errorf("cookies %v", b.cookies)
			}
			if answer := b.get(publicURL + "/"); answer.StatusCode != http.StatusSeeOther {
				t.Errorf("the page behind: %d %s", answer.StatusCode, text(answer))
			}
		})
	}
}

// TestBadCallbacks: answers that do not belong to a login of this browser.
func TestBadCallbacks(t *testing.T) {
	s, p := newLoginService(t, nil)
	change := func(address string, how func(q url.Values)) string {
		u, _ := url.Parse(address)
		q := u.Query()
		how(q)
		u.RawQuery = q.Encode()
		return u.String()
	}
	tests := []struct {
		name string
		ask  func(b *browser) *http.Response
		says string
	}{
		{"without a login", func(b *browser) *http.Response { return b.get(publicURL + "/auth/callback?code=c&state=s") }, "in this browser"},
		{"nothing at all", func(b *browser) *http.Response { return b.get(publicURL + "/auth/callback") }, "answer is invalid"},
		{
			// Login CSRF: a browser is to be logged in as somebody else.
			"the code and state of another browser", func(b *browser) *http.Response {
				theirs := p.Approve(newBrowser(t, s).begin("/"))
				b.begin("/")
				return b.get(theirs)
			}, "in this browser",
		},
		{
			"the code of another browser with one's own state", func(b *browser) *http.Response {
				theirs, _ := url.Parse(p.Approve(newBrowser(t, s).begin("/")))
				return b.get(change(p.Approve(b.begin("/")), func(q url.Values) { q.Set("code", theirs.Query().Get("code")) }))
			}, "didn't confirm",
		},
		{"the answer once more", func(b *browser) *http.Response {
			address := p.Approve(b.begin("/"))
			b.get(address)
			return b.get(address)
		}, "in this browser"},
		{"the answer once more, with the cookie kept", func(b *browser) *http.Response {
			address := p.Approve(b.begin("/"))
			kept := *b
			kept.cookies = map[string]*http.Cookie{}
			for name, c := range b.cookies {
				kept.cookies[name] = c
			}
			b.get(address)
			return kept.get(address)
		}, "didn't confirm"},
		{"no state", func(b *browser) *http.Response {
			return b.get(change(p.Approve(b.begin("/")), func(q url.Values) { q.Del("state") }))
		}, "answer is invalid"},
		{"an empty state", func(b *browser) *http.Response {
			return b.get(change(p.Approve(b.begin("/")), func(q url.Values) { q.Set("state", "") }))
		}, "in this browser"},
		{"the state cut", func(b *browser) *http.Response {
			return b.get(change(p.Approve(b.begin("/")), func(q url.Values) { q.Set("state", q.Get("state")[:8]) }))
		}, "in this browser"},
		{"two states", func(b *browser) *http.Response {
			return b.get(change(p.Approve(b.begin("/")), func(q url.Values) { q.Add("state", "x") }))
		}, "answer is invalid"},
		{"two codes", func(b *browser) *http.Response {
			return b.get(change(p.Approve(b.begin("/")), func(q url.Values) { q.Add("code", "x") }))
		}, "answer is invalid"},
		{"no code", func(b *browser) *http.Response {
			return b.get(change(p.Approve(b.begin("/")), func(q url.Values) { q.Del("code") }))
		}, "answer is invalid"},
		{"too late", func(b *browser) *http.Response {
			address := p.Approve(b.begin("/"))
			s.clock.pass(loginTime)
			return b.get(address)
		}, "ten minutes"},
		{"another provider", func(b *browser) *http.Response {
			return b.get(change(p.Approve(b.begin("/")), func(q url.Values) { q.Set("iss", "https://login.example.org") }))
		}, "another identity provider"},
		{"refused by the provider", func(b *browser) *http.Response {
			return b.get(change(p.Approve(b.begin("/")), func(q url.Values) { q.Del("code"); q.Set("error", "access_denied") }))
		}, "(access_denied)"},
		{"an error in somebody's words", func(b *browser) *http.Response {
			return b.get(change(p.Approve(b.begin("/")), func(q url.Values) { q.Del("code"); q.Set("error", "Call 555 1234") }))
		}, "didn't sign you in."},
		{"HEAD", func(b *browser) *http.Response {
			return b.ask(http.MethodHead, p.Approve(b.begin("/")))
		}, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			b := newBrowser(t, s)
			answer := test.ask(b)
			if answer.StatusCode < 400 || !strings.Contains(text(answer), test.says) {
				t.Errorf("%d %s, want one with %q", answer.StatusCode, text(answer), test.says)
			}
		})
	}
}

func TestAProviderThatNamesItselfHasTo(t *testing.T) {
	s, p := newLoginService(t, nil)
	p.Describe = func(d map[string]any) { d["authorization_response_iss_parameter_supported"] = true }
	if answer := newBrowser(t, s).login(p, "/"); answer.StatusCode != http.StatusBadRequest {
		t.Errorf("an answer without iss: %d", answer.StatusCode)
	}
	b := newBrowser(t, s)
	if answer := b.get(p.Approve(b.begin("/")) + "&iss=" + url.QueryEscape(p.URL)); answer.StatusCode != http.StatusSeeOther {
		t.Errorf("an answer with iss: %d %s", answer.StatusCode, text(answer))
	}
}

func TestSeveralLoginsAtOnce(t *testing.T) {
	s, p := newLoginService(t, nil)
	b := newBrowser(t, s)
	first, second := p.Approve(b.begin("/causes")), p.Approve(b.begin("/docs"))
	for address, want := range map[string]string{first: "/causes", second: "/docs"} {
		if got := b.get(address).Header.Get("Location"); got != publicURL+want {
			t.Errorf("led to %q, want %s", got, want)
		}
	}
}

// TestABrowserHasFewLogins: another site may have it begin as many as it likes.
func TestABrowserHasFewLogins(t *testing.T) {
	s, p := newLoginService(t, nil)
	b := newBrowser(t, s)
	b.cookies["__Host-whystopped-login-AAAAAAAA"] = &http.Cookie{Name: "__Host-whystopped-login-AAAAAAAA", Value: "none of ours"}
	var last string
	for range 28 {
		s.clock.pass(time.Second)
		last = b.begin("/causes")
		if n := len(b.cookies); n > maxLogins {
			t.Fatalf("the browser has %d cookies", n)
		}
	}
	if got := b.get(p.Approve(last)).Header.Get("Location"); got != publicURL+"/causes" {
		t.Errorf("the last login leads to %q", got)
	}
	// Begun at once, they are not seen by each other, and taken by the next answer.
	for range 2 {
		other := newBrowser(t, s)
		for range maxLogins {
			other.begin("/docs")
		}
		for name, c := range other.cookies {
			b.cookies[name] = c
		}
	}
	if b.get(publicURL + "/causes"); len(b.cookies) != maxLogins+1 { // and the session
		t.Errorf("the browser has %d cookies", len(b.cookies))
	}
}

func TestTheServiceOutlivesItsProvider(t *testing.T) {
	s, p := newLoginService(t, func(_ *Options, p *op) { p.SetDown(true) })
	b := newBrowser(t, s)
	for range 3 {
		answer := b.get(publicURL + "/auth/login")
		if answer.StatusCode != http.StatusServiceUnavailable || answer.Header.Get("Retry-After") == "" || !strings.HasPrefix(text(answer), LoginUnavailable) {
			t.Fatalf("while the provider is down: %d %s", answer.StatusCode, text(answer))
		}
	}
	if n := p.CallsOf("/.well-known/openid-configuration"); n != 1 {
		t.Errorf("the provider was asked %d times at once, want 1", n)
	}
	p.SetDown(false)
	s.clock.pass(retryAfter)
	if answer := b.login(p, "/"); answer.StatusCode != http.StatusSeeOther {
		t.Errorf("when it is back: %d %s", answer.StatusCode, text(answer))
	}
	p.SetDown(true)
	if answer := b.get(publicURL + "/"); answer.StatusCode != http.StatusOK {
		t.Errorf("a session while the provider is down: %d", answer.StatusCode)
	}
	other := newBrowser(t, s)
	if answer := other.login(p, "/"); answer.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("a code that cannot be redeemed: %d %s", answer.StatusCode, text(answer))
	}
}

// TestOneWhoLeavesDoesNotBreakTheOthersLogin: the provider's description is read
// for all.
func TestOneWhoLeavesDoesNotBreakTheOthersLogin(t *testing.T) {
	s, _ := newLoginService(t, nil)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.provider.get(ctx); err != nil {
		t.Errorf("after the asker has left: %v", err)
	}
}

func TestTheWayTheClientShowsItsSecret(t *testing.T) {
	for _, methods := range [][]string{nil, {"client_secret_basic", "client_secret_post"}, {"client_secret_post"}} {
		s, p := newLoginService(t, nil)
		p.Describe = func(d map[string]any) {
			if methods != nil {
				d["token_endpoint_auth_methods_supported"] = methods
			}
		}
		if answer := newBrowser(t, s).login(p, "/"); answer.StatusCode != http.StatusSeeOther || p.CallsOf("/token") != 1 {
			t.Errorf("%v: %d after %d calls: %s", methods, answer.StatusCode, p.CallsOf("/token"), text(answer))
		}
	}
}

func TestLogout(t *testing.T) {
	s, p := newLoginService(t, nil)
	b := newBrowser(t, s)
	b.login(p, "/")
	if answer := b.ask(http.MethodPost, publicURL+"/auth/logout", "Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example"); answer.StatusCode != http.StatusForbidden || len(b.cookies) != 1 {
		t.Errorf("by another site: %d", answer.StatusCode)
	}
	if b.get(publicURL + "/auth/logout"); len(b.cookies) != 1 {
		t.Error("a link signs out")
	}
	s.clock.pass(time.Hour) // by now a request renews the session
	answer := b.ask(http.MethodPost, publicURL+"/auth/logout", "Sec-Fetch-Site", "same-origin")
	if answer.StatusCode != http.StatusOK || len(b.cookies) != 0 {
		t.Errorf("%d, cookies %v", answer.StatusCode, b.cookies)
	}
	_, to, _ := strings.Cut(answer.Header.Get("Refresh"), "url=")
	u, err := url.Parse(to)
	if err != nil || !strings.HasPrefix(to, p.URL+"/logout?") {
		t.Fatalf("led on to %q", to)
	}
	want := url.Values{"from": {"here"}, "client_id": {clientID}, "post_logout_redirect_uri": {publicURL + "/auth/signed-out"}}
	if diff := cmp.Diff(want, u.Query()); diff != "" {
		t.Errorf("told the provider (-want +got):\n%s", diff)
	}
	if answer := b.get(publicURL + "/auth/signed-out"); answer.StatusCode != http.StatusOK || answer.Header.Get("Refresh") != "" {
		t.Errorf("at the end: %d, Refresh %q", answer.StatusCode, answer.Header.Get("Refresh"))
	}
	if answer := b.get(publicURL + "/"); answer.StatusCode != http.StatusSeeOther {
		t.Errorf("the page behind: %d", answer.StatusCode)
	}
	if !strings.Contains(s.log.String(), `"action":"sign-out","outcome":"ok","by":"oidc"`) {
		t.Errorf("the audit log lacks it: %s", s.log)
	}
}

func TestTheWayBackStaysHere(t *testing.T) {
	long := "/diagnose?task=" + strings.Repeat("x", maxBack)
	for back, want := range map[string]string{
		"/":                                "/",
		"/d/01J?x=1&y=%2F%2Fevil.example":  "/d/01J?x=1&y=%2F%2Fevil.example",
		"/diagnose?task=https://console/a": "/diagnose?task=https://console/a",
		"":                                 "/",
		"causes":                           "/",
		"https://evil.example/":            "/",
		"//evil.example":                   "/",
		"///evil.example":                  "/",
		"/\\evil.example":                  "/",
		"\\\\evil.example":                 "/",
		"/%5cevil.example":                 "/%5cevil.example", // a name of a file here, for every browser
		"/%2fevil.example":                 "/",
		"/\t/evil.example":                 "/",
		"\t//evil.example":                 "/",
		"/\r\nLocation: //evil.example":    "/",
		"/\x00":                            "/",
		"/\u2028x":                         "/",
		"javascript:alert(1)":              "/",
		"/auth/logout":                     "/",
		"/auth/login?return=/":             "/",
		"/%61uth/login":                    "/",
		"/%zz":                             "/",
		"@evil.example":                    "/",
		".evil.example":                    "/",
		long:                               "/",
	} {
		if got := localPath(back); got != want {
			t.Errorf("localPath(%q) = %q, want %q", back, got, want)
		}
	}
}

func TestALongWayBackFitsIntoACookie(t *testing.T) {
	s, p := newLoginService(t, nil)
	page := "/diagnose?task=" + strings.Repeat("x", maxBack-len("/diagnose?task="))
	if answer := newBrowser(t, s).login(p, page); answer.Header.Get("Location") != publicURL+page {
		t.Errorf("led to %q", answer.Header.Get("Location"))
	}
}
