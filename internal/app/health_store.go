package app

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"golang.org/x/sync/singleflight"
)

// storePatience is for how long a store that has answered may take to answer again.
// A database that has much to do is slow for a while: an instance that a load
// balancer takes out for that leaves its share to the others, which are as slow.
const storePatience = 30 * time.Second

var errNoAnswer = errors.New("does not answer")

// storeCheck asks whether a store answers, once at a time.
type storeCheck struct {
	ping func(context.Context) error

	asking   singleflight.Group
	answered atomic.Pointer[time.Time] // the last time; nil before the first
}

// ask waits for an answer until ctx ends. It tells whether the store was slow,
// which is no error as long as it has answered lately. What is asked outlives ctx:
// its answer counts for those who ask next.
func (c *storeCheck) ask(ctx context.Context) (slow bool, err error) {
	answer := c.asking.DoChan("", func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), storePatience)
		defer cancel()
		err := c.ping(ctx)
		if err == nil {
			c.answered.Store(new(time.Now()))
		}
		return nil, err
	})
	select {
	case a := <-answer:
		return false, a.Err
	case <-ctx.Done():
	}
	if last := c.answered.Load(); last == nil || time.Since(*last) > storePatience {
		return false, errNoAnswer
	}
	return true, nil
}
