package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"whystopped/internal/casebook"
	"whystopped/internal/diagnose"
	"whystopped/internal/taskref"
)

// settle keeps a stop with its diagnosis d and gives the id of the incident that
// it is in from now on, or "".
func (t *tx) settle(ctx context.Context, stop casebook.KeptStop, d diagnose.Diagnosis, o Options) (incident string, err error) {
	if err := t.lockPlace(ctx, d.Task.Ref().Place()); err != nil {
		return "", err
	}
	was, err := one(ctx, t.session, scanStop, "SELECT "+stopColumns+" FROM stops WHERE stop_key = ?", stop.Key)
	if err != nil && !errors.Is(err, casebook.ErrNotKept) {
		return "", fmt.Errorf("read the stop %s: %w", stop.Key, err)
	}
	if was.Diagnosis > d.ID {
		return was.Incident, nil
	}
	from, to, err := t.incidentsOf(ctx, stop, was.Incident)
	if err != nil {
		return "", err
	}
	if to == nil && stop.Incident != "" {
		to = openIncident(stop, d, o)
	}
	if to != nil {
		incident = to.ID
	}
	if err := t.writeStop(ctx, stopOf(stop, d, incident)); err != nil {
		return "", err
	}
	return incident, t.move(ctx, from, to, stop, d)
}

// lockPlace keeps others from opening, joining and leaving incidents of a place
// until the transaction ends, so that one key opens one incident. In SQLite
// nobody else writes anyway.
func (t *tx) lockPlace(ctx context.Context, p taskref.Ref) error {
	if t.dialect == SQLite {
		return nil
	}
	if _, err := t.exec(ctx, "SELECT pg_advisory_xact_lock(?, ?)", int32(placeLocks), int32(digest(p))); err != nil {
		return fmt.Errorf("lock the place: %w", err)
	}
	return nil
}

// placeLocks tells the advisory locks of places from those that others take.
const placeLocks = 0x77687973 // "whys"

// incidentsOf returns the incident that a stop was in, where that had the id was,
// and the one that it belongs to; nil if there is none. They may be the same.
func (t *tx) incidentsOf(ctx context.Context, stop casebook.KeptStop, was string) (from, to *record, err error) {
	var keyed string
	if stop.Incident != "" {
		gap := casebook.IncidentGap
		keyed, err = one(ctx, t.session, scanValue[string], `SELECT i.id FROM incident_keys k JOIN incidents i ON i.id = k.incident
			WHERE k.incident_key = ? AND i.first_at < ? AND i.last_at > ?
			ORDER BY CASE WHEN i.id = ? THEN 0 ELSE 1 END, i.id LIMIT 1`,
			stop.Incident, micros(stop.At.Add(gap)), micros(stop.At.Add(-gap)), was)
		if err != nil && !errors.Is(err, casebook.ErrNotKept) {
			return nil, nil, fmt.Errorf("look for an open incident: %w", err)
		}
	}
	found, err := all(ctx, t.session, scanRecord, "SELECT "+incidentColumns+" FROM incidents WHERE id IN (?, ?) ORDER BY id"+t.dialect.forUpdate(), was, keyed)
	if err != nil {
		return nil, nil, fmt.Errorf("read the incidents: %w", err)
	}
	for _, in := range found {
		if in.ID == was {
			from = in
		}
		if in.ID == keyed {
			to = in
		}
	}
	if to == nil && stop.Incident != "" {
		to = from // its cause is only known better now
	}
	return from, to, nil
}

func openIncident(stop casebook.KeptStop, d diagnose.Diagnosis, o Options) *record {
	now := o.Now()
	return &record{Incident: casebook.Incident{
		ID: o.NewID(now), Place: d.Task.Ref().Place(), Revision: d.Task.TaskDefinitionARN, Verdict: d.Verdict, Diagnosis: d.ID,
		First: stop.At, Last: stop.At, Opened: now,
	}, isNew: true}
}

// move takes a stop, which is written already, out of one incident and into
// another. Either may be nil.
func (t *tx) move(ctx context.Context, from, to *record, stop casebook.KeptStop, d diagnose.Diagnosis) error {
	moved := from == nil || to == nil || from.ID != to.ID
	if from != nil && moved {
		if err := t.leave(ctx, from, to, stop.Tell); err != nil {
			return err
		}
	}
	if to == nil {
		return nil
	}
	to.join(stop, d, moved)
	if err := t.bridge(ctx, to, stop.Incident, stop.Tell); err != nil {
		return err
	}
	t.oweTelling(to, stop.Tell)
	if err := t.writeIncident(ctx, to); err != nil {
		return err
	}
	_, err := t.exec(ctx, "INSERT INTO incident_keys (incident_key, incident) VALUES (?, ?) ON CONFLICT DO NOTHING", stop.Incident, to.ID)
	if err != nil {
		return fmt.Errorf("note the incident's key: %w", err)
	}
	return nil
}

