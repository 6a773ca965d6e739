package awsclient

import (
	"context"
	"errors"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/smithy-go/middleware"
)

// prefixes are the services that the SDK names so, as IAM names them.
var prefixes = map[string]string{
	"CloudTrail":      "cloudtrail",
	"CloudWatch Logs": "logs",
	"ECS":             "ecs",
	"IAM":             "iam",
	"SQS":             "sqs",
	"STS":             "sts",
}

// operationOf is the operation of a call in progress, "ecs:DescribeTasks".
func operationOf(ctx context.Context) string {
	return prefixes[awsmiddleware.GetServiceID(ctx)] + ":" + awsmiddleware.GetOperationName(ctx)
}

// attempts goes around every attempt of every call to a target: it waits for
// the quota, counts, and lets go of credentials that AWS calls expired.
func (c *Collector) attempts(t target) func(*middleware.Stack) error {
	attempt := func(ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler) (middleware.FinalizeOutput, middleware.Metadata, error) {
		operation := operationOf(ctx)
		if g := c.gate(t, operation); g != nil {
			if err := g.pass(ctx); err != nil {
				return middleware.FinalizeOutput{}, middleware.Metadata{}, err
			}
			defer g.answered()
		}
		out, metadata, err := next.HandleFinalize(ctx, in)
		if _, notSent := errors.AsType[*credentialsError](err); !notSent {
			c.meter.count(operation, err)
			c.uses.note(ctx, t, operation, err, c.opts.Now())
		}
		if err != nil && understand(err).expired() {
			c.credentials(t).forget(ctx)
		}
		return out, metadata, err
	}
	return func(stack *middleware.Stack) error {
		return stack.Finalize.Insert(middleware.FinalizeMiddlewareFunc("WhystoppedAttempt", attempt), "Retry", middleware.After)
	}
}

// gateKey is where a quota holds.
type gateKey struct {
	target
	kind string
}

// maxGates bounds the gates that are kept: some kinds for each of many accounts.
const maxGates = 2048

// gate finds the gate of an operation, nil for one without a quota.
func (c *Collector) gate(t target, operation string) *gate {
	q, ok := quotaOf(operation)
	if !ok || c.opts.Unlimited {
		return nil
	}
	if q.global {
		t.region = ""
	}
	return c.gates.GetOrMake(gateKey{t, q.kind}, func() *gate { return newGate(q, c.meter.queue(q.kind)) })
}
