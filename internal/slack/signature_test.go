package slack

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestOnlySlackIsLetIn(t *testing.T) {
	with := func(change func(http.Header)) func(http.Header) http.Header {
		return func(h http.Header) http.Header {
			change(h)
			return h
		}
	}
	const event = `{"type":"url_verification","challenge":"c"}`
	tests := []struct {
		name   string
		secret string
		offset time.Duration
		change func(http.Header) http.Header
		body   string // other than what was signed
		want   int
	}{
		{name: "Slack", want: 200},
		{name: "at the end of the window", offset: -5 * time.Minute, want: 200},
		{name: "a clock that is ahead", offset: 5 * time.Minute, want: 200},
		{name: "past the window", offset: -5*time.Minute - time.Second, want: 401},
		{name: "before the window", offset: 5*time.Minute + time.Second, want: 401},
		{name: "the end of time", offset: 200 * 365 * 24 * time.Hour, want: 401},
		{name: "another secret", secret: "another", want: 401},
		{name: "another body", body: event + " ", want: 401},
		{name: "no signature", change: with(func(h http.Header) { h.Del(signatureHeader) }), want: 401},
		{name: "no time", change: with(func(h http.Header) { h.Del(timestampHeader) }), want: 401},
		{name: "another time", change: with(func(h http.Header) { h.Set(timestampHeader, "1763798401") }), want: 401},
		{name: "a time that is none", change: with(func(h http.Header) { h.Set(timestampHeader, "now") }), want: 401},
		{name: "a time beyond numbers", change: with(func(h http.Header) { h.Set(timestampHeader, "99999999999999999999") }), want: 401},
		{name: "two signatures", change: with(func(h http.Header) { h.Add(signatureHeader, "v0=00") }), want: 401},
		{name: "another version", change: with(func(h http.Header) {
			h.Set(signatureHeader, strings.Replace(h.Get(signatureHeader), "v0=", "v1=", 1))
		}), want: 401},
		{name: "no version", change: with(func(h http.Header) {
			h.Set(signatureHeader, strings.TrimPrefix(h.Get(signatureHeader), "v0="))
		}), want: 401},
		{name: "a signature of nothing", change: with(func(h http.Header) { h.Set(signatureHeader, "v0=") }), want: 401},
		{name: "half a signature", change: with(func(h http.Header) { h.Set(signatureHeader, h.Get(signatureHeader)[:35]) }), want: 401},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			key := secret
			if test.secret != "" {
				key = test.secret
			}
			h := sign(key, w.clock.Now().Add(test.offset), event)
			if test.change != nil {
				h = test.change(h)
			}
			body := event
			if test.body != "" {
				body = test.body
			}
			for _, path := range []string{"/slack/events", "/slack/commands"} {
				got := w.send(path, "application/json", body, h)
				if test.want == 401 && (got.Code != 401 || got.Body.String() != "Unauthorized\n") {
					t.Errorf("%s: status %d, %q, want 401 and nothing told", path, got.Code, got.Body)
				}
				if test.want == 200 && path == "/slack/events" && (got.Code != 200 || got.Body.String() != "c") {
					t.Errorf("%s: status %d, %q, want the challenge", path, got.Code, got.Body)
				}
			}
			if log := w.log.String(); strings.Contains(log, secret) || strings.Contains(log, "v0=") {
				t.Errorf("the log tells a secret:\n%s", log)
			}
		})
	}
}

func TestBodiesAreBounded(t *testing.T) {
	w := newWorld(t)
	body := strings.Repeat("x", maxBody+1)
	if got := w.send("/slack/events", "application/json", body, sign(secret, w.clock.Now(), body)); got.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("status %d, want 413", got.Code)
	}
	r := httptest.NewRequest(http.MethodPost, "/slack/events", io.NopCloser(strings.NewReader(body)))
	r.Header, r.ContentLength = sign(secret, w.clock.Now(), body), -1 // in chunks
	got := httptest.NewRecorder()
	if w.http.ServeHTTP(got, r); got.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("in chunks: status %d, want 413", got.Code)
	}
}

// unread fails where it is read.
type unread struct{ t *testing.T }

