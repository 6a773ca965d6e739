package guard

import (
	"net/http"
	"sync"

	"whystopped/internal/words"
)

// Share lets so many requests of one client run at a time and refuses the others
// with 429, so that nobody can hold all the places that AtOnce has: by sending
// many bodies slowly, or by following many streams. key tells clients apart.
func Share(most int, key func(*http.Request) string, deny Deny) func(http.Handler) http.Handler {
	s := &shares{running: map[string]int{}, most: most}
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			who := key(r)
			if !s.take(who) {
				w.Header().Set("Retry-After", "2")
				deny(w, r, http.StatusTooManyRequests, TooManyRequests, words.Say("problem.too-many-requests.at-once", nil))
				return
			}
			defer s.give(who)
			next.ServeHTTP(w, r)
		})
	}
}

// shares counts the requests that run, by client. Who has none is not in it.
type shares struct {
	most int

	mu      sync.Mutex
	running map[string]int
}

func (s *shares) take(who string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.running[who] >= s.most {
		return false
	}
	s.running[who]++
	return true
}

func (s *shares) give(who string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.running[who]--; s.running[who] == 0 {
		delete(s.running, who)
	}
}
