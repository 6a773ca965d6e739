package auth

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRequireWayIn(t *testing.T) {
	tests := []struct {
		listen string
		opts   Options
		open   bool
	}{
		{"127.0.0.1:8080", Options{}, true},
		{"127.8.9.1:8080", Options{}, true},
		{"localhost:0", Options{}, true},
		{"LocalHost:8080", Options{}, true},
		{"[::1]:8080", Options{}, true},
		{"[::ffff:127.0.0.1]:8080", Options{}, true},
		{":8080", Options{}, false},
		{"0.0.0.0:8080", Options{}, false},
		{"[::]:8080", Options{}, false},
		{"10.0.0.7:8080", Options{}, false},
		{"localhost.example.com:8080", Options{}, false},
		{"ip6-localhost:8080", Options{}, false},
		{"127.0.0.1", Options{}, false},
		{"", Options{}, false},
		{":8080", Options{Open: true}, true},
		{":8080", Options{OIDC: &OIDC{}}, true},
		{":8080", Options{ALB: &ALB{}}, true},
		{":8080", Options{Tokens: []Token{{}}}, true},
	}
	for _, test := range tests {
		err := RequireWayIn(test.listen, test.opts)
		if (err == nil) != test.open {
			t.Errorf("%q: error %v", test.listen, err)
		}
		if err == nil {
			continue
		}
		for _, want := range []string{"oidc-issuer", "alb-arn", "api-tokens", "127.0.0.1"} {
			if !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("error %q, want one line with %s", err, want)
			}
		}
	}
}

func TestSettingsRefused(t *testing.T) {
	p := newOP(t, nil)
	tests := []struct {
		name   string
		change func(*Options)
		says   string
	}{
		{"nothing to tell with", func(o *Options) { o.Page = nil }, "Page, Problem and Log"},
		{"no way in", func(o *Options) { o.OIDC = nil }, "would let everybody in"},
		{"no rule", func(o *Options) { o.Allow = Rules{} }, "allowed-domains"},
		{"everybody and a rule", func(o *Options) { o.Allow.Everybody = true }, "leave out"},
		{"no address to come back to", func(o *Options) { o.PublicURL = "" }, "public-url"},
		{"an address without TLS", func(o *Options) { o.PublicURL = "http://why.example.com" }, "https://"},
		{"a provider without TLS", func(o *Options) { o.OIDC.Issuer = "http://login.example.com" }, "oidc-issuer"},
		{"a provider with a query", func(o *Options) { o.OIDC.Issuer = "https://login.example.com?x=1" }, "oidc-issuer"},
		{"no client", func(o *Options) { o.OIDC.ClientID = "" }, "oidc-client-id"},
		{"a short key", func(o *Options) { o.SessionKeys = []string{sessionKey, "short"} }, "session key 2 has 5 characters"},
	}
	for _, test := range tests {
		o := withLogin(p)
		o.Page, o.Problem, o.Log = told("page"), told("problem"), slog.New(slog.DiscardHandler)
		test.change(&o)
		_, err := New(o)
		if err == nil || !strings.Contains(err.Error(), test.says) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: error %v, want one line with %q", test.name, err, test.says)
		}
	}
}

// TestOpenOnThisMachineOnly: a page of another site can give its own name this
// machine's address, and would then read with its reader's browser.
func TestOpenOnThisMachineOnly(t *testing.T) {
	local := newService(t, Options{Listen: "127.0.0.1:8080"})
	named := newService(t, Options{Listen: "127.0.0.1:8080", PublicURL: "https://why.example.com"})
	demo := newService(t, Options{Listen: ":8080", Open: true})
	tests := []struct {
		name    string
		to      *service
		host    string
		status  int
		visible string
	}{
		{"by address", local, "127.0.0.1:8080", 200, "true local somebody on this machine []"},
		{"by name", local, "localhost:3000", 200, ""},
		{"by IPv6", local, "[::1]:8080", 200, ""},
		{"without a port", local, "localhost", 200, ""},
		{"by a name that leads here", local, "evil.example:8080", 421, WrongHost},
		{"by a name that begins alike", local, "localhost.evil.example", 421, WrongHost},
		{"by the machine's address in the network", local, "10.0.0.7:8080", 421, WrongHost},
		{"without a host", local, "", 421, WrongHost},
		{"by its public name", named, "why.example.com", 200, ""},
		{"by another name than the public one", named, "evil.example", 421, WrongHost},
		{"the demo, which has nothing to hide", demo, "demo.example:8080", 200, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := httptest.NewRequest(http.MethodGet, "/", nil)
			r.Host = test.host
			w := httptest.NewRecorder()
			test.to.ServeHTTP(w, r)
			if w.Code != test.status || !strings.Contains(w.Body.String(), test.visible) {
				t.Errorf("%d %s, want %d", w.Code, w.Body, test.status)
			}
		})
	}
}

