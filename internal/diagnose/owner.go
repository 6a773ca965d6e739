package diagnose

import (
	"cmp"
	"fmt"
	"net/url"
	"strings"

	"whystopped/internal/arn"
	"whystopped/internal/diagnose/cause"
	"whystopped/internal/diagnose/verdict"
	"whystopped/internal/iampolicy"
	"whystopped/internal/words"
)

// ownerWords say whose policy decides, where it is not the role's.
// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
func ownerWords(r *cause.Refusal, to *AttachTo) string {
	if to != nil && to.Kind == verdict.ServiceLinkedRole && !r.Explicit && r.Policy == verdict.PolicyIdentity {
		// Source: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using-service-linked-roles.html
		return "AWS alone writes the policy of " + attachWords(to) + ", and it doesn't allow this: nobody can add to it. Check which resource the call was about, and whether the service can be given a role of its own for it."
	}
	which := ""
	if r.PolicyARN != "" {
		which = " " + r.PolicyARN
	}
	switch r.Policy {
	case verdict.PolicySCP:
		return "A service control policy" + which + " refuses this. It belongs to the organization: its administrators must change it in the management account. A policy on the role changes nothing."
	case verdict.PolicyRCP:
		return "A resource control policy" + which + " refuses this. It belongs to the organization of the resource's account. A policy on the role changes nothing."
	case verdict.PolicyBoundary:
		return "The permissions boundary" + which + " of " + attachWords(to) + " does not let this through. Whoever sets boundaries in the account must widen it; an Allow beside it changes nothing."
	case verdict.PolicySession:
		return "The session policy" + which + " that was given when the role was assumed limits the session. Whoever assumes the role sets it."
	case verdict.PolicyVPCEndpoint:
		return "The policy of the VPC endpoint" + which + " refuses this. It belongs to whoever runs the network; a policy on the role changes nothing."
	case verdict.PolicyKey:
		return "The KMS key's own policy refuses this. The key's administrators must let " + attachWords(to) + ", or the account's IAM policies, use it."
	case verdict.PolicyTrust:
		return "The trust policy of the role to be assumed refuses this. It is mended at that role."
	case verdict.PolicyResource:
		return "The resource's own policy refuses this. Its owner must allow " + attachWords(to) + " there; a policy on the role alone changes nothing."
	case verdict.PolicyIdentity:
		return "A policy" + which + " on " + attachWords(to) + " denies this explicitly. Remove the Deny or narrow its condition: a deny beats every Allow."
	}
	if r.Explicit {
		return "Some policy denies this explicitly, and the message does not say which. A deny beats every Allow: look for it in the role's policies, its boundary, the organization's policies and the resource's policy."
	}
	return "Which permission is missing cannot be told from the text alone."
}

// blocker says which policy denied, where that is not a permission missing in the
// identity's own policies; "" where it is that, or may be.
func blocker(r *cause.Refusal) string {
	deciders := map[verdict.PolicyType]string{
		verdict.PolicySCP: "A service control policy", verdict.PolicyRCP: "A resource control policy", verdict.PolicyBoundary: "The permissions boundary",
		verdict.PolicySession: "The session policy", verdict.PolicyVPCEndpoint: "The policy of a VPC endpoint", verdict.PolicyResource: "The policy of the resource",
		verdict.PolicyKey: "The key policy", verdict.PolicyTrust: "The trust policy",
	}
	who := deciders[r.Policy]
	switch {
	case r.Explicit && r.Policy == verdict.PolicyIdentity:
		return "An identity-based policy denies it explicitly."
	case r.Explicit && who == "":
		return "A policy denies it explicitly."
	case r.Explicit:
		return who + " denies it explicitly."
	case r.Ambiguous || who == "":
		return ""
	}
	return who + " doesn't allow it."
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
func foreignOwner(k candidate, r *cause.Refusal) string {
	resource, ok := arn.Parse(r.Resource)
	if !ok || !isAccount(resource.Account) {
		return ""
	}
	account := principalAccount(k, r)
	if !isAccount(account) || account == resource.Account {
		return ""
	}
	return resource.Account
}

// principalAccount is the account of the refused principal.
func principalAccount(k candidate, r *cause.Refusal) string {
	if a, ok := arn.Parse(k.identity().ARN); ok {
		return a.Account
	}
	return r.Principal.Account
}

// onlyDelegates is for calls about an organization, which is its management
// account's.
// Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_DescribeAccount.html
const onlyDelegates = "The organization belongs to its management account %s, and only that account and delegated administrators may ask about it: register account %s as a delegated administrator, or let %s assume a role of the management account which has the permission."

// foreignHalf adds what the owner of a resource of another account has to allow
// beside the identity's own policy.
func foreignHalf(c *cause.Case, k candidate, fix *Fix) {
	foreignKey(c, k, fix)
	r := k.match.Refusal
	owner := foreignOwner(k, r)
	if owner == "" {
		return
	}
	service, _, _ := strings.Cut(r.Action, ":")
	if service == "organizations" {
		fix.step(fmt.Sprintf(onlyDelegates, owner, principalAccount(k, r), attachWords(fix.AttachTo)))
		return
	}
	if !iampolicy.HasResourcePolicies(service) {
		fix.step(fmt.Sprintf("The resource belongs to account %s, and resources of this service have no policy that could let another account in: let %s assume a role of that account which has the permission.", owner, attachWords(fix.AttachTo)))
		return
	}
	resource, _ := arn.Parse(policyResource(c, r))
	fix.step(cmp.Or(ownerStep(r.Action, resource, attachWords(fix.AttachTo)),
		fmt.Sprintf("The resource belongs to account %s: its owner must allow %s in the resource's own policy too.", owner, attachWords(fix.AttachTo))))
	if strings.HasPrefix(r.Action, "ssm:GetParameter") {
		return // a parameter is shared, and nobody writes its policy by hand
	}
	doc, _ := iampolicy.ResourcePolicy(principalARN(k, r), requestsOf(c, k), refusalContext(c, r))
	fix.addOnce(ownerKind(r), policyResource(c, r), doc)
}

func isAccount(s string) bool {
	return len(s) == 12 && strings.Trim(s, "0123456789") == ""
}

// principalARN is the refused principal as a policy names it: a role's ARN
// where it is known, else the session's.
func principalARN(k candidate, r *cause.Refusal) string {
	if id := k.identity().ARN; id != "" {
		return id
	}
	return r.Principal.ARN
}

func attachTo(id verdict.Identity) *AttachTo {
	return &AttachTo{Kind: id.Kind, ARN: id.ARN, Name: principalName(id.ARN), ConsoleURL: roleConsole(id.ARN)}
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

// principalName is what IAM's calls want: a name without its path.
func principalName(s string) string {
	a, ok := arn.Parse(s)
	if !ok {
		return ""
	}
	if a.Service == "sts" { // an assumed-role session: role/session
		name, _, _ := strings.Cut(a.ID(), "/")
		return name
	}
	return a.Name()
}

func attachWords(to *AttachTo) string {
	if to == nil {
		return "the principal that the message names"
	}
	if to.Name != "" {
		return "the " + words.English().Word("identity", string(to.Kind), "") + " " + to.Name
	}
	return "the " + words.English().Word("identity", string(to.Kind), "")
}

func accountWords(c *cause.Case, k candidate) string {
	if a, ok := arn.Parse(k.identity().ARN); ok && isAccount(a.Account) {
		return "account " + a.Account
	}
	if c.Facts.Account != "" {
		return "account " + c.Facts.Account
	}
	return "the role's account"
}
