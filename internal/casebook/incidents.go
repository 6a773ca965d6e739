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
	// enoughLooks is how many tasks of an incident are looked into deeply.
	enoughLooks = 3
	// incidentGap ends an incident of which no task was asked for so long, and
	// incidentLongest every incident: ECS forgets a stopped task after an hour.
	incidentGap     = 30 * time.Minute
	incidentLongest = time.Hour
	// maxIncidents and maxTasks bound what is remembered, of all incidents
	// together; whichever was quiet for longest is forgotten first.
	maxIncidents = 500
	maxTasks     = 100_000
)

// incidents are the tasks that were asked for of late, those that stopped alike
// together.
type incidents struct {
	now func() time.Time

	mu     sync.Mutex
	open   map[string]*incident // by likeness
	tasks  int                  // remembered, of all of them
	opened uint64               // since the start
}

// incident is tasks that stopped alike within a stretch of time.
type incident struct {
	id          string
	began, last time.Time
	tasks       map[string]bool
	looked      []diagnose.Diagnosis // the newest deep looks, at most enoughLooks
	looking     int                  // deep looks that are under way
	changed     signal               // given and replaced when a look ends
}

// join finds the incident of a stopped task, or opens one, and counts the task.
// It is nil for a task that cannot be compared with others.
func (all *incidents) join(t *evidence.Task, taskID string) *incident {
	likeness, ok := diagnose.Likeness(t)
	if !ok {
		return nil
	}
	all.mu.Lock()
	defer all.mu.Unlock()
	now := all.now()
	in := all.open[likeness]
	if in == nil || in.isOver(now) {
		all.forget(likeness)
		in = &incident{id: NewID(now), began: now, tasks: map[string]bool{}, changed: newSignal()}
		if all.open == nil {
			all.open = map[string]*incident{}
		}
		all.open[likeness] = in
		all.opened++
	}
	in.last = now
	if !in.tasks[taskID] {
		in.tasks[taskID] = true
		all.tasks++
	}
	all.makeRoom(now, in)
	return in
}

func (in *incident) isOver(now time.Time) bool {
	return now.Sub(in.last) >= incidentGap || now.Sub(in.began) >= incidentLongest
}

func (all *incidents) forget(likeness string) {
	if in := all.open[likeness]; in != nil {
		all.tasks -= len(in.tasks)
		delete(all.open, likeness)
	}
}

// makeRoom forgets incidents that are over, and then the quietest, until the
// bounds hold. The one that is wanted stays, with its newest tasks uncounted if
// need be.
func (all *incidents) makeRoom(now time.Time, wanted *incident) {
	for len(all.open) > maxIncidents || all.tasks > maxTasks {
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

// beginLook notes that a task of the incident is looked into deeply.
func (all *incidents) beginLook(in *incident) {
	all.mu.Lock()
	defer all.mu.Unlock()
	in.looking++
}

// endLook ends what beginLook began; d is nil where nothing came of it.
func (all *incidents) endLook(in *incident, d *diagnose.Diagnosis) {
	all.mu.Lock()
	defer all.mu.Unlock()
	in.looking--
	if d != nil {
		// A later look at the same task takes the place of the earlier one.
		in.looked = slices.DeleteFunc(in.looked, func(other diagnose.Diagnosis) bool { return other.Task.ID == d.Task.ID })
		in.looked = append(in.looked, *d)
		in.looked = in.looked[max(0, len(in.looked)-enoughLooks):]
	}
	close(in.changed)
	in.changed = newSignal()
}

// siblings waits for enough deep looks at tasks of the incident. Where too few
// are under way it gives none, and has begun one for whoever asked. The error
// tells that time ran out; what was looked at until then comes with it.
func (all *incidents) siblings(ctx context.Context, in *incident) ([]diagnose.Diagnosis, error) {
	for {
		looked, begun, changed := all.progress(in)
		if begun || len(looked) == enoughLooks {
			return looked, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return looked, fmt.Errorf("wait for the looks at sibling tasks: %w", ctx.Err())
		}
	}
}

// progress gives the deep looks that are done, or begins one that is missing.
func (all *incidents) progress(in *incident) (looked []diagnose.Diagnosis, begun bool, changed signal) {
	all.mu.Lock()
	defer all.mu.Unlock()
	if len(in.looked)+in.looking < enoughLooks {
		in.looking++
		return nil, true, nil
	}
	return slices.Clone(in.looked), false, in.changed
}

// lengths tells how many incidents and tasks are remembered, and how many
// incidents there were since the start.
func (all *incidents) lengths() (open, tasks int, opened uint64) {
	all.mu.Lock()
	defer all.mu.Unlock()
	return len(all.open), all.tasks, all.opened
}
