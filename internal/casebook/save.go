package casebook

import (
	"context"
	"errors"
	"fmt"
	"time"

	"whystopped/internal/collect"
	"whystopped/internal/diagnose"
	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/diagnose/verdict"
	"whystopped/internal/problem"
	"whystopped/internal/words"
)

const (
	// saveTimeout bounds keeping a diagnosis, whose making may have used up all
	// of the time for the diagnosis itself.
	saveTimeout = 5 * time.Second
	// oldNews is how long after a stop nobody has to be told any more.
	oldNews = 2 * time.Hour
	// provenLife is how long a task has to run before its orderly end says that
	// its revision is a good one: a rollback ends the tasks of a bad revision in
	// the same words, and among them those that only just held on.
	provenLife = 30 * time.Minute
)

// keep signs the diagnosis and puts it into the store, with what it is of and
// what is owed because of it.
func (r *run) keep(ctx context.Context, d concluded) (diagnose.Diagnosis, error) {
	d.Diagnosis = r.book.sign(d.Diagnosis)
	if r.request.stored != nil {
		d.Supersedes = r.request.stored.ID
	}
	k := Kept{
		Diagnosis: d.Diagnosis, Facts: d.evidence.Task, Definitions: d.definitions(), Good: d.goodRevisions(),
		Stop: d.stop(r.book.opts.Now(), r.book.opts.Tells), Refresh: refreshOf(d.Diagnosis, r.request.refreshes, r.book.opts.Now()),
	}
	return r.book.save(ctx, k)
}

// save puts a diagnosis into the store, within a time: whoever waits for a
// database that has too much to do should come again, and not make it more.
func (c *Casebook) save(ctx context.Context, k Kept) (diagnose.Diagnosis, error) {
	within, cancel := context.WithTimeout(ctx, saveTimeout)
	defer cancel()
	kept, err := c.opts.Store.Save(within, k)
	switch {
	case err == nil:
		if c.opts.Saved != nil {
			c.opts.Saved(kept, triggerOf(ctx, k))
		}
		return kept, nil
	case errors.Is(err, ErrTooLarge):
		c.opts.Log.WarnContext(ctx, "a diagnosis is returned without being stored", "cause", k.Diagnosis.Verdict.Cause, "brought", k.Brought, "error", err)
		return unkept(k.Diagnosis), nil
	}
	return diagnose.Diagnosis{}, unsaved(ctx, within, fmt.Errorf("keep diagnosis %s: %w", k.Diagnosis.ID, err))
}

// Trigger says who wanted a diagnosis.
type Trigger string

// Who can want a diagnosis.
const (
	ByPeople     Trigger = "people"     // who asked for a task
	ByBackground Trigger = "background" // an event, or a refresh
	ByEvaluate   Trigger = "evaluate"   // who brought the evidence
)

func triggerOf(ctx context.Context, k Kept) Trigger {
	switch {
	case k.Brought:
		return ByEvaluate
	case collect.IsBackground(ctx):
		return ByBackground
	}
	return ByPeople
}

// unsaved is why a diagnosis is not kept, in words where that is the time that
// the database took.
func unsaved(ctx, within context.Context, err error) error {
	if within.Err() != nil && ctx.Err() == nil {
		return problem.New(Busy, err, words.Say("busy.database", nil))
	}
	return err
}

// unkept is a diagnosis as it is answered without being kept.
func unkept(d diagnose.Diagnosis) diagnose.Diagnosis {
	d.ID, d.Kept = "", false
	return d
}

// definitions are the task definitions that were read.
func (d concluded) definitions() []evidence.TaskDefinition {
	var read []evidence.TaskDefinition
	if d.evidence.TaskDefinition != nil {
		read = append(read, *d.evidence.TaskDefinition)
	}
	return append(read, d.evidence.Others...)
}

// goodRevisions are those that ran as they should: beside the task, as its
// service's deployments say, or its own.
func (d concluded) goodRevisions() []string {
	var good []string
	for _, other := range d.evidence.Deployments {
		if other.TaskDefinitionARN != d.Task.TaskDefinitionARN && other.Works() {
			good = append(good, other.TaskDefinitionARN)
		}
	}
	if d.ranWell() {
		good = append(good, d.Task.TaskDefinitionARN)
	}
	return good
}

// ranWell reports whether the task's own life speaks for its revision: it did its
// work and ended, or it ran for long before it was ended in the ordinary course.
func (d concluded) ranWell() bool {
	t := d.Task
	if !stopped(d.Diagnosis) || t.TaskDefinitionARN == "" || t.StartedAt.IsZero() || !diagnose.Orderly(d.Verdict) || d.Verdict.Category == verdict.UserStop {
		return false
	}
	standalone := t.Ref().Service() == ""
	return standalone || endOf(t).Sub(t.StartedAt) >= provenLife
}

// stop is the end that the diagnosis is of; nil if it is of none.
func (d concluded) stop(now time.Time, tells bool) *KeptStop {
	s := &KeptStop{Key: d.Task.ARN, At: endOf(d.Task), Full: d.full}
	switch {
	case d.event != "":
		s.Key = eventKey(d.event)
	case !stopped(d.Diagnosis) || d.Task.ARN == "":
		return nil
	}
	if s.At.IsZero() {
		s.At = now
	}
	if !diagnose.Orderly(d.Verdict) {
		s.Incident = incidentKey(d.Diagnosis)
		s.Tell = tells && now.Sub(s.At) < oldNews
	}
	return s
}

// eventKey is the key of a stop that has no task.
func eventKey(event string) string { return "event:" + event }

// endOf is when the task's work ended, as well as that is known.
func endOf(t diagnose.TaskView) time.Time {
	for _, at := range []time.Time{t.StoppedAt, t.ExecutionStoppedAt, t.StoppingAt} {
		if !at.IsZero() {
			return at
		}
	}
	return time.Time{}
}

// sign returns a finished diagnosis its date and id.
func (c *Casebook) sign(d diagnose.Diagnosis) diagnose.Diagnosis {
	d.CreatedAt = c.opts.Now().UTC()
	d.ID = c.opts.NewID(d.CreatedAt)
	return d
}
