package work

import (
	"context"
	"fmt"
	"time"

	"github.com/riverqueue/river"

	"whystopped/internal/casebook"
	"whystopped/internal/taskref"
)

// The jobs' arguments stand in the database, and an older or newer instance may
// read them: fields may be added, none changes its meaning.
type (
	diagnoseArgs struct {
		Task  *taskref.Ref `json:"task,omitempty"`
		Event string       `json:"event,omitempty"`
	}
	refreshArgs struct {
		Task      taskref.Ref `json:"task"`
		Diagnosis string      `json:"diagnosis"`
		Before    int         `json:"before"`
	}
	tellArgs struct {
		Incident string `json:"incident"`
	}
	purgeArgs struct{}
)

// Kind implements river.JobArgs, as the others do.
func (diagnoseArgs) Kind() string { return string(casebook.WorkDiagnose) }
func (refreshArgs) Kind() string  { return string(casebook.WorkRefresh) }
func (tellArgs) Kind() string     { return string(casebook.WorkTell) }
func (purgeArgs) Kind() string    { return "purge" }

// How often a job is tried, with pauses that grow with the fourth power: 12
// tries take most of a day, 16 nearly three.
const (
	triesToLook = 12
	triesToTell = 16
)

// The lower the number, the sooner. People's own questions are no jobs; they go
// before all of these.
const (
	first = iota + 1
	second
	third
	last
)

// jobOf makes a job of work that is owed.
func jobOf(w casebook.Work) (river.JobArgs, *river.InsertOpts, error) {
	switch w.Kind {
	case casebook.WorkDiagnose:
		args := diagnoseArgs{Event: w.Event}
		if w.Event == "" {
			args.Task = &w.Task
		}
		return args, &river.InsertOpts{Priority: second, MaxAttempts: triesToLook}, nil
	case casebook.WorkRefresh:
		if w.Refresh == nil {
			return nil, nil, fmt.Errorf("work of the kind %s has no diagnosis", w.Kind)
		}
		args := refreshArgs{Task: w.Refresh.Task, Diagnosis: w.Refresh.Diagnosis, Before: w.Refresh.Before}
		return args, &river.InsertOpts{Priority: third, MaxAttempts: triesToLook}, nil
	case casebook.WorkTell:
		return tellArgs{Incident: w.Incident}, &river.InsertOpts{Priority: first, Queue: forTelling, MaxAttempts: triesToTell}, nil
	}
	return nil, nil, fmt.Errorf("nobody does work of the kind %q", w.Kind)
}

type diagnoseWorker struct {
	river.WorkerDefaults[diagnoseArgs]
	queue *Queue
}

// Work implements river.Worker, as the others do.
func (w *diagnoseWorker) Work(ctx context.Context, job *river.Job[diagnoseArgs]) error {
	work := casebook.Work{Kind: casebook.WorkDiagnose, Event: job.Args.Event}
	if job.Args.Task != nil {
		work.Task = *job.Args.Task
	}
	return w.queue.doers.Casebook.Do(ctx, work)
}

type refreshWorker struct {
	river.WorkerDefaults[refreshArgs]
	queue *Queue
}

func (w *refreshWorker) Work(ctx context.Context, job *river.Job[refreshArgs]) error {
	a := job.Args
	return w.queue.doers.Casebook.Do(ctx, casebook.Work{
		Kind: casebook.WorkRefresh, Task: a.Task,
		Refresh: &casebook.Refresh{Task: a.Task, Diagnosis: a.Diagnosis, Before: a.Before},
	})
}

type tellWorker struct {
	river.WorkerDefaults[tellArgs]
	queue *Queue
}

func (w *tellWorker) Work(ctx context.Context, job *river.Job[tellArgs]) error {
	if w.queue.doers.Teller == nil {
		return nil // nobody is told any more
	}
	again, err := w.queue.doers.Teller.Tell(ctx, job.Args.Incident)
	switch {
	case err != nil:
		return err
	case again > 0:
		return river.JobSnooze(again)
	}
	return nil
}

type purgeWorker struct {
	river.WorkerDefaults[purgeArgs]
	queue *Queue
}

const (
	// purgeBatch keeps others from waiting for long.
	purgeBatch = 500
	purgeEvery = time.Hour
)

// periodic are the jobs that come by themselves.
func (q *Queue) periodic() []*river.PeriodicJob {
	if q.opts.Retention <= 0 {
		return nil
	}
	return []*river.PeriodicJob{river.NewPeriodicJob(river.PeriodicInterval(purgeEvery), func() (river.JobArgs, *river.InsertOpts) {
		return purgeArgs{}, &river.InsertOpts{Priority: last, MaxAttempts: 1} // an hour later it comes again
	}, &river.PeriodicJobOpts{RunOnStart: true})}
}

func (w *purgeWorker) Work(ctx context.Context, _ *river.Job[purgeArgs]) error {
	o := w.queue.opts
	before, brought := o.Now().Add(-o.Retention), o.Now().Add(-o.Retention)
	if o.BroughtRetention > 0 && o.BroughtRetention < o.Retention {
		brought = o.Now().Add(-o.BroughtRetention)
	}
	for ctx.Err() == nil {
		removed, err := w.queue.doers.Purger.Purge(ctx, before, brought, purgeBatch)
		if err != nil {
			return fmt.Errorf("forget what is older than %s: %w", o.Retention, err)
		}
		if removed == 0 {
			return nil
		}
	}
	return ctx.Err()
}