// TestWhoIsLedToTheLogin: people in browsers are, programs are told by 401.
func TestWhoIsLedToTheLogin(t *testing.T) {
	const browserName = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"
	s, _ := newLoginService(t, nil)
	tests := []struct {
		name         string
		method, path string
		headers      map[string]string
		led          bool
		told         string
	}{
		{"a browser", "GET", "/d/1", map[string]string{"Accept": "text/html,*/*;q=0.8", "User-Agent": browserName}, true, ""},
		{"a browser of today", "GET", "/d/1", map[string]string{"Accept": "text/html", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}, true, ""},
		{"a telephone whose maker's name ends in bot", "GET", "/", map[string]string{"Accept": "text/html", "Sec-Fetch-Mode": "navigate", "User-Agent": "Mozilla/5.0 (Linux; Android 15; CUBOT X90)"}, true, ""},
		{"curl", "GET", "/d/1", map[string]string{"Accept": "*/*", "User-Agent": "curl/8.17.0"}, false, "problem"},
		{"a program that says nothing", "GET", "/d/1", nil, false, "problem"},
		{"the API in a browser", "GET", "/api/v1/diagnoses", map[string]string{"Accept": "text/html", "User-Agent": browserName}, false, "page"},
		{"a script of a page", "GET", "/d/1", map[string]string{"Accept": "text/html", "Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty"}, false, "page"},
		{"a frame", "GET", "/d/1", map[string]string{"Accept": "text/html", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"}, false, "page"},
		{"a browser that reads ahead", "GET", "/d/1", map[string]string{"Accept": "text/html", "Sec-Purpose": "prefetch", "User-Agent": browserName}, false, "page"},
		{"a form", "POST", "/diagnose", map[string]string{"Accept": "text/html", "User-Agent": browserName}, false, "page"},
		{"HEAD", "HEAD", "/d/1", map[string]string{"Accept": "text/html", "User-Agent": browserName}, false, "page"},
		{"Slack", "GET", "/d/1", map[string]string{"Accept": "text/html", "User-Agent": "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)"}, false, "page"},
		{"Teams", "GET", "/d/1", map[string]string{"Accept": "text/html", "User-Agent": "Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5"}, false, "page"},
		{"Google", "GET", "/d/1", map[string]string{"Accept": "text/html", "User-Agent": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"}, false, "page"},
		{"a login by HEAD", "HEAD", "/auth/login", map[string]string{"Accept": "text/html"}, false, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := httptest.NewRequest(test.method, publicURL+test.path, nil)
			for name, value := range test.headers {
				r.Header.Set(name, value)
			}
			w := httptest.NewRecorder()
			s.ServeHTTP(w, r)
			switch {
			case test.led && (w.Code != http.StatusSeeOther || !strings.HasPrefix(w.Header().Get("Location"), publicURL+"/auth/login?return=")):
				t.Errorf("%d to %q, want the login", w.Code, w.Header().Get("Location"))
			case !test.led && test.told != "" && (w.Code != http.StatusUnauthorized || w.Header().Get("WWW-Authenticate") == "" || w.Header().Get("X-Told") != test.told):
				t.Errorf("%d, told by a %s, want 401 by a %s", w.Code, w.Header().Get("X-Told"), test.told)
			case !test.led && w.Header().Get("Location") != "":
				t.Errorf("led to %q", w.Header().Get("Location"))
			}
			if w.Header().Get("Cache-Control") != "no-store" && test.told+w.Header().Get("Location") != "" {
				t.Errorf("Cache-Control %q", w.Header().Get("Cache-Control"))
			}
		})
	}
}

func TestLoginPath(t *testing.T) {
	s, _ := newLoginService(t, nil)
	for _, test := range []struct{ method, address, want string }{
		{"GET", "/d/1?x=2", "/auth/login?return=%2Fd%2F1%3Fx%3D2"},
		{"POST", "/diagnose", "/auth/login?return=%2F"},
		{"GET", "//evil.example/", "/auth/login?return=%2F"},
	} {
		if got := s.LoginPath(httptest.NewRequest(test.method, test.address, nil)); got != test.want {
			t.Errorf("%s %s: %q, want %q", test.method, test.address, got, test.want)
		}
	}
	if got := newService(t, Options{Listen: "127.0.0.1:1"}).LoginPath(httptest.NewRequest("GET", "/", nil)); got != "" {
		t.Errorf("without a provider: %q", got)
	}
}

func TestCrossOriginRequests(t *testing.T) {
	_, _, b := loggedIn(t)
	tests := []struct {
		name    string
		method  string
		headers []string
		status  int
	}{
		{"our own page", "POST", []string{"Sec-Fetch-Site", "same-origin", "Origin", publicURL}, 200},
		{"our own page, of a browser without Sec-Fetch-Site", "POST", []string{"Origin", publicURL}, 200},
		{"typed in", "POST", []string{"Sec-Fetch-Site", "none"}, 200},
		{"another site", "POST", []string{"Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example"}, 403},
		{"another site, of a browser without Sec-Fetch-Site", "POST", []string{"Origin", "https://evil.example"}, 403},
		{"a neighbour", "POST", []string{"Sec-Fetch-Site", "same-site", "Origin", "https://other.example.com"}, 403},
		{"a sandboxed frame", "POST", []string{"Origin", "null"}, 403},
		{"a link of another site", "GET", []string{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate"}, 200},
		{"a link of another site, as browsers say it", "GET", []string{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "document"}, 200},
		{"a link of a neighbour", "GET", []string{"Sec-Fetch-Site", "same-site", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "document"}, 200},
		{"an image of another site", "GET", []string{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "no-cors", "Sec-Fetch-Dest", "image"}, 403},
		{"a script of a neighbour", "GET", []string{"Sec-Fetch-Site", "same-site", "Sec-Fetch-Mode", "no-cors", "Sec-Fetch-Dest", "script"}, 403},
		{"a frame of another site", "GET", []string{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "iframe"}, 403},
		{"a fetch of another site", "GET", []string{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "cors", "Sec-Fetch-Dest", "empty"}, 403},
		{"a request of another site that says no more", "GET", []string{"Sec-Fetch-Site", "cross-site"}, 403},
		{"a fetch of our own page", "GET", []string{"Sec-Fetch-Site", "same-origin", "Sec-Fetch-Mode", "cors", "Sec-Fetch-Dest", "empty"}, 200},
		{"an image of another site, HEAD", "HEAD", []string{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "no-cors"}, 403},
		{"another site with a scheme that is ours in name only", "POST", []string{"Origin", "https://evil.example", "Authorization", "Basic YTpi"}, 403},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			answer := b.ask(test.method, publicURL+"/diagnose", test.headers...)
			if answer.StatusCode != test.status || test.status == 403 && test.method != "HEAD" && !strings.HasPrefix(text(answer), CrossOrigin) {
				t.Errorf("%d %s, want %d", answer.StatusCode, text(answer), test.status)
			}
		})
	}
}

// TestATokenHeaderIsNoWayAroundCrossOrigin: what passes because it shows a token
// must not then come in by the cookie.
func TestATokenHeaderIsNoWayAroundCrossOrigin(t *testing.T) {
	_, _, b := loggedIn(t)
	answer := b.ask("POST", publicURL+"/", "Origin", "https://evil.example", "Authorization", "Bearer x")
	if answer.StatusCode != http.StatusUnauthorized {
		t.Errorf("%d %s", answer.StatusCode, text(answer))
	}
}

func TestMetrics(t *testing.T) {
	reader := madeUpToken("r")
	tokens, err := ParseTokens("reader:read:" + hashOf(reader))
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name     string
		loopback bool
		peer     string
		headers  []string
		status   int
	}{
		{"a token", false, "10.0.0.7:1", []string{"Authorization", "Bearer " + reader}, 200},
		{"nothing", false, "10.0.0.7:1", nil, 401},
		{"this machine where that is not set", false, "127.0.0.1:1", nil, 401},
		{"this machine", true, "127.0.0.1:1", nil, 200},
		{"this machine by IPv6", true, "[::1]:1", nil, 200},
		{"another machine", true, "10.0.0.7:1", nil, 401},
		{"another machine with a token", true, "10.0.0.7:1", []string{"Authorization", "Bearer " + reader}, 200},
		{"a proxy on this machine", true, "127.0.0.1:1", []string{"X-Forwarded-For", "198.51.100.1"}, 401},
		{"a proxy that claims to be asked by this machine", true, "10.0.0.7:1", []string{"X-Forwarded-For", "127.0.0.1"}, 401},
		{"no address", true, "@", nil, 401},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := newService(t, Options{Listen: ":8080", Tokens: tokens, MetricsOnLoopback: test.loopback})
			r := httptest.NewRequest(http.MethodGet, "/metrics", nil)
			r.RemoteAddr = test.peer
			for i := 0; i+1 < len(test.headers); i += 2 {
				r.Header.Set(test.headers[i], test.headers[i+1])
			}
			w := httptest.NewRecorder()
			s.ServeHTTP(w, r)
			if w.Code != test.status {
				t.Errorf("%d %s, want %d", w.Code, w.Body, test.status)
			}
		})
	}
}

