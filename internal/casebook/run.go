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
	"whystopped/internal/diagnose/proof"
	"whystopped/internal/problem"
	"whystopped/internal/taskref"
	"whystopped/internal/words"
)

// request is what a run answers.
type request struct {
	ref taskref.Ref
	// stored is the newest diagnosis of the task; nil if there is none.
	stored *diagnose.Diagnosis
	// full asks for all of the task's own evidence, whatever its siblings show.
	full    bool
	urgency urgency
	// refreshes is how many times in a row the diagnosis was refreshed
	// automatically.
	refreshes int
}

// run is the making of one diagnosis.
type run struct {
	book    *Casebook
	request request
	// shared is told what happens on the way.
	shared *sharedRun
	// ref is the request's, completed on the way.
	ref taskref.Ref
	// facts are the task as the store knows it; nil if it doesn't.
	facts *evidence.Task
	// left is what is left of the time for a diagnosis. Waiting in the queue
	// takes none of it.
	left time.Duration
	// cohort is the one that a full run of this task is counted in; nil if it
	// isn't known, or there is no such run.
	cohort *cohort
}

func (c *Casebook) newRun(q request, shared *sharedRun) *run {
	return &run{book: c, request: q, shared: shared, ref: q.ref, left: c.opts.Timeout}
}

// answer reads all of the task's evidence, or takes what the full runs of its
// siblings showed: if its cluster is busy, and if nobody waits for the answer.
func (r *run) answer(ctx context.Context) (diagnose.Diagnosis, error) {
	if err := r.readFacts(ctx); err != nil {
		return diagnose.Diagnosis{}, err
	}
	if err := r.resolve(ctx); err != nil {
		return diagnose.Diagnosis{}, r.keepFacts(ctx, err)
	}
	var leave func()
	if r.request.full || r.request.urgency == forPeople || !r.hasEnded() {
		leave = r.book.clusterLoads.enter(r.ref.Within(), r.request.full)
	}
	if leave == nil {
		if d, ok, err := r.fromSiblings(ctx); ok || err != nil {
			return d, err
		}
		leave = r.book.clusterLoads.enter(r.ref.Within(), true)
	}
	defer leave()
	return r.full(ctx)
}

// readFacts finds what the store knows of the task, and completes the reference by
// it: the old short ARN lacks the cluster, and a console link the account.
func (r *run) readFacts(ctx context.Context) error {
	facts, err := r.book.opts.Store.Facts(ctx, r.ref)
	switch {
	case errors.Is(err, ErrNotKept):
		return nil
	case err != nil:
		return fmt.Errorf("recall task %s: %w", r.ref.TaskID, err)
	}
	r.facts = &facts
	r.ref = r.ref.Or(facts.Ref())
	return nil
}

// hasEnded reports whether the end of the task is known already.
func (r *run) hasEnded() bool { return r.facts != nil && r.facts.LastStatus == "STOPPED" }

func (r *run) resolve(ctx context.Context) error {
	return r.spend(ctx, func(ctx context.Context) error {
		ref, err := r.book.opts.Collector.Resolve(ctx, r.ref)
		if err != nil {
			return fmt.Errorf("resolve: %w", err)
		}
		r.ref = ref
		return nil
	})
}

// full collects all that is known of the task, diagnoses it, simulates the fix and
// stores the diagnosis. If AWS has forgotten the task meanwhile, the stored
// diagnosis knows more and is returned instead.
func (r *run) full(ctx context.Context) (diagnose.Diagnosis, error) {
	var made *diagnose.Diagnosis // for the siblings, once it is there
	defer func() { r.endRun(made) }()
	var d concluded
	gone := false
	err := r.queued(ctx, &r.book.fullRuns, func(ctx context.Context) error {
		r.book.counts.full.Add(1)
		ev, err := r.book.opts.Collector.Collect(ctx, r.ref, r.facts, r.note)
		if err != nil {
			return fmt.Errorf("collect evidence: %w", err)
		}
		if gone = r.request.stored != nil && stopped(*r.request.stored) && ev.Task == nil; gone {
			return nil
		}
		r.joinCohort(ev.Task)
		d = conclude(ev)
		d.Diagnosis, d.full = r.prove(ctx, d.Diagnosis), true
		return nil
	})
	switch {
	case err != nil:
		return diagnose.Diagnosis{}, r.keepFacts(ctx, err)
	case gone:
		return *r.request.stored, nil
	}
	saved, err := r.keep(ctx, d)
	if err == nil {
		made = &saved
	}
	return saved, err
}

