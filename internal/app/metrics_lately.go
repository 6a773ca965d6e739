package app

import (
	"context"
	"sync"
	"time"
)

const (
	// askTime bounds one question to the database for a figure. A million jobs
	// take some seconds with SQLite; Prometheus waits for ten.
	askTime = 8 * time.Second
	// asked figures are kept for keepFigure, and for longer where asking took
	// long: it takes one part in keepShare of the time at most.
	keepFigure = 15 * time.Second
	keepShare  = 50
)

// lately is a figure that the database has to count: it is counted now and then
// and not at each scrape, of which there may be many, and rows as well.
type lately[T any] struct {
	count func(ctx context.Context) (T, error)

	mu    sync.Mutex
	value T
	ok    bool
	until time.Time
}

// get returns the figure as it was lately; ok is false where it cannot be had.
func (l *lately[T]) get() (value T, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	began := time.Now()
	if began.Before(l.until) {
		return l.value, l.ok
	}
	ctx, cancel := context.WithTimeout(context.Background(), askTime)
	defer cancel()
	var err error
	l.value, err = l.count(ctx)
	l.ok = err == nil // else the figure is missing, which says it best
	took := time.Since(began)
	l.until = began.Add(took + max(keepFigure, keepShare*took))
	return l.value, l.ok
}
