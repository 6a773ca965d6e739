// Package storetest is the suite that a store.Store has to pass on every
// database, and a Store for the tests of others.
package storetest

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"whystopped/internal/casebook"
	"whystopped/internal/diagnose"
	"whystopped/internal/store"
)

// Open gives an empty Store in memory that is closed when the test ends. Nothing
// is owed in it. Within testing/synctest it may be opened in the bubble, with
// the bubble's T.
func Open(t testing.TB) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), store.Options{URL: "file::memory:", Log: slog.New(slog.DiscardHandler), Now: time.Now, NewID: casebook.NewID})
	if err != nil {
		t.Fatalf("open a store in memory: %v", err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close the store: %v", err)
		}
	})
	return s
}

// Database is one that the suite is run on.
type Database struct {
	// URL gives that of a new and empty database.
	URL func(t *testing.T) string
	// Shared is set where several Stores may open the same one.
	Shared bool
}

// Run tests a Store on a database.
func Run(t *testing.T, db Database) {
	tests := []struct {
		name string
		run  func(*testing.T, *world)
	}{
		{"get", testGet},
		{"latest", testLatest},
		{"filter", testFilter},
		{"brought", testBrought},
		{"what one asker brought", testAsker},
		{"purge of what was brought", testPurgeOfBrought},
		{"summaries", testSummaries},
		{"sizes", testSizes},
		{"odd words", testOddWords},
		{"bounds", testBounds},
		{"pages", testPages},
		{"facts and definitions", testFacts},
		{"incidents", testIncidents},
		{"incident's verdict", testIncidentVerdict},
		{"incident that turned into another", testTurnedInto},
		{"diagnosis knows its incident", testDiagnosisKnowsItsIncident},
		{"lists of incidents", testIncidentLists},
		{"what is owed by saving", testOwed},
		{"claims to tell", testClaims},
		{"events", testEvents},
		{"events that came already", testEventsTwice},
		{"nothing by halves", testNothingByHalves},
		{"lists of stops", testStops},
		{"counts of stops", testStopCounts},
		{"revisions", testRevisions},
		{"users of a role", testRoleUsers},
		{"purge", testPurge},
		{"ping", testPing},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) { test.run(t, openWorld(t, db.URL(t))) })
	}
	if db.Shared {
		t.Run("opened by several at once", func(t *testing.T) { testOpenAtOnce(t, db.URL(t)) })
		t.Run("opened again", func(t *testing.T) { testOpenAgain(t, db.URL(t)) })
		t.Run("one key opens one incident", func(t *testing.T) { testOneKeyOneIncident(t, db.URL(t)) })
		t.Run("all at once", func(t *testing.T) { testAllAtOnce(t, db.URL(t)) })
		t.Run("one may tell", func(t *testing.T) { testOneMayTell(t, db.URL(t)) })
	}
}

// noon is when the tests begin.
var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// minute is the n-th one after noon.
func minute(n int) time.Time { return noon.Add(time.Duration(n) * time.Minute) }

// world is a Store with a clock and a queue.
type world struct {
	*store.Store
	queue *queue
	now   atomic.Int64 // nanoseconds since noon
}

func openWorld(t *testing.T, url string) *world {
	t.Helper()
	w, err := tryWorld(t.Context(), url)
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	t.Cleanup(func() {
		if err := w.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return w
}

func tryWorld(ctx context.Context, url string) (*world, error) {
	w := &world{queue: &queue{}}
	var err error
	w.Store, err = store.Open(ctx, store.Options{
		URL: url, Queue: w.queue, Migrate: w.queue.migrate, Log: slog.New(slog.DiscardHandler),
		Now:   func() time.Time { return noon.Add(time.Duration(w.now.Load())) },
		NewID: casebook.NewID,
	})
	return w, err
}

// at sets the clock.
func (w *world) at(now time.Time) { w.now.Store(int64(now.Sub(noon))) }

// id is the n-th of diagnoses that are made a minute after each other.
func id(n int) string { return casebook.FirstID(minute(n)) }

// save keeps things and gives the diagnoses as they are kept.
func save(t *testing.T, w *world, kept ...casebook.Kept) (saved []diagnose.Diagnosis) {
	t.Helper()
	for _, k := range kept {
		d, err := w.Save(t.Context(), k)
		if err != nil {
			t.Fatalf("Save(%s): %v", k.Diagnosis.ID, err)
		}
		saved = append(saved, d)
	}
	return saved
}

// queue keeps what is owed in a table, so that it is there or not with the rest
// of a transaction.
type queue struct{ broken atomic.Bool }

func (*queue) migrate(ctx context.Context, db *sql.DB) error {
	_, err := db.ExecContext(ctx, "CREATE TABLE IF NOT EXISTS owed (work TEXT NOT NULL)")
	return err
}

// Insert implements store.Queue. A broken one fails after it wrote.
func (q *queue) Insert(ctx context.Context, tx *sql.Tx, work ...casebook.Work) error {
	for _, w := range work {
		text, err := json.Marshal(w)
		if err != nil {
			return fmt.Errorf("write work: %w", err)
		}
		if _, err := tx.ExecContext(ctx, "INSERT INTO owed (work) VALUES ('"+strings.ReplaceAll(string(text), "'", "''")+"')"); err != nil {
			return fmt.Errorf("insert work: %w", err)
		}
	}
	if q.broken.Load() {
		return errors.New("the queue is broken")
	}
	return nil
}

// owed takes what is owed, in no order.
func owed(t *testing.T, w *world) []casebook.Work {
	t.Helper()
	rows, err := w.DB().QueryContext(t.Context(), "SELECT work FROM owed ORDER BY work")
	if err != nil {
		t.Fatalf("read what is owed: %v", err)
	}
	defer rows.Close()
	var all []casebook.Work
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			t.Fatalf("read what is owed: %v", err)
		}
		var one casebook.Work
		if err := json.Unmarshal([]byte(text), &one); err != nil {
			t.Fatalf("read what is owed: %v", err)
		}
		all = append(all, one)
	}
	if err := rows.Err(); err != nil {
		t.Fatalf("read what is owed: %v", err)
	}
	rows.Close()
	if _, err := w.DB().ExecContext(t.Context(), "DELETE FROM owed"); err != nil {
		t.Fatalf("take what is owed: %v", err)
	}
	return all
}

func testPing(t *testing.T, w *world) {
	if err := w.Ping(t.Context()); err != nil {
		t.Errorf("Ping: %v", err)
	}
	if err := w.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
	if err := w.Ping(t.Context()); err == nil {
		t.Error("a closed store can be used")
	}
}
