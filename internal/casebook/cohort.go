package casebook

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"whystopped/internal/diagnose"
	"whystopped/internal/diagnose/evidence"
)

const (
	// enoughRuns is how many tasks of a cohort get a full run.
	enoughRuns = 3
	// cohortGap ends a cohort of which no task was asked for so long, and
	// cohortLongest every cohort: ECS forgets a stopped task after an hour.
	cohortGap     = 30 * time.Minute
	cohortLongest = time.Hour
	// maxCohorts and maxCohortTasks bound what is remembered of all cohorts
	// together; the one that was quiet for longest is forgotten first.
	maxCohorts     = 500
	maxCohortTasks = 100_000
)

// cohorts are the tasks that were asked for recently, by what they have in common:
// tasks that stopped for the same reason get a few full runs between them.
type cohorts struct {
	now func() time.Time

	mu    sync.Mutex
	open  map[string]*cohort // by likeness
	tasks int                // remembered, of all of them
}

// cohort is tasks that stopped for the same reason within a stretch of time.
type cohort struct {
	began, last time.Time
	tasks       map[string]bool
	done        []diagnose.Diagnosis // of the newest full runs, at most enoughRuns
	underway    int                  // full runs
	changed     signal               // closed and replaced when a run ends
}

// joinTask returns the cohort of a stopped task, or opens one, and counts the task.
// It is nil for a task that can't be compared with others.
func (all *cohorts) joinTask(t *evidence.Task, taskID string) *cohort {
	likeness, ok := diagnose.Likeness(t)
	if !ok {
		return nil
	}
	return all.join(likeness, taskID)
}

// join returns the cohort of a stop by what is the same for all of it, or opens
// one, and counts the stop by its ID.
func (all *cohorts) join(likeness, id string) *cohort {
	all.mu.Lock()
	defer all.mu.Unlock()
	now := all.now()
	in := all.open[likeness]
	if in == nil || in.isOver(now) {
		all.forget(likeness)
		in = &cohort{began: now, tasks: map[string]bool{}, changed: newSignal()}
		if all.open == nil {
			all.open = map[string]*cohort{}
		}
		all.open[likeness] = in
	}
	in.last = now
	if !in.tasks[id] {
		in.tasks[id] = true
		all.tasks++
	}
	all.makeRoom(now, in)
	return in
}

func (in *cohort) isOver(now time.Time) bool {
	return now.Sub(in.last) >= cohortGap || now.Sub(in.began) >= cohortLongest
}

func (all *cohorts) forget(likeness string) {
	if in := all.open[likeness]; in != nil {
		all.tasks -= len(in.tasks)
		delete(all.open, likeness)
	}
}

// makeRoom forgets cohorts that are over, and then the quietest, until the bounds
// hold. The wanted one stays, with its newest tasks uncounted if need be.
func (all *cohorts) makeRoom(now time.Time, wanted *cohort) {
	for len(all.open) > maxCohorts || all.tasks > maxCohortTasks {
		likenesses := slices.SortedFunc(maps.Keys(all.open), func(a, b string) int { return all.open[a].last.Compare(all.open[b].last) })
		quietest := slices.IndexFunc(likenesses, func(l string) bool { return all.open[l] != wanted })
		if quietest < 0 {
			all.tasks -= len(wanted.tasks)
			wanted.tasks = map[string]bool{}
			return
		}
		all.forget(likenesses[quietest])
	}
}

// beginRun counts a full run of a task of the cohort.
func (all *cohorts) beginRun(in *cohort) {
	all.mu.Lock()
	defer all.mu.Unlock()
	in.underway++
}

// endRun ends what beginRun began; d is nil if nothing came of it.
func (all *cohorts) endRun(in *cohort, d *diagnose.Diagnosis) {
	all.mu.Lock()
	defer all.mu.Unlock()
	in.underway--
	if d != nil {
		// A later run of the same task takes the place of the earlier one.
		in.done = slices.DeleteFunc(in.done, func(other diagnose.Diagnosis) bool { return d.Task.ID != "" && other.Task.ID == d.Task.ID })
		in.done = append(in.done, *d)
		in.done = in.done[max(0, len(in.done)-enoughRuns):]
	}
	close(in.changed)
	in.changed = newSignal()
}

// siblings waits for enough full runs of the cohort. If too few are under way it
// returns none, and has begun one for the caller. The error says that time ran
// out; the runs that were done by then come with it.
func (all *cohorts) siblings(ctx context.Context, in *cohort) ([]diagnose.Diagnosis, error) {
	for {
		done, begun, changed := all.progress(in)
		if begun || len(done) == enoughRuns {
			return done, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return done, fmt.Errorf("wait for the runs of sibling tasks: %w", ctx.Err())
		}
	}
}

// progress returns the full runs that are done, or begins one that is missing.
func (all *cohorts) progress(in *cohort) (done []diagnose.Diagnosis, begun bool, changed signal) {
	all.mu.Lock()
	defer all.mu.Unlock()
	if len(in.done)+in.underway < enoughRuns {
		in.underway++
		return nil, true, nil
	}
	return slices.Clone(in.done), false, in.changed
}

// lengths returns how many cohorts and tasks are remembered.
func (all *cohorts) lengths() (open, tasks int) {
	all.mu.Lock()
	defer all.mu.Unlock()
	return len(all.open), all.tasks
}
