package casebook

import (
	"context"

	"whystopped/internal/diagnose"
	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/redact"
)

// Asker is somebody who asks.
type Asker struct {
	// Name is for people to read; "" without a login.
	Name string
}

// Evaluate diagnoses evidence that the caller brought, and keeps the answer.
// Its text may be JSON of any kind that evidence.FromText reads. No call to AWS
// is made.
func (c *Casebook) Evaluate(ctx context.Context, ev evidence.Evidence) (kept diagnose.Diagnosis, err error) {
	ctx, span := beginSpan(ctx, "evaluate")
	defer func() { endSpan(span, kept, err) }()
	return c.evaluate(ctx, ev)
}

func (c *Casebook) evaluate(ctx context.Context, ev evidence.Evidence) (diagnose.Diagnosis, error) {
	ev, err := ev.OpenText()
	if err != nil {
		return diagnose.Diagnosis{}, &Error{Kind: InvalidEvidence, Message: "What was pasted cannot be diagnosed: " + redact.Text(err.Error()) + "."}
	}
	d := conclude(ev).Diagnosis
	d.Brought, d.BroughtBy = true, c.asker(ctx).Name
	return c.save(ctx, Kept{Diagnosis: c.sign(d), Brought: true})
}

func (c *Casebook) asker(ctx context.Context) Asker {
	if c.opts.Asker == nil {
		return Asker{}
	}
	return c.opts.Asker(ctx)
}
