package auth

import (
	"encoding/base64"
	"net/http"
	"strings"
	"testing"
	"time"
)

const cookieName = "__Host-whystopped-session"

// loggedIn returns a browser with a session.
func loggedIn(t testing.TB) (*service, *op, *browser) {
	t.Helper()
	s, p := newLoginService(t, nil)
	b := newBrowser(t, s)
	b.login(p, "/")
	if b.cookies[cookieName] == nil {
		t.Fatal("the login gave no session")
	}
	return s, p, b
}

func isIn(b *browser) bool { return b.get(publicURL+"/").StatusCode == http.StatusOK }

func TestASessionEnds(t *testing.T) {
	t.Run("two hours after its last use", func(t *testing.T) {
		s, _, b := loggedIn(t)
		s.clock.pass(sessionIdle - time.Second)
		if !isIn(b) {
			t.Error("it ended before")
		}
		s.clock.pass(sessionIdle - time.Second)
		if !isIn(b) {
			t.Error("its use did not renew it")
		}
		s.clock.pass(sessionIdle)
		if isIn(b) {
			t.Error("it did not end")
		}
	})
	t.Run("twelve hours after the login", func(t *testing.T) {
		s, _, b := loggedIn(t)
		for range 11 {
			s.clock.pass(time.Hour)
			if !isIn(b) {
				t.Fatal("it ended before")
			}
		}
		if age := b.cookies[cookieName].MaxAge; age != 3600 {
			t.Errorf("the browser keeps it for %d s more, want an hour", age)
		}
		s.clock.pass(time.Hour)
		if isIn(b) {
			t.Error("it did not end")
		}
	})
}

func TestNotEveryAnswerBringsACookie(t *testing.T) {
	s, _, b := loggedIn(t)
	if got := b.get(publicURL + "/").Cookies(); len(got) != 0 {
		t.Errorf("at once: %v", got)
	}
	s.clock.pass(seenEvery)
	if got := b.get(publicURL + "/").Cookies(); len(got) != 1 {
		t.Errorf("later: %v", got)
	}
}

// sealedBy seals an honest session with a key, for a purpose of a provider.
func sealedBy(t *testing.T, key, purpose, issuer string) string {
	t.Helper()
	sealed, err := newSealer([]string{key}, purposeOf(purpose, OIDC{Issuer: issuer, ClientID: clientID}))
	if err != nil {
		t.Fatal(err)
	}
	person := identity{Issuer: issuer, Subject: "u-1", Email: "ana@example.com", Verified: true}
	text, err := sealed.seal(cookieName, session{ID: "x", Person: person, Begun: began, Seen: began})
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestForgedSessions(t *testing.T) {
	tests := []struct {
		name  string
		forge func(t *testing.T, honest, issuer string) string
		in    bool
	}{
		{"the honest one", func(_ *testing.T, h, _ string) string { return h }, true},
		{"one that is sealed alike", func(t *testing.T, _, issuer string) string { return sealedBy(t, sessionKey, "session", issuer) }, true},
		{"nothing", func(*testing.T, string, string) string { return "" }, false},
		{"JSON", func(*testing.T, string, string) string {
			return base64.RawURLEncoding.EncodeToString([]byte(`{"id":"x","p":{"s":"u-1","e":"ana@example.com","v":true}}`))
		}, false},
		{"cut", func(_ *testing.T, h, _ string) string { return h[:len(h)-4] }, false},
		{"cut to the nonce", func(_ *testing.T, h, _ string) string { return h[:16] }, false},
		{"longer", func(_ *testing.T, h, _ string) string { return h + "AAAA" }, false},
		{"too long to look at", func(_ *testing.T, h, _ string) string { return h + strings.Repeat("A", 1<<20) }, false},
		{"with padding", func(_ *testing.T, h, _ string) string { return h + "==" }, false},
		{"of another key", func(t *testing.T, _, issuer string) string {
			return sealedBy(t, strings.Repeat("k", minKey), "session", issuer)
		}, false},
		{"sealed as a login", func(t *testing.T, _, issuer string) string { return sealedBy(t, sessionKey, "login", issuer) }, false},
		{"of another provider", func(t *testing.T, _, _ string) string {
			return sealedBy(t, sessionKey, "session", "https://login.example.org")
		}, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, p, b := loggedIn(t)
			b.cookies[cookieName].Value = test.forge(t, b.cookies[cookieName].Value, p.URL)
			if got := isIn(b); got != test.in {
				t.Errorf("it counts: %t", got)
			}
		})
	}
}

