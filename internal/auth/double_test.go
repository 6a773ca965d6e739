package auth

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"

	"whystopped/internal/auth/authfake"
	"whystopped/internal/words"
)

const (
	publicURL    = "https://why.example.com"
	clientID     = "whystopped"
	clientSecret = "made-up-client-secret"
	sessionKey   = "made-up-session-key-of-32-letters"
)

var began = time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)

// op is the double of the provider.
type op = authfake.Provider

func newOP(t testing.TB, now func() time.Time) *op {
	return authfake.NewProvider(t, authfake.Client{ID: clientID, Secret: clientSecret, Callback: publicURL + "/auth/callback"}, now)
}

// clock stands still until a test moves it.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// service is a service behind a gate. What lies behind tells who asked.
type service struct {
	*Gate
	http.Handler
	log   *bytes.Buffer
	clock *clock
}

func told(form string) Deny {
	return func(w http.ResponseWriter, _ *http.Request, status int, kind string, detail words.Text) {
		w.Header().Set("X-Told", form)
		w.WriteHeader(status)
		fmt.Fprintf(w, "%s: %s", kind, detail)
	}
}

func newService(t testing.TB, o Options) *service {
	t.Helper()
	s := &service{log: &bytes.Buffer{}, clock: &clock{now: began}}
	o.Page, o.Problem, o.Now, o.Log = told("page"), told("problem"), s.clock.Now, slog.New(slog.NewJSONHandler(s.log, nil))
	var err error
	if s.Gate, err = New(o); err != nil {
		t.Fatalf("New: %v", err)
	}
	r := chi.NewRouter()
	s.Routes(r)
	whoever := func(w http.ResponseWriter, r *http.Request) {
		who, known := From(r.Context())
		fmt.Fprintf(w, "%t %s %s %v", known, who.Kind, who, who.Groups)
	}
	r.Group(func(r chi.Router) {
		r.Use(s.Identify, s.CrossOrigin, s.Require(Read))
		r.Get("/*", whoever)
		r.Head("/*", whoever)
		r.Post("/*", whoever)
	})
	r.With(s.RequireForMetrics).Get("/metrics", whoever)
	r.With(s.Require(Ingest)).Post("/ingest", whoever)
	s.Handler = r
	return s
}

// withLogin returns options for a service at which people log in.
func withLogin(p *op) Options {
	return Options{
		Listen: ":8080", PublicURL: publicURL, OIDC: &OIDC{Issuer: p.URL, ClientID: clientID, ClientSecret: clientSecret},
		Allow: Rules{Domains: []string{"example.com"}}, SessionKeys: []string{sessionKey},
	}
}

// newLoginService returns a service with a provider on the same clock.
func newLoginService(t testing.TB, change func(*Options, *op)) (*service, *op) {
	t.Helper()
	var s *service
	p := newOP(t, func() time.Time { return s.clock.Now() })
	o := withLogin(p)
	if change != nil {
		change(&o, p)
	}
	s = newService(t, o)
	return s, p
}

// browser keeps cookies and sends what browsers do.
type browser struct {
	t       testing.TB
	to      http.Handler
	cookies map[string]*http.Cookie
}

func newBrowser(t testing.TB, to http.Handler) *browser {
	return &browser{t: t, to: to, cookies: map[string]*http.Cookie{}}
}

// ask sends a request; headers are pairs of name and value.
func (b *browser) ask(method, address string, headers ...string) *http.Response {
	b.t.Helper()
	r := httptest.NewRequestWithContext(context.Background(), method, address, nil)
	r.Header.Set("Accept", "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8")
	r.Header.Set("User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0")
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	for _, c := range b.cookies {
		r.AddCookie(&http.Cookie{Name: c.Name, Value: c.Value})
	}
	w := httptest.NewRecorder()
	b.to.ServeHTTP(w, r)
	for _, c := range w.Result().Cookies() {
		if c.MaxAge < 0 {
			delete(b.cookies, c.Name)
		} else {
			b.cookies[c.Name] = c
		}
	}
	return w.Result()
}

func (b *browser) get(address string, headers ...string) *http.Response {
	b.t.Helper()
	return b.ask(http.MethodGet, address, headers...)
}

// begin opens a page and follows to where the provider is asked.
func (b *browser) begin(page string) (authURL string) {
	b.t.Helper()
	answer := b.get(publicURL + page)
	answer = b.get(answer.Header.Get("Location"))
	return answer.Header.Get("Location")
}

// login logs in from a page, and gives the answer to the callback.
func (b *browser) login(p *op, page string) *http.Response {
	b.t.Helper()
	return b.get(p.Approve(b.begin(page)))
}

func text(answer *http.Response) string {
	b, _ := io.ReadAll(answer.Body)
	answer.Body = io.NopCloser(bytes.NewReader(b))
	return string(b)
}
