package proof

import (
	"maps"
	"regexp"
	"slices"

	"whystopped/internal/arn"
	"whystopped/internal/diagnose/report"
	"whystopped/internal/diagnose/verdict"
	"whystopped/internal/iampolicy"
	"whystopped/internal/words"
)

// policyRef is a policy that a denial names.
type policyRef struct {
	kind verdict.PolicyType
	arn  string
	// account is the policy's; "aws" for AWS's own.
	account string
	// organizationOf returns the id of the organization that an SCP is of.
	organization string
}

// What the ARNs of policies hold. Paths and names of IAM have no wildcard: in an
// exclusion it would leave out more than one policy.
// Sources: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagement.html
// and https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsorganizations.html
var (
	managedPolicy = regexp.MustCompile(`^policy/[\w+=,.@/-]+$`)
	controlPolicy = regexp.MustCompile(`^policy/(?:(o-[a-z0-9]+)/)?(service|resource)_control_policy/p-[0-9A-Za-z_]+$`)
)

// denyingPolicy is the policy that a denial names as the one with the explicit
// deny, if its ARN is one of its type. The text is evidence, and not believed.
func denyingPolicy(call report.DeniedCall) (policyRef, bool) {
	if !call.Explicit || call.PolicyARN == nil {
		return policyRef{}, false
	}
	p := policyRef{kind: call.PolicyType, arn: *call.PolicyARN}
	a, ok := arn.Parse(p.arn)
	if !ok || a.Region != "" || a.Account != "aws" && !arn.IsAccount(a.Account) {
		return policyRef{}, false
	}
	p.account = a.Account
	switch p.kind {
	case verdict.PolicyIdentity, verdict.PolicyBoundary:
		return p, a.Service == "iam" && managedPolicy.MatchString(a.Resource)
	case verdict.PolicySCP, verdict.PolicyRCP:
		m := controlPolicy.FindStringSubmatch(a.Resource)
		if m == nil || a.Service != "organizations" || (m[2] == "service") != (p.kind == verdict.PolicySCP) {
			return policyRef{}, false
		}
		p.organization = m[1]
		return p, true
	}
	return policyRef{}, false
}

// WithoutPolicy returns the policy to be left out to prove that its deny decides;
// nil where the denial names none.
func WithoutPolicy(findings []report.Finding) *report.WithoutPolicy {
	for _, call := range primaryDenied(findings) {
		if p, ok := denyingPolicy(call); ok {
			return &report.WithoutPolicy{ARN: p.arn, PolicyType: p.kind, Verified: report.NotTried(words.Say("proof.not-simulated", nil))}
		}
	}
	return nil
}

// primaryDenied are the denied calls of the finding that made the verdict.
func primaryDenied(findings []report.Finding) []report.DeniedCall {
	i := slices.IndexFunc(findings, func(f report.Finding) bool { return f.Primary })
	if i < 0 {
		return nil
	}
	return findings[i].Denied
}

// removalOf compares the calls that a policy denied explicitly with how they
// would be decided without it.
func removalOf(d report.Diagnosis) comparison {
	without := d.Fix.WithoutPolicy
	if without == nil {
		return comparison{}
	}
	c := comparison{worth: Outcome.explicit, change: func(t Trial) Trial {
		t.Without = []Exclusion{exclusionOf(without)}
		return t
	}}
	if c.untriable = unremovable(d, without); c.untriable.IsZero() {
		var trials []Trial
		trials, c.untriable = deniedTrials(d, without)
		c.try(trials)
	}
	return c
}

// exclusionOf names a policy to be left out. A principal has one permissions
// boundary at most, and IAM leaves boundaries out by their type: by ARN it knows
// the policies that are attached to a user, a group or a role.
// Source: type PolicyIdentifier of the AWS SDK for Go, service/iam v1.57.0 and later.
func exclusionOf(p *report.WithoutPolicy) Exclusion {
	if p.PolicyType == verdict.PolicyBoundary {
		return Exclusion{Type: p.PolicyType}
	}
	return Exclusion{Type: p.PolicyType, ARN: p.ARN}
}

// unremovable says why a simulation can't leave a policy out; it has no words if
// it can.
func unremovable(d report.Diagnosis, p *report.WithoutPolicy) words.Text {
	if p.PolicyType == verdict.PolicyRCP {
		return words.Say("proof.rcp", nil)
	}
	if why := unaskable(d, d.Fix.AttachTo); !why.IsZero() {
		return why
	}
	principal, _ := arn.Parse(d.Fix.AttachTo.ARN)
	policy, _ := arn.Parse(p.ARN)
	if policy.Partition != principal.Partition || policy.Service == "iam" && policy.Account != "aws" && policy.Account != principal.Account {
		return words.Say("proof.not-its-policy", d.Fix.AttachTo.Args())
	}
	return words.Text{}
}

