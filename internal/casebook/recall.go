package casebook

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/taskref"
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
	in.ref = completed(in.ref, facts)
	return nil
}

// completed fills in what the reference does not tell of its task.
func completed(ref taskref.Ref, facts evidence.Task) taskref.Ref {
	known, err := taskref.Parse(facts.TaskARN)
	if err != nil {
		return ref
	}
	ref.Partition, ref.Region = cmp.Or(ref.Partition, known.Partition), cmp.Or(ref.Region, known.Region)
	ref.Account, ref.Cluster = cmp.Or(ref.Account, known.Account), cmp.Or(ref.Cluster, known.Cluster)
	return ref
}

// hasEnded tells whether the end of the task is known already.
func (in *inquiry) hasEnded() bool { return in.known != nil && in.known.LastStatus == "STOPPED" }
