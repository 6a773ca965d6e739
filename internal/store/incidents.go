package store

import (
	"context"
	"fmt"

	"whystopped/internal/casebook"
)

// record is an incident with what only the Store has to know.
type record struct {
	casebook.Incident
	deep       bool // a stop of it had a deep look
	untold     bool // it changed since people were told
	tellQueued bool
	isNew      bool // it is not written yet
}

const incidentColumns = "id, " + placeColumns + ", revision, verdict, diagnosis, deep, stops, first_at, last_at, opened_at, into_id, untold, tell_queued"

func scanRecord(from row) (*record, error) {
	var in record
	var verdict []byte
	var first, last, opened int64
	into := append([]any{&in.ID}, placeFields(&in.Place)...)
	into = append(into, &in.Revision, &verdict, &in.Diagnosis, &in.deep, &in.Count, &first, &last, &opened, &in.Into, &in.untold, &in.tellQueued)
	if err := from.Scan(into...); err != nil {
		return nil, err
	}
	in.First, in.Last, in.Opened = instant(first), instant(last), instant(opened)
	return &in, unpack(verdict, &in.Verdict)
}

func scanIncident(from row) (casebook.Incident, error) {
	in, err := scanRecord(from)
	if err != nil {
		return casebook.Incident{}, err
	}
	return in.Incident, nil
}

// writeIncident writes an incident as it stands.
func (t *tx) writeIncident(ctx context.Context, in *record) error {
	verdict, err := pack(in.Verdict)
	if err != nil {
		return err
	}
	changing := []any{in.Verdict.Cause, in.Verdict.Category, in.Verdict.Identity.Kind, verdict, in.Diagnosis, in.deep, in.Count, micros(in.First), micros(in.Last), in.Into, in.untold, in.tellQueued}
	if in.isNew {
		fixed := append(append([]any{in.ID}, placeValues(in.Place)...), in.Place.Service(), in.Revision, micros(in.Opened))
		_, err = t.exec(ctx, "INSERT INTO incidents (id, "+placeColumns+`, service, revision, opened_at,
			cause, category, identity, verdict, diagnosis, deep, stops, first_at, last_at, into_id, untold, tell_queued)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, append(fixed, changing...)...)
	} else {
		_, err = t.exec(ctx, `UPDATE incidents SET cause = ?, category = ?, identity = ?, verdict = ?, diagnosis = ?, deep = ?, stops = ?,
			first_at = ?, last_at = ?, into_id = ?, untold = ?, tell_queued = ? WHERE id = ?`, append(changing, in.ID)...)
	}
	if err != nil {
		return fmt.Errorf("write incident %s: %w", in.ID, err)
	}
	return nil
}

// Incident implements casebook.Store.
func (s *Store) Incident(ctx context.Context, id string) (casebook.Incident, error) {
	in, err := one(ctx, s.read("incident"), scanIncident, "SELECT "+incidentColumns+" FROM incidents WHERE id = ?", id)
	if err != nil {
		return in, fmt.Errorf("read incident %s: %w", id, err)
	}
	return in, nil
}

// Incidents implements casebook.Store. It also leaves out those that lost all of
// their stops because nothing had failed after all.
func (s *Store) Incidents(ctx context.Context, f casebook.IncidentFilter, before string, limit int) ([]casebook.Incident, error) {
	w := where{dialect: s.dialect}
	w.and("into_id = '' AND stops > 0")
	w.filter(f.Filter, "opened_at", before)
	if !f.GoingOn.IsZero() {
		// Few go on, and SQLite would rather look at all in the order of their ids.
		w.and("id IN (SELECT id FROM incidents WHERE last_at > ?)", micros(f.GoingOn.Add(-casebook.IncidentGap)))
	}
	found, err := all(ctx, s.read("incidents"), scanIncident, "SELECT "+incidentColumns+" FROM incidents"+w.String()+" ORDER BY id DESC LIMIT ?", w.with(limit)...)
	if err != nil {
		return nil, fmt.Errorf("read a list of incidents: %w", err)
	}
	return found, nil
}
