package awsfake_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/google/go-cmp/cmp"

	"whystopped/internal/awsclient/awsfake"
)

// numbered is a group with the stream "s", which has n events a second apart,
// and the stream "other", which has one in the middle of them.
func numbered(n int) awsfake.Scenario {
	var s, other awsfake.LogStream
	s.Name, other.Name = "s", "other"
	for i := range n {
		s.Events = append(s.Events, awsfake.LogEvent{At: noon.Add(time.Duration(i) * time.Second), Message: fmt.Sprintf("line %d", i)})
	}
	slices.Reverse(s.Events) // New sorts them
	other.Events = []awsfake.LogEvent{{At: noon.Add(2500 * time.Millisecond), Message: "line of another"}}
	return awsfake.Scenario{LogGroups: []awsfake.LogGroup{
		{Name: "/ecs/app", Streams: []awsfake.LogStream{s, other, {Name: "empty"}}},
		{Name: "/ecs/app", Region: "eu-central-1", Streams: []awsfake.LogStream{{Name: "abroad"}}},
	}}
}

// readAll follows a stream's tokens until the same one comes twice.
func readAll(t *testing.T, client *cloudwatchlogs.Client, in cloudwatchlogs.GetLogEventsInput, next func(*cloudwatchlogs.GetLogEventsOutput) *string) (pages [][]string) {
	t.Helper()
	in.LogGroupName = aws.String("/ecs/app")
	for range 100 {
		out, err := client.GetLogEvents(t.Context(), &in)
		if err != nil {
			t.Fatal(err)
		}
		if out.NextForwardToken == nil || out.NextBackwardToken == nil {
			t.Fatal("a page came without its tokens")
		}
		var page []string
		for _, e := range out.Events {
			page = append(page, aws.ToString(e.Message))
		}
		pages = append(pages, page)
		if in.NextToken != nil && *in.NextToken == *next(out) {
			return pages
		}
		in.NextToken = next(out)
	}
	t.Fatal("the tokens never end")
	return nil
}

func TestGetLogEventsPages(t *testing.T) {
	forward := func(o *cloudwatchlogs.GetLogEventsOutput) *string { return o.NextForwardToken }
	backward := func(o *cloudwatchlogs.GetLogEventsOutput) *string { return o.NextBackwardToken }
	ms := func(seconds int) *int64 { return aws.Int64(noon.Add(time.Duration(seconds) * time.Second).UnixMilli()) }
	tests := []struct {
		name string
		opts []awsfake.Option
		in   cloudwatchlogs.GetLogEventsInput
		next func(*cloudwatchlogs.GetLogEventsOutput) *string
		want [][]string
	}{
		{
			"from the beginning", nil,
			cloudwatchlogs.GetLogEventsInput{LogStreamName: aws.String("s"), StartFromHead: aws.Bool(true), Limit: aws.Int32(2)},
			forward,
			[][]string{{"line 0", "line 1"}, {"line 2", "line 3"}, {"line 4"}, nil},
		},
		{
			"from the end backwards", nil,
			cloudwatchlogs.GetLogEventsInput{LogStreamName: aws.String("s"), Limit: aws.Int32(2)},
			backward,
			[][]string{{"line 3", "line 4"}, {"line 1", "line 2"}, {"line 0"}, nil},
		},
		{
			"nothing newer than the end", nil,
			cloudwatchlogs.GetLogEventsInput{LogStreamName: aws.String("s"), Limit: aws.Int32(2)},
			forward,
			[][]string{{"line 3", "line 4"}, nil},
		},
		{
			"the start is in the range, the end is not", nil,
			cloudwatchlogs.GetLogEventsInput{LogStreamName: aws.String("s"), StartTime: ms(1), EndTime: ms(3)},
			backward,
			[][]string{{"line 1", "line 2"}, nil},
		},
		{
			"the double's own page size",
			[]awsfake.Option{awsfake.WithPageSize(3)},
			cloudwatchlogs.GetLogEventsInput{LogStreamName: aws.String("s"), StartFromHead: aws.Bool(true)},
			forward,
			[][]string{{"line 0", "line 1", "line 2"}, {"line 3", "line 4"}, nil},
		},
		{
			"empty pages before the others",
			[]awsfake.Option{awsfake.WithEmptyPages()},
			cloudwatchlogs.GetLogEventsInput{LogStreamName: aws.String("s"), StartFromHead: aws.Bool(true), Limit: aws.Int32(3)},
			forward,
			[][]string{{"line 0", "line 1", "line 2"}, nil, {"line 3", "line 4"}, nil, nil},
		},
		{
			"empty pages backwards",
			[]awsfake.Option{awsfake.WithEmptyPages()},
			cloudwatchlogs.GetLogEventsInput{LogStreamName: aws.String("s"), Limit: aws.Int32(3)},
			backward,
			[][]string{{"line 2", "line 3", "line 4"}, nil, {"line 0", "line 1"}, nil, nil},
		},
		{
			"an empty stream", nil,
			cloudwatchlogs.GetLogEventsInput{LogStreamName: aws.String("empty")},
			forward,
			[][]string{nil, nil},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, cfg := start(t, numbered(5), tt.opts...)
			got := readAll(t, cloudwatchlogs.NewFromConfig(cfg), tt.in, tt.next)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("pages (-want +got):\n%s", diff)
			}
		})
	}
}

