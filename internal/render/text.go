package render

import (
	"encoding/json"
	"fmt"
	"strings"

	"whystopped/internal/diagnose"
	"whystopped/internal/iampolicy"
	"whystopped/internal/words"
)

// Text writes a diagnosis for a terminal of 80 columns: the verdict first, below
// the word of who provided the evidence where somebody did, then the fix with its command ready to copy, then what it rests on. Commands and
// words that are longer than a line are not broken. link is where the report
// stands; "" where it has no address.
func Text(d diagnose.Diagnosis, link string) string {
	var t text
	if from := d.Provenance(); from != "" {
		t.WriteString(wrap(from, "", "") + "\n")
	}
	t.verdict(d)
	t.fix(d.Fix)
	primary, others := d.Split()
	t.refused(refusals(primary))
	t.evidence(quotes(d, primary))
	t.others(others)
	t.list(heading("render.unseen.short"), unseen(d))
	t.name(heading("render.task"), taskName(d.Task))
	t.name(heading("render.report"), link)
	return visible(t.String())
}

// text is a plain text that is being written.
type text struct{ strings.Builder }

func (t *text) section(title string) { t.WriteString("\n" + title + "\n") }

// name adds a section with one name, which is there to be copied.
func (t *text) name(title, name string) {
	if name != "" {
		t.section(title)
		t.WriteString(wrap(name, "  ", "  "))
	}
}

func (t *text) verdict(d diagnose.Diagnosis) {
	t.WriteString(wrap(d.Verdict.Title.English, "", "") + "\n")
	const indent = "             "
	for _, f := range facts(d) {
		t.WriteString(wrap(f.value+" "+f.name, fmt.Sprintf("  %-11s", f.label), indent))
	}
	if !d.Verdict.Summary.IsZero() {
		t.WriteString("\n" + wrap(d.Verdict.Summary.English, "", ""))
	}
	primary, _ := d.Split()
	for _, f := range primary {
		if !f.Why.IsZero() {
			t.WriteString("\n" + wrap(f.Why.English, "", ""))
			return
		}
	}
}

func (t *text) fix(f diagnose.Fix) {
	t.section(heading("render.fix"))
	t.WriteString(wrap(f.Summary.English, "  ", "  "))
	if f.AttachTo != nil && len(f.Policies) > 0 {
		t.WriteString(wrap(said("render.attach", words.Args{"identity": f.AttachTo.Kind, "name": attachName(f.AttachTo)}), "  ", "    "))
	}
	for _, p := range f.Policies {
		if proof := proofWords(p.Verified); proof != "" && p.Purpose == "denied" {
			t.WriteString(wrap(proof, "  ", "    "))
		}
	}
	for _, p := range f.Policies {
		if !p.Detail.IsZero() {
			t.WriteString(wrap(sentences(detailHead(p), p.Detail.English), "  ", "    "))
		}
	}
	if without := withoutWords(f.WithoutPolicy); without != "" {
		t.WriteString(wrap(without, "  ", "    "))
	}
	for i, step := range f.Further() {
		t.WriteString(wrap(step.English, fmt.Sprintf("  %d. ", i+1), "     "))
	}
	t.copyable(f)
	for _, p := range f.Policies {
		if len(p.NeededNext) > 0 {
			t.WriteString("\n" + wrap(said("render.next.report", words.Args{"actions": p.NeededNext}), "  ", "  "))
		}
	}
}

// detailHead names the policy that a detail is about, of which the text shows only
// the first.
func detailHead(p diagnose.Policy) string {
	if p.Purpose == "denied-pattern" {
		return said("render.wider", nil)
	}
	return ""
}

// copyable adds the command that fixes it, and the policies that no command
// attaches.
func (t *text) copyable(f diagnose.Fix) {
	if replace := placeholders(f); replace != "" {
		t.WriteString("\n" + wrap(replace, "  ", "  "))
	}
	if f.Snippets.CLI != "" {
		t.WriteString("\n" + strings.Join(lines(f.Snippets.CLI), "\n") + "\n")
	}
	rest := withoutCommand(f)
	for _, p := range rest {
		if len(rest) > 1 || f.Snippets.CLI != "" {
			t.WriteString("\n" + wrap(policyOf(p), "  ", "    "))
		}
		t.WriteString("\n" + policyJSON(p.Document) + "\n")
	}
}

// policyJSON writes a document as people paste it: < > & as they are.
func policyJSON(doc iampolicy.Document) string {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(doc); err != nil {
		return "" // strings, and lists of them: there is nothing to fail
	}
	return string(JSON([]byte(strings.TrimRight(b.String(), "\n"))))
}

func (t *text) refused(calls []diagnose.DeniedCall) {
	if len(calls) == 0 {
		return
	}
	t.section(heading("render.denied"))
	for _, c := range calls {
		t.call(c)
	}
}

func (t *text) call(c diagnose.DeniedCall) {
	t.WriteString(wrap(c.Action, "  ", "  "))
	for _, part := range []struct{ label, value string }{{"on ", c.Resource}, {"to ", c.Principal}, {"", because(c)}, {"by ", policyARN(c)}} {
		if part.value != "" {
			t.WriteString(wrap(part.value, "    "+part.label, "    "))
		}
	}
}

func (t *text) evidence(quotes []diagnose.Quote) {
	if len(quotes) == 0 {
		return
	}
	t.section(heading("render.evidence"))
	for _, q := range quotes {
		t.WriteString(wrap(quoteHead(q), "  ", "    ") + wrapLines(q.Text, "  | "))
	}
}

func (t *text) others(findings []diagnose.Finding) {
	var found []string
	for _, f := range findings {
		found = append(found, finding(f))
	}
	t.list(heading("render.others"), found)
}

func (t *text) list(title string, items []string) {
	if len(items) == 0 {
		return
	}
	t.section(title)
	for _, item := range items {
		t.WriteString(wrap(item, "  - ", "    "))
	}
}

// heading is a section's title as a terminal shows it.
func heading(id string) string { return strings.ToUpper(said(id, nil)) }
