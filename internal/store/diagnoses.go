package store

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"whystopped/internal/casebook"
	"whystopped/internal/diagnose"
	"whystopped/internal/taskref"
)

// Save implements casebook.Store. The diagnosis's id is casebook.NewID's of the
// time when it was made, or sorts as that does. A stop whose newest diagnosis is
// newer than this one stays as it is.
func (s *Store) Save(ctx context.Context, k casebook.Kept) (diagnose.Diagnosis, error) {
	var kept diagnose.Diagnosis
	err := s.write(ctx, "save", func(t *tx) error {
		kept = k.Diagnosis
		kept.Kept, kept.Brought = true, k.Brought
		return t.save(ctx, k, &kept, s.opts)
	})
	if err != nil {
		return diagnose.Diagnosis{}, fmt.Errorf("save diagnosis %s: %w", k.Diagnosis.ID, err)
	}
	return kept, nil
}

// save writes all of k; d is its diagnosis, which learns its incident.
func (t *tx) save(ctx context.Context, k casebook.Kept, d *diagnose.Diagnosis, o Options) error {
	if k.Facts != nil {
		if _, err := t.keepFacts(ctx, d.Task.Ref(), *k.Facts, d.CreatedAt); err != nil {
			return err
		}
	}
	if k.Stop != nil {
		id, err := t.settle(ctx, *k.Stop, *d, o)
		if err != nil {
			return err
		}
		d.Incident = inIncident(d.Incident, id)
	}
	if err := t.sightRevisions(ctx, sightings(k)); err != nil {
		return err
	}
	if err := t.keepDefinitions(ctx, k.Definitions, d.CreatedAt); err != nil {
		return err
	}
	if k.Refresh != nil {
		t.owed = append(t.owed, casebook.Work{Kind: casebook.WorkRefresh, At: k.Refresh.At, Task: k.Refresh.Task, Refresh: k.Refresh})
	}
	return t.insertDiagnosis(ctx, *d, k)
}

// inIncident is a diagnosis's incident with its id, or without where the stop
// is in none.
func inIncident(in *diagnose.Incident, id string) *diagnose.Incident {
	with := diagnose.Incident{ID: id}
	if in != nil {
		with.Siblings = in.Siblings
	}
	if id == "" && len(with.Siblings) == 0 {
		return nil
	}
	return &with
}

// What a diagnosis may have in bytes, packed and as JSON. One of a real task has
// some thousands; evidence that somebody made up may have millions, which every
// list would have to carry.
const (
	maxPacked   = 256 << 10
	maxUnpacked = 2 << 20
)

