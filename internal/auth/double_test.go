package auth

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/go-jose/go-jose/v4"
)

const (
	publicURL    = "https://why.example.com"
	clientID     = "whystopped"
	clientSecret = "made-up-client-secret"
	sessionKey   = "made-up-session-key-of-32-letters"
)

var began = time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)

// testKey is made once: RSA keys take their time.
var testKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})

// op is the double of an OpenID provider. Each code that it gives is good for
// one ID token, and only with the verifier that belongs to its challenge.
type op struct {
	*httptest.Server
	t   testing.TB
	now func() time.Time

	// What the double says and does, to be set before a login.
	person   map[string]any                // claims of who logs in
	info     map[string]any                // claims of the user info; nil for none
	change   func(claims map[string]any)   // of the ID token, before it is signed
	sign     func(payload []byte) string   // nil for an honest signature
	describe func(document map[string]any) // changes the description

	mu    sync.Mutex
	down  bool
	codes map[string]url.Values // the authorization request of each
	calls map[string]int        // by path
}

func newOP(t testing.TB, now func() time.Time) *op {
	p := &op{
		t: t, now: now, codes: map[string]url.Values{}, calls: map[string]int{},
		person: map[string]any{"sub": "u-1", "email": "ana@example.com", "email_verified": true, "name": "Ana", "groups": []string{"sre", "all"}},
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", p.description)
	mux.HandleFunc("GET /jwks", func(w http.ResponseWriter, _ *http.Request) {
		json.NewEncoder(w).Encode(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: testKey().Public(), KeyID: "k1", Algorithm: "RS256", Use: "sig"}}})
	})
	mux.HandleFunc("POST /token", p.token)
	mux.HandleFunc("GET /userinfo", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer made-up-access" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		json.NewEncoder(w).Encode(p.info)
	})
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		p.calls[r.URL.Path]++
		down := p.down
		p.mu.Unlock()
		if down {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(p.Close)
	return p
}

func (p *op) setDown(down bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.down = down
}

func (p *op) callsOf(path string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.calls[path]
}

func (p *op) description(w http.ResponseWriter, _ *http.Request) {
	document := map[string]any{
		"issuer": p.URL, "authorization_endpoint": p.URL + "/authorize", "token_endpoint": p.URL + "/token", "jwks_uri": p.URL + "/jwks",
		"end_session_endpoint": p.URL + "/logout?from=here",
		// An honest provider does not list the last two; they must not count anyway.
		"id_token_signing_alg_values_supported": []string{"RS256", "none", "HS256"},
	}
	if p.info != nil {
		document["userinfo_endpoint"] = p.URL + "/userinfo"
	}
	if p.describe != nil {
		p.describe(document)
	}
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(document)
}

// approve is somebody logging in at the address that they were led to. It gives
// the address that the provider leads back to.
func (p *op) approve(authURL string) string {
	p.t.Helper()
	u, err := url.Parse(authURL)
	if err != nil || !strings.HasPrefix(authURL, p.URL+"/authorize?") {
		p.t.Fatalf("led to %q and not to the provider", authURL)
	}
	q := u.Query()
	if q.Get("redirect_uri") != publicURL+"/auth/callback" || q.Get("client_id") != clientID || q.Get("response_type") != "code" || q.Get("code_challenge_method") != "S256" {
		p.t.Fatalf("the provider was asked %v", q)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	code := fmt.Sprintf("code-%d", len(p.codes))
	p.codes[code] = q
	return q.Get("redirect_uri") + "?" + url.Values{"code": {code}, "state": {q.Get("state")}}.Encode()
}

func (p *op) token(w http.ResponseWriter, r *http.Request) {
	id, secret, _ := r.BasicAuth()
	if id == "" {
		id, secret = r.PostFormValue("client_id"), r.PostFormValue("client_secret")
	}
	p.mu.Lock()
	asked, known := p.codes[r.PostFormValue("code")]
	if known {
		p.codes[r.PostFormValue("code")] = nil
	}
	p.mu.Unlock()
	challenge := sha256.Sum256([]byte(r.PostFormValue("code_verifier")))
	if id != clientID || secret != clientSecret || asked == nil || asked.Get("code_challenge") != base64.RawURLEncoding.EncodeToString(challenge[:]) ||
		r.PostFormValue("redirect_uri") != asked.Get("redirect_uri") {
		w.WriteHeader(http.StatusBadRequest)
		io.WriteString(w, `{"error":"invalid_grant"}`)
		return
	}
	claims := map[string]any{"iss": p.URL, "aud": clientID, "nonce": asked.Get("nonce"), "iat": p.now().Unix(), "exp": p.now().Add(time.Minute).Unix()}
	maps.Copy(claims, p.person)
	if p.change != nil {
		p.change(claims)
	}
	payload, _ := json.Marshal(claims)
	sign := p.sign
	if sign == nil {
		sign = func(payload []byte) string { return sign256(testKey(), payload) }
	}
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(map[string]any{"access_token": "made-up-access", "token_type": "Bearer", "id_token": sign(payload)})
}

func sign256(key *rsa.PrivateKey, payload []byte) string {
	return signBy(jose.RS256, jose.JSONWebKey{Key: key, KeyID: "k1"}, payload)
}

func signBy(alg jose.SignatureAlgorithm, key any, payload []byte) string {
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: alg, Key: key}, nil)
	if err != nil {
		panic(err)
	}
	signed, err := signer.Sign(payload)
	if err != nil {
		panic(err)
	}
	text, err := signed.CompactSerialize()
	if err != nil {
		panic(err)
	}
	return text
}

// publicPEM is the provider's public key as a file, which a confused verifier
// takes for a shared secret.
func publicPEM() []byte {
	der, err := x509.MarshalPKIXPublicKey(testKey().Public())
	if err != nil {
		panic(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
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
	return func(w http.ResponseWriter, _ *http.Request, status int, kind, detail string) {
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

// withLogin gives options for a service at which people log in.
func withLogin(p *op) Options {
	return Options{
		Listen: ":8080", PublicURL: publicURL, OIDC: &OIDC{Issuer: p.URL, ClientID: clientID, ClientSecret: clientSecret},
		Allow: Rules{Domains: []string{"example.com"}}, SessionKeys: []string{sessionKey},
	}
}

// newLoginService gives a service with a provider on the same clock.
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
	return b.get(p.approve(b.begin(page)))
}

func text(answer *http.Response) string {
	b, _ := io.ReadAll(answer.Body)
	answer.Body = io.NopCloser(bytes.NewReader(b))
	return string(b)
}