func (u unread) Read([]byte) (int, error) {
	u.t.Error("the body is read")
	return 0, io.EOF
}

// TestTheHeadIsJudgedFirst: a stranger's body is not read.
func TestTheHeadIsJudgedFirst(t *testing.T) {
	w := newWorld(t)
	good := sign(secret, w.clock.Now(), "x")
	for name, test := range map[string]struct {
		h      http.Header
		length int64
		status int
	}{
		"nothing":         {http.Header{}, 1, 401},
		"no time":         {http.Header{signatureHeader: good[signatureHeader]}, 1, 401},
		"no signature":    {http.Header{timestampHeader: good[timestampHeader]}, 1, 401},
		"half of one":     {http.Header{timestampHeader: good[timestampHeader], signatureHeader: {"v0=00"}}, 1, 401},
		"an old one":      {sign(secret, w.clock.Now().Add(-time.Hour), "x"), 1, 401},
		"too large a one": {good, maxBody + 1, 413},
	} {
		r := httptest.NewRequest(http.MethodPost, "/slack/events", unread{t})
		r.Header, r.ContentLength = test.h, test.length
		got := httptest.NewRecorder()
		if w.http.ServeHTTP(got, r); got.Code != test.status {
			t.Errorf("%s: status %d, want %d", name, got.Code, test.status)
		}
	}
}

// deadlines notes the deadlines that are set for reading.
type deadlines struct {
	http.ResponseWriter
	set []time.Time
}

func (d *deadlines) SetReadDeadline(t time.Time) error {
	d.set = append(d.set, t)
	return nil
}

// TestTheTimeForABodyEndsWithIt: what is done about the request takes as long as it
// takes.
func TestTheTimeForABodyEndsWithIt(t *testing.T) {
	w := newWorld(t)
	const body = `{"type":"url_verification","challenge":"c"}`
	r := httptest.NewRequest(http.MethodPost, "/slack/events", strings.NewReader(body))
	r.Header = sign(secret, w.clock.Now(), body)
	d := &deadlines{ResponseWriter: httptest.NewRecorder()}
	w.http.ServeHTTP(d, r)
	if n := len(d.set); n < 2 || d.set[0].IsZero() || !d.set[n-1].IsZero() {
		t.Errorf("deadlines %v, want one for the body and then none", d.set)
	}
}

// TestRefusalsDoNotFillTheLog: anybody may send what is refused.
func TestRefusalsDoNotFillTheLog(t *testing.T) {
	w := newWorld(t)
	refuse := func() int {
		before := strings.Count(w.log.String(), "rejected a request to the Slack endpoint")
		for range 100 {
			w.send("/slack/events", "application/json", "{}", nil)
		}
		return strings.Count(w.log.String(), "rejected a request to the Slack endpoint") - before
	}
	if n := refuse(); n != refusalsAtOnce {
		t.Errorf("100 refused requests leave %d lines, want %d", n, refusalsAtOnce)
	}
	w.clock.advance(refusalEvery)
	if n := refuse(); n != 1 || !strings.Contains(w.log.String(), "unlogged=95") {
		t.Errorf("later 100 leave %d lines, want one that counts the others:\n%s", n, w.log)
	}
}

func TestWhatIsSignedButNotUnderstoodIsRefused(t *testing.T) {
	tests := []struct{ path, contentType, body string }{
		{"/slack/events", "application/json", "{"},
		{"/slack/events", "application/json", `{"type":"event_callback","event":{"type":"link_shared"}}`},
		{"/slack/events", "application/json", `{"type":"event_callback","event_id":"Ev1"}`},
		{"/slack/events", "application/json", `{"type":"event_callback","event_id":"Ev1","event":{"type":"link_shared","links":1}}`},
		{"/slack/commands", formType, "text=x"},
		{"/slack/commands", formType, "%zz"},
		{"/slack/commands", "application/json", "{}"},
	}
	for _, test := range tests {
		w := newWorld(t)
		if got := w.send(test.path, test.contentType, test.body, sign(secret, w.clock.Now(), test.body)); got.Code != http.StatusBadRequest {
			t.Errorf("%s %s: status %d, want 400", test.path, test.body, got.Code)
		}
	}
}
