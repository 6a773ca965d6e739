package casebook

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"whystopped/internal/diagnose"
	"whystopped/internal/taskref"
)

const (
	// maxPlanned bounds the refreshes that wait for their time, and
	// refreshesAtOnce those that run.
	maxPlanned      = 5000
	refreshesAtOnce = 4
	// maxRefreshes is how often a diagnosis that stays incomplete is made anew
	// by itself, refreshAgain how long it is left alone in between.
	maxRefreshes = 3
	refreshAgain = 5 * time.Minute
	// afterSiblings lets the siblings be refreshed whose evidence is lent.
	afterSiblings = time.Minute
)

// upkeep plans the refreshes of kept diagnoses for when CloudTrail has settled.
type upkeep struct {
	mu      sync.Mutex
	planned []refresh // by time, the next one first
	changed signal    // given and replaced when something was planned
}

// refresh is a diagnosis to be made anew, and when.
type refresh struct {
	at   time.Time
	id   string
	task taskref.Ref
	// before is how often it was refreshed already.
	before int
}

func (u *upkeep) plan(d diagnose.Diagnosis, before int, now time.Time) {
	if d.CompleteAfter == nil || before >= maxRefreshes || d.Task.ID == "" {
		return
	}
	r := refresh{at: *d.CompleteAfter, id: d.ID, task: refOf(d.Task), before: before}
	if before > 0 || r.at.Before(now) {
		r.at = later(r.at, now.Add(refreshAgain))
	}
	if lent(d) {
		r.at = r.at.Add(afterSiblings)
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	i, _ := slices.BinarySearchFunc(u.planned, r, func(a, b refresh) int { return a.at.Compare(b.at) })
	u.planned = slices.Insert(u.planned, i, r)
	u.planned = u.planned[:min(len(u.planned), maxPlanned)] // the last can wait for whoever asks
	if u.changed != nil {
		close(u.changed)
	}
	u.changed = newSignal()
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func refOf(t diagnose.TaskView) taskref.Ref {
	return taskref.Ref{Kind: taskref.KindTask, Partition: t.Partition, Region: t.Region, Account: t.Account, Cluster: t.Cluster, TaskID: t.ID}
}

// next takes the refresh whose time has come. Where there is none, ok is false
// and wait says how long there will be none unless changed is given.
func (u *upkeep) next(now time.Time) (r refresh, ok bool, wait time.Duration, changed signal) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.changed == nil {
		u.changed = newSignal()
	}
	if len(u.planned) == 0 {
		return refresh{}, false, time.Hour, u.changed
	}
	if wait := u.planned[0].at.Sub(now); wait > 0 {
		return refresh{}, false, wait, u.changed
	}
	r, u.planned = u.planned[0], u.planned[1:]
	return r, true, 0, nil
}

func (u *upkeep) length() int {
	u.mu.Lock()
	defer u.mu.Unlock()
	return len(u.planned)
}

// Run makes diagnoses anew in the background when CloudTrail has settled. It
// returns when ctx ends and no refresh is under way any more.
func (c *Casebook) Run(ctx context.Context) {
	var running sync.WaitGroup
	defer running.Wait()
	slots := make(chan struct{}, refreshesAtOnce)
	for {
		r, due, wait, changed := c.upkeep.next(c.opts.Now())
		if due {
			select {
			case slots <- struct{}{}:
			case <-ctx.Done():
				return
			}
			running.Go(func() {
				defer func() { <-slots }()
				c.refresh(ctx, r)
			})
			continue
		}
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-changed:
		case <-ctx.Done():
		}
		timer.Stop()
		if ctx.Err() != nil {
			return
		}
	}
}

// refresh makes a diagnosis anew, unless it is not kept any more or somebody
// has done so already.
func (c *Casebook) refresh(ctx context.Context, r refresh) {
	newest, err := c.opts.Store.Latest(ctx, r.task)
	switch {
	case errors.Is(err, ErrNotKept), err == nil && newest.ID != r.id:
		return
	case err == nil:
		_, err = c.share(ctx, question{ref: r.task, kept: &newest, thorough: !lent(newest), urgency: inBackground, refreshes: r.before + 1}, nil)
	}
	if err != nil {
		c.opts.Log.WarnContext(ctx, "a diagnosis could not be refreshed", "id", r.id, "error", err)
		return
	}
	c.counts.refreshed.Add(1)
}
