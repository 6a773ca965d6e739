package slack

import (
	"bytes"
	"cmp"
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
	m.section(lines(bold(said("slack.fix", nil), maxField), prose(d.Fix.Summary.English, maxSummary)))
	addPolicies(&m, d.Fix)
	addSteps(&m, d.Fix)
	addEvidence(&m, d)
	if report != "" {
		m.small(link(report, said("slack.open-report", nil), maxField))
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
		field{fieldName("identity"), whose(v.Identity)},
		field{fieldName("confidence"), prose(label("confidence", v.Confidence), 100)},
		field{fieldName("phase"), prose(label("phase", v.Phase), 100)},
		field{fieldName("task"), taskName(d.Task)},
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
	return lines(head, say("slack.too-long", nil))
}

// policyHead says which policy it is, for whom, and what to know before pasting it.
func policyHead(p diagnose.Policy) mrkdwn {
	args := words.Args{"kind": p.Kind, "words": p.Placeholders}
	if to := p.AttachTo; to != nil {
		args["identity"], args["name"] = to.Kind, cmp.Or(to.Name, arn.PrincipalName(to.ARN))
	} else {
		args["resource"] = p.Resource
	}
	if p.Verified.Status != "not-verified" {
		args["tried"] = p.Verified.Status
	}
	return prose(said("slack.policy", args), maxTitle*3)
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
			place := prose(words.English().Place(q.Source), 200)
			m.section(lines(bold(said("slack.evidence", nil), maxField), place, text))
		}
	}
}
