package app

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"whystopped/internal/config"
)

// half sends the head of a request with a body that never comes to its end, and
// gives the answer to that.
func (f *fortress) half(path, body string, length int, h headers) heard {
	f.t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(f.base, "http://"))
	if err != nil {
		f.t.Fatalf("connect: %v", err)
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(time.Minute))
	var head strings.Builder
	fmt.Fprintf(&head, "POST %s HTTP/1.1\r\nHost: %s\r\nContent-Length: %d\r\n", path, attackedHost, length)
	for i := 0; i+1 < len(h); i += 2 {
		fmt.Fprintf(&head, "%s: %s\r\n", h[i], h[i+1])
	}
	go io.WriteString(conn, head.String()+"\r\n"+body) // the service may hang up before it has read all
	answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		f.t.Errorf("%s, %q: the service waits for the body: %v", path, h, err)
		return heard{}
	}
	defer answer.Body.Close()
	text, _ := io.ReadAll(answer.Body) // as much as comes before it hangs up
	return heard{answer.StatusCode, answer.Header, string(text)}
}

// TestAStrangersBodyIsNotRead sends halves of bodies without a proof, with one
// that cannot hold, and with one that is too large by what its head says: all are
// answered while the body is still on its way. A body of which nobody can tell
// yet gets a few seconds.
func TestAStrangersBodyIsNotRead(t *testing.T) {
	f := newFortress(t, func(_ *config.Config, tune *tuning) { tune.slowest = slowness{whole: time.Hour} })
	now := time.Now()
	body := strings.Repeat("x", 20_000)
	fresh := signed("somebody else's", now, body)
	tests := []struct {
		name, path string
		length     int
		h          headers
		status     int
	}{
		{"Slack, no proof", "/slack/events", 200_000, nil, 401},
		{"Slack, no time", "/slack/commands", 200_000, headers{"X-Slack-Signature", fresh[5]}, 401},
		{"Slack, no signature", "/slack/commands", 200_000, fresh[2:4], 401},
		{"Slack, two signatures", "/slack/events", 30_000, append(fresh[:len(fresh):len(fresh)], "X-Slack-Signature", fresh[5]), 401},
		{"Slack, a signature that is none", "/slack/events", 30_000, headers{"X-Slack-Request-Timestamp", fresh[3], "X-Slack-Signature", "v0=00"}, 401},
		{"Slack, of six minutes ago", "/slack/events", 30_000, signed(slackSecret, now.Add(-6*time.Minute), body), 401},
		{"Slack, too large", "/slack/events", 33_000, signed(slackSecret, now, body), 413},
		{"Slack, half a body", "/slack/events", 30_000, fresh, 408},
		{"events, no key", "/api/v1/events", 200_000, nil, 401},
		{"events, another key", "/api/v1/events", 200_000, headers{"x-api-key", strings.ToUpper(eventsKey)}, 401},
		{"events, the key twice", "/api/v1/events", 200_000, headers{"x-api-key", eventsKey, "x-api-key", eventsKey}, 401},
		{"events, half a body", "/api/v1/events", 200_000, headers{"x-api-key", eventsKey}, 408},
		{"the API", "/api/v1/evaluate", 200_000, nil, 401},
		{"a page", "/diagnose", 200_000, headers{"Content-Type", "application/x-www-form-urlencoded"}, 401},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := f.half(test.path, body, test.length, test.h); got.status != test.status {
				t.Errorf("status %d, want %d: %s", got.status, test.status, got.body)
			}
		})
	}
}

