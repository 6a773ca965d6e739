package store

import (
	"context"
	"fmt"

	"whystopped/internal/casebook"
	"whystopped/internal/diagnose"
	"whystopped/internal/taskref"
)

// Save implements casebook.Store. The diagnosis's id is casebook.NewID's of the
// time when it was made, or sorts as that does. A stop whose newest diagnosis is
// newer than this one stays as it is.
func (s *Store) Save(ctx context.Context, k casebook.Kept) (diagnose.Diagnosis, error) {
	var kept diagnose.Diagnosis
	err := s.write(ctx, func(t *tx) error {
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
		if _, err := t.keepFacts(ctx, refOf(d.Task), *k.Facts, d.CreatedAt); err != nil {
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
	return t.insertDiagnosis(ctx, *d, k.Brought)
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

func (t *tx) insertDiagnosis(ctx context.Context, d diagnose.Diagnosis, brought bool) error {
	body, err := pack(d)
	if err != nil {
		return err
	}
	var incident string
	if d.Incident != nil {
		incident = d.Incident.ID
	}
	_, err = t.exec(ctx, `INSERT INTO diagnoses (id, task_id, account, region, cluster, service, cause, category, identity,
		engine, created_at, brought, supersedes, incident, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		d.ID, d.Task.ID, d.Task.Account, d.Task.Region, d.Task.Cluster, service(d.Task.Group), d.Verdict.Cause, d.Verdict.Category, d.Verdict.Identity.Kind,
		d.Engine, micros(d.CreatedAt), brought, d.Supersedes, incident, body)
	if err != nil {
		return fmt.Errorf("write the diagnosis: %w", err)
	}
	return nil
}

const diagnosisColumns = "brought, body"

// scanDiagnosis reads a row of diagnosisColumns. Bodies of earlier versions do
// not tell that they are kept, nor of what.
func scanDiagnosis(r row) (d diagnose.Diagnosis, err error) {
	var brought bool
	var body []byte
	if err := r.Scan(&brought, &body); err != nil {
		return d, err
	}
	err = unpack(body, &d)
	d.Kept, d.Brought = true, brought
	return d, err
}

// Get implements casebook.Store.
func (s *Store) Get(ctx context.Context, id string) (diagnose.Diagnosis, error) {
	d, err := one(ctx, s.read(), scanDiagnosis, "SELECT "+diagnosisColumns+" FROM diagnoses WHERE id = ?", id)
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
	d, err := one(ctx, s.read(), scanDiagnosis, "SELECT "+diagnosisColumns+" FROM diagnoses"+w.String()+" ORDER BY id DESC LIMIT 1", w.args...)
	if err != nil {
		return d, fmt.Errorf("read the newest diagnosis of task %s: %w", task.TaskID, err)
	}
	return d, nil
}

// List implements casebook.Store.
func (s *Store) List(ctx context.Context, f casebook.Filter, before string, limit int) ([]diagnose.Diagnosis, error) {
	w := where{dialect: s.dialect}
	w.filter(f, "created_at", before)
	w.brought(f.Brought)
	found, err := all(ctx, s.read(), scanDiagnosis, "SELECT "+diagnosisColumns+" FROM diagnoses"+w.String()+" ORDER BY id DESC LIMIT ?", w.with(limit)...)
	if err != nil {
		return nil, fmt.Errorf("read a list of diagnoses: %w", err)
	}
	return found, nil
}
