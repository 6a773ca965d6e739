package casebook

import (
	"context"
	"errors"
	"fmt"
	"time"

	"whystopped/internal/diagnose"
	"whystopped/internal/diagnose/verdict"
	"whystopped/internal/problem"
	"whystopped/internal/taskref"
	"whystopped/internal/words"
)

// Page is one page of a list of kept diagnoses.
type Page struct {
	Diagnoses []diagnose.Diagnosis
	// Next is the cursor of the page that follows; "" on the last one.
	Next string
}

// List returns kept diagnoses, newest first, and fewer than limit where they would
// be too large an answer. The cursor is "" for the first page and a Page's Next
// after it; limit is at least 1.
func (c *Casebook) List(ctx context.Context, f Filter, cursor string, limit int) (Page, error) {
	if cursor != "" && !isID(cursor) {
		return Page{}, badCursor()
	}
	found, more, err := c.opts.Store.List(ctx, c.shown(f), cursor, limit)
	if err != nil {
		return Page{}, fmt.Errorf("list diagnoses: %w", err)
	}
	page := Page{Diagnoses: found}
	if more {
		page.Next = found[len(found)-1].ID
	}
	return page, nil
}

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
		Cause: d.Verdict.Cause, Title: d.Verdict.Title.English, Identity: d.Identity(), Brought: d.Brought,
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

// IncidentPage is one page of a list of incidents.
type IncidentPage struct {
	Incidents []Incident
	// Next is the cursor of the page that follows; "" on the last one.
	Next string
}

// Incidents lists incidents, the one that opened last first; goingOn leaves out
// those that are over.
func (c *Casebook) Incidents(ctx context.Context, f Filter, goingOn bool, cursor string, limit int) (IncidentPage, error) {
	if cursor != "" && !isID(cursor) {
		return IncidentPage{}, badCursor()
	}
	f.Bounds = c.opts.Bounds
	wanted := IncidentFilter{Filter: f}
	if goingOn {
		wanted.GoingOn = c.opts.Now()
	}
	found, err := c.opts.Store.Incidents(ctx, wanted, cursor, limit+1)
	if err != nil {
		return IncidentPage{}, fmt.Errorf("list incidents: %w", err)
	}
	if len(found) <= limit {
		return IncidentPage{Incidents: found}, nil
	}
	return IncidentPage{Incidents: found[:limit], Next: found[limit-1].ID}, nil
}

// StopPage is one page of a list of stops.
type StopPage struct {
	Stops []Stop
	// Next is the cursor of the page that follows; "" on the last one.
	Next string
}

// Stops lists stops, the newest first.
func (c *Casebook) Stops(ctx context.Context, f StopFilter, cursor string, limit int) (StopPage, error) {
	f.Bounds = c.opts.Bounds
	stops, next, err := c.opts.Store.Stops(ctx, f, cursor, limit)
	switch {
	case errors.Is(err, ErrBadCursor):
		return StopPage{}, badCursor()
	case err != nil:
		return StopPage{}, fmt.Errorf("list stops: %w", err)
	}
	return StopPage{Stops: stops, Next: next}, nil
}

func badCursor() error {
	return problem.New(InvalidFilter, nil, words.Say("filter.cursor", nil))
}
