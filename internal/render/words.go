package render

import (
	"slices"
	"strings"

	"whystopped/internal/arn"
	"whystopped/internal/diagnose"
	"whystopped/internal/diagnose/verdict"
)

// fact is one line of what was decided, and of which task.
type fact struct {
	label string
	value string
	// name is set for a value, or the end of it, that is to be copied as it is.
	name string
}

// facts are the answer in short: who, when, how sure, where. Facts that are not
// known are left out.
func facts(d diagnose.Diagnosis) []fact {
	who := d.Identity()
	all := []fact{
		{label: "Whose", value: identityWords(who.Kind), name: roleName(who.ARN)},
		{label: "ARN", name: who.ARN},
		{label: "When", value: phaseWords(d.Verdict.Phase)},
		{label: "How sure", value: confidenceWords(d.Verdict.Confidence)},
		{label: "Cause", name: d.Verdict.Cause},
		{label: "Category", name: string(d.Verdict.Category)},
		{label: "Where", value: strings.Join(where(d.Task), ", ")},
	}
	if !d.Task.StoppedAt.IsZero() {
		all = append(all, fact{label: "Stopped", value: moment(d.Task.StoppedAt)})
	} else if s := d.Task.LastStatus; s != "" && s != "STOPPED" && s != "DELETED" {
		all = append(all, fact{label: "Status", value: "not stopped yet:", name: s})
	}
	var known []fact
	for _, f := range all {
		if f.value != "" || f.name != "" {
			known = append(known, f)
		}
	}
	return known
}

func identityWords(k verdict.IdentityKind) string {
	switch k {
	case verdict.ExecutionRole:
		return "execution role"
	case verdict.TaskRole:
		return "task role"
	case verdict.InstanceRole:
		return "instance role"
	case verdict.ServiceLinkedRole:
		return "service-linked role"
	case verdict.InfrastructureRole:
		return "infrastructure role"
	case verdict.Caller:
		return "another identity, none of the task's own roles"
	case verdict.NoIdentity:
		return "nobody's: no permission was missing"
	}
	return "unknown: the evidence does not tell whose permission it is"
}

func phaseWords(p verdict.Phase) string {
	switch p {
	case verdict.PhaseStartup:
		return "at start-up, before an essential container ran"
	case verdict.PhaseRuntime:
		return "at run time, while the application's code ran"
	case verdict.PhasePlacement:
		return "before a task was placed"
	case verdict.PhaseShutdown:
		return "stopped from outside, without a failure of its own"
	}
	return "unknown"
}

func confidenceWords(c verdict.Confidence) string {
	switch c {
	case verdict.Confirmed:
		return "confirmed: the evidence says it outright"
	case verdict.Likely, verdict.Possible:
		return string(c)
	}
	return "unknown: nothing decides"
}

var policyWords = map[verdict.PolicyType]string{
	verdict.PolicyIdentity:    "identity-based policy",
	verdict.PolicyResource:    "resource-based policy",
	verdict.PolicySCP:         "service control policy",
	verdict.PolicyRCP:         "resource control policy",
	verdict.PolicyBoundary:    "permissions boundary",
	verdict.PolicySession:     "session policy",
	verdict.PolicyVPCEndpoint: "VPC endpoint policy",
	verdict.PolicyTrust:       "trust policy",
	verdict.PolicyKey:         "key policy",
}

// because says why a call was refused; "" where that is not known.
func because(c diagnose.DeniedCall) string {
	policy, known := policyWords[c.PolicyType]
	switch {
	case c.Explicit && known:
		return "explicit deny in a " + policy
	case c.Explicit:
		return "explicit deny in a policy"
	case known:
		return "no " + policy + " allows it"
	}
	return ""
}

// policyARN is the policy that refused a call; "" where that is not known.
func policyARN(c diagnose.DeniedCall) string {
	if c.PolicyARN == nil {
		return ""
	}
	return *c.PolicyARN
}

// roleName is the name people know a principal by: a role's for the role and
// for a session of it. It is "" for "" and what is no ARN stays as it is.
func roleName(principal string) string {
	a, ok := arn.Parse(principal)
	if !ok {
		return principal
	}
	if a.Service == "sts" && a.Type() == "assumed-role" {
		role, _, _ := strings.Cut(a.ID(), "/")
		return role
	}
	return a.Name()
}

