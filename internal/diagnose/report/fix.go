package report

import (
	"slices"

	"whystopped/internal/diagnose/verdict"
	"whystopped/internal/iampolicy"
	"whystopped/internal/words"
)

// What a Policy's Purpose can be.
const (
	PurposeDenied   = "denied"           // exactly what was denied
	PurposePattern  = "denied-pattern"   // the same for the next task
	PurposeComplete = "startup-complete" // everything the execution role needs to start the task
)

// What a Verified's Status can be.
const (
	StatusAllowed     = "allowed"
	StatusStillDenied = "still-denied"
	StatusNotVerified = "not-verified"
)

// What a Verified's By can be: the call that told, which is the permission that it
// takes.
const (
	BySimulator = "iam:SimulatePrincipalPolicy" // the policy was tried
	ByRole      = "iam:GetRole"                 // the role's own trust policy was read
)

// NotTried is what is known of a policy that no simulation was made of, with why.
func NotTried(why words.Text) Verified {
	return Verified{Status: StatusNotVerified, Detail: why}
}

// WithoutPolicy is a policy whose explicit deny AWS named, and whether the call
// is allowed without it. It holds no document: its owner removes the deny or
// narrows it.
type WithoutPolicy struct {
	ARN        string             `json:"arn"`
	PolicyType verdict.PolicyType `json:"policyType"`
	Verified   Verified           `json:"verified"`
}

// Args are the arguments that name the identity that a policy is for.
func (to *AttachTo) Args() words.Args {
	if to == nil {
		return words.Args{}
	}
	return words.Args{"identity": to.Kind, "role": to.Name}
}

// Documents are those of the policies of a purpose and kind.
func (f *Fix) Documents(purpose string, kind iampolicy.Kind) []iampolicy.Document {
	var docs []iampolicy.Document
	for _, p := range f.Policies {
		if p.Purpose == purpose && p.Kind == string(kind) {
			docs = append(docs, p.Document)
		}
	}
	return docs
}

// Step adds a step that has words and isn't there yet.
func (f *Fix) Step(said words.Text) {
	if !said.IsZero() && !slices.ContainsFunc(f.Steps, said.Equal) {
		f.Steps = append(f.Steps, said)
	}
}

// Say adds a step by the message's id.
func (f *Fix) Say(id string, args words.Args) { f.Step(words.Say(id, args)) }

// Further are the steps beside the one that the summary says.
func (f Fix) Further() []words.Text {
	if len(f.Steps) > 0 && f.Steps[0].Equal(f.Summary) {
		return f.Steps[1:]
	}
	return f.Steps
}
