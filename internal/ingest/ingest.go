// Package ingest reads EventBridge events of ECS, from an SQS queue or a request, so
// that a task is known after ECS has forgotten it. Start with Parse and Queue.Run.
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
