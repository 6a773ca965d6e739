package report

import (
	"cmp"
	"slices"
	"time"

	"whystopped/internal/diagnose/verdict"
)

// Life is what is known of when things happened to a task.
type Life struct {
	// Stages follow each other; each begins where the last ended.
	Stages []Stage
	// Work says who was at work when, also beside each other.
	Work []Work
	// NeverRan is set where the task stopped before its code began.
	NeverRan bool
}

// Stage is a stretch of a task's life.
type Stage struct {
	Name     verdict.Stage
	From, To time.Time
}

// Work is a stretch in which somebody acted.
type Work struct {
	Actor    verdict.Actor
	From, To time.Time
}

// Life returns the task's life; ok is false where the times that bound it are
// missing.
func (d Diagnosis) Life() (l Life, ok bool) {
	t := d.Task
	end := t.StoppedAt
	if end.IsZero() && t.Ongoing() {
		end = d.CreatedAt
	}
	if t.CreatedAt.IsZero() || !end.After(t.CreatedAt) {
		return Life{}, false
	}
	l.addStages(t, end)
	l.addWork(t, end)
	l.NeverRan = t.StartedAt.IsZero()
	return l, true
}

// Ongoing reports whether the task has not stopped yet.
func (t TaskView) Ongoing() bool {
	switch t.LastStatus {
	case "", "STOPPED", "DELETED":
		return false
	}
	return t.StoppedAt.IsZero()
}

// addStages cuts the life at the times of ECS. A time that lies before the one
// that it should follow is corrected.
func (l *Life) addStages(t TaskView, end time.Time) {
	stopping := t.leavingAt(end)
	at := t.CreatedAt
	add := func(name verdict.Stage, to time.Time) {
		if to.After(end) {
			to = end
		}
		if to.After(at) {
			l.Stages = append(l.Stages, Stage{Name: name, From: at, To: to})
			at = to
		}
	}
	ready := cmp.Or(t.StartedAt, stopping)
	if t.PullStartedAt.IsZero() {
		add(verdict.StageStartup, ready)
	} else {
		add(verdict.StagePreparing, t.PullStartedAt)
		add(verdict.StagePulling, cmp.Or(t.PullStoppedAt, ready))
		add(verdict.StageStarting, ready)
	}
	if !t.StartedAt.IsZero() {
		add(verdict.StageRunning, stopping)
	}
	add(verdict.StageStopping, end)
}

// leavingAt is when the task began to stop.
func (t TaskView) leavingAt(end time.Time) time.Time {
	if t.StoppedAt.IsZero() && t.StoppingAt.IsZero() {
		return end
	}
	return cmp.Or(t.StoppingAt, t.ExecutionStoppedAt, end)
}

// addWork says who acts when: ECS starts and stops the task, the host pulls its
// images, and the code runs.
func (l *Life) addWork(t TaskView, end time.Time) {
	stopping := t.leavingAt(end)
	add := func(who verdict.Actor, from, to time.Time) {
		if !from.IsZero() && to.After(from) {
			l.Work = append(l.Work, Work{Actor: who, From: from, To: to})
		}
	}
	add(verdict.ActorECS, t.CreatedAt, cmp.Or(t.StartedAt, stopping))
	add(verdict.ActorECS, stopping, t.StoppedAt)
	if !t.StartedAt.IsZero() {
		add(verdict.ActorCode, t.StartedAt, cmp.Or(t.ExecutionStoppedAt, stopping))
	}
	add(verdict.ActorHost, t.PullStartedAt, cmp.Or(t.PullStoppedAt, t.StartedAt, stopping))
}

// Actor is who acted when the deciding thing happened.
func (d Diagnosis) Actor() verdict.Actor {
	v := d.Verdict
	switch v.Category {
	case verdict.OOM, verdict.Spot, verdict.Capacity, verdict.ResourceLimit:
		return verdict.ActorHost
	case verdict.UserStop, verdict.Deployment, verdict.HealthCheck:
		return verdict.ActorECS
	}
	kind := v.Identity.Kind
	switch {
	case kind == verdict.NoIdentity && v.Phase == verdict.PhaseRuntime:
		return verdict.ActorCode
	case kind == verdict.NoIdentity:
		return verdict.ActorECS
	}
	return verdict.ActorOf(kind, v.Phase, !d.Task.StartedAt.IsZero())
}

// Decides reports whether an entry of the timeline is what the verdict was made
// from.
func (d Diagnosis) Decides(e TimelineEntry) bool {
	if e.Cause != "" && e.Cause == d.Verdict.Cause {
		return true
	}
	return e.Denied && slices.ContainsFunc(d.Findings, func(f Finding) bool {
		return f.Primary && (e.Identity == "" || e.Identity == f.Identity.Kind) &&
			slices.ContainsFunc(f.Denied, func(c DeniedCall) bool { return c.Action != "" && c.Action == e.Action })
	})
}

// Decision is what the verdict was made from as an entry of the timeline, for
// where none of its own is: most often the reason that ECS gave when it stopped
// the task. Ok is false for a task that has not stopped.
func (d Diagnosis) Decision() (e TimelineEntry, ok bool) {
	if d.Task.Ongoing() {
		return TimelineEntry{}, false
	}
	e = TimelineEntry{
		At: d.Task.leavingAt(d.Task.StoppedAt), Kind: "task", Label: d.Verdict.Title, Actor: d.Actor(),
		Identity: d.Verdict.Identity.Kind, Cause: d.Verdict.Cause,
	}
	if actions := d.LackingActions(); len(actions) > 0 {
		e.Action, e.Denied = actions[0], true
	}
	return e, true
}
