package store

import (
	"context"
	"fmt"
	"time"

	"whystopped/internal/casebook"
)

// Purge removes what stopped or was made before a time, and what was made before
// another of evidence that somebody brought, the oldest of each kind first and
// about batch rows at most: diagnoses, stops, facts, events, incidents
// that were over by then, and the revisions and task definitions that nothing
// refers to any more. It tells how many rows it removed; there is more until that
// is 0.
func (s *Store) Purge(ctx context.Context, before, brought time.Time, batch int) (removed int, err error) {
	over := before.Add(-casebook.IncidentGap)
	steps := []struct {
		rows  string
		query string // with a limit at the end
		args  []any
	}{
		{"diagnoses", "DELETE FROM diagnoses WHERE id IN (SELECT id FROM diagnoses WHERE id < ? ORDER BY id LIMIT ?)", []any{casebook.FirstID(before)}},
		{"brought diagnoses", "DELETE FROM diagnoses WHERE id IN (SELECT id FROM diagnoses WHERE brought AND id < ? ORDER BY id LIMIT ?)", []any{casebook.FirstID(brought)}},
		{"stops", "DELETE FROM stops WHERE stop_key IN (SELECT stop_key FROM stops WHERE stopped_at < ? ORDER BY stopped_at LIMIT ?)", []any{micros(before)}},
		{"facts", `DELETE FROM facts WHERE (task_id, account, region, cluster, version) IN
			(SELECT task_id, account, region, cluster, version FROM facts WHERE seen_at < ? ORDER BY seen_at LIMIT ?)`, []any{micros(before)}},
		{"events", "DELETE FROM events WHERE id IN (SELECT id FROM events WHERE received_at < ? ORDER BY received_at LIMIT ?)", []any{micros(before)}},
		{"keys of incidents", `DELETE FROM incident_keys WHERE incident IN (SELECT i.id FROM incidents i WHERE i.last_at <= ?
			AND EXISTS (SELECT 1 FROM incident_keys k WHERE k.incident = i.id) ORDER BY i.last_at LIMIT ?)`, []any{micros(over)}},
		{"tellings", `DELETE FROM tellings WHERE incident IN (SELECT i.id FROM incidents i WHERE i.last_at <= ?
			AND EXISTS (SELECT 1 FROM tellings t WHERE t.incident = i.id) ORDER BY i.last_at LIMIT ?)`, []any{micros(over)}},
		{"incidents", `DELETE FROM incidents WHERE id IN (SELECT i.id FROM incidents i WHERE i.last_at <= ?
			AND NOT EXISTS (SELECT 1 FROM incident_keys k WHERE k.incident = i.id) ORDER BY i.last_at LIMIT ?)`, []any{micros(over)}},
		{"revisions", "DELETE FROM revisions WHERE (place, arn) IN (SELECT place, arn FROM revisions WHERE last_seen < ? ORDER BY last_seen LIMIT ?)", []any{micros(before)}},
		{"task definitions", `DELETE FROM definitions WHERE arn IN (SELECT d.arn FROM definitions d WHERE d.seen_at < ?
			AND NOT EXISTS (SELECT 1 FROM revisions r WHERE r.arn = d.arn) ORDER BY d.seen_at LIMIT ?)`, []any{micros(before)}},
	}
	for _, step := range steps {
		if removed >= batch {
			break
		}
		err := s.write(ctx, "purge", func(t *tx) error {
			n, err := t.exec(ctx, step.query, append(step.args, batch-removed)...)
			if err == nil {
				removed += n
			}
			return err
		})
		if err != nil {
			return removed, fmt.Errorf("purge %s: %w", step.rows, err)
		}
	}
	return removed, nil
}
