package awsclient

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"go.opentelemetry.io/otel/trace"

	"whystopped/internal/arn"
)

const (
	// batchWindow is how long a question waits at most for others while a call
	// for the same cluster is under way. The first one never waits.
	batchWindow = 20 * time.Millisecond
	// crowd is how many questions in one window tell of a bad deploy. They
	// wait for crowdWindow: more are to come, and calls are scarcer then than
	// milliseconds.
	crowd       = 5
	crowdWindow = 100 * time.Millisecond
)

// batcher joins questions for single tasks, asked at about the same time, into
// calls of DescribeTasks for up to a hundred. It is safe for concurrent use.
type batcher struct {
	mu    sync.Mutex
	lanes map[lane]*traffic
}

// lane is what one call can be for: tasks of one cluster.
type lane struct {
	target
	cluster string
}

// traffic is what goes on in a lane; idle lanes have none.
type traffic struct {
	underWay int
	open     *batch // collects; nil when there is none
}

// batch is one call of DescribeTasks, planned, under way or answered.
type batch struct {
	ctx    context.Context
	cancel context.CancelFunc
	calls  atomic.Int64 // requests that it took

	// Guarded by the batcher's mu until the call is sent.
	ids      []string
	members  int // that still wait
	urgent   bool
	deadline time.Time // of the most patient member; zero for none

	done   chan struct{} // closed when the fields below are set
	answer *ecs.DescribeTasksOutput
	err    error
}

func newBatcher() *batcher { return &batcher{lanes: map[lane]*traffic{}} }

// described is what ECS said of one task.
type described struct {
	task *types.Task
	// reason is why ECS does not know it, where it says so.
	reason string
	// together is how many tasks were asked for in the same call.
	together int
}

// describe asks for one task of the lane, together with others or alone. The
// call that it becomes part of ends early only when all of its members left.
func (b *batcher) describe(ctx context.Context, l lane, api ecsAPI, id string) (described, error) {
	call := b.join(ctx, l, api, id)
	defer func() { addCalls(ctx, call.calls.Load()) }()
	select {
	case <-call.done:
	case <-ctx.Done():
		b.leave(l, call)
		return described{}, ctx.Err()
	}
	if call.err != nil {
		return described{}, call.err
	}
	return call.find(id)
}

// join makes the question a part of a call, and sends it unless others may join.
func (b *batcher) join(ctx context.Context, l lane, api ecsAPI, id string) *batch {
	b.mu.Lock()
	defer b.mu.Unlock()
	t := b.lanes[l]
	if t == nil {
		t = &traffic{}
		b.lanes[l] = t
	}
	if !isTaskID(id) { // ECS refuses the whole call for one such
		alone := newBatch()
		alone.add(ctx, id)
		b.send(l, t, api, alone)
		return alone
	}
	if t.open == nil {
		t.open = newBatch()
		if t.underWay > 0 {
			open := t.open
			time.AfterFunc(batchWindow, func() { b.sendUnlessCrowd(l, api, open) })
		}
	}
	call := t.open
	call.add(ctx, id)
	if t.underWay == 0 || len(call.ids) == tasksPerCall {
		t.open = nil
		b.send(l, t, api, call)
	}
	return call
}

func newBatch() *batch {
	ctx, cancel := context.WithCancel(context.Background())
	return &batch{ctx: ctx, cancel: cancel, done: make(chan struct{})}
}

// add makes a question a member.
func (c *batch) add(ctx context.Context, id string) {
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

// sendUnlessCrowd sends a call whose first window has passed, and gives a crowd
// the second.
func (b *batcher) sendUnlessCrowd(l lane, api ecsAPI, call *batch) {
	b.mu.Lock()
	isCrowd := len(call.ids) >= crowd
	b.mu.Unlock()
	if isCrowd {
		time.AfterFunc(crowdWindow-batchWindow, func() { b.sendOpen(l, api, call) })
		return
	}
	b.sendOpen(l, api, call)
}

// sendOpen sends a call whose windows have passed, unless it went before.
func (b *batcher) sendOpen(l lane, api ecsAPI, call *batch) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if t := b.lanes[l]; t != nil && t.open == call {
		t.open = nil
		b.send(l, t, api, call)
	}
}

// send lets the call go, with mu held.
func (b *batcher) send(l lane, t *traffic, api ecsAPI, call *batch) {
	t.underWay++
	go func() {
		call.run(api, l.cluster)
		b.landed(l, api)
	}()
}

// landed sends what has collected while a call was under way.
func (b *batcher) landed(l lane, api ecsAPI) {
	b.mu.Lock()
	defer b.mu.Unlock()
	t := b.lanes[l]
	t.underWay--
	if call := t.open; call != nil {
		t.open = nil
		b.send(l, t, api, call)
	}
	if t.underWay == 0 {
		delete(b.lanes, l)
	}
}

// leave takes a member away; a call without any is given up.
func (b *batcher) leave(l lane, call *batch) {
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
func (c *batch) run(api ecsAPI, cluster string) {
	defer close(c.done)
	defer c.cancel()
	ctx := countCalls(c.ctx, &c.calls)
	if !c.urgent {
		ctx = Background(ctx)
	}
	if !c.deadline.IsZero() {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, c.deadline)
		defer cancel()
	}
	c.answer, c.err = api.DescribeTasks(ctx, &ecs.DescribeTasksInput{Cluster: aws.String(cluster), Tasks: c.ids})
	if c.err == nil && c.answer.Tasks == nil && c.answer.Failures == nil {
		c.err = errEmptyAnswer // AWS always sends one of the two
	}
}

// find gives what the answer says of one task.
func (c *batch) find(id string) (described, error) {
	d := described{together: len(c.ids)}
	for i := range c.answer.Tasks {
		if isNamed(aws.ToString(c.answer.Tasks[i].TaskArn), id) {
			d.task = &c.answer.Tasks[i]
			return d, nil
		}
	}
	for _, f := range c.answer.Failures {
		if isNamed(aws.ToString(f.Arn), id) || len(c.ids) == 1 {
			d.reason = aws.ToString(f.Reason)
		}
	}
	return d, nil
}

// isNamed tells whether an ARN ends with the task's id.
func isNamed(taskARN, id string) bool {
	a, _ := arn.Parse(taskARN)
	return strings.EqualFold(a.Name(), id)
}

// isTaskID tells ids that ECS looks up from those that it refuses.
func isTaskID(id string) bool {
	return id != "" && len(id) <= 36 && strings.Trim(id, "0123456789abcdef-") == ""
}
