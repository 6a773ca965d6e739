package ingest

import "sync/atomic"

// Stats are the figures of a Queue since its start. All but Errors count
// messages, each time that one came: Received are those that were accepted,
// ignored, not allowed, malformed or failed, and those that are in hand.
type Stats struct {
	Received uint64
	// Accepted were stored. Ignored held nothing that is kept.
	Accepted, Ignored uint64
	// NotAllowed held only events of accounts or Regions that may not be read.
	NotAllowed uint64
	// Malformed could not be read, Failed not be stored; both were left to the
	// queue's redrive policy.
	Malformed, Failed uint64
	// Deleted were taken out of the queue.
	Deleted uint64
	// Errors are calls to SQS that failed.
	Errors uint64
}

// counts are the figures as they grow.
type counts struct {
	received, accepted, ignored, notAllowed, malformed, failed, deleted, errors atomic.Uint64
}

// Stats tells how things stand.
func (q *Queue) Stats() Stats {
	c := &q.counts
	return Stats{
		Received: c.received.Load(), Accepted: c.accepted.Load(), Ignored: c.ignored.Load(), NotAllowed: c.notAllowed.Load(),
		Malformed: c.malformed.Load(), Failed: c.failed.Load(), Deleted: c.deleted.Load(), Errors: c.errors.Load(),
	}
}
