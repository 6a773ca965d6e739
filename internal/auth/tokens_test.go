package auth

import (
	"crypto/sha256"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// madeUpToken has the form of a token.
func madeUpToken(letter string) string { return tokenPrefix + strings.Repeat(letter, 43) }

func hashOf(token string) string { return fmt.Sprintf("%x", sha256.Sum256([]byte(token))) }

func TestParseTokens(t *testing.T) {
	a, b := hashOf("a"), hashOf("b")
	ci := Token{Name: "ci", Scopes: []Scope{Read}, Hash: sha256.Sum256([]byte("a"))}
	bus := Token{Name: "event.bus", Scopes: []Scope{Read, Ingest}, Hash: sha256.Sum256([]byte("b"))}
	tests := []struct {
		name string
		text string
		want []Token
		says string
	}{
		{name: "none", text: ""},
		{name: "one", text: "ci:read:" + a, want: []Token{ci}},
		{name: "a file", text: "# of 2026, by Ana\n\n  ci:read:" + a + "\r\nevent.bus:read+ingest:" + strings.ToUpper(b) + "\n", want: []Token{ci, bus}},
		{name: "a variable", text: "ci:read:" + a + ", event.bus:read+ingest:" + b, want: []Token{ci, bus}},
		{name: "the token itself", text: "ci:read:" + madeUpToken("a"), says: "line 1 of the tokens: want the token's SHA-256"},
		{name: "a hash of another kind", text: "ci:read:" + a[:40], says: "64 hexadecimal digits"},
		{name: "no scope", text: "ci:" + a, says: "NAME:SCOPE:HASH"},
		{name: "a scope of nobody's", text: "ci:write:" + a, says: "read, ingest"},
		{name: "a scope twice", text: "ci:read+read:" + a, says: "read, ingest"},
		{name: "no name", text: ":read:" + a, says: "want a name"},
		{name: "a name with a space", text: "c i:read:" + a, says: "want a name"},
		{name: "the name twice", text: "ci:read:" + a + "\nci:read:" + b, says: "line 2"},
		{name: "the hash twice", text: "ci:read:" + a + "\ncd:read:" + a, says: "line 2"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := ParseTokens(test.text)
			if test.says != "" {
				if err == nil || !strings.Contains(err.Error(), test.says) || strings.Contains(err.Error(), tokenPrefix+"aaa") {
					t.Errorf("error %v, want one with %q and without the token", err, test.says)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("tokens (-want +got):\n%s", diff)
			}
		})
	}
}

func TestNewToken(t *testing.T) {
	given := map[string]bool{}
	for range 2 {
		var out strings.Builder
		if err := NewToken(&out, "ci:read"); err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(out.String(), "\n")
		token, line := strings.TrimSpace(lines[1]), strings.TrimSpace(lines[3])
		tokens, err := ParseTokens(line)
		if err != nil {
			t.Fatalf("the line %q: %v", line, err)
		}
		if got, ok := tokenOf(tokens, token); !ok || got.Name != "ci" || given[token] || strings.Contains(line, token) {
			t.Errorf("token %q with the line %q", token, line)
		}
		given[token] = true
	}
	for _, spec := range []string{"", "ci", "ci:", ":read", "ci:all", "c i:read", "ci:read:x"} {
		var out strings.Builder
		if err := NewToken(&out, spec); err == nil || out.Len() > 0 {
			t.Errorf("%q: error %v, printed %q", spec, err, out.String())
		}
	}
}

func TestTokens(t *testing.T) {
	reader, bus := madeUpToken("r"), madeUpToken("i")
	tokens, err := ParseTokens("reader:read:" + hashOf(reader) + "\nbus:ingest:" + hashOf(bus))
	if err != nil {
		t.Fatal(err)
	}
	s := newService(t, Options{Listen: ":8080", Tokens: tokens})
	const post, get = http.MethodPost, http.MethodGet
	tests := []struct {
		name         string
		method, path string
		headers      []string
		status       int
		says         string
		challenge    string
	}{
		{"a token", get, "/", []string{"Authorization", "Bearer " + reader}, 200, "true token the token reader []", ""},
		{"the scheme in small letters", get, "/", []string{"Authorization", "bearer " + reader}, 200, "reader", ""},
		{"to send events", post, "/ingest", []string{"Authorization", "Bearer " + bus}, 200, "bus", ""},
		{"nothing", get, "/", nil, 401, NotLoggedIn, `Bearer realm="whystopped"`},
		{"a scheme of a proxy", get, "/", []string{"Authorization", "Basic YTpi"}, 401, NotLoggedIn, `Bearer realm="whystopped"`},
		{"an unknown token", get, "/", []string{"Authorization", "Bearer " + madeUpToken("x")}, 401, NotLoggedIn, `error="invalid_token"`},
		{"the hash for the token", get, "/", []string{"Authorization", "Bearer " + hashOf(reader)}, 401, NotLoggedIn, `error="invalid_token"`},
		{"no token", get, "/", []string{"Authorization", "Bearer"}, 401, NotLoggedIn, `error="invalid_token"`},
		{"cut", get, "/", []string{"Authorization", "Bearer " + reader[:46]}, 401, NotLoggedIn, `error="invalid_token"`},
		{"longer", get, "/", []string{"Authorization", "Bearer " + reader + "r"}, 401, NotLoggedIn, `error="invalid_token"`},
		{"as long as a header may be", get, "/", []string{"Authorization", "Bearer wst_" + strings.Repeat("r", 60<<10)}, 401, NotLoggedIn, `error="invalid_token"`},
		{"two in one header", get, "/", []string{"Authorization", "Bearer " + reader + ", Bearer " + bus}, 401, NotLoggedIn, `error="invalid_token"`},
		{"the header twice", get, "/", []string{"Authorization", "Bearer " + reader, "Authorization", "Bearer " + reader}, 401, "more than one", `error="invalid_request"`},
		{"the header twice, one of a proxy", get, "/", []string{"Authorization", "Basic YTpi", "Authorization", "Bearer " + reader}, 401, "more than one", `error="invalid_request"`},
		{"in a cookie", get, "/", []string{"Cookie", "whystopped-session=" + reader}, 401, NotLoggedIn, `Bearer realm="whystopped"`},
		{"in the address", get, "/?access_token=" + reader, nil, 401, NotLoggedIn, `Bearer realm="whystopped"`},
		{"to read with a token for events", get, "/", []string{"Authorization", "Bearer " + bus}, 403, "the token bus", `error="insufficient_scope", scope="read"`},
		{"to send events with a token for reading", post, "/ingest", []string{"Authorization", "Bearer " + reader}, 403, "the scope ingest", `scope="ingest"`},
		{"from another site", post, "/", []string{"Authorization", "Bearer " + reader, "Sec-Fetch-Site", "cross-site", "Origin", "https://other.example"}, 200, "reader", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			answer := newBrowser(t, s).ask(test.method, test.path, test.headers...)
			if answer.StatusCode != test.status || !strings.Contains(text(answer), test.says) {
				t.Errorf("%d %s, want %d with %q", answer.StatusCode, text(answer), test.status, test.says)
			}
			if got := answer.Header.Get("WWW-Authenticate"); !strings.Contains(got, test.challenge) || (got == "") != (test.challenge == "") {
				t.Errorf("WWW-Authenticate %q, want %q", got, test.challenge)
			}
		})
	}
	if log := s.log.String(); strings.Contains(log, reader) || strings.Contains(log, bus) {
		t.Error("a token is in the log")
	}
}

// TestEachTokenIsFound: the comparison goes through all hashes, and must end with
// the one that is equal, wherever it stands.
func TestEachTokenIsFound(t *testing.T) {
	var tokens []Token
	for i := range 4 {
		tokens = append(tokens, Token{Name: fmt.Sprint(i), Hash: sha256.Sum256([]byte(madeUpToken(fmt.Sprint(i))))})
	}
	for i := range tokens {
		if got, ok := tokenOf(tokens, madeUpToken(fmt.Sprint(i))); !ok || got.Name != fmt.Sprint(i) {
			t.Errorf("token %d is found as %q, %t", i, got.Name, ok)
		}
	}
	if got, ok := tokenOf(tokens, madeUpToken("x")); ok {
		t.Errorf("a token of nobody's is found as %q", got.Name)
	}
}
