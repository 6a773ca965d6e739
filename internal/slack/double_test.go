package slack

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"

	"whystopped/internal/diagnose"
	"whystopped/internal/slack/slackfake"
	"whystopped/internal/taskref"
)

const (
	secret    = "made-up-signing-secret"
	token     = "xoxb-made-up-token"
	publicURL = "https://why.example.com/ecs"
	patienceT = 20 * time.Second // of a test that would otherwise hang
)

// fakeClock stands still until a test moves it, and tells what is waited for.
type fakeClock struct {
	mu      sync.Mutex
	now     time.Time
	waiting map[chan time.Time]time.Time
	asked   chan time.Duration
}

func newClock() *fakeClock {
	return &fakeClock{
		now: time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC), waiting: map[chan time.Time]time.Time{}, asked: make(chan time.Duration, 1000),
	}
}

func (c *fakeClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *fakeClock) After(d time.Duration) <-chan time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	ch := make(chan time.Time, 1)
	c.waiting[ch] = c.now.Add(d)
	c.asked <- d
	return ch
}

func (c *fakeClock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	for ch, until := range maps.Clone(c.waiting) {
		if !until.After(c.now) {
			ch <- c.now
			delete(c.waiting, ch)
		}
	}
}

// passWait lets the next wait pass, and tells how long it was.
func (c *fakeClock) passWait(t *testing.T) time.Duration {
	t.Helper()
	select {
	case d := <-c.asked:
		c.advance(d)
		return d
	case <-time.After(patienceT):
		t.Fatal("nobody waits for the clock")
		return 0
	}
}

// hurry lets all waits pass at once until the test's end.
func (c *fakeClock) hurry(t *testing.T) {
	start(t, func(ctx context.Context) {
		for {
			select {
			case d := <-c.asked:
				c.advance(d)
			case <-ctx.Done():
				return
			}
		}
	})
}

// double is Slack's double on a port, and what it received.
type double struct {
	*httptest.Server
	fake  *slackfake.Server
	calls chan slackfake.Call
}

// newDouble makes a double whose clock is the test's.
func newDouble(t *testing.T, clock *fakeClock) *double {
	d := &double{fake: slackfake.New(), calls: make(chan slackfake.Call, 1000)}
	d.fake.Now = clock.Now
	d.fake.Heard = func(c slackfake.Call) { d.calls <- c }
	d.Server = httptest.NewServer(d.fake)
	t.Cleanup(d.Close)
	return d
}

func (d *double) apiURL() string    { return d.URL + "/api/" }
func (d *double) answerURL() string { return d.URL + "/answers/secret-part" }

// receive is the next call to the double.
func (d *double) receive(t *testing.T) slackfake.Call {
	t.Helper()
	select {
	case c := <-d.calls:
		return c
	case <-time.After(patienceT):
		t.Fatal("Slack received nothing")
		return slackfake.Call{}
	}
}

func (d *double) receiveNone(t *testing.T) {
	t.Helper()
	select {
	case c := <-d.calls:
		t.Errorf("Slack received %s %v %v, want nothing", c.Path, c.Form, c.JSON)
	default:
	}
}

// fakeBook is a casebook of functions; one that a test does not set must not be
// called.
type fakeBook struct {
	t          *testing.T
	diagnose   func(task string) (diagnose.Diagnosis, error)
	get        func(id string) (diagnose.Diagnosis, error)
	newestTold func(task string) (diagnose.Diagnosis, error)
}

func (b *fakeBook) Diagnose(_ context.Context, asked taskref.Ref, refresh bool) (diagnose.Diagnosis, error) {
	if b.diagnose == nil || refresh {
		b.t.Errorf("Diagnose(%v, refresh %v) was called", asked, refresh)
		return diagnose.Diagnosis{}, io.ErrUnexpectedEOF
	}
	return b.diagnose(asked.String())
}

