package diagnose

import (
	"slices"
	"strings"

	"whystopped/internal/diagnose/cause"
	"whystopped/internal/diagnose/report"
	"whystopped/internal/diagnose/verdict"
	"whystopped/internal/iampolicy"
	"whystopped/internal/words"
)

// fixOf says what to do about the primary finding. IAM text appears only where
// the finding is about IAM, and an Allow only where an Allow helps.
func fixOf(c *cause.Case, ranked []candidate) Fix {
	k := ranked[0]
	fix := Fix{Policies: []Policy{}, Steps: report.OrEmpty(k.steps(argsOf(c, k)))}
	if categoryOf(k).IsIAM() {
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

func fixIAM(c *cause.Case, ranked []candidate, fix *Fix) {
	k := ranked[0]
	if kind := k.identity().Kind; kind != verdict.NoIdentity && kind != verdict.UnknownIdentity {
		fix.AttachTo = attachTo(k.identity())
	}
	switch {
	case k.match.Refusal != nil:
		fixRefusal(c, ranked, fix)
	case k.cause.Trusts != "":
		fixAssumption(c, k, fix)
	default:
		fixGranted(c, k, fix)
	}
	// Where another policy denied, one for the role is beside the point.
	grants := len(fix.Documents(report.PurposeDenied, iampolicy.KindIdentity)) > 0
	if grants && c.StartsWith(k.identity().Kind) && k.cause.Trusts == "" && phaseOf(c, k) == verdict.PhaseStartup {
		addStartupComplete(c, ranked, fix)
	}
	heed(c, k, fix)
	if !hearsay(c, k) || powerIn(fix.Policies) == "" {
		writeSnippets(c, k, fix)
	}
}

// fixRefusal answers a denial where it was made: at the identity, or at whoever
// owns the policy that denied. What was denied to the same identity at the same
// moment is answered with it.
func fixRefusal(c *cause.Case, ranked []candidate, fix *Fix) {
	k := ranked[0]
	if b, ok := beyondPolicies(k); ok {
		fixBeyond(b, fix)
		return
	}
	all := together(c, ranked)
	permission := takePermissionStep(fix)
	switch r := all[0].match.Refusal; {
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
func fixTogether(c *cause.Case, first candidate, all []candidate, fix *Fix) bool {
	var granted []candidate
	for _, k := range all {
		switch b, hopeless := beyondPolicies(k); {
		case hopeless:
			fix.Step(alsoDenied(k))
			fix.Step(b.summary())
		case !allowHelps(k, k.match.Refusal):
			fix.Step(alsoDenied(k))
			fix.Step(ownerText(k.match.Refusal, fix.AttachTo))
			fixAtOwner(c, k, fix)
		default:
			granted = append(granted, k)
		}
	}
	if len(granted) == 0 {
		return true
	}
	led := granted[0].match.Refusal == first.match.Refusal || granted[0].cause == first.cause
	if led {
		fix.Summary = attachText(c, first, fix.AttachTo)
	}
	before := len(fix.Policies)
	grant(c, granted, fix)
	if led && len(fix.Policies) == before {
		return false
	}
	for _, k := range granted {
		if r := k.match.Refusal; assumes(r) {
			addTrustOf(fix, r, principalARN(k, r))
			continue
		}
		foreignHalf(c, k, fix)
	}
	return true
}

// grant adds the policies for what was denied: exactly that, and the same for the
// next task where that is other than this one's.
func grant(c *cause.Case, granted []candidate, fix *Fix) {
	var requests []iampolicy.Request
	for _, k := range granted {
		requests = append(requests, requestsOf(c, k)...)
	}
	doc, notes := iampolicy.Allow(requests, refusalContext(c, granted[0].match.Refusal))
	fix.Add(iampolicy.KindIdentity, fix.AttachTo, doc)
	for _, n := range notes {
		fix.Step(n.Reason)
	}
	for _, k := range granted {
		if passesInstanceRole(k) {
			fix.Say("pass.instance-role", nil)
		}
	}
	if phaseOf(c, granted[0]) != verdict.PhaseStartup { // what a start needs lasts
		addNextTask(fix, doc)
	}
}

// alsoDenied is the step before one about a denial beside the first one.
func alsoDenied(k candidate) words.Text {
	return words.Say("fix.also-denied", words.Args{"action": k.match.Refusal.Action})
}

// fixAtOwner gives the document that the deciding owner has to change, where
// one can be written without knowing the rest of it. A deny has to be found and
// removed, and an organization's policies and sessions have owners of their own.
func fixAtOwner(c *cause.Case, k candidate, fix *Fix) {
	r := k.match.Refusal
	principal := principalARN(k, r)
	if strings.HasPrefix(r.Action, "sts:AssumeRoleWith") {
		fix.Say("assume.by-token", nil)
		return
	}
	if r.Explicit || r.Action == "" || principal == "" {
		return
	}
	requests, ctx := requestsOf(c, k), refusalContext(c, r)
	switch r.Policy {
	case verdict.PolicyResource, verdict.PolicyKey:
		doc, _ := iampolicy.ResourcePolicy(principal, requests, ctx)
		fix.AddOnce(ownerKind(r), policyResource(c, r), doc)
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
func assumed(r *cause.Refusal) *AttachTo {
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
func takePermissionStep(f *Fix) []words.Text {
	first := slices.Clone(f.Steps[:min(1, len(f.Steps))])
	f.Steps = f.Steps[len(first):]
	return first
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
