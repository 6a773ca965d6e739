package render

import (
	"slices"
	"strings"

	"whystopped/internal/arn"
	"whystopped/internal/diagnose"
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
		{label: said("render.identity", nil), value: label("identity", who.Kind), name: arn.PrincipalName(who.ARN)},
		{label: said("render.arn", nil), name: who.ARN},
		{label: said("render.phase", nil), value: label("phase", d.Verdict.Phase)},
		{label: said("render.confidence", nil), value: label("confidence", d.Verdict.Confidence)},
		{label: said("render.cause", nil), name: d.Verdict.Cause},
		{label: said("render.category", nil), value: label("category", d.Verdict.Category)},
		{label: said("render.location", nil), value: strings.Join(where(d.Task), ", ")},
	}
	if !d.Task.StoppedAt.IsZero() {
		all = append(all, fact{label: said("render.stopped", nil), value: moment(d.Task.StoppedAt)})
	} else if s := d.Task.LastStatus; s != "" && s != "STOPPED" && s != "DELETED" {
		all = append(all, fact{label: said("render.status", nil), name: s})
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
	add := func(place, name string) {
		if name != "" {
			known = append(known, said("where."+place, words.Args{"name": name}))
		}
	}
	if kind, name, ok := strings.Cut(t.Group, ":"); ok && (kind == "service" || kind == "family") {
		add(kind, name)
	} else {
		add("group", t.Group)
	}
	add("cluster", t.Cluster)
	add("region", t.Region)
	add("account", t.Account)
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

func replaceFirst(placeholders []string) string {
	if len(placeholders) == 0 {
		return ""
	}
	return said("render.replace", words.Args{"words": placeholders})
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
	return said("render.policy-of", words.Args{"kind": p.Kind, "name": of})
}

// proofWords say whether a policy was tried; "" where nothing is known of that.
func proofWords(v diagnose.Verified) string {
	if v.Status == "" {
		return ""
	}
	id := "render.proof"
	if v.Status == "allowed" && v.Before == "allowed" {
		id = "render.proof.none"
	}
	return sentences(said(id, words.Args{"proof": v.Status, "by": v.By}), v.Detail.English)
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
	without := said(id, words.Args{"policy": words.Known("policy-type", string(p.PolicyType), "unknown"), "arn": p.ARN})
	return sentences(said("render.without", words.Args{"said": without, "by": v.By}), v.Detail.English)
}

// said returns a message in the language of the report.
func said(id string, args words.Args) string { return words.English().Say(id, args) }

// sentences joins whole sentences.
func sentences(all ...string) string { return strings.TrimSpace(strings.Join(all, " ")) }

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
	return said("render.quote", words.Args{"place": q.Source, "task": q.Task, "at": q.At, "ref": q.Ref})
}

// finding names a finding that isn't the root cause.
func finding(f diagnose.Finding) string {
	return said("render.finding", words.Args{"title": f.Title.English, "cause": f.Cause, "confidence": f.Confidence})
}
