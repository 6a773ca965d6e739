package diagnose

import (
	"fmt"
	"slices"

	"whystopped/internal/diagnose/cause"
	"whystopped/internal/diagnose/verdict"
	"whystopped/internal/iampolicy"
)

// The purposes of policies in a fix.
const (
	purposeDenied   = "denied"           // exactly what was denied
	purposeComplete = "startup-complete" // everything the execution role needs to start the task
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
	if categoryOf(k).IsIAM() {
		fixIAM(c, k, &fix)
	}
	if fix.Summary == "" && len(fix.Steps) > 0 {
		fix.Summary = fix.Steps[0]
	}
	if fix.Summary == "" {
		fix.Summary = "Nothing has to be changed in IAM."
	}
	return fix
}

func fixIAM(c *cause.Case, k candidate, fix *Fix) {
	if kind := k.identity().Kind; kind != verdict.NoIdentity && kind != verdict.UnknownIdentity {
		fix.AttachTo = attachTo(k.identity())
	}
	switch {
	case k.match.Refusal != nil:
		fixRefusal(c, k, fix)
	case k.cause.Trusts != "":
		fixAssumption(c, k, fix)
	default:
		fixGranted(c, k, fix)
	}
	if startsTasks(c, k.identity().Kind) && len(fix.Policies) > 0 && k.cause.Trusts == "" && phaseOf(c, k) == verdict.PhaseStartup {
		addStartupComplete(c, k, fix)
	}
	heed(c, k, fix)
	if !hearsay(c, k) || powerIn(fix.Policies) == "" {
		fix.Snippets = snippets(*fix)
	}
}

// fixRefusal mends a refusal where it was made: at the identity, or at whoever
// owns the policy that said no.
func fixRefusal(c *cause.Case, k candidate, fix *Fix) {
	r := k.match.Refusal
	requests := []iampolicy.Request{{Action: r.Action, Resource: policyResource(c, r), ViaService: viaService(c, r)}}
	ctx := refusalContext(c, r)
	if !allowHelps(k, r) {
		fix.Summary = ownerWords(r, fix.AttachTo)
		fixAtOwner(c, k, requests, fix)
		return
	}
	fix.Summary = fmt.Sprintf("Attach this policy to %s. Whoever administers IAM in %s can do it.", attachWords(fix.AttachTo), accountWords(c, k))
	if role := requests[0].Resource; r.Action == "iam:PassRole" && role != "" && role != "*" {
		requests = passRequests(c, k, role)
	}
	doc, notes := iampolicy.Allow(requests, ctx)
	fix.add(iampolicy.KindIdentity, fix.AttachTo, doc)
	if len(fix.Policies) == 0 {
		fix.Summary = nothingToAttach
		return
	}
	if len(fix.Steps) > 0 {
		fix.Steps = fix.Steps[1:] // the first step is this policy in words
	}
	for _, n := range notes {
		fix.step(n.Reason)
	}
	fix.step(instanceRoleStep(k))
	if owner := foreignOwner(k, r); owner != "" {
		if r.Action == "sts:AssumeRole" {
			fix.Steps = append(fix.Steps, fmt.Sprintf("The role to be assumed belongs to account %s: its trust policy must name %s too.", owner, attachWords(fix.AttachTo)))
			fix.add(iampolicy.KindTrust, assumed(r), trustOf(principalARN(k, r)))
			return
		}
		fix.Steps = append(fix.Steps, fmt.Sprintf("The resource belongs to account %s: its owner must allow %s in the resource's own policy too.", owner, attachWords(fix.AttachTo)))
		doc, _ := iampolicy.ResourcePolicy(principalARN(k, r), requests, ctx)
		fix.add(ownerKind(r), nil, doc)
	}
}

// fixAtOwner gives the document that the deciding owner has to change, where
// one can be written without knowing the rest of it. A deny has to be found and
// removed, and an organization's policies and sessions have owners of their own.
func fixAtOwner(c *cause.Case, k candidate, requests []iampolicy.Request, fix *Fix) {
	r := k.match.Refusal
	principal := principalARN(k, r)
	if r.Explicit || r.Action == "" || principal == "" {
		return
	}
	ctx := refusalContext(c, r)
	switch r.Policy {
	case verdict.PolicyResource, verdict.PolicyKey:
		doc, _ := iampolicy.ResourcePolicy(principal, requests, ctx)
		fix.add(ownerKind(r), nil, doc)
	case verdict.PolicyVPCEndpoint:
		doc, _ := iampolicy.EndpointPolicy(principal, requests, ctx)
		fix.add(iampolicy.KindEndpoint, nil, doc)
	case verdict.PolicyBoundary:
		doc, _ := iampolicy.Allow(requests, ctx)
		fix.add(iampolicy.KindBoundary, fix.AttachTo, doc)
	case verdict.PolicyTrust:
		fix.add(iampolicy.KindTrust, assumed(r), trustOf(principal))
	}
}

// assumed is the role that was to be assumed: its trust policy is its own.
func assumed(r *cause.Refusal) *AttachTo {
	return attachTo(verdict.Identity{Kind: verdict.Caller, ARN: r.Resource})
}

// trustOf is the trust policy that lets one role assume another.
func trustOf(principal string) iampolicy.Document {
	return iampolicy.Document{Version: iampolicy.Version, Statement: []iampolicy.Statement{{
		Effect: "Allow", Principal: iampolicy.Principal{"AWS": {iampolicy.RoleOf(principal)}}, Action: []string{"sts:AssumeRole"},
	}}}
}

// documents are those of the policies of a purpose and kind.
func (f *Fix) documents(purpose string, kind iampolicy.Kind) []iampolicy.Document {
	var docs []iampolicy.Document
	for _, p := range f.Policies {
		if p.Purpose == purpose && p.Kind == string(kind) {
			docs = append(docs, p.Document)
		}
	}
	return docs
}

// step adds a step; "" is none.
func (f *Fix) step(words string) {
	if words != "" && !slices.Contains(f.Steps, words) {
		f.Steps = append(f.Steps, words)
	}
}

// allowHelps tells whether a statement on the refused principal mends it. Only
// a missing permission of the identity is mended so; every other policy has
// another owner.
func allowHelps(k candidate, r *cause.Refusal) bool {
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

// snippets render the first policy that goes onto a role.
func snippets(fix Fix) iampolicy.Snippets {
	for _, p := range fix.Policies {
		target := iampolicy.Target{Kind: iampolicy.Kind(p.Kind), PolicyName: "whystopped-fix"}
		if p.AttachTo != nil {
			target.RoleName, target.RoleARN = p.AttachTo.Name, p.AttachTo.ARN
			target.Whole = p.Verified.By == roleSource
		}
		if p.Kind != string(iampolicy.KindIdentity) && p.Kind != string(iampolicy.KindTrust) {
			continue
		}
		return iampolicy.Render(p.Document, target)
	}
	return iampolicy.Snippets{}
}
