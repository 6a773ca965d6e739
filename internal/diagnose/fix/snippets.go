package fix

import (
	"cmp"

	"whystopped/internal/arn"
	"whystopped/internal/diagnose/cause"
	"whystopped/internal/diagnose/rank"
	"whystopped/internal/diagnose/report"
	"whystopped/internal/iampolicy/snippet"
)

// writeSnippets gives each policy the forms that people paste, and the fix those
// of what was denied. There are none for another account than the task's: the
// documents stay, for whoever owns that account.
func writeSnippets(c *cause.Case, k rank.Candidate, fix *report.Fix) {
	account := c.PolicyContext().Account
	apart := c.Facts.TaskID
	if k.Match.Text != nil {
		apart = cmp.Or(apart, k.Match.Text.Raw)
	}
	var denied []snippet.Part
	for i := range fix.Policies {
		p := &fix.Policies[i]
		part := fix.Part(*p, account, apart)
		if owner := part.Target.Owner(); owner != "" && arn.IsAccount(account) && owner != account {
			continue
		}
		p.Snippets = snippet.Render(part)
		if p.Purpose == report.PurposeDenied {
			denied = append(denied, part)
		}
	}
	fix.Snippets = snippet.Render(denied...)
}
