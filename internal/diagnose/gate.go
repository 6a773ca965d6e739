package diagnose

import (
	"fmt"
	"reflect"
	"slices"

	"whystopped/internal/arn"
	"whystopped/internal/iampolicy"
)

// nothingToAttach is the summary where what was denied is no permission that a
// policy can grant as it was named; the steps say why.
const nothingToAttach = "No policy is given for what was denied: the name of the action or of the principal isn't one that IAM knows."

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
		for _, words := range passed.Refused {
			f.step(words)
		}
		if len(passed.Document.Statement) == 0 || kind != iampolicy.KindIdentity && f.has(kind, passed.Document) {
			continue
		}
		f.Policies = append(f.Policies, Policy{
			Purpose: purposeDenied, Kind: string(kind), AttachTo: to, Document: passed.Document, Placeholders: passed.Placeholders,
			Verified: Verified{Status: statusNotVerified, Detail: notSimulated}, Detail: partWords(i, len(parts), limit),
		})
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

// partWords say what to do with one of several documents; "" where there is one.
func partWords(i, of, limit int) string {
	if of == 1 {
		return ""
	}
	return fmt.Sprintf("Part %d of %d. Inline policies can have %d characters in all, and this one is larger: create each part as a managed policy and attach all of them.", i+1, of, limit)
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
