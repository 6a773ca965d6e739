package casebook

import (
	"context"
	"fmt"
	"time"

	"whystopped/internal/diagnose"
	"whystopped/internal/diagnose/verdict"
	"whystopped/internal/taskref"
)

// Summary is what a list of diagnoses shows of one.
type Summary struct {
	ID        string
	CreatedAt time.Time
	// Ref is the task's address, with its group and without its partition.
	Ref          taskref.Ref
	Cause, Title string
	Identity     verdict.Identity
	Brought      bool
}

// SummaryOf is the summary of a diagnosis.
func SummaryOf(d diagnose.Diagnosis) Summary {
	ref := d.Task.Ref()
	ref.Partition = "" // which lists don't show
	return Summary{
		ID: d.ID, CreatedAt: d.CreatedAt, Ref: ref,
		Cause: d.Verdict.Cause, Title: d.Verdict.Title, Identity: d.Identity(), Brought: d.Brought,
	}
}

// SummaryPage is one page of a list of summaries.
type SummaryPage struct {
	Summaries []Summary
	// Next is the cursor of the page that follows; "" on the last one.
	Next string
}

// Summaries is List for people, who read a line of each diagnosis: no report is
// read for it.
func (c *Casebook) Summaries(ctx context.Context, f Filter, cursor string, limit int) (SummaryPage, error) {
	if cursor != "" && !isID(cursor) {
		return SummaryPage{}, badCursor()
	}
	found, more, err := c.opts.Store.Summaries(ctx, c.shown(f), cursor, limit)
	if err != nil {
		return SummaryPage{}, fmt.Errorf("list diagnoses: %w", err)
	}
	page := SummaryPage{Summaries: found}
	if more {
		page.Next = found[len(found)-1].ID
	}
	return page, nil
}
