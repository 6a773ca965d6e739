package casebook

import (
	"context"
	"errors"
	"fmt"
)

// recall finds what the store knows of the task, and completes the reference by
// it: the old short ARN lacks the cluster, and a console link the account.
func (in *inquiry) recall(ctx context.Context) error {
	facts, err := in.opts.Store.Facts(ctx, in.ref)
	switch {
	case errors.Is(err, ErrNotKept):
		return nil
	case err != nil:
		return fmt.Errorf("recall task %s: %w", in.ref.TaskID, err)
	}
	in.known = &facts
	in.ref = in.ref.Or(facts.Ref())
	return nil
}

// hasEnded tells whether the end of the task is known already.
func (in *inquiry) hasEnded() bool { return in.known != nil && in.known.LastStatus == "STOPPED" }
