package app

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"go.opentelemetry.io/otel/trace"

	"whystopped/internal/casebook"
	"whystopped/internal/config"
	"whystopped/internal/store"
	"whystopped/internal/work"
)

// inMemory is the database of whoever names none: it ends with the process.
const inMemory = "file::memory:"

// history is what is kept, and what is owed because of it.
type history struct {
	store *store.Store
	queue *work.Queue
}

// openHistory opens the database and brings it up to date. Nothing that is owed
// is done before run.
func openHistory(ctx context.Context, cfg config.Config, log *slog.Logger, tracer trace.Tracer, took func(string, time.Duration), tune tuning) (*history, error) {
	url := cmp.Or(cfg.DatabaseURL.Reveal(), inMemory)
	dialect := work.Postgres
	if strings.HasPrefix(url, "file:") {
		dialect = work.SQLite
	}
	queue := work.New(work.Options{Dialect: dialect, Log: log, Diagnosis: cfg.Timeout, Retention: cfg.Retention, BroughtRetention: cfg.EvaluateRetention, Now: time.Now, Tracer: tracer, Tuning: tune.work})
	kept, err := store.Open(ctx, store.Options{
		URL: url, Queue: queue, Migrate: queue.Migrate, Log: log, Now: time.Now, Took: took, NewID: casebook.NewID,
	})
	if err != nil {
		return nil, err
	}
	return &history{store: kept, queue: queue}, nil
}

// connect makes what is owed ready to be done by the book, and people to be told
// of incidents by the teller, which may be nil.
func (h *history) connect(book *casebook.Casebook, teller work.Teller) error {
	err := h.queue.Connect(h.store.DB(), work.Doers{Casebook: book, Teller: teller, Purger: h.store})
	if err != nil {
		return fmt.Errorf("set up the work in the background: %w", err)
	}
	return nil
}