// oweTelling owes it to people to hear of an incident, where there is news and
// nobody is about to tell it anyway.
func (t *tx) oweTelling(in *record, tell bool) {
	if tell && in.untold && !in.tellQueued {
		in.tellQueued = true
		t.owed = append(t.owed, casebook.Work{Kind: casebook.WorkTell, Incident: in.ID})
	}
}

// bridge takes in what turns out to be the same incident: stops may become known
// out of their order, the last of an hour before those in between. The one that
// was looked for stays, and the others turn into it.
func (t *tx) bridge(ctx context.Context, to *record, key string, tell bool) error {
	gap := casebook.IncidentGap
	others, err := all(ctx, t.session, scanRecord, "SELECT "+incidentColumns+` FROM incidents
		WHERE id IN (SELECT incident FROM incident_keys WHERE incident_key = ?) AND id <> ? AND into_id = '' AND first_at < ? AND last_at > ? ORDER BY id`+t.dialect.forUpdate(),
		key, to.ID, micros(to.Last.Add(gap)), micros(to.First.Add(-gap)))
	if err != nil {
		return fmt.Errorf("look for incidents next to %s: %w", to.ID, err)
	}
	for _, other := range others {
		if _, err := t.exec(ctx, "UPDATE stops SET incident = ? WHERE incident = ?", to.ID, other.ID); err != nil {
			return fmt.Errorf("take over the stops of incident %s: %w", other.ID, err)
		}
		to.takeIn(other)
		other.Count, other.untold = 0, true
		if err := t.turnInto(ctx, other, to, tell); err != nil {
			return err
		}
		if err := t.writeIncident(ctx, other); err != nil {
			return err
		}
	}
	return nil
}

// takeIn adds the stops of another incident, and its verdict where that tells
// more.
func (in *record) takeIn(other *record) {
	in.Count += other.Count
	in.First, in.Last = earlier(in.First, other.First), later(in.Last, other.Last)
	if other.deep && (!in.deep || other.Verdict.Confidence.Rank() > in.Verdict.Confidence.Rank()) {
		in.Verdict, in.Diagnosis, in.deep = other.Verdict, other.Diagnosis, true
	}
	in.untold = true
}

// join counts a stop, unless it is counted already, and takes its verdict over
// where that tells more.
func (in *record) join(stop casebook.KeptStop, d diagnose.Diagnosis, moved bool) {
	before := in.Verdict
	if moved {
		in.Count++
	}
	if in.Count == 1 {
		in.First, in.Last = stop.At, stop.At
	}
	in.First, in.Last = earlier(in.First, stop.At), later(in.Last, stop.At)
	if !in.deep || stop.Full && d.Verdict.Confidence.Rank() >= in.Verdict.Confidence.Rank() {
		in.Verdict, in.Diagnosis = d.Verdict, d.ID
	}
	in.deep = in.deep || stop.Full
	in.untold = in.untold || moved || !in.Verdict.SaysSame(before)
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// leave takes one stop out of an incident. If it was the last one and joins
// another incident, the one turns into the other. If it joins none, the incident
// stays with no stops: nothing failed, and lists leave it out.
func (t *tx) leave(ctx context.Context, in, to *record, tell bool) error {
	in.Count = max(0, in.Count-1)
	in.untold = true
	if in.Count > 0 {
		if err := t.remeasure(ctx, in); err != nil {
			return err
		}
	} else if to != nil {
		if err := t.turnInto(ctx, in, to, tell); err != nil {
			return err
		}
	}
	return t.writeIncident(ctx, in)
}

// remeasure reads from its stops when an incident began and was last seen. Where
// they are purged it stays as it is.
func (t *tx) remeasure(ctx context.Context, in *record) error {
	var first, last *int64
	_, err := one(ctx, t.session, func(r row) (struct{}, error) { return struct{}{}, r.Scan(&first, &last) },
		"SELECT MIN(stopped_at), MAX(stopped_at) FROM stops WHERE incident = ?", in.ID)
	if err != nil {
		return fmt.Errorf("read when incident %s went on: %w", in.ID, err)
	}
	if first != nil {
		in.First, in.Last = instant(*first), instant(*last)
	}
	return nil
}

// turnInto makes an incident without stops a part of another, with its keys and
// with what turned into it before. Who was told of it is owed to hear that.
func (t *tx) turnInto(ctx context.Context, in, to *record, tell bool) error {
	in.Into = to.ID
	t.oweTelling(in, tell)
	steps := []struct {
		query string
		args  []any
	}{
		{"INSERT INTO incident_keys (incident_key, incident) SELECT incident_key, ? FROM incident_keys WHERE incident = ? ON CONFLICT DO NOTHING", []any{to.ID, in.ID}},
		{"DELETE FROM incident_keys WHERE incident = ?", []any{in.ID}},
		{"UPDATE incidents SET into_id = ? WHERE into_id = ? AND into_id <> ''", []any{to.ID, in.ID}},
	}
	for _, step := range steps {
		if _, err := t.exec(ctx, step.query, step.args...); err != nil {
			return fmt.Errorf("turn incident %s into %s: %w", in.ID, to.ID, err)
		}
	}
	return nil
}
