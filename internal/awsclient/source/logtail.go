package source

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"

	"whystopped/internal/awsclient/failure"
	"whystopped/internal/awsclient/session"
	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/words"
)

const (
	// maxLines and maxLogBytes bound what is read of one container's newest
	// lines.
	maxLines    = 2000
	maxLogBytes = 1 << 20
	// maxTailPages bounds the pages of one stream, of which some may be empty.
	maxTailPages = 20
)

// logEvent is one event of a stream.
type logEvent struct {
	at   int64 // milliseconds since 1970, as CloudWatch Logs counts
	text string
}

func (e logEvent) line() evidence.LogLine {
	return evidence.LogLine{At: time.UnixMilli(e.at).UTC(), Text: e.text}
}

func eventOf(e types.OutputLogEvent) logEvent {
	return logEvent{at: aws.ToInt64(e.Timestamp), text: strings.TrimRight(aws.ToString(e.Message), "\r\n")}
}

// streamReader reads one log stream.
type streamReader struct {
	logStream
	api   session.Logs
	since time.Time
}

// tail is the newest part of a stream, oldest event first.
type tail struct {
	events []logEvent
	// complete is set where it is the whole stream.
	complete bool
}

// page is one answer of GetLogEvents.
type page struct {
	events []logEvent
	older  string // token of the page before this one
}

// readTail reads the newest lines. An answer may hold any part of the stream,
// even nothing, and only a further one would tell that there is no more. So
// the oldest page is asked for at the same time as the newest: for most streams
// the two overlap, and everything is known after one round trip.
//
// With an error, what was read before it is returned as well.
func (s *streamReader) readTail(ctx context.Context) (tail, error) {
	var oldest page
	var wg sync.WaitGroup
	wg.Go(func() {
		// Its failure costs no more than the further round trips.
		oldest, _ = s.get(ctx, "", true)
	})
	newest, err := s.get(ctx, "", false)
	wg.Wait()
	if err != nil {
		return tail{}, err
	}
	t := tail{events: newest.events}
	for range maxTailPages {
		if t.joins(oldest.events) || t.full() {
			break
		}
		older, err := s.get(ctx, newest.older, false)
		if err != nil {
			return t.trim(), err
		}
		if older.older == newest.older { // the same token again is the end
			t.complete = true
			break
		}
		t.events = append(older.events, t.events...)
		newest = older
	}
	return t.trim(), nil
}

// joins completes the tail when the oldest page of the stream reaches into it.
// Pages are in order of time and without gaps, so if the first event of the
// tail is earlier than the last of the oldest page, nothing is between them.
func (t *tail) joins(oldest []logEvent) bool {
	if len(oldest) == 0 || len(t.events) == 0 {
		return false
	}
	first := t.events[0].at
	if first >= oldest[len(oldest)-1].at && !slices.Equal(oldest, t.events) {
		return false
	}
	before := slices.IndexFunc(t.events, func(e logEvent) bool { return e.at > first })
	if before < 0 {
		before = len(t.events)
	}
	upTo := slices.IndexFunc(oldest, func(e logEvent) bool { return e.at > first })
	if upTo < 0 {
		upTo = len(oldest)
	}
	// The oldest page has every event of that first instant, the tail perhaps not.
	t.events = slices.Concat(oldest[:upTo], t.events[before:])
	t.complete = true
	return true
}

func (t *tail) full() bool { return len(t.events) >= maxLines || t.bytes() >= maxLogBytes }

func (t *tail) bytes() int {
	n := 0
	for _, e := range t.events {
		n += len(e.text)
	}
	return n
}

// trim keeps the newest lines within the bounds, and at least one.
func (t tail) trim() tail {
	size, keep := 0, len(t.events)
	for keep > 0 && len(t.events)-keep < maxLines {
		size += len(t.events[keep-1].text)
		if size > maxLogBytes && keep < len(t.events) {
			break
		}
		keep--
	}
	if keep > 0 {
		t.events, t.complete = t.events[keep:], false
	}
	return t
}

// get asks for one page: the one that the token stands for, or without a token
// the newest or oldest of the stream.
func (s *streamReader) get(ctx context.Context, token string, fromHead bool) (page, error) {
	in := &cloudwatchlogs.GetLogEventsInput{
		LogGroupName:  aws.String(s.group),
		LogStreamName: aws.String(s.stream),
		StartFromHead: aws.Bool(fromHead),
		Limit:         aws.Int32(maxLines),
	}
	if token != "" {
		in.NextToken = aws.String(token)
	}
	if !s.since.IsZero() {
		in.StartTime = aws.Int64(s.since.UnixMilli())
	}
	out, err := s.api.GetLogEvents(ctx, in)
	if err != nil {
		return page{}, fmt.Errorf("get log events: %w", err)
	}
	if aws.ToString(out.NextBackwardToken) == "" {
		return page{}, fmt.Errorf("get log events: %w", failure.ErrEmptyAnswer) // AWS sends tokens with every page
	}
	return page{events: Each(out.Events, eventOf), older: aws.ToString(out.NextBackwardToken)}, nil
}

// outcome says what reading the tail came to.
func (t tail) outcome(s logStream, err error) outcome {
	if detail := s.notThere(err); !detail.IsZero() {
		return outcome{evidence.SourceEmpty, detail}
	}
	say := func(id string) words.Text { return words.Say(id, words.Args{"n": len(t.events), "group": s.group}) }
	switch {
	case infrequentAccess(err):
		return outcome{detail: say("detail.infrequent-access")}
	case err != nil && len(t.events) == 0:
		return outcome{}
	case err != nil:
		return outcome{detail: say("detail.log-aborted")}
	case len(t.events) == 0:
		return outcome{evidence.SourceEmpty, say("detail.log-empty")}
	case !t.complete:
		return outcome{evidence.SourceTruncated, say("detail.log-truncated")}
	}
	return outcome{evidence.SourceOK, say("detail.log")}
}
