// Package fix says what to do about what was found: the document of whoever
// decides, or steps.
package fix

import (
	"slices"
	"strings"

	"whystopped/internal/diagnose/cause"
	"whystopped/internal/diagnose/rank"
	"whystopped/internal/diagnose/report"
	"whystopped/internal/diagnose/verdict"
	"whystopped/internal/iampolicy"
	"whystopped/internal/words"
)

// Of says what to do about the primary finding. IAM text appears only where
// the finding is about IAM, and an Allow only where an Allow helps.
func Of(c *cause.Case, ranked []rank.Candidate) report.Fix {
	k := ranked[0]
	fix := report.Fix{Policies: []report.Policy{}, Steps: report.OrEmpty(k.Steps(rank.ArgsOf(c, k)))}
	if rank.CategoryOf(k).IsIAM() {
		fixIAM(c, ranked, &fix)
	}
	if fix.Summary.IsZero() && len(fix.Steps) > 0 {
		fix.Summary = fix.Steps[0]
	}
	if fix.Summary.IsZero() {
		fix.Summary = words.Say("fix.nothing-in-iam", nil)
	}
	return fix
}

func fixIAM(c *cause.Case, ranked []rank.Candidate, fix *report.Fix) {
	k := ranked[0]
	if kind := k.Identity().Kind; kind != verdict.NoIdentity && kind != verdict.UnknownIdentity {
		fix.AttachTo = attachTo(k.Identity())
	}
	switch {
	case k.Match.Refusal != nil:
		fixRefusal(c, ranked, fix)
	case k.Cause.Trusts != "":
		fixAssumption(c, k, fix)
	default:
		fixGranted(c, k, fix)
	}
	// Where another policy denied, one for the role is beside the point.
	grants := len(fix.Documents(report.PurposeDenied, iampolicy.KindIdentity)) > 0
	if grants && c.StartsWith(k.Identity().Kind) && k.Cause.Trusts == "" && rank.PhaseOf(c, k) == verdict.PhaseStartup {
		addStartupComplete(c, ranked, fix)
	}
	heed(c, k, fix)
	if !rank.Hearsay(c, k) || powerIn(fix.Policies) == "" {
		writeSnippets(c, k, fix)
	}
}

// fixRefusal answers a denial where it was made: at the identity, or at whoever
// owns the policy that denied. What was denied to the same identity at the same
// moment is answered with it.
func fixRefusal(c *cause.Case, ranked []rank.Candidate, fix *report.Fix) {
	k := ranked[0]
	if b, ok := beyondPolicies(k); ok {
		fixBeyond(b, fix)
		return
	}
	all := together(c, ranked)
	permission := takePermissionStep(fix)
	switch r := all[0].Match.Refusal; {
	case assumes(r):
		fixAssume(c, all[0], fix)
		all = all[1:]
	case !allowHelps(k, r):
		fix.Summary = ownerText(r, fix.AttachTo)
		fixAtOwner(c, all[0], fix)
		all = all[1:]
	}
	if !fixTogether(c, k, all, fix) {
		fix.Summary = words.Say("gate.nothing", nil)
		fix.Steps = append(permission, fix.Steps...)
	}
}

// fixTogether gives one document for all denials that a statement on the identity
// answers, and to each of the others what its own owner has to change. It reports
// whether there is a document for the first one, if there can be one.
func fixTogether(c *cause.Case, first rank.Candidate, all []rank.Candidate, fix *report.Fix) bool {
	var granted []rank.Candidate
	for _, k := range all {
		switch b, hopeless := beyondPolicies(k); {
		case hopeless:
			fix.Step(alsoDenied(k))
			fix.Step(b.summary())
		case !allowHelps(k, k.Match.Refusal):
			fix.Step(alsoDenied(k))
			fix.Step(ownerText(k.Match.Refusal, fix.AttachTo))
			fixAtOwner(c, k, fix)
		default:
			granted = append(granted, k)
		}
	}
	if len(granted) == 0 {
		return true
	}
	led := granted[0].Match.Refusal == first.Match.Refusal || granted[0].Cause == first.Cause
	if led {
		fix.Summary = attachText(c, first, fix.AttachTo)
	}
	before := len(fix.Policies)
	grant(c, granted, fix)
	if led && len(fix.Policies) == before {
		return false
	}
	for _, k := range granted {
		if r := k.Match.Refusal; assumes(r) {
			addTrustOf(fix, r, principalARN(k, r))
			continue
		}
		foreignHalf(c, k, fix)
	}
	return true
}

