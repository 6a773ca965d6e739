package store

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"whystopped/internal/casebook"
	"whystopped/internal/diagnose"
)

// noteStop writes a stop whose diagnosis is owed, unless it is known.
func (t *tx) noteStop(ctx context.Context, s casebook.Stop) error {
	return t.putStop(ctx, s, nil, "ON CONFLICT DO NOTHING")
}

// writeStop writes a stop with its verdict.
func (t *tx) writeStop(ctx context.Context, s casebook.Stop) error {
	verdict, err := pack(s.Verdict)
	if err != nil {
		return err
	}
	return t.putStop(ctx, s, verdict, `ON CONFLICT (stop_key) DO UPDATE SET place = excluded.place, "partition" = excluded."partition",
		account = excluded.account, region = excluded.region, cluster = excluded.cluster, task_group = excluded.task_group,
		task_id = excluded.task_id, revision = excluded.revision, stopped_at = excluded.stopped_at, cause = excluded.cause,
		verdict = excluded.verdict, diagnosis = excluded.diagnosis, incident = excluded.incident`)
}

func (t *tx) putStop(ctx context.Context, s casebook.Stop, verdict []byte, onConflict string) error {
	args := append([]any{s.Key, digest(s.Ref)}, placeValues(s.Ref)...)
	args = append(args, s.Ref.TaskID, s.Revision, micros(s.At), s.Verdict.Cause, verdict, s.Diagnosis, s.Incident)
	_, err := t.exec(ctx, "INSERT INTO stops (stop_key, place, "+placeColumns+`, task_id, revision, stopped_at, cause, verdict, diagnosis, incident)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) `+onConflict, args...)
	if err != nil {
		return fmt.Errorf("write the stop %s: %w", s.Key, err)
	}
	return nil
}

const stopColumns = "stop_key, " + placeColumns + ", task_id, revision, stopped_at, verdict, diagnosis, incident"

func scanStop(from row) (s casebook.Stop, err error) {
	var at int64
	var verdict []byte
	into := append([]any{&s.Key}, placeFields(&s.Ref)...)
	if err := from.Scan(append(into, &s.Ref.TaskID, &s.Revision, &at, &verdict, &s.Diagnosis, &s.Incident)...); err != nil {
		return s, err
	}
	s.At = instant(at)
	if verdict == nil {
		return s, nil
	}
	return s, unpack(verdict, &s.Verdict)
}

// stops asks for what passes a filter.
func (w *where) stops(f casebook.StopFilter) {
	w.is("incident", f.Incident)
	w.in(f.Place)
	w.is("cause", f.Cause)
	w.within(f.Bounds)
	if !f.Since.IsZero() {
		w.and("stopped_at >= ?", micros(f.Since))
	}
	if !f.Until.IsZero() {
		w.and("stopped_at < ?", micros(f.Until))
	}
}

// Stops implements casebook.Store.
func (s *Store) Stops(ctx context.Context, f casebook.StopFilter, cursor string, limit int) (stops []casebook.Stop, next string, err error) {
	w := where{dialect: s.dialect}
	w.stops(f)
	if cursor != "" {
		at, key, err := readCursor(cursor)
		if err != nil {
			return nil, "", errors.Join(casebook.ErrBadCursor, err)
		}
		w.and("stopped_at <= ? AND (stopped_at < ? OR stop_key < ?)", at, at, key)
	}
	stops, err = all(ctx, s.read("stops"), scanStop, "SELECT "+stopColumns+" FROM stops"+w.String()+" ORDER BY stopped_at DESC, stop_key DESC LIMIT ?", w.with(limit+1)...)
	if err != nil {
		return nil, "", fmt.Errorf("read a list of stops: %w", err)
	}
	if len(stops) <= limit {
		return stops, "", nil
	}
	stops = stops[:limit]
	return stops, writeCursor(stops[limit-1]), nil
}

// writeCursor names the last stop of a page.
func writeCursor(last casebook.Stop) string {
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%d %s", micros(last.At), last.Key))
}

func readCursor(cursor string) (at int64, key string, err error) {
	text, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil {
		return 0, "", fmt.Errorf("read the cursor: %w", err)
	}
	us, key, ok := strings.Cut(string(text), " ")
	if !ok {
		return 0, "", errors.New("read the cursor: it has one part")
	}
	at, err = strconv.ParseInt(us, 10, 64)
	if err != nil {
		return 0, "", fmt.Errorf("read the cursor: %w", err)
	}
	return at, key, nil
}

// StopCounts implements casebook.Store. A span is a millisecond at least.
func (s *Store) StopCounts(ctx context.Context, f casebook.StopFilter, span time.Duration) ([]casebook.StopCount, error) {
	w := where{dialect: s.dialect}
	w.stops(f)
	length := max(span, time.Millisecond).Microseconds()
	scan := func(from row) (c casebook.StopCount, err error) {
		var nth int64
		err = from.Scan(&nth, &c.Cause, &c.Count)
		c.At = time.UnixMicro(nth * length).UTC()
		return c, err
	}
	counts, err := all(ctx, s.read("stop-counts"), scan, "SELECT stopped_at / ? AS nth, cause, COUNT(*) FROM stops"+w.String()+" GROUP BY nth, cause ORDER BY nth, cause",
		append([]any{length}, w.args...)...)
	if err != nil {
		return nil, fmt.Errorf("count stops: %w", err)
	}
	return counts, nil
}

// stopOf is the stop that a diagnosis is of.
func stopOf(k casebook.KeptStop, d diagnose.Diagnosis, incident string) casebook.Stop {
	return casebook.Stop{
		Key: k.Key, Ref: d.Task.Ref(), Revision: d.Task.TaskDefinitionARN, At: k.At,
		Verdict: d.Verdict, Diagnosis: d.ID, Incident: incident,
	}
}