// TestWrongProofsAreLimited guesses Slack's signature and the key for events. Who
// has the right one is served all the while.
func TestWrongProofsAreLimited(t *testing.T) {
	f := newFortress(t, func(c *config.Config, _ *tuning) { c.Access.RateLimit = 50 })
	challenge := `{"type":"url_verification","challenge":"c"}`
	tests := []struct {
		path, body   string
		wrong, right headers
		status       int
	}{
		{"/slack/events", challenge, signed("a guess that is wrong", time.Now(), challenge), signed(slackSecret, time.Now(), challenge), 200},
		{"/slack/events", challenge, nil, signed(slackSecret, time.Now(), challenge), 200},
		{"/api/v1/events", `{"source":"x","detail-type":"x","detail":{}}`, headers{"x-api-key", "a guess that is wrong"}, headers{"x-api-key", eventsKey}, 202},
	}
	for _, test := range tests {
		var refused heard
		for range 60 {
			if got := f.ask(http.MethodPost, test.path, test.body, test.wrong); got.status == 429 {
				refused = got
			} else if got.status != 401 {
				t.Fatalf("%s: a wrong proof is answered %d", test.path, got.status)
			}
		}
		if refused.header.Get("Retry-After") == "" || refused.header.Get("WWW-Authenticate") != "" || !strings.Contains(refused.body, "too-many-requests") {
			t.Errorf("%s: after 60 wrong proofs the answer is %d, %v: %s", test.path, refused.status, refused.header, refused.body)
		}
		if got := f.ask(http.MethodPost, test.path, test.body, test.right); got.status != test.status {
			t.Errorf("%s: the right proof is answered %d: %s", test.path, got.status, got.body)
		}
	}
}

// TestRefusedRequestsDoNotFillTheLog sends a thousand that anybody may send.
func TestRefusedRequestsDoNotFillTheLog(t *testing.T) {
	f := newFortress(t, nil)
	before := strings.Count(f.log.String(), "\n")
	paths := []string{"/slack/commands", "/slack/events", "/api/v1/events", "/api/v1/diagnoses"}
	for i := range 1000 {
		f.ask(http.MethodPost, paths[i%len(paths)], "", headers{"X-Slack-Request-Timestamp", fmt.Sprint(i)})
	}
	if lines := strings.Count(f.log.String(), "\n") - before; lines > 700 || lines < 50 {
		t.Errorf("the log has %d lines of 1000 refused requests, want some, and not one for each", lines)
	}
	if got := f.ask(http.MethodPost, "/slack/commands", url.Values{}.Encode(), nil); got.status != 401 {
		t.Errorf("afterwards a stranger is answered %d", got.status)
	}
}

// TestTheListsHoldForEvents sends what happens in accounts and Regions that are
// not read, by the key for events.
func TestTheListsHoldForEvents(t *testing.T) {
	f := newFortress(t, func(c *config.Config, _ *tuning) {
		c.Accounts, c.Regions = []string{"111122223333"}, []string{"eu-west-1"}
	})
	key := headers{"x-api-key", eventsKey}
	ours := string(endEvent("ours", "EssentialContainerExited", "Essential container in task exited", "", 7))
	for name, event := range map[string]string{
		"another account": strings.ReplaceAll(ours, "111122223333", "999988887777"),
		"another Region":  strings.ReplaceAll(ours, "eu-west-1", "us-east-1"),
	} {
		if got := f.ask(http.MethodPost, "/api/v1/events", event, key); got.status != 202 || !strings.Contains(got.body, `"accepted":0,"ignored":0,"notAllowed":1`) {
			t.Errorf("%s: status %d: %s", name, got.status, got.body)
		}
	}
	if got := f.ask(http.MethodPost, "/api/v1/events", ours, key); got.status != 202 || !strings.Contains(got.body, `"accepted":1,"ignored":0}`) {
		t.Errorf("an account that is read: status %d: %s", got.status, got.body)
	}
	f.waitFor("/api/v1/stops", `"111122223333"`)
	for _, path := range []string{"/api/v1/stops", "/api/v1/incidents", "/api/v1/diagnoses", "/", "/incidents"} {
		if got := f.get(path, f.bearer(f.reader)); got.status != 200 || strings.Contains(got.body, "999988887777") || strings.Contains(got.body, "us-east-1:") {
			t.Errorf("%s: status %d, with what is not read: %s", path, got.status, got.body)
		}
	}
	foreign := strings.Replace(f.task, "111122223333", "999988887777", 1)
	if got := f.ask(http.MethodPost, "/api/v1/diagnoses", `{"task":"`+foreign+`"}`, f.bearer(f.reader)); got.status != 403 {
		t.Errorf("a task of another account: status %d: %s", got.status, got.body)
	}
	if got := f.get("/metrics", f.bearer(f.reader)); !strings.Contains(got.body, `whystopped_events_total{result="not-allowed",way="http"} 2`) {
		t.Error("nobody counts the events of what is not read")
	}
}
