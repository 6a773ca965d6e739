package ingest

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/google/go-cmp/cmp"

	"whystopped/internal/casebook"
	"whystopped/internal/taskref"
)

// elsewhere is an event of another account.
func elsewhere(event string) string {
	return strings.ReplaceAll(event, "111122223333", "999988887777")
}

// steadyState is an event that nothing is made of.
var steadyState = action("INFO", "SERVICE_STEADY_STATE", "")

func TestQueue(t *testing.T) {
	has := func(id string) func(casebook.Event) bool {
		return func(e casebook.Event) bool { return e.ID == id }
	}
	tests := []struct {
		name   string
		bodies []string // of the messages m1, m2, …
		// accept fails for some events, at the n-th call.
		accept func(n int, events []casebook.Event) error
		fail   func(action string, n int) string

		bounds taskref.Bounds

		kept          []string
		deleted, left []string
		stats         Stats
		waits         int
	}{
		{
			name: "accounts and Regions that are not read", bodies: []string{stopped("a"), elsewhere(stopped("b")), "[" + stopped("c") + "," + elsewhere(stopped("d")) + "]", steadyState},
			bounds: taskref.Bounds{Accounts: []string{"111122223333"}, Regions: []string{"eu-west-1"}},
			kept:   []string{"a", "c"}, deleted: []string{"m1", "m2", "m3", "m4"},
			stats: Stats{Received: 4, Accepted: 2, NotAllowed: 1, Ignored: 1, Deleted: 4},
		},
		{
			name: "an event whose account is not the task's", bodies: []string{strings.Replace(stopped("a"), `"account":"111122223333"`, `"account":"999988887777"`, 1)},
			left: []string{"m1"}, stats: Stats{Received: 1, Malformed: 1},
		},
		{
			name: "all that EventBridge sends", bodies: []string{stopped("a"), steadyState, "[" + stopped("b") + "," + stopped("c") + "]"},
			kept: []string{"a", "b", "c"}, deleted: []string{"m1", "m2", "m3"},
			stats: Stats{Received: 3, Accepted: 2, Ignored: 1, Deleted: 3},
		},
		{
			name: "nothing to keep", bodies: []string{steadyState},
			deleted: []string{"m1"}, stats: Stats{Received: 1, Ignored: 1, Deleted: 1},
		},
		{
			name: "a malformed message beside good ones", bodies: []string{stopped("a"), `{"password":"hunter2"`, stopped("b"), `{"detail":"hunter2"}`},
			kept: []string{"a", "b"}, deleted: []string{"m1", "m3"}, left: []string{"m2", "m4"},
			stats: Stats{Received: 4, Accepted: 2, Malformed: 2, Deleted: 2},
		},
		{
			name: "an event that is refused beside good ones", bodies: []string{stopped("a"), stopped("bad"), stopped("b"), steadyState},
			accept: func(_ int, events []casebook.Event) error {
				if slices.ContainsFunc(events, has("bad")) {
					return errAway
				}
				return nil
			},
			kept: []string{"a", "b"}, deleted: []string{"m1", "m3", "m4"}, left: []string{"m2"},
			stats: Stats{Received: 4, Accepted: 2, Ignored: 1, Failed: 1, Deleted: 3},
		},
		{
			name: "an event that makes the store panic", bodies: []string{stopped("a"), stopped("bad")},
			accept: func(_ int, events []casebook.Event) error {
				if slices.ContainsFunc(events, has("bad")) {
					panic("a bug")
				}
				return nil
			},
			kept: []string{"a"}, deleted: []string{"m1"}, left: []string{"m2"},
			stats: Stats{Received: 2, Accepted: 1, Failed: 1, Deleted: 1},
		},
		{
			name: "the store is away for a while", bodies: []string{stopped("a"), stopped("b"), steadyState},
			accept: func(n int, _ []casebook.Event) error {
				if n <= 6 { // together, and each alone, twice
					return errAway
				}
				return nil
			},
			kept: []string{"a", "b"}, deleted: []string{"m1", "m2", "m3"},
			stats: Stats{Received: 3, Accepted: 2, Ignored: 1, Deleted: 3}, waits: 2,
		},
		{
			name: "the store stays away", bodies: []string{stopped("a"), steadyState},
			accept:  func(int, []casebook.Event) error { return errAway },
			deleted: []string{"m2"}, left: []string{"m1"},
			stats: Stats{Received: 2, Ignored: 1, Failed: 1, Deleted: 1}, waits: maxTries - 1,
		},
		{
			name: "the store does not answer", bodies: []string{stopped("a"), stopped("b")},
			accept: func(n int, _ []casebook.Event) error {
				if n == 1 { // no other is tried alone then
					return context.DeadlineExceeded
				}
				return nil
			},
			kept: []string{"a", "b"}, deleted: []string{"m1", "m2"},
			stats: Stats{Received: 2, Accepted: 2, Deleted: 2}, waits: 1,
		},
		{
			name: "the queue cannot be read for a while", bodies: []string{stopped("a")},
			fail: func(action string, n int) string {
				if action == "ReceiveMessage" && n <= 3 {
					return "AccessDeniedException"
				}
				return ""
			},
			kept: []string{"a"}, deleted: []string{"m1"},
			stats: Stats{Received: 1, Accepted: 1, Deleted: 1, Errors: 3}, waits: 3,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			b := newBench(t)
			b.sqs.fail, b.opts.Bounds = test.fail, test.bounds
			if test.accept != nil {
				n := 0
				b.book.accept = func(_ context.Context, events []casebook.Event) error {
					n++
					return test.accept(n, events)
				}
			}
			b.sqs.send(test.bodies...)
			b.run(t)
			deleted, left := b.sqs.settled(t)
			b.end()
			if diff := cmp.Diff([][]string{test.kept, test.deleted, test.left}, [][]string{b.book.kept, deleted, left}); diff != "" {
				t.Errorf("kept, deleted, left (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.stats, b.Stats()); diff != "" {
				t.Errorf("stats (-want +got):\n%s", diff)
			}
			if len(b.waits) != test.waits {
				t.Errorf("waited %v, want %d waits", b.waits, test.waits)
			}
			if strings.Contains(b.log.String(), "hunter2") {
				t.Errorf("the log quotes a message:\n%s", b.log)
			}
		})
	}
}

