package slack

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"

	"whystopped/internal/arn"
	"whystopped/internal/diagnose"
	"whystopped/internal/iampolicy"
	"whystopped/internal/words"
)

// How much of a diagnosis a message holds; the report has all of it.
const (
	maxQuotes   = 3
	maxQuote    = 600
	maxPolicies = 2
	maxSteps    = 5
	maxTitle    = 300
	maxSummary  = 1200
)

// reportLink is the address of a kept report; "" where it is not known how
// people reach the service.
func reportLink(publicURL, id string) string {
	if publicURL == "" || id == "" {
		return ""
	}
	return publicURL + "/d/" + url.PathEscape(id)
}

// verdictMessage tells a diagnosis: what failed, whose permission, what to paste
// where, and what shows it. report is its address, or "".
func verdictMessage(d diagnose.Diagnosis, report string) message {
	m := verdictHead(d)
	m.section(lines("*Fix*", prose(d.Fix.Summary.English, maxSummary)))
	addPolicies(&m, d.Fix)
	addSteps(&m, d.Fix)
	addEvidence(&m, d)
	if report != "" {
		m.small(link(report, "Open the report", maxField))
	}
	return m
}

// verdictSummary is a diagnosis as a link shows it.
func verdictSummary(d diagnose.Diagnosis) message { return verdictHead(d) }

func verdictHead(d diagnose.Diagnosis) message {
	v, from := d.Verdict, d.Provenance()
	m := message{text: lines(prose(from, maxTitle), prose(v.Title.English, maxTitle), prose(label("identity", v.Identity.Kind), 100))}
	m.section(bold(from, maxTitle))
	m.section(lines(bold(v.Title.English, maxTitle), prose(v.Summary.English, maxSummary)))
	m.fields(
		field{"Identity", whose(v.Identity)},
		field{"Confidence", prose(label("confidence", v.Confidence), 100)},
		field{"Phase", prose(label("phase", v.Phase), 100)},
		field{"Task", taskName(d.Task)},
	)
	return m
}

// taskName is CLUSTER/ID and the service, as far as they are known.
func taskName(t diagnose.TaskView) mrkdwn {
	name := t.ID
	if t.Cluster != "" && t.ID != "" {
		name = t.Cluster + "/" + t.ID
	}
	group := t.Ref().Service()
	if group == "" {
		group = t.Group
	}
	return lines(code(name, 400), prose(group, 300))
}

// addPolicies adds the documents to paste. Those for exactly what was denied
// come first; what the task needs besides stands in the report.
func addPolicies(m *message, fix diagnose.Fix) {
	added := 0
	for _, purpose := range []string{"denied", "startup-complete"} {
		for _, p := range fix.Policies {
			if p.Purpose != purpose || added == maxPolicies {
				continue
			}
			m.section(policyText(p))
			added++
		}
		if added > 0 {
			return
		}
	}
}

func policyText(p diagnose.Policy) mrkdwn {
	head := policyHead(p)
	room := maxSection - len(head) - len("\n")
	for _, indent := range []string{"  ", ""} {
		text, err := documentJSON(p.Document, indent)
		if err == nil && whole(text, room) {
			return lines(head, codeBlock(text, room))
		}
	}
	return lines(head, "_Too long for a message. Copy it from the report._")
}

func policyHead(p diagnose.Policy) mrkdwn {
	head := prose(label("policy-kind", p.Kind), 100)
	if to := p.AttachTo; to != nil {
		name := to.Name
		if name == "" {
			name = arn.PrincipalName(to.ARN)
		}
		head += " for the " + prose(words.English().Word("identity", string(to.Kind), ""), 100)
		if name != "" {
			head += " " + code(name, 300)
		}
	}
	if to := p.AttachTo; to == nil && p.Resource != "" {
		head += " of " + code(p.Resource, 300)
	}
	if len(p.Placeholders) > 0 {
		head += " (replace " + prose(iampolicy.List(p.Placeholders), 200) + " first)"
	}
	switch p.Verified.Status {
	case "allowed":
		head += " (verified in the IAM policy simulator)"
	case "still-denied":
		head += " (*still denied* in the IAM policy simulator, see the report)"
	}
	return head
}

// inJSON writes what codeEscapes would change as JSON can, so that what is
// pasted is the policy itself.
var inJSON = strings.NewReplacer("`", `\u0060`, "@here", `\u0040here`, "@channel", `\u0040channel`, "@everyone", `\u0040everyone`)

// documentJSON writes a policy to be pasted; without indent it is in one line.
func documentJSON(d iampolicy.Document, indent string) (string, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", indent)
	if err := enc.Encode(d); err != nil {
		return "", fmt.Errorf("write the policy: %w", err)
	}
	return inJSON.Replace(strings.TrimSpace(b.String())), nil
}

func addSteps(m *message, fix diagnose.Fix) {
	var list mrkdwn
	steps := fix.Further()
	for _, step := range steps[:min(len(steps), maxSteps)] {
		if text := prose(step.English, maxSection/(maxSteps+1)); text != "" {
			list = lines(list, "• "+text)
		}
	}
	m.section(list)
}

// addEvidence quotes what decided, word for word.
func addEvidence(m *message, d diagnose.Diagnosis) {
	primary, _ := d.Split()
	if len(primary) == 0 {
		return
	}
	for _, q := range primary[0].Evidence[:min(len(primary[0].Evidence), maxQuotes)] {
		if text := codeBlock(q.Text, maxQuote); text != "" {
			m.section(lines("*Evidence* "+prose(words.English().Place(q.Source), 200), text))
		}
	}
}
