package ingest

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

// sqsAPI is every call that is made to SQS. Each method's name is the IAM action
// that it needs, except that a batch needs what a single one does.
type sqsAPI interface {
	ReceiveMessage(context.Context, *sqs.ReceiveMessageInput, ...func(*sqs.Options)) (*sqs.ReceiveMessageOutput, error)
	DeleteMessageBatch(context.Context, *sqs.DeleteMessageBatchInput, ...func(*sqs.Options)) (*sqs.DeleteMessageBatchOutput, error)
}

// operations are those of a client that are used, as functions of their own: of a
// client that an interface holds the linker keeps every one.
type operations struct {
	receive func(context.Context, *sqs.ReceiveMessageInput, ...func(*sqs.Options)) (*sqs.ReceiveMessageOutput, error)
	remove  func(context.Context, *sqs.DeleteMessageBatchInput, ...func(*sqs.Options)) (*sqs.DeleteMessageBatchOutput, error)
}

func (o operations) ReceiveMessage(ctx context.Context, in *sqs.ReceiveMessageInput, options ...func(*sqs.Options)) (*sqs.ReceiveMessageOutput, error) {
	return o.receive(ctx, in, options...)
}

func (o operations) DeleteMessageBatch(ctx context.Context, in *sqs.DeleteMessageBatchInput, options ...func(*sqs.Options)) (*sqs.DeleteMessageBatchOutput, error) {
	return o.remove(ctx, in, options...)
}

const (
	// maxMessages and longPoll are the most that SQS takes.
	maxMessages = 10
	longPoll    = 20 * time.Second
	// receiveTimeout ends a call whose answer got lost on the way.
	receiveTimeout = longPoll + 10*time.Second
	deleteTimeout  = 5 * time.Second
)

// newClient makes a client for the queue at an address. The region is that of
// the address where it names one. So is the endpoint, unless it is one that the
// SDK knows by the region, or is set up: AWS_ENDPOINT_URL and its like win.
func newClient(cfg aws.Config, queueURL string) (*sqs.Client, error) {
	u, err := url.Parse(queueURL)
	if err != nil || u.Host == "" {
		return nil, errors.New("the queue's URL has no host")
	}
	region, known := regionOf(u.Hostname())
	if region == "" && cfg.Region == "" {
		return nil, errors.New("the queue's URL names no region, and none is set up; set AWS_REGION")
	}
	return sqs.NewFromConfig(cfg, func(o *sqs.Options) {
		if region != "" {
			o.Region = region
		}
		if o.BaseEndpoint == nil && !known {
			o.BaseEndpoint = aws.String(u.Scheme + "://" + u.Host)
		}
	}), nil
}

var regionName = regexp.MustCompile(`^[a-z]{2,}(?:-[a-z]+)+-[0-9]+$`)

// regionOf is the region in a host's name, or "", and whether the host is the
// public endpoint there, of the new form or the old one, and not such as that
// of a VPC or of FIPS.
func regionOf(host string) (region string, public bool) {
	if host == "queue.amazonaws.com" {
		return "us-east-1", true
	}
	labels := strings.Split(host, ".")
	for i, label := range labels {
		if regionName.MatchString(label) {
			isNew := i == 1 && labels[0] == "sqs" && len(labels) > 2 && labels[2] == "amazonaws"
			isOld := i == 0 && strings.HasPrefix(host, label+".queue.amazonaws.")
			return label, isNew || isOld
		}
	}
	return "", false
}

// receive waits for messages. It makes one attempt only: the next follows in
// any case.
func (q *Queue) receive(ctx context.Context) ([]types.Message, error) {
	ctx, cancel := context.WithTimeout(ctx, receiveTimeout)
	defer cancel()
	out, err := q.sqs.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{
		QueueUrl: &q.opts.URL, MaxNumberOfMessages: maxMessages, WaitTimeSeconds: int32(longPoll / time.Second),
		MessageSystemAttributeNames: []types.MessageSystemAttributeName{types.MessageSystemAttributeNameApproximateReceiveCount},
	}, func(o *sqs.Options) { o.RetryMaxAttempts = 1 })
	if err != nil {
		return nil, fmt.Errorf("receive messages: %w", err)
	}
	return out.Messages, nil
}

// delete takes messages out of the queue. One that cannot be deleted comes
// again, and then changes nothing.
func (q *Queue) delete(ctx context.Context, messages []types.Message) {
	if len(messages) == 0 {
		return
	}
	in := &sqs.DeleteMessageBatchInput{QueueUrl: &q.opts.URL}
	for i, m := range messages {
		in.Entries = append(in.Entries, types.DeleteMessageBatchRequestEntry{Id: aws.String(strconv.Itoa(i)), ReceiptHandle: m.ReceiptHandle})
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), deleteTimeout)
	defer cancel()
	out, err := q.sqs.DeleteMessageBatch(ctx, in)
	if err != nil {
		q.counts.errors.Add(1)
		q.opts.Log.WarnContext(ctx, "stored messages couldn't be deleted from the queue and will be delivered again", "messages", len(messages), "error", err)
		return
	}
	q.counts.deleted.Add(uint64(len(out.Successful)))
	for _, f := range out.Failed {
		q.opts.Log.WarnContext(ctx, "a stored message couldn't be deleted from the queue and will be delivered again", "code", aws.ToString(f.Code))
	}
}
