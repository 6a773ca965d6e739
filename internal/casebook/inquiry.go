package casebook

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"whystopped/internal/collect"
	"whystopped/internal/diagnose"
	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/taskref"
)

// question is what a flight answers.
type question struct {
	ref taskref.Ref
	// kept is the newest diagnosis of the task; nil where there is none.
	kept *diagnose.Diagnosis
	// thorough wants the task itself looked into, whatever its siblings show.
	thorough bool
	urgency  urgency
	// refreshes is how many times in a row the diagnosis was refreshed by
	// itself.
	refreshes int
}

// inquiry is the making of one diagnosis.
type inquiry struct {
	*Casebook
	question
	flight *flight
	// known is the task as the store knows it; nil where it does not.
	known *evidence.Task
	// left is what is left of the time for a diagnosis. Waiting in the queue
	// takes none of it.
	left time.Duration
	// incident is the one in which a deep look at this task is under way; nil
	// where it is not known, or there is no such look.
	crowd *crowd
}

// answer looks deeply into the task, or, where its siblings were looked into,
// takes what they show: where its cluster is crowded, and where nobody waits for
// the answer.
func (in *inquiry) answer(ctx context.Context) (diagnose.Diagnosis, error) {
	if err := in.recall(ctx); err != nil {
		return diagnose.Diagnosis{}, err
	}
	if err := in.resolve(ctx); err != nil {
		return diagnose.Diagnosis{}, in.keepFacts(ctx, err)
	}
	var leave func()
	if in.thorough || in.urgency == forPeople || !in.hasEnded() {
		leave = in.traffic.enter(in.place(), in.thorough)
	}
	if leave == nil {
		if d, ok, err := in.alongside(ctx); ok || err != nil {
			return d, err
		}
		leave = in.traffic.enter(in.place(), true)
	}
	defer leave()
	return in.deep(ctx)
}

// place is the cluster of the task.
func (in *inquiry) place() taskref.Ref {
	return in.ref.Within()
}

func (in *inquiry) resolve(ctx context.Context) error {
	return in.spend(ctx, func(ctx context.Context) error {
		ref, err := in.opts.Collector.Resolve(ctx, in.ref)
		if err != nil {
			return fmt.Errorf("resolve: %w", err)
		}
		in.ref = ref
		return nil
	})
}

// deep collects all that is known of the task, diagnoses, tries the fix and
// keeps. Where AWS has meanwhile forgotten the task, the kept diagnosis knows
// more and is given instead.
func (in *inquiry) deep(ctx context.Context) (diagnose.Diagnosis, error) {
	var made *diagnose.Diagnosis // for the siblings, once it is there
	defer func() { in.endLook(made) }()
	var d concluded
	gone := false
	err := in.queued(ctx, &in.deepLooks, func(ctx context.Context) error {
		in.counts.deep.Add(1)
		ev, err := in.opts.Collector.Collect(ctx, in.ref, in.known, in.note)
		if err != nil {
			return fmt.Errorf("collect evidence: %w", err)
		}
		if gone = in.kept != nil && stopped(*in.kept) && ev.Task == nil; gone {
			return nil
		}
		in.belongs(ev.Task)
		d = conclude(ev)
		d.Diagnosis, d.deep = in.prove(ctx, d.Diagnosis), true
		return nil
	})
	switch {
	case err != nil:
		return diagnose.Diagnosis{}, in.keepFacts(ctx, err)
	case gone:
		return *in.kept, nil
	}
	kept, err := in.keep(ctx, d)
	if err == nil {
		made = &kept
	}
	return kept, err
}

// keepFacts keeps what a task's own facts say where AWS cannot be asked for more
// and nobody waits who could ask again: better a little at once than nothing. It
// gives the error that it was called for.
func (in *inquiry) keepFacts(ctx context.Context, why error) error {
	if in.urgency == forPeople || in.kept != nil || !in.hasEnded() || KindOf(why) == NotAllowed {
		return why
	}
	own := conclude(evidence.Evidence{Now: in.opts.Now(), Ref: in.ref, Task: in.known})
	own.Glance = true
	own.Caveats = append(own.Caveats, "AWS could not be asked for more than the event of the task's end tells.")
	if _, err := in.keep(ctx, own); err != nil {
		return errors.Join(why, err)
	}
	return why
}

