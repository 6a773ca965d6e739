// Package ingest takes in what ECS tells of by EventBridge, so that a task is
// known after ECS has forgotten it: it reads the events, and brings those that
// stand in an SQS queue to whoever keeps them.
package ingest

import (
	"context"

	"whystopped/internal/casebook"
)

// Book keeps events.
type Book interface {
	// Accept returns nil once all events are safely stored. Events that came
	// already change nothing.
	Accept(ctx context.Context, events []casebook.Event) error
}
