package store

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"whystopped/internal/casebook"
	"whystopped/internal/store/pgtest"
	"whystopped/internal/taskref"
)

// noQueue lets work be owed that nobody does.
type noQueue struct{}

func (noQueue) Insert(context.Context, *sql.Tx, ...casebook.Work) error { return nil }

// onEach runs a benchmark on each database.
func onEach(b *testing.B, run func(*testing.B, *Store)) {
	urls := []struct {
		name string
		url  func(testing.TB) string
	}{
		{"file", func(t testing.TB) string { return "file:" + filepath.Join(t.TempDir(), "history.db") }},
		{"memory", func(testing.TB) string { return "file::memory:" }},
		{"postgres", pgtest.URL},
	}
	for _, u := range urls {
		b.Run(u.name, func(b *testing.B) { run(b, openStore(b, u.url(b))) })
	}
}

func openStore(t testing.TB, url string) *Store {
	t.Helper()
	s, err := Open(t.Context(), Options{URL: url, Queue: noQueue{}, Log: slog.New(slog.DiscardHandler), Now: time.Now, NewID: casebook.NewID})
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

var samplePlace = taskref.Ref{Partition: "aws", Account: "111122223333", Region: "eu-west-1", Cluster: "production", Group: "service:orders"}

// BenchmarkSave keeps a diagnosis of another task each time, all of one incident.
func BenchmarkSave(b *testing.B) {
	onEach(b, func(b *testing.B, s *Store) {
		k := newSample(b, samplePlace, 1, 0).kept
		stop := *k.Stop
		k.Stop = &stop
		for n := 0; b.Loop(); n++ {
			k.Diagnosis.ID = casebook.NewID(noon.Add(time.Duration(n) * time.Millisecond))
			k.Diagnosis.Task.ID, k.Stop.Key = fmt.Sprint(n), fmt.Sprint(n)
			if _, err := s.Save(b.Context(), k); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkAccept takes an event of another task each time, one at a time as
// they come from an API destination, and ten at a time as from a queue.
func BenchmarkAccept(b *testing.B) {
	for _, size := range []int{1, 10} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			onEach(b, func(b *testing.B, s *Store) {
				e := newSample(b, samplePlace, 1, 0).event
				for n := 0; b.Loop(); n++ {
					var events []casebook.Event
					for i := range size {
						one, task := e, *e.Task
						one.ID, one.Ref.TaskID = fmt.Sprint(n, " ", i), fmt.Sprint(n, " ", i)
						task.TaskARN, one.Task = one.ID, &task
						events = append(events, one)
					}
					if err := s.Accept(b.Context(), events); err != nil {
						b.Fatal(err)
					}
				}
			})
		})
	}
}

// BenchmarkPack is what it costs to compress a diagnosis, and what is left of it.
func BenchmarkPack(b *testing.B) {
	d := newSample(b, samplePlace, 1, 0).kept.Diagnosis
	var body []byte
	for b.Loop() {
		var err error
		if body, err = pack(d); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(len(body)), "packed-bytes")
}
