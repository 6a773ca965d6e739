package source

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"

	"whystopped/internal/awsclient/failure"
	"whystopped/internal/awsclient/limit"
	"whystopped/internal/awsclient/session"
	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/words"
)

// LogDenials are the denials before the end of a container's log.
var LogDenials = Source{
	Name: evidence.LogDenialsSource,
	Call: Call{
		Action: "logs:FilterLogEvents", Policy: "logs.json", Quota: limit.LogFilter,
		Try: func(ctx context.Context, at *session.Clients, p Place) (string, error) {
			in := &cloudwatchlogs.FilterLogEventsInput{LogGroupName: aws.String(madeUpLogs), Limit: aws.Int32(1)}
			_, err := at.Logs.FilterLogEvents(ctx, in)
			return p.arn("logs", "log-group:"+madeUpLogs), err
		},
	},
}

const (
	// maxDenials bounds the older lines that are kept of one stream.
	maxDenials = 500
	// maxFilterPages bounds the pages of one search; many are empty, since
	// each covers a stretch of time whether or not anything in it matches.
	maxFilterPages = 10
)

// denialTerms are words of which AWS's own and its libraries' access-denied
// messages have at least one. Filter patterns know upper from lower case, and
// whether a term also matches within a longer word is not documented, so the
// usual longer words are there as well.
var denialTerms = []string{
	"AccessDenied", "AccessDeniedException", "Access Denied", "Access denied", "access denied", "Access is denied",
	"not authorized", "Not authorized", "UnauthorizedOperation", "UnauthorizedAccess", "NotAuthorized",
	"AuthorizationError", "AuthorizationErrorException", "AuthorizationFailed", "KMSAccessDeniedException",
	"not allowed to access", "explicit deny", "Forbidden", "forbidden", "is denied", "PermissionDenied",
}

// denialPattern matches events that hold any of the terms.
// Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
var denialPattern = `?"` + strings.Join(denialTerms, `" ?"`) + `"`

// found is what a search of a stream brought, oldest event first.
type found struct {
	events []logEvent
	// complete is set where the search reached its end.
	complete bool
}

// findDenials searches the stream for denials, from its beginning up to and
// with the instant until, in milliseconds since 1970. With an error, what was
// found before it is returned as well.
func (s *streamReader) findDenials(ctx context.Context, until int64) (found, error) {
	in := &cloudwatchlogs.FilterLogEventsInput{
		LogGroupName:   aws.String(s.group),
		LogStreamNames: []string{s.stream},
		FilterPattern:  aws.String(denialPattern),
		EndTime:        aws.Int64(until),
	}
	if !s.since.IsZero() {
		in.StartTime = aws.Int64(s.since.UnixMilli())
	}
	f, err := filter(ctx, s.api, in, func(f found) bool { return len(f.events) > maxDenials })
	if len(f.events) > maxDenials {
		f.events, f.complete = f.events[:maxDenials], false
	}
	return f, err
}

// filter searches a log group, page by page, until it is told to stop or the
// search ends. With an error, what was found before it is returned as well.
func filter(
	ctx context.Context, api session.Logs, in *cloudwatchlogs.FilterLogEventsInput, enough func(found) bool,
) (found, error) {
	var f found
	for range maxFilterPages {
		out, err := api.FilterLogEvents(ctx, in)
		if err != nil {
			return f, fmt.Errorf("filter log events: %w", err)
		}
		if out.Events == nil { // AWS always sends the list, if with nothing in it
			return f, fmt.Errorf("filter log events: %w", failure.ErrEmptyAnswer)
		}
		f.events = append(f.events, Each(out.Events, filteredOf)...)
		f.complete = aws.ToString(out.NextToken) == ""
		if f.complete || enough(f) {
			return f, nil
		}
		in.NextToken = out.NextToken
	}
	return f, nil
}

func filteredOf(e types.FilteredLogEvent) logEvent {
	return eventOf(types.OutputLogEvent{Timestamp: e.Timestamp, Message: e.Message})
}

// joinOlder puts older events before the newest ones. Events of the newest
// ones' first instant may be in both; they are kept once.
func joinOlder(older, newest []logEvent) []logEvent {
	older = slices.DeleteFunc(older, func(e logEvent) bool {
		return e.at > newest[0].at || e.at == newest[0].at && slices.Contains(newest, e)
	})
	return append(older, newest...)
}

// outcome says what the search came to.
func (f found) outcome(err error) outcome {
	say := func(id string) words.Text { return words.Say("detail.denials"+id, words.Args{"n": len(f.events)}) }
	switch {
	case err != nil && len(f.events) == 0:
		return outcome{}
	case err != nil:
		return outcome{detail: say("-aborted")}
	case !f.complete:
		return outcome{evidence.SourceTruncated, say("-truncated")}
	case len(f.events) == 0:
		return outcome{evidence.SourceEmpty, say("-none")}
	}
	return outcome{evidence.SourceOK, say("")}
}
