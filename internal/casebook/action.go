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
	in := &inquiry{Casebook: c, question: question{ref: e.Ref, urgency: inBackground}, flight: newFlight(inBackground), left: c.opts.Timeout}
	return in.action(collect.Background(ctx), e)
}

// action looks into the service, or takes what a look at it showed that was
// made lately because of the same words.
func (in *inquiry) action(ctx context.Context, e Event) error {
	own := conclude(evidence.Evidence{Now: in.opts.Now(), Ref: e.Ref, ServiceEvents: []evidence.ServiceEvent{*e.Action}})
	own.event = e.ID
	own.Glance = true
	if own.Verdict.Orderly() {
		_, err := in.keep(ctx, own)
		return err
	}
	joined := in.crowds.join(strings.Join([]string{e.Ref.ARN(), own.Verdict.Cause, e.Action.Text}, "\n"), e.ID)
	siblings, late := in.siblings(ctx, joined)
	if late || len(siblings) > 0 {
		own.Task = siblingTask(own.Task, siblings)
		_, err := in.keep(ctx, in.lend(own, siblings, late))
		return err
	}
	in.crowd = joined
	return in.lookAtService(ctx, e, own)
}

// lookAtService reads what AWS says of the service. Where it says nothing, the
// event's own words are kept.
func (in *inquiry) lookAtService(ctx context.Context, e Event, own concluded) error {
	var made *diagnose.Diagnosis
	defer func() { in.endLook(made) }()
	var found concluded
	err := in.queued(ctx, &in.deepLooks, func(ctx context.Context) error {
		in.counts.deep.Add(1)
		ev, err := in.opts.Collector.Collect(ctx, in.ref, nil, func(collect.Progress) {})
		if err != nil {
			return fmt.Errorf("collect evidence of service %s: %w", e.Ref.Service(), err)
		}
		found = conclude(withAction(ev, *e.Action))
		found.Diagnosis = in.prove(ctx, found.Diagnosis)
		return nil
	})
	if err != nil {
		found = own
	}
	found.event, found.deep = e.ID, err == nil
	d, failed := in.keep(ctx, found)
	if failed == nil && err == nil {
		made = &d
	}
	return errors.Join(failed, err)
}

// withAction adds the event's words where the service's own events lack them.
// Those of the service are said better: the event has its name and reason alone.
func withAction(ev evidence.Evidence, action evidence.ServiceEvent) evidence.Evidence {
	if !slices.ContainsFunc(ev.ServiceEvents, func(known evidence.ServiceEvent) bool { return known.Text == action.Text }) {
		ev.ServiceEvents = append(slices.Clone(ev.ServiceEvents), action)
	}
	return ev
}

// siblingTask completes what an event says of a service's try by what a look at
// the service showed of it: the revision that it tries to run.
func siblingTask(t diagnose.TaskView, siblings []diagnose.Diagnosis) diagnose.TaskView {
	for _, s := range siblings {
		if t.TaskDefinitionARN == "" {
			t.TaskDefinitionARN = s.Task.TaskDefinitionARN
		}
	}
	return t
}
