package session

import (
	"context"
	"errors"

	"github.com/aws/smithy-go/middleware"

	"whystopped/internal/awsclient/failure"
	"whystopped/internal/awsclient/limit"
)

// attempts goes around every attempt of every call to a target: it waits for
// the quota, counts, and lets go of credentials that AWS calls expired.
func (p *Pool) attempts(t Target) func(*middleware.Stack) error {
	attempt := func(ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler) (
		middleware.FinalizeOutput, middleware.Metadata, error,
	) {
		operation := limit.OperationOf(ctx)
		if g := p.gate(t, operation); g != nil {
			if err := g.Pass(ctx); err != nil {
				return middleware.FinalizeOutput{}, middleware.Metadata{}, err
			}
			defer g.Answered()
		}
		out, metadata, err := next.HandleFinalize(ctx, in)
		if _, notSent := errors.AsType[*failure.CredentialsError](err); !notSent {
			p.meter.Count(operation, err)
			p.uses.note(ctx, t, operation, err, p.opts.Now())
		}
		if err != nil && failure.Of(err).Expired() {
			p.Credentials(t).forget(ctx)
		}
		return out, metadata, err
	}
	return func(stack *middleware.Stack) error {
		return stack.Finalize.Insert(
			middleware.FinalizeMiddlewareFunc("WhystoppedAttempt", attempt), "Retry", middleware.After,
		)
	}
}

// gateKey is where a quota holds.
type gateKey struct {
	Target
	kind string
}

// maxGates bounds the gates that are kept: some kinds for each of many accounts.
const maxGates = 2048

// gate finds the gate of an operation, nil for one without a quota.
func (p *Pool) gate(t Target, operation string) *limit.Gate {
	q, ok := p.opts.Quotas[operation]
	if !ok || p.opts.Unlimited {
		return nil
	}
	if q.Global {
		t.Region = ""
	}
	return p.gates.GetOrMake(gateKey{t, q.Kind}, func() *limit.Gate { return limit.NewGate(q, p.meter.Queue(q.Kind)) })
}
