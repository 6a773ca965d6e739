package casebook

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"whystopped/internal/diagnose"
)

const (
	// maxRefreshes is how often a diagnosis that stays incomplete is made anew
	// by itself, refreshAgain how long it is left alone in between.
	maxRefreshes = 3
	refreshAgain = 5 * time.Minute
	// afterSiblings lets the siblings be refreshed first that a diagnosis stands on.
	afterSiblings = time.Minute
)

// refreshOf plans to make a diagnosis anew when CloudTrail has settled; nil where
// nothing new is to be expected. before is how often that was done already.
func refreshOf(d diagnose.Diagnosis, before int, now time.Time) *Refresh {
	if d.CompleteAfter == nil || before >= maxRefreshes || d.Task.ID == "" {
		return nil
	}
	at := *d.CompleteAfter
	if before > 0 || at.Before(now) {
		at = slices.MaxFunc([]time.Time{at, now.Add(refreshAgain)}, time.Time.Compare)
	}
	if standsOnSiblings(d) {
		at = at.Add(afterSiblings)
	}
	return &Refresh{At: at, Task: d.Task.Ref().Task(), Diagnosis: d.ID, Before: before}
}

// refresh makes a diagnosis anew, unless it is not kept any more or somebody
// has done so already.
func (c *Casebook) refresh(ctx context.Context, r Refresh) error {
	if err := c.within(r.Task); err != nil {
		return err
	}
	newest, err := c.opts.Store.Latest(ctx, r.Task)
	switch {
	case errors.Is(err, ErrNotKept), err == nil && newest.ID != r.Diagnosis:
		return nil
	case err != nil:
		return fmt.Errorf("look up task %s: %w", r.Task.TaskID, err)
	}
	q := request{ref: r.Task, stored: &newest, full: !standsOnSiblings(newest), urgency: inBackground, refreshes: r.Before + 1}
	if _, err := c.share(ctx, q, nil); err != nil {
		return err
	}
	c.counts.refreshed.Add(1)
	return nil
}