func attachName(to *diagnose.AttachTo) string {
	if to.Name != "" {
		return to.Name
	}
	return roleName(to.ARN)
}

// where names the task's surroundings, from the nearest on.
func where(t diagnose.TaskView) []string {
	var known []string
	add := func(before, what string) {
		if what != "" {
			known = append(known, before+what)
		}
	}
	if kind, name, ok := strings.Cut(t.Group, ":"); ok {
		add(kind+" ", name)
	} else {
		add("group ", t.Group)
	}
	add("cluster ", t.Cluster)
	add("", t.Region)
	add("account ", t.Account)
	return known
}

func taskName(t diagnose.TaskView) string {
	if t.ARN != "" {
		return t.ARN
	}
	return t.ID
}

// proofWords say whether a policy was tried; "" where nothing is known of that.
func proofWords(v diagnose.Verified) string {
	var said string
	switch v.Status {
	case "":
		return ""
	case "allowed":
		said = "tried, and it allows what was denied"
		if v.Before == "allowed" {
			said = "tried: it was allowed already without this policy"
		}
	case "still-denied":
		said = "tried, and it is not enough"
	default:
		said = "not tried"
		if v.Before != "" {
			said = "tried, and not decided"
		}
	}
	if v.By != "" {
		said += " (" + v.By + ")"
	}
	if v.Detail != "" {
		said += ": " + v.Detail
	}
	return said
}

// withoutWords say what a simulation without a policy came to; "" where nothing
// is known of that.
func withoutWords(p *diagnose.WithoutPolicy) string {
	if p == nil || p.Verified.Status == "" {
		return ""
	}
	kind := policyWords[p.PolicyType]
	if kind == "" {
		kind = "policy"
	}
	v, said := p.Verified, "Not verified that the call is allowed"
	switch v.Status {
	case "allowed":
		said = "Verified: the call is allowed"
	case "still-denied":
		said = "Verified: the call is still denied"
	}
	said += " without the " + kind + " " + p.ARN
	if v.By != "" {
		said += " (" + v.By + ")"
	}
	if v.Detail != "" {
		said += ": " + v.Detail
	}
	return said
}

// split tells the findings that made the verdict from the others.
func split(findings []diagnose.Finding) (primary, others []diagnose.Finding) {
	for _, f := range findings {
		if f.Primary {
			primary = append(primary, f)
		} else {
			others = append(others, f)
		}
	}
	return primary, others
}

// refusals are the calls that were refused, of all that made the verdict.
func refusals(primary []diagnose.Finding) []diagnose.DeniedCall {
	var calls []diagnose.DeniedCall
	for _, f := range primary {
		calls = append(calls, f.Denied...)
	}
	return calls
}

// quotes are the evidence of the verdict, and where there is none what ECS says.
func quotes(d diagnose.Diagnosis, primary []diagnose.Finding) []diagnose.Quote {
	var all []diagnose.Quote
	for _, f := range primary {
		all = append(all, f.Evidence...)
	}
	if len(all) == 0 && d.Task.StoppedReason != "" {
		all = []diagnose.Quote{{Source: "task.stoppedReason", Text: d.Task.StoppedReason, At: d.Task.StoppedAt}}
	}
	return all
}

// unseen is what could not be seen, and when looking again would help.
func unseen(d diagnose.Diagnosis) []string {
	out := d.Caveats
	if d.CompleteAfter != nil {
		out = append(out[:len(out):len(out)], "CloudTrail should have caught up at "+moment(*d.CompleteAfter)+": look again then.")
	}
	return out
}

// steps are those of a fix that its summary has not said already.
func steps(f diagnose.Fix) []string {
	return slices.DeleteFunc(slices.Clone(f.Steps), func(step string) bool { return step == f.Summary })
}

// quoteHead says where a quote stood, and when it was written.
func quoteHead(q diagnose.Quote) string {
	parts := []string{q.Source}
	if q.Task != "" {
		parts = append(parts, "of the sibling task "+q.Task)
	}
	if !q.At.IsZero() {
		parts = append(parts, moment(q.At))
	}
	if q.Ref != "" {
		parts = append(parts, q.Ref)
	}
	return strings.Join(parts, ", ")
}