// deniedTrials are the calls that the policy denied, or why there are none.
func deniedTrials(d report.Diagnosis, p *report.WithoutPolicy) (trials []Trial, untriable words.Text) {
	for _, call := range primaryDenied(d.Findings) {
		if named, ok := denyingPolicy(call); !ok || named.arn != p.ARN {
			continue
		}
		resource, ok := triedResource(call)
		if !ok {
			return nil, words.Say("proof.call-unknown", nil)
		}
		s := iampolicy.Statement{Action: []string{call.Action}, Resource: []string{resource}}
		for _, t := range trialsOf(d, d.Fix.AttachTo.ARN, s, s.Action) {
			if !slices.ContainsFunc(trials, func(other Trial) bool { return other.question() == t.question() }) {
				trials = append(trials, t)
			}
		}
	}
	return trials, words.Text{}
}

// triedResource is the resource that a denied call is tried on.
func triedResource(call report.DeniedCall) (string, bool) {
	act, known := iampolicy.Canonical(call.Action)
	switch {
	case call.Action == "":
		return "", false
	case call.Resource == "*", known && len(act.Types) == 0:
		return "*", true
	}
	_, ok := arn.Parse(call.Resource)
	return call.Resource, ok
}

// concludeRemoval puts what came of leaving the policy out into the diagnosis.
func concludeRemoval(d *report.Diagnosis, c comparison) {
	without := *d.Fix.WithoutPolicy
	without.Verified = report.NotTried(c.untriable)
	if c.untriable.IsZero() {
		without.Verified = c.removed(without)
	}
	d.Fix.WithoutPolicy = &without
	if without.Verified.Status == report.StatusStillDenied {
		d.Caveats = append(d.Caveats, words.Say("caveat.removal-not-enough", maps.Clone(without.Verified.Detail.Args).With("policy", without.ARN)))
	}
}

// removed sums up how the calls are decided without the policy.
func (c *comparison) removed(p report.WithoutPolicy) report.Verified {
	if why := problem(c.before); !why.IsZero() {
		return report.NotTried(why)
	}
	before, after := outcomes(c.before), outcomes(c.after)
	v := report.Verified{Status: report.StatusNotVerified, By: report.BySimulator, Before: strictest(before)}
	args := words.Args{"before": v.Before}
	switch {
	case v.Before != decisionExplicitDeny:
		args["reason"] = "deny-not-found"
	case !problem(c.after).IsZero():
		args["reason"] = "not-tried"
		v.Status = c.judgeRemoval(p, args)
	default:
		args["after"] = strictest(after)
		v.Status = c.judgeRemoval(p, args)
	}
	v.Detail = words.Say("proof.removed", args)
	return v
}

// judgeRemoval decides by the outcomes without the policy, and puts the reason
// into the arguments.
func (c *comparison) judgeRemoval(p report.WithoutPolicy, args words.Args) (status string) {
	after, isSCP := outcomes(c.after), p.PolicyType == verdict.PolicySCP
	missing := missingKeys(outcomes(c.before), after, outcomes(c.withoutSCPs))
	untried := !problem(c.after).IsZero()
	// Where nothing allows a call once an SCP is left out, the SCP may have done so.
	stops := slices.DeleteFunc(c.stops(), func(o Outcome) bool { return isSCP && !o.explicit() && !o.ByBoundary })
	switch {
	case len(stops) > 0 && decidedBy(stops[0], p.ARN):
		args["reason"] = "not-left-out"
	case len(stops) > 0:
		args["reason"], args["policies"], args["calls"] = otherStopper(stops[0]), policiesOf(stops[0]), deniedCalls(stops, after)
		return report.StatusStillDenied
	case len(missing) > 0:
		args["reason"], args["keys"] = "missing-keys", missing
	case isSCP && (untried || len(c.bySCPs()) > 0):
		// What is left open if a service control policy is left out and the answer
		// stays the same: IAM documents exclusion by ARN for policies that are attached
		// to a user, a group or a role, and not for SCPs.
		// Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_PolicyIdentifier.html
		args["reason"] = "one-of-scps"
		if c.allowedWithoutSCPs() {
			args["bare"] = "without-scps"
		}
	case untried:
	case len(c.bySCPs()) > 0:
		c.tellSCPs(args)
	case strictest(after) == decisionAllowed:
		return report.StatusAllowed
	default:
		args["reason"] = "no-deny-left"
	}
	return report.StatusNotVerified
}

// decidedBy reports whether IAM says that the statements of no other policy than
// the one with the ARN decided. It names a managed policy by its name.
func decidedBy(o Outcome, policyARN string) bool {
	a, _ := arn.Parse(policyARN)
	return o.explicit() && len(o.Policies) > 0 && !slices.ContainsFunc(o.Policies, func(id string) bool { return id != policyARN && id != a.Name() })
}
