package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"whystopped/internal/casebook"
)

// maxTries is how often a transaction is tried that others got in the way of.
const maxTries = 6

// session runs SQL whose parameters are written as ?.
type session struct {
	dialect Dialect
	// time begins the time of a query, if it is an operation of its own.
	time func() (end func())
	on   interface {
		ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
		QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
		QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
	}
}

// tx is a session in which all that is written is written together. So that
// transactions do not wait for each other in a circle they take what they share
// in this order, and several of a kind in the order of their keys: events and
// facts, the lock of a place, incidents, stops, revisions, definitions.
type tx struct {
	session
	raw *sql.Tx
	// owed is inserted before the end.
	owed []casebook.Work
}

// read returns a session that sees what was written before. Each query in it is an
// operation of this name.
func (s *Store) read(operation string) session {
	return session{dialect: s.dialect, time: func() func() { return s.time(operation) }, on: s.reads}
}

// time begins to measure an operation; what it returns ends it.
func (s *Store) time(operation string) (end func()) {
	if s.opts.Took == nil {
		return func() {}
	}
	began := time.Now()
	return func() { s.opts.Took(operation, time.Since(began)) }
}

// write does things in one transaction, and does them again from the start if
// others got in its way: do must not leave anything behind when it fails.
func (s *Store) write(ctx context.Context, operation string, do func(*tx) error) error {
	defer s.time(operation)()
	for try := 1; ; try++ {
		err := s.tryWrite(ctx, do)
		if err == nil || try == maxTries || !passing(err) {
			return err
		}
		s.opts.Log.DebugContext(ctx, "a transaction is tried again", "try", try, "error", err)
		if err := pause(ctx, try); err != nil {
			return err
		}
	}
}

func (s *Store) tryWrite(ctx context.Context, do func(*tx) error) error {
	raw, err := s.writes.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	defer raw.Rollback() // does nothing once it is committed
	t := &tx{session: session{dialect: s.dialect, on: raw}, raw: raw}
	if err := do(t); err != nil {
		return err
	}
	if s.opts.Queue != nil && len(t.owed) > 0 {
		if err := s.opts.Queue.Insert(ctx, raw, t.owed...); err != nil {
			return fmt.Errorf("queue pending jobs: %w", err)
		}
	}
	if err := raw.Commit(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

// pause waits longer with each try, and not as long as others who do.
func pause(ctx context.Context, try int) error {
	timer := time.NewTimer(rand.N(5 * time.Millisecond << try))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("wait to try again: %w", ctx.Err())
	}
}

// exec runs a statement and tells how many rows it wrote.
func (s session) exec(ctx context.Context, query string, args ...any) (int, error) {
	result, err := s.on.ExecContext(ctx, s.dialect.rebind(query), args...)
	if err != nil {
		return 0, err
	}
	n, err := result.RowsAffected()
	return int(n), err
}

// row is what a row is read from.
type row interface{ Scan(into ...any) error }

// begin begins the time of a query.
func (s session) begin() (end func()) {
	if s.time == nil {
		return func() {}
	}
	return s.time()
}

// one reads the only row of a query; casebook.ErrNotKept if there is none.
func one[T any](ctx context.Context, s session, scan func(row) (T, error), query string, args ...any) (T, error) {
	defer s.begin()()
	v, err := scan(s.on.QueryRowContext(ctx, s.dialect.rebind(query), args...))
	if errors.Is(err, sql.ErrNoRows) {
		err = casebook.ErrNotKept
	}
	return v, err
}

// all reads the rows of a query; nil if there are none.
func all[T any](ctx context.Context, s session, scan func(row) (T, error), query string, args ...any) ([]T, error) {
	var out []T
	err := each(ctx, s, scan, func(v T) bool {
		out = append(out, v)
		return true
	}, query, args...)
	if err != nil {
		return nil, err
	}
	return out, nil
}

// each returns the rows of a query to a function, as long as it wants another.
func each[T any](ctx context.Context, s session, scan func(row) (T, error), take func(T) bool, query string, args ...any) error {
	defer s.begin()()
	rows, err := s.on.QueryContext(ctx, s.dialect.rebind(query), args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return err
		}
		if !take(v) {
			return nil
		}
	}
	return rows.Err()
}

// scanValue reads a row of one column.
func scanValue[T any](r row) (v T, err error) { return v, r.Scan(&v) }

// scanPacked reads a row of one body.
func scanPacked[T any](r row) (v T, err error) {
	var body []byte
	if err := r.Scan(&body); err != nil {
		return v, err
	}
	return v, unpack(body, &v)
}
