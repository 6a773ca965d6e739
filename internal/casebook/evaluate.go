package casebook

import (
	"context"
	"errors"

	"whystopped/internal/diagnose"
	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/problem"
	"whystopped/internal/words"
)

// Evaluate diagnoses evidence that the caller brought, and keeps the answer.
// Its text may be JSON of any kind that evidence.FromText reads. No call to AWS
// is made.
func (c *Casebook) Evaluate(ctx context.Context, ev evidence.Evidence) (kept diagnose.Diagnosis, err error) {
	ctx, span := beginSpan(ctx, "evaluate")
	defer func() { endSpan(span, kept, err) }()
	return c.evaluate(ctx, func() (evidence.Evidence, error) { return ev, nil })
}

func (c *Casebook) evaluate(ctx context.Context, read func() (evidence.Evidence, error)) (diagnose.Diagnosis, error) {
	d, err := c.judge(ctx, read)
	if err != nil {
		return diagnose.Diagnosis{}, err
	}
	by := c.asker(ctx)
	d.Brought, d.BroughtBy = true, by.Name
	k := Kept{Diagnosis: d, Brought: true, Asker: digest([]byte(by.Key))}
	if k.Content, err = contentOf(k); err != nil {
		return diagnose.Diagnosis{}, err
	}
	return c.keepBrought(ctx, k)
}

// EvaluateJSON is Evaluate for evidence as it was sent, which evidence.Decode
// reads. An error of it lies in the chain where it cannot be read.
func (c *Casebook) EvaluateJSON(ctx context.Context, raw []byte) (kept diagnose.Diagnosis, err error) {
	ctx, span := beginSpan(ctx, "evaluate")
	defer func() { endSpan(span, kept, err) }()
	return c.evaluate(ctx, func() (evidence.Evidence, error) {
		ev, err := evidence.Decode(raw)
		if err != nil {
			return ev, problem.New(InvalidEvidence, err, saidOf(err))
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
		return diagnose.Diagnosis{}, problem.New(InvalidEvidence, nil, words.Say("evidence.pasted", nil), saidOf(err))
	}
	d, err := concludeFor(ctx, ev)
	return d.Diagnosis, err
}

// saidOf returns what is wrong with evidence, without secrets: it quotes what was sent.
func saidOf(err error) words.Text {
	if e, ok := errors.AsType[*evidence.DecodeError](err); ok {
		return WithoutSecrets(e.Said)
	}
	return words.Text{}
}
