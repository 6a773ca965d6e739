package casebook

import (
	"context"
	"slices"
	"time"

	"whystopped/internal/diagnose"
	"whystopped/internal/diagnose/evidence"
)

// againAfter is when a diagnosis is looked at again whose siblings' evidence did
// not come in time.
const againAfter = time.Minute

// alongside answers from the task's own facts and from what deep looks at its
// siblings showed. ok is false where the task must be looked into itself: it is
// one of the few of its incident, or a case of its own.
func (in *inquiry) alongside(ctx context.Context) (d diagnose.Diagnosis, ok bool, err error) {
	var own evidence.Evidence
	err = in.queued(ctx, &in.shallowLooks, func(ctx context.Context) (err error) {
		in.counts.shallow.Add(1)
		own, err = in.shallow.CollectShallow(ctx, in.ref, nil, in.flight.note)
		return err
	})
	switch {
	case KindOf(err) == Busy:
		return d, false, err
	case err != nil || own.Task == nil:
		return d, false, nil // a deep look finds out, and says it better
	}
	joined := in.crowds.join(own.Task, in.ref.TaskID)
	if joined == nil {
		return d, false, nil
	}
	var siblings []diagnose.Diagnosis
	late := in.spend(ctx, func(ctx context.Context) (err error) {
		siblings, err = in.crowds.siblings(ctx, joined)
		return err
	})
	if late == nil && len(siblings) == 0 {
		in.crowd = joined // in which a deep look has begun
		return d, false, nil
	}
	d, err = in.keep(ctx, in.lend(conclude(own), joined, siblings, late != nil))
	return d, err == nil, err
}

// lend completes the diagnosis from the task's own facts by its siblings'.
func (in *inquiry) lend(d diagnose.Diagnosis, of *crowd, siblings []diagnose.Diagnosis, late bool) diagnose.Diagnosis {
	siblings = slices.DeleteFunc(siblings, func(s diagnose.Diagnosis) bool { return s.Task.ID == d.Task.ID })
	d = d.Alongside(siblings)
	d.Incident = &diagnose.Incident{ID: of.id}
	for _, s := range siblings {
		d.Incident.Siblings = append(d.Incident.Siblings, s.Task.ID)
	}
	if lent(d) {
		in.counts.lent.Add(1)
	}
	if late {
		again := in.opts.Now().Add(againAfter).UTC()
		d.CompleteAfter = &again
		d.Caveats = append(d.Caveats, "Other tasks that stopped alike were still being looked into: what they show is not part of this answer.")
	}
	return d
}

// lent tells whether a diagnosis stands on the evidence of sibling tasks.
func lent(d diagnose.Diagnosis) bool { return d.Incident != nil && len(d.Incident.Siblings) > 0 }
