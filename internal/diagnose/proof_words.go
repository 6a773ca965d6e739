package diagnose

import (
	"fmt"
	"slices"
	"strings"

	"whystopped/internal/diagnose/verdict"
)

// notTried is for a policy that no simulation was made of; why is a sentence.
func notTried(why string) Verified {
	return Verified{Status: statusNotVerified, Detail: why}
}

// concluded puts what the proofs found into the diagnosis.
func (d Diagnosis) concluded(proofs []*proof) Diagnosis {
	d.Caveats = slices.Clone(d.Caveats)
	d.Fix.Policies = nil
	for _, p := range proofs {
		policy := p.policy
		switch {
		case policy.Verified.By != "": // proven in another way
		case p.untriable != "":
			policy.Verified = notTried(p.untriable)
		default:
			policy.Verified = p.verified()
		}
		if policy.Purpose == purposeComplete && len(p.trials) > 0 {
			policy.Document = p.lacking()
			lacks := actionsOf(policy.Document)
			policy.NeededNext = slices.DeleteFunc(slices.Clone(policy.NeededNext), func(action string) bool { return !slices.Contains(lacks, action) })
			policy.Verified.Detail = strings.TrimSpace(p.share(len(policy.Document.Statement)) + " " + policy.Verified.Detail)
		}
		if len(policy.Document.Statement) > 0 {
			d.Fix.Policies = append(d.Fix.Policies, policy)
		}
		if policy.Purpose == purposeDenied {
			d.explain(policy)
		}
	}
	if d.Fix.Policies == nil {
		d.Fix.Policies = []Policy{}
	}
	return d
}

// verified sums the proof up.
func (p *proof) verified() Verified {
	for _, r := range slices.Concat(p.before, p.after) {
		if r.Problem != "" {
			return notTried(r.Problem)
		}
	}
	before, after := outcomes(p.before), outcomes(p.after)
	v := Verified{Status: statusAllowed, By: simulatorAction, Before: strictest(before)}
	with := "allowed"
	if len(after) > 0 {
		with = strictest(after)
	}
	v.Detail = "before: " + v.Before + "; with this policy: " + with
	denied := slices.DeleteFunc(slices.Clone(after), Outcome.allowed)
	switch missing := missingKeys(before, after); {
	case len(missing) > 0:
		v.Status = statusNotVerified
		v.Detail += ". Conditions of the role's policies ask for " + strings.Join(missing, ", ") + ", whose values are not known here"
	case len(denied) > 0:
		v.Status = statusStillDenied
		v.Detail += ". " + stopper(denied[0]) + callWords(denied, after)
	}
	return v
}

// outcomes are those of several results, one after the other.
func outcomes(results []Result) []Outcome {
	var all []Outcome
	for _, r := range results {
		all = append(all, r.Outcomes...)
	}
	return all
}

// strictest is the decision on a policy's calls together.
func strictest(all []Outcome) string {
	for _, decision := range []string{"explicitDeny", "implicitDeny"} {
		if slices.ContainsFunc(all, func(o Outcome) bool { return o.Decision == decision }) {
			return decision
		}
	}
	return "allowed"
}

func missingKeys(lists ...[]Outcome) []string {
	var keys []string
	for _, o := range slices.Concat(lists...) {
		keys = append(keys, o.Missing...)
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// stopper says who refuses a call although the role is given the permission.
func stopper(o Outcome) string {
	switch {
	case o.ByOrganization:
		return "A service control policy of the organization stops it"
	case o.ByBoundary:
		return "The permissions boundary of the role stops it"
	case o.Decision == "explicitDeny":
		return "A policy of the role denies it explicitly"
	}
	return "IAM still finds no statement that allows it"
}

// callWords name the calls that are refused where others of the policy are not.
func callWords(denied, all []Outcome) string {
	if len(denied) == len(all) {
		return ""
	}
	names := make([]string, len(denied))
	for i, o := range denied {
		names[i] = o.Action
	}
	slices.Sort(names)
	return " (" + strings.Join(slices.Compact(names), ", ") + ")"
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
		d.Caveats = append(d.Caveats, "IAM's simulator says that the policy alone is not enough ("+p.Verified.Detail+"): that has to be mended too.")
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
		return "AWS named the role's own policies when it refused, so it was most likely mended since: start the task again."
	}
	return "Either it was mended since, or the refusal came from what the simulator does not see: the resource's own policy, a key policy, a VPC endpoint policy, a session policy, a resource control policy, or a service control policy with a condition."
}
