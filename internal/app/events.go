package app

import (
	"fmt"
	"log/slog"

	"whystopped/internal/config"
	"whystopped/internal/ingest"
)

// openEvents makes what takes events in from a queue of SQS; nil where none is
// set.
func openEvents(aws *account, cfg config.Config, book ingest.Book, log *slog.Logger) (*ingest.Queue, error) {
	if cfg.QueueURL == "" || cfg.Demo { // the demo reads no account, and empties no queue of one
		return nil, nil
	}
	sdk := aws.sdk.Copy()
	sdk.APIOptions = append(sdk.APIOptions, aws.collector.Listen())
	queue, err := ingest.NewQueue(sdk, ingest.QueueOptions{URL: cfg.QueueURL, Book: book, Bounds: bounds(cfg), Log: log})
	if err != nil {
		return nil, fmt.Errorf("set up the queue of events: %w", err)
	}
	return queue, nil
}

// eventStats are the figures of the queue of events, all 0 where none is set.
func (a *App) eventStats() ingest.Stats {
	if a.events == nil {
		return ingest.Stats{}
	}
	return a.events.Stats()
}
