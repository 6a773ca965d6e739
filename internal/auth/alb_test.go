package auth

import (
	"crypto/elliptic"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"whystopped/internal/auth/authfake"
)

const (
	albARN    = "arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/app/why/0f1e2d3c4b5a6978"
	albIssuer = "https://login.example.com"
	albKeyID  = "6db77464-4ac6-4968-9ec9-a6c669649ba1"
)

// keyServer is the double of AWS's server of public keys.
type keyServer struct {
	*httptest.Server
	mu    sync.Mutex
	keys  map[string][]byte // by path
	asked []string
	down  bool
}

func newKeyServer(t testing.TB) *keyServer {
	k := &keyServer{keys: map[string][]byte{"/" + albKeyID: authfake.PEM(authfake.ALBKey().Public())}}
	k.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		k.mu.Lock()
		defer k.mu.Unlock()
		k.asked = append(k.asked, r.URL.Path)
		key, known := k.keys[r.URL.Path]
		switch {
		case k.down:
			w.WriteHeader(http.StatusInternalServerError)
		case string(key) == "elsewhere":
			http.Redirect(w, r, "/"+albKeyID, http.StatusFound)
		case !known:
			w.WriteHeader(http.StatusForbidden)
		default:
			w.Write(key)
		}
	}))
	t.Cleanup(k.Close)
	return k
}

func (k *keyServer) change(how func()) {
	k.mu.Lock()
	defer k.mu.Unlock()
	how()
}

func (k *keyServer) calls() []string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return slices.Clone(k.asked)
}

// albHeaderOf returns an honest header's JSON with changes.
func albHeaderOf(changes map[string]any) map[string]any {
	h := map[string]any{
		"typ": "JWT", "alg": "ES256", "kid": albKeyID, "signer": albARN, "iss": albIssuer, "client": "lb-client", "exp": began.Add(2 * time.Minute).Unix(),
	}
	maps.Copy(h, changes)
	return h
}

func ana() map[string]any {
	return map[string]any{"sub": "u-1", "email": "ana@example.com", "email_verified": "true", "name": "Ana", "exp": began.Add(2 * time.Minute).Unix(), "iss": albIssuer}
}

func withALB(k *keyServer) Options {
	return Options{
		Listen: ":8080", Allow: Rules{Domains: []string{"example.com"}},
		ALB: &ALB{ARN: albARN, Issuer: albIssuer, ClientID: "lb-client", KeysURL: k.URL, SignOutURL: "https://login.example.com/logout?client_id=lb-client"},
	}
}

func TestALB(t *testing.T) {
	k := newKeyServer(t)
	s := newService(t, withALB(k))
	for _, name := range []string{"Ana", "Ana A", "Ana AB", "Ana ABC"} { // for each length of the padding
		claims := ana()
		claims["name"] = name
		answer := newBrowser(t, s).get("/", albHeader, authfake.SignALB(authfake.ALBKey(), albHeaderOf(nil), claims))
		if got := text(answer); got != "true alb ana@example.com []" {
			t.Errorf("%s: %d %s", name, answer.StatusCode, got)
		}
	}
	if got := k.calls(); len(got) != 1 {
		t.Errorf("keys were asked for %d times, want once: %q", len(got), got)
	}
}