func TestGetLogEventsHoldsAMegabyte(t *testing.T) {
	scenario := numbered(0)
	stream := &scenario.LogGroups[0].Streams[0]
	for i := range 5 {
		stream.Events = append(stream.Events, awsfake.LogEvent{At: noon.Add(time.Duration(i) * time.Second), Message: strings.Repeat("x", 400_000)})
	}
	_, cfg := start(t, scenario)
	for _, head := range []bool{true, false} {
		out, err := cloudwatchlogs.NewFromConfig(cfg).GetLogEvents(t.Context(), &cloudwatchlogs.GetLogEventsInput{
			LogGroupName: aws.String("/ecs/app"), LogStreamName: aws.String("s"), StartFromHead: aws.Bool(head),
		})
		if err != nil {
			t.Fatal(err)
		}
		if len(out.Events) != 2 {
			t.Errorf("startFromHead %t: got %d events of 400 kB in a page, want 2", head, len(out.Events))
		}
	}
}

func TestGetLogEventsRefuses(t *testing.T) {
	tests := []struct {
		name, region       string
		in                 cloudwatchlogs.GetLogEventsInput
		wantCode, wantText string
	}{
		{"no such group", "", cloudwatchlogs.GetLogEventsInput{LogGroupName: aws.String("/ecs/gone"), LogStreamName: aws.String("s")}, "ResourceNotFoundException", "The specified log group does not exist."},
		{"no such stream", "", cloudwatchlogs.GetLogEventsInput{LogGroupName: aws.String("/ecs/app"), LogStreamName: aws.String("gone")}, "ResourceNotFoundException", "The specified log stream does not exist."},
		{"the stream is in another Region", "", cloudwatchlogs.GetLogEventsInput{LogGroupName: aws.String("/ecs/app"), LogStreamName: aws.String("abroad")}, "ResourceNotFoundException", "The specified log stream does not exist."},
		{"the group is not in this Region", "us-east-1", cloudwatchlogs.GetLogEventsInput{LogGroupName: aws.String("/ecs/app"), LogStreamName: aws.String("s")}, "ResourceNotFoundException", "The specified log group does not exist."},
		{"no group named", "", cloudwatchlogs.GetLogEventsInput{LogStreamName: aws.String("s")}, "InvalidParameterException", "You must include either logGroupIdentifier or logGroupName."},
		{"a token of nobody's", "", cloudwatchlogs.GetLogEventsInput{LogGroupName: aws.String("/ecs/app"), LogStreamName: aws.String("s"), NextToken: aws.String("f/-1/s")}, "InvalidParameterException", "The specified nextToken is invalid."},
	}
	_, cfg := start(t, numbered(5))
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := cloudwatchlogs.NewFromConfig(cfg, func(o *cloudwatchlogs.Options) {
				if tt.region != "" {
					o.Region = tt.region
				}
			}).GetLogEvents(t.Context(), &tt.in)
			if got := wantCode(t, err, tt.wantCode); got != tt.wantText {
				t.Errorf("got message %q, want %q", got, tt.wantText)
			}
		})
	}
}

