package app

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"

	"whystopped/internal/auth"
	"whystopped/internal/auth/authfake"
	"whystopped/internal/config"
)

// The tests of an attack ask a whole service over HTTP that has every way in set
// up. What each part does by itself, its own tests hold.

const (
	attackedURL  = "https://why.example.com"
	attackedHost = "why.example.com"
	slackSecret  = "made-up-signing-secret"
	attackedALB  = "arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/app/why/0f1e2d3c4b5a6978"
	attackedKey  = "6db77464-4ac6-4968-9ec9-a6c669649ba1"
)

// fortress is a service that lets in only whom it knows.
type fortress struct {
	t        *testing.T
	base     string // http:// and where it listens
	app      *App
	provider *authfake.Provider
	// reader and sender are API tokens of the scopes read and ingest.
	reader, sender string
	log            *lockedBuffer
	// kept is the id of a diagnosis of the task, which nobody else may read.
	kept, task string
}

// newToken makes up an API token, and its line for the setting.
func newToken(t *testing.T, spec string) (token, line string) {
	t.Helper()
	var printed strings.Builder
	if err := auth.NewToken(&printed, spec); err != nil {
		t.Fatalf("make a token: %v", err)
	}
	lines := strings.Split(printed.String(), "\n")
	return strings.TrimSpace(lines[1]), strings.TrimSpace(lines[3])
}

// newFortress starts a service with sample tasks behind a provider's login, a load
// balancer's, and tokens.
func newFortress(t *testing.T, change func(*config.Config, *tuning)) *fortress {
	t.Helper()
	f := &fortress{t: t, log: &lockedBuffer{}}
	f.provider = authfake.NewProvider(t, authfake.Client{ID: "whystopped", Secret: "made-up-client-secret", Callback: attackedURL + "/auth/callback"}, time.Now)
	keys := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Write(authfake.PEM(authfake.ALBKey().Public())) }))
	t.Cleanup(keys.Close)
	var readerLine, senderLine string
	f.reader, readerLine = newToken(t, "ci:read")
	f.sender, senderLine = newToken(t, "bus:ingest")
	cfg := config.Config{
		Listen: "127.0.0.1:0", Demo: true, Timeout: 10 * time.Second, PublicURL: attackedURL, Retention: time.Hour,
		EventsKey: eventsKey, SlackSigningSecret: slackSecret, SlackAPIURL: "http://127.0.0.1:1/api/",
		Access: config.Access{
			OIDCIssuer: f.provider.URL, OIDCClientID: "whystopped", OIDCClientSecret: "made-up-client-secret",
			SessionKeys: "made-up-session-key-of-32-letters", ALBARN: attackedALB, ALBKeysURL: keys.URL,
			AllowedDomains: []string{"example.com"}, APITokens: config.Secret(readerLine + "\n" + senderLine),
		},
	}
	tune := tuning{}
	if change != nil {
		change(&cfg, &tune)
	}
	var err error
	if f.app, err = newApp(t.Context(), cfg, NewLogger(f.log, slog.LevelInfo), tune); err != nil {
		t.Fatalf("start the service: %v", err)
	}
	f.base = f.app.URL()
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- f.app.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
	f.task = f.app.aws.samples[0].ARN
	f.kept = f.get("/api/v1/diagnoses?task="+f.task, f.bearer(f.reader)).field(t, `"id":"([^"]+)"`)
	return f
}

// headers are those of a request, as pairs of name and value.
type headers []string

func (f *fortress) bearer(token string) headers { return headers{"Authorization", "Bearer " + token} }

// html is what a browser says that it takes.
var html = headers{"Accept", "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8", "User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"}

// heard is an answer of the service.
type heard struct {
	status int
	header http.Header
	body   string
}

// field finds a part of the answer.
func (h heard) field(t *testing.T, pattern string) string {
	t.Helper()
	found := regexp.MustCompile(pattern).FindStringSubmatch(h.body)
	if found == nil {
		t.Fatalf("status %d: no %s in %s", h.status, pattern, h.body)
	}
	return found[1]
}

