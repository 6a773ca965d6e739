package casebook

import (
	"context"
	"slices"
	"time"

	"whystopped/internal/diagnose"
)

// againAfter is when a diagnosis is looked at again whose siblings' evidence did
// not come in time.
const againAfter = time.Minute

// alongside answers from the task's own facts and from what deep looks at its
// siblings showed. ok is false where the task must be looked into itself: it is
// one of the few of its crowd, or a case of its own.
func (in *inquiry) alongside(ctx context.Context) (d diagnose.Diagnosis, ok bool, err error) {
	own, err := in.glance(ctx)
	switch {
	case KindOf(err) == Busy:
		return d, false, err
	case err != nil || own.evidence.Task == nil:
		return d, false, nil // a deep look finds out, and says it better
	case in.urgency == inBackground && own.Verdict.Orderly():
		// Nothing failed: whoever wants to know more may ask.
		d, err = in.keep(ctx, own)
		return d, err == nil, err
	}
	joined := in.crowds.joinTask(own.evidence.Task, in.ref.TaskID)
	if joined == nil {
		return d, false, nil
	}
	siblings, late := in.siblings(ctx, joined)
	if !late && len(siblings) == 0 {
		in.crowd = joined // in which a deep look has begun
		return d, false, nil
	}
	d, err = in.keep(ctx, in.lend(own, siblings, late))
	return d, err == nil, err
}

// glance looks at the task's own facts.
func (in *inquiry) glance(ctx context.Context) (own concluded, err error) {
	err = in.queued(ctx, &in.shallowLooks, func(ctx context.Context) error {
		in.counts.shallow.Add(1)
		ev, err := in.opts.Collector.CollectFacts(ctx, in.ref, in.known, in.flight.note)
		if err != nil {
			return err
		}
		own = conclude(ev)
		own.Glance = true
		return nil
	})
	return own, err
}

// siblings waits for deep looks at stops of the crowd. Where there are too few
// it gives none, and has begun one for whoever asked. late tells that time ran
// out.
func (in *inquiry) siblings(ctx context.Context, joined *crowd) (siblings []diagnose.Diagnosis, late bool) {
	err := in.spend(ctx, func(ctx context.Context) (err error) {
		siblings, err = in.crowds.siblings(ctx, joined)
		return err
	})
	return siblings, err != nil
}

// lend completes the diagnosis from the stop's own facts by its siblings'.
func (in *inquiry) lend(own concluded, siblings []diagnose.Diagnosis, late bool) concluded {
	siblings = slices.DeleteFunc(siblings, func(s diagnose.Diagnosis) bool { return s.Task.ID != "" && s.Task.ID == own.Task.ID })
	own.Diagnosis = own.Alongside(siblings)
	own.Glance = len(siblings) == 0
	own.Incident = &diagnose.Incident{}
	for _, s := range siblings {
		if s.Task.ID != "" {
			own.Incident.Siblings = append(own.Incident.Siblings, s.Task.ID)
		}
	}
	if lent(own.Diagnosis) {
		in.counts.lent.Add(1)
	}
	if late {
		again := in.opts.Now().Add(againAfter).UTC()
		own.CompleteAfter = &again
		own.Caveats = append(own.Caveats, "Other tasks that stopped alike were still being looked into: what they show is not part of this answer.")
	}
	return own
}

// lent tells whether a diagnosis stands on the evidence of sibling tasks.
func lent(d diagnose.Diagnosis) bool { return d.Incident != nil && len(d.Incident.Siblings) > 0 }
