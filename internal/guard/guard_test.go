package guard_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"whystopped/internal/guard"
	"whystopped/internal/words"
)

func deny(w http.ResponseWriter, _ *http.Request, status int, kind string, _ words.Text) {
	w.WriteHeader(status)
	fmt.Fprint(w, kind)
}

func ok(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) }

func TestHeaders(t *testing.T) {
	tests := []struct {
		name string
		tls  bool
		own  string // the handler's own policy
		want map[string]string
	}{
		{"plain", false, "", map[string]string{"Strict-Transport-Security": "", "X-Frame-Options": "DENY", "X-Content-Type-Options": "nosniff"}},
		{"behind TLS", true, "", map[string]string{"Strict-Transport-Security": "max-age=31536000"}},
		{"a page with a policy", true, "default-src 'self'", map[string]string{"Content-Security-Policy": "default-src 'self'"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := httptest.NewRecorder()
			guard.Headers(test.tls)(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				if test.own != "" {
					w.Header().Set("Content-Security-Policy", test.own)
				}
			})).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
			for name, want := range test.want {
				if got := w.Header().Get(name); got != want {
					t.Errorf("%s = %q, want %q", name, got, want)
				}
			}
			for _, name := range []string{"Permissions-Policy", "Referrer-Policy", "Cross-Origin-Opener-Policy", "Cross-Origin-Resource-Policy", "Content-Security-Policy", "Cache-Control"} {
				if w.Header().Get(name) == "" {
					t.Errorf("%s is not set", name)
				}
			}
		})
	}
}

func TestAddress(t *testing.T) {
	tests := []struct {
		name    string
		peer    string
		told    []string
		proxies int
		want    string
	}{
		{"no proxy, and a header that anybody may send", "192.0.2.7:999", []string{"198.51.100.1"}, 0, "192.0.2.7"},
		{"a load balancer", "10.0.0.1:999", []string{"198.51.100.1"}, 1, "198.51.100.1"},
		{"a client that claims another address", "10.0.0.1:999", []string{"203.0.113.9, 198.51.100.1"}, 1, "198.51.100.1"},
		{"a CDN before the load balancer", "10.0.0.1:999", []string{"203.0.113.9, 198.51.100.1, 192.0.2.80"}, 2, "198.51.100.1"},
		{"the header twice", "10.0.0.1:999", []string{"203.0.113.9", "198.51.100.1"}, 1, "198.51.100.1"},
		{"past the proxies", "192.0.2.7:999", nil, 1, "192.0.2.7"},
		{"fewer entries than proxies", "192.0.2.7:999", []string{"198.51.100.1"}, 2, "192.0.2.7"},
		{"with a port", "10.0.0.1:999", []string{"198.51.100.1:4711"}, 1, "198.51.100.1"},
		{"IPv6 in brackets with a port", "10.0.0.1:999", []string{"[2001:db8::1]:4711"}, 1, "2001:db8::1"},
		{"IPv6", "10.0.0.1:999", []string{"2001:db8::1"}, 1, "2001:db8::1"},
		{"IPv4 in IPv6", "[::ffff:192.0.2.7]:999", nil, 0, "192.0.2.7"},
		{"no address", "10.0.0.1:999", []string{"unknown"}, 1, "10.0.0.1"},
		{"an empty entry", "10.0.0.1:999", []string{"198.51.100.1,"}, 1, "10.0.0.1"},
		{"a zone to look like many", "10.0.0.1:999", []string{"fe80::1%a"}, 1, "fe80::1"},
		{"no connection", "pipe", nil, 0, "invalid IP"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := httptest.NewRequest(http.MethodGet, "/", nil)
			r.RemoteAddr = test.peer
			for _, v := range test.told {
				r.Header.Add("X-Forwarded-For", v)
			}
			if got := guard.Address(r, test.proxies).String(); got != test.want {
				t.Errorf("Address = %s, want %s", got, test.want)
			}
		})
	}
}

func TestClientsOfOneNetworkAreOne(t *testing.T) {
	for address, want := range map[string]string{
		"192.0.2.7": "192.0.2.7", "2001:db8:1:2:3::4": "2001:db8:1:2::/64", "2001:db8:1:2:ffff::": "2001:db8:1:2::/64",
	} {
		if got := guard.Client(netip.MustParseAddr(address)); got != want {
			t.Errorf("Client(%s) = %s, want %s", address, got, want)
		}
	}
}

func TestRate(t *testing.T) {
	now := time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)
	limit, err := guard.NewRate(guard.RateOptions{
		PerSecond: 0.5, Burst: 2, Clients: 2, Deny: deny,
		Key: func(r *http.Request) string { return r.Header.Get("Who") }, Now: func() time.Time { return now },
	})
	if err != nil {
		t.Fatal(err)
	}
	h := limit.Handler(http.HandlerFunc(ok))
	type answer struct {
		Status     int
		RetryAfter string
	}
	passes, waits := answer{Status: 200}, func(s int) answer { return answer{429, strconv.Itoa(s)} }
	for i, step := range []struct {
		after time.Duration
		who   string
		want  answer
	}{
		{0, "a", passes},
		{0, "a", passes},
		{0, "a", waits(2)},
		{0, "a", waits(2)}, // what was refused was not counted
		{0, "b", passes},
		{1500 * time.Millisecond, "a", waits(1)},
		{500 * time.Millisecond, "a", passes},
		{0, "a", waits(2)},
		{0, "b", passes},
		{0, "c", passes},   // a asked longest ago and is forgotten
		{0, "b", passes},   // and b is not
		{0, "b", waits(2)}, // though it has asked often
		{0, "a", passes},
	} {
		now = now.Add(step.after)
		w, r := httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/", nil)
		r.Header.Set("Who", step.who)
		h.ServeHTTP(w, r)
		if diff := cmp.Diff(step.want, answer{w.Code, w.Header().Get("Retry-After")}); diff != "" {
			t.Errorf("step %d, %s (-want +got):\n%s", i, step.who, diff)
		}
		if w.Code != http.StatusOK && w.Body.String() != guard.TooManyRequests {
			t.Errorf("step %d: told %q", i, w.Body)
		}
	}
}

