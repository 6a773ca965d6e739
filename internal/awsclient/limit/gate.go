package limit

import (
	"context"
	"slices"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"whystopped/internal/awsclient/failure"
	"whystopped/internal/collect"
)

// priority orders those who wait for a quota.
type priority int

const (
	people priority = iota // somebody waits for the answer
	background
	priorities // their number
)

func priorityOf(ctx context.Context) priority {
	if collect.IsBackground(ctx) {
		return background
	}
	return people
}

// LongestWait bounds how long people wait for a quota: what the other sources
// tell by then is worth more to them than this one. Background work waits as
// long as its deadline lets it.
const LongestWait = 5 * time.Second

// Gate lets calls of one account and region through as fast as their quota
// says: people first, and within one priority in the order of coming.
type Gate struct {
	limiter *rate.Limiter
	apart   time.Duration
	queue   *QueueMeter

	mu       sync.Mutex
	waiting  [priorities][]*ticket
	granting bool
	// Of the last call that was let through: when it went, and when it was
	// answered, the zero time before. Only where calls keep apart.
	sent, heard time.Time
}

// ticket is one call that waits.
type ticket struct {
	priority priority
	granted  chan struct{}
}

// NewGate returns the gate of a quota, whose waiting is counted.
func NewGate(q Quota, m *QueueMeter) *Gate {
	return &Gate{limiter: rate.NewLimiter(q.perSecond, q.burst), apart: q.apart, queue: m}
}

// Pass returns when the call may go; answered has to be called after it. The
// error is errHeldBack where its turn would come too late, or ctx's own.
func (g *Gate) Pass(ctx context.Context) error {
	t, err := g.join(ctx)
	if t == nil || err != nil {
		return err
	}
	began := time.Now()
	defer func() { g.queue.waited(t.priority, time.Since(began)) }()
	select {
	case <-t.granted:
		return nil
	case <-ctx.Done():
		g.leave(t)
		return ctx.Err()
	}
}

// join returns a ticket to wait with, or none to a call that may go at once.
func (g *Gate) join(ctx context.Context) (*ticket, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	p := priorityOf(ctx)
	if !g.granting && g.rest(time.Now()) <= 0 && g.limiter.Allow() {
		g.sent, g.heard = time.Now(), time.Time{}
		return nil, nil
	}
	if g.wait(p) > patience(ctx, p) {
		g.queue.heldBack()
		return nil, failure.ErrHeldBack
	}
	t := &ticket{priority: p, granted: make(chan struct{})}
	g.waiting[p] = append(g.waiting[p], t)
	g.queue.entered(p)
	if !g.granting {
		g.granting = true
		go g.grant()
	}
	return t, nil
}

// wait is for how long a call that joined now would wait.
func (g *Gate) wait(p priority) time.Duration {
	ahead := len(g.waiting[people])
	if p == background {
		ahead += len(g.waiting[background])
	}
	tokens := g.limiter.Tokens()
	if g.granting { // the token of the first in line is taken already
		tokens++
	}
	short := float64(ahead+1) - tokens
	return time.Duration(short / float64(g.limiter.Limit()) * float64(time.Second))
}

// patience is how long a call can wait.
func patience(ctx context.Context, p priority) time.Duration {
	most := LongestWait
	deadline, ok := ctx.Deadline()
	switch left := time.Until(deadline); {
	case !ok && p == background:
		return 1<<63 - 1
	case ok && (p == background || left < most):
		return left
	}
	return most
}

// grant lets those who wait through, until nobody does.
func (g *Gate) grant() {
	for {
		// Nobody's context: a token is for whoever is first when it comes.
		_ = g.limiter.Wait(context.Background()) // fails only for more tokens than the burst
		g.keepApart()
		if last := g.grantOne(); last {
			return
		}
	}
}

// unanswered is how long a call without an answer holds up the next one.
const unanswered = time.Second

// rest is how long the next call must keep apart from the last one, as far as
// that can be told now.
func (g *Gate) rest(now time.Time) time.Duration {
	switch {
	case g.apart == 0 || g.sent.IsZero():
		return 0
	case g.heard.IsZero():
		return min(g.sent.Add(unanswered).Sub(now), g.apart)
	}
	return g.heard.Add(g.apart).Sub(now)
}

// keepApart waits until the next call may go after the last one.
func (g *Gate) keepApart() {
	for {
		g.mu.Lock()
		rest := g.rest(time.Now())
		g.mu.Unlock()
		if rest <= 0 {
			return
		}
		time.Sleep(rest)
	}
}

// Answered notes that the call that was let through last was answered.
func (g *Gate) Answered() {
	if g.apart == 0 {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.heard = time.Now()
}

// grantOne lets the first in line through and tells whether it was the last.
func (g *Gate) grantOne() (last bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for p, line := range g.waiting {
		if len(line) > 0 {
			close(line[0].granted)
			g.waiting[p] = line[1:]
			g.sent, g.heard = time.Now(), time.Time{}
			break
		}
	}
	g.granting = len(g.waiting[people])+len(g.waiting[background]) > 0
	return !g.granting
}

// leave removes a ticket that nobody waits with any more.
func (g *Gate) leave(t *ticket) {
	g.mu.Lock()
	defer g.mu.Unlock()
	line := g.waiting[t.priority]
	if i := slices.Index(line, t); i >= 0 {
		g.waiting[t.priority] = slices.Delete(line, i, i+1)
	}
}
