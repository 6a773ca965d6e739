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
	// enoughLooks is how many tasks of an crowd are looked into deeply.
	enoughLooks = 3
	// crowdGap ends an crowd of which no task was asked for so long, and
	// crowdLongest every crowd: ECS forgets a stopped task after an hour.
	crowdGap     = 30 * time.Minute
	crowdLongest = time.Hour
	// maxCrowds and maxTasks bound what is remembered, of all crowds
	// together; whichever was quiet for longest is forgotten first.
	maxCrowds = 500
	maxTasks  = 100_000
)

// crowds are the tasks that were asked for of late, those that stopped alike
// together.
type crowds struct {
	now func() time.Time

	mu    sync.Mutex
	open  map[string]*crowd // by likeness
	tasks int               // remembered, of all of them
}

// crowd is tasks that stopped alike within a stretch of time.
type crowd struct {
	began, last time.Time
	tasks       map[string]bool
	looked      []diagnose.Diagnosis // the newest deep looks, at most enoughLooks
	looking     int                  // deep looks that are under way
	changed     signal               // given and replaced when a look ends
}

// joinTask finds the crowd of a stopped task, or opens one, and counts the task.
// It is nil for a task that cannot be compared with others.
func (all *crowds) joinTask(t *evidence.Task, taskID string) *crowd {
	likeness, ok := diagnose.Likeness(t)
	if !ok {
		return nil
	}
	return all.join(likeness, taskID)
}

// join finds the crowd of a stop by what is the same for all of it, or opens
// one, and counts the stop by its id.
func (all *crowds) join(likeness, id string) *crowd {
	all.mu.Lock()
	defer all.mu.Unlock()
	now := all.now()
	in := all.open[likeness]
	if in == nil || in.isOver(now) {
		all.forget(likeness)
		in = &crowd{began: now, tasks: map[string]bool{}, changed: newSignal()}
		if all.open == nil {
			all.open = map[string]*crowd{}
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

func (in *crowd) isOver(now time.Time) bool {
	return now.Sub(in.last) >= crowdGap || now.Sub(in.began) >= crowdLongest
}

func (all *crowds) forget(likeness string) {
	if in := all.open[likeness]; in != nil {
		all.tasks -= len(in.tasks)
		delete(all.open, likeness)
	}
}

// makeRoom forgets crowds that are over, and then the quietest, until the
// bounds hold. The one that is wanted stays, with its newest tasks uncounted if
// need be.
func (all *crowds) makeRoom(now time.Time, wanted *crowd) {
	for len(all.open) > maxCrowds || all.tasks > maxTasks {
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

// beginLook notes that a task of the crowd is looked into deeply.
func (all *crowds) beginLook(in *crowd) {
	all.mu.Lock()
	defer all.mu.Unlock()
	in.looking++
}

// endLook ends what beginLook began; d is nil where nothing came of it.
func (all *crowds) endLook(in *crowd, d *diagnose.Diagnosis) {
	all.mu.Lock()
	defer all.mu.Unlock()
	in.looking--
	if d != nil {
		// A later look at the same task takes the place of the earlier one.
		in.looked = slices.DeleteFunc(in.looked, func(other diagnose.Diagnosis) bool { return d.Task.ID != "" && other.Task.ID == d.Task.ID })
		in.looked = append(in.looked, *d)
		in.looked = in.looked[max(0, len(in.looked)-enoughLooks):]
	}
	close(in.changed)
	in.changed = newSignal()
}

// siblings waits for enough deep looks at tasks of the crowd. Where too few
// are under way it gives none, and has begun one for whoever asked. The error
// tells that time ran out; what was looked at until then comes with it.
func (all *crowds) siblings(ctx context.Context, in *crowd) ([]diagnose.Diagnosis, error) {
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
func (all *crowds) progress(in *crowd) (looked []diagnose.Diagnosis, begun bool, changed signal) {
	all.mu.Lock()
	defer all.mu.Unlock()
	if len(in.looked)+in.looking < enoughLooks {
		in.looking++
		return nil, true, nil
	}
	return slices.Clone(in.looked), false, in.changed
}

// lengths tells how many crowds and tasks are remembered.
func (all *crowds) lengths() (open, tasks int) {
	all.mu.Lock()
	defer all.mu.Unlock()
	return len(all.open), all.tasks
}