// A message may be delivered twice, and comes again where its deletion failed.
func TestQueueDuplicates(t *testing.T) {
	tests := []struct {
		name      string
		fail      func(action string, n int) string
		failEntry func(id string) bool
		errors    uint64
		first     []string // what is left at first
	}{
		{
			name: "one cannot be deleted", failEntry: func(id string) bool { return id == "m2" }, first: []string{"m2"},
		},
		{
			name: "none can be deleted",
			fail: func(action string, n int) string {
				if action == "DeleteMessageBatch" && n == 1 {
					return "AccessDeniedException"
				}
				return ""
			},
			errors: 1, first: []string{"m1", "m2"},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			b := newBench(t)
			b.sqs.fail, b.sqs.failEntry = test.fail, test.failEntry
			b.sqs.send(stopped("a"), stopped("b"))
			b.run(t)
			_, left := b.sqs.settled(t)
			if diff := cmp.Diff(test.first, left); diff != "" {
				t.Errorf("left at first (-want +got):\n%s", diff)
			}
			b.sqs.mu.Lock()
			b.sqs.failEntry = nil
			b.sqs.mu.Unlock()
			b.sqs.comeAgain()
			deleted, left := b.sqs.settled(t)
			b.end()
			if diff := cmp.Diff([][]string{{"m1", "m2"}, nil}, [][]string{deleted, left}); diff != "" {
				t.Errorf("deleted, left (-want +got):\n%s", diff)
			}
			again := uint64(len(test.first))
			if diff := cmp.Diff(Stats{Received: 2 + again, Accepted: 2 + again, Deleted: 2, Errors: test.errors}, b.Stats()); diff != "" {
				t.Errorf("stats (-want +got):\n%s", diff)
			}
		})
	}
}

// A message that alone cannot be stored, while others can, is not held on to.
func TestQueueLeavesWhatIsAtFault(t *testing.T) {
	b := newBench(t)
	b.pollers = 2
	stuck, others := make(chan struct{}), make(chan struct{})
	b.book.accept = func(_ context.Context, events []casebook.Event) error {
		if events[0].ID == "bad" {
			close(stuck)
			<-others
			return errAway
		}
		return nil
	}
	b.sqs.send(stopped("bad"))
	b.run(t)
	<-stuck
	b.sqs.send(stopped("a"))
	if deleted, left := b.sqs.settled(t); len(deleted) != 1 || len(left) != 1 {
		t.Errorf("deleted %v, left %v, want one each", deleted, left)
	}
	close(others)
	b.end()
	if diff := cmp.Diff(Stats{Received: 2, Accepted: 1, Failed: 1, Deleted: 1}, b.Stats()); diff != "" || len(b.waits) != 0 {
		t.Errorf("waits %v, stats (-want +got):\n%s", b.waits, diff)
	}
}

