package store

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"testing/synctest"

	"github.com/jackc/pgx/v5/pgconn"

	"whystopped/internal/casebook"
)

// busy is the error of a second writer who does not wait.
func busy(t *testing.T) error {
	t.Helper()
	dsn := fileURL(filepath.Join(t.TempDir(), "busy.db")) + "?_txlock=immediate"
	for range 2 {
		db, err := openSQLite(dsn, 1)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { db.Close() })
		tx, err := db.BeginTx(t.Context(), nil)
		if err != nil {
			return fmt.Errorf("begin: %w", err)
		}
		t.Cleanup(func() { tx.Rollback() })
	}
	t.Fatal("two write at once")
	return nil
}

func TestWhatIsTriedAgain(t *testing.T) {
	deadlock := fmt.Errorf("write: %w", &pgconn.PgError{Code: "40P01"})
	tests := []struct {
		name  string
		err   error
		fails int // how many times in a row
		tries int
	}{
		{"nothing", nil, 0, 1},
		{"a deadlock", deadlock, 2, 3},
		{"a serialization failure", &pgconn.PgError{Code: "40001"}, 1, 2},
		{"a file that is locked", busy(t), 1, 2},
		{"a deadlock that does not end", deadlock, 100, maxTries},
		{"not what is wrong", &pgconn.PgError{Code: "23505"}, 100, 1},
		{"nor what is missing", casebook.ErrNotKept, 100, 1},
	}
	for _, test := range tests {
		synctest.Test(t, func(t *testing.T) {
			s := openStore(t, "file::memory:")
			tries := 0
			err := s.write(t.Context(), "test", func(tx *tx) error {
				tries++
				if _, err := tx.exec(t.Context(), "INSERT INTO events (id, received_at, kind, task) VALUES ('e', 0, '', '')"); err != nil {
					return err // what an earlier try wrote is still there
				}
				if tries <= test.fails {
					return test.err
				}
				return nil
			})
			if tries != test.tries {
				t.Errorf("%s: tried %d times, want %d", test.name, tries, test.tries)
			}
			if fails := test.fails >= test.tries; fails != (err != nil) || fails && !errors.Is(err, test.err) {
				t.Errorf("%s: the error is %v", test.name, err)
			}
		})
	}
}

// TestWhoHasGoneIsNotWaitedFor: nobody waits to try again for a caller who has
// gone.
func TestWhoHasGoneIsNotWaitedFor(t *testing.T) {
	s := openStore(t, "file::memory:")
	ctx, cancel := context.WithCancel(t.Context())
	tries := 0
	err := s.write(ctx, "test", func(*tx) error {
		tries++
		cancel()
		return &pgconn.PgError{Code: "40P01"}
	})
	if tries != 1 || !errors.Is(err, context.Canceled) {
		t.Errorf("tried %d times, %v; want once and that the context was canceled", tries, err)
	}
}
