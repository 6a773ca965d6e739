package diagnose

import (
	"reflect"
	"slices"
	"strings"
	"time"

	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/diagnose/verdict"
	"whystopped/internal/words"
)

// Alongside completes a diagnosis that was made from the task's own facts alone
// by what deep looks at its siblings came to: at tasks that stopped alike, as
// Likeness has it. What only a sibling's evidence shows is likely at most, and
// every quote of it names the sibling.
func Alongside(d Diagnosis, siblings []Diagnosis) Diagnosis {
	if len(siblings) == 0 {
		return d
	}
	lead, agreed := leading(siblings)
	switch {
	case lead.Verdict.Confidence == verdict.ConfidenceUnknown || len(lead.Findings) == 0:
	case sameVerdict(d.Verdict, lead.Verdict):
		d = borneOutBy(d, lead, agreed)
	default:
		d = explainedBy(d, lead, agreed)
	}
	d.Sources = sourcesAlongside(d.Sources, siblings)
	d.Caveats = slices.Concat(d.Caveats, siblingCaveats(siblings, agreed))
	d.CompleteAfter = latest(d, siblings)
	d.Calls = knownCalls(d, ofStartup(d.Calls))
	return d
}

// leading is the sibling whose verdict most of them have, and whether all do.
func leading(siblings []Diagnosis) (lead Diagnosis, agreed bool) {
	best := 0
	for _, s := range siblings {
		votes := 0
		for _, other := range siblings {
			if sameVerdict(s.Verdict, other.Verdict) {
				votes++
			}
		}
		surer := s.Verdict.Confidence.Rank() > lead.Verdict.Confidence.Rank()
		if votes > best || votes == best && surer {
			lead, best = s, votes
		}
	}
	return lead, best == len(siblings)
}

func sameVerdict(a, b Verdict) bool {
	return a.Cause == b.Cause && a.Identity.Kind == b.Identity.Kind
}

// carried is how sure a sibling's evidence makes us of this task.
func carried(lead Diagnosis, agreed bool) verdict.Confidence {
	if !agreed {
		return lead.Verdict.Confidence.AtMost(verdict.Possible)
	}
	return lead.Verdict.Confidence.AtMost(verdict.Likely)
}

// borneOutBy is for a task whose own facts say what its siblings' evidence says.
func borneOutBy(d Diagnosis, lead Diagnosis, agreed bool) Diagnosis {
	if sure := carried(lead, agreed); sure.Rank() > d.Verdict.Confidence.Rank() {
		d.Verdict.Confidence = sure
	}
	if len(d.Findings) > 0 && d.Findings[0].Primary {
		d.Findings = slices.Clone(d.Findings)
		first := &d.Findings[0]
		first.Confidence = d.Verdict.Confidence
		first.Evidence = slices.Concat(first.Evidence, quotesOfSibling(lead))
	}
	switch {
	case len(d.Fix.Policies) == 0 && len(lead.Fix.Policies) > 0:
		d.Fix = lead.Fix
	case samePolicies(d.Fix.Policies, lead.Fix.Policies):
		d.Fix.Policies = lead.Fix.Policies // they were tried
	}
	return d
}

func samePolicies(a, b []Policy) bool {
	return slices.EqualFunc(a, b, func(a, b Policy) bool {
		return a.Purpose == b.Purpose && a.Kind == b.Kind && reflect.DeepEqual(a.Document, b.Document)
	})
}

// explainedBy is for a task whose siblings' evidence says more than its own
// facts: theirs were the same, so that it must be the rest which decided.
func explainedBy(d Diagnosis, lead Diagnosis, agreed bool) Diagnosis {
	first := lead.Findings[0]
	first.Primary = true
	first.Confidence = carried(lead, agreed)
	first.Evidence = quotesOfSibling(lead)
	if d.Task.StoppedReason != "" {
		first.Evidence = append(first.Evidence, Quote{Source: "task.stoppedReason", Text: d.Task.StoppedReason, At: d.Task.StoppedAt})
	}
	findings := []Finding{first}
	for _, f := range d.Findings {
		if f.Cause != first.Cause && len(findings) < maxFindings {
			f.Primary = false
			findings = append(findings, f)
		}
	}
	d.Findings, d.Verdict, d.Fix = findings, verdictOf(first), lead.Fix
	return d
}

// quotesOfSibling is what made the verdict and stood in no field of the task,
// marked with the task that it was read of.
func quotesOfSibling(d Diagnosis) []Quote {
	quotes := []Quote{}
	for _, q := range d.Findings[0].Evidence {
		if strings.HasPrefix(q.Source, "task.") || strings.HasPrefix(q.Source, "container.") {
			continue
		}
		if q.Task == "" {
			q.Task = d.Task.ID
		}
		quotes = append(quotes, q)
	}
	return quotes
}

// sourcesAlongside adds a line for each source that was read of siblings only.
func sourcesAlongside(own []evidence.Source, siblings []Diagnosis) []evidence.Source {
	read := map[string]int{}
	var names []string
	for _, sibling := range siblings {
		for _, s := range sibling.Sources {
			if _, known := read[s.Name]; !known {
				names = append(names, s.Name)
			}
			read[s.Name] += 0
			switch s.Status {
			case evidence.SourceOK, evidence.SourceEmpty, evidence.SourceTooEarly, evidence.SourceTruncated:
				read[s.Name]++
			}
		}
	}
	out := slices.Clone(own)
	for _, name := range names {
		line := evidence.Source{Name: name, Status: evidence.SourceSkipped, Detail: words.Say("sibling-source.unread", nil)}
		if n := read[name]; n > 0 {
			line.Detail = words.Say("sibling-source.read", words.Args{"n": n})
		}
		switch i := slices.IndexFunc(out, func(s evidence.Source) bool { return s.Name == name }); {
		case i < 0:
			out = append(out, line)
		case out[i].Status == evidence.SourceSkipped && name != evidence.TaskSource: // whose facts are the task's own wherever they are from
			out[i] = line
		}
	}
	return out
}

func siblingCaveats(siblings []Diagnosis, agreed bool) []words.Text {
	var ids []string
	early := false
	for _, s := range siblings {
		ids = append(ids, s.Task.ID)
		early = early || s.CompleteAfter != nil
	}
	caveats := []words.Text{words.Say("caveat.siblings", words.Args{"n": len(siblings), "tasks": ids})}
	if !agreed {
		caveats = append(caveats, words.Say("caveat.siblings-disagree", nil))
	}
	if early {
		caveats = append(caveats, words.Say("caveat.siblings-early", nil))
	}
	return caveats
}

// latest is when all of the diagnoses should be complete.
func latest(d Diagnosis, siblings []Diagnosis) *time.Time {
	at := d.CompleteAfter
	for _, s := range siblings {
		if s.CompleteAfter != nil && (at == nil || s.CompleteAfter.After(*at)) {
			at = s.CompleteAfter
		}
	}
	return at
}
