package app

import (
	"context"
	"errors"
	"sync"
	"time"
)

// storePatience is for how long a store that has answered may take to answer again.
// A database that has much to do is slow for a while: an instance that a load
// balancer takes out for that leaves its share to the others, which are as slow.
const storePatience = 30 * time.Second

var errNoAnswer = errors.New("does not answer")

// storeCheck asks whether a store answers, once at a time.
type storeCheck struct {
	ping func(context.Context) error

	mu       sync.Mutex
	asking   *asking   // nil while it is not asked
	answered time.Time // the last time
}

// asking is one question to the store. err may be read when done is closed.
type asking struct {
	done chan struct{}
	err  error
}

// ask waits for an answer until ctx ends. It tells whether the store was slow,
// which is no error as long as it has answered lately.
func (c *storeCheck) ask(ctx context.Context) (slow bool, err error) {
	a := c.begin(ctx)
	select {
	case <-a.done:
		return false, a.err
	case <-ctx.Done():
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if time.Since(c.answered) > storePatience {
		return false, errNoAnswer
	}
	return true, nil
}

// begin asks the store, or joins who does. The question outlives ctx: its answer
// counts for those who ask next.
func (c *storeCheck) begin(ctx context.Context) *asking {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.asking != nil {
		return c.asking
	}
	a := &asking{done: make(chan struct{})}
	c.asking = a
	go func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), storePatience)
		defer cancel()
		a.err = c.ping(ctx)
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.asking = nil; a.err == nil {
			c.answered = time.Now()
		}
		close(a.done)
	}()
	return a
}