func TestGetLogEventsByIdentifierAbroad(t *testing.T) {
	_, cfg := start(t, numbered(5))
	cfg.Region = "eu-central-1"
	_, err := cloudwatchlogs.NewFromConfig(cfg).GetLogEvents(t.Context(), &cloudwatchlogs.GetLogEventsInput{
		LogGroupIdentifier: aws.String("arn:aws:logs:eu-central-1:111122223333:log-group:/ecs/app:*"), LogStreamName: aws.String("abroad"),
	})
	if err != nil {
		t.Error(err)
	}
}

func TestFilterLogEvents(t *testing.T) {
	at := func(seconds int) *int64 { return aws.Int64(noon.Add(time.Duration(seconds) * time.Second).UnixMilli()) }
	tests := []struct {
		name string
		opts []awsfake.Option
		in   cloudwatchlogs.FilterLogEventsInput
		want [][]string
	}{
		{"all streams by time", nil, cloudwatchlogs.FilterLogEventsInput{}, [][]string{{"line 0", "line 1", "line 2", "line of another", "line 3", "line 4"}}},
		{"newest first", nil, cloudwatchlogs.FilterLogEventsInput{StartFromHead: aws.Bool(false), Limit: aws.Int32(4)}, [][]string{{"line 4", "line 3", "line of another", "line 2"}, {"line 1", "line 0"}}},
		{"one stream", nil, cloudwatchlogs.FilterLogEventsInput{LogStreamNames: []string{"other"}}, [][]string{{"line of another"}}},
		{"by prefix", nil, cloudwatchlogs.FilterLogEventsInput{LogStreamNamePrefix: aws.String("oth")}, [][]string{{"line of another"}}},
		{"start and end are in the range", nil, cloudwatchlogs.FilterLogEventsInput{StartTime: at(1), EndTime: at(3)}, [][]string{{"line 1", "line 2", "line of another", "line 3"}}},
		{"pages without a match are empty", []awsfake.Option{awsfake.WithPageSize(2)}, cloudwatchlogs.FilterLogEventsInput{FilterPattern: aws.String(`"line 4"`)}, [][]string{nil, nil, {"line 4"}}},
		{"empty pages", []awsfake.Option{awsfake.WithEmptyPages()}, cloudwatchlogs.FilterLogEventsInput{LogStreamNames: []string{"s"}, Limit: aws.Int32(3)}, [][]string{{"line 0", "line 1", "line 2"}, nil, {"line 3", "line 4"}}},
		{"no match", nil, cloudwatchlogs.FilterLogEventsInput{FilterPattern: aws.String("denied")}, [][]string{nil}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, cfg := start(t, numbered(5), tt.opts...)
			tt.in.LogGroupName = aws.String("/ecs/app")
			var got [][]string
			for p := cloudwatchlogs.NewFilterLogEventsPaginator(cloudwatchlogs.NewFromConfig(cfg), &tt.in); p.HasMorePages(); {
				out, err := p.NextPage(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				var page []string
				for _, e := range out.Events {
					page = append(page, aws.ToString(e.Message))
				}
				got = append(got, page)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("pages (-want +got):\n%s", diff)
			}
		})
	}
}