// proofTime bounds all rounds of trials together: a diagnosis is good without.
const proofTime = 4 * time.Second

// prove has the policies of the fix tried on the roles that they are for, round by
// round, and the results judged.
func (in *inquiry) prove(ctx context.Context, d diagnose.Diagnosis) diagnose.Diagnosis {
	ctx, cancel := context.WithTimeout(ctx, proofTime)
	defer cancel()
	var rounds [][]diagnose.Result
	var lines []evidence.Source
	for trials := d.Trials(); len(trials) > 0; trials = d.Trials(rounds...) {
		results, line := in.opts.Simulator.Simulate(ctx, d.Task.Ref(), trials)
		lines = append(lines, line)
		if results == nil {
			break
		}
		rounds = append(rounds, results)
	}
	judged, ok := d.Judged(rounds...)
	if len(lines) == 0 {
		return judged
	}
	said := lines[len(lines)-1]
	switch {
	case !ok:
		judged = d.NotProven(said)
	case len(rounds) > 0: // what may have failed after these only explains
		said = lines[len(rounds)-1]
	}
	said.Calls, said.TookMS = 0, 0
	for _, l := range lines {
		said.Calls += l.Calls
		said.TookMS += l.TookMS
	}
	judged.Sources = append(slices.Clone(d.Sources), said)
	in.flight.note(collect.Progress{Source: &said})
	return judged
}

// note hands on what happens on the way, and learns from it as early as can be
// what the stop is one of.
func (in *inquiry) note(n collect.Progress) {
	if n.SoFar != nil {
		in.belongs(n.SoFar.Task)
	}
	in.flight.note(n)
}

// belongs notes the deep look at the task in the incident that it belongs to.
func (in *inquiry) belongs(t *evidence.Task) {
	if in.crowd != nil {
		return
	}
	if in.crowd = in.crowds.joinTask(t, in.ref.TaskID); in.crowd != nil {
		in.crowds.beginLook(in.crowd)
	}
}

func (in *inquiry) endLook(made *diagnose.Diagnosis) {
	if in.crowd != nil {
		in.crowds.endLook(in.crowd, made)
	}
}

// queued does work, in its turn, within what is left of the time.
func (in *inquiry) queued(ctx context.Context, q *queue, work func(context.Context) error) error {
	ticket := in.flight.lineUp(q)
	defer ticket.giveBack()
	patient, cancel := ctx, context.CancelFunc(func() {})
	if in.urgency == forPeople {
		patient, cancel = context.WithTimeout(ctx, in.opts.Timeout)
	}
	defer cancel()
	if err := ticket.wait(patient); err != nil {
		return &Error{Kind: Busy, Message: "There is more to look into than can be done at once. Ask again in a moment.", Err: err}
	}
	return in.spend(ctx, work)
}

// spend does work within what is left of the time.
func (in *inquiry) spend(ctx context.Context, work func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, in.left)
	defer cancel()
	began := in.opts.Now()
	err := work(ctx)
	in.left -= in.opts.Now().Sub(began)
	return in.inTime(err)
}

// sign gives a finished diagnosis its date and id.
func (c *Casebook) sign(d diagnose.Diagnosis) diagnose.Diagnosis {
	d.CreatedAt = c.opts.Now().UTC()
	d.ID = c.opts.NewID(d.CreatedAt)
	return d
}

// inTime says in words that AWS did not answer within the time for a diagnosis.
func (c *Casebook) inTime(err error) error {
	if KindOf(err) != "" || !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return &Error{Kind: Unreachable, Message: fmt.Sprintf("AWS did not answer within %s. Ask again, or give it more time (-timeout).", c.opts.Timeout), Err: err}
}
