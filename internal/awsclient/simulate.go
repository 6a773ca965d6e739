package awsclient

import (
	"context"

	"whystopped/internal/awsclient/source"
	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/diagnose/proof"
	"whystopped/internal/taskref"
)

// Simulate makes trials with IAM's policy simulator, in the account and Region of a
// task; it changes nothing. It returns one result for each trial, in their order,
// or none where they could not be made, and a line that says what came of it. It
// answers within ctx's deadline.
func (c *Collector) Simulate(
	ctx context.Context, task taskref.Ref, trials []proof.Trial,
) ([]proof.Result, evidence.Source) {
	within, cancel := source.WithReserve(ctx)
	defer cancel()
	within, r := c.sources.NewReader(within, task, nil, nil)
	results, asked := r.Simulate(within, trials)
	return results, asked.Source
}
