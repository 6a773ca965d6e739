package source

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"golang.org/x/sync/singleflight"

	"whystopped/internal/awsclient/failure"
	"whystopped/internal/awsclient/limit"
	"whystopped/internal/awsclient/session"
	"whystopped/internal/collect"
	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/lru"
	"whystopped/internal/taskref"
	"whystopped/internal/words"
)

// Shared are the places that evidence is read from, and what was learned of
// them for later readers. They are safe for concurrent use.
type Shared struct {
	*session.Pool
	trailLogGroup string
	clock         func() time.Time
	logger        *slog.Logger

	tasks       *limit.Batcher[Cluster, *ecs.DescribeTasksOutput]
	definitions *lru.Cache[string, *types.TaskDefinition]
	asking      singleflight.Group             // for definitions
	roles       *lru.Cache[string, cachedRole] // by the ARN that was asked for
	iamRest     rest
}

// Options say what there is to read beside the API.
type Options struct {
	// TrailLogGroup is the log group, by name or ARN, into which a trail with
	// data events writes; "" for none.
	TrailLogGroup string
	// Now is the clock.
	Now func() time.Time
	// Logger hears of failed sources, with AWS's own words.
	Logger *slog.Logger
}

// New returns the sources that a pool's clients read.
func New(pool *session.Pool, opts Options) *Shared {
	s := &Shared{
		Pool:          pool,
		trailLogGroup: opts.TrailLogGroup,
		clock:         opts.Now,
		logger:        opts.Logger,
		definitions:   lru.New[string, *types.TaskDefinition](maxDefinitions),
		roles:         lru.New[string, cachedRole](maxRoles),
	}
	s.tasks = limit.NewBatcher(TasksPerCall, s.DescribeTasks)
	return s
}

// Reader reads the sources of one task or service.
type Reader struct {
	*Shared
	Ref taskref.Ref
	// now is when the collection began; it is the present for all of it.
	Now time.Time
	// Stored is the task as it was read or told of before; nil where it was not.
	Stored *evidence.Task

	mu      sync.Mutex // one call of observe at a time
	observe func(collect.Progress)
}

// NewReader returns a Reader, and the context in which its calls are made.
// stored is the task as it was read or told of before, nil for none.
func (s *Shared) NewReader(
	ctx context.Context, ref taskref.Ref, stored *evidence.Task, observe func(collect.Progress),
) (context.Context, *Reader) {
	return session.ForTask(ctx, ref.TaskID), &Reader{Shared: s, Ref: ref, Now: s.clock(), Stored: stored, observe: observe}
}

// Target is a region of the task's account.
func (r *Reader) Target(region string) session.Target {
	return session.Target{Region: region, Role: r.RoleIn(r.Ref.Partition, r.Ref.Account)}
}

// region returns the clients of a region of the task's account.
func (r *Reader) region(name string) *session.Clients { return r.At(r.Target(name)) }

// Asked is a source that was asked: its line, and why it failed if it did.
type Asked struct {
	Source  evidence.Source
	Failure *failure.Failure
}

// Answered reports whether the source gave a reliable answer, be it "nothing".
func (a Asked) Answered() bool {
	return a.Source.Name != "" && a.Failure == nil && a.Source.Status != evidence.SourceSkipped
}

// outcome is what reading a source came to, when no error did.
type outcome struct {
	status evidence.SourceStatus
	detail words.Text
}

// readFunc reads one source. An error may come with an outcome whose detail
// says what was got before it.
type readFunc func(ctx context.Context, w *watch) (outcome, error)

// ask reads one source within its share of the time that is left, tells the
// observer of its start and end, and turns an error into the source's line.
func (r *Reader) ask(ctx context.Context, source Source, s Share, read readFunc) Asked {
	r.tell(evidence.Source{Name: source.Name})
	ctx, cancel := s.Of(ctx)
	defer cancel()
	w := &watch{now: r.clock, began: r.clock()}
	out, err := read(limit.CountCalls(ctx, &w.calls), w)
	a := Asked{Source: evidence.Source{Name: source.Name, Status: out.status, Detail: out.detail}}
	if err != nil {
		a = r.failed(ctx, source, out, err)
	}
	a.Source.Calls = int(w.calls.Load())
	a.Source.TookMS = w.took().Milliseconds()
	r.tell(a.Source)
	return a
}

func (r *Reader) failed(ctx context.Context, source Source, out outcome, err error) Asked {
	f := failure.Of(err)
	action := source.Call.Action
	src := evidence.Source{Name: source.Name, Status: f.Status(), Detail: f.Detail(action)}
	if out.status != "" {
		src.Status = out.status
	}
	if !out.detail.IsZero() {
		src.Detail = out.detail
	}
	switch f.Kind {
	case failure.Denied:
		src.MissingPermission = &action
	case failure.NoRole:
		src.MissingPermission = aws.String(failure.AssumeRole)
	}
	r.logger.WarnContext(ctx, "source failed", "source", source.Name, "status", src.Status,
		"task", r.Ref.TaskID, "region", r.Ref.Region, "error", err)
	return Asked{Source: src, Failure: &f}
}

// Skip writes the line of a source that there was no way to ask.
func (r *Reader) Skip(source Source, detail words.Text) Asked {
	src := evidence.Source{Name: source.Name, Status: evidence.SourceSkipped, Detail: detail}
	r.tell(src)
	return Asked{Source: src}
}

func (r *Reader) tell(s evidence.Source) { r.report(collect.Progress{Source: &s}) }

// ReportSoFar reports what is known by now, where anybody listens.
func (r *Reader) ReportSoFar(known func() evidence.Evidence) {
	if r.observe != nil {
		r.report(collect.Progress{SoFar: new(known())})
	}
}

func (r *Reader) report(n collect.Progress) {
	if r.observe == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.observe(n)
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

// Share is the part of the remaining time that a source may use.
type Share int

const (
	// allTime is for sources that nothing waits for.
	allTime Share = 1
	// HalfTime is for sources whose answer others need: even when it hangs, there
	// is time left for what can do without it.
	HalfTime Share = 2
)

// Of is ctx with a deadline at the end of the share.
func (s Share) Of(ctx context.Context) (context.Context, context.CancelFunc) {
	deadline, ok := ctx.Deadline()
	if !ok || s == allTime {
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

// WithReserve is ctx with a deadline a little before its own.
func WithReserve(ctx context.Context) (context.Context, context.CancelFunc) {
	deadline, ok := ctx.Deadline()
	if !ok {
		return context.WithTimeout(ctx, defaultTime)
	}
	left := time.Until(deadline)
	return context.WithTimeout(ctx, left-min(maxReserve, left/10))
}
