package render

import (
	"fmt"
	"net/url"
	"strings"

	"whystopped/internal/diagnose"
)

// Markdown writes a diagnosis for a ticket, in the Markdown of GitHub, GitLab
// and most trackers. link is where the report stands; "" where it has no
// address.
func Markdown(d diagnose.Diagnosis, link string) string {
	var m markdown
	if from := d.Provenance(); from != "" {
		m.paragraph("> " + prose(from))
	}
	m.verdict(d)
	m.fix(d.Fix)
	primary, others := d.Split()
	m.refused(refusals(primary))
	m.evidence(quotes(d, primary))
	m.others(others)
	m.list(said("render.unseen", nil), unseen(d))
	if at := linkTo(link); at != "" {
		m.paragraph("Report: " + at)
	}
	return visible(m.String())
}

// markdown is a Markdown text that is being written.
type markdown struct{ strings.Builder }

// paragraph adds a paragraph of Markdown, apart from the one before.
func (m *markdown) paragraph(s string) {
	if s == "" {
		return
	}
	if m.Len() > 0 {
		m.WriteByte('\n')
	}
	m.WriteString(strings.TrimRight(s, "\n") + "\n")
}

func (m *markdown) verdict(d diagnose.Diagnosis) {
	title := prose(d.Verdict.Title.English)
	if title == "" {
		title = said("render.untitled", nil)
	}
	m.paragraph("# " + title)
	m.paragraph(prose(d.Verdict.Summary.English))
	primary, _ := d.Split()
	for _, f := range primary {
		if !f.Why.IsZero() {
			m.paragraph(prose(f.Why.English))
			break
		}
	}
	table := "| | |\n|---|---|\n"
	known := facts(d)
	if task := taskName(d.Task); task != "" {
		known = append(known, fact{label: said("render.task", nil), name: task})
	}
	for _, f := range known {
		table += "| " + f.label + " | " + strings.TrimSpace(factValue(f)+" "+cell(f.name)) + " |\n"
	}
	m.paragraph(table)
}

// factValue is the part of a fact in words. Only where the task stood has names
// in it that others chose.
func factValue(f fact) string {
	if strings.ContainsAny(f.value, `|\`) {
		return cell(f.value)
	}
	return prose(f.value)
}

func (m *markdown) fix(f diagnose.Fix) {
	m.paragraph("## " + said("render.fix", nil))
	m.paragraph(prose(f.Summary.English))
	if f.AttachTo != nil && len(f.Policies) > 0 {
		at := "Attach to: " + label("identity", f.AttachTo.Kind) + " " + code(attachName(f.AttachTo))
		if console := linkTo(f.AttachTo.ConsoleURL); console != "" {
			at += ", " + console
		}
		m.paragraph(at)
	}
	m.paragraph(prose(withoutWords(f.WithoutPolicy)))
	var numbered strings.Builder
	for i, step := range f.Further() {
		fmt.Fprintf(&numbered, "%d. %s\n", i+1, prose(step.English))
	}
	m.paragraph(numbered.String())
	if f.Snippets.CLI != "" {
		m.paragraph(fenced("sh", f.Snippets.CLI))
	}
	for _, p := range f.Policies {
		m.policy(p)
	}
}

func (m *markdown) policy(p diagnose.Policy) {
	head := said("render.policy-head", nil)
	switch p.Purpose {
	case "startup-complete":
		head = label("purpose", p.Purpose)
	case "denied-pattern":
		head = said("render.policy-next", nil)
	}
	m.paragraph("### " + head)
	if p.Kind != "identity-policy" {
		m.paragraph(prose(policyOf(p)))
	}
	m.paragraph(prose(replaceFirst(p.Placeholders)))
	m.paragraph(prose(p.Detail.English))
	if len(p.NeededNext) > 0 {
		var names []string
		for _, action := range p.NeededNext {
			names = append(names, code(action))
		}
		m.paragraph("Would be denied next: " + strings.Join(names, ", "))
	}
	m.paragraph(fenced("json", policyJSON(p.Document)))
	if proof := proofWords(p.Verified); proof != "" {
		m.paragraph(prose(proof))
	}
}

func (m *markdown) refused(calls []diagnose.DeniedCall) {
	if len(calls) == 0 {
		return
	}
	var rows strings.Builder
	for _, c := range calls {
		why := strings.TrimSpace(because(c) + " " + cell(policyARN(c)))
		fmt.Fprintf(&rows, "| %s | %s | %s | %s |\n", cell(c.Action), cell(c.Resource), cell(c.Principal), why)
	}
	m.paragraph("## " + said("render.denied", nil))
	m.paragraph("| Action | Resource | Principal | Reason |\n|---|---|---|---|\n" + rows.String())
}

func (m *markdown) evidence(quotes []diagnose.Quote) {
	if len(quotes) == 0 {
		return
	}
	m.paragraph("## " + said("render.evidence", nil))
	for _, q := range quotes {
		m.paragraph(prose(quoteHead(q)))
		m.paragraph(fenced("text", q.Text))
	}
}

func (m *markdown) others(findings []diagnose.Finding) {
	var items []string
	for _, f := range findings {
		items = append(items, finding(f))
	}
	m.list(said("render.others", nil), items)
}

func (m *markdown) list(title string, items []string) {
	if len(items) == 0 {
		return
	}
	m.paragraph("## " + title)
	var b strings.Builder
	for _, item := range items {
		b.WriteString("- " + prose(item) + "\n")
	}
	m.paragraph(b.String())
}

// linkTo writes a link to a page of the web; "" for anything else.
func linkTo(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
		return ""
	}
	return "<" + strings.NewReplacer("<", "%3C", ">", "%3E", " ", "%20").Replace(u.String()) + ">"
}
