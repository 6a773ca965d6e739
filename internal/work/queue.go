// Package work runs pending jobs in the background: diagnoses of stops, refreshes,
// notifications, and purging. Start with Queue; jobs.go has each kind of job.
//
// The queue is in the store's database, so that a diagnosis and the jobs that follow
// from it are written together or not at all. Several instances share it.
package work

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverdatabasesql"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"
	"github.com/riverqueue/river/rivertype"
	"go.opentelemetry.io/otel/trace"

	"whystopped/internal/casebook"
)

// Dialect is the kind of database.
type Dialect string

// The databases that serve.
const (
	SQLite   Dialect = "sqlite"
	Postgres Dialect = "postgres"
)

// Options are what a Queue is made of. All fields but BroughtRetention and Tuning
// are needed.
type Options struct {
	Dialect Dialect
	Log     *slog.Logger
	// Diagnosis is the longest time for one whole diagnosis.
	Diagnosis time.Duration
	// Retention is how long is kept what is of no use but to look it up; 0 for
	// ever.
	Retention time.Duration
	// BroughtRetention is how long diagnoses are kept of evidence that somebody
	// brought; 0, or more than Retention, for as long as the others.
	BroughtRetention time.Duration
	Now              func() time.Time
	// Tracer makes the spans of jobs.
	Tracer trace.Tracer
	// Tuning is for tests that cannot wait.
	Tuning Tuning
}

// Tuning are times that everybody else leaves as they are.
type Tuning struct {
	// Poll is how often the database is asked for work; 0 for half a second.
	Poll time.Duration
	// Rescue is how long a job may be under way before another instance takes
	// it for one of a process that was killed; 0 for a time in which the slowest
	// job has ended.
	Rescue time.Duration
}

// Doers do the work.
type Doers struct {
	Casebook Doer
	// Teller is nil where nobody is told of incidents.
	Teller Teller
	Purger Purger
}

// Doer is the part of a casebook that works in the background.
type Doer interface {
	// Do does what is owed, except for WorkTell. An error means that it is
	// still owed.
	Do(ctx context.Context, w casebook.Work) error
}

// Teller tells people of incidents.
type Teller interface {
	// Tell tells how an incident stands. again is when it is to be called once
	// more; 0 for when there is news.
	Tell(ctx context.Context, incident string) (again time.Duration, err error)
}

// Purger forgets what is too old.
type Purger interface {
	// Purge removes at most about batch rows of what ended before a time, and of
	// what somebody brought before another. It tells how many they were.
	Purge(ctx context.Context, before, brought time.Time, batch int) (removed int, err error)
}

// Queue is the queue. Before it can take or do work it has to be connected.
type Queue struct {
	opts   Options
	db     *sql.DB
	client *river.Client[*sql.Tx]
	doers  Doers
}

// New makes a Queue.
func New(o Options) *Queue { return &Queue{opts: o} }

func (q *Queue) driver(db *sql.DB) riverdriver.Driver[*sql.Tx] {
	if q.opts.Dialect == Postgres {
		return riverdatabasesql.New(db)
	}
	return riversqlite.New(db)
}

// Migrate makes the queue's tables, or brings them up to date. Nobody else may
// do so at the same time.
func (q *Queue) Migrate(ctx context.Context, db *sql.DB) error {
	migrator, err := rivermigrate.New(q.driver(db), &rivermigrate.Config{Logger: q.log()})
	if err != nil {
		return fmt.Errorf("read the queue's migrations: %w", err)
	}
	if _, err := migrator.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
		return fmt.Errorf("migrate the queue's tables: %w", err)
	}
	return nil
}

// log keeps out what River tells of its own doings, and keeps what went wrong.
func (q *Queue) log() *slog.Logger { return slog.New(atLeast{q.opts.Log.Handler(), slog.LevelWarn}) }

// atLeast is a handler for records from a level on.
type atLeast struct {
	slog.Handler
	level slog.Level
}

func (h atLeast) Enabled(ctx context.Context, l slog.Level) bool {
	return l >= h.level && h.Handler.Enabled(ctx, l)
}

func (h atLeast) WithAttrs(attrs []slog.Attr) slog.Handler {
	return atLeast{h.Handler.WithAttrs(attrs), h.level}
}

func (h atLeast) WithGroup(name string) slog.Handler {
	return atLeast{h.Handler.WithGroup(name), h.level}
}

// Connect makes the queue ready to take work; Run does it.
func (q *Queue) Connect(db *sql.DB, doers Doers) error {
	if doers.Casebook == nil || doers.Purger == nil {
		return errors.New("the queue needs a Casebook and a Purger")
	}
	client, err := river.NewClient(q.driver(db), q.config())
	if err != nil {
		return fmt.Errorf("make the queue: %w", err)
	}
	q.db, q.client, q.doers = db, client, doers
	return nil
}

