//go:build moto

package moto_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"whystopped/internal/casebook"
	"whystopped/internal/ingest"
)

// maxReceives is how often a message of the queue is received before it moves
// to the dead-letter queue.
const maxReceives = 2

// ids is a book that keeps the ids of events.
type ids struct {
	mu   sync.Mutex
	kept map[string]bool
	// enough is closed when as many are kept as are wanted.
	wanted int
	enough chan struct{}
}

func (k *ids) Accept(_ context.Context, events []casebook.Event) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, e := range events {
		if !k.kept[e.ID] && len(k.kept)+1 == k.wanted {
			close(k.enough)
		}
		k.kept[e.ID] = true
	}
	return nil
}

// TestQueueOnMoto: good events are kept and leave the queue; one that cannot be
// read moves to the dead-letter queue, by the queue's own policy. Moto now and
// then gives one message to two who ask at the same time, as SQS may.
func TestQueueOnMoto(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), runTime)
	defer cancel()
	config := aws.Config{
		Region:       region,
		BaseEndpoint: aws.String(startMoto(ctx, t)),
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "test", SecretAccessKey: "test"}, nil
		}),
	}
	client := sqs.NewFromConfig(config)
	dead, address := makeQueues(ctx, t, client)

	const events = 25 // more than one receive gives
	for i := range events {
		send(ctx, t, client, address, stoppedEvent(fmt.Sprintf("e%02d", i)))
	}
	const malformed = `{"source":"aws.ecs","detail-type":"ECS Task State Change"}`
	send(ctx, t, client, address, malformed)

	book := &ids{kept: map[string]bool{}, wanted: events, enough: make(chan struct{})}
	queue, err := ingest.NewQueue(config, ingest.QueueOptions{URL: address, Book: book, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatalf("NewQueue: %v", err)
	}
	running, stop := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		queue.Run(running)
	}()
	select {
	case <-book.enough:
	case <-ctx.Done():
		t.Fatalf("not all events are kept: %+v", queue.Stats())
	}
	if body := await(ctx, t, client, dead); body != malformed {
		t.Errorf("the dead-letter queue holds %q, want %q", body, malformed)
	}
	stop()
	<-ended
	got := queue.Stats()
	if got.Accepted < events || got.Malformed == 0 || got.Accepted+got.Malformed != got.Received || got.Failed+got.Ignored+got.Errors > 0 {
		t.Errorf("stats %+v, want %d accepted, some malformed, and nothing else", got, events)
	}
	wantEmpty(ctx, t, client, address)
}

// makeQueues makes a dead-letter queue and the queue before it, whose messages
// come again after two seconds.
func makeQueues(ctx context.Context, t *testing.T, client *sqs.Client) (dead, queue string) {
	t.Helper()
	create := func(name string, attributes map[string]string) string {
		out, err := client.CreateQueue(ctx, &sqs.CreateQueueInput{QueueName: &name, Attributes: attributes})
		if err != nil {
			t.Fatalf("create queue %s: %v", name, err)
		}
		return *out.QueueUrl
	}
	dead = create("whystopped-events-dead", nil)
	out, err := client.GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{QueueUrl: &dead, AttributeNames: []types.QueueAttributeName{types.QueueAttributeNameQueueArn}})
	if err != nil {
		t.Fatalf("read the dead-letter queue: %v", err)
	}
	redrive, err := json.Marshal(map[string]any{"deadLetterTargetArn": out.Attributes["QueueArn"], "maxReceiveCount": maxReceives})
	if err != nil {
		t.Fatal(err)
	}
	return dead, create("whystopped-events", map[string]string{"VisibilityTimeout": "2", "RedrivePolicy": string(redrive)})
}

func send(ctx context.Context, t *testing.T, client *sqs.Client, queue, body string) {
	t.Helper()
	if _, err := client.SendMessage(ctx, &sqs.SendMessageInput{QueueUrl: &queue, MessageBody: &body}); err != nil {
		t.Fatalf("send a message: %v", err)
	}
}

// await gives the body of the first message that comes.
func await(ctx context.Context, t *testing.T, client *sqs.Client, queue string) string {
	t.Helper()
	for {
		out, err := client.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{QueueUrl: &queue, WaitTimeSeconds: 5})
		if err != nil {
			t.Fatalf("wait for a message: %v", err)
		}
		if len(out.Messages) > 0 {
			return *out.Messages[0].Body
		}
	}
}

// wantEmpty checks that nothing is in the queue, not even out of sight.
func wantEmpty(ctx context.Context, t *testing.T, client *sqs.Client, queue string) {
	t.Helper()
	out, err := client.GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{QueueUrl: &queue, AttributeNames: []types.QueueAttributeName{
		types.QueueAttributeNameApproximateNumberOfMessages, types.QueueAttributeNameApproximateNumberOfMessagesNotVisible,
	}})
	if err != nil {
		t.Fatalf("count messages: %v", err)
	}
	for name, n := range out.Attributes {
		if n != "0" {
			t.Errorf("%s is %s, want 0", name, n)
		}
	}
}

// stoppedEvent is the event of a task's end, as EventBridge puts it into a queue.
func stoppedEvent(id string) string {
	const arn = "arn:aws:ecs:" + region + ":" + account + ":task/" + cluster + "/0f1e2d3c4b5a69788796a5b4c3d2e1f0"
	return `{"version":"0","id":"` + id + `","detail-type":"ECS Task State Change","source":"aws.ecs","account":"` + account + `","time":"2026-11-22T08:00:05Z","region":"` + region + `",` +
		`"resources":["` + arn + `"],"detail":{"taskArn":"` + arn + `","lastStatus":"STOPPED","desiredStatus":"STOPPED","stopCode":"EssentialContainerExited","version":7}}`
}
