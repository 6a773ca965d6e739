package report

import (
	"encoding/json"

	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/iampolicy"
	"whystopped/internal/words"
)

// maxAnswer bounds a diagnosis as JSON, in bytes: a page of a hundred of them,
// and the history, stay of a size that the service can bear. Only evidence that
// somebody made up comes near it.
const maxAnswer = 320 << 10

// How many bytes, and entries, are left of what gives way.
const (
	leftOfQuote    = 400
	leftOfReason   = 256
	leftOfTimeline = 20
	leftOfFindings = 6
)

// Fit makes a diagnosis that is too large smaller, beginning with what says
// least about why the task stopped.
func (d *Diagnosis) Fit() {
	if d.jsonSize() <= maxAnswer {
		return
	}
	d.Caveats = append(d.Caveats, words.Say("caveat.shortened", nil))
	for _, shrink := range []func(*Diagnosis){
		(*Diagnosis).dropForms, (*Diagnosis).shortenQuotes, (*Diagnosis).shortenReasons, (*Diagnosis).shortenTimeline, (*Diagnosis).dropStartup, (*Diagnosis).dropFindings,
	} {
		if shrink(d); d.jsonSize() <= maxAnswer {
			return
		}
	}
}

func (d *Diagnosis) jsonSize() int {
	text, err := json.Marshal(d)
	if err != nil {
		return 0 // whoever answers with it will say so
	}
	return len(text)
}

// shortenQuotes cuts what is quoted of findings that did not make the verdict.
func (d *Diagnosis) shortenQuotes() {
	for i := range d.Findings {
		if d.Findings[i].Primary {
			continue
		}
		for j := range d.Findings[i].Evidence {
			q := &d.Findings[i].Evidence[j]
			if len(q.Text) > leftOfQuote {
				q.Text, q.Marks = evidence.Cut(q.Text, leftOfQuote), nil
			}
		}
	}
}

func (d *Diagnosis) shortenReasons() {
	for i := range d.Task.Containers {
		d.Task.Containers[i].Reason = evidence.Cut(d.Task.Containers[i].Reason, leftOfReason)
	}
}

func (d *Diagnosis) shortenTimeline() {
	d.Timeline = d.Timeline[max(0, len(d.Timeline)-leftOfTimeline):]
}

// dropForms leaves the documents of wider policies, without the forms that people
// paste.
func (d *Diagnosis) dropForms() {
	for i := range d.Fix.Policies {
		if p := &d.Fix.Policies[i]; p.Purpose != PurposeDenied {
			p.Snippets = iampolicy.Snippets{}
		}
	}
}

func (d *Diagnosis) dropStartup() {
	kept := d.Fix.Policies[:0]
	for _, p := range d.Fix.Policies {
		if p.Purpose != PurposeComplete {
			kept = append(kept, p)
		}
	}
	d.Fix.Policies = kept
}

func (d *Diagnosis) dropFindings() {
	d.Findings = d.Findings[:min(len(d.Findings), leftOfFindings)]
}
