package diagnose

import (
	"fmt"
	"strings"

	"whystopped/internal/arn"
	"whystopped/internal/diagnose/cause"
	"whystopped/internal/diagnose/verdict"
	"whystopped/internal/iampolicy"
)

const notSimulated = "IAM was not asked: the policy was not tried on the role."

// fixOf says what to do about the primary finding. IAM text appears only where
// the finding is about IAM, and an Allow only where an Allow helps.
func fixOf(c *cause.Case, k candidate) Fix {
	words := captures(c, k)
	fix := Fix{Policies: []Policy{}, Steps: []string{}}
	for _, step := range k.cause.Fix {
		fix.Steps = append(fix.Steps, cause.Fill(step, words))
	}
	if r := k.match.Refusal; r != nil && categoryOf(k).IsIAM() {
		denialFix(c, k, r, &fix)
	} else if categoryOf(k).IsIAM() {
		grantedFix(c, k, &fix)
	}
	if fix.Summary == "" && len(fix.Steps) > 0 {
		fix.Summary = fix.Steps[0]
	}
	if fix.Summary == "" {
		fix.Summary = "Nothing has to be changed in IAM."
	}
	return fix
}

func denialFix(c *cause.Case, k candidate, r *cause.Refusal, fix *Fix) {
	to := attachTo(k.identity())
	fix.AttachTo = to
	if !allowHelps(c, k, r) {
		fix.Summary = ownerWords(r, to)
		return
	}
	request := iampolicy.Request{Action: r.Action, Resource: policyResource(c, r), ViaService: viaService(c, r)}
	doc, notes := iampolicy.Allow([]iampolicy.Request{request}, refusalContext(c, r))
	for _, n := range notes {
		fix.Steps = append(fix.Steps, n.Reason)
	}
	fix.Summary = fmt.Sprintf("Attach this policy to %s. Whoever administers IAM in %s can do it.", attachWords(to), accountWords(c, k))
	fix.Policies = append(fix.Policies, Policy{
		Purpose: "denied", Kind: "identity-policy", AttachTo: to, Document: doc,
		Verified: Verified{Status: "not-verified", Detail: notSimulated},
	})
}

// allowHelps tells whether a statement on the refused principal mends it. Only
// a missing permission of the identity is mended so; every other policy has
// another owner.
func allowHelps(c *cause.Case, k candidate, r *cause.Refusal) bool {
	switch {
	case r.Action == "" || r.Explicit:
		return false
	case r.Policy != verdict.PolicyIdentity && r.Policy != verdict.PolicyUnknown:
		return false
	case k.identity().Kind == verdict.ServiceLinkedRole || k.identity().Kind == verdict.NoIdentity:
		return false
	}
	return true
}

// ownerWords say whose policy decides, where it is not the role's.
func ownerWords(r *cause.Refusal, to *AttachTo) string {
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
		return "The KMS key's own policy refuses this. The key's administrators must let the role, or the account's IAM policies, use it."
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

func attachTo(id verdict.Identity) *AttachTo {
	return &AttachTo{Kind: id.Kind, ARN: id.ARN, Name: principalName(id.ARN)}
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
	if to.Name != "" {
		return "the " + cause.IdentityWords(to.Kind) + " " + to.Name
	}
	return "the " + cause.IdentityWords(to.Kind)
}

func accountWords(c *cause.Case, k candidate) string {
	if a, ok := arn.Parse(k.identity().ARN); ok && a.Account != "" {
		return "account " + a.Account
	}
	if c.Facts.Account != "" {
		return "account " + c.Facts.Account
	}
	return "the role's account"
}
