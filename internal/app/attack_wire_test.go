package app

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"whystopped/internal/config"
)

// wire sends bytes as they are and a request that ends the connection, and gives
// all that is answered until the service hangs up.
func (f *fortress) wire(text string) []heard {
	f.t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(f.base, "http://"))
	if err != nil {
		f.t.Fatalf("connect: %v", err)
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(time.Minute))
	go io.WriteString(conn, text+"GET /healthz HTTP/1.1\r\nHost: why.example.com\r\nConnection: close\r\n\r\n") // the service may hang up before it has read all
	answers := bufio.NewReader(conn)
	var all []heard
	for {
		answer, err := http.ReadResponse(answers, nil)
		if err != nil {
			return all
		}
		body, err := io.ReadAll(answer.Body)
		all = append(all, heard{answer.StatusCode, answer.Header, string(body)})
		if err != nil || answer.Close {
			return all
		}
	}
}

// TestSmuggledRequests sends what a proxy in front may read in another way than
// the service does. Whatever comes of it, a stranger stays one, and a request
// that is hidden in another has to show its own proof.
func TestSmuggledRequests(t *testing.T) {
	f := newFortress(t, func(_ *config.Config, tune *tuning) {
		tune.slowest = slowness{head: 2 * time.Second, whole: 4 * time.Second}
	})
	target := "/api/v1/diagnoses/" + f.kept
	hidden := "GET " + target + " HTTP/1.1\r\nHost: why.example.com\r\nConnection: close\r\n\r\n"
	proof := "Authorization: Bearer " + f.reader
	head := func(lines ...string) string {
		return "GET " + target + " HTTP/1.1\r\nHost: why.example.com\r\nConnection: close\r\n" + strings.Join(lines, "\r\n") + "\r\n\r\n"
	}
	post := func(body string, lines ...string) string {
		return "POST /api/v1/evaluate HTTP/1.1\r\nHost: why.example.com\r\n" + strings.Join(lines, "\r\n") + "\r\n\r\n" + body
	}
	tests := []struct {
		name, text string
	}{
		{"a length and chunks", post("0\r\n\r\n"+hidden, proof, "Content-Length: 5", "Transfer-Encoding: chunked")},
		{"chunks and a length", post("0\r\n\r\n"+hidden, proof, "Transfer-Encoding: chunked", fmt.Sprintf("Content-Length: %d", 5+len(hidden)))},
		{"two lengths", post("{}"+hidden, proof, "Content-Length: 2", fmt.Sprintf("Content-Length: %d", 2+len(hidden)))},
		{"a length with a sign", post("{}"+hidden, proof, "Content-Length: +2")},
		{"a length behind a space", post("{}"+hidden, proof, "Content-Length : 2")},
		{"an encoding that is nearly chunked", post("0\r\n\r\n"+hidden, proof, "Transfer-Encoding: xchunked")},
		{"an encoding with a tab", post("0\r\n\r\n"+hidden, proof, "Transfer-Encoding:\tchunked", "Transfer-Encoding: identity")},
		{"chunks that do not end", post("ffffffffffffffffff\r\n"+hidden, proof, "Transfer-Encoding: chunked")},
		{"a chunk's extension with a line break", post("1;a=\n\r\nx\r\n0\r\n\r\n"+hidden, proof, "Transfer-Encoding: chunked")},
		{"a body on a request of a stranger", post(hidden, fmt.Sprintf("Content-Length: %d", len(hidden)))},
		{"a request behind one that is known", "GET /healthz HTTP/1.1\r\nHost: why.example.com\r\n" + proof + "\r\n\r\n" + hidden},
		{"a folded header", head("X: a", " "+proof)},
		{"a header that begins with a space", "GET " + target + " HTTP/1.1\r\n " + proof + "\r\nHost: why.example.com\r\nConnection: close\r\n\r\n"},
		{"a name with a space behind it", head("Authorization : Bearer " + f.reader)},
		{"a name with a NUL", head("Authorization\x00: Bearer " + f.reader)},
		{"a value with a NUL", head("Authorization: Bearer " + f.reader + "\x00")},
		{"a bare line feed in a value", head("X: a\n" + "Cookie: x")},
		{"a bare carriage return in a value", head("X: a\r" + proof)},
		{"two hosts", head("Host: localhost")},
		{"no host", "GET " + target + " HTTP/1.1\r\nConnection: close\r\n\r\n"},
		{"a host with a path", strings.Replace(head(), "why.example.com", "why.example.com/healthz", 1)},
		{"an address with another host", "GET http://127.0.0.1" + target + " HTTP/1.1\r\nHost: why.example.com\r\nConnection: close\r\n\r\n"},
		{"the load balancer's header by an underscore", head("X_Amzn_Oidc_Data: " + f.albToken(time.Minute))},
		{"HTTP/1.0", "GET " + target + " HTTP/1.0\r\n\r\n"},
		{"HTTP/0.9", "GET " + target + "\r\n\r\n"},
		{"HTTP/2 by prior knowledge", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			for i, got := range f.wire(test.text) {
				if f.tells(got) || got.status == 200 && got.header.Get("Content-Type") != "application/json" {
					t.Errorf("answer %d is %d: %s", i, got.status, got.body)
				}
			}
		})
	}
	if got := f.wire(head(proof)); len(got) != 1 || !f.tells(got[0]) {
		t.Errorf("an honest request gets %v: the others would not be seen to get through", got)
	}
}