// TestForgedALBHeaders: what does not come from the load balancer, or not for us.
func TestForgedALBHeaders(t *testing.T) {
	rsaPEM := authfake.PEM(authfake.Key().Public())
	honest := authfake.SignALB(authfake.ALBKey(), albHeaderOf(nil), ana())
	with := func(changes map[string]any) string {
		return authfake.SignALB(authfake.ALBKey(), albHeaderOf(changes), ana())
	}
	parts := strings.Split(honest, ".")
	tests := []struct {
		name  string
		value string
		err   error
		asks  bool // AWS for a key
	}{
		{"no signature", authfake.Padded(albHeaderOf(map[string]any{"alg": "none"})) + "." + parts[1] + ".", errALBAlgorithm, false},
		{"ES256 without a signature", parts[0] + "." + parts[1] + ".", errALBSignature, true},
		{"a signature of nothing", parts[0] + "." + parts[1] + "." + base64.URLEncoding.EncodeToString(make([]byte, 64)), errALBSignature, true},
		{"other claims", parts[0] + "." + authfake.Padded(map[string]any{"sub": "boss", "email": "boss@example.com", "email_verified": true}) + "." + parts[2], errALBSignature, true},
		{"the padding taken off", strings.TrimRight(parts[0], "=") + "." + strings.TrimRight(parts[1], "=") + "." + parts[2], errALBSignature, true},
		{"HS256 with the public key", authfake.SignBy(jose.HS256, authfake.PEM(authfake.ALBKey().Public()), mustJSON(ana())), errALBAlgorithm, false},
		{"RS256", authfake.SignRS256(authfake.Key(), mustJSON(ana())), errALBAlgorithm, false},
		{"ES384", with(map[string]any{"alg": "ES384"}), errALBAlgorithm, false},
		{"es256", with(map[string]any{"alg": "es256"}), errALBAlgorithm, false},
		{"no algorithm", with(map[string]any{"alg": nil}), errALBAlgorithm, false},
		{"a key of somebody else's", authfake.SignALB(authfake.NewECKey(elliptic.P256()), albHeaderOf(nil), ana()), errALBSignature, true},
		{"a kid that leads away", with(map[string]any{"kid": "../../evil.example/" + albKeyID}), errALBKeyID, false},
		{"a kid with a path behind it", with(map[string]any{"kid": albKeyID + "/../x"}), errALBKeyID, false},
		{"a kid with a query", with(map[string]any{"kid": albKeyID + "?x"}), errALBKeyID, false},
		{"an address as kid", with(map[string]any{"kid": "https://evil.example/key"}), errALBKeyID, false},
		{"a kid in capitals", with(map[string]any{"kid": strings.ToUpper(albKeyID)}), errALBKeyID, false},
		{"a kid and a line break", with(map[string]any{"kid": albKeyID + "\n"}), errALBKeyID, false},
		{"no kid", with(map[string]any{"kid": ""}), errALBKeyID, false},
		{"a kid that is no text", with(map[string]any{"kid": 1}), errALBForm, false},
		{"a kid that AWS does not know", with(map[string]any{"kid": "00000000-0000-0000-0000-000000000000"}), errNoKey, true},
		{"a key of another kind", with(map[string]any{"kid": "00000000-0000-0000-0000-000000000001"}), errKeysUnavailable, true},
		{"a key of another curve", with(map[string]any{"kid": "00000000-0000-0000-0000-000000000002"}), errKeysUnavailable, true},
		{"a key that is somewhere else", with(map[string]any{"kid": "00000000-0000-0000-0000-000000000003"}), errKeysUnavailable, true},
		{"a key without end", with(map[string]any{"kid": "00000000-0000-0000-0000-000000000004"}), errKeysUnavailable, true},
		{"another load balancer", with(map[string]any{"signer": strings.Replace(albARN, "111122223333", "444455556666", 1)}), errALBSigner, false},
		{"no signer", with(map[string]any{"signer": nil}), errALBSigner, false},
		{"another client", with(map[string]any{"client": "other"}), errALBClient, false},
		{"another issuer", with(map[string]any{"iss": "https://login.example.org"}), errALBIssuer, false},
		{"expired", with(map[string]any{"exp": began.Unix()}), errALBExpired, false},
		{"no end", with(map[string]any{"exp": nil}), errALBExpired, false},
		{"an end that is no number", with(map[string]any{"exp": "tomorrow"}), errALBForm, false},
		{"an extension", with(map[string]any{"crit": []string{"b64"}, "b64": false}), errALBForm, false},
		{"nothing", "", errALBForm, false},
		{"two parts", parts[0] + "." + parts[1], errALBForm, false},
		{"four parts", honest + ".x", errALBForm, false},
		{"two tokens in one header", honest + ", " + honest, errALBForm, false},
		{"no base64", "{}.{}.x", errALBForm, false},
		{"padding in the middle", "e3=0." + parts[1] + "." + parts[2], errALBForm, false},
		{"very long", honest + strings.Repeat("A", maxALBToken), errALBForm, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			k := newKeyServer(t)
			k.keys["/00000000-0000-0000-0000-000000000001"] = rsaPEM
			k.keys["/00000000-0000-0000-0000-000000000002"] = authfake.PEM(authfake.NewECKey(elliptic.P384()).Public())
			k.keys["/00000000-0000-0000-0000-000000000003"] = []byte("elsewhere")
			k.keys["/00000000-0000-0000-0000-000000000004"] = []byte(strings.Repeat("-----BEGIN ", 1<<16))
			s := newService(t, withALB(k))
			if _, _, err := s.alb.verify(t.Context(), []string{test.value}); !errors.Is(err, test.err) {
				t.Errorf("error %v, want %v", err, test.err)
			}
			if got := len(k.calls()) > 0; got != test.asks {
				t.Errorf("AWS was asked: %t", got)
			}
			answer := newBrowser(t, s).get("/", albHeader, test.value)
			if want := map[bool]int{true: http.StatusServiceUnavailable, false: http.StatusUnauthorized}[test.err == errKeysUnavailable]; answer.StatusCode != want {
				t.Errorf("%d %s, want %d", answer.StatusCode, text(answer), want)
			}
			if strings.Contains(text(answer), fmt.Sprint(test.err)) {
				t.Errorf("the reason is told: %s", text(answer))
			}
		})
	}
}

