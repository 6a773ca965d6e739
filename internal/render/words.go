package render

import (
	"slices"
	"strings"

	"whystopped/internal/arn"
	"whystopped/internal/diagnose"
	"whystopped/internal/iampolicy"
	"whystopped/internal/words"
)

// fact is one line of what was decided, and of which task.
type fact struct {
	label string
	value string
	// name is set for a value, or the end of it, that is to be copied as it is.
	name string
}

// facts are the answer in short: identity, phase, confidence, location. Facts that are not
// known are left out.
func facts(d diagnose.Diagnosis) []fact {
	who := d.Identity()
	all := []fact{
		{label: "Identity", value: label("identity", who.Kind), name: arn.PrincipalName(who.ARN)},
		{label: "ARN", name: who.ARN},
		{label: "Phase", value: label("phase", d.Verdict.Phase)},
		{label: "Confidence", value: label("confidence", d.Verdict.Confidence)},
		{label: "Cause", name: d.Verdict.Cause},
		{label: "Category", value: label("category", d.Verdict.Category)},
		{label: "Location", value: strings.Join(where(d.Task), ", ")},
	}
	if !d.Task.StoppedAt.IsZero() {
		all = append(all, fact{label: "Stopped", value: moment(d.Task.StoppedAt)})
	} else if s := d.Task.LastStatus; s != "" && s != "STOPPED" && s != "DELETED" {
		all = append(all, fact{label: "Status", name: s})
	}
	var known []fact
	for _, f := range all {
		if f.value != "" || f.name != "" {
			known = append(known, f)
		}
	}
	return known
}

// label is a code as it stands alone, in the words of its vocabulary.
func label[C ~string](vocabulary string, code C) string {
	if code == "" || code == "unknown" && vocabulary != "confidence" {
		return words.English().Say("unknown", nil)
	}
	return words.English().Word(vocabulary, string(code), "label")
}

// because says why a call was denied; "" where that is not known.
func because(c diagnose.DeniedCall) string {
	return words.English().Because(string(c.PolicyType), c.Explicit)
}

// policyARN is the policy that refused a call; "" where that is not known.
func policyARN(c diagnose.DeniedCall) string {
	if c.PolicyARN == nil {
		return ""
	}
	return *c.PolicyARN
}

func attachName(to *diagnose.AttachTo) string {
	if to.Name != "" {
		return to.Name
	}
	return arn.PrincipalName(to.ARN)
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

// placeholders say which words of the policies for what was denied have to be
// replaced; "" for none.
func placeholders(f diagnose.Fix) string {
	var all []string
	for _, p := range f.Policies {
		if p.Purpose == "denied" {
			all = append(all, p.Placeholders...)
		}
	}
	return replaceFirst(slices.Compact(all))
}

func replaceFirst(words []string) string {
	if len(words) == 0 {
		return ""
	}
	return "Replace " + iampolicy.List(words) + " before you attach it."
}

// withoutCommand are the policies for what was denied that the command of the
// fix does not attach. A report of before knows only whether there is one.
func withoutCommand(f diagnose.Fix) []diagnose.Policy {
	var rest []diagnose.Policy
	commands := 0
	for _, p := range f.Policies {
		switch {
		case p.Purpose == "denied" && p.Snippets.CLI == "":
			rest = append(rest, p)
		case p.Purpose == "denied":
			commands++
		}
	}
	if f.Snippets.CLI != "" && commands == 0 {
		return nil
	}
	return rest
}

// policyOf names a policy and what it is for: "KMS key policy of arn:…".
func policyOf(p diagnose.Policy) string {
	of := p.Resource
	if p.AttachTo != nil {
		of = attachName(p.AttachTo)
	}
	if of == "" {
		return label("policy-kind", p.Kind)
	}
	return label("policy-kind", p.Kind) + " of " + of
}

// proofWords say whether a policy was tried; "" where nothing is known of that.
func proofWords(v diagnose.Verified) string {
	if v.Status == "" {
		return ""
	}
	said := label("proof", v.Status)
	if v.Status == "allowed" && v.Before == "allowed" {
		said = words.English().Say("proof.already", nil)
	}
	return withDetail(said, v)
}

// withoutWords say what a simulation without a policy came to; "" where nothing
// is known of that.
func withoutWords(p *diagnose.WithoutPolicy) string {
	if p == nil || p.Verified.Status == "" {
		return ""
	}
	v, id := p.Verified, "without.not-verified"
	switch v.Status {
	case "allowed", "still-denied":
		id = "without." + v.Status
	}
	return withDetail(words.English().Say(id, words.Args{"policy": words.Known("policy-type", string(p.PolicyType), "unknown"), "arn": p.ARN}), v)
}

// withDetail adds who tried a policy, and what came of it.
func withDetail(said string, v diagnose.Verified) string {
	if v.By != "" {
		said += " (" + v.By + ")"
	}
	if !v.Detail.IsZero() {
		said += ": " + v.Detail.English
	}
	return said
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
	out := words.Lines(d.Caveats)
	if d.CompleteAfter != nil {
		out = append(out[:len(out):len(out)], words.English().Say("caveat.trail-late", words.Args{"at": *d.CompleteAfter}))
	}
	return out
}

// quoteHead says where a quote stood, and when it was written.
func quoteHead(q diagnose.Quote) string {
	parts := []string{words.English().Place(q.Source)}
	if q.Task != "" {
		parts = append(parts, "sibling task "+q.Task)
	}
	if !q.At.IsZero() {
		parts = append(parts, moment(q.At))
	}
	if q.Ref != "" {
		parts = append(parts, q.Ref)
	}
	return strings.Join(parts, ", ")
}