func TestOversizedRequests(t *testing.T) {
	f := newFortress(t, nil)
	long := strings.Repeat("x", 80<<10)
	known := "Authorization: Bearer " + f.reader + "\r\n"
	body := func(n int) string { return fmt.Sprintf("Content-Length: %d\r\n\r\n%s", n, strings.Repeat(" ", n)) }
	chunks := "Transfer-Encoding: chunked\r\n\r\n" + strings.Repeat(fmt.Sprintf("100000\r\n%s\r\n", strings.Repeat(" ", 1<<20)), 10) + "0\r\n\r\n"
	signature := signed(slackSecret, time.Now(), "")
	const close = " HTTP/1.1\r\nHost: why.example.com\r\nConnection: close\r\n"
	tests := []struct {
		name, text string
		status     int
	}{
		{"an address", "GET /" + long + close + known + "\r\n", 431},
		{"a header", "GET /" + close + "X: " + long + "\r\n\r\n", 431},
		{"many headers", "GET /" + close + strings.Repeat("X: "+long[:1000]+"\r\n", 90) + "\r\n", 431},
		{"a cookie that is none of ours", "GET /api/v1/causes" + close + "Cookie: a=" + long[:60<<10] + "\r\n\r\n", 401},
		{"a body of a stranger", "POST /api/v1/evaluate" + close + body(9<<20), 401},
		{"a body", "POST /api/v1/evaluate" + close + known + body(9<<20), 413},
		{"a body in chunks", "POST /api/v1/evaluate" + close + known + chunks, 413},
		{"a form", "POST /diagnose" + close + known + "Content-Type: application/x-www-form-urlencoded\r\n" + body(9<<20), 413},
		{"events of a stranger", "POST /api/v1/events" + close + body(9<<20), 401},
		{"events", "POST /api/v1/events" + close + "x-api-key: " + eventsKey + "\r\n" + body(9<<20), 413},
		{"a command of a stranger", "POST /slack/commands" + close + body(300<<10), 401},
		{"a command of Slack", "POST /slack/commands" + close + strings.Join([]string{signature[2] + ": " + signature[3], signature[4] + ": " + signature[5], ""}, "\r\n") + body(33<<10), 413},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := f.wire(test.text)
			if len(got) == 0 {
				// It may hang up on who goes on sending, as long as it lives on.
				if after := f.wire("GET /healthz" + close + "\r\n"); len(after) == 0 || after[0].status != 200 {
					t.Errorf("after it hung up it answers %v", after)
				}
				return
			}
			if last := got[0]; last.status != test.status || f.tells(last) {
				t.Errorf("status %d, want %d: %.300s", last.status, test.status, last.body)
			}
		})
	}
	if got := f.get("/healthz", nil); got.status != 200 {
		t.Errorf("afterwards the service answers %d", got.status)
	}
}

// TestSlowClientsHoldNobodyUp lets many clients send a byte at a time, more than
// requests may run at once. Others are served meanwhile, and the service hangs up
// on the slow ones by itself.
func TestSlowClientsHoldNobodyUp(t *testing.T) {
	f := newFortress(t, func(c *config.Config, tune *tuning) {
		c.Access.ConcurrencyLimit = 2
		tune.slowest = slowness{head: time.Second, whole: 2 * time.Second}
	})
	const many = 20
	beginnings := []string{
		"GET / HTTP/1.1\r\nHost: why.example.com\r\nX: ",
		"POST /api/v1/evaluate HTTP/1.1\r\nHost: why.example.com\r\nContent-Length: 8000000\r\n\r\n{",
		"POST /diagnose HTTP/1.1\r\nHost: why.example.com\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 8000000\r\n\r\ntask=",
		"POST /api/v1/events HTTP/1.1\r\nHost: why.example.com\r\nContent-Length: 8000000\r\n\r\n[",
		"POST /slack/commands HTTP/1.1\r\nHost: why.example.com\r\nContent-Length: 200000\r\n\r\ntext=",
		"POST /auth/logout HTTP/1.1\r\nHost: why.example.com\r\nContent-Length: 200000\r\n\r\n",
	}
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	var begun, slow sync.WaitGroup
	begun.Add(many * len(beginnings))
	for range many {
		for _, beginning := range beginnings {
			slow.Go(func() {
				conn, err := net.Dial("tcp", strings.TrimPrefix(f.base, "http://"))
				if err != nil {
					t.Errorf("connect: %v", err)
					begun.Done()
					return
				}
				defer conn.Close()
				io.WriteString(conn, beginning)
				begun.Done()
				if !trickle(ctx, conn) {
					t.Errorf("the service waits for ever for %.30q", beginning)
				}
			})
		}
	}
	begun.Wait()
	for range 20 {
		if got := f.get("/api/v1/diagnoses/"+f.kept, f.bearer(f.reader)); got.status != 200 {
			t.Errorf("meanwhile somebody else is answered %d: %s", got.status, got.body)
		}
	}
	slow.Wait()
}