func mustJSON(v any) []byte {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return text
}

// TestSmuggledHeaders: no way in is passed over for another that counts.
func TestSmuggledHeaders(t *testing.T) {
	k := newKeyServer(t)
	reader := madeUpToken("r")
	s, p := newLoginService(t, func(o *Options, _ *op) {
		o.ALB = withALB(k).ALB
		o.Tokens = []Token{{Name: "reader", Scopes: []Scope{Read}, Hash: sha256.Sum256([]byte(reader))}}
	})
	b := newBrowser(t, s)
	b.login(p, "/")
	honest := authfake.SignALB(authfake.ALBKey(), albHeaderOf(nil), ana())
	forged := authfake.Padded(albHeaderOf(map[string]any{"alg": "none"})) + "." + authfake.Padded(ana()) + "."
	tests := []struct {
		name    string
		headers []string
		status  int
		says    string
	}{
		{"the session alone", nil, 200, "oidc"},
		{"the load balancer's header beside the session", []string{albHeader, honest}, 200, "alb"},
		{"an unsigned header beside the session", []string{albHeader, forged}, 401, NotLoggedIn},
		{"an empty header beside the session", []string{albHeader, ""}, 401, NotLoggedIn},
		{"the header twice", []string{albHeader, honest, albHeader, honest}, 401, NotLoggedIn},
		{"a forged one first", []string{albHeader, forged, albHeader, honest}, 401, NotLoggedIn},
		{"a forged one last", []string{albHeader, honest, albHeader, forged}, 401, NotLoggedIn},
		{"a token beside the header", []string{"Authorization", "Bearer " + reader, albHeader, honest}, 200, "token"},
		{"an unknown token beside the session", []string{"Authorization", "Bearer " + madeUpToken("x")}, 401, NotLoggedIn},
		{"an unknown token beside the header", []string{"Authorization", "Bearer " + madeUpToken("x"), albHeader, honest}, 401, NotLoggedIn},
		{"what the load balancer does not sign", []string{"X-Amzn-Oidc-Identity", "boss", "X-Amzn-Oidc-Accesstoken", "x"}, 200, "oidc ana@example.com"},
		{"what a proxy might set", []string{"X-Forwarded-User", "boss", "X-Forwarded-Email", "boss@example.com"}, 200, "oidc ana@example.com"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			answer := b.get(publicURL+"/", test.headers...)
			if answer.StatusCode != test.status || !strings.Contains(text(answer), test.says) {
				t.Errorf("%d %s, want %d with %q", answer.StatusCode, text(answer), test.status, test.says)
			}
		})
	}
}

