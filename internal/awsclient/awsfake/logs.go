package awsfake

import (
	"fmt"
	"sort"
	"strconv"
	"strings"
	"time"
)

var logsRoutes = map[string]route{
	"logs:FilterLogEvents": {jsonOperation((*Server).filterLogEvents), func(s *Server, req request) string {
		return s.world.ARN("logs", "log-group:"+targetOf(req).LogGroupName+":log-stream:")
	}},
	"logs:GetLogEvents": {jsonOperation((*Server).getLogEvents), func(s *Server, req request) string {
		t := targetOf(req)
		return s.world.ARN("logs", "log-group:"+t.LogGroupName+":log-stream:"+t.LogStreamName)
	}},
}

// What one page of log events holds at most. Source:
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLogEvents.html
const (
	maxLogEvents    = 10_000
	maxLogBytes     = 1 << 20
	logEventExtra   = 26 // bytes that CloudWatch Logs counts beside the message
	maxLogStreamsIn = 100
)

// ingestDelay is how long after its time a log event was ingested.
const ingestDelay = 1200 * time.Millisecond

type getLogEventsInput struct {
	LogGroupName       string `json:"logGroupName"`
	LogGroupIdentifier string `json:"logGroupIdentifier"`
	LogStreamName      string `json:"logStreamName"`
	StartTime          *int64 `json:"startTime"` // milliseconds, included
	EndTime            *int64 `json:"endTime"`   // milliseconds, not included
	NextToken          string `json:"nextToken"`
	Limit              int    `json:"limit"`
	StartFromHead      bool   `json:"startFromHead"`
}

type getLogEventsOutput struct {
	Events            []outputLogEvent `json:"events"`
	NextForwardToken  string           `json:"nextForwardToken"`
	NextBackwardToken string           `json:"nextBackwardToken"`
}

type outputLogEvent struct {
	Timestamp     int64  `json:"timestamp"`
	Message       string `json:"message"`
	IngestionTime int64  `json:"ingestionTime"`
}

// getLogEvents reads one stream, oldest event first in every page. The tokens
// are never absent: the same one twice means the end of that direction.
func (s *Server) getLogEvents(req request, in getLogEventsInput) (any, error) {
	if err := checkGroup(in.LogGroupName, in.LogGroupIdentifier); err != nil {
		return nil, err
	}
	streams, err := s.world.group(req, in.LogGroupName, in.LogGroupIdentifier)
	if err != nil {
		return nil, err
	}
	events, ok := streams[in.LogStreamName]
	if !ok {
		return nil, errNoStream
	}
	at, err := parseLogCursor(in.NextToken)
	if err != nil {
		return nil, err
	}
	if at.empty {
		forward, backward := logCursor{pos: at.pos}, logCursor{pos: at.pos, backward: true}
		return getLogEventsOutput{
			Events: []outputLogEvent{}, NextForwardToken: forward.String(), NextBackwardToken: backward.String(),
		}, nil
	}
	from, to := s.logPage(events, in, at)
	return s.logOutput(events, in.NextToken, from, to), nil
}

var errNoStream = badRequest("ResourceNotFoundException", "The specified log stream does not exist.")

func checkGroup(name, identifier string) error {
	switch {
	case name == "" && identifier == "":
		return invalidParameter("You must include either logGroupIdentifier or logGroupName.")
	case name != "" && identifier != "":
		return invalidParameter("LogGroup name and LogGroup identifier cannot both be present.")
	}
	return nil
}

// logPage finds which events make the page: the first or the last ones of the
// time range, or those on one side of a cursor.
func (s *Server) logPage(events []LogEvent, in getLogEventsInput, at logCursor) (from, to int) {
	low, high := 0, len(events)
	if in.StartTime != nil {
		low = indexAt(events, *in.StartTime)
	}
	if in.EndTime != nil {
		high = max(low, indexAt(events, *in.EndTime))
	}
	n := s.size(in.Limit, maxLogEvents)
	forward := in.StartFromHead
	if at.set {
		forward = !at.backward
		if forward {
			low = min(max(low, at.pos), high)
		} else {
			high = max(min(high, at.pos), low)
		}
	}
	if forward {
		return low, low + fitting(events[low:high], n, false)
	}
	return high - fitting(events[low:high], n, true), high
}

func (s *Server) logOutput(events []LogEvent, token string, from, to int) getLogEventsOutput {
	out := getLogEventsOutput{
		Events:            make([]outputLogEvent, 0, to-from),
		NextForwardToken:  logCursor{pos: to, empty: s.emptyPages}.String(),
		NextBackwardToken: logCursor{pos: from, empty: s.emptyPages, backward: true}.String(),
	}
	for _, e := range events[from:to] {
		out.Events = append(out.Events, outputLogEvent{
			Timestamp: e.At.UnixMilli(), Message: e.Message, IngestionTime: e.At.Add(ingestDelay).UnixMilli(),
		})
	}
	if from == to && token != "" { // the end in the direction of the token
		if token[0] == 'b' {
			out.NextBackwardToken = token
		} else {
			out.NextForwardToken = token
		}
	}
	return out
}

// indexAt is the index of the first event at or after a time in milliseconds.
func indexAt(events []LogEvent, ms int64) int {
	return sort.Search(len(events), func(i int) bool { return events[i].At.UnixMilli() >= ms })
}

// fitting is how many of the events go into one page, counted from their
// beginning or from their end.
func fitting(events []LogEvent, most int, fromEnd bool) int {
	bytes := 0
	for n := range min(most, len(events)) {
		e := events[n]
		if fromEnd {
			e = events[len(events)-1-n]
		}
		bytes += len(e.Message) + logEventExtra
		if bytes > maxLogBytes {
			return max(n, 1)
		}
	}
	return min(most, len(events))
}

// logCursor is a place between two events of a stream, as the tokens of
// GetLogEvents say it: "f/00…042/s". With empty set it stands for an empty page
// first.
type logCursor struct {
	pos                  int
	backward, empty, set bool
}

func (c logCursor) String() string {
	direction, suffix := "f", "s"
	if c.backward {
		direction = "b"
	}
	if c.empty {
		suffix = "e"
	}
	return fmt.Sprintf("%s/%056d/%s", direction, c.pos, suffix)
}

func parseLogCursor(token string) (logCursor, error) {
	if token == "" {
		return logCursor{}, nil
	}
	parts := strings.Split(token, "/")
	if len(parts) != 3 || (parts[0] != "f" && parts[0] != "b") {
		return logCursor{}, errLogToken
	}
	pos, err := strconv.Atoi(parts[1])
	if err != nil || pos < 0 {
		return logCursor{}, errLogToken
	}
	return logCursor{pos: pos, backward: parts[0] == "b", empty: parts[2] == "e", set: true}, nil
}

var errLogToken = invalidParameter("The specified nextToken is invalid.")
