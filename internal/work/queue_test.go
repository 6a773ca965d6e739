package work_test

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"
	_ "modernc.org/sqlite"

	"whystopped/internal/casebook"
	"whystopped/internal/taskref"
	"whystopped/internal/work"
)

// workshop does what is owed by functions, and tells of all that it did.
type workshop struct {
	do   func(casebook.Work) error
	tell func(n int) (time.Duration, error)

	did   chan casebook.Work
	told  chan string
	purge chan purged

	mu    sync.Mutex
	tells int
	left  int // rows to purge
}

func newWorkshop() *workshop {
	return &workshop{did: make(chan casebook.Work, 100), told: make(chan string, 100), purge: make(chan purged, 100)}
}

func (w *workshop) Do(_ context.Context, owed casebook.Work) error {
	w.did <- owed
	if w.do == nil {
		return nil
	}
	return w.do(owed)
}

func (w *workshop) Tell(_ context.Context, incident string) (time.Duration, error) {
	w.told <- incident
	if w.tell == nil {
		return 0, nil
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.tells++
	return w.tell(w.tells)
}

// purged is what was purged: what ended, and what was brought, before a time.
type purged struct{ before, brought time.Time }

func (w *workshop) Purge(_ context.Context, before, brought time.Time, batch int) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	removed := min(w.left, batch)
	w.left -= removed
	w.purge <- purged{before, brought}
	return removed, nil
}

// soon waits for something that has to come.
func soon[T any](t *testing.T, c <-chan T) T {
	t.Helper()
	select {
	case v := <-c:
		return v
	case <-time.After(time.Minute):
		t.Fatal("it does not come")
		panic("unreachable")
	}
}

var now = time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)

// openQueue makes a queue in a database of its own, which nobody works on yet.
func openQueue(t *testing.T, w *workshop) (*work.Queue, *sql.DB) {
	t.Helper()
	return openTraced(t, w, noop.NewTracerProvider().Tracer(""))
}

func openTraced(t *testing.T, w *workshop, tracer trace.Tracer) (*work.Queue, *sql.DB) {
	t.Helper()
	db, err := sql.Open("sqlite", "file::memory:?_txlock=immediate")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	db.SetMaxOpenConns(1)
	q := work.New(work.Options{
		Dialect: work.SQLite, Log: slog.New(slog.DiscardHandler), Diagnosis: 10 * time.Second, Retention: 24 * time.Hour, BroughtRetention: time.Hour,
		Now: func() time.Time { return now }, Tracer: tracer, Tuning: work.Tuning{Poll: 10 * time.Millisecond},
	})
	if err := q.Migrate(t.Context(), db); err != nil {
		t.Fatalf("Migrate: %v", err)
	}
	if err := q.Connect(db, work.Doers{Casebook: w, Teller: w, Purger: w}); err != nil {
		t.Fatalf("Connect: %v", err)
	}
	return q, db
}

// run works until the test ends, or end is called.
func run(t *testing.T, q *work.Queue) (end func()) {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- q.Run(ctx) }()
	end = sync.OnceFunc(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
	t.Cleanup(end)
	return end
}

// insert puts work into the queue, in a transaction of its own.
func insert(t *testing.T, q *work.Queue, db *sql.DB, commit bool, owed ...casebook.Work) {
	t.Helper()
	tx, err := db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := q.Insert(t.Context(), tx, owed...); err != nil {
		t.Fatalf("Insert: %v", err)
	}
	end := tx.Commit
	if !commit {
		end = tx.Rollback
	}
	if err := end(); err != nil {
		t.Fatal(err)
	}
}

var task = taskref.Ref{Partition: "aws", Region: "eu-west-1", Account: "111122223333", Cluster: "web", TaskID: "0123456789abcdef0123456789abcdef"}

