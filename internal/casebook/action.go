package casebook

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"whystopped/internal/collect"
	"whystopped/internal/diagnose"
	"whystopped/internal/diagnose/evidence"
)

// diagnoseAction diagnoses what a service could not do: there is no task to ask
// for, only the service's own words, its events and its roles.
func (c *Casebook) diagnoseAction(ctx context.Context, id string) error {
	e, err := c.opts.Store.Event(ctx, id)
	switch {
	case errors.Is(err, ErrNotKept):
		return nil // it was purged meanwhile
	case err != nil:
		return fmt.Errorf("look up event %s: %w", id, err)
	}
	if err := c.within(e.Ref); err != nil {
		return err
	}
	return c.newRun(request{ref: e.Ref, urgency: inBackground}, newSharedRun(inBackground)).action(collect.Background(ctx), e)
}

// action diagnoses the service, or takes what a recent run showed that the same
// words of an event caused.
func (r *run) action(ctx context.Context, e Event) error {
	own := conclude(evidence.Evidence{Now: r.book.opts.Now(), Ref: e.Ref, ServiceEvents: []evidence.ServiceEvent{*e.Action}})
	own.event = e.ID
	own.Glance = true
	if diagnose.Orderly(own.Verdict) {
		_, err := r.keep(ctx, own)
		return err
	}
	joined := r.book.cohorts.join(strings.Join([]string{e.Ref.ARN(), own.Verdict.Cause, e.Action.Text}, "\n"), e.ID)
	siblings, late := r.siblings(ctx, joined)
	if late || len(siblings) > 0 {
		own.Task = siblingTask(own.Task, siblings)
		_, err := r.keep(ctx, r.withSiblings(own, siblings, late))
		return err
	}
	r.cohort = joined
	return r.service(ctx, e, own)
}

// service reads what AWS says of the service. If it says nothing, the event's own
// words are stored.
func (r *run) service(ctx context.Context, e Event, own concluded) error {
	var made *diagnose.Diagnosis
	defer func() { r.endRun(made) }()
	var found concluded
	err := r.queued(ctx, &r.book.fullRuns, func(ctx context.Context) error {
		r.book.counts.full.Add(1)
		ev, err := r.book.opts.Collector.Collect(ctx, r.ref, nil, func(collect.Progress) {})
		if err != nil {
			return fmt.Errorf("collect evidence of service %s: %w", e.Ref.Service(), err)
		}
		found = conclude(withAction(ev, *e.Action))
		found.Diagnosis = r.prove(ctx, found.Diagnosis)
		return nil
	})
	if err != nil {
		found = own
	}
	found.event, found.full = e.ID, err == nil
	d, failed := r.keep(ctx, found)
	if failed == nil && err == nil {
		made = &d
	}
	return errors.Join(failed, err)
}

// withAction adds the event's words if the service's own events lack them.
// Those of the service are said better: the event has its name and reason alone.
func withAction(ev evidence.Evidence, action evidence.ServiceEvent) evidence.Evidence {
	if !slices.ContainsFunc(ev.ServiceEvents, func(known evidence.ServiceEvent) bool { return known.Text == action.Text }) {
		ev.ServiceEvents = append(slices.Clone(ev.ServiceEvents), action)
	}
	return ev
}

// siblingTask completes what an event says of a service's try by what other runs
// showed of it: the revision that it tries to run.
func siblingTask(t diagnose.TaskView, siblings []diagnose.Diagnosis) diagnose.TaskView {
	for _, s := range siblings {
		if t.TaskDefinitionARN == "" {
			t.TaskDefinitionARN = s.Task.TaskDefinitionARN
		}
	}
	return t
}
