package casebook

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"whystopped/internal/diagnose"
	"whystopped/internal/diagnose/evidence"
)

// Accept takes what ECS told by EventBridge. When it returns without an error
// the events are kept, and a diagnosis of every end among them is owed. Events
// may come twice, and in any order.
func (c *Casebook) Accept(ctx context.Context, events []Event) error {
	var clean []Event
	for _, e := range events {
		if !saidOtherwise(e) {
			clean = append(clean, withoutSecretsOf(e))
		}
	}
	if err := c.opts.Store.Accept(ctx, clean); err != nil {
		return fmt.Errorf("keep %d events: %w", len(clean), err)
	}
	return nil
}

// saidOtherwise tells events of a service whose tasks tell the same themselves,
// and with their reasons.
func saidOtherwise(e Event) bool {
	return e.Action != nil && strings.HasPrefix(e.Action.Text, "SERVICE_TASK_START_IMPAIRED")
}

func withoutSecretsOf(e Event) Event {
	e.Task = clean(reflect.ValueOf(e.Task)).Interface().(*evidence.Task)
	e.Action = clean(reflect.ValueOf(e.Action)).Interface().(*evidence.ServiceEvent)
	return e
}

// Do does work that is owed. Where it fails for a reason that may pass, the
// error says so and the work is still owed. WorkTell is not for a Casebook.
func (c *Casebook) Do(ctx context.Context, w Work) error {
	var err error
	switch {
	case w.Kind == WorkRefresh && w.Refresh != nil:
		err = c.refresh(ctx, *w.Refresh)
	case w.Kind == WorkDiagnose && w.Event != "":
		err = c.diagnoseAction(ctx, w.Event)
	case w.Kind == WorkDiagnose:
		err = c.diagnoseEnd(ctx, w)
	default:
		return fmt.Errorf("work of the kind %q cannot be done here", w.Kind)
	}
	if mayPass(err) {
		return err
	}
	if err != nil {
		c.opts.Log.WarnContext(ctx, "a stop stays as little known as it is", "task", w.Task.TaskID, "event", w.Event, "error", err)
	}
	return nil
}

// mayPass reports whether it is of use to try again: not where the same answer
// would come.
func mayPass(err error) bool {
	switch KindOf(err) {
	case NotAReference, UnknownTask, NotAllowed, InvalidEvidence:
		return false
	}
	return err != nil
}

// diagnoseEnd diagnoses a task that ECS told the end of.
func (c *Casebook) diagnoseEnd(ctx context.Context, w Work) error {
	if err := c.within(w.Task); err != nil {
		return err // the lists were narrowed since ECS told of it
	}
	facts, err := c.opts.Store.Facts(ctx, w.Task)
	switch {
	case errors.Is(err, ErrNotKept):
		return nil // it was purged meanwhile
	case err != nil:
		return fmt.Errorf("look up the facts of task %s: %w", w.Task.TaskID, err)
	}
	kept, err := c.latest(ctx, w.Task)
	if err != nil {
		return err
	}
	if kept != nil && saysAll(*kept, facts) {
		return nil
	}
	_, err = c.share(ctx, request{ref: w.Task, stored: kept, urgency: inBackground}, nil)
	return err
}

// saysAll reports whether a kept diagnosis was made from the end as it is known
// now: ECS may tell the same end several times, each time with more.
func saysAll(kept diagnose.Diagnosis, now evidence.Task) bool {
	if !stopped(kept) || kept.Glance && !diagnose.Orderly(kept.Verdict) || kept.Task.StopCode != now.StopCode || kept.Task.StoppedReason != now.StoppedReason {
		return false
	}
	for _, c := range now.Containers {
		i := slices.IndexFunc(kept.Task.Containers, func(v diagnose.ContainerView) bool { return v.Name == c.Name })
		if i < 0 || kept.Task.Containers[i].Reason != c.Reason || !reflect.DeepEqual(kept.Task.Containers[i].ExitCode, c.ExitCode) {
			return false
		}
	}
	return true
}