func (t *tx) insertDiagnosis(ctx context.Context, d diagnose.Diagnosis, k casebook.Kept) error {
	body, unpacked, err := packSized(d)
	if err != nil {
		return err
	}
	if len(body) > maxPacked || unpacked > maxUnpacked {
		return fmt.Errorf("%w: it has %d bytes, and %d packed", casebook.ErrTooLarge, unpacked, len(body))
	}
	var incident string
	if d.Incident != nil {
		incident = d.Incident.ID
	}
	sum := casebook.SummaryOf(d)
	_, err = t.exec(ctx, `INSERT INTO diagnoses (id, task_id, account, region, cluster, service, cause, category, identity,
		engine, created_at, brought, supersedes, incident, body, title, identity_arn, task_group, asker, content)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		d.ID, word(sum.Ref.TaskID), word(sum.Ref.Account), word(sum.Ref.Region), word(sum.Ref.Cluster), word(sum.Ref.Service()), sum.Cause, d.Verdict.Category, sum.Identity.Kind,
		d.Engine, micros(d.CreatedAt), k.Brought, d.Supersedes, incident, body, word(sum.Title), word(sum.Identity.ARN), word(sum.Ref.Group), k.Asker, k.Content)
	if err != nil {
		return fmt.Errorf("write the diagnosis: %w", err)
	}
	return nil
}

// maxWord bounds what stands in a column, in bytes: an index of PostgreSQL takes
// no more than 2704 in a row. No name in AWS is longer, and few titles are.
// Source: https://www.postgresql.org/docs/current/limits.html
const maxWord = 600

// word is a text as a column takes it.
func word(s string) string {
	if len(s) > maxWord {
		s = s[:maxWord]
	}
	return strings.ReplaceAll(strings.ToValidUTF8(s, ""), "\x00", "")
}

const diagnosisColumns = "brought, body"

func scanDiagnosis(r row) (diagnose.Diagnosis, error) {
	d, err := scanSized(r)
	return d.Diagnosis, err
}

// sized is a diagnosis with the bytes that it has as JSON.
type sized struct {
	diagnose.Diagnosis
	bytes int
}

// scanSized reads a row of diagnosisColumns. Bodies of earlier versions do not
// tell that they are kept, nor of what.
func scanSized(r row) (d sized, err error) {
	var brought bool
	var body []byte
	if err := r.Scan(&brought, &body); err != nil {
		return d, err
	}
	d.bytes, err = unpackSized(body, &d.Diagnosis)
	d.Kept, d.Brought = true, brought
	return d, err
}

// Get implements casebook.Store.
func (s *Store) Get(ctx context.Context, id string) (diagnose.Diagnosis, error) {
	d, err := one(ctx, s.read("get"), scanDiagnosis, "SELECT "+diagnosisColumns+" FROM diagnoses WHERE id = ?", id)
	if err != nil {
		return d, fmt.Errorf("read diagnosis %s: %w", id, err)
	}
	return d, nil
}

// Latest implements casebook.Store.
func (s *Store) Latest(ctx context.Context, task taskref.Ref) (diagnose.Diagnosis, error) {
	if task.TaskID == "" {
		return diagnose.Diagnosis{}, casebook.ErrNotKept
	}
	w := where{dialect: s.dialect}
	w.ofTask(task)
	w.brought(false)
	d, err := one(ctx, s.read("latest"), scanDiagnosis, "SELECT "+diagnosisColumns+" FROM diagnoses"+w.String()+" ORDER BY id DESC LIMIT 1", w.args...)
	if err != nil {
		return d, fmt.Errorf("read the newest diagnosis of task %s: %w", task.TaskID, err)
	}
	return d, nil
}

// listBytes is what a list may have in bytes, unless its first diagnosis has more:
// one that an earlier version kept.
const listBytes = 4 << 20

// List implements casebook.Store.
func (s *Store) List(ctx context.Context, f casebook.Filter, before string, limit int) (found []diagnose.Diagnosis, more bool, err error) {
	w := where{dialect: s.dialect}
	w.filter(f, "created_at", before)
	w.brought(f.Brought)
	total := 0
	err = each(ctx, s.read("list"), scanSized, func(d sized) bool {
		total += d.bytes
		more = len(found) == limit || len(found) > 0 && total > listBytes
		if !more {
			found = append(found, d.Diagnosis)
		}
		return !more
	}, "SELECT "+diagnosisColumns+" FROM diagnoses"+w.String()+" ORDER BY id DESC LIMIT ?", w.with(limit+1)...)
	if err != nil {
		return nil, false, fmt.Errorf("read a list of diagnoses: %w", err)
	}
	return found, more, nil
}

// summaryColumns are those of a casebook.Summary, and the body of a row that has
// them not yet. Of evidence that somebody brought that body may have any size when
// it is unpacked, so the cause has to do.
const summaryColumns = `id, created_at, task_id, account, region, cluster, COALESCE(task_group, ''), cause, COALESCE(title, ''), identity,
	COALESCE(identity_arn, ''), brought, CASE WHEN title IS NULL AND NOT brought THEN body END`

func scanSummary(from row) (s casebook.Summary, err error) {
	var at int64
	var body []byte
	err = from.Scan(&s.ID, &at, &s.Ref.TaskID, &s.Ref.Account, &s.Ref.Region, &s.Ref.Cluster, &s.Ref.Group, &s.Cause, &s.Title, &s.Identity.Kind, &s.Identity.ARN, &s.Brought, &body)
	if err != nil {
		return s, err
	}
	s.CreatedAt = instant(at)
	if body != nil {
		var d diagnose.Diagnosis
		err = unpack(body, &d)
		of := casebook.SummaryOf(d)
		s.Ref.Group, s.Title, s.Identity.ARN = of.Ref.Group, word(of.Title), of.Identity.ARN
	}
	s.Title = cmp.Or(s.Title, s.Cause)
	return s, err
}

// Summaries implements casebook.Store.
func (s *Store) Summaries(ctx context.Context, f casebook.Filter, before string, limit int) (found []casebook.Summary, more bool, err error) {
	w := where{dialect: s.dialect}
	w.filter(f, "created_at", before)
	w.brought(f.Brought)
	found, err = all(ctx, s.read("summaries"), scanSummary, "SELECT "+summaryColumns+" FROM diagnoses"+w.String()+" ORDER BY id DESC LIMIT ?", w.with(limit+1)...)
	if err != nil {
		return nil, false, fmt.Errorf("read a list of summaries: %w", err)
	}
	if len(found) <= limit {
		return found, false, nil
	}
	return found[:limit], true, nil
}
