package casebook_test

import (
	"context"
	"database/sql"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"whystopped/internal/casebook"
	"whystopped/internal/store"
)

// owed is the queue of a store: it holds what is owed until somebody does it.
type owed struct {
	mu   sync.Mutex
	work []casebook.Work
	more chan struct{} // given and replaced when there is more
}

func newOwed() *owed { return &owed{more: make(chan struct{})} }

// Insert implements store.Queue.
func (o *owed) Insert(_ context.Context, _ *sql.Tx, work ...casebook.Work) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.work = append(o.work, work...)
	close(o.more)
	o.more = make(chan struct{})
	return nil
}

// of is what is owed of a kind.
func (o *owed) of(kind casebook.WorkKind) []casebook.Work {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(o.work), func(w casebook.Work) bool { return w.Kind != kind })
}

// next takes work whose time has come; else it says how long there is none.
func (o *owed) next(now time.Time) (due []casebook.Work, wait time.Duration, more chan struct{}) {
	o.mu.Lock()
	defer o.mu.Unlock()
	wait = time.Hour
	o.work = slices.DeleteFunc(o.work, func(w casebook.Work) bool {
		if left := w.At.Sub(now); left > 0 {
			wait = min(wait, left)
			return false
		}
		due = append(due, w)
		return true
	})
	return due, wait, o.more
}

// do does what is owed until ctx ends, all of it at once. Work of a kind that
// nobody does here is dropped.
func (o *owed) do(ctx context.Context, book *casebook.Casebook) {
	var running sync.WaitGroup
	defer running.Wait()
	for ctx.Err() == nil {
		due, wait, more := o.next(time.Now())
		for _, w := range due {
			running.Go(func() {
				if w.Kind != casebook.WorkTell && book.Do(ctx, w) != nil {
					w.At = time.Now().Add(time.Second)
					o.Insert(ctx, nil, w)
				}
			})
		}
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-more:
		case <-ctx.Done():
		}
		timer.Stop()
	}
}

// openStore returns an empty store in which nothing is ever owed.
func openStore(t *testing.T) *store.Store { return openOwing(t, nil) }

func openOwing(t *testing.T, queue store.Queue) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), store.Options{URL: "file::memory:", Queue: queue, Log: slog.New(slog.DiscardHandler), Now: time.Now, NewID: casebook.NewID})
	if err != nil {
		t.Fatalf("open a store: %v", err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// run does what is owed in the background until the test ends.
func run(t *testing.T, book *casebook.Casebook, o *owed) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		o.do(ctx, book)
		close(ended)
	}()
	t.Cleanup(func() {
		stop()
		<-ended
	})
}
