package web

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"

	"whystopped/internal/diagnose"
	"whystopped/internal/diagnose/verdict"
	"whystopped/internal/iampolicy"
	"whystopped/internal/render"
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
	Panels  []panel
	// Lone is the id of the policy where pasting that one is the fix; the verdict
	// offers it to be copied at once.
	Lone string
	// Whole is everything the task definition needs to start, beside what was
	// denied; nil where there is no such policy.
	Whole *policyView
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

// panel is the fix in one format, behind one tab.
type panel struct {
	ID       string // unique in the page
	Label    string
	Policies []*policyView // the first panel: the documents themselves
	Code     string        // every other panel
	CopyName string        // "Copy …"
}

// policyView is one policy document and where it goes.
type policyView struct {
	ID      string
	Heading string
	Target  string
	// Detail says what to know before attaching it; empty where there is nothing.
	Detail   string
	Lines    []codeLine
	Verified verifiedView
	// Next are the actions that the task would be refused after the denied one.
	Next []string
}

// verifiedView says whether the policy was tried.
type verifiedView struct {
	Class  string // held, failed, open
	Word   string
	Detail string
	By     string
}

func fixOf(f diagnose.Fix) (fixView, error) {
	v := fixView{Heading: "What to do", Summary: f.Summary, Steps: f.Steps, Without: withoutOf(f.WithoutPolicy)}
	switch twice := len(f.Steps) > 0 && f.Steps[0] == f.Summary; {
	case twice && len(f.Steps) == 1:
		v.Steps = nil
	case twice:
		v.Summary = "" // the first of several steps says it
	}
	var deciding []*policyView
	choices := 0 // of policies that are not one's alternative
	for i, p := range f.Policies {
		view, err := policyOf(p, fmt.Sprintf("policy-%d", i))
		if err != nil {
			return fixView{}, err
		}
		if p.Purpose == "startup-complete" && v.Whole == nil && len(f.Policies) > 1 {
			v.Whole = view
			continue
		}
		deciding = append(deciding, view)
		if p.Purpose != "denied-pattern" {
			choices++
		}
	}
	if len(deciding) == 0 {
		return v, nil
	}
	v.Heading, v.Target = deciding[0].Heading, deciding[0].Target
	if to := f.AttachTo; to != nil && attachName(to) == v.Target && consoleLink.MatchString(to.ConsoleURL) {
		v.Console = to.ConsoleURL
	}
	v.Panels = panelsOf(deciding, f.Snippets)
	if tried := deciding[0].Verified; choices == 1 && tried.Class != "failed" && tried.Word != grantedAlready {
		v.Lone = deciding[0].ID
	}
	return v, nil
}

// consoleLink are the links that a page follows into a partition's console.
var consoleLink = regexp.MustCompile(`^https://console\.(?:aws\.amazon\.com|amazonaws\.cn|amazonaws-us-gov\.com)/iam/home#/roles/details/[\w+=,.@%-]+$`)

func panelsOf(policies []*policyView, s iampolicy.Snippets) []panel {
	panels := []panel{{ID: "policy", Label: "Policy", Policies: policies}}
	for _, p := range []panel{
		{ID: "cli", Label: "AWS CLI", Code: s.CLI, CopyName: "Copy command"},
		{ID: "terraform", Label: "Terraform", Code: s.Terraform, CopyName: "Copy Terraform"},
		{ID: "cloudformation", Label: "CloudFormation", Code: s.CloudFormation, CopyName: "Copy template"},
		{ID: "cdk", Label: "CDK", Code: s.CDK, CopyName: "Copy CDK"},
	} {
		if p.Code != "" {
			panels = append(panels, p)
		}
	}
	return panels
}

func policyOf(p diagnose.Policy, id string) (*policyView, error) {
	text, err := prettyJSON(p.Document)
	if err != nil {
		return nil, fmt.Errorf("write the %s policy: %w", p.Purpose, err)
	}
	return &policyView{
		ID:       id,
		Heading:  policyHeading(p),
		Target:   attachName(p.AttachTo),
		Detail:   p.Detail,
		Lines:    jsonLines(text),
		Verified: verifiedOf(p.Verified),
		Next:     p.NeededNext,
	}, nil
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
		if p.Verified.By == "" { // the policy that is there was not read
			return "Add this to the trust policy of " + to
		}
		return "Make this the trust policy of " + to
	case "resource-policy":
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
	return principalName(to.ARN)
}

// grantedAlready is the word for a policy that the role has without it.
const grantedAlready = "Allowed already"

func verifiedOf(v diagnose.Verified) verifiedView {
	view := verifiedView{Detail: v.Detail, By: v.By}
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
