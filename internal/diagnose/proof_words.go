package diagnose

import (
	"fmt"
	"slices"
	"strings"

	"whystopped/internal/diagnose/verdict"
	"whystopped/internal/iampolicy"
)

// notTried is for a policy that no simulation was made of; why is a sentence.
func notTried(why string) Verified {
	return Verified{Status: statusNotVerified, Detail: why}
}

// concluded puts what the proofs found into the diagnosis.
func (d Diagnosis) concluded(proofs []*proof) Diagnosis {
	d.Caveats = slices.Clone(d.Caveats)
	denied := d.Fix.documents(purposeDenied, iampolicy.KindIdentity)
	d.Fix.Policies = nil
	var narrowed []int
	for _, p := range proofs {
		policy := p.policy
		switch {
		case policy.Verified.By != "": // proven in another way
		case p.untriable != "":
			policy.Verified = notTried(p.untriable)
		default:
			policy.Verified = p.verified()
		}
		rest := policy.Purpose == purposeComplete && len(p.trials) > 0
		if rest {
			policy = policy.narrowed(p.lacking())
			policy.needs(neededBeside(policy.Document, denied))
			policy.Verified.Detail = strings.TrimSpace(p.share(len(policy.Document.Statement)) + " " + policy.Verified.Detail)
		}
		if len(policy.Document.Statement) > 0 {
			if rest {
				narrowed = append(narrowed, len(d.Fix.Policies))
			}
			d.Fix.Policies = append(d.Fix.Policies, policy)
		}
		if policy.Purpose == purposeDenied {
			d.explain(policy)
		}
	}
	if d.Fix.Policies == nil {
		d.Fix.Policies = []Policy{}
	}
	d.Fix.rewriteSnippets(narrowed)
	return d
}

// verified sums the proof up.
func (p *proof) verified() Verified {
	if why := problem(p.before, p.after); why != "" {
		return notTried(why)
	}
	before, after := outcomes(p.before), outcomes(p.after)
	v := Verified{Status: statusAllowed, By: simulatorAction, Before: strictest(before)}
	v.Detail = "before: " + v.Before + "; with this policy: " + strictest(after)
	missing := missingKeys(before, after)
	switch stops := p.stops(); {
	case len(stops) > 0:
		v.Status = statusStillDenied
		v.Detail += ". " + stopper(stops[0]) + callWords(stops, after)
	case len(missing) > 0:
		v.Status = statusNotVerified
		v.Detail += ". " + missingWords(missing)
	case len(p.bySCPs()) > 0:
		v.Status = statusNotVerified
		v.Detail += ". " + p.scpWords()
	}
	return v
}

// stopper says who denies a call although the role is given the permission.
func stopper(o Outcome) string {
	switch {
	case o.ByBoundary:
		return "The permissions boundary of the role stops it"
	case o.explicit():
		return "A policy of the role denies it explicitly" + policyNames(o)
	}
	return "IAM still finds no statement that allows it"
}

// otherStopper says who denies a call although the policy that denied it is left
// out.
func otherStopper(o Outcome) string {
	switch {
	case o.ByBoundary:
		return "The permissions boundary of the role stops it too"
	case o.explicit():
		return "Another policy of the role denies it too" + policyNames(o)
	}
	return "Nothing denies it explicitly then, but no policy of the role allows it"
}

// oneOfSCPsWords say what is left open where a service control policy is left
// out and the answer stays the same. IAM documents exclusion by ARN for
// policies that are attached to a user, a group or a role, and not for SCPs.
// Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_PolicyIdentifier.html
func (c *comparison) oneOfSCPsWords() string {
	either := "Another service control policy denies it too, or IAM's simulator can't leave out a single one"
	if c.allowedWithoutSCPs() {
		return "Without all service control policies it's allowed. " + either
	}
	return either
}

// policyNames name the policies whose statements decided, where IAM names them.
func policyNames(o Outcome) string {
	names := slices.DeleteFunc(slices.Clone(o.Policies), func(name string) bool { return name == "" })
	slices.Sort(names)
	if names = slices.Compact(names); len(names) == 0 {
		return ""
	}
	return " (" + strings.Join(names, ", ") + ")"
}

func missingWords(keys []string) string {
	return "Conditions of the role's policies ask for " + strings.Join(keys, ", ") + ", whose values are not known here"
}

// scpWords say that a service control policy denies the calls, and why that may
// hold of the simulation only.
func (c *comparison) scpWords() string {
	denied := c.bySCPs()
	words := "A service control policy denies it in the simulation" + callWords(denied, outcomes(c.after))
	if !slices.ContainsFunc(denied, func(o Outcome) bool { return o.ByOrganization }) {
		// It is inferred: see Outcome.bySCP.
		words = "Most likely a service control policy denies it in the simulation" + callWords(denied, outcomes(c.after)) +
			": IAM reports an explicit deny, and no policy of the role's that holds it"
	}
	words += ". Its conditions may depend on values that whystopped doesn't know"
	if keys := unknownKeys(c.trials); len(keys) > 0 {
		words += ", such as " + strings.Join(keys, ", ")
	}
	words += "; IAM doesn't report which"
	if c.allowedWithoutSCPs() {
		words += ". Without service control policies it's allowed"
	}
	return words
}

// callWords name the calls that are denied where others of the policy are not.
func callWords(denied, all []Outcome) string {
	names := func(outcomes []Outcome) []string {
		var actions []string
		for _, o := range outcomes {
			actions = append(actions, o.Action)
		}
		slices.Sort(actions)
		return slices.Compact(actions)
	}
	if some := names(denied); len(denied) < len(all) {
		return " (" + strings.Join(some, ", ") + ")"
	}
	return ""
}

// share says how much of all that the start needs the role lacks.
func (p *proof) share(statements int) string {
	had := 0
	for _, o := range outcomes(p.before) {
		if o.allowed() {
			had++
		}
	}
	switch {
	case statements == 0 || had == 0:
		return ""
	case had == 1:
		return "The role has one of the calls of the start already; this is what it lacks."
	}
	return fmt.Sprintf("The role has %d calls of the start already; this is what it lacks.", had)
}

// explain says in the caveats, and in the summary of what to do, what it means
// that the policy for what was denied is not what is missing, or not all.
func (d *Diagnosis) explain(p Policy) {
	switch {
	case p.Verified.Status == statusStillDenied:
		d.Caveats = append(d.Caveats, "IAM's simulator says that the policy alone isn't enough ("+p.Verified.Detail+"): that has to be fixed too.")
	case p.Verified.Status == statusAllowed && p.Verified.Before == "allowed":
		elsewhere := d.elsewhere()
		d.Caveats = append(d.Caveats, "IAM's simulator finds the denied call allowed by the role's policies as they are now. "+elsewhere)
		d.Fix.Summary = "Before you attach anything: IAM's simulator says that " + attachWords(p.AttachTo) + " has this permission already. " + elsewhere
	}
}

// elsewhere says where a refusal comes from that the role's own policies do not
// explain.
func (d *Diagnosis) elsewhere() string {
	if len(d.Findings) > 0 && len(d.Findings[0].Denied) > 0 && d.Findings[0].Denied[0].PolicyType == verdict.PolicyIdentity {
		return "AWS named the role's own policies when it denied the call, so it was most likely fixed since: start the task again."
	}
	return "Either it was fixed since, or the denial came from what the simulator doesn't see: the resource's own policy, a key policy, a VPC endpoint policy, a session policy, " +
		"a resource control policy, or a service control policy whose condition depends on how the call reached AWS, such as aws:SourceVpce."
}
