package awsclient

import (
	"context"
	"slices"

	"whystopped/internal/awsclient/source"
	"whystopped/internal/diagnose"
)

// Prove tries the policies of a diagnosis on the roles that they are for, with
// IAM's policy simulator, which changes nothing. It never fails: what could not
// be tried is said in the diagnosis, and a line in its sources tells why. It
// makes no call for a diagnosis without such a policy, and answers within ctx's
// deadline.
func (c *Collector) Prove(ctx context.Context, d diagnose.Diagnosis) diagnose.Diagnosis {
	if !d.Provable() {
		d, _ = d.Proven(nil) // nothing to simulate; it says why
		return d
	}
	within, cancel := source.WithReserve(ctx)
	defer cancel()
	ref := d.Task.Ref()
	within, r := c.sources.NewReader(within, ref, nil, nil)
	a, proven := r.Prove(within, d)
	proven.Sources = append(slices.Clone(d.Sources), a.Source)
	return proven
}