func TestQueueEnds(t *testing.T) {
	t.Run("in the middle of storing", func(t *testing.T) {
		b := newBench(t)
		storing := make(chan struct{})
		b.book.accept = func(ctx context.Context, _ []casebook.Event) error {
			close(storing)
			b.stop()
			return ctx.Err()
		}
		b.sqs.send(stopped("a"))
		b.run(t)
		<-storing
		b.end()
		if diff := cmp.Diff(Stats{Received: 1, Accepted: 1, Deleted: 1}, b.Stats()); diff != "" {
			t.Errorf("stats (-want +got):\n%s", diff)
		}
	})
	t.Run("while the store is away", func(t *testing.T) {
		b := newBench(t)
		b.wait = wait
		away := make(chan struct{}, maxTries)
		b.book.accept = func(context.Context, []casebook.Event) error {
			away <- struct{}{}
			return errAway
		}
		b.sqs.send(stopped("a"))
		b.run(t)
		<-away
		b.end()
		if diff := cmp.Diff(Stats{Received: 1, Failed: 1}, b.Stats()); diff != "" {
			t.Errorf("stats (-want +got):\n%s", diff)
		}
	})
	t.Run("before the rest is tried one by one", func(t *testing.T) {
		b := newBench(t)
		b.book.accept = func(context.Context, []casebook.Event) error {
			b.stop()
			return errAway
		}
		b.sqs.send(stopped("a"), stopped("b"))
		b.run(t)
		<-b.ended
		if diff := cmp.Diff(Stats{Received: 2, Failed: 2}, b.Stats()); diff != "" || b.book.calls != 1 {
			t.Errorf("%d tries, stats (-want +got):\n%s", b.book.calls, diff)
		}
	})
}

func TestBackoff(t *testing.T) {
	for failures, most := range []time.Duration{1: time.Second, 2: 2 * time.Second, 5: 16 * time.Second, 6: 30 * time.Second, 100: 30 * time.Second} {
		if most == 0 {
			continue
		}
		for range 100 {
			if d := backoff(failures); d < most/2 || d >= most {
				t.Errorf("after %d failures it waits %s, want from %s to %s", failures, d, most/2, most)
			}
		}
	}
}

func TestQueueClient(t *testing.T) {
	base := aws.String("http://127.0.0.1:5000")
	tests := []struct {
		name             string
		cfg              aws.Config
		url              string
		region, endpoint string
		refused          bool
	}{
		{name: "the address names the region", url: "https://sqs.eu-west-1.amazonaws.com/111122223333/events", region: "eu-west-1"},
		{name: "and wins", cfg: aws.Config{Region: "us-east-1"}, url: "https://sqs.eu-west-1.amazonaws.com/111122223333/events", region: "eu-west-1"},
		{name: "China", url: "https://sqs.cn-north-1.amazonaws.com.cn/111122223333/events", region: "cn-north-1"},
		{name: "GovCloud", url: "https://sqs.us-gov-west-1.amazonaws.com/111122223333/events", region: "us-gov-west-1"},
		{name: "the old form", url: "https://eu-west-1.queue.amazonaws.com/111122223333/events", region: "eu-west-1"},
		{name: "the oldest form", url: "https://queue.amazonaws.com/111122223333/events", region: "us-east-1"},
		{
			name: "an endpoint in a VPC", url: "https://vpce-0a1b-2c3d.sqs.eu-west-1.vpce.amazonaws.com/111122223333/events",
			region: "eu-west-1", endpoint: "https://vpce-0a1b-2c3d.sqs.eu-west-1.vpce.amazonaws.com",
		},
		{
			name: "FIPS", url: "https://sqs-fips.us-east-1.amazonaws.com/111122223333/events",
			region: "us-east-1", endpoint: "https://sqs-fips.us-east-1.amazonaws.com",
		},
		{
			name: "a double", cfg: aws.Config{Region: "eu-central-1"}, url: "http://127.0.0.1:9324/000000000000/events",
			region: "eu-central-1", endpoint: "http://127.0.0.1:9324",
		},
		{
			name: "an endpoint that is set up", cfg: aws.Config{Region: "eu-central-1", BaseEndpoint: base}, url: "http://localhost:4566/000000000000/events",
			region: "eu-central-1", endpoint: *base,
		},
		{
			name: "an endpoint that is set up for an address of AWS", cfg: aws.Config{BaseEndpoint: base}, url: "https://sqs.eu-west-1.amazonaws.com/111122223333/events",
			region: "eu-west-1", endpoint: *base,
		},
		{name: "no region at all", url: "http://127.0.0.1:9324/000000000000/events", refused: true},
		{name: "no host", cfg: aws.Config{Region: "eu-west-1"}, url: "events", refused: true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			client, err := newClient(test.cfg, test.url)
			if test.refused {
				if err == nil {
					t.Error("no error")
				}
				return
			}
			if err != nil {
				t.Fatalf("newClient: %v", err)
			}
			type settings struct{ Region, Endpoint string }
			o := client.Options()
			if diff := cmp.Diff(settings{test.region, test.endpoint}, settings{o.Region, aws.ToString(o.BaseEndpoint)}); diff != "" {
				t.Errorf("client (-want +got):\n%s", diff)
			}
		})
	}
}

func TestQueueNeedsItsOptions(t *testing.T) {
	if _, err := NewQueue(aws.Config{Region: "eu-west-1"}, QueueOptions{URL: "https://sqs.eu-west-1.amazonaws.com/111122223333/events"}); err == nil {
		t.Error("a queue without a book is made")
	}
}
