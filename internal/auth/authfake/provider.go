// Package authfake has test doubles of an OpenID Connect provider and of a load
// balancer that authenticates users.
package authfake

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// Key is that of every Provider. It is made once: RSA keys take their time.
var Key = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})

// Client is the service as a Provider knows it.
type Client struct {
	ID, Secret string
	// Callback is where people are led back to.
	Callback string
}

// Provider is the double of an OpenID provider. Each code that it gives is good
// for one ID token, and only with the verifier that belongs to its challenge.
type Provider struct {
	*httptest.Server
	t      testing.TB
	client Client
	now    func() time.Time

	// Person are the claims of who logs in, Info those of the user info, nil for
	// none. They and what follows are set before a login.
	Person, Info map[string]any
	// Change changes the claims of the ID token before it is signed.
	Change func(claims map[string]any)
	// Sign signs the ID token; nil for an honest signature.
	Sign func(payload []byte) string
	// Describe changes the provider's description.
	Describe func(document map[string]any)

	mu    sync.Mutex
	down  bool
	codes map[string]url.Values // the authorization request of each
	calls map[string]int        // by path
}

// NewProvider starts a provider that ends with the test. Ana can log in at it.
func NewProvider(t testing.TB, client Client, now func() time.Time) *Provider {
	p := &Provider{
		t: t, client: client, now: now, codes: map[string]url.Values{}, calls: map[string]int{},
		Person: map[string]any{"sub": "u-1", "email": "ana@example.com", "email_verified": true, "name": "Ana", "groups": []string{"sre", "all"}},
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", p.description)
	mux.HandleFunc("GET /jwks", func(w http.ResponseWriter, _ *http.Request) {
		json.NewEncoder(w).Encode(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: Key().Public(), KeyID: "k1", Algorithm: "RS256", Use: "sig"}}})
	})
	mux.HandleFunc("POST /token", p.token)
	mux.HandleFunc("GET /userinfo", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer made-up-access" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		json.NewEncoder(w).Encode(p.Info)
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

// SetDown lets it answer nothing but errors.
func (p *Provider) SetDown(down bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.down = down
}

// CallsOf is how often a path was asked for.
func (p *Provider) CallsOf(path string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.calls[path]
}

func (p *Provider) description(w http.ResponseWriter, _ *http.Request) {
	document := map[string]any{
		"issuer": p.URL, "authorization_endpoint": p.URL + "/authorize", "token_endpoint": p.URL + "/token", "jwks_uri": p.URL + "/jwks",
		"end_session_endpoint": p.URL + "/logout?from=here",
		// An honest provider does not list the last two; they must not count anyway.
		"id_token_signing_alg_values_supported": []string{"RS256", "none", "HS256"},
	}
	if p.Info != nil {
		document["userinfo_endpoint"] = p.URL + "/userinfo"
	}
	if p.Describe != nil {
		p.Describe(document)
	}
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(document)
}

// Approve is somebody logging in at the address that they were led to. It gives
// the address that the provider leads back to.
func (p *Provider) Approve(authURL string) string {
	p.t.Helper()
	u, err := url.Parse(authURL)
	if err != nil || !strings.HasPrefix(authURL, p.URL+"/authorize?") {
		p.t.Fatalf("led to %q and not to the provider", authURL)
	}
	q := u.Query()
	if q.Get("redirect_uri") != p.client.Callback || q.Get("client_id") != p.client.ID || q.Get("response_type") != "code" || q.Get("code_challenge_method") != "S256" {
		p.t.Fatalf("the provider was asked %v", q)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	code := fmt.Sprintf("code-%d", len(p.codes))
	p.codes[code] = q
	return q.Get("redirect_uri") + "?" + url.Values{"code": {code}, "state": {q.Get("state")}}.Encode()
}

func (p *Provider) token(w http.ResponseWriter, r *http.Request) {
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
	if id != p.client.ID || secret != p.client.Secret || asked == nil || asked.Get("code_challenge") != base64.RawURLEncoding.EncodeToString(challenge[:]) ||
		r.PostFormValue("redirect_uri") != asked.Get("redirect_uri") {
		w.WriteHeader(http.StatusBadRequest)
		io.WriteString(w, `{"error":"invalid_grant"}`)
		return
	}
	claims := map[string]any{"iss": p.URL, "aud": p.client.ID, "nonce": asked.Get("nonce"), "iat": p.now().Unix(), "exp": p.now().Add(time.Minute).Unix()}
	maps.Copy(claims, p.Person)
	if p.Change != nil {
		p.Change(claims)
	}
	payload, _ := json.Marshal(claims)
	sign := p.Sign
	if sign == nil {
		sign = func(payload []byte) string { return SignRS256(Key(), payload) }
	}
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(map[string]any{"access_token": "made-up-access", "token_type": "Bearer", "id_token": sign(payload)})
}

// SignRS256 signs as a Provider does, with its key or another.
func SignRS256(key *rsa.PrivateKey, payload []byte) string {
	return SignBy(jose.RS256, jose.JSONWebKey{Key: key, KeyID: "k1"}, payload)
}

// SignBy signs by any algorithm.
func SignBy(alg jose.SignatureAlgorithm, key any, payload []byte) string {
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
