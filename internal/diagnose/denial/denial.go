// Package denial reads AWS's refusals: the access-denied sentences that
// services print, the envelopes that SDKs put around them, and CloudTrail
// records. It says who was refused, which action on which resource, and which
// kind of policy said no. It is pure.
//
// The sentence's grammar is described at
// https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
package denial

import (
	"time"

	"whystopped/internal/diagnose/verdict"
)

// Denial is one refused call.
type Denial struct {
	Principal Principal
	// Action is the IAM action, spelt as IAM spells it; "" where neither the
	// text nor the operation around it tells.
	Action string
	// Resource is what was asked for, as printed; "" where it is not told.
	Resource string
	// Explicit is set for an explicit deny.
	Explicit bool
	// Policy is the kind of policy that said no; unknown where no clause says it.
	Policy    verdict.PolicyType
	PolicyARN string
	// Ambiguous is set where the text itself says that the resource may as
	// well not exist.
	Ambiguous bool

	// Service and Operation are the API call as the SDK or the record names
	// it ("S3", "HeadObject"), Code the error code ("AccessDenied").
	Service, Operation, Code string
	// Bare is set where no sentence names the action: it was derived from
	// the operation, or is unknown.
	Bare bool
	// Cut is set where the text ends inside the sentence, so that what is
	// missing may have been there.
	Cut bool
	// Encoded is an authorization message that sts:DecodeAuthorizationMessage reads.
	Encoded string
	// InvokedBy is the AWS service that made the call for the principal.
	InvokedBy string

	// Start and End are the byte range of the deciding words in the text.
	Start, End int
	At         time.Time
}

// SameCall reports whether two denials are the same refusal seen twice, one
// perhaps less complete than the other.
func (d Denial) SameCall(o Denial) bool {
	return compatible(d.Action, o.Action) && compatible(d.Resource, o.Resource) &&
		compatible(d.Principal.Role, o.Principal.Role) && compatible(d.Principal.User, o.Principal.User) &&
		(d.Action != "" && o.Action != "" || d.Operation == o.Operation && d.Service == o.Service)
}

func compatible(a, b string) bool { return a == "" || b == "" || a == b }

// Merge fills what d lacks from o.
func (d Denial) Merge(o Denial) Denial {
	fill := func(dst *string, src string) {
		if *dst == "" {
			*dst = src
		}
	}
	fill(&d.Action, o.Action)
	fill(&d.Resource, o.Resource)
	fill(&d.PolicyARN, o.PolicyARN)
	fill(&d.Service, o.Service)
	fill(&d.Operation, o.Operation)
	fill(&d.Code, o.Code)
	fill(&d.Encoded, o.Encoded)
	fill(&d.InvokedBy, o.InvokedBy)
	if d.Principal.Kind == PrincipalUnknown {
		d.Principal = o.Principal
	}
	if d.Policy == verdict.PolicyUnknown {
		d.Policy, d.Explicit = o.Policy, d.Explicit || o.Explicit
	}
	if d.At.IsZero() {
		d.At = o.At
	}
	d.Bare = d.Bare && o.Bare
	d.Cut = d.Cut && o.Cut
	return d
}
