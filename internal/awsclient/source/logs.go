package source

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"

	"whystopped/internal/awsclient/limit"
	"whystopped/internal/awsclient/session"
	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/taskref"
	"whystopped/internal/words"
)

// Log is the end of a container's log.
var Log = Source{
	Name: evidence.LogSource,
	Call: Call{
		Action: "logs:GetLogEvents", Policy: "logs.json", Quota: limit.LogRead,
		Try: func(ctx context.Context, at *session.Clients, p Place) (string, error) {
			_, err := at.Logs.GetLogEvents(ctx, &cloudwatchlogs.GetLogEventsInput{
				LogGroupName: aws.String(madeUpLogs), LogStreamName: aws.String(madeUp), Limit: aws.Int32(1),
			})
			return p.arn("logs", "log-group:"+madeUpLogs), err
		},
	},
}

// LogAnswer is what one container wrote, and what came of asking for it.
type LogAnswer struct {
	Log evidence.Log
	// tail is the source of the newest lines, denials that of the older ones,
	// which is asked only when the tail does not reach back to the beginning.
	Tail, Denials Asked
}

// maxStreamsAtOnce keeps a task of many containers within the quotas of
// CloudWatch Logs, which are per account and region.
const maxStreamsAtOnce = 8

// ReadLogs reads streams at once, in their order; no stream has lines of before
// since, which is zero where that is not known.
func (r *Reader) ReadLogs(ctx context.Context, streams []logStream, since time.Time) []LogAnswer {
	answers := make([]LogAnswer, len(streams))
	slots := make(chan struct{}, maxStreamsAtOnce)
	var wg sync.WaitGroup
	for i, s := range streams {
		wg.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			answers[i] = r.readLog(ctx, s, since)
		})
	}
	wg.Wait()
	return answers
}

// readLog reads one stream: the newest lines and, where there are more than
// are read, the denials among the older ones.
func (r *Reader) readLog(ctx context.Context, s logStream, since time.Time) LogAnswer {
	source := s.Source()
	if s.unreadable.IsZero() && !r.Bounds().Excludes(taskref.Ref{Region: s.region}).IsZero() {
		s.unreadable = words.Say("detail.log-region", words.Args{"region": s.region})
	}
	if !s.unreadable.IsZero() {
		return LogAnswer{Tail: r.Skip(source, s.unreadable)}
	}
	reader := &streamReader{api: r.region(s.region).Logs, logStream: s, since: since}
	var tail tail
	ans := LogAnswer{Log: evidence.Log{Container: s.container, Group: s.group, Stream: s.stream, Region: s.region}}
	ans.Tail = r.ask(ctx, source, allTime, func(ctx context.Context, _ *watch) (outcome, error) {
		var err error
		tail, err = reader.readTail(ctx)
		return tail.outcome(s, err), s.explain(err)
	})
	lines := tail.events
	if len(lines) > 0 && !tail.complete {
		var older []logEvent
		denials := LogDenials.of(s.container)
		ans.Denials = r.ask(ctx, denials, allTime, func(ctx context.Context, _ *watch) (outcome, error) {
			found, err := reader.findDenials(ctx, lines[0].at)
			older = found.events
			return found.outcome(err), s.explain(err)
		})
		lines = joinOlder(older, lines)
	}
	ans.Log.Truncated = len(lines) > 0 && !tail.complete
	ans.Log.Lines = Each(lines, logEvent.line)
	return ans
}

// clockLead is by how much the clock of a container's host may be behind
// ECS's when the first lines are stamped.
const clockLead = time.Hour

// StreamStart is when the stream cannot have begun before; the zero time when
// that is not known. AWS advises to set it, for fewer empty pages.
func StreamStart(t *evidence.Task) time.Time {
	if t.CreatedAt.IsZero() {
		return time.Time{}
	}
	return t.CreatedAt.Add(-clockLead)
}

// explain passes on the errors that are failures and swallows those that
// answer the question; what the latter mean stands in the outcome.
func (s logStream) explain(err error) error {
	if err == nil || !s.notThere(err).IsZero() {
		return nil
	}
	return fmt.Errorf("read log stream %s of %s: %w", s.stream, s.group, err)
}

// notThere says which of group and stream does not exist; the zero Text when the
// error is about something else.
func (s logStream) notThere(err error) words.Text {
	args := words.Args{"group": s.group, "stream": s.stream, "region": s.region}
	missing, ok := errors.AsType[*types.ResourceNotFoundException](err)
	switch {
	case !ok:
		return words.Text{}
	case strings.Contains(strings.ToLower(missing.ErrorMessage()), "log group"):
		return words.Say("detail.no-log-group", args)
	}
	return words.Say("detail.no-log-stream", args)
}

// infrequentAccess reports whether the class of a log group allows no reading by
// stream.
// Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch_Logs_Log_Classes.html
func infrequentAccess(err error) bool {
	_, ok := errors.AsType[*types.InvalidOperationException](err)
	return ok
}
