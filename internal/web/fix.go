package web

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"

	"whystopped/internal/arn"
	"whystopped/internal/diagnose"
	"whystopped/internal/iampolicy"
	"whystopped/internal/render"
	"whystopped/internal/words"
)

// fixView is what to do: a policy in the forms that people paste, or steps.
type fixView struct {
	// Attach is the message that says where the policy goes; empty for steps.
	Attach string
	// Target is the name of what the policy is attached to; empty for steps.
	Target string
	// Console opens the target in IAM's console; empty where that is not known.
	Console string
	// Summary is empty where the steps begin with it.
	Summary string
	Panels  formats
	// Lone is the policy where pasting that one is the fix; the verdict offers it
	// to be copied at once. It is nil otherwise.
	Lone *policyView
	// Wider are the policies that one may take instead: for everything that the
	// task needs to start, or for the names of the next task too.
	Wider []widerView
	// Without is the policy that denied the call, left out; nil where none is
	// known by its ARN.
	Without *withoutView
	Steps   []string
}

// withoutView says whether the call is allowed without a policy.
type withoutView struct {
	Message  string   // whether the call is allowed without it
	Policy   string   // the code of its type
	ARN      []string // its parts, between which a line may break
	Verified verifiedView
}

// widerView is a policy that allows more than what was denied.
type widerView struct {
	Summary string
	// Open is set for what most people take.
	Open bool
	// Next are the actions that the task would be refused after the denied one.
	Next  []string
	Group formats

	purpose  string
	policies []*policyView
}

// formats are policies in all formats.
type formats struct {
	Name   string // of the group of tabs; unique in the page
	Panels []panel
}

// panel is the fix in one format, behind one tab.
type panel struct {
	ID       string // the format's
	Label    string
	Policies []*policyView // the first panel: the documents themselves
	Codes    []codeView    // every other panel
}

// codeView is one policy in one format.
type codeView struct {
	ID       string // unique in the page
	Label    string
	CopyName string // "Copy …"
	Code     string
	// Attach and Target say where it goes, if there are several; Attach is empty
	// otherwise.
	Attach, Target string
}

// policyView is one policy document and where it goes.
type policyView struct {
	ID       string
	CopyName string
	Attach   string
	Target   string
	// Detail says what to know before attaching it; empty for nothing.
	Detail   string
	Lines    []codeLine
	Verified verifiedView

	number   int      // among the policies of the fix
	replace  []string // words that have to be replaced first
	snippets iampolicy.Snippets
}

// verifiedView says whether the policy was tried.
type verifiedView struct {
	Class  string // held, failed, open
	Word   string
	Detail string
	By     string

	granted bool // the role has it already
}

func fixOf(f diagnose.Fix) (fixView, error) {
	v := fixView{Summary: f.Summary.English, Steps: words.Lines(f.Steps), Without: withoutOf(f.WithoutPolicy)}
	switch twice := len(f.Steps) > 0 && f.Steps[0].Equal(f.Summary); {
	case twice && len(f.Steps) == 1:
		v.Steps = nil
	case twice:
		v.Summary = "" // the first of several steps says it
	}
	var deciding []*policyView
	for i, p := range f.Policies {
		view, err := policyOf(p, i)
		if err != nil {
			return fixView{}, err
		}
		if widerWords(p.Purpose) == "" || len(f.Policies) == 1 {
			deciding = append(deciding, view)
			continue
		}
		v.wider(p, view)
	}
	for i := range v.Wider {
		w := &v.Wider[i]
		w.Group = formats{fmt.Sprintf("format-%d", w.policies[0].number), panelsOf(w.policies, iampolicy.Snippets{})}
	}
	if len(deciding) == 0 {
		return v, nil
	}
	v.Attach, v.Target = deciding[0].Attach, deciding[0].Target
	if to := f.AttachTo; to != nil && attachName(to) == v.Target && consoleLink.MatchString(to.ConsoleURL) {
		v.Console = to.ConsoleURL
	}
	v.Panels = formats{"format", panelsOf(deciding, f.Snippets)}
	if tried := deciding[0].Verified; len(deciding) == 1 && tried.Class != "failed" && !tried.granted {
		v.Lone = deciding[0]
	}
	return v, nil
}

// wider adds a policy to those that one may take instead; parts of one document
// are one choice.
func (v *fixView) wider(p diagnose.Policy, view *policyView) {
	i := slices.IndexFunc(v.Wider, func(w widerView) bool { return w.purpose == p.Purpose })
	if i < 0 {
		i = len(v.Wider)
		v.Wider = append(v.Wider, widerView{Summary: widerWords(p.Purpose), Open: p.Purpose == "denied-pattern", purpose: p.Purpose})
	}
	v.Wider[i].policies = append(v.Wider[i].policies, view)
	v.Wider[i].Next = append(v.Wider[i].Next, p.NeededNext...)
}

// widerWords offer a policy that allows more than what was denied; "" for the
// others.
func widerWords(purpose string) string {
	switch purpose {
	case "startup-complete":
		return said("fix.wider", nil)
	case "denied-pattern":
		return said("fix.wider.pattern", nil)
	}
	return ""
}

