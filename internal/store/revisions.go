package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"whystopped/internal/casebook"
	"whystopped/internal/taskref"
)

// sightings are the revisions that a diagnosis saw: the task's own, and those
// that run as they should beside it.
func sightings(k casebook.Kept) []casebook.Revision {
	d := k.Diagnosis
	var seen []casebook.Revision
	if own := d.Task.TaskDefinitionARN; own != "" && !k.Brought {
		at := d.CreatedAt
		if k.Stop != nil {
			at = k.Stop.At
		}
		seen = append(seen, casebook.Revision{
			ARN: own, Place: d.Task.Ref().Place(), FirstSeen: at, LastSeen: at,
			ExecutionRole: d.Task.ExecutionRoleARN, TaskRole: d.Task.TaskRoleARN,
		})
	}
	for _, good := range k.Good {
		r := casebook.Revision{ARN: good, Place: d.Task.Ref().Place(), FirstSeen: d.CreatedAt, LastSeen: d.CreatedAt, Good: d.CreatedAt}
		for _, def := range k.Definitions {
			if def.TaskDefinitionARN == good {
				r.ExecutionRole, r.TaskRole = def.ExecutionRoleARN, def.TaskRoleARN
			}
		}
		seen = append(seen, r)
	}
	return seen
}

// sightRevisions adds to what is known of revisions. Roles that a sighting does
// not know stay as they are.
func (t *tx) sightRevisions(ctx context.Context, seen []casebook.Revision) error {
	slices.SortFunc(seen, func(a, b casebook.Revision) int {
		return cmp.Or(strings.Compare(a.ARN, b.ARN), cmp.Compare(digest(a.Place), digest(b.Place)))
	})
	for _, r := range seen {
		args := append([]any{digest(r.Place), r.ARN}, placeValues(r.Place)...)
		args = append(args, micros(r.FirstSeen), micros(r.LastSeen), micros(r.Good), r.ExecutionRole, r.TaskRole)
		_, err := t.exec(ctx, `INSERT INTO revisions (place, arn, `+placeColumns+`, first_seen, last_seen, good_at, execution_role, task_role)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (place, arn) DO UPDATE SET
			first_seen = CASE WHEN excluded.first_seen < revisions.first_seen THEN excluded.first_seen ELSE revisions.first_seen END,
			last_seen = CASE WHEN excluded.last_seen > revisions.last_seen THEN excluded.last_seen ELSE revisions.last_seen END,
			good_at = CASE WHEN excluded.good_at > revisions.good_at THEN excluded.good_at ELSE revisions.good_at END,
			execution_role = CASE WHEN excluded.execution_role <> '' THEN excluded.execution_role ELSE revisions.execution_role END,
			task_role = CASE WHEN excluded.task_role <> '' THEN excluded.task_role ELSE revisions.task_role END`, args...)
		if err != nil {
			return fmt.Errorf("write revision %s: %w", r.ARN, err)
		}
	}
	return nil
}

const revisionColumns = "arn, " + placeColumns + ", first_seen, last_seen, good_at, execution_role, task_role"

func scanRevision(from row) (r casebook.Revision, err error) {
	var first, last, good int64
	into := append([]any{&r.ARN}, placeFields(&r.Place)...)
	err = from.Scan(append(into, &first, &last, &good, &r.ExecutionRole, &r.TaskRole)...)
	r.FirstSeen, r.LastSeen, r.Good = instant(first), instant(last), instant(good)
	return r, err
}

// Revisions implements casebook.Store. Empty fields of the place let everything
// pass.
func (s *Store) Revisions(ctx context.Context, p taskref.Ref, limit int) ([]casebook.Revision, error) {
	w := where{dialect: s.dialect}
	w.in(p)
	found, err := all(ctx, s.read("revisions"), scanRevision, "SELECT "+revisionColumns+" FROM revisions"+w.String()+" ORDER BY last_seen DESC, arn LIMIT ?", w.with(limit)...)
	if err != nil {
		return nil, fmt.Errorf("read the revisions of %s: %w", p.Group, err)
	}
	return found, nil
}

// RoleUsers implements casebook.Store. The newest revision of a place is the one
// that was seen last.
func (s *Store) RoleUsers(ctx context.Context, roleARN string, since time.Time, limit int) ([]casebook.RoleUser, error) {
	if roleARN == "" {
		return nil, nil
	}
	seen, err := all(ctx, s.read("role-users"), scanRevision, "SELECT "+revisionColumns+` FROM revisions
		WHERE (execution_role = ? OR task_role = ?) AND last_seen >= ? ORDER BY last_seen DESC, arn DESC`, roleARN, roleARN, micros(since))
	if err != nil {
		return nil, fmt.Errorf("read who uses role %s: %w", roleARN, err)
	}
	var users []casebook.RoleUser
	for _, r := range seen {
		known := slices.ContainsFunc(users, func(u casebook.RoleUser) bool { return u.Place == r.Place })
		if !known && len(users) < limit {
			users = append(users, casebook.RoleUser{Place: r.Place, Revision: r.ARN, LastSeen: r.LastSeen})
		}
	}
	return users, nil
}
