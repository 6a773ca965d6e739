package app

import (
	"sync"

	"whystopped/internal/auth"
)

// watches joins what one person asks at the same time. A page and the stream that
// its script follows are one question, and leave one line in the audit log.
type watches struct {
	mu sync.Mutex
	of map[watchKey]*watch
}

// watchKey is who asks, for what, and whether AWS has to be asked anew.
type watchKey struct {
	who     string
	task    string
	refresh bool
}

// watch is a question while it is asked.
type watch struct {
	running int
	written map[auth.Entry]bool
}

func newWatches() *watches { return &watches{of: map[watchKey]*watch{}} }

// begin takes note that a question is asked. What it gives is called with what
// came of it, and tells whether that has to be written.
func (s *watches) begin(q watchKey) (end func(auth.Entry) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	w := s.of[q]
	if w == nil {
		w = &watch{written: map[auth.Entry]bool{}}
		s.of[q] = w
	}
	w.running++
	return func(e auth.Entry) bool { return s.end(q, w, e) }
}

func (s *watches) end(q watchKey, w *watch, e auth.Entry) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if w.running--; w.running == 0 {
		delete(s.of, q)
	}
	// Who has the answer hangs up on the other way to it.
	if w.written[e] || e.Outcome == outcomeAbandoned && len(w.written) > 0 {
		return false
	}
	w.written[e] = true
	return true
}