func (b *fakeBook) Get(_ context.Context, id string) (diagnose.Diagnosis, error) {
	if b.get == nil {
		b.t.Errorf("Get(%q) was called", id)
		return diagnose.Diagnosis{}, io.ErrUnexpectedEOF
	}
	return b.get(id)
}

func (b *fakeBook) Newest(_ context.Context, task taskref.Ref) (diagnose.Diagnosis, error) {
	if b.newestTold == nil {
		b.t.Errorf("Newest(%v) was called", task)
		return diagnose.Diagnosis{}, io.ErrUnexpectedEOF
	}
	return b.newestTold(task.String())
}

// world is a bot between Slack's double and a casebook.
type world struct {
	t     *testing.T
	slack *double
	book  *fakeBook
	clock *fakeClock
	log   *logText
	bot   *Bot
	http  http.Handler
}

type logText struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logText) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logText) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// newWorld makes a bot that does not run yet.
func newWorld(t *testing.T) *world {
	clock := newClock()
	w := &world{t: t, slack: newDouble(t, clock), book: &fakeBook{t: t}, clock: clock, log: &logText{}}
	log := slog.New(slog.NewTextHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	client := NewClient(ClientOptions{Token: token, Clock: w.clock, APIURL: w.slack.apiURL()})
	bot, err := New(Options{Casebook: w.book, Client: client, SigningSecret: secret, PublicURL: publicURL + "/", Log: log, Clock: w.clock})
	if err != nil {
		t.Fatalf("New: %v", err)
	}
	r := chi.NewRouter()
	bot.Routes(r)
	w.bot, w.http = bot, r
	return w
}

// run works until the test's end.
func (w *world) run() *world {
	start(w.t, w.bot.Run)
	return w
}

// start runs f until the test's end, and waits until it has returned.
func start(t *testing.T, f func(context.Context)) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		f(ctx)
	}()
	t.Cleanup(func() {
		cancel()
		<-done
	})
}

// sign signs a body as Slack does.
func sign(secret string, at time.Time, body string) http.Header {
	stamp := strconv.FormatInt(at.Unix(), 10)
	mac := hmac.New(sha256.New, []byte(secret))
	io.WriteString(mac, "v0:"+stamp+":"+body)
	return http.Header{
		"X-Slack-Request-Timestamp": {stamp},
		"X-Slack-Signature":         {"v0=" + hex.EncodeToString(mac.Sum(nil))},
	}
}

// send sends a request with these headers.
func (w *world) send(path, contentType, body string, h http.Header) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
	for name, values := range h {
		r.Header[name] = values
	}
	r.Header.Set("Content-Type", contentType)
	rec := httptest.NewRecorder()
	w.http.ServeHTTP(rec, r)
	return rec
}

const formType = "application/x-www-form-urlencoded"

func (w *world) commandBody(text string) string {
	return url.Values{
		"command": {"/whystopped"}, "text": {text}, "response_url": {w.slack.answerURL()}, "user_id": {"U0123456789"}, "trigger_id": {text},
	}.Encode()
}

// command returns a command that Slack signed, and reads its answer.
func (w *world) command(text string) map[string]any {
	w.t.Helper()
	body := w.commandBody(text)
	rec := w.send("/slack/commands", formType, body, sign(secret, w.clock.Now(), body))
	if rec.Code != http.StatusOK {
		w.t.Fatalf("status %d, want 200; log:\n%s", rec.Code, w.log)
	}
	var answer map[string]any
	if err := json.Unmarshal(rec.Body.Bytes(), &answer); err != nil {
		w.t.Fatalf("the answer %q is no JSON: %v", rec.Body, err)
	}
	return answer
}

// event sends an event that Slack signed.
func (w *world) event(body string, more ...string) *httptest.ResponseRecorder {
	h := sign(secret, w.clock.Now(), body)
	for i := 0; i+1 < len(more); i += 2 {
		h.Set(more[i], more[i+1])
	}
	return w.send("/slack/events", "application/json", body, h)
}
