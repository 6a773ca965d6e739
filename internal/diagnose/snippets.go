package diagnose

import (
	"cmp"

	"whystopped/internal/arn"
	"whystopped/internal/diagnose/cause"
	"whystopped/internal/iampolicy"
	"whystopped/internal/iampolicy/snippet"
)

// writeSnippets gives each policy the forms that people paste, and the fix those
// of what was denied. There are none for another account than the task's: the
// documents stay, for whoever owns that account.
func writeSnippets(c *cause.Case, k candidate, fix *Fix) {
	account := policyContext(c).Account
	apart := c.Facts.TaskID
	if k.match.Text != nil {
		apart = cmp.Or(apart, k.match.Text.Raw)
	}
	var denied []snippet.Part
	for i := range fix.Policies {
		p := &fix.Policies[i]
		part := fix.part(*p, account, apart)
		if owner := part.Target.Owner(); owner != "" && arn.IsAccount(account) && owner != account {
			continue
		}
		p.Snippets = snippet.Render(part)
		if p.Purpose == purposeDenied {
			denied = append(denied, part)
		}
	}
	fix.Snippets = snippet.Render(denied...)
}

// part is a policy with where it goes. account is the task's, which is that of
// its roles.
func (f *Fix) part(p Policy, account, apart string) snippet.Part {
	t := snippet.Target{Kind: iampolicy.Kind(p.Kind), Resource: p.Resource, Whole: p.Verified.By == roleSource, Apart: apart}
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

// rewriteSnippets writes the forms of policies again that have another document
// since; none where none were written before. Their principals are known, since
// they were tried.
func (f *Fix) rewriteSnippets(changed []int) {
	for _, i := range changed {
		if p := &f.Policies[i]; p.Snippets != (iampolicy.Snippets{}) {
			p.Snippets = snippet.Render(f.part(*p, "", ""))
		}
	}
}
