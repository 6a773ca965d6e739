package report

import (
	"reflect"
	"slices"

	"whystopped/internal/arn"
	"whystopped/internal/iampolicy"
	"whystopped/internal/words"
)

// Add puts a document into the fix. It is the only way into it: what the gate
// does not let out becomes a step in words, and what is too large for IAM comes
// in parts. It gives the policies that were added, none where nothing passed,
// until the next one is.
func (f *Fix) Add(kind iampolicy.Kind, to *AttachTo, doc iampolicy.Document) []Policy {
	if len(doc.Statement) == 0 {
		return nil
	}
	parts, limit := []iampolicy.Document{doc}, 0
	if kind == iampolicy.KindIdentity {
		limit = inlineLimit(to)
		parts = iampolicy.Split(doc, limit)
	}
	before := len(f.Policies)
	for i, part := range parts {
		passed := iampolicy.Gate(part, kind)
		for _, why := range passed.Refused {
			f.Step(why)
		}
		if len(passed.Document.Statement) == 0 || kind != iampolicy.KindIdentity && f.has(kind, passed.Document) {
			continue
		}
		added := Policy{
			Purpose: PurposeDenied, Kind: string(kind), AttachTo: to, Document: passed.Document, Placeholders: passed.Placeholders,
			Verified: NotTried(words.Say("proof.not-simulated", nil)),
		}
		if len(parts) > 1 {
			added.Detail = words.Say("policy.part", words.Args{"part": i + 1, "parts": len(parts), "limit": limit})
		}
		f.Policies = append(f.Policies, added)
	}
	return f.Policies[before:]
}

// has reports whether the fix has a document already: two places may tell of one
// denial.
func (f *Fix) has(kind iampolicy.Kind, doc iampolicy.Document) bool {
	return slices.ContainsFunc(f.Policies, func(p Policy) bool {
		return p.Kind == string(kind) && reflect.DeepEqual(p.Document, doc)
	})
}

// inlineLimit is how large the inline policies of an identity may be together.
func inlineLimit(to *AttachTo) int {
	if to != nil {
		if a, ok := arn.Parse(to.ARN); ok && a.Type() == "user" {
			return iampolicy.InlineOfUser
		}
	}
	return iampolicy.InlineOfRole
}

// Narrowed is a policy with a part of its document, through the gate again.
func (p Policy) Narrowed(doc iampolicy.Document) Policy {
	passed := iampolicy.Gate(doc, iampolicy.Kind(p.Kind))
	p.Document, p.Placeholders = passed.Document, passed.Placeholders
	return p
}

// Waits reports whether the policy has words in capitals to replace first.
func (p Policy) Waits() bool {
	return slices.ContainsFunc(p.Document.Statement, iampolicy.Statement.IsForm)
}

// AddOnce adds the document for a resource that is not there yet.
func (f *Fix) AddOnce(kind iampolicy.Kind, resource string, doc iampolicy.Document) {
	for _, p := range f.Policies {
		if p.Kind == string(kind) && p.Resource == resource && reflect.DeepEqual(p.Document, doc) {
			return
		}
	}
	f.AddOn(resource, kind, nil, doc)
}

// AddOn adds a document for what a resource, key, endpoint or boundary policy is
// on; "" where that is not known.
func (f *Fix) AddOn(resource string, kind iampolicy.Kind, to *AttachTo, doc iampolicy.Document) {
	added := f.Add(kind, to, doc)
	for i := range added {
		added[i].Resource = resource
	}
}
