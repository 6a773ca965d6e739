package store

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"whystopped/internal/casebook"
	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/taskref"
)

// keepFacts keeps a task as it was seen; isNew tells that this version of it was
// not known.
func (t *tx) keepFacts(ctx context.Context, ref taskref.Ref, facts evidence.Task, seen time.Time) (isNew bool, err error) {
	body, err := pack(facts)
	if err != nil {
		return false, err
	}
	n, err := t.exec(ctx, `INSERT INTO facts (task_id, account, region, cluster, version, seen_at, body) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		ref.TaskID, ref.Account, ref.Region, ref.Cluster, facts.Version, micros(seen), body)
	if err != nil {
		return false, fmt.Errorf("write the facts of task %s: %w", ref.TaskID, err)
	}
	return n > 0, nil
}

// Facts implements casebook.Store.
func (s *Store) Facts(ctx context.Context, task taskref.Ref) (evidence.Task, error) {
	if task.TaskID == "" {
		return evidence.Task{}, casebook.ErrNotKept
	}
	w := where{dialect: s.dialect}
	w.ofTask(task)
	facts, err := one(ctx, s.read("facts"), scanPacked[evidence.Task], "SELECT body FROM facts"+w.String()+" ORDER BY version DESC LIMIT 1", w.args...)
	if err != nil {
		return facts, fmt.Errorf("read the facts of task %s: %w", task.TaskID, err)
	}
	return facts, nil
}

// keepDefinitions keeps those that are not known.
func (t *tx) keepDefinitions(ctx context.Context, definitions []evidence.TaskDefinition, seen time.Time) error {
	byARN := func(a, b evidence.TaskDefinition) int {
		return strings.Compare(a.TaskDefinitionARN, b.TaskDefinitionARN)
	}
	for _, d := range slices.SortedFunc(slices.Values(definitions), byARN) {
		if d.TaskDefinitionARN == "" {
			continue
		}
		body, err := pack(d)
		if err != nil {
			return err
		}
		_, err = t.exec(ctx, "INSERT INTO definitions (arn, seen_at, body) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", d.TaskDefinitionARN, micros(seen), body)
		if err != nil {
			return fmt.Errorf("write task definition %s: %w", d.TaskDefinitionARN, err)
		}
	}
	return nil
}

// Definition implements casebook.Store.
func (s *Store) Definition(ctx context.Context, arn string) (evidence.TaskDefinition, error) {
	d, err := one(ctx, s.read("definition"), scanPacked[evidence.TaskDefinition], "SELECT body FROM definitions WHERE arn = ?", arn)
	if err != nil {
		return d, fmt.Errorf("read task definition %s: %w", arn, err)
	}
	return d, nil
}