func TestAudit(t *testing.T) {
	ana := Who{Kind: KindOIDC, Subject: "u-1", Email: "ana@example.com", Name: "Ana"}
	ci := Who{Kind: KindToken, Subject: "ci", Name: "ci"}
	const task = "arn:aws:ecs:eu-west-1:111122223333:task/prod/0f1e2d3c4b5a69788796a5b4c3d2e1f0"
	tests := []struct {
		name  string
		who   *Who
		entry Entry
		want  map[string]any
	}{
		{
			"a diagnosis", &ana,
			Entry{Action: "diagnose", Task: task, Diagnosis: "01J", Outcome: "ok"},
			map[string]any{"action": "diagnose", "outcome": "ok", "by": "oidc", "subject": "u-1", "email": "ana@example.com", "task": task, "diagnosis": "01J"},
		},
		{"a token", &ci, Entry{Action: "read", Diagnosis: "01J", Outcome: "ok"}, map[string]any{"action": "read", "outcome": "ok", "by": "token", "subject": "ci", "diagnosis": "01J"}},
		{"nobody", nil, Entry{Action: "enter", Outcome: NotLoggedIn}, map[string]any{"action": "enter", "outcome": NotLoggedIn}},
		{
			"what was pasted", &ci,
			Entry{Action: "diagnose", Task: "AccessDenied: password=hunter2", Outcome: "not-a-task-reference"},
			map[string]any{"action": "diagnose", "outcome": "not-a-task-reference", "by": "token", "subject": "ci"},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var log bytes.Buffer
			ctx := context.Background()
			if test.who != nil {
				ctx = With(ctx, *test.who)
			}
			NewAudit(slog.New(slog.NewJSONHandler(&log, nil))).Record(ctx, test.entry)
			var got map[string]any
			if err := json.Unmarshal(log.Bytes(), &got); err != nil {
				t.Fatal(err)
			}
			if got["msg"] != "audit" {
				t.Errorf("msg %q", got["msg"])
			}
			for _, name := range []string{"msg", "time", "level"} {
				delete(got, name)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("line (-want +got):\n%s", diff)
			}
		})
	}
}

// TestNothingSecretIsLogged walks through logins, good and bad.
func TestNothingSecretIsLogged(t *testing.T) {
	s, p := newLoginService(t, nil)
	b := newBrowser(t, s)
	address := p.Approve(b.begin("/"))
	b.get(address)
	sealed := b.cookies[cookieName].Value
	b.get(address)
	b.cookies[cookieName].Value = sealed[1:]
	b.get(publicURL + "/")
	b.get(publicURL+"/", "Authorization", "Bearer "+madeUpToken("x"))
	for _, secret := range []string{clientSecret, sessionKey, sealed[1:], "code-0", "made-up-access", madeUpToken("x")} {
		if strings.Contains(s.log.String(), secret) {
			t.Errorf("the log has %q:\n%s", secret, s.log)
		}
	}
	if s.log.Len() == 0 {
		t.Error("nothing is logged")
	}
}
