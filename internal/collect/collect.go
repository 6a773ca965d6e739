// Package collect has what a collection of evidence and its caller share: progress
// and priority. It stands below both.
package collect

import (
	"context"

	"whystopped/internal/diagnose/evidence"
)

// Progress is one thing that happens on the way of a collection. One field is set.
type Progress struct {
	// Source is a place that is being asked, as long as its status is empty,
	// or was asked.
	Source *evidence.Source
	// SoFar is what is known by now: the task, then its definition and its logs
	// as well. It is not written to any more.
	SoFar *evidence.Evidence
}

type backgroundKey struct{}

// Background marks work that nobody waits for: where calls are scarce, those of
// people go first.
func Background(ctx context.Context) context.Context {
	return context.WithValue(ctx, backgroundKey{}, true)
}

// IsBackground reports whether nobody waits for the work.
func IsBackground(ctx context.Context) bool { return ctx.Value(backgroundKey{}) != nil }