var attacker = &http.Client{
	Timeout:       time.Minute,
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

func (f *fortress) get(path string, h headers) heard {
	f.t.Helper()
	return f.ask(http.MethodGet, path, "", h)
}

// ask sends a request to the service as the load balancer hands it on: for the
// public host. The path goes as it is.
func (f *fortress) ask(method, path, body string, h headers) heard {
	f.t.Helper()
	r, err := http.NewRequest(method, f.base, strings.NewReader(body))
	if err != nil {
		f.t.Fatalf("make the request: %v", err)
	}
	r.URL.Opaque = "//" + r.URL.Host + path
	r.Host = attackedHost
	for i := 0; i+1 < len(h); i += 2 {
		if h[i] == "Host" {
			r.Host = h[i+1]
		}
		r.Header.Add(h[i], h[i+1])
	}
	answer, err := attacker.Do(r)
	if err != nil {
		f.t.Fatalf("%s %s: %v", method, path, err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		f.t.Fatalf("%s %s: %v", method, path, err)
	}
	return heard{answer.StatusCode, answer.Header, string(text)}
}

// tells is whether an answer has something that only those may read who are let
// in.
func (f *fortress) tells(h heard) bool {
	id := f.task[strings.LastIndexByte(f.task, '/')+1:]
	return strings.Contains(h.body, f.kept) || strings.Contains(h.body, id) || strings.Contains(h.body, "whystopped_http_requests_total") || strings.Contains(h.body, `"openapi"`)
}

// openToAll are the routes that ask nobody who they are, or that have a proof of
// their own, with what a stranger gets there.
var openToAll = map[string]int{
	"GET /healthz":            200,
	"GET /readyz":             200,
	"GET /favicon.ico":        200,
	"HEAD /favicon.ico":       200,
	"GET /static/{version}/*": 200, "HEAD /static/{version}/*": 200,
	"POST /slack/commands": 401,
	"POST /slack/events":   401,
	"POST /api/v1/events":  401,
	"GET /auth/login":      303,
	"GET /auth/callback":   400,
	"GET /auth/signed-out": 200,
	"POST /auth/logout":    200,
}

// TestNoRouteIsOpenByMistake asks for every route that there is, as a stranger.
// One that somebody adds and that is open has to be named above.
func TestNoRouteIsOpenByMistake(t *testing.T) {
	f := newFortress(t, nil)
	fill := strings.NewReplacer("{id}", f.kept, "{code}", "runtime.oom", "{version}", "x", "*", "site.css")
	n := 0
	err := chi.Walk(f.app.server.Handler.(chi.Routes), func(method, route string, _ http.Handler, _ ...func(http.Handler) http.Handler) error {
		n++
		path := fill.Replace(route)
		want, open := openToAll[method+" "+route]
		if !open {
			want = http.StatusUnauthorized
		}
		if got := f.ask(method, path, "", headers{"Accept", "application/json"}); got.status != want || f.tells(got) || want == 401 && got.header.Get("WWW-Authenticate") == "" && !strings.HasPrefix(path, "/slack") {
			t.Errorf("%s %s: a stranger gets %d, want %d: %s", method, path, got.status, want, got.body)
		}
		if method == http.MethodGet && !open && !strings.HasPrefix(path, "/api/") {
			got := f.ask(method, path, "", html)
			if to := got.header.Get("Location"); got.status != http.StatusSeeOther || !strings.HasPrefix(to, attackedURL+"/auth/login?return=") {
				t.Errorf("%s: a browser gets %d and is led to %q, want the login", path, got.status, to)
			}
		}
		return nil
	})
	if err != nil || n < 30 {
		t.Errorf("%d routes were asked for, %v", n, err)
	}
	for _, path := range []string{"/", "/d/" + f.kept, "/api/v1/diagnoses/" + f.kept, "/openapi.json", "/metrics"} {
		if got := f.get(path, f.bearer(f.reader)); got.status != 200 {
			t.Errorf("%s: a token that may read gets %d", path, got.status)
		}
	}
}

// TestTricksOfPaths asks for what is kept by addresses that somebody may take for
// others.
func TestTricksOfPaths(t *testing.T) {
	f := newFortress(t, nil)
	target := "/api/v1/diagnoses/" + f.kept
	for _, path := range []string{
		"/" + target, "/." + target, "/x/.." + target, "/%2e%2e" + target, "/%2e" + target, "/%2f" + target,
		"/healthz/.." + target, "/healthz" + target, "/healthz%2f.." + target, "/healthz;" + target, "/healthz?" + target, "/healthz%23" + target, "/healthz%00" + target,
		"/static/.." + target, "/static/x/../.." + target, "/static/x/..%2f..%2fopenapi.json", "/static/x/%2e%2e/templates/layout.html", "/static/x/../../site.css%00.js",
		"/favicon.ico/.." + target, "/auth/login/../.." + target, "/auth/.." + target, "/slack/events/../.." + target, "/readyz/../metrics", "/metrics/", "//metrics", "/%6detrics",
		strings.ToUpper(target), "/API/v1/diagnoses/" + f.kept, target + "/", target + "//", target + "%20", target + ".json", target + ";.css", target + "?x=/static/", target + "#/healthz", target + "/site.css",
		`/..\..` + strings.ReplaceAll(target, "/", `\`), "/d/" + f.kept, "//d/" + f.kept, "/d//" + f.kept, "/d/%2e%2e/d/" + f.kept, "/api/v1/events/../diagnoses/" + f.kept,
	} {
		got := f.get(path, headers{"Accept", "application/json"})
		if f.tells(got) || got.status == 200 && !strings.HasPrefix(path, "/healthz?") {
			t.Errorf("%s: a stranger gets %d: %.300s", path, got.status, got.body)
		}
	}
}

// TestTricksOfMethodsAndHeaders sends what a proxy or a framework may take for
// another method, another address or somebody who is known.
func TestTricksOfMethodsAndHeaders(t *testing.T) {
	f := newFortress(t, nil)
	target := "/api/v1/diagnoses/" + f.kept
	for _, method := range []string{"HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND", "get", "GETX"} {
		if got := f.ask(method, target, "", nil); got.status != 401 || f.tells(got) {
			t.Errorf("%s: a stranger gets %d: %s", method, got.status, got.body)
		}
	}
	for _, h := range []headers{
		{"X-HTTP-Method-Override", "GET"},
		{"X-Original-URL", "/healthz"},
		{"X-Rewrite-URL", "/healthz"},
		{"X-Forwarded-Prefix", "/healthz"},
		{"X-Forwarded-For", "127.0.0.1"},
		{"X-Real-Ip", "127.0.0.1"},
		{"Forwarded", "for=127.0.0.1;host=localhost"},
		{"X-Forwarded-Host", "localhost"},
		{"X-Forwarded-User", "ana@example.com"},
		{"X-Remote-User", "ana@example.com"},
		{"X-Amzn-Oidc-Identity", "u-1"},
		{"X-Amzn-Oidc-Accesstoken", "made-up-access"},
		{"X-Amzn-Oidc-Data", "e30.e30.AAAA"},
		{"Host", "localhost"},
		{"Host", "127.0.0.1"},
		{"Authorization", "Bearer"},
		{"Authorization", "Bearer wst_"},
		{"Authorization", "Basic YW5hOnB3"},
		{"Authorization", "Bearer " + f.sender[:len(f.sender)-1]},
		{"Authorization", f.reader},
		{"Authorization", "Bearer " + f.reader + ", Bearer " + f.reader},
		{"Authorization", "Bearer " + f.reader, "Authorization", "Bearer " + f.sender},
		{"x-api-key", eventsKey},
		{"Cookie", "__Host-whystopped-session=" + f.reader},
		{"Cookie", "whystopped-session=x; __Host-whystopped-session="},
		{"Sec-Fetch-Site", "same-origin", "Origin", attackedURL, "Referer", attackedURL + "/"},
	} {
		if got := f.get(target, h); got.status != 401 || f.tells(got) {
			t.Errorf("%q: a stranger gets %d: %s", h, got.status, got.body)
		}
	}
	if got := f.get(target+"?access_token="+url.QueryEscape(f.reader), nil); got.status != 401 {
		t.Errorf("a token in the address: %d, want 401: addresses are logged", got.status)
	}
	if strings.Contains(f.log.String(), f.reader) || bytes.Contains([]byte(f.log.String()), []byte(f.sender)) {
		t.Error("the log holds a token")
	}
}