// consoleLink are the links that a page follows into a partition's console.
var consoleLink = regexp.MustCompile(`^https://console\.(?:aws\.amazon\.com|amazonaws\.cn|amazonaws-us-gov\.com)/iam/home#/roles/details/[\w+=,.@%-]+$`)

// panelsOf gives the policies in each format that one of them has. whole are the
// snippets of reports that have none for each policy.
func panelsOf(policies []*policyView, whole iampolicy.Snippets) []panel {
	panels := []panel{{ID: "policy", Label: labelOf("format", "policy"), Policies: policies}}
	for _, format := range []struct {
		id string
		of func(iampolicy.Snippets) string
	}{
		{"cli", func(s iampolicy.Snippets) string { return s.CLI }},
		{"terraform", func(s iampolicy.Snippets) string { return s.Terraform }},
		{"cloudformation", func(s iampolicy.Snippets) string { return s.CloudFormation }},
		{"cdk", func(s iampolicy.Snippets) string { return s.CDK }},
	} {
		p := panel{ID: format.id, Label: labelOf("format", format.id)}
		for _, policy := range policies {
			if code := format.of(policy.snippets); code != "" {
				p.Codes = append(p.Codes, policy.code(format.id, code))
			}
		}
		if code := format.of(whole); len(p.Codes) == 0 && code != "" {
			p.Codes = []codeView{{ID: "code-" + format.id, Label: labelOf("format", format.id), CopyName: copyName(format.id, nil), Code: code}}
		}
		if len(policies) == 1 && len(p.Codes) == 1 {
			p.Codes[0].Attach = "" // the section has it
		}
		if len(p.Codes) > 0 {
			panels = append(panels, p)
		}
	}
	return panels
}

// code is the policy in one format.
func (v *policyView) code(format, code string) codeView {
	id := "code-" + format
	if v.number > 0 {
		id += fmt.Sprintf("-%d", v.number)
	}
	return codeView{ID: id, Label: labelOf("format", format), CopyName: copyName(format, v.replace), Code: code, Attach: v.Attach, Target: v.Target}
}

func policyOf(p diagnose.Policy, number int) (*policyView, error) {
	text, err := prettyJSON(p.Document)
	if err != nil {
		return nil, fmt.Errorf("write the %s policy: %w", p.Purpose, err)
	}
	v := &policyView{
		ID:       fmt.Sprintf("policy-%d", number),
		Attach:   attachMessage(p),
		Target:   attachName(p.AttachTo),
		Detail:   p.Detail.English,
		Lines:    jsonLines(text),
		Verified: verifiedOf(p.Verified),
		number:   number,
		snippets: p.Snippets,
	}
	if p.AttachTo == nil {
		v.Target = p.Resource
	}
	v.replace = p.Placeholders
	v.CopyName = copyName("policy", v.replace)
	return v, nil
}

// copyName is what the button says that copies a format.
func copyName(format string, replace []string) string {
	return said("fix.copy", words.Args{"what": format, "words": replace})
}

// attachMessage returns the message that says where a policy goes.
func attachMessage(p diagnose.Policy) string {
	switch {
	case p.Kind == "trust-policy" && p.Verified.By == "iam:GetRole": // it has the role's statements as well
		return "attach.trust-policy.all"
	case p.Kind == "identity-policy" && p.Purpose == "denied-pattern":
		return "attach.next-task"
	}
	return "attach." + words.Known("attach", string(p.Kind), "identity-policy")
}

func attachName(to *diagnose.AttachTo) string {
	switch {
	case to == nil:
		return ""
	case to.Name != "":
		return to.Name
	}
	return arn.PrincipalName(to.ARN)
}

func verifiedOf(v diagnose.Verified) verifiedView {
	if v.Status == "" {
		return verifiedView{}
	}
	view := verifiedView{Word: labelOf("proof", v.Status), Detail: v.Detail.English, By: v.By}
	switch v.Status {
	case "allowed":
		view.Class = "held"
		if v.Before == "allowed" { // the policy adds nothing
			view.Class, view.Word, view.granted = "open", said("proof.already", nil), true
		}
	case "still-denied":
		view.Class = "failed"
	default:
		view.Class = "open"
	}
	return view
}

// withoutOf says what a simulation without the policy came to.
func withoutOf(p *diagnose.WithoutPolicy) *withoutView {
	if p == nil {
		return nil
	}
	policy := words.Known("policy-type", string(p.PolicyType), "unknown")
	id := "without." + words.Known("without", string(p.Verified.Status), "not-verified")
	return &withoutView{Message: id, Policy: policy, ARN: breakable(p.ARN), Verified: verifiedOf(p.Verified)}
}

// prettyJSON writes the document as people paste it: two spaces, and < > & as
// they are, since the page escapes them for itself.
func prettyJSON(doc any) (string, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(doc); err != nil {
		return "", err
	}
	return string(render.JSON(bytes.TrimRight(b.Bytes(), "\n"))), nil
}
