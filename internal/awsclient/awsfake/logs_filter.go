package awsfake

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
)

type filterLogEventsInput struct {
	LogGroupName        string   `json:"logGroupName"`
	LogGroupIdentifier  string   `json:"logGroupIdentifier"`
	LogStreamNames      []string `json:"logStreamNames"`
	LogStreamNamePrefix string   `json:"logStreamNamePrefix"`
	StartTime           *int64   `json:"startTime"` // milliseconds, included
	EndTime             *int64   `json:"endTime"`   // milliseconds, included
	FilterPattern       string   `json:"filterPattern"`
	NextToken           string   `json:"nextToken"`
	Limit               int      `json:"limit"`
	StartFromHead       *bool    `json:"startFromHead"` // nil means true
}

type filterLogEventsOutput struct {
	Events             []filteredLogEvent `json:"events"`
	SearchedLogStreams []string           `json:"searchedLogStreams"` // deprecated, always empty
	NextToken          string             `json:"nextToken,omitempty"`
}

type filteredLogEvent struct {
	LogStreamName string `json:"logStreamName"`
	Timestamp     int64  `json:"timestamp"`
	Message       string `json:"message"`
	IngestionTime int64  `json:"ingestionTime"`
	EventID       string `json:"eventId"`
}

// filterLogEvents searches streams of a group. A page is a stretch of events
// that were looked at, so one without a match is empty and has a token.
func (s *Server) filterLogEvents(req request, in filterLogEventsInput) (any, error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	streams, err := s.world.group(req, in.LogGroupName, in.LogGroupIdentifier)
	if err != nil {
		return nil, err
	}
	matches, err := parsePattern(in.FilterPattern)
	if err != nil {
		return nil, err
	}
	events, err := in.candidates(streams)
	if err != nil {
		return nil, err
	}
	out := filterLogEventsOutput{Events: []filteredLogEvent{}, SearchedLogStreams: []string{}}
	token, emptyFirst := strings.CutPrefix(in.NextToken, emptyFirstMark)
	if emptyFirst {
		out.NextToken = token
		return out, nil
	}
	looked, _, ok := page(events, token, s.size(0, maxLogEvents))
	if !ok {
		return nil, errLogToken
	}
	from, _ := readToken(token)
	n := in.collect(looked, matches, &out)
	if from+n < len(events) {
		out.NextToken = makeToken(from + n)
		if s.emptyPages {
			out.NextToken = emptyFirstMark + out.NextToken
		}
	}
	return out, nil
}

// emptyFirstMark makes a token stand for an empty page before the next one.
const emptyFirstMark = "empty-"

func (in filterLogEventsInput) check() error {
	switch {
	case len(in.LogStreamNames) > 0 && in.LogStreamNamePrefix != "":
		return invalidParameter("LogStreamNames and LogStreamNamePrefix cannot both be specified.")
	case len(in.LogStreamNames) > maxLogStreamsIn:
		return invalidParameter("1 validation error detected: Value at 'logStreamNames' failed to satisfy constraint: Member must have length less than or equal to %d", maxLogStreamsIn)
	}
	return checkGroup(in.LogGroupName, in.LogGroupIdentifier)
}

// candidates are the events of the wanted streams within the time range, in
// the wanted order.
func (in filterLogEventsInput) candidates(streams map[string][]LogEvent) ([]filteredLogEvent, error) {
	names := in.LogStreamNames
	if len(names) == 0 {
		names = slices.Sorted(maps.Keys(streams))
	}
	var all []filteredLogEvent
	for _, name := range names {
		events, ok := streams[name]
		if !ok {
			return nil, errNoStream
		}
		if strings.HasPrefix(name, in.LogStreamNamePrefix) {
			all = append(all, in.inRange(name, events)...)
		}
	}
	slices.SortStableFunc(all, func(a, b filteredLogEvent) int { return cmp.Compare(a.Timestamp, b.Timestamp) })
	if in.StartFromHead != nil && !*in.StartFromHead {
		slices.Reverse(all)
	}
	return all, nil
}

func (in filterLogEventsInput) inRange(stream string, events []LogEvent) []filteredLogEvent {
	low, high := 0, len(events)
	if in.StartTime != nil {
		low = indexAt(events, *in.StartTime)
	}
	if in.EndTime != nil {
		high = max(low, indexAt(events, *in.EndTime+1))
	}
	out := make([]filteredLogEvent, 0, high-low)
	for i, e := range events[low:high] {
		out = append(out, filteredLogEvent{
			LogStreamName: stream,
			Timestamp:     e.At.UnixMilli(),
			Message:       e.Message,
			IngestionTime: e.At.Add(ingestDelay).UnixMilli(),
			EventID:       fmt.Sprintf("%d%043d", e.At.UnixMilli(), low+i),
		})
	}
	return out
}

// collect takes the matches up to the limit and the size of a page, and tells
// how many events it has looked at.
func (in filterLogEventsInput) collect(
	events []filteredLogEvent, matches term, out *filterLogEventsOutput,
) (looked int) {
	limit := cmp.Or(in.Limit, maxLogEvents)
	bytes := 0
	for i, e := range events {
		if !matches(e.Message) {
			continue
		}
		bytes += len(e.Message) + logEventExtra
		if len(out.Events) == limit || (bytes > maxLogBytes && len(out.Events) > 0) {
			return i
		}
		out.Events = append(out.Events, e)
	}
	return len(events)
}
