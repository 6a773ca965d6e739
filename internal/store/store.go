// Package store keeps diagnoses, and what they are of, in a database: SQLite for
// one instance of the service, PostgreSQL for several. Both are spoken to with
// the same SQL, and both pass the suite in storetest.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"whystopped/internal/casebook"
)

// Options say where a Store keeps things and what it works with. All fields are
// needed but those that may be nil.
type Options struct {
	// URL is file:PATH for SQLite in a file, whose folder is made if need be;
	// file::memory: for SQLite in memory, which is gone after Close; or
	// postgres://USER:PASSWORD@HOST:PORT/DATABASE with the parameters of
	// https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS.
	URL string
	// Queue takes the work that is owed; nil if nobody does any.
	Queue Queue
	// Migrate brings the tables of others in the same database up to date, after
	// those of the Store and under the same lock: no other process migrates at
	// that time. nil if there are none.
	Migrate func(ctx context.Context, db *sql.DB) error
	Log     *slog.Logger
	Now     func() time.Time
	// Took hears how long each operation took, by its name; nil for nobody.
	Took func(operation string, d time.Duration)
	// NewID makes ids that sort by the time given, as casebook.NewID does.
	NewID func(time.Time) string
}

// Queue keeps work that is owed until it is done.
type Queue interface {
	// Insert adds work within a transaction of the Store's own database: it is
	// owed if and only if the transaction is committed.
	Insert(ctx context.Context, tx *sql.Tx, work ...casebook.Work) error
}

// Store is a casebook.Store. It is safe for concurrent use, by several processes
// too.
type Store struct {
	opts    Options
	dialect Dialect
	// writes and reads are the same pool but for SQLite in a file, which lets
	// one connection write while others read.
	writes, reads *sql.DB
}

var _ casebook.Store = (*Store)(nil)

// Open opens the database and brings its tables up to date. Its errors are one
// line, without the URL's password.
func Open(ctx context.Context, o Options) (*Store, error) {
	at, err := parseURL(o.URL)
	if err != nil {
		return nil, err
	}
	s := &Store{opts: o, dialect: at.dialect}
	unlock, err := at.lock(ctx)
	if err != nil {
		return nil, fmt.Errorf("open the database %s: %w", at, oneLine(err))
	}
	err = s.open(ctx, at)
	if err := errors.Join(err, unlock()); err != nil {
		return nil, errors.Join(fmt.Errorf("open the database %s: %w", at, oneLine(err)), s.Close())
	}
	return s, nil
}

func (s *Store) open(ctx context.Context, at target) error {
	var err error
	if s.writes, s.reads, err = at.pools(); err != nil {
		return err
	}
	return s.migrate(ctx)
}

// Close ends all connections. A database in memory is gone then.
func (s *Store) Close() error {
	var errs []error
	if s.reads != nil && s.reads != s.writes {
		errs = append(errs, s.reads.Close())
	}
	if s.writes != nil {
		errs = append(errs, s.writes.Close())
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("close the database: %w", err)
	}
	return nil
}

// DB is the pool of connections that may write, for a queue that lives in the
// same database. With SQLite it has one connection only: whoever asks it for
// another within a transaction waits for ever.
func (s *Store) DB() *sql.DB { return s.writes }

// Dialect is the SQL that DB speaks.
func (s *Store) Dialect() Dialect { return s.dialect }

// Ping reads a table, and returns an error if the database can't be used.
func (s *Store) Ping(ctx context.Context) error {
	defer s.time("ping")()
	if _, err := s.reads.ExecContext(ctx, "SELECT id FROM diagnoses LIMIT 1"); err != nil {
		return fmt.Errorf("ask the database: %w", err)
	}
	return nil
}
