package limit

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/otel/trace"

	"whystopped/internal/collect"
)

const (
	// batchWindow is how long a question waits at most for others while a call
	// for the same cluster is under way. The first one never waits.
	batchWindow = 20 * time.Millisecond
	// manyAtOnce is how many questions in one window mean a bad deploy. They wait
	// for longWindow: more are to come, and calls are scarcer then than
	// milliseconds.
	manyAtOnce = 5
	longWindow = 100 * time.Millisecond
)

// Batcher joins questions for single things, asked at about the same time, into
// calls for many. Lane is what one call can be for, and Answer what it brings. It
// is safe for concurrent use.
type Batcher[Lane comparable, Answer any] struct {
	most int
	call BatchCall[Lane, Answer]

	mu    sync.Mutex
	lanes map[Lane]*laneLoad[Answer]
}

// BatchCall asks for several things of a lane in one call.
type BatchCall[Lane comparable, Answer any] func(ctx context.Context, lane Lane, ids []string) (Answer, error)

// NewBatcher returns a Batcher whose calls are for at most so many things.
func NewBatcher[Lane comparable, Answer any](most int, call BatchCall[Lane, Answer]) *Batcher[Lane, Answer] {
	return &Batcher[Lane, Answer]{most: most, call: call, lanes: map[Lane]*laneLoad[Answer]{}}
}

// laneLoad is what goes on in a lane; idle lanes have none.
type laneLoad[Answer any] struct {
	underWay int
	open     *batch[Answer] // collects; nil when there is none
}

// batch is one call, planned, under way or answered.
type batch[Answer any] struct {
	ctx    context.Context
	cancel context.CancelFunc
	calls  atomic.Int64 // requests that it took

	// Guarded by the batcher's mu until the call is sent.
	ids      []string
	members  int // that still wait
	urgent   bool
	deadline time.Time // of the most patient member; zero for none

	done   chan struct{} // closed when the fields below are set
	answer Answer
	err    error
}

// Batched is the answer to a call, with how many things it asked for.
type Batched[Answer any] struct {
	Answer Answer
	Asked  int
}

// Ask asks for one thing of the lane, together with others unless alone is set.
// The call that it becomes part of ends early only when all of its members left.
func (b *Batcher[Lane, Answer]) Ask(ctx context.Context, lane Lane, id string, alone bool) (Batched[Answer], error) {
	call := b.join(ctx, lane, id, alone)
	defer func() { AddCalls(ctx, call.calls.Load()) }()
	select {
	case <-call.done:
	case <-ctx.Done():
		b.leave(lane, call)
		return Batched[Answer]{}, ctx.Err()
	}
	return Batched[Answer]{call.answer, len(call.ids)}, call.err
}

// join makes the question a part of a call, and sends it unless others may join.
func (b *Batcher[Lane, Answer]) join(ctx context.Context, l Lane, id string, apart bool) *batch[Answer] {
	b.mu.Lock()
	defer b.mu.Unlock()
	t := b.lanes[l]
	if t == nil {
		t = &laneLoad[Answer]{}
		b.lanes[l] = t
	}
	if apart {
		alone := newBatch[Answer]()
		alone.add(ctx, id)
		b.send(l, t, alone)
		return alone
	}
	if t.open == nil {
		t.open = newBatch[Answer]()
		if t.underWay > 0 {
			open := t.open
			time.AfterFunc(batchWindow, func() { b.sendUnlessMany(l, open) })
		}
	}
	call := t.open
	call.add(ctx, id)
	if t.underWay == 0 || len(call.ids) == b.most {
		t.open = nil
		b.send(l, t, call)
	}
	return call
}

func newBatch[Answer any]() *batch[Answer] {
	ctx, cancel := context.WithCancel(context.Background())
	return &batch[Answer]{ctx: ctx, cancel: cancel, done: make(chan struct{})}
}

// add makes a question a member.
func (c *batch[Answer]) add(ctx context.Context, id string) {
	if c.members == 0 { // the call is told of in the trace of whoever asked first
		c.ctx = trace.ContextWithSpan(c.ctx, trace.SpanFromContext(ctx))
	}
	deadline, ok := ctx.Deadline()
	switch {
	case c.members > 0 && c.deadline.IsZero(): // somebody waits for ever
	case !ok:
		c.deadline = time.Time{}
	case deadline.After(c.deadline):
		c.deadline = deadline
	}
	c.ids = append(c.ids, id)
	c.members++
	c.urgent = c.urgent || priorityOf(ctx) == people
}

// sendUnlessMany sends a call whose first window has passed, and gives one of many
// questions the second.
func (b *Batcher[Lane, Answer]) sendUnlessMany(l Lane, call *batch[Answer]) {
	b.mu.Lock()
	many := len(call.ids) >= manyAtOnce
	b.mu.Unlock()
	if many {
		time.AfterFunc(longWindow-batchWindow, func() { b.sendOpen(l, call) })
		return
	}
	b.sendOpen(l, call)
}

// sendOpen sends a call whose windows have passed, unless it went before.
func (b *Batcher[Lane, Answer]) sendOpen(l Lane, call *batch[Answer]) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if t := b.lanes[l]; t != nil && t.open == call {
		t.open = nil
		b.send(l, t, call)
	}
}

// send lets the call go, with mu held.
func (b *Batcher[Lane, Answer]) send(l Lane, t *laneLoad[Answer], call *batch[Answer]) {
	t.underWay++
	go func() {
		call.run(func(ctx context.Context) (Answer, error) { return b.call(ctx, l, call.ids) })
		b.landed(l)
	}()
}

// landed sends what has collected while a call was under way.
func (b *Batcher[Lane, Answer]) landed(l Lane) {
	b.mu.Lock()
	defer b.mu.Unlock()
	t := b.lanes[l]
	t.underWay--
	if call := t.open; call != nil {
		t.open = nil
		b.send(l, t, call)
	}
	if t.underWay == 0 {
		delete(b.lanes, l)
	}
}

// leave removes a member; a call without any is given up.
func (b *Batcher[Lane, Answer]) leave(l Lane, call *batch[Answer]) {
	b.mu.Lock()
	defer b.mu.Unlock()
	call.members--
	if call.members > 0 {
		return
	}
	call.cancel()
	if t := b.lanes[l]; t != nil && t.open == call {
		t.open = nil
	}
}

// run makes the call.
func (c *batch[Answer]) run(ask func(context.Context) (Answer, error)) {
	defer close(c.done)
	defer c.cancel()
	ctx := CountCalls(c.ctx, &c.calls)
	if !c.urgent {
		ctx = collect.Background(ctx)
	}
	if !c.deadline.IsZero() {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, c.deadline)
		defer cancel()
	}
	c.answer, c.err = ask(ctx)
}
