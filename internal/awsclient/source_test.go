package awsclient

import (
	"context"
	"testing"
	"time"

	"whystopped/internal/diagnose/evidence"
)

func TestTheTimeOfASourceIsWithoutItsWaitingForOthers(t *testing.T) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	c := New(Options{Now: func() time.Time { return now }})
	r := &run{Collector: c, now: now}
	a := r.ask(t.Context(), "cloudtrail:LookupEvents", all, func(_ context.Context, w *watch) (outcome, error) {
		now = now.Add(30 * time.Millisecond)
		w.pause(func() { now = now.Add(5 * time.Second) })
		now = now.Add(40 * time.Millisecond)
		return outcome{status: evidence.SourceOK}, nil
	})
	if a.source.TookMS != 70 {
		t.Errorf("took %d ms, want 70", a.source.TookMS)
	}
}
