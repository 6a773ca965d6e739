package fix

import (
	"strings"

	"whystopped/internal/arn"
	"whystopped/internal/diagnose/cause"
	"whystopped/internal/diagnose/rank"
	"whystopped/internal/diagnose/report"
	"whystopped/internal/diagnose/verdict"
	"whystopped/internal/iampolicy"
	"whystopped/internal/words"
)

// fixAssume answers a denied sts:AssumeRole, which has two sides. Within one
// account the trust policy always has to allow it, and the caller's own policy
// too unless the trust policy names the caller itself; across accounts both.
// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html
// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-user.html
func fixAssume(c *cause.Case, k rank.Candidate, fix *report.Fix) {
	r := k.Match.Refusal
	owner := foreignOwner(k, r)
	byCaller, byTrust := assumeSides(r, owner != "")
	if r.Policy == verdict.PolicyTrust && rank.Hearsay(c, k) || k.Identity().Kind == verdict.ServiceLinkedRole {
		byCaller = false // AWS names the other side, if it is AWS that speaks; and nobody edits what a service-linked role may do
	}
	args := fix.AttachTo.Args().With("assumed", roleName(r)).With("owner", owner)
	if byCaller {
		doc, notes := iampolicy.Allow(requestsOf(c, k), c.RefusalContext(r))
		fix.Add(iampolicy.KindIdentity, fix.AttachTo, doc)
		for _, n := range notes {
			fix.Step(n.Reason)
		}
	}
	trusted := byTrust && !rank.Hearsay(c, k) && addTrustOf(fix, r, principalARN(k, r)) // heed would take it out again
	switch {
	case byCaller && trusted:
		fix.Summary = words.Say("fix.attach-both", args)
	case trusted:
		fix.Summary = words.Say("fix.add-trust", args)
	case byCaller && len(fix.Policies) > 0:
		fix.Summary = attachText(c, k, fix.AttachTo)
		fix.Say("assume.check-trust", args)
	case len(fix.Policies) == 0 && fix.Summary.IsZero():
		fix.Summary = ownerText(r, fix.AttachTo)
	}
	switch {
	case owner != "":
		fix.Say("assume.across", args)
	case trusted && accountOfRole(r) == "":
		fix.Say("assume.maybe-across", nil)
	case trusted:
		fix.Say("assume.self-named", args)
	}
}

// accountOfRole is the account of the role that was to be assumed; "" where the
// evidence does not tell.
func accountOfRole(r *cause.Refusal) string {
	if a, ok := arn.Parse(r.Resource); ok && arn.IsAccount(a.Account) {
		return a.Account
	}
	return ""
}

// assumeSides tells on which sides of an assumption something is open.
func assumeSides(r *cause.Refusal, across bool) (byCaller, byTrust bool) {
	switch {
	case r.Explicit:
		return false, false
	case r.Policy == verdict.PolicyTrust:
		return across, true
	case r.Policy == verdict.PolicyIdentity:
		return true, across
	case r.Policy == verdict.PolicyUnknown:
		return true, true
	}
	return false, false
}

// assumes reports whether a denial is of one role that another principal assumes.
func assumes(r *cause.Refusal) bool { return r.Action == "sts:AssumeRole" }

// addTrustOf adds the statement that lets the principal assume the role, where
// somebody can edit the role's trust policy; it says in a step where nobody can.
func addTrustOf(f *report.Fix, r *cause.Refusal, principal string) bool {
	if why, ok := untrustable(r.Resource); ok {
		f.Step(why)
		return false
	}
	if principal == "" {
		f.Say("assume.unnamed", words.Args{"assumed": roleName(r)})
		return false
	}
	added := f.Add(iampolicy.KindTrust, assumed(r), trustOf(principal))
	for i := range added {
		added[i].Detail = words.Say("policy.add-to-trust", nil)
	}
	return len(added) > 0
}

// untrustable says why nobody can edit a role's trust policy; ok is false if
// somebody can.
// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/using-service-linked-roles.html
// Source: https://docs.aws.amazon.com/singlesignon/latest/userguide/using-service-linked-roles.html
func untrustable(role string) (why words.Text, ok bool) {
	a, _ := arn.Parse(role)
	name := cause.RoleName(role)
	switch {
	case strings.HasPrefix(name, "AWSServiceRoleFor"), strings.Contains(a.Resource, "/aws-service-role/"):
		return words.Say("assume.service-linked", words.Args{"assumed": name}), true
	case strings.HasPrefix(name, "AWSReservedSSO_"), strings.Contains(a.Resource, "/aws-reserved/"):
		return words.Say("assume.identity-center", words.Args{"assumed": name}), true
	}
	return words.Text{}, false
}

// roleName is the name of the role that was to be assumed; "" if it isn't known.
func roleName(r *cause.Refusal) string {
	if name := cause.RoleName(r.Resource); name != "*" {
		return name
	}
	return ""
}

// foreignRole says that a role of the task is of another account, which no trust
// policy makes usable; ok is false if it is not.
// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
func foreignRole(c *cause.Case, role string) (why words.Text, ok bool) {
	a, ok := arn.Parse(role)
	if !ok || !arn.IsAccount(a.Account) || !arn.IsAccount(c.Facts.Account) || a.Account == c.Facts.Account {
		return words.Text{}, false
	}
	return words.Say("assume.foreign-role", words.Args{"assumed": a.Name(), "owner": a.Account, "account": c.Facts.Account}), true
}
