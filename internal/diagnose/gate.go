package diagnose

import (
	"reflect"
	"slices"

	"whystopped/internal/arn"
	"whystopped/internal/iampolicy"
	"whystopped/internal/words"
)

// add puts a document into the fix. It is the only way into it: what the gate
// does not let out becomes a step in words, and what is too large for IAM comes
// in parts. It gives the policies that were added, none where nothing passed,
// until the next one is.
func (f *Fix) add(kind iampolicy.Kind, to *AttachTo, doc iampolicy.Document) []Policy {
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
			f.step(why)
		}
		if len(passed.Document.Statement) == 0 || kind != iampolicy.KindIdentity && f.has(kind, passed.Document) {
			continue
		}
		added := Policy{
			Purpose: purposeDenied, Kind: string(kind), AttachTo: to, Document: passed.Document, Placeholders: passed.Placeholders,
			Verified: notTried(words.Say("proof.not-simulated", nil)),
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

// on says what policies of other kinds than a role's are on; "" where that is
// not known.
func on(resource string, policies []Policy) {
	for i := range policies {
		policies[i].Resource = resource
	}
}

// narrowed is a policy with a part of its document, through the gate again.
func (p Policy) narrowed(doc iampolicy.Document) Policy {
	passed := iampolicy.Gate(doc, iampolicy.Kind(p.Kind))
	p.Document, p.Placeholders = passed.Document, passed.Placeholders
	return p
}

// waits reports whether the policy has words in capitals to replace first.
func (p Policy) waits() bool {
	return slices.ContainsFunc(p.Document.Statement, iampolicy.Statement.IsForm)
}
