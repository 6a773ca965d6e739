package store

import (
	"context"
	"fmt"
	"time"

	"whystopped/internal/casebook"
	"whystopped/internal/diagnose"
)

// Brought implements casebook.Store.
func (s *Store) Brought(ctx context.Context, content string, since time.Time) (diagnose.Diagnosis, error) {
	d, err := one(ctx, s.read("brought"), scanDiagnosis, "SELECT "+diagnosisColumns+" FROM diagnoses WHERE brought AND content = ? AND id >= ? ORDER BY id DESC LIMIT 1",
		content, casebook.FirstID(since))
	if err != nil {
		return d, fmt.Errorf("read what came of the same evidence: %w", err)
	}
	return d, nil
}

// CountBrought implements casebook.Store.
func (s *Store) CountBrought(ctx context.Context, asker string, since time.Time, most int) (int, error) {
	n, err := one(ctx, s.read("count-brought"), scanValue[int], "SELECT COUNT(*) FROM (SELECT id FROM diagnoses WHERE brought AND asker = ? AND id >= ? LIMIT ?) AS counted",
		asker, casebook.FirstID(since), most)
	if err != nil {
		return 0, fmt.Errorf("count what one asker brought: %w", err)
	}
	return n, nil
}
