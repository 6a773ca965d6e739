// Package casebook answers "why did this task stop": it reads the reference,
// looks whether the answer is kept, and otherwise collects evidence, diagnoses
// it, and keeps what came out.
package casebook

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"whystopped/internal/diagnose"
	"whystopped/internal/problem"
	"whystopped/internal/taskref"
	"whystopped/internal/words"
)

// Options are what a Casebook works with. All fields but Tells and those from
// Asker on are needed.
type Options struct {
	Collector Collector
	Simulator Simulator
	Store     Store
	Log       *slog.Logger
	// Saved hears of each diagnosis that was stored, and who wanted it; nil for
	// nobody.
	Saved func(d diagnose.Diagnosis, by Trigger)
	// Tells is set if people are told of incidents.
	Tells bool
	// Bounds are the only accounts and Regions that are read, and of which what is
	// stored is shown.
	Bounds taskref.Bounds
	// Timeout bounds one whole diagnosis.
	Timeout time.Duration
	Now     func() time.Time
	// NewID makes ids that sort by the time given, as this package's NewID does.
	NewID func(time.Time) string
	// Asker tells who asks; nil if nobody logs in.
	Asker func(context.Context) Asker
	// BroughtQuota is how many diagnoses of what one asker brought are kept in
	// a day; 0 for all. BroughtRetention is for how long; 0 for ever.
	BroughtQuota     int
	BroughtRetention time.Duration
	// Turn waits until whoever asks may have evidence diagnosed that they brought,
	// and gives what ends that; nil if all may at once. Its errors reach people.
	Turn func(context.Context) (giveBack func(), err error)
}

// How many runs ask AWS at a time. A full one makes about ten calls, several at a
// time; those of facts alone share theirs.
const (
	fullAtOnce  = 16
	factsAtOnce = 1000
)

// Casebook makes and keeps diagnoses. It is safe for concurrent use.
type Casebook struct {
	opts Options

	sharedRuns   sharedRuns
	fullRuns     queue
	factsRuns    queue
	clusterLoads clusterLoads
	cohorts      cohorts
	counts       counts
}

// New makes a Casebook.
func New(o Options) *Casebook {
	return &Casebook{
		opts: o, fullRuns: queue{limit: fullAtOnce}, factsRuns: queue{limit: factsAtOnce},
		clusterLoads: clusterLoads{now: o.Now}, cohorts: cohorts{now: o.Now},
	}
}

// Diagnose answers for what somebody pasted. A kept diagnosis is given where it
// still holds and refresh is not set; those who ask for one task at the same
// time share one collection.
func (c *Casebook) Diagnose(ctx context.Context, asked taskref.Ref, refresh bool) (diagnose.Diagnosis, error) {
	return c.Follow(ctx, asked, refresh, nil)
}

// Get finds a kept diagnosis by its id.
func (c *Casebook) Get(ctx context.Context, id string) (diagnose.Diagnosis, error) {
	d, err := c.opts.Store.Get(ctx, id)
	switch {
	case errors.Is(err, ErrNotKept):
		return d, problem.New(UnknownDiagnosis, nil, words.Say("unknown.diagnosis", nil))
	case err != nil:
		return d, fmt.Errorf("get diagnosis %s: %w", id, err)
	}
	if err := c.mayShow(d); err != nil {
		return diagnose.Diagnosis{}, err
	}
	return d, nil
}

// task returns the task that is asked for: a service means its newest failed one.
func (c *Casebook) task(ctx context.Context, asked taskref.Ref) (taskref.Ref, error) {
	if asked.Kind() == taskref.KindTask {
		return asked, nil
	}
	ctx, cancel := context.WithTimeout(ctx, c.opts.Timeout)
	defer cancel()
	task, err := c.opts.Collector.Resolve(ctx, asked)
	if err != nil {
		return asked, fmt.Errorf("find the newest failed task of service %s: %w", asked.Service(), c.inTime(err))
	}
	return task, nil
}

// Newest returns the newest stored diagnosis of a task. It makes no call to AWS, so
// that the preview of a link costs nothing, and so it doesn't know which task a
// service means.
func (c *Casebook) Newest(ctx context.Context, task taskref.Ref) (diagnose.Diagnosis, error) {
	if err := c.within(task); err != nil {
		return diagnose.Diagnosis{}, err
	}
	kept, err := c.latest(ctx, task)
	switch {
	case err != nil:
		return diagnose.Diagnosis{}, err
	case kept == nil:
		return diagnose.Diagnosis{}, problem.New(UnknownDiagnosis, nil, words.Say("unknown.task-diagnosis", nil))
	}
	return *kept, nil
}

// latest finds the newest diagnosis of a task; nil if there is none. The
// reference may not tell the account, and so be allowed where the task is not.
func (c *Casebook) latest(ctx context.Context, ref taskref.Ref) (*diagnose.Diagnosis, error) {
	d, err := c.opts.Store.Latest(ctx, ref)
	switch {
	case errors.Is(err, ErrNotKept):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("look up task %s: %w", ref.TaskID, err)
	}
	if err := c.mayShow(d); err != nil {
		return nil, err
	}
	return &d, nil
}
