package awsclient

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"

	"whystopped/internal/arn"
	"whystopped/internal/diagnose/evidence"
)

// searchTrailGroup looks for the task's failed calls in the log group of a
// trail, where one is set: a trail may record what CloudTrail's event history
// never has, reading objects of S3, items of DynamoDB and so on, and the calls
// of all regions. Only failed calls are looked for: there may be thousands of others.
func (r *run) searchTrailGroup(ctx context.Context, t *evidence.Task) trailAnswer {
	if r.opts.TrailLogGroup == "" || !isTaskID(r.ref.TaskID) {
		return trailAnswer{}
	}
	span := r.recent()
	if t != nil {
		span = r.lifeOf(t)
	}
	var found trailRecords
	a := r.ask(ctx, evidence.TrailLogSource, all, func(ctx context.Context, _ *watch) (outcome, error) {
		err := r.filterTrail(ctx, span, &found)
		settled := t == nil || r.settled(taskAnswer{state: taskFound, task: t})
		return found.inGroup(r.opts.TrailLogGroup, settled, err), err
	})
	return trailAnswer{asked: a, records: found.chosen()}
}

// filterTrail adds the task's failed calls of the span to found.
func (r *run) filterTrail(ctx context.Context, span life, records *trailRecords) error {
	in := &cloudwatchlogs.FilterLogEventsInput{
		FilterPattern: aws.String(`{ ($.userIdentity.principalId = "*:` + r.ref.TaskID + `") && ($.errorCode = "*") }`),
		StartTime:     aws.Int64(span.from.UnixMilli()),
		// The time of an event in the group is that of its delivery.
		EndTime: aws.Int64(span.to.Add(trailDelay).UnixMilli()),
	}
	t := r.target(r.ref.Region)
	if a, ok := arn.Parse(r.opts.TrailLogGroup); ok {
		t = target{region: a.Region, role: r.roleIn(a.Partition, a.Account)}
		in.LogGroupIdentifier = aws.String(strings.TrimSuffix(r.opts.TrailLogGroup, ":*"))
	} else {
		in.LogGroupName = aws.String(r.opts.TrailLogGroup)
	}
	f, err := filter(ctx, r.at(t).logs, in, func(f found) bool { return len(f.events) > maxDenials })
	for _, e := range f.events {
		var rec evidence.Record
		err := json.Unmarshal([]byte(e.text), &rec)
		records.addRecord(rec, err)
	}
	records.truncated = !f.complete
	if err != nil {
		return fmt.Errorf("search %s: %w", r.opts.TrailLogGroup, err)
	}
	return nil
}

// inGroup says what a search of a trail's log group came to.
func (t *trailRecords) inGroup(group string, settled bool, err error) outcome {
	count := fmt.Sprintf("%d failed calls of the task in %s, with those of data events that its trail records.", len(t.records), group)
	switch {
	case infrequentAccess(err):
		return outcome{detail: fmt.Sprintf("The log group %s cannot be searched: it is of the Infrequent Access class.", group)}
	case err != nil && len(t.records) == 0:
		return outcome{}
	case err != nil:
		return outcome{detail: count + " The search was not finished."}
	case t.truncated:
		return outcome{evidence.SourceTruncated, count + " The group is too large to be searched to the end."}
	case len(t.records) > 0:
		return outcome{evidence.SourceOK, count}
	case !settled:
		return outcome{evidence.SourceTooEarly, "No failed call of the task is there yet; a trail delivers after about 5 minutes, at times 15."}
	}
	return outcome{evidence.SourceEmpty, count}
}