// TestEveryBitOfASessionCounts changes each byte of what is sealed.
func TestEveryBitOfASessionCounts(t *testing.T) {
	s, _, b := loggedIn(t)
	box, err := base64.RawURLEncoding.DecodeString(b.cookies[cookieName].Value)
	if err != nil {
		t.Fatal(err)
	}
	for i := range box {
		box[i] ^= 1
		var got session
		if s.sessions.sealed.open(cookieName, base64.RawURLEncoding.EncodeToString(box), &got) == nil {
			t.Errorf("byte %d of %d does not count", i, len(box))
		}
		box[i] ^= 1
	}
}

// TestASealIsForOneCookie: what one cookie held does not open in another.
func TestASealIsForOneCookie(t *testing.T) {
	s, _, b := loggedIn(t)
	var got session
	if err := s.sessions.sealed.open("whystopped-session", b.cookies[cookieName].Value, &got); err == nil {
		t.Error("it opens under another name")
	}
}

func TestALoginIsNotASession(t *testing.T) {
	s, _ := newLoginService(t, nil)
	b := newBrowser(t, s)
	b.begin("/")
	for _, c := range b.cookies {
		b.cookies[cookieName] = &http.Cookie{Name: cookieName, Value: c.Value}
	}
	if len(b.cookies) != 2 || isIn(b) {
		t.Errorf("a login that is under way counts as a session (%d cookies)", len(b.cookies))
	}
}

func TestTwoSessionsAreNone(t *testing.T) {
	_, _, b := loggedIn(t)
	b.cookies["again"] = b.cookies[cookieName] // sent under the same name
	if isIn(b) {
		t.Error("one of two cookies of the same name counts")
	}
}

func TestKeysTakeTurns(t *testing.T) {
	const next = "the-next-made-up-key-of-32-letters"
	_, p, b := loggedIn(t)
	restarted := func(keys ...string) *service {
		o := withLogin(p)
		o.SessionKeys = keys
		return newService(t, o)
	}
	turning := restarted(next, sessionKey)
	b.to = turning
	if !isIn(b) {
		t.Error("the old key does not open any more")
	}
	turning.clock.pass(seenEvery)
	isIn(b) // which renews the session
	b.to = restarted(next)
	if !isIn(b) {
		t.Error("the new key does not seal")
	}
	b.to = restarted(sessionKey)
	if isIn(b) {
		t.Error("the old key opens what the new one sealed")
	}
	b.to = restarted() // a key that is made up
	if isIn(b) {
		t.Error("a made-up key opens what it did not seal")
	}
}

// TestRulesHoldAtOnce: narrower rules end what wider ones allowed.
func TestRulesHoldAtOnce(t *testing.T) {
	_, p, b := loggedIn(t)
	o := withLogin(p)
	o.Allow = Rules{Domains: []string{"example.net"}}
	narrower := newService(t, o)
	narrower.clock.pass(seenEvery) // when it would be renewed
	b.to = narrower
	answer := b.get(publicURL + "/")
	if answer.StatusCode != http.StatusForbidden || !strings.Contains(text(answer), "ana@example.com") || len(answer.Cookies()) != 0 {
		t.Errorf("%d %s", answer.StatusCode, text(answer))
	}
}

func TestCookiesWithoutTLS(t *testing.T) {
	const local = "http://127.0.0.1:8080"
	s, _ := newLoginService(t, func(o *Options, _ *op) { o.PublicURL = local })
	answer := newBrowser(t, s).get(local + "/auth/login")
	for _, c := range answer.Cookies() {
		if c.Secure || strings.HasPrefix(c.Name, "__Host-") || !c.HttpOnly {
			t.Errorf("cookie %+v", c)
		}
	}
	if len(answer.Cookies()) != 1 {
		t.Errorf("%d cookies", len(answer.Cookies()))
	}
}
