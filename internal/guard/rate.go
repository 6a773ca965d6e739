package guard

import (
	"errors"
	"math"
	"net/http"
	"strconv"
	"time"

	"golang.org/x/time/rate"

	"whystopped/internal/lru"
	"whystopped/internal/words"
)

// RateOptions bound how often each client may ask. All but Now are needed.
type RateOptions struct {
	// PerSecond is how often a client may ask on average, Burst how often at
	// once.
	PerSecond float64
	Burst     int
	// Clients is how many are remembered. The one that asked last longest ago
	// is forgotten first, and may then ask as if for the first time.
	Clients int
	// Key tells clients apart.
	Key  func(*http.Request) string
	Deny Deny
	// Now is the clock; time.Now by default.
	Now func() time.Time
}

// Rate bounds how often each client may ask. It is safe for concurrent use.
type Rate struct {
	opts RateOptions

	clients *lru.Cache[string, *rate.Limiter]
}

// NewRate makes a Rate.
func NewRate(o RateOptions) (*Rate, error) {
	if !(o.PerSecond > 0) || o.Burst < 1 || o.Clients < 1 || o.Key == nil || o.Deny == nil {
		return nil, errors.New("guard: PerSecond, Burst, Clients, Key and Deny are needed")
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Rate{opts: o, clients: lru.New[string, *rate.Limiter](o.Clients)}, nil
}

// Handler refuses with 429 what comes too often, and says when to ask again.
func (l *Rate) Handler(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		wait := l.take(l.opts.Key(r))
		if wait <= 0 {
			next.ServeHTTP(w, r)
			return
		}
		l.refuse(w, r, wait)
	})
}

func (l *Rate) refuse(w http.ResponseWriter, r *http.Request, wait time.Duration) {
	seconds := int(math.Ceil(wait.Seconds()))
	w.Header().Set("Retry-After", strconv.Itoa(seconds))
	l.opts.Deny(w, r, http.StatusTooManyRequests, TooManyRequests, words.Say("problem.too-many-requests", words.Args{"wait": time.Duration(seconds) * time.Second}))
}

// take counts a request of a client, or returns how long it has to wait and
// counts nothing.
func (l *Rate) take(key string) time.Duration {
	now := l.opts.Now()
	taken := l.clients.GetOrMake(key, l.newLimiter).ReserveN(now, 1)
	wait := taken.DelayFrom(now)
	if wait > 0 {
		taken.CancelAt(now)
	}
	return wait
}

func (l *Rate) newLimiter() *rate.Limiter {
	return rate.NewLimiter(rate.Limit(l.opts.PerSecond), l.opts.Burst)
}
