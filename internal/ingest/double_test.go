package ingest

import (
	"context"
	"crypto/md5"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"whystopped/internal/casebook"
)

// double is a queue in SQS's wire form. A message that was received stays out
// of sight until the test lets it come again.
type double struct {
	*httptest.Server

	mu       sync.Mutex
	visible  []message
	inFlight map[string]message // by receipt handle
	deleted  []string           // message ids
	receives int
	put      chan struct{} // closed and replaced when a message becomes visible

	// idle receives whenever a poller finds nothing, which means that it has
	// done with what it had.
	idle chan struct{}
	// fail, where it is not nil, gives the code of the error for the n-th call
	// of an action, or "".
	fail func(action string, n int) string
	// failEntry tells which message cannot be deleted.
	failEntry func(id string) bool
	calls     map[string]int
}

type message struct {
	id, body string
	receives int
}

func newDouble(t *testing.T) *double {
	d := &double{inFlight: map[string]message{}, put: make(chan struct{}), idle: make(chan struct{}), calls: map[string]int{}}
	d.Server = httptest.NewServer(d)
	t.Cleanup(d.Close)
	return d
}

func (d *double) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_, action, _ := strings.Cut(r.Header.Get("X-Amz-Target"), "AmazonSQS.")
	var in struct {
		QueueURL            string `json:"QueueUrl"`
		MaxNumberOfMessages int
		WaitTimeSeconds     int
		Entries             []struct{ ID, ReceiptHandle string }
	}
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil || !strings.HasSuffix(in.QueueURL, "/111122223333/events") {
		d.refuse(w, "QueueDoesNotExist")
		return
	}
	d.mu.Lock()
	d.calls[action]++
	code := ""
	if d.fail != nil {
		code = d.fail(action, d.calls[action])
	}
	d.mu.Unlock()
	if code != "" {
		d.refuse(w, code)
		return
	}
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	switch action {
	case "ReceiveMessage":
		json.NewEncoder(w).Encode(map[string]any{"Messages": d.receive(r.Context(), in.MaxNumberOfMessages, in.WaitTimeSeconds)})
	case "DeleteMessageBatch":
		out := map[string][]any{"Successful": {}, "Failed": {}}
		for _, e := range in.Entries {
			if d.delete(e.ReceiptHandle) {
				out["Successful"] = append(out["Successful"], map[string]any{"Id": e.ID})
			} else {
				out["Failed"] = append(out["Failed"], map[string]any{"Id": e.ID, "Code": "InternalError", "SenderFault": false})
			}
		}
		json.NewEncoder(w).Encode(out)
	}
}

// refuse is an error as SQS writes it. Those of the sender are not tried again.
func (d *double) refuse(w http.ResponseWriter, code string) {
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	w.WriteHeader(http.StatusBadRequest)
	json.NewEncoder(w).Encode(map[string]string{"__type": "com.amazonaws.sqs#" + code, "message": "made up"})
}

// receive waits for messages, if it may.
func (d *double) receive(ctx context.Context, most, seconds int) []any {
	for {
		d.mu.Lock()
		put := d.put
		var out []any
		for len(d.visible) > 0 && len(out) < most {
			m := d.visible[0]
			d.visible = d.visible[1:]
			m.receives++
			d.receives++
			handle := fmt.Sprintf("handle-%d", d.receives)
			d.inFlight[handle] = m
			sum := md5.Sum([]byte(m.body))
			out = append(out, map[string]any{
				"MessageId": m.id, "ReceiptHandle": handle, "Body": m.body, "MD5OfBody": hex.EncodeToString(sum[:]),
				"Attributes": map[string]string{"ApproximateReceiveCount": fmt.Sprint(m.receives)},
			})
		}
		d.mu.Unlock()
		if len(out) > 0 || seconds == 0 {
			return out
		}
		select {
		case d.idle <- struct{}{}: // and look again
		case <-put:
		case <-ctx.Done():
			return nil
		}
	}
}

func (d *double) delete(handle string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	m, ok := d.inFlight[handle]
	if !ok || d.failEntry != nil && d.failEntry(m.id) {
		return false
	}
	delete(d.inFlight, handle)
	d.deleted = append(d.deleted, m.id)
	return true
}

// send puts messages into the queue, with ids m1, m2 and so on.
func (d *double) send(bodies ...string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for i, body := range bodies {
		d.visible = append(d.visible, message{id: fmt.Sprintf("m%d", i+1), body: body})
	}
	close(d.put)
	d.put = make(chan struct{})
}

// comeAgain ends the visibility timeout of all messages in flight.
func (d *double) comeAgain() {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, m := range d.inFlight {
		d.visible = append(d.visible, m)
	}
	clear(d.inFlight)
	close(d.put)
	d.put = make(chan struct{})
}

// settled waits until the poller found nothing more, and gives what was deleted
// and what was not, by id.
func (d *double) settled(t *testing.T) (deleted, left []string) {
	t.Helper()
	for range 2 { // the first may have been on its way when messages were put in
		select {
		case <-d.idle:
		case <-t.Context().Done():
			t.Fatal("the queue is never idle")
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, m := range d.inFlight {
		left = append(left, m.id)
	}
	return slices.Sorted(slices.Values(d.deleted)), slices.Sorted(slices.Values(left))
}

// book keeps events, or does what accept says.
type book struct {
	accept func(ctx context.Context, events []casebook.Event) error

	mu    sync.Mutex
	calls int
	kept  []string // ids of events
}

var errAway = errors.New("the store is away")

func (b *book) Accept(ctx context.Context, events []casebook.Event) error {
	b.mu.Lock()
	b.calls++
	b.mu.Unlock()
	if b.accept != nil {
		if err := b.accept(ctx, events); err != nil {
			return err
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, e := range events {
		b.kept = append(b.kept, e.ID)
	}
	return nil
}

// bench is a Queue with one poller between its doubles.
type bench struct {
	*Queue
	sqs  *double
	book *book
	log  *strings.Builder // to be read after the end
	// waits are the times that were waited for, all of which pass at once.
	waits []time.Duration
	stop  context.CancelFunc
	ended chan struct{}
}

func newBench(t *testing.T) *bench {
	t.Helper()
	b := &bench{sqs: newDouble(t), book: &book{}, log: &strings.Builder{}, ended: make(chan struct{})}
	cfg := aws.Config{
		Region: "eu-west-1",
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "test", SecretAccessKey: "test"}, nil
		}),
	}
	q, err := NewQueue(cfg, QueueOptions{URL: b.sqs.URL + "/111122223333/events", Book: b.book, Log: slog.New(slog.NewTextHandler(b.log, nil))})
	if err != nil {
		t.Fatalf("NewQueue: %v", err)
	}
	q.pollers = 1
	q.wait = func(ctx context.Context, d time.Duration) bool {
		b.waits = append(b.waits, d)
		return ctx.Err() == nil
	}
	b.Queue = q
	return b
}

// run starts the queue; end or the test's end stops it.
func (b *bench) run(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	b.stop = stop
	go func() {
		defer close(b.ended)
		b.Run(ctx)
	}()
	t.Cleanup(b.end)
}

func (b *bench) end() {
	b.stop()
	<-b.ended
}
