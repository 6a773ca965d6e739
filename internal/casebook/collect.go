package casebook

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"time"

	"whystopped/internal/diagnose"
	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/taskref"
)

// saveTimeout bounds keeping a diagnosis, whose making may have used up all of
// the time for the diagnosis itself.
const saveTimeout = 5 * time.Second

// share joins the collection that is running for the task, or starts one. It
// goes on when the one who started it has left: others may have joined, and
// whoever comes back finds the answer kept.
func (c *Casebook) share(ctx context.Context, ref taskref.Ref, kept *diagnose.Diagnosis) (diagnose.Diagnosis, error) {
	key := strings.Join([]string{ref.Region, ref.Cluster, ref.Service, ref.TaskID}, "/")
	done := c.running.DoChan(key, func() (d any, err error) {
		// A panic here would end the process: no handler's recovery is above it.
		defer func() {
			if p := recover(); p != nil {
				err = fmt.Errorf("panic while diagnosing: %v\n%s", p, debug.Stack())
			}
		}()
		return c.investigate(context.WithoutCancel(ctx), ref, kept)
	})
	select {
	case <-ctx.Done():
		return diagnose.Diagnosis{}, fmt.Errorf("wait for the diagnosis of task %s: %w", ref.TaskID, ctx.Err())
	case r := <-done:
		if r.Err != nil {
			return diagnose.Diagnosis{}, fmt.Errorf("diagnose task %s: %w", ref.TaskID, r.Err)
		}
		return r.Val.(diagnose.Diagnosis), nil
	}
}

// investigate collects, diagnoses, tries the fix and keeps, all but the last
// within the time for a diagnosis. Where AWS has meanwhile forgotten the task,
// the kept diagnosis knows more and is given instead.
func (c *Casebook) investigate(ctx context.Context, ref taskref.Ref, kept *diagnose.Diagnosis) (diagnose.Diagnosis, error) {
	within, cancel := context.WithTimeout(ctx, c.opts.Timeout)
	defer cancel()
	ev, err := c.collect(within, ref)
	if err != nil {
		return diagnose.Diagnosis{}, c.inTime(err)
	}
	if kept != nil && stopped(*kept) && ev.Task == nil {
		return *kept, nil
	}
	d := c.sign(c.opts.Prover.Prove(within, conclude(ev)))
	ctx, cancel = context.WithTimeout(ctx, saveTimeout)
	defer cancel()
	if err := c.opts.Store.Save(ctx, Kept{Diagnosis: d}); err != nil {
		return diagnose.Diagnosis{}, fmt.Errorf("keep diagnosis %s: %w", d.ID, err)
	}
	return d, nil
}

// collect reads the evidence.
func (c *Casebook) collect(ctx context.Context, ref taskref.Ref) (evidence.Evidence, error) {
	ref, err := c.opts.Collector.Resolve(ctx, ref)
	if err != nil {
		return evidence.Evidence{}, fmt.Errorf("resolve: %w", err)
	}
	ev, err := c.opts.Collector.Collect(ctx, ref)
	if err != nil {
		return evidence.Evidence{}, fmt.Errorf("collect evidence: %w", err)
	}
	return ev, nil
}

// conclude is the only way from evidence to a diagnosis: secrets are taken out
// before anything looks at the evidence, so that none can get into the answer.
func conclude(ev evidence.Evidence) diagnose.Diagnosis {
	return diagnose.Diagnose(withoutSecrets(ev))
}

// sign gives a finished diagnosis its date and id.
func (c *Casebook) sign(d diagnose.Diagnosis) diagnose.Diagnosis {
	d.CreatedAt = c.opts.Now().UTC()
	d.ID = c.opts.NewID(d.CreatedAt)
	fillLists(&d)
	return d
}

// inTime says in words that AWS did not answer within the time for a diagnosis.
func (c *Casebook) inTime(err error) error {
	if KindOf(err) != "" || !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return &Error{Kind: Unreachable, Message: fmt.Sprintf("AWS did not answer within %s. Ask again, or give it more time (-timeout).", c.opts.Timeout), Err: err}
}
