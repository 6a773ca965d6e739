package awsclient

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"whystopped/internal/diagnose/evidence"
)

// run is one collection of evidence.
type run struct {
	*Collector
	ref evidence.Ref
	// now is when the collection began; it is the present for all of it.
	now time.Time
	// kept is the task as it was known before; nil where it was not.
	kept *evidence.Task

	mu      sync.Mutex // one call of observe at a time
	observe func(News)
}

// News is one thing that a collection tells on its way. One field is set.
type News struct {
	// Source is a place that is being asked, as long as its status is empty,
	// or was asked.
	Source *evidence.Source
	// SoFar is what is known by now: the task, then its definition and its logs
	// as well. It is not written to any more.
	SoFar *evidence.Evidence
}

// newRun begins a collection, with the context in which its calls are made.
func (c *Collector) newRun(ctx context.Context, ref evidence.Ref, observe func(News)) (context.Context, *run) {
	return forTask(ctx, ref.TaskID), &run{Collector: c, ref: ref, now: c.opts.Now(), observe: observe}
}

// target is a region of the task's account.
func (r *run) target(region string) target {
	return target{region: region, role: r.roleIn(r.ref.Partition, r.ref.Account)}
}

// region gives the clients of a region of the task's account.
func (r *run) region(name string) *clients { return r.at(r.target(name)) }

// asked is a source that was asked: its line, and why it failed if it did.
type asked struct {
	source  evidence.Source
	failure *failure
}

// answered tells whether the source gave a reliable answer, be it "nothing".
func (a asked) answered() bool {
	return a.source.Name != "" && a.failure == nil && a.source.Status != evidence.SourceSkipped
}

// outcome is what reading a source came to, when no error did.
type outcome struct {
	status evidence.SourceStatus
	detail string
}

// readFunc reads one source. An error may come with an outcome whose detail
// says what was got before it.
type readFunc func(ctx context.Context, w *watch) (outcome, error)

// ask reads one source within its share of the time that is left, tells the
// observer of its start and end, and turns an error into the source's line.
func (r *run) ask(ctx context.Context, name string, s share, read readFunc) asked {
	r.tell(evidence.Source{Name: name})
	ctx, cancel := s.of(ctx)
	defer cancel()
	w := &watch{now: r.opts.Now, began: r.opts.Now()}
	out, err := read(countCalls(ctx, &w.calls), w)
	a := asked{source: evidence.Source{Name: name, Status: out.status, Detail: out.detail}}
	if err != nil {
		a = r.failed(ctx, name, out, err)
	}
	a.source.Calls = int(w.calls.Load())
	a.source.TookMS = w.took().Milliseconds()
	r.tell(a.source)
	return a
}

func (r *run) failed(ctx context.Context, name string, out outcome, err error) asked {
	f := understand(err)
	action := permission(name)
	src := evidence.Source{Name: name, Status: f.status(), Detail: f.detail(action)}
	if out.status != "" {
		src.Status = out.status
	}
	if out.detail != "" {
		src.Detail = out.detail
	}
	switch f.kind {
	case failedDenied:
		src.MissingPermission = &action
	case failedNoRole:
		src.MissingPermission = aws.String(permissionForRole)
	}
	r.opts.Logger.WarnContext(ctx, "source failed", "source", name, "status", src.Status, "task", r.ref.TaskID, "region", r.ref.Region, "error", err)
	return asked{source: src, failure: &f}
}

// skip writes the line of a source that there was no way to ask.
func (r *run) skip(name, detail string) asked {
	src := evidence.Source{Name: name, Status: evidence.SourceSkipped, Detail: detail}
	r.tell(src)
	return asked{source: src}
}

func (r *run) tell(s evidence.Source) { r.news(News{Source: &s}) }

// soFar tells what was gathered by now.
func (r *run) soFar(g gathered) {
	if r.observe != nil {
		r.news(News{SoFar: new(g.evidence(r))})
	}
}

func (r *run) news(n News) {
	if r.observe == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.observe(n)
}

// permissionForRole is what we lack where a role cannot be assumed.
const permissionForRole = "sts:AssumeRole"

// permission is the IAM action of a source: its name up to the container.
func permission(name string) string {
	action, _, _ := strings.Cut(name, " ")
	return action
}

// watch measures what one source costs.
type watch struct {
	calls atomic.Int64
	now   func() time.Time
	began time.Time
	idle  time.Duration
}

// pause runs wait without counting its time for the source.
func (w *watch) pause(wait func()) {
	from := w.now()
	wait()
	w.idle += w.now().Sub(from)
}

func (w *watch) took() time.Duration { return w.now().Sub(w.began) - w.idle }

// share is the part of the remaining time that a source may use.
type share int

const (
	// all is for sources that nothing waits for.
	all share = 1
	// half is for sources whose answer others need: even when it hangs, there
	// is time left for what can do without it.
	half share = 2
)

func (s share) of(ctx context.Context) (context.Context, context.CancelFunc) {
	deadline, ok := ctx.Deadline()
	if !ok || s == all {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, time.Until(deadline)/time.Duration(s))
}

const (
	// defaultTime is for callers that set no deadline.
	defaultTime = 10 * time.Second
	// maxReserve bounds what is kept back from the deadline, so that the
	// answer is still made and sent within it.
	maxReserve = 500 * time.Millisecond
)

// withReserve is ctx with a deadline a little before its own.
func withReserve(ctx context.Context) (context.Context, context.CancelFunc) {
	deadline, ok := ctx.Deadline()
	if !ok {
		return context.WithTimeout(ctx, defaultTime)
	}
	left := time.Until(deadline)
	return context.WithTimeout(ctx, left-min(maxReserve, left/10))
}
