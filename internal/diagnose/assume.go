package diagnose

import (
	"fmt"
	"strings"

	"whystopped/internal/arn"
	"whystopped/internal/diagnose/cause"
	"whystopped/internal/diagnose/verdict"
	"whystopped/internal/iampolicy"
)

// What a document says that is to be added to a trust policy and not to replace it.
const (
	addToTrust = "A statement to add to the trust policy that the role has: keep its other statements."
	selfNamed  = "Within one account the trust policy of %s has to allow this in any case. Because the statement names %s itself, and not only the account, no further permission is needed there; a trust policy that names only the account leaves it to the identity-based policy."
)

// byTokenStep is for calls that bring a token in place of a signature: only the
// trust policy is asked, with conditions that its owner knows.
// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp_oidc.html
const byTokenStep = "Check the trust policy of the role: it has to name the identity provider as Federated principal, and its conditions have to match the audience and the subject of the token."

// fixAssume answers a denied sts:AssumeRole, which has two sides. Within one
// account the trust policy always has to allow it, and the caller's own policy
// too unless the trust policy names the caller itself; across accounts both.
// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html
// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-user.html
func fixAssume(c *cause.Case, k candidate, fix *Fix) {
	r := k.match.Refusal
	owner := foreignOwner(k, r)
	byCaller, byTrust := assumeSides(r, owner != "")
	if r.Policy == verdict.PolicyTrust && hearsay(c, k) || k.identity().Kind == verdict.ServiceLinkedRole {
		byCaller = false // AWS names the other side, if it is AWS that speaks; and nobody edits what a service-linked role may do
	}
	who, role := attachWords(fix.AttachTo), roleWords(r)
	if byCaller {
		doc, notes := iampolicy.Allow(requestsOf(c, k), refusalContext(c, r))
		fix.add(iampolicy.KindIdentity, fix.AttachTo, doc)
		for _, n := range notes {
			fix.step(n.Reason)
		}
	}
	trusted := byTrust && !hearsay(c, k) && fix.addTrustOf(r, principalARN(k, r)) // heed would take it out again
	switch {
	case byCaller && trusted:
		fix.Summary = fmt.Sprintf("Two policies decide: attach the identity-based policy to %s, and add the statement to the trust policy of %s.", who, role)
	case trusted:
		fix.Summary = fmt.Sprintf("Add the statement to the trust policy of %s: the policies of %s aren't what denied this.", role, who)
	case byCaller && len(fix.Policies) > 0:
		fix.Summary = fmt.Sprintf("Attach this policy to %s. Requires IAM admin access in %s.", who, accountWords(c, k))
		fix.step(fmt.Sprintf("Check the trust policy of %s: it has to allow this too, and AWS names only one of the policies that deny.", role))
	case len(fix.Policies) == 0 && fix.Summary == "":
		fix.Summary = ownerWords(r, fix.AttachTo)
	}
	switch {
	case owner != "":
		fix.step(fmt.Sprintf("The role to be assumed belongs to account %s: across accounts both sides have to allow this, and only administrators of that account can change the trust policy.", owner))
	case trusted && accountOfRole(r) == "":
		fix.step("If the role to be assumed belongs to another account, both sides have to allow this; within one account the trust policy is enough where it names the caller itself.")
	case trusted:
		fix.step(fmt.Sprintf(selfNamed, role, who))
	}
}

// accountOfRole is the account of the role that was to be assumed; "" where the
// evidence does not tell.
func accountOfRole(r *cause.Refusal) string {
	if a, ok := arn.Parse(r.Resource); ok && isAccount(a.Account) {
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
func (f *Fix) addTrustOf(r *cause.Refusal, principal string) bool {
	if why := untrustable(r.Resource); why != "" {
		f.step(why)
		return false
	}
	if principal == "" {
		f.step("Add the principal that made the call to the trust policy of " + roleWords(r) + "; the evidence doesn't name it.")
		return false
	}
	added := f.add(iampolicy.KindTrust, assumed(r), trustOf(principal))
	for i := range added {
		added[i].Detail = addToTrust
	}
	return len(added) > 0
}

// untrustable says why nobody can edit a role's trust policy; "" where somebody can.
// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/using-service-linked-roles.html
// Source: https://docs.aws.amazon.com/singlesignon/latest/userguide/using-service-linked-roles.html
func untrustable(role string) string {
	a, _ := arn.Parse(role)
	name := cause.RoleName(role)
	switch {
	case strings.HasPrefix(name, "AWSServiceRoleFor"), strings.Contains(a.Resource, "/aws-service-role/"):
		return name + " is a service-linked role: only its AWS service can assume it, and nobody can edit its trust policy. Use a role of your own."
	case strings.HasPrefix(name, "AWSReservedSSO_"), strings.Contains(a.Resource, "/aws-reserved/"):
		return name + " belongs to IAM Identity Center, which alone can change its trust policy. Use a role of your own."
	}
	return ""
}

// roleWords name the role that was to be assumed.
func roleWords(r *cause.Refusal) string {
	if name := cause.RoleName(r.Resource); name != "" && name != "*" {
		return "the role " + name
	}
	return "the role to be assumed"
}

// foreignRole says that a role of the task is of another account, which no trust
// policy makes usable; "" where it is not.
// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
func foreignRole(c *cause.Case, role string) string {
	a, ok := arn.Parse(role)
	if !ok || !isAccount(a.Account) || !isAccount(c.Facts.Account) || a.Account == c.Facts.Account {
		return ""
	}
	return fmt.Sprintf("The role %s belongs to account %s, and the task runs in %s: ECS uses only roles of the task's own account. Create the role there, and let it assume the other one from your code.", a.Name(), a.Account, c.Facts.Account)
}
