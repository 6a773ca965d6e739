package diagnose

import (
	"slices"

	"whystopped/internal/iampolicy"
)

// nothingToAttach is the summary where what was denied is no permission that a
// policy can grant as it was named; the steps say why.
const nothingToAttach = "No policy is given for what was denied: the name of the action or of the principal isn't one that IAM knows."

// add puts a document into the fix. It is the only way into it: what the gate
// does not let out becomes a step in words. It gives the policies that were
// added, none where nothing passed, until the next one is.
func (f *Fix) add(kind iampolicy.Kind, to *AttachTo, doc iampolicy.Document) []Policy {
	if len(doc.Statement) == 0 {
		return nil
	}
	passed := iampolicy.Gate(doc, kind)
	f.Steps = append(f.Steps, passed.Refused...)
	if len(passed.Document.Statement) == 0 {
		return nil
	}
	before := len(f.Policies)
	f.Policies = append(f.Policies, Policy{
		Purpose: purposeDenied, Kind: string(kind), AttachTo: to, Document: passed.Document, Placeholders: passed.Placeholders,
		Verified: Verified{Status: statusNotVerified, Detail: notSimulated},
	})
	return f.Policies[before:]
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