// TestTheHeaderWithoutALoadBalancer: a service that has none does not look at it.
func TestTheHeaderWithoutALoadBalancer(t *testing.T) {
	s, _ := newLoginService(t, nil)
	if answer := newBrowser(t, s).get(publicURL+"/", albHeader, authfake.SignALB(authfake.ALBKey(), albHeaderOf(nil), ana())); answer.StatusCode != http.StatusSeeOther {
		t.Errorf("%d %s", answer.StatusCode, text(answer))
	}
}

func TestALBRules(t *testing.T) {
	s := newService(t, withALB(newKeyServer(t)))
	claims := ana()
	claims["email"] = "ana@example.org"
	answer := newBrowser(t, s).get("/", albHeader, authfake.SignALB(authfake.ALBKey(), albHeaderOf(nil), claims))
	if answer.StatusCode != http.StatusForbidden || !strings.Contains(text(answer), "signed in as ana@example.org") {
		t.Errorf("%d %s", answer.StatusCode, text(answer))
	}
}

func TestALBLogout(t *testing.T) {
	s := newService(t, withALB(newKeyServer(t)))
	answer := newBrowser(t, s).ask(http.MethodPost, "/auth/logout", albHeader, authfake.SignALB(authfake.ALBKey(), albHeaderOf(nil), ana()))
	cleared := 0
	for _, c := range answer.Cookies() {
		if strings.HasPrefix(c.Name, "AWSELBAuthSessionCookie-") && c.MaxAge < 0 {
			cleared++
		}
	}
	if got := answer.Header.Get("Refresh"); answer.StatusCode != http.StatusOK || cleared != 4 || got != "0; url=https://login.example.com/logout?client_id=lb-client" {
		t.Errorf("%d, %d cookies cleared, Refresh %q", answer.StatusCode, cleared, got)
	}
}

// FuzzALBToken: whatever comes in the header, only what is signed counts, and
// what is taken apart is what was there.
func FuzzALBToken(f *testing.F) {
	honest := authfake.SignALB(authfake.ALBKey(), albHeaderOf(nil), ana())
	for _, seed := range []string{honest, honest[:40], "..", "e30=.e30=.", strings.ReplaceAll(honest, "=", ""), authfake.Padded(albHeaderOf(nil)) + ".e30.AAAA"} {
		f.Add(seed)
	}
	public := &authfake.ALBKey().PublicKey
	f.Fuzz(func(t *testing.T, value string) {
		parsed, err := parseALBToken(value)
		if err != nil {
			return
		}
		if !strings.HasPrefix(value, parsed.signed+".") {
			t.Errorf("%q is said to be signed of %q", parsed.signed, value)
		}
		if parsed.signed != honest[:strings.LastIndexByte(honest, '.')] && verifyES256(public, parsed.signed, parsed.signature) {
			t.Errorf("a forged token counts: %q", value)
		}
	})
}

func TestALBSettings(t *testing.T) {
	tests := []struct {
		name string
		alb  ALB
		says string
	}{
		{"a name", ALB{ARN: "why"}, "alb-arn"},
		{"a network load balancer", ALB{ARN: strings.Replace(albARN, "/app/", "/net/", 1)}, "alb-arn"},
		{"China without an address", ALB{ARN: "arn:aws-cn:elasticloadbalancing:cn-north-1:111122223333:loadbalancer/app/why/1"}, "alb-keys-url"},
		{"keys by http", ALB{ARN: albARN, KeysURL: "http://keys.example.com"}, "alb-keys-url"},
		{"a way out by script", ALB{ARN: albARN, SignOutURL: "javascript:alert(1)"}, "alb-sign-out-url"},
	}
	for _, test := range tests {
		o := Options{Listen: ":8080", ALB: &test.alb, Allow: Rules{Everybody: true}, Page: told(""), Problem: told(""), Log: slog.New(slog.DiscardHandler)}
		if _, err := New(o); err == nil || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: error %v, want one with %q", test.name, err, test.says)
		}
	}
}
