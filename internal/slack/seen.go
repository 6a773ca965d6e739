package slack

import (
	"sync"
	"time"
)

// seen remembers what came of late, so that nothing is done twice. It is
// bounded by time and number; the oldest is forgotten first.
type seen struct {
	keep time.Duration
	most int

	mu    sync.Mutex
	known map[string]bool
	order []arrival // oldest first
}

type arrival struct {
	key string
	at  time.Time
}

func newSeen(keep time.Duration, most int) *seen {
	return &seen{keep: keep, most: most, known: map[string]bool{}}
}

// first reports whether key comes for the first time, and notes it.
func (s *seen) first(key string, now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.order) > 0 && (now.Sub(s.order[0].at) > s.keep || len(s.order) >= s.most) {
		delete(s.known, s.order[0].key)
		s.order = s.order[1:]
	}
	if s.known[key] {
		return false
	}
	s.known[key] = true
	s.order = append(s.order, arrival{key, now})
	return true
}

// forget lets key come once more: nothing was done about it.
func (s *seen) forget(key string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.known, key)
}