// grant adds the policies for what was denied: exactly that, and the same for the
// next task where that is other than this one's.
func grant(c *cause.Case, granted []rank.Candidate, fix *report.Fix) {
	var requests []iampolicy.Request
	for _, k := range granted {
		requests = append(requests, requestsOf(c, k)...)
	}
	doc, notes := iampolicy.Allow(requests, c.RefusalContext(granted[0].Match.Refusal))
	fix.Add(iampolicy.KindIdentity, fix.AttachTo, doc)
	for _, n := range notes {
		fix.Step(n.Reason)
	}
	for _, k := range granted {
		if passesInstanceRole(k) {
			fix.Say("pass.instance-role", nil)
		}
	}
	if rank.PhaseOf(c, granted[0]) != verdict.PhaseStartup { // what a start needs lasts
		addNextTask(fix, doc)
	}
}

// alsoDenied is the step before one about a denial beside the first one.
func alsoDenied(k rank.Candidate) words.Text {
	return words.Say("fix.also-denied", words.Args{"action": k.Match.Refusal.Action})
}

// fixAtOwner gives the document that the deciding owner has to change, where
// one can be written without knowing the rest of it. A deny has to be found and
// removed, and an organization's policies and sessions have owners of their own.
func fixAtOwner(c *cause.Case, k rank.Candidate, fix *report.Fix) {
	r := k.Match.Refusal
	principal := principalARN(k, r)
	if strings.HasPrefix(r.Action, "sts:AssumeRoleWith") {
		fix.Say("assume.by-token", nil)
		return
	}
	if r.Explicit || r.Action == "" || principal == "" {
		return
	}
	requests, ctx := requestsOf(c, k), c.RefusalContext(r)
	switch r.Policy {
	case verdict.PolicyResource, verdict.PolicyKey:
		doc, _ := iampolicy.ResourcePolicy(principal, requests, ctx)
		fix.AddOnce(ownerKind(r), c.PolicyResource(r), doc)
	case verdict.PolicyVPCEndpoint:
		doc, _ := iampolicy.EndpointPolicy(principal, requests, ctx)
		fix.AddOn(r.PolicyARN, iampolicy.KindEndpoint, nil, doc)
	case verdict.PolicyBoundary:
		doc, _ := iampolicy.Allow(requests, ctx)
		fix.AddOn(r.PolicyARN, iampolicy.KindBoundary, fix.AttachTo, doc)
	case verdict.PolicyTrust:
		addTrustOf(fix, r, principal)
	}
	foreignKey(c, k, fix)
}

// assumed is the role that was to be assumed: its trust policy is its own.
func assumed(r *cause.Refusal) *report.AttachTo {
	return attachTo(verdict.Identity{Kind: verdict.Caller, ARN: r.Resource})
}

// trustOf is the trust policy that lets one role assume another.
func trustOf(principal string) iampolicy.Document {
	return iampolicy.Document{Version: iampolicy.Version, Statement: []iampolicy.Statement{{
		Effect: "Allow", Principal: iampolicy.Principal{"AWS": {iampolicy.RoleOf(principal)}}, Action: []string{"sts:AssumeRole"},
	}}}
}

// takePermissionStep takes out the cause's first step, which is the permission in
// words: a policy says it, or it isn't what helps.
func takePermissionStep(f *report.Fix) []words.Text {
	first := slices.Clone(f.Steps[:min(1, len(f.Steps))])
	f.Steps = f.Steps[len(first):]
	return first
}

// allowHelps tells whether a statement on the refused principal mends it. Only
// a missing permission of the identity is mended so; every other policy has
// another owner.
func allowHelps(k rank.Candidate, r *cause.Refusal) bool {
	switch {
	case r.Action == "" || r.Explicit:
		return false
	case r.Policy != verdict.PolicyIdentity && r.Policy != verdict.PolicyUnknown:
		return false
	case k.Identity().Kind == verdict.ServiceLinkedRole || k.Identity().Kind == verdict.NoIdentity:
		return false
	}
	return true
}
