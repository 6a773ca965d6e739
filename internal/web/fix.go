package web

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"

	"whystopped/internal/arn"
	"whystopped/internal/diagnose"
	"whystopped/internal/diagnose/verdict"
	"whystopped/internal/iampolicy"
	"whystopped/internal/render"
	"whystopped/internal/words"
)

// fixView is what to do: a policy in the forms that people paste, or steps.
type fixView struct {
	Heading string
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
	Kind     string   // "the service control policy"
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
	// Heading and Target say where it goes, where there are several; Heading is
	// empty otherwise.
	Heading, Target string
}

// policyView is one policy document and where it goes.
type policyView struct {
	ID       string
	CopyName string
	Heading  string
	Target   string
	// Detail says what to know before attaching it; empty for nothing.
	Detail   string
	Lines    []codeLine
	Verified verifiedView

	number   int // among the policies of the fix
	replace  string
	snippets iampolicy.Snippets
}

// verifiedView says whether the policy was tried.
type verifiedView struct {
	Class  string // held, failed, open
	Word   string
	Detail string
	By     string
}

func fixOf(f diagnose.Fix) (fixView, error) {
	v := fixView{Heading: "What to do", Summary: f.Summary.English, Steps: words.Lines(f.Steps), Without: withoutOf(f.WithoutPolicy)}
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
	v.Heading, v.Target = deciding[0].Heading, deciding[0].Target
	if to := f.AttachTo; to != nil && attachName(to) == v.Target && consoleLink.MatchString(to.ConsoleURL) {
		v.Console = to.ConsoleURL
	}
	v.Panels = formats{"format", panelsOf(deciding, f.Snippets)}
	if tried := deciding[0].Verified; len(deciding) == 1 && tried.Class != "failed" && tried.Word != grantedAlready {
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
		return "Or grant all startup permissions"
	case "denied-pattern":
		return "Or allow it for the next task too"
	}
	return ""
}

// consoleLink are the links that a page follows into a partition's console.
var consoleLink = regexp.MustCompile(`^https://console\.(?:aws\.amazon\.com|amazonaws\.cn|amazonaws-us-gov\.com)/iam/home#/roles/details/[\w+=,.@%-]+$`)

// panelsOf gives the policies in each format that one of them has. whole are the
// snippets of reports that have none for each policy.
func panelsOf(policies []*policyView, whole iampolicy.Snippets) []panel {
	panels := []panel{{ID: "policy", Label: "Policy", Policies: policies}}
	for _, format := range []struct {
		id, label, copyName string
		of                  func(iampolicy.Snippets) string
	}{
		{"cli", "AWS CLI", "Copy command", func(s iampolicy.Snippets) string { return s.CLI }},
		{"terraform", "Terraform", "Copy Terraform", func(s iampolicy.Snippets) string { return s.Terraform }},
		{"cloudformation", "CloudFormation", "Copy template", func(s iampolicy.Snippets) string { return s.CloudFormation }},
		{"cdk", "CDK", "Copy CDK", func(s iampolicy.Snippets) string { return s.CDK }},
	} {
		p := panel{ID: format.id, Label: format.label}
		for _, policy := range policies {
			if code := format.of(policy.snippets); code != "" {
				p.Codes = append(p.Codes, policy.code(format.id, format.label, format.copyName, code))
			}
		}
		if code := format.of(whole); len(p.Codes) == 0 && code != "" {
			p.Codes = []codeView{{ID: "code-" + format.id, Label: format.label, CopyName: format.copyName, Code: code}}
		}
		if len(policies) == 1 && len(p.Codes) == 1 {
			p.Codes[0].Heading = "" // the section has it
		}
		if len(p.Codes) > 0 {
			panels = append(panels, p)
		}
	}
	return panels
}

// code is the policy in one format.
func (v *policyView) code(format, label, copyName, code string) codeView {
	id := "code-" + format
	if v.number > 0 {
		id += fmt.Sprintf("-%d", v.number)
	}
	return codeView{ID: id, Label: label, CopyName: copyName + v.replace, Code: code, Heading: v.Heading, Target: v.Target}
}

func policyOf(p diagnose.Policy, number int) (*policyView, error) {
	text, err := prettyJSON(p.Document)
	if err != nil {
		return nil, fmt.Errorf("write the %s policy: %w", p.Purpose, err)
	}
	v := &policyView{
		ID:       fmt.Sprintf("policy-%d", number),
		Heading:  policyHeading(p),
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
	if len(p.Placeholders) > 0 {
		v.replace = " (replace " + iampolicy.List(p.Placeholders) + " first)"
	}
	v.CopyName = "Copy policy" + v.replace
	return v, nil
}

// policyHeading is completed by the target's name: "Attach this to the
// execution role orders-exec".
func policyHeading(p diagnose.Policy) string {
	to := "its owner"
	if p.AttachTo != nil {
		to = identityPhrase(p.AttachTo.Kind)
	}
	switch p.Kind {
	case "trust-policy":
		if p.Verified.By == "iam:GetRole" { // it has the role's statements as well
			return "Make this the trust policy of " + to
		}
		return "Add this to the trust policy of " + to
	case "resource-policy":
		if p.Resource != "" {
			return "Add this to the policy of"
		}
		return "Add this to the resource’s own policy"
	case "key-policy":
		return "Add this to the policy of the KMS key"
	case "endpoint-policy":
		return "Add this to the policy of the VPC endpoint"
	case "boundary":
		return "Add this to the permissions boundary of " + to
	case "scp":
		return "Change the service control policy like this"
	case "rcp":
		return "Change the resource control policy like this"
	}
	if p.Purpose == "denied-pattern" {
		return "Or, for the next task too, attach this to " + to
	}
	return "Attach this to " + to
}

func identityPhrase(k verdict.IdentityKind) string {
	switch k {
	case verdict.ExecutionRole:
		return "the execution role"
	case verdict.TaskRole:
		return "the task role"
	case verdict.InstanceRole:
		return "the instance role"
	case verdict.ServiceLinkedRole:
		return "the service-linked role"
	case verdict.InfrastructureRole:
		return "the infrastructure role"
	}
	return "the identity"
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

// grantedAlready is the word for a policy that the role has without it.
const grantedAlready = "Allowed already"

func verifiedOf(v diagnose.Verified) verifiedView {
	view := verifiedView{Detail: v.Detail.English, By: v.By}
	switch v.Status {
	case "allowed":
		view.Class, view.Word = "held", "Proven"
		if v.Before == "allowed" { // the policy adds nothing
			view.Class, view.Word = "open", grantedAlready
		}
	case "still-denied":
		view.Class, view.Word = "failed", "Not enough"
	case "":
		return verifiedView{}
	default:
		view.Class, view.Word = "open", "Not tried"
		if v.Before != "" {
			view.Word = "Not decided"
		}
	}
	return view
}

// withoutOf says what a simulation without the policy came to.
func withoutOf(p *diagnose.WithoutPolicy) *withoutView {
	if p == nil {
		return nil
	}
	kinds := map[verdict.PolicyType]string{
		verdict.PolicyIdentity: "the identity-based policy", verdict.PolicyBoundary: "the permissions boundary",
		verdict.PolicySCP: "the service control policy", verdict.PolicyRCP: "the resource control policy",
	}
	view := &withoutView{Kind: kinds[p.PolicyType], ARN: breakable(p.ARN), Verified: verifiedOf(p.Verified)}
	if view.Kind == "" {
		view.Kind = "the policy"
	}
	return view
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
