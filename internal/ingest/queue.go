package ingest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"runtime/debug"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"whystopped/internal/casebook"
	"whystopped/internal/taskref"
)

// QueueOptions are what a Queue is made of. All fields but Bounds are needed.
type QueueOptions struct {
	// URL is the queue's address.
	URL  string
	Book Book
	// Bounds are the only accounts and Regions of which events are taken. Others
	// are counted, and taken out of the queue: they would come for ever.
	Bounds taskref.Bounds
	Log    *slog.Logger
}

// Queue brings in the events that EventBridge puts into an SQS queue. A message
// is deleted only after its events are stored. One that cannot be read or
// stored is left to the queue's redrive policy.
type Queue struct {
	opts   QueueOptions
	sqs    sqsAPI
	counts counts

	pollers int
	// wait reports whether the time passed before ctx ended.
	wait func(ctx context.Context, d time.Duration) bool
}

const (
	// pollers wait for messages at the same time. Each stores ten at once.
	pollers = 3
	// acceptTimeout bounds one try to store events. It leaves time to delete
	// their messages before the end of the process.
	acceptTimeout = 8 * time.Second
	// maxTries is how often messages in hand are tried when nothing can be
	// stored at all, which comes to about ten minutes.
	maxTries     = 30
	firstBackoff = time.Second
	maxBackoff   = 30 * time.Second
)

// NewQueue makes a Queue. It makes no call to SQS.
func NewQueue(cfg aws.Config, o QueueOptions) (*Queue, error) {
	if o.URL == "" || o.Book == nil || o.Log == nil {
		return nil, errors.New("ingest: URL, Book and Log are needed")
	}
	client, err := newClient(cfg, o.URL)
	if err != nil {
		return nil, fmt.Errorf("set up the queue: %w", err)
	}
	return &Queue{opts: o, sqs: operations{client.ReceiveMessage, client.DeleteMessageBatch}, pollers: pollers, wait: wait}, nil
}

// Run takes messages in until ctx ends. It then finishes what is in hand.
func (q *Queue) Run(ctx context.Context) {
	var running sync.WaitGroup
	defer running.Wait()
	for range q.pollers {
		running.Go(func() { q.poll(ctx) })
	}
}

func (q *Queue) poll(ctx context.Context) {
	failures := 0
	for ctx.Err() == nil {
		messages, err := q.receive(ctx)
		switch {
		case err == nil:
			failures = 0
			q.take(ctx, messages)
		case ctx.Err() == nil:
			failures++
			q.counts.errors.Add(1)
			q.opts.Log.WarnContext(ctx, "the queue of events cannot be read", "error", err)
			q.wait(ctx, backoff(failures))
		}
	}
}

// parcel is a message with the events in it.
type parcel struct {
	message types.Message
	events  []casebook.Event
}

// take stores what is in messages, and deletes those whose events are stored.
//
// Where nothing can be stored, the messages are kept in hand and tried again
// for a while. To receive them anew instead would use up the receives that the
// redrive policy gives each, so that all would end in the dead-letter queue
// because the store was away.
func (q *Queue) take(ctx context.Context, messages []types.Message) {
	left, done := q.open(ctx, messages)
	acceptedBefore := q.counts.accepted.Load()
	for try := 1; ; try++ {
		stored, failed := q.store(ctx, left)
		q.delete(ctx, append(done, stored...))
		left, done = failed, nil
		if len(left) == 0 {
			return
		}
		storeWorks := q.counts.accepted.Load() != acceptedBefore // for others, so that these are at fault
		if storeWorks || try == maxTries || !q.wait(ctx, backoff(try)) {
			break
		}
	}
	q.counts.failed.Add(uint64(len(left)))
	for _, p := range left {
		q.opts.Log.ErrorContext(ctx, "events could not be stored; their message is left to the queue", describe(p.message)...)
	}
}

// open reads messages. Those in done hold nothing to store; malformed ones are
// left out.
func (q *Queue) open(ctx context.Context, messages []types.Message) (parcels []parcel, done []types.Message) {
	q.counts.received.Add(uint64(len(messages)))
	for _, m := range messages {
		batch, err := Parse([]byte(aws.ToString(m.Body)))
		batch = batch.Within(q.opts.Bounds)
		switch {
		case err != nil:
			q.counts.malformed.Add(1)
			q.opts.Log.WarnContext(ctx, "a message in the queue is no event and is left there", append(describe(m), "problem", err)...)
		case len(batch.Events) == 0 && batch.NotAllowed > 0:
			q.counts.notAllowed.Add(1)
			done = append(done, m)
		case len(batch.Events) == 0:
			q.counts.ignored.Add(1)
			done = append(done, m)
		default:
			parcels = append(parcels, parcel{m, batch.Events})
		}
	}
	return parcels, done
}

// describe tells which message it is, and nothing of what is in it.
func describe(m types.Message) []any {
	return []any{"message", aws.ToString(m.MessageId), "receives", m.Attributes[string(types.MessageSystemAttributeNameApproximateReceiveCount)]}
}

// store stores all parcels together, or, where that fails, as many as it can
// one by one: a single event may be at fault.
func (q *Queue) store(ctx context.Context, parcels []parcel) (stored []types.Message, failed []parcel) {
	if len(parcels) == 0 {
		return nil, nil
	}
	err := q.accept(ctx, parcels)
	if err == nil {
		for _, p := range parcels {
			stored = append(stored, p.message)
		}
		return stored, nil
	}
	q.opts.Log.WarnContext(ctx, "events could not be stored", "messages", len(parcels), "error", err)
	if len(parcels) == 1 {
		return nil, parcels
	}
	for i, p := range parcels {
		if ctx.Err() != nil || errors.Is(err, context.DeadlineExceeded) {
			return stored, append(failed, parcels[i:]...) // there is no time, or the store does not answer
		}
		if err = q.accept(ctx, parcels[i:i+1]); err != nil {
			failed = append(failed, p)
		} else {
			stored = append(stored, p.message)
		}
	}
	return stored, failed
}

// accept makes one try, which also goes on where ctx ends. A panic is an error
// of these events and not the end of the process, which would meet them again.
func (q *Queue) accept(ctx context.Context, parcels []parcel) (err error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), acceptTimeout)
	defer cancel()
	defer func() {
		if p := recover(); p != nil {
			q.opts.Log.ErrorContext(ctx, "panic while events were stored", "panic", p, "stack", string(debug.Stack()))
			err = errors.New("it panicked")
		}
	}()
	var events []casebook.Event
	for _, p := range parcels {
		events = append(events, p.events...)
	}
	if err := q.opts.Book.Accept(ctx, events); err != nil {
		return fmt.Errorf("store %d events: %w", len(events), err)
	}
	q.counts.accepted.Add(uint64(len(parcels)))
	return nil
}

// backoff waits at least half of a time that doubles with each failure, and at
// most all of it, so that several servers do not come back at once.
func backoff(failures int) time.Duration {
	d := firstBackoff
	for i := 1; i < failures && d < maxBackoff; i++ {
		d = min(2*d, maxBackoff)
	}
	return d/2 + rand.N(d/2)
}

func wait(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
