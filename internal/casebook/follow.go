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
	made, err := c.share(ctx, question{ref: ref, kept: kept, thorough: refresh || kept != nil && !lent(*kept), urgency: forPeople}, tell)
	if err != nil && kept != nil && fallback(*kept, err, refresh) {
		c.opts.Log.WarnContext(ctx, "a new diagnosis cannot be had, giving the kept one", "id", kept.ID, "error", err)
		return *kept, nil
	}
	return made, err
}

// share joins the flight of the task, or begins one. It goes on when a person
// who began it has left: others may have joined, and whoever comes back finds
// the answer kept.
func (c *Casebook) share(ctx context.Context, q question, tell func(Step)) (diagnose.Diagnosis, error) {
	going := collect.Background(ctx)
	if q.urgency == forPeople {
		going = context.WithoutCancel(ctx)
	}
	f, joined := c.flights.join(q.ref.Task(), q.urgency, func(f *flight) (d diagnose.Diagnosis, err error) {
		ctx, span := beginSpan(going, "diagnose")
		in := &inquiry{Casebook: c, question: q, flight: f, left: c.opts.Timeout}
		defer func() {
			in.placeSpan(span) // as the reference stands when it is complete
			endSpan(span, d, err)
		}()
		return in.answer(ctx)
	})
	if joined {
		c.counts.joined.Add(1)
	}
	d, err := f.wait(ctx, tell)
	if err != nil {
		return diagnose.Diagnosis{}, fmt.Errorf("diagnose task %s: %w", q.ref.TaskID, err)
	}
	return d, nil
}

// note hands news of a collection on to everybody who follows it, without the
// secrets that they may hold.
func (f *flight) note(n collect.Progress) {
	switch {
	case n.Source != nil:
		s := clean(reflect.ValueOf(*n.Source)).Interface().(evidence.Source)
		f.add(step{Step: Step{Source: &s}})
	case n.SoFar != nil:
		ev := *n.SoFar
		f.add(step{verdict: sync.OnceValue(func() *diagnose.Verdict { return new(conclude(ev).Verdict) })})
	}
}
