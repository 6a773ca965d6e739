package casebook

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"whystopped/internal/diagnose"
)

// Asker is somebody who asks.
type Asker struct {
	// Key tells one from another, and Name is for people to read; both are ""
	// without a login.
	Key, Name string
}

// quotaTime is the time that BroughtQuota is for.
const quotaTime = 24 * time.Hour

func (c *Casebook) asker(ctx context.Context) Asker {
	if c.opts.Asker == nil {
		return Asker{}
	}
	return c.opts.Asker(ctx)
}

// keepBrought keeps the diagnosis of what somebody brought, unless the same is
// kept already, which is given then, or they have had their share of the day.
func (c *Casebook) keepBrought(ctx context.Context, k Kept) (diagnose.Diagnosis, error) {
	within, cancel := context.WithTimeout(ctx, saveTimeout)
	defer cancel()
	same, err := c.opts.Store.Brought(within, k.Content, c.reusableSince())
	switch {
	case err == nil:
		return same, nil
	case !errors.Is(err, ErrNotKept):
		return diagnose.Diagnosis{}, unsaved(ctx, within, fmt.Errorf("look for the same evidence: %w", err))
	}
	if quota := c.opts.BroughtQuota; quota > 0 {
		n, err := c.opts.Store.CountBrought(within, k.Asker, c.opts.Now().Add(-quotaTime), quota)
		if err != nil {
			return diagnose.Diagnosis{}, unsaved(ctx, within, fmt.Errorf("count what was brought: %w", err))
		}
		if n >= quota {
			return unkept(c.sign(k.Diagnosis)), nil
		}
	}
	k.Diagnosis = c.sign(k.Diagnosis)
	return c.save(ctx, k)
}

// reusableSince is since when a diagnosis was made that is given once more: it
// has half of its time left at least, so that its link does not end at once.
func (c *Casebook) reusableSince() time.Time {
	if c.opts.BroughtRetention == 0 {
		return time.Time{}
	}
	return c.opts.Now().Add(-c.opts.BroughtRetention / 2)
}

// contentOf is the same for what the same asker brought and from which the same
// diagnosis came. It has no id and no date yet.
func contentOf(k Kept) (string, error) {
	text, err := json.Marshal(k.Diagnosis)
	if err != nil {
		return "", fmt.Errorf("write the diagnosis: %w", err)
	}
	return digest([]byte(k.Asker), text), nil
}

func digest(parts ...[]byte) string {
	h := sha256.New()
	for _, part := range parts {
		h.Write(part)
	}
	return hex.EncodeToString(h.Sum(nil))
}
