package report

import (
	"cmp"

	"whystopped/internal/iampolicy"
	"whystopped/internal/iampolicy/snippet"
)

// Part is a policy with where it goes. account is the task's, which is that of
// its roles.
func (f *Fix) Part(p Policy, account, apart string) snippet.Part {
	t := snippet.Target{Kind: iampolicy.Kind(p.Kind), Resource: p.Resource, Whole: p.Verified.By == ByRole, Apart: apart}
	if to := p.AttachTo; to != nil {
		t.RoleName, t.RoleARN = to.Name, to.ARN
	}
	switch t.Kind {
	case iampolicy.KindIdentity:
		t.Account, t.Managed = account, !f.fitsInline(p)
	case iampolicy.KindTrust, iampolicy.KindBoundary:
		t.Account = account // a boundary is of the role's account
	}
	return snippet.Part{Document: p.Document, Target: t}
}

// fitsInline reports whether all identity policies of a purpose fit into the
// inline policies of their principal.
func (f *Fix) fitsInline(p Policy) bool {
	var docs []iampolicy.Document
	for _, other := range f.Policies {
		if other.Kind == p.Kind && other.Purpose == p.Purpose && principalOf(other) == principalOf(p) {
			docs = append(docs, other.Document)
		}
	}
	return iampolicy.Fit(docs, inlineLimit(p.AttachTo))
}

func principalOf(p Policy) string {
	if p.AttachTo == nil {
		return ""
	}
	return cmp.Or(p.AttachTo.ARN, p.AttachTo.Name)
}

// RewriteSnippets writes the forms of policies again that have another document
// since; none where none were written before. Their principals are known, since
// they were tried.
func (f *Fix) RewriteSnippets(changed []int) {
	for _, i := range changed {
		if p := &f.Policies[i]; p.Snippets != (iampolicy.Snippets{}) {
			p.Snippets = snippet.Render(f.Part(*p, "", ""))
		}
	}
}