// keepFacts stores what the task's own facts say, if AWS can't be asked for more
// and nobody waits who could ask again. It returns why.
func (r *run) keepFacts(ctx context.Context, why error) error {
	if r.request.urgency == forPeople || r.request.stored != nil || !r.hasEnded() || KindOf(why) == NotAllowed {
		return why
	}
	own := conclude(evidence.Evidence{Now: r.book.opts.Now(), Ref: r.ref, Task: r.facts})
	own.Glance = true
	own.Caveats = append(own.Caveats, words.Say("caveat.event-only", nil))
	if _, err := r.keep(ctx, own); err != nil {
		return errors.Join(why, err)
	}
	return why
}

// proofTime bounds all rounds of trials together: a diagnosis is good without.
const proofTime = 4 * time.Second

// prove has the policies of the fix tried on the roles that they are for, round by
// round, and the results judged.
func (r *run) prove(ctx context.Context, d diagnose.Diagnosis) diagnose.Diagnosis {
	ctx, cancel := context.WithTimeout(ctx, proofTime)
	defer cancel()
	var rounds [][]proof.Result
	var lines []evidence.Source
	for trials := proof.Trials(d); len(trials) > 0; trials = proof.Trials(d, rounds...) {
		results, line := r.book.opts.Simulator.Simulate(ctx, d.Task.Ref(), trials)
		lines = append(lines, line)
		if results == nil {
			break
		}
		rounds = append(rounds, results)
	}
	judged, ok := proof.Judged(d, rounds...)
	if len(lines) == 0 {
		return judged
	}
	said := lines[len(lines)-1]
	switch {
	case !ok:
		judged = proof.NotProven(d, said)
	case len(rounds) > 0: // what may have failed after these only explains
		said = lines[len(rounds)-1]
	}
	said.Calls, said.TookMS = 0, 0
	for _, l := range lines {
		said.Calls += l.Calls
		said.TookMS += l.TookMS
	}
	judged.Sources = append(slices.Clone(d.Sources), said)
	r.shared.note(collect.Progress{Source: &said})
	return judged
}

// note passes on what happens on the way, and joins the task's cohort as soon as
// the task is known.
func (r *run) note(n collect.Progress) {
	if n.SoFar != nil {
		r.joinCohort(n.SoFar.Task)
	}
	r.shared.note(n)
}

// joinCohort counts the full run in the cohort of the task.
func (r *run) joinCohort(t *evidence.Task) {
	if r.cohort != nil {
		return
	}
	if r.cohort = r.book.cohorts.joinTask(t, r.ref.TaskID); r.cohort != nil {
		r.book.cohorts.beginRun(r.cohort)
	}
}

// endRun ends what joinCohort began; made is nil if nothing came of it.
func (r *run) endRun(made *diagnose.Diagnosis) {
	if r.cohort != nil {
		r.book.cohorts.endRun(r.cohort, made)
	}
}

// queued does work in its turn, within what is left of the time.
func (r *run) queued(ctx context.Context, q *queue, work func(context.Context) error) error {
	ticket := r.shared.lineUp(q)
	defer ticket.giveBack()
	patient, cancel := ctx, context.CancelFunc(func() {})
	if r.request.urgency == forPeople {
		patient, cancel = context.WithTimeout(ctx, r.book.opts.Timeout)
	}
	defer cancel()
	if err := ticket.wait(patient); err != nil {
		return problem.New(Busy, err, words.Say("busy.runs", nil))
	}
	return r.spend(ctx, work)
}

// spend does work within what is left of the time.
func (r *run) spend(ctx context.Context, work func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, r.left)
	defer cancel()
	began := r.book.opts.Now()
	err := work(ctx)
	r.left -= r.book.opts.Now().Sub(began)
	return r.book.inTime(err)
}

// inTime says in words that AWS did not answer within the time for a diagnosis.
func (c *Casebook) inTime(err error) error {
	if KindOf(err) != "" || !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return problem.New(Unreachable, err, words.Say("unreachable.in-time", words.Args{"timeout": c.opts.Timeout}))
}
