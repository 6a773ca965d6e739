package fix

import (
	"net/url"
	"strings"

	"whystopped/internal/arn"
	"whystopped/internal/diagnose/cause"
	"whystopped/internal/diagnose/rank"
	"whystopped/internal/diagnose/report"
	"whystopped/internal/diagnose/verdict"
	"whystopped/internal/iampolicy"
	"whystopped/internal/words"
)

// ownerText says whose policy decides if it isn't the role's.
// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
func ownerText(r *cause.Refusal, to *report.AttachTo) words.Text {
	args := to.Args()
	args["policy"] = r.PolicyARN
	switch {
	case to != nil && to.Kind == verdict.ServiceLinkedRole && !r.Explicit && r.Policy == verdict.PolicyIdentity:
		// Source: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using-service-linked-roles.html
		return words.Say("owner.service-linked", args)
	case r.Policy != verdict.PolicyUnknown:
		return words.Say("owner."+string(r.Policy), args)
	case r.Explicit:
		return words.Say("owner.unnamed-deny", args)
	}
	return words.Say("owner.unknown", args)
}

// ownerKind is the kind of the policy on the refused resource.
func ownerKind(r *cause.Refusal) iampolicy.Kind {
	if strings.HasPrefix(r.Action, "kms:") {
		return iampolicy.KindKey
	}
	return iampolicy.KindResource
}

// foreignOwner is the account of the resource where it is another than the
// principal's: then both sides must allow.
// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html
func foreignOwner(k rank.Candidate, r *cause.Refusal) string {
	resource, ok := arn.Parse(r.Resource)
	if !ok || !arn.IsAccount(resource.Account) {
		return ""
	}
	account := principalAccount(k, r)
	if !arn.IsAccount(account) || account == resource.Account {
		return ""
	}
	return resource.Account
}

// principalAccount is the account of the refused principal.
func principalAccount(k rank.Candidate, r *cause.Refusal) string {
	if a, ok := arn.Parse(k.Identity().ARN); ok {
		return a.Account
	}
	return r.Principal.Account
}

// foreignHalf adds what the owner of a resource of another account has to allow
// beside the identity's own policy.
func foreignHalf(c *cause.Case, k rank.Candidate, fix *report.Fix) {
	foreignKey(c, k, fix)
	r := k.Match.Refusal
	owner := foreignOwner(k, r)
	if owner == "" {
		return
	}
	service, _, _ := strings.Cut(r.Action, ":")
	if service == "organizations" {
		// An organization is its management account's.
		// Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_DescribeAccount.html
		fix.Say("foreign.organization", fix.AttachTo.Args().With("owner", owner).With("account", principalAccount(k, r)))
		return
	}
	if !iampolicy.HasResourcePolicies(service) {
		fix.Say("foreign.no-policies", fix.AttachTo.Args().With("owner", owner))
		return
	}
	resource, _ := arn.Parse(c.PolicyResource(r))
	if step, ok := ownerStep(r.Action, resource, fix.AttachTo); ok {
		fix.Step(step)
	} else {
		fix.Say("foreign.resource", fix.AttachTo.Args().With("owner", owner))
	}
	if strings.HasPrefix(r.Action, "ssm:GetParameter") {
		return // a parameter is shared, and nobody writes its policy by hand
	}
	doc, _ := iampolicy.ResourcePolicy(principalARN(k, r), requestsOf(c, k), c.RefusalContext(r))
	fix.AddOnce(ownerKind(r), c.PolicyResource(r), doc)
}

// principalARN is the refused principal as a policy names it: a role's ARN
// where it is known, else the session's.
func principalARN(k rank.Candidate, r *cause.Refusal) string {
	if id := k.Identity().ARN; id != "" {
		return id
	}
	return r.Principal.ARN
}

func attachTo(id verdict.Identity) *report.AttachTo {
	return &report.AttachTo{Kind: id.Kind, ARN: id.ARN, Name: nameOf(id.ARN), ConsoleURL: roleConsole(id.ARN)}
}

// roleConsole opens a role in IAM's console; "" for what is no role, and for
// partitions whose console is not known here. The console takes the name
// without its path.
func roleConsole(s string) string {
	a, ok := arn.Parse(s)
	if !ok || a.Service != "iam" || a.Type() != "role" {
		return ""
	}
	hosts := map[string]string{"aws": "console.aws.amazon.com", "aws-cn": "console.amazonaws.cn", "aws-us-gov": "console.amazonaws-us-gov.com"}
	if hosts[a.Partition] == "" {
		return ""
	}
	return "https://" + hosts[a.Partition] + "/iam/home#/roles/details/" + url.PathEscape(a.Name())
}

// nameOf is what IAM's calls want: a name without its path; "" for what is no ARN.
func nameOf(principal string) string {
	if _, ok := arn.Parse(principal); !ok {
		return ""
	}
	return arn.PrincipalName(principal)
}

// attachText says to attach the policy, and in which account that takes access.
func attachText(c *cause.Case, k rank.Candidate, to *report.AttachTo) words.Text {
	account := c.Facts.Account
	if a, ok := arn.Parse(k.Identity().ARN); ok && arn.IsAccount(a.Account) {
		account = a.Account
	}
	return words.Say("fix.attach", to.Args().With("account", account))
}
