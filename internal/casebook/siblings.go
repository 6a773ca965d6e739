package casebook

import (
	"context"
	"slices"
	"time"

	"whystopped/internal/diagnose"
	"whystopped/internal/words"
)

// againAfter is when a diagnosis is refreshed whose siblings' evidence didn't come
// in time.
const againAfter = time.Minute

// fromSiblings answers from the task's own facts and from what the full runs of its
// siblings showed. ok is false if the task needs a full run itself: it is one of
// the first of its cohort, or a case of its own.
func (r *run) fromSiblings(ctx context.Context) (d diagnose.Diagnosis, ok bool, err error) {
	own, err := r.ownFacts(ctx)
	switch {
	case KindOf(err) == Busy:
		return d, false, err
	case err != nil || own.evidence.Task == nil:
		return d, false, nil // a full run finds out, and says it better
	case r.request.urgency == inBackground && diagnose.Orderly(own.Verdict):
		// Nothing failed, and who wants to know more can ask.
		d, err = r.keep(ctx, own)
		return d, err == nil, err
	}
	joined := r.book.cohorts.joinTask(own.evidence.Task, r.ref.TaskID)
	if joined == nil {
		return d, false, nil
	}
	siblings, late := r.siblings(ctx, joined)
	if !late && len(siblings) == 0 {
		r.cohort = joined // in which a full run has begun
		return d, false, nil
	}
	d, err = r.keep(ctx, r.withSiblings(own, siblings, late))
	return d, err == nil, err
}

// ownFacts diagnoses the task by its own facts alone.
func (r *run) ownFacts(ctx context.Context) (own concluded, err error) {
	err = r.queued(ctx, &r.book.factsRuns, func(ctx context.Context) error {
		r.book.counts.factsOnly.Add(1)
		ev, err := r.book.opts.Collector.CollectFacts(ctx, r.ref, r.facts, r.shared.note)
		if err != nil {
			return err
		}
		own = conclude(ev)
		own.Glance = true
		return nil
	})
	return own, err
}

// siblings waits for full runs of the cohort. If there are too few it returns none,
// and has begun one for the caller. late is true if time ran out.
func (r *run) siblings(ctx context.Context, joined *cohort) (siblings []diagnose.Diagnosis, late bool) {
	err := r.spend(ctx, func(ctx context.Context) (err error) {
		siblings, err = r.book.cohorts.siblings(ctx, joined)
		return err
	})
	return siblings, err != nil
}

// withSiblings completes the diagnosis of the stop's own facts by its siblings'.
func (r *run) withSiblings(own concluded, siblings []diagnose.Diagnosis, late bool) concluded {
	siblings = slices.DeleteFunc(siblings, func(s diagnose.Diagnosis) bool { return s.Task.ID != "" && s.Task.ID == own.Task.ID })
	own.Diagnosis = diagnose.Alongside(own.Diagnosis, siblings)
	own.Glance = len(siblings) == 0
	own.Incident = &diagnose.Incident{}
	for _, s := range siblings {
		if s.Task.ID != "" {
			own.Incident.Siblings = append(own.Incident.Siblings, s.Task.ID)
		}
	}
	if standsOnSiblings(own.Diagnosis) {
		r.book.counts.fromSiblings.Add(1)
	}
	if late {
		again := r.book.opts.Now().Add(againAfter).UTC()
		own.CompleteAfter = &again
		own.Caveats = append(own.Caveats, words.Say("caveat.siblings-under-way", nil))
	}
	return own
}

// standsOnSiblings reports whether a diagnosis stands on the evidence of sibling tasks.
func standsOnSiblings(d diagnose.Diagnosis) bool {
	return d.Incident != nil && len(d.Incident.Siblings) > 0
}