const (
	// forTelling is the queue of its own in which people are told: an alert must
	// not wait behind a thousand diagnoses.
	forTelling = "telling"
	// diagnosing is how many diagnoses are under way at most. Most of them wait
	// for the few looks at AWS that they share.
	diagnosing = 64
	telling    = 4
	// doneKept is how long a job is remembered that is done: it is of use to
	// nobody, and a bad day has a hundred thousand.
	doneKept = time.Hour
	poll     = 500 * time.Millisecond
)

func (q *Queue) config() *river.Config {
	workers := river.NewWorkers()
	river.AddWorker(workers, &diagnoseWorker{queue: q})
	river.AddWorker(workers, &refreshWorker{queue: q})
	river.AddWorker(workers, &tellWorker{queue: q})
	river.AddWorker(workers, &purgeWorker{queue: q})
	interval := q.opts.Tuning.Poll
	if interval == 0 {
		interval = poll
	}
	return &river.Config{
		Logger:                      q.log(),
		Workers:                     workers,
		Queues:                      map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: diagnosing}, forTelling: {MaxWorkers: telling}},
		FetchPollInterval:           interval,
		FetchCooldown:               min(interval, river.FetchCooldownDefault),
		JobTimeout:                  q.jobTimeout(),
		RescueStuckJobsAfter:        q.rescueAfter(),
		CompletedJobRetentionPeriod: doneKept,
		PeriodicJobs:                q.periodic(),
		Middleware:                  []rivertype.Middleware{river.WorkerMiddlewareFunc(q.trace)},
	}
}

// jobTimeout leaves time to wait in the line of those who look at AWS.
func (q *Queue) jobTimeout() time.Duration {
	if q.opts.Tuning.Rescue > 0 {
		return q.opts.Tuning.Rescue
	}
	return 2*q.opts.Diagnosis + 4*time.Minute
}

// rescueAfter is longer than any job takes: one that is done twice at the same
// time would cost twice.
func (q *Queue) rescueAfter() time.Duration {
	if q.opts.Tuning.Rescue > 0 {
		return q.opts.Tuning.Rescue
	}
	return q.jobTimeout() + time.Minute
}

// Insert takes work in a transaction that makes it owed.
func (q *Queue) Insert(ctx context.Context, tx *sql.Tx, work ...casebook.Work) error {
	if q.client == nil {
		return errors.New("the queue is not connected")
	}
	metadata, err := reason(ctx)
	if err != nil {
		return err
	}
	var jobs []river.InsertManyParams
	for _, w := range work {
		args, opts, err := jobOf(w)
		if err != nil {
			return err
		}
		opts.ScheduledAt, opts.Metadata = w.At, metadata
		jobs = append(jobs, river.InsertManyParams{Args: args, InsertOpts: opts})
	}
	if len(jobs) == 0 {
		return nil
	}
	if _, err := q.client.InsertManyTx(ctx, tx, jobs); err != nil {
		return fmt.Errorf("put %d jobs into the queue: %w", len(jobs), err)
	}
	return nil
}

// stopTime is how long jobs may go on when the end has come. What is broken off
// then is done again by whoever comes next.
const stopTime = 5 * time.Second

// Run works until ctx ends.
func (q *Queue) Run(ctx context.Context) error {
	if q.client == nil {
		return errors.New("the queue is not connected")
	}
	if err := q.takeOver(ctx); err != nil {
		return err
	}
	going := context.WithoutCancel(ctx)
	if err := q.client.Start(going); err != nil {
		return fmt.Errorf("start the queue: %w", err)
	}
	<-ctx.Done()
	patient, cancel := context.WithTimeout(going, stopTime)
	defer cancel()
	err := q.client.Stop(patient)
	if errors.Is(err, context.DeadlineExceeded) {
		impatient, cancel := context.WithTimeout(going, stopTime)
		defer cancel()
		err = q.client.StopAndCancel(impatient)
	}
	if err != nil {
		return fmt.Errorf("stop the queue: %w", err)
	}
	return nil
}

// takeOver makes jobs of a process that was killed ready again. In SQLite no
// other process can be at work on them, so that nobody has to wait.
func (q *Queue) takeOver(ctx context.Context) error {
	if q.opts.Dialect != SQLite {
		return nil
	}
	if _, err := q.db.ExecContext(ctx, `UPDATE river_job SET state = 'available' WHERE state = 'running'`); err != nil {
		return fmt.Errorf("take over the work of the process before: %w", err)
	}
	return nil
}
