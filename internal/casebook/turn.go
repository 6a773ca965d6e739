package casebook

import (
	"context"

	"whystopped/internal/diagnose"
	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/redact"
)

// EvaluateJSON is Evaluate for evidence as it was sent, which evidence.Decode
// reads. An error of it lies in the chain where it cannot be read.
func (c *Casebook) EvaluateJSON(ctx context.Context, raw []byte) (kept diagnose.Diagnosis, err error) {
	ctx, span := beginSpan(ctx, "evaluate")
	defer func() { endSpan(span, kept, err) }()
	return c.evaluate(ctx, func() (evidence.Evidence, error) {
		ev, err := evidence.Decode(raw)
		if err != nil {
			return ev, &Error{Kind: InvalidEvidence, Message: redact.Text(err.Error()), Err: err}
		}
		return ev, nil
	})
}

// judge reads and diagnoses what somebody brought, in its turn: that takes a
// processor for as long as it is large.
func (c *Casebook) judge(ctx context.Context, read func() (evidence.Evidence, error)) (diagnose.Diagnosis, error) {
	if c.opts.Turn != nil {
		giveBack, err := c.opts.Turn(ctx)
		if err != nil {
			return diagnose.Diagnosis{}, err
		}
		defer giveBack()
	}
	ev, err := read()
	if err != nil {
		return diagnose.Diagnosis{}, err
	}
	if ev, err = ev.OpenText(); err != nil {
		return diagnose.Diagnosis{}, &Error{Kind: InvalidEvidence, Message: "What was pasted cannot be diagnosed: " + redact.Text(err.Error()) + "."}
	}
	d, err := concludeFor(ctx, ev)
	return d.Diagnosis, err
}