func TestRateAsksForWhatItNeeds(t *testing.T) {
	if _, err := guard.NewRate(guard.RateOptions{PerSecond: 1, Burst: 1, Clients: 1, Deny: deny}); err == nil {
		t.Error("a Rate that cannot tell clients apart is made")
	}
}

func TestAtOnce(t *testing.T) {
	const most = 3
	entered, leave := make(chan struct{}), make(chan struct{})
	h := guard.AtOnce(most, deny)(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/panic" {
			panic(http.ErrAbortHandler)
		}
		if r.URL.Path == "/slow" {
			entered <- struct{}{}
			<-leave
		}
	}))
	ask := func(path string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		return w
	}
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic was swallowed")
			}
		}()
		ask("/panic") // and must give its place back
	}()
	var running sync.WaitGroup
	for range most {
		running.Go(func() { ask("/slow") })
		<-entered
	}
	if w := ask("/"); w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" || !strings.Contains(w.Body.String(), guard.TooBusy) {
		t.Errorf("one too many: %d %q, Retry-After %q", w.Code, w.Body, w.Header().Get("Retry-After"))
	}
	close(leave)
	running.Wait()
	for range most + 1 { // a place that was not given back would show
		if w := ask("/"); w.Code != http.StatusOK {
			t.Errorf("after the others left: %d", w.Code)
		}
	}
}

// TestShare lets two clients hold what they may, and one of them ask again when
// something of it has ended.
func TestShare(t *testing.T) {
	held := []chan struct{}{make(chan struct{}), make(chan struct{}), make(chan struct{}), make(chan struct{})}
	began := make(chan struct{})
	h := guard.Share(2, func(r *http.Request) string { return r.Header.Get("Who") }, deny)(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began <- struct{}{}
		n, _ := strconv.Atoi(r.Header.Get("N"))
		<-held[n]
	}))
	request := func(who string, n int) *http.Request {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Header.Set("Who", who)
		r.Header.Set("N", strconv.Itoa(n))
		return r
	}
	ended, next := make(chan struct{}), 0
	begin := func(who string) {
		r := request(who, next)
		next++
		go func() {
			h.ServeHTTP(httptest.NewRecorder(), r)
			ended <- struct{}{}
		}()
		<-began
	}
	refused := func(who string) {
		t.Helper()
		w := httptest.NewRecorder()
		h.ServeHTTP(w, request(who, 0))
		if w.Code != http.StatusTooManyRequests || w.Header().Get("Retry-After") == "" || w.Body.String() != guard.TooManyRequests {
			t.Errorf("%s asks once more than it may: %d %s", who, w.Code, w.Body)
		}
	}
	begin("a")
	begin("a")
	refused("a")
	begin("b")
	close(held[0])
	<-ended
	begin("a")
	refused("a")
	for _, hold := range held[1:] {
		close(hold)
		<-ended
	}
}

func TestStrikes(t *testing.T) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	limit, err := guard.NewRate(guard.RateOptions{
		PerSecond: 1, Burst: 3, Clients: 10, Key: func(r *http.Request) string { return r.RemoteAddr }, Deny: deny, Now: func() time.Time { return now },
	})
	if err != nil {
		t.Fatal(err)
	}
	h := limit.Strikes(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Key") == "right" {
			io.WriteString(w, "welcome")
			return
		}
		w.Header().Set("WWW-Authenticate", "Key")
		w.WriteHeader(http.StatusUnauthorized)
		io.WriteString(w, "who are you")
	}))
	ask := func(from, key string) (int, string, http.Header) {
		r := httptest.NewRequest(http.MethodPost, "/", nil)
		r.RemoteAddr = from
		r.Header.Set("Key", key)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w.Code, w.Body.String(), w.Header()
	}
	for i := range 3 {
		if status, body, header := ask("a", "wrong"); status != 401 || body != "who are you" || header.Get("WWW-Authenticate") == "" {
			t.Errorf("wrong proof %d: %d %q", i+1, status, body)
		}
	}
	if status, body, header := ask("a", "wrong"); status != 429 || strings.Contains(body, "who") || header.Get("Retry-After") != "1" || header.Get("WWW-Authenticate") != "" {
		t.Errorf("the fourth: %d %q %v", status, body, header)
	}
	if status, body, _ := ask("a", "right"); status != 200 || body != "welcome" {
		t.Errorf("the right proof: %d %q", status, body)
	}
	if status, _, _ := ask("b", "wrong"); status != 401 {
		t.Errorf("somebody else: %d", status)
	}
	now = now.Add(time.Second)
	if status, _, _ := ask("a", "wrong"); status != 401 {
		t.Errorf("a second later: %d", status)
	}
}
