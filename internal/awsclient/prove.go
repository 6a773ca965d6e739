package awsclient

import (
	"context"
	"slices"

	"whystopped/internal/diagnose"
	"whystopped/internal/diagnose/evidence"
)

const sourceSimulator = "iam:SimulatePrincipalPolicy"

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
	within, cancel := withReserve(ctx)
	defer cancel()
	within, r := c.newRun(within, evidence.Ref{Partition: d.Task.Partition, Region: d.Task.Region, Account: d.Task.Account, TaskID: d.Task.ID}, nil)
	a, proven := r.prove(within, d)
	proven.Sources = append(slices.Clone(d.Sources), a.source)
	return proven
}

func (r *run) prove(ctx context.Context, d diagnose.Diagnosis) (asked, diagnose.Diagnosis) {
	if r.iamRest.resting(r.now) {
		a := r.skip(sourceSimulator, restDetail)
		return a, d.NotProven(a.source)
	}
	a := r.ask(ctx, sourceSimulator, all, func(ctx context.Context, _ *watch) (outcome, error) {
		ctx, cancel := context.WithTimeout(ctx, iamTime)
		defer cancel()
		simulator := simulator{r.region(r.ref.Region).iam}
		proven, err := d.Proven(func(trials []diagnose.Trial) ([]diagnose.Result, error) { return simulator.trials(ctx, trials) })
		if err != nil {
			return outcome{}, err
		}
		d = proven
		return outcome{status: evidence.SourceOK}, nil
	})
	r.iamRest.note(a, r.now)
	if a.failure != nil {
		return a, d.NotProven(a.source)
	}
	return a, d
}
