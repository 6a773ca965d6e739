package source

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"

	"whystopped/internal/arn"
	"whystopped/internal/awsclient/session"
	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/words"
)

// TrailLog is the log group of a trail.
var TrailLog = Source{Name: evidence.TrailLogSource, Call: LogDenials.Call}

// SearchTrailGroup looks for the task's failed calls in the log group of a
// trail, where one is set: a trail may record what CloudTrail's event history
// never has, reading objects of S3, items of DynamoDB and so on, and the calls
// of all regions. Only failed calls are looked for: there may be thousands of others.
func (r *Reader) SearchTrailGroup(ctx context.Context, t *evidence.Task) TrailAnswer {
	if r.trailLogGroup == "" || !isTaskID(r.Ref.TaskID) {
		return TrailAnswer{}
	}
	span := r.Recent()
	if t != nil {
		span = r.LifeOf(t)
	}
	var found trailRecords
	a := r.ask(ctx, TrailLog, allTime, func(ctx context.Context, _ *watch) (outcome, error) {
		err := r.filterTrail(ctx, span, &found)
		settled := t == nil || r.settled(TaskAnswer{State: taskFound, Task: t})
		return found.inGroup(r.trailLogGroup, settled, err), err
	})
	return TrailAnswer{Asked: a, Records: found.chosen()}
}

// filterTrail adds the task's failed calls of the span to found.
func (r *Reader) filterTrail(ctx context.Context, span Span, records *trailRecords) error {
	in := &cloudwatchlogs.FilterLogEventsInput{
		FilterPattern: aws.String(`{ ($.userIdentity.principalId = "*:` + r.Ref.TaskID + `") && ($.errorCode = "*") }`),
		StartTime:     aws.Int64(span.from.UnixMilli()),
		// The time of an event in the group is that of its delivery.
		EndTime: aws.Int64(span.to.Add(trailDelay).UnixMilli()),
	}
	t := r.Target(r.Ref.Region)
	if a, ok := arn.Parse(r.trailLogGroup); ok {
		t = session.Target{Region: a.Region, Role: r.RoleIn(a.Partition, a.Account)}
		in.LogGroupIdentifier = aws.String(strings.TrimSuffix(r.trailLogGroup, ":*"))
	} else {
		in.LogGroupName = aws.String(r.trailLogGroup)
	}
	f, err := filter(ctx, r.At(t).Logs, in, func(f found) bool { return len(f.events) > maxDenials })
	for _, e := range f.events {
		var rec evidence.Record
		err := json.Unmarshal([]byte(e.text), &rec)
		records.addRecord(rec, err)
	}
	records.truncated = !f.complete
	if err != nil {
		return fmt.Errorf("search %s: %w", r.trailLogGroup, err)
	}
	return nil
}

// inGroup says what a search of a trail's log group came to.
func (t *trailRecords) inGroup(group string, settled bool, err error) outcome {
	args := words.Args{"n": len(t.records), "group": group}
	say := func(id string) words.Text { return words.Say("detail.trail-log"+id, args) }
	switch {
	case infrequentAccess(err):
		return outcome{detail: words.Say("detail.unsearchable", args)}
	case err != nil && len(t.records) == 0:
		return outcome{}
	case err != nil:
		return outcome{detail: say("-aborted")}
	case t.truncated:
		return outcome{evidence.SourceTruncated, say("-truncated")}
	case len(t.records) > 0:
		return outcome{evidence.SourceOK, say("")}
	case !settled:
		return outcome{evidence.SourceTooEarly, say("-too-early")}
	}
	return outcome{evidence.SourceEmpty, say("")}
}
