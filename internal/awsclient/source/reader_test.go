package source

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"whystopped/internal/awsclient/session"
	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/taskref"
)

func TestTheTimeOfASourceIsWithoutItsWaitingForOthers(t *testing.T) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	clock, silent := func() time.Time { return now }, slog.New(slog.DiscardHandler)
	_, r := New(session.NewPool(session.Options{}), Options{Now: clock, Logger: silent}).NewReader(t.Context(), taskref.Ref{}, nil, nil)
	a := r.ask(t.Context(), Trail, allTime, func(_ context.Context, w *watch) (outcome, error) {
		now = now.Add(30 * time.Millisecond)
		w.pause(func() { now = now.Add(5 * time.Second) })
		now = now.Add(40 * time.Millisecond)
		return outcome{status: evidence.SourceOK}, nil
	})
	if a.Source.TookMS != 70 {
		t.Errorf("took %d ms, want 70", a.Source.TookMS)
	}
}