// TestNobodyHoldsAllThePlaces lets somebody known send many bodies slowly, as many
// as there are places in all. Others are served meanwhile.
func TestNobodyHoldsAllThePlaces(t *testing.T) {
	const places, theirs = 16, 8
	f := newFortress(t, func(c *config.Config, tune *tuning) {
		c.Access.ConcurrencyLimit = places
		tune.slowest = slowness{whole: time.Minute}
	})
	person, _ := f.logIn("/")
	refused := make(chan int)
	var slow sync.WaitGroup
	ctx, hangUp := context.WithCancel(t.Context())
	for range places {
		slow.Go(func() {
			body, send := io.Pipe()
			defer context.AfterFunc(ctx, func() { send.CloseWithError(ctx.Err()) })()
			r, err := http.NewRequestWithContext(ctx, http.MethodPost, f.base+"/api/v1/evaluate", body)
			if err != nil {
				t.Error(err)
				return
			}
			r.Host = attackedHost
			r.ContentLength = 8_000_000
			r.Header.Set("Authorization", "Bearer "+f.reader)
			if answer, err := attacker.Do(r); err == nil {
				answer.Body.Close()
				refused <- answer.StatusCode
			}
		})
	}
	for range places - theirs {
		if status := <-refused; status != http.StatusTooManyRequests {
			t.Errorf("one body too many is answered %d, want 429", status)
		}
	}
	if got := person.ask(http.MethodGet, "/", "", nil); got.status != 200 {
		t.Errorf("meanwhile somebody else is answered %d: %s", got.status, got.body)
	}
	hangUp()
	slow.Wait()
}

// trickle sends a byte at a time until the other end hangs up, and tells whether
// it did.
func trickle(ctx context.Context, conn net.Conn) bool {
	hungUp := make(chan struct{})
	go func() {
		defer close(hungUp)
		io.Copy(io.Discard, conn) // until its end, however that comes
	}()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-hungUp:
			return true
		case <-ctx.Done():
			return false
		case <-tick.C:
			conn.SetWriteDeadline(time.Now().Add(time.Second))
			if _, err := conn.Write([]byte("a")); err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
				return true
			}
		}
	}
}

// TestTooManyRequests floods the service, as a stranger and as somebody known.
func TestTooManyRequests(t *testing.T) {
	f := newFortress(t, func(c *config.Config, _ *tuning) { c.Access.RateLimit, c.Access.TrustedProxies = 1, 1 })
	flood := func(h headers) (refused heard) {
		for range 15 {
			if got := f.get("/api/v1/causes", h); got.status == 429 {
				return got
			}
		}
		return heard{}
	}
	stranger := flood(headers{"X-Forwarded-For", "203.0.113.9, 198.51.100.7"})
	if stranger.status != 429 || stranger.header.Get("Retry-After") == "" || !strings.Contains(stranger.body, "urn:whystopped:problem:too-many-requests") {
		t.Errorf("who floods is answered %d, %v: %s", stranger.status, stranger.header, stranger.body)
	}
	if got := f.get("/api/v1/causes", headers{"X-Forwarded-For", "192.0.2.200, 198.51.100.7"}); got.status != 429 {
		t.Errorf("who claims to come from elsewhere is answered %d, want 429", got.status)
	}
	if got := f.get("/api/v1/causes", headers{"X-Forwarded-For", "198.51.100.8"}); got.status != 401 {
		t.Errorf("somebody else is answered %d, want 401", got.status)
	}
	if got := f.get("/api/v1/causes", append(f.bearer(f.reader), "X-Forwarded-For", "198.51.100.7")); got.status != 200 {
		t.Errorf("who is known at the same address is answered %d, want 200", got.status)
	}
	if got := flood(append(f.bearer(f.reader), "X-Forwarded-For", "198.51.100.9")); got.status != 429 {
		t.Error("who is known may ask as often as they like, from anywhere")
	}
	login := 0
	for range 15 {
		if got := f.get("/auth/login", headers{"X-Forwarded-For", "198.51.100.10"}); got.status == 429 {
			login++
		}
	}
	if login == 0 {
		t.Error("the login may be begun as often as one likes")
	}
	if got := f.get("/healthz", headers{"X-Forwarded-For", "198.51.100.7"}); got.status != 200 {
		t.Errorf("a probe is answered %d", got.status)
	}
}