func TestFilterPatterns(t *testing.T) {
	lines := []string{
		`ERROR AccessDenied: User: arn:aws:sts::111122223333:assumed-role/x/y is not authorized to perform: s3:GetObject`,
		`INFO quoted "word" here`,
		`WARN 403 Forbidden`,
		`{"who": {"id": "AROA:one"}, "error-code": "Denied"}`,
		`{"who": {"id": "AROA:two"}}`,
	}
	tests := []struct {
		pattern string
		want    []int // lines that match
	}{
		{"", []int{0, 1, 2, 3, 4}},
		{"AccessDenied", []int{0}},
		{"accessdenied", nil}, // case counts
		{`"is not authorized to perform"`, []int{0}},
		{"ERROR AccessDenied", []int{0}},
		{"ERROR Forbidden", nil},
		{`?AccessDenied ?Forbidden ?"no such thing"`, []int{0, 2}},
		{"-INFO", []int{0, 2, 3, 4}},
		{"ERROR ?Forbidden", []int{0}}, // beside another term ?terms are ignored
		{`"\"word\""`, []int{1}},
		{`%40[13]%`, []int{2}},
		{`{ $.who.id = "AROA:one" }`, []int{3}},
		{`{ $.who.id != "AROA:one" }`, []int{4}},
		{`{ $.who.id = "*:two" }`, []int{4}},
		{`{ $.who.id = "AROA*" }`, []int{3, 4}},
		{`{ $.who.id = "*:t*" }`, []int{4}},
		{`{ $.error-code = "*" }`, []int{3}},
		{`{ ($.who.id = "*:two") && ($.error-code = "*") }`, nil},
		{`{ ($.who.id = "*:two") || $.who.id = "*:one" && $.error-code = "*" }`, []int{3, 4}},
	}
	stream := awsfake.LogStream{Name: "s"}
	for i, line := range lines {
		stream.Events = append(stream.Events, awsfake.LogEvent{At: noon.Add(time.Duration(i) * time.Second), Message: line})
	}
	_, cfg := start(t, awsfake.Scenario{LogGroups: []awsfake.LogGroup{{Name: "g", Streams: []awsfake.LogStream{stream}}}})
	client := cloudwatchlogs.NewFromConfig(cfg)
	for _, tt := range tests {
		t.Run(tt.pattern, func(t *testing.T) {
			out, err := client.FilterLogEvents(t.Context(), &cloudwatchlogs.FilterLogEventsInput{LogGroupName: aws.String("g"), FilterPattern: aws.String(tt.pattern)})
			if err != nil {
				t.Fatal(err)
			}
			var got []int
			for _, e := range out.Events {
				got = append(got, slices.Index(lines, aws.ToString(e.Message)))
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("matching lines (-want +got):\n%s", diff)
			}
		})
	}
}

func TestFilterLogEventsRefuses(t *testing.T) {
	tests := []struct {
		name     string
		in       cloudwatchlogs.FilterLogEventsInput
		wantCode string
	}{
		{"no such group", cloudwatchlogs.FilterLogEventsInput{LogGroupName: aws.String("/ecs/gone")}, "ResourceNotFoundException"},
		{"no such stream", cloudwatchlogs.FilterLogEventsInput{LogGroupName: aws.String("/ecs/app"), LogStreamNames: []string{"gone"}}, "ResourceNotFoundException"},
		{"names and prefix", cloudwatchlogs.FilterLogEventsInput{LogGroupName: aws.String("/ecs/app"), LogStreamNames: []string{"s"}, LogStreamNamePrefix: aws.String("s")}, "InvalidParameterException"},
		{"a JSON pattern of numbers", cloudwatchlogs.FilterLogEventsInput{LogGroupName: aws.String("/ecs/app"), FilterPattern: aws.String(`{ $.level = 3 }`)}, "InvalidParameterException"},
		{"a JSON pattern that does not end", cloudwatchlogs.FilterLogEventsInput{LogGroupName: aws.String("/ecs/app"), FilterPattern: aws.String(`{ ($.level = "error" }`)}, "InvalidParameterException"},
		{"a broken expression", cloudwatchlogs.FilterLogEventsInput{LogGroupName: aws.String("/ecs/app"), FilterPattern: aws.String(`%(%`)}, "InvalidParameterException"},
		{"a token of nobody's", cloudwatchlogs.FilterLogEventsInput{LogGroupName: aws.String("/ecs/app"), NextToken: aws.String("guessed")}, "InvalidParameterException"},
		{"both ways to name a group", cloudwatchlogs.FilterLogEventsInput{LogGroupName: aws.String("/ecs/app"), LogGroupIdentifier: aws.String("/ecs/app")}, "InvalidParameterException"},
	}
	_, cfg := start(t, numbered(5))
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := cloudwatchlogs.NewFromConfig(cfg).FilterLogEvents(t.Context(), &tt.in)
			wantCode(t, err, tt.wantCode)
		})
	}
}

func TestInfrequentAccess(t *testing.T) {
	_, cfg := start(t, awsfake.Scenario{LogGroups: []awsfake.LogGroup{{Name: "g", InfrequentAccess: true, Streams: []awsfake.LogStream{{Name: "s"}}}}})
	client := cloudwatchlogs.NewFromConfig(cfg)
	_, err := client.GetLogEvents(t.Context(), &cloudwatchlogs.GetLogEventsInput{LogGroupName: aws.String("g"), LogStreamName: aws.String("s")})
	wantCode(t, err, "InvalidOperationException")
	_, err = client.FilterLogEvents(t.Context(), &cloudwatchlogs.FilterLogEventsInput{LogGroupName: aws.String("g")})
	wantCode(t, err, "InvalidOperationException")
}