func TestWorkIsDoneAsItWasOwed(t *testing.T) {
	w := newWorkshop()
	q, db := openQueue(t, w)
	refresh := &casebook.Refresh{Task: task, Diagnosis: "d1", Before: 2}
	owed := []casebook.Work{
		{Kind: casebook.WorkDiagnose, Task: task},
		{Kind: casebook.WorkDiagnose, Event: "event-1"},
		{Kind: casebook.WorkRefresh, Task: task, Refresh: refresh},
	}
	for _, one := range owed {
		insert(t, q, db, true, one)
	}
	insert(t, q, db, false, casebook.Work{Kind: casebook.WorkDiagnose, Event: "never"}) // its transaction failed
	insert(t, q, db, true, casebook.Work{Kind: casebook.WorkTell, Incident: "i1"}, casebook.Work{Kind: casebook.WorkDiagnose, Event: "later", At: time.Now().Add(time.Hour)})
	stats, err := work.CountJobs(t.Context(), db)
	if err != nil {
		t.Fatalf("CountJobs: %v", err)
	}
	want := work.Stats{{Kind: "diagnose", State: "ready"}: 2, {Kind: "diagnose", State: "planned"}: 1, {Kind: "refresh", State: "ready"}: 1, {Kind: "tell", State: "ready"}: 1}
	if diff := cmp.Diff(want, stats); diff != "" {
		t.Errorf("what is owed (-want +got):\n%s", diff)
	}
	run(t, q)
	if got := soon(t, w.told); got != "i1" {
		t.Errorf("told of %q", got)
	}
	got := map[string]casebook.Work{}
	for range owed {
		one := soon(t, w.did)
		got[string(one.Kind)+one.Event] = one
	}
	for _, one := range owed {
		if diff := cmp.Diff(one, got[string(one.Kind)+one.Event]); diff != "" {
			t.Errorf("work (-owed +done):\n%s", diff)
		}
	}
}

func TestWhatFailsIsTriedAgain(t *testing.T) {
	w := newWorkshop()
	failed := false
	w.do = func(casebook.Work) error {
		if !failed {
			failed = true
			return errors.New("AWS is down")
		}
		return nil
	}
	q, db := openQueue(t, w)
	run(t, q)
	insert(t, q, db, true, casebook.Work{Kind: casebook.WorkDiagnose, Event: "event-1"})
	soon(t, w.did)
	if again := soon(t, w.did); again.Event != "event-1" {
		t.Errorf("tried again: %+v", again)
	}
}

func TestTellingComesAgain(t *testing.T) {
	w := newWorkshop()
	w.tell = func(n int) (time.Duration, error) {
		if n == 1 {
			return 20 * time.Millisecond, nil
		}
		return 0, nil
	}
	q, db := openQueue(t, w)
	run(t, q)
	insert(t, q, db, true, casebook.Work{Kind: casebook.WorkTell, Incident: "i1"})
	soon(t, w.told)
	soon(t, w.told)
}

func TestWorkOfAProcessThatWasKilled(t *testing.T) {
	w := newWorkshop()
	q, db := openQueue(t, w)
	insert(t, q, db, true, casebook.Work{Kind: casebook.WorkDiagnose, Event: "event-1"})
	if _, err := db.ExecContext(t.Context(), `UPDATE river_job SET state = 'running', attempt = 1, attempted_at = CURRENT_TIMESTAMP`); err != nil {
		t.Fatal(err)
	}
	run(t, q)
	soon(t, w.did)
}

func TestPurgeGoesOnUntilNothingIsLeft(t *testing.T) {
	w := newWorkshop()
	w.left = 1200
	q, _ := openQueue(t, w)
	run(t, q)
	for range 4 {
		if got := soon(t, w.purge); !got.before.Equal(now.Add(-24*time.Hour)) || !got.brought.Equal(now.Add(-time.Hour)) {
			t.Errorf("purged what is older than %s, and %s if it was brought", got.before, got.brought)
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.left != 0 {
		t.Errorf("%d rows are left", w.left)
	}
}

func TestInsertRefuses(t *testing.T) {
	q, db := openQueue(t, newWorkshop())
	tx, err := db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	for _, owed := range []casebook.Work{{Kind: "sing"}, {Kind: casebook.WorkRefresh}} {
		if err := q.Insert(t.Context(), tx, owed); err == nil {
			t.Errorf("work %+v is taken", owed)
		}
	}
	if err := work.New(work.Options{}).Insert(t.Context(), tx); err == nil {
		t.Error("a queue that is not connected takes work")
	}
}

// TestAJobLeadsToWhatItIsOwedFor: to the span in which it was inserted.
func TestAJobLeadsToWhatItIsOwedFor(t *testing.T) {
	spans := tracetest.NewInMemoryExporter()
	tracer := sdktrace.NewTracerProvider(sdktrace.WithSyncer(spans)).Tracer("")
	w := newWorkshop()
	q, db := openTraced(t, w, tracer)
	ctx, request := tracer.Start(t.Context(), "request")
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := q.Insert(ctx, tx, casebook.Work{Kind: casebook.WorkDiagnose, Task: task}); err != nil {
		t.Fatal(err)
	}
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
	end := run(t, q)
	soon(t, w.did)
	end()
	got := spans.GetSpans()
	if len(got) != 1 || got[0].Name != "job diagnose" || got[0].Parent.IsValid() || len(got[0].Links) != 1 || got[0].Links[0].SpanContext.SpanID() != request.SpanContext().SpanID() {
		t.Errorf("spans %+v, want that of the job, in a trace of its own, with a link to the request", got)
	}
}
