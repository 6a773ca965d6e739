package casebook

import (
	"context"
	"fmt"
	"reflect"
	"sync"

	"whystopped/internal/collect"
	"whystopped/internal/diagnose"
	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/taskref"
)

// Step is one thing that happens on the way to a diagnosis. One field is set.
type Step struct {
	// Source is a place that is being asked, as long as its status is empty,
	// or was asked.
	Source *evidence.Source
	// Verdict is what can be said so far.
	Verdict *diagnose.Verdict
}

// Follow is Diagnose that tells what happens on the way: tell is called from
// Follow's own goroutine, and not at all where a kept diagnosis is given. Those
// who join a diagnosis that is being made hear its steps from the beginning.
func (c *Casebook) Follow(ctx context.Context, asked taskref.Ref, refresh bool, tell func(Step)) (diagnose.Diagnosis, error) {
	ref, err := c.task(ctx, asked)
	if err != nil {
		return diagnose.Diagnosis{}, err
	}
	if err := c.within(ref); err != nil {
		return diagnose.Diagnosis{}, err
	}
	kept, err := c.latest(ctx, ref)
	if err != nil {
		return diagnose.Diagnosis{}, err
	}
	if kept != nil && !refresh && !kept.Glance && reusable(*kept, c.opts.Now()) {
		return *kept, nil
	}
	made, err := c.share(ctx, request{ref: ref, stored: kept, full: refresh || kept != nil && !standsOnSiblings(*kept), urgency: forPeople}, tell)
	if err != nil && kept != nil && fallback(*kept, err, refresh) {
		c.opts.Log.WarnContext(ctx, "diagnosing again failed, returning the stored diagnosis", "id", kept.ID, "error", err)
		return *kept, nil
	}
	return made, err
}

// share joins the run of the task, or starts one. The run goes on after the person
// who started it has left: others may have joined, and who comes back finds the
// diagnosis stored.
func (c *Casebook) share(ctx context.Context, q request, tell func(Step)) (diagnose.Diagnosis, error) {
	going := collect.Background(ctx)
	if q.urgency == forPeople {
		going = context.WithoutCancel(ctx)
	}
	shared, joined := c.sharedRuns.joinOrStart(q.ref.Task(), q.urgency, func(shared *sharedRun) (d diagnose.Diagnosis, err error) {
		ctx, span := beginSpan(going, "diagnose")
		r := c.newRun(q, shared)
		defer func() {
			r.placeSpan(span) // as the reference stands when it is complete
			endSpan(span, d, err)
		}()
		return r.answer(ctx)
	})
	if joined {
		c.counts.joined.Add(1)
	}
	d, err := shared.wait(ctx, tell)
	if err != nil {
		return diagnose.Diagnosis{}, fmt.Errorf("diagnose task %s: %w", q.ref.TaskID, err)
	}
	return d, nil
}

// note passes what a collection says of its progress on to everybody who follows
// it, without the secrets in it.
func (s *sharedRun) note(n collect.Progress) {
	switch {
	case n.Source != nil:
		source := clean(reflect.ValueOf(*n.Source)).Interface().(evidence.Source)
		s.add(step{Step: Step{Source: &source}})
	case n.SoFar != nil:
		ev := *n.SoFar
		s.add(step{verdict: sync.OnceValue(func() *diagnose.Verdict { return new(conclude(ev).Verdict) })})
	}
}
