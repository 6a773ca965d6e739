package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

const (
	// maxConns bounds the connections to PostgreSQL of one instance, and
	// maxReaders those that read a file of SQLite.
	maxConns   = 16
	maxReaders = 4
	// connectTimeout is for PostgreSQL where the URL has none.
	connectTimeout = 10 * time.Second
	// writerCache is in KiB. Ids of tasks and ARNs fall anywhere into their
	// indexes, whose pages had better be there; it is taken as it is needed.
	writerCache = 32 << 10
	// pragmas of SQLite have to be set on every connection. An event is
	// acknowledged once it is stored, so a commit waits for the disk
	// (synchronous). Source: https://www.sqlite.org/pragma.html
	pragmas = "_pragma=busy_timeout(5000)&_pragma=foreign_keys(1)&_pragma=synchronous(FULL)"
)

// target is where a database is.
type target struct {
	dialect Dialect
	path    string          // of SQLite's file; "" in memory
	server  *pgx.ConnConfig // of PostgreSQL
}

// String names the database in errors: no password is in it.
func (at target) String() string {
	switch {
	case at.server != nil:
		return fmt.Sprintf("%s on %s:%d", at.server.Database, at.server.Host, at.server.Port)
	case at.path == "":
		return "in memory"
	}
	return at.path
}

// parseURL reads a URL. It quotes nothing of one that it cannot read: any part
// of it may be the password.
func parseURL(s string) (target, error) {
	scheme, rest, _ := strings.Cut(s, ":")
	switch scheme {
	case "file":
		path, err := parseFile(rest)
		return target{dialect: SQLite, path: path}, err
	case "postgres", "postgresql":
		server, err := pgx.ParseConfig(s)
		if err != nil {
			return target{}, errors.New("the database's URL cannot be read; write postgres://USER:PASSWORD@HOST:PORT/DATABASE, with %XX for characters of the password that have a meaning in URLs")
		}
		if server.ConnectTimeout == 0 {
			server.ConnectTimeout = connectTimeout
		}
		return target{dialect: PostgreSQL, server: server}, nil
	}
	return target{}, errors.New("the database's URL cannot be read; write file:PATH for SQLite, or postgres://USER:PASSWORD@HOST:PORT/DATABASE")
}

func parseFile(rest string) (string, error) {
	switch {
	case rest == ":memory:":
		return "", nil
	case rest == "":
		return "", errors.New("the database's URL names no file; write file:PATH")
	case strings.HasPrefix(rest, "//") && !strings.HasPrefix(rest, "///"):
		return "", fmt.Errorf("the database's URL file:%s names a host; write file:PATH or file:///PATH", rest)
	case strings.Contains(rest, "?"):
		return "", fmt.Errorf("the database's URL file:%s has parameters; write file:PATH alone", rest)
	}
	return filepath.Clean(rest), nil
}

// pools opens the connections that may write and those that only read.
func (at target) pools() (writes, reads *sql.DB, err error) {
	switch {
	case at.server != nil:
		db := stdlib.OpenDB(*at.server)
		db.SetMaxOpenConns(maxConns)
		db.SetMaxIdleConns(maxConns)
		db.SetConnMaxIdleTime(5 * time.Minute)
		return db, db, nil
	case at.path == "":
		// The database lives as long as its one connection.
		db, err := openSQLite("file::memory:?"+pragmas, 1)
		return db, db, err
	}
	file := fileURL(at.path) + "?" + pragmas
	writes, err = openSQLite(fmt.Sprintf("%s&_pragma=journal_mode(WAL)&_pragma=cache_size(-%d)&_txlock=immediate", file, writerCache), 1)
	if err != nil {
		return nil, nil, err
	}
	reads, err = openSQLite(file+"&mode=ro", maxReaders)
	return writes, reads, err
}

func openSQLite(dsn string, conns int) (*sql.DB, error) {
	db, err := sql.Open("sqlite", dsn)
	if err != nil {
		return nil, fmt.Errorf("open: %w", err)
	}
	db.SetMaxOpenConns(conns)
	db.SetMaxIdleConns(conns)
	return db, nil
}

// fileURL escapes what has a meaning in URLs.
func fileURL(path string) string { return "file:" + (&url.URL{Path: path}).EscapedPath() }

// makeFile makes an empty file for this user alone, unless it is there.
func makeFile(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("make the folder: %w", err)
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("make the file: %w", err)
	}
	return f.Close()
}

// lock keeps other processes from migrating the same database at the same time.
func (at target) lock(ctx context.Context) (unlock func() error, err error) {
	switch {
	case at.server != nil:
		return lockServer(ctx, *at.server)
	case at.path == "":
		return func() error { return nil }, nil
	}
	if err := makeFile(at.path); err != nil {
		return nil, err
	}
	return lockFile(ctx, at.path+"-lock")
}

// lockFile takes the lock of an empty database beside the real one, which the
// system returns back if the process dies.
func lockFile(ctx context.Context, path string) (unlock func() error, err error) {
	if err := makeFile(path); err != nil {
		return nil, err
	}
	db, err := openSQLite(fileURL(path)+"?_pragma=busy_timeout(60000)&_txlock=exclusive", 1)
	if err != nil {
		return nil, err
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("wait for another process that opens it: %w", err), db.Close())
	}
	return func() error { return errors.Join(tx.Rollback(), db.Close()) }, nil
}

// migrationLock is the number of PostgreSQL's advisory lock: any will do that
// others who use the database do not use.
const migrationLock = 0x77687973746f70 // "whystop"

// lockServer takes an advisory lock on a connection of its own, which the server
// gives back if the process dies.
func lockServer(ctx context.Context, c pgx.ConnConfig) (unlock func() error, err error) {
	conn, err := pgx.ConnectConfig(ctx, &c)
	if err != nil {
		return nil, err
	}
	closeConn := func() error { return conn.Close(context.WithoutCancel(ctx)) }
	if _, err := conn.Exec(ctx, "SELECT pg_advisory_lock($1)", migrationLock); err != nil {
		return nil, errors.Join(fmt.Errorf("wait for another process that opens it: %w", err), closeConn())
	}
	return closeConn, nil
}

// oneLine is an error whose text may have several lines.
func oneLine(err error) error { return lineError{err} }

type lineError struct{ error }

// Error joins the lines.
func (e lineError) Error() string {
	return strings.Join(strings.FieldsFunc(e.error.Error(), func(r rune) bool { return r == '\n' || r == '\t' }), " ")
}

// Unwrap returns the error with all its lines.
func (e lineError) Unwrap() error { return e.error }
