package proof

import (
	"slices"

	"whystopped/internal/diagnose/report"
	"whystopped/internal/diagnose/verdict"
	"whystopped/internal/iampolicy"
	"whystopped/internal/words"
)

// concluded puts what the proofs found into the diagnosis.
func concluded(d report.Diagnosis, proofs []*proof) report.Diagnosis {
	d.Caveats = slices.Clone(d.Caveats)
	denied := d.Fix.Documents(report.PurposeDenied, iampolicy.KindIdentity)
	d.Fix.Policies = nil
	var narrowed []int
	for _, p := range proofs {
		policy := p.policy
		switch {
		case policy.Verified.By != "": // proven in another way
		case !p.untriable.IsZero():
			policy.Verified = report.NotTried(p.untriable)
		default:
			policy.Verified = p.verified()
		}
		rest := p.rest()
		if rest {
			policy = policy.Narrowed(p.lacking())
			policy.Needs(report.NeededBeside(policy.Document, denied))
		}
		if len(policy.Document.Statement) > 0 {
			if rest {
				narrowed = append(narrowed, len(d.Fix.Policies))
			}
			d.Fix.Policies = append(d.Fix.Policies, policy)
		}
		if policy.Purpose == report.PurposeDenied {
			explain(&d, policy)
		}
	}
	if d.Fix.Policies == nil {
		d.Fix.Policies = []report.Policy{}
	}
	d.Fix.RewriteSnippets(narrowed)
	return d
}

// verified sums the proof up.
func (p *proof) verified() report.Verified {
	if why := problem(p.before, p.after); !why.IsZero() {
		return report.NotTried(why)
	}
	before, after := outcomes(p.before), outcomes(p.after)
	v := report.Verified{Status: report.StatusAllowed, By: report.BySimulator, Before: strictest(before)}
	args := words.Args{"before": v.Before, "after": strictest(after)}
	if had := p.had(); p.rest() && had > 0 {
		args["had"] = had
	}
	missing := missingKeys(before, after)
	switch stops := p.stops(); {
	case len(stops) > 0:
		v.Status = report.StatusStillDenied
		args["reason"], args["policies"], args["calls"] = stopper(stops[0]), policiesOf(stops[0]), deniedCalls(stops, after)
	case len(missing) > 0:
		v.Status = report.StatusNotVerified
		args["reason"], args["keys"] = "missing-keys", missing
	case len(p.bySCPs()) > 0:
		v.Status = report.StatusNotVerified
		p.tellSCPs(args)
	}
	v.Detail = words.Say("proof.compared", args)
	return v
}

// stopper returns the code of who denies a call although the role is given the
// permission.
func stopper(o Outcome) string {
	switch {
	case o.ByBoundary:
		return "boundary"
	case o.explicit():
		return "deny"
	}
	return "no-allow"
}

// otherStopper returns the code of who denies a call although the policy that
// denied it is left out.
func otherStopper(o Outcome) string {
	switch {
	case o.ByBoundary:
		return "also-boundary"
	case o.explicit():
		return "also-deny"
	}
	return "nothing-allows"
}

// policiesOf are the policies whose statements denied explicitly, if IAM names
// them.
func policiesOf(o Outcome) []string {
	if o.ByBoundary || !o.explicit() {
		return nil
	}
	names := slices.DeleteFunc(slices.Clone(o.Policies), func(name string) bool { return name == "" })
	slices.Sort(names)
	return slices.Compact(names)
}

// tellSCPs says that a service control policy denies the calls, and why that may
// hold of the simulation only.
func (c *comparison) tellSCPs(args words.Args) {
	denied := c.bySCPs()
	args["reason"] = "scp"
	if !slices.ContainsFunc(denied, func(o Outcome) bool { return o.ByOrganization }) {
		args["reason"] = "scp-inferred" // see Outcome.bySCP
	}
	args["calls"], args["keys"] = deniedCalls(denied, outcomes(c.after)), unknownKeys(c.trials)
	if c.allowedWithoutSCPs() {
		args["bare"] = "without-scps"
	}
}

// deniedCalls are the calls that are denied, if others of the policy are not.
func deniedCalls(denied, all []Outcome) []string {
	if len(denied) == len(all) {
		return nil
	}
	var actions []string
	for _, o := range denied {
		actions = append(actions, o.Action)
	}
	slices.Sort(actions)
	return slices.Compact(actions)
}

// rest reports whether the policy is to keep only what the role lacks.
func (p *proof) rest() bool { return p.policy.Purpose == report.PurposeComplete && len(p.trials) > 0 }

// had is how many of the calls that the start needs the role has already.
func (p *proof) had() int {
	n := 0
	for _, o := range outcomes(p.before) {
		if o.allowed() {
			n++
		}
	}
	return n
}

// explain says in the caveats, and in the summary of what to do, what it means
// that the policy for what was denied is not what is missing, or not all.
func explain(d *report.Diagnosis, p report.Policy) {
	switch {
	case p.Verified.Status == report.StatusStillDenied:
		d.Caveats = append(d.Caveats, words.Say("caveat.policy-not-enough", p.Verified.Detail.Args))
	case p.Verified.Status == report.StatusAllowed && p.Verified.Before == "allowed":
		elsewhere := words.Args{"elsewhere": elsewhere(d)}
		d.Caveats = append(d.Caveats, words.Say("caveat.allowed-already", elsewhere))
		d.Fix.Summary = words.Say("fix.has-it-already", p.AttachTo.Args().With("elsewhere", elsewhere["elsewhere"]))
	}
}

// elsewhere returns the code of where a refusal comes from that the role's own
// policies do not explain.
func elsewhere(d *report.Diagnosis) string {
	if len(d.Findings) > 0 && len(d.Findings[0].Denied) > 0 && d.Findings[0].Denied[0].PolicyType == verdict.PolicyIdentity {
		return "fixed-since"
	}
	return "unseen"
}
