package awsclient_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"whystopped/internal/awsclient"
	"whystopped/internal/awsclient/awsfake"
	"whystopped/internal/diagnose/evidence"
)

// collectLog reads the log of the world's only logging container, after change
// has made the stream and the definition what the test is about.
func collectLog(t *testing.T, change func(*awsfake.Scenario), opts ...awsfake.Option) (evidence.Evidence, evidence.Log, *awsfake.Server) {
	t.Helper()
	s := world()
	change(&s)
	fake, collector := serve(t, s, opts...)
	ev, err := collector.Collect(t.Context(), ref(), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(ev.Logs) == 0 {
		return ev, evidence.Log{}, fake
	}
	return ev, ev.Logs[0], fake
}

func setStream(events []awsfake.LogEvent) func(*awsfake.Scenario) {
	return func(s *awsfake.Scenario) { s.LogGroups[0].Streams[0].Events = events }
}

func messages(events []awsfake.LogEvent) []string {
	var out []string
	for _, e := range events {
		out = append(out, e.Message)
	}
	return out
}

func TestLogsAreReadWholeHoweverTheyAreCutIntoPages(t *testing.T) {
	sameInstant := []awsfake.LogEvent{{At: ago(time.Hour / 2), Message: "a"}, {At: ago(time.Hour / 2), Message: "b"}, {At: ago(time.Hour / 2), Message: "b"}}
	for _, events := range [][]awsfake.LogEvent{lines(1, ago(time.Hour/2)), lines(7, ago(time.Hour/2)), sameInstant, append(sameInstant, lines(3, ago(time.Hour/3))...)} {
		for _, size := range []int{0, 1, 2, 3, 5, 7} {
			for name, opts := range map[string][]awsfake.Option{"": nil, " with empty pages between": {awsfake.WithEmptyPages()}} {
				t.Run(fmt.Sprintf("%d lines, %d a page%s", len(events), size, name), func(t *testing.T) {
					ev, got, _ := collectLog(t, setStream(events), append(opts, awsfake.WithPageSize(size))...)
					if diff := cmp.Diff(messages(events), texts(got)); diff != "" {
						t.Errorf("lines (-want +got):\n%s", diff)
					}
					if s := sourceOf(t, ev, "logs:GetLogEvents app"); s.Status != evidence.SourceOK || got.Truncated {
						t.Errorf("status %s, truncated %v; want the whole stream", s.Status, got.Truncated)
					}
				})
			}
		}
	}
}

func TestAShortLogTakesOneRoundTrip(t *testing.T) {
	_, _, fake := collectLog(t, setStream(lines(300, ago(40*time.Minute))))
	calls := fake.Calls()
	// The oldest and the newest page are asked for at the same time, and meet.
	if calls["logs:GetLogEvents"] != 2 || calls["logs:FilterLogEvents"] != 0 {
		t.Errorf("calls %v", calls)
	}
}

func TestALongLogGivesItsEndAndItsDenials(t *testing.T) {
	events := lines(10_000, ago(50*time.Minute).Truncate(time.Second))
	for i := range events { // ten a second, so that all are within the task's life
		events[i].At = ago(50 * time.Minute).Add(time.Duration(i) * 100 * time.Millisecond)
	}
	events[3].Message = denial
	events[8000].Message = "one more: " + denial // the first line of the tail, which the search finds too
	events[9990].Message = "Access Denied at the end"
	ev, got, _ := collectLog(t, setStream(events), awsfake.WithEmptyPages())
	want := append([]string{denial}, messages(events[8000:])...)
	if diff := cmp.Diff(want, texts(got)); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
	if !got.Truncated {
		t.Error("the log does not say that it is truncated")
	}
	if s := sourceOf(t, ev, "logs:GetLogEvents app"); s.Status != evidence.SourceTruncated {
		t.Errorf("tail: status %s", s.Status)
	}
	if s := sourceOf(t, ev, "logs:FilterLogEvents app"); s.Status != evidence.SourceOK {
		t.Errorf("search: status %s, %s", s.Status, s.Detail)
	}
}

func TestALogOfHugeLinesIsBounded(t *testing.T) {
	events := lines(40, ago(40*time.Minute))
	for i := range events {
		events[i].Message = fmt.Sprintf("%02d", i) + strings.Repeat("x", 100_000)
	}
	_, got, _ := collectLog(t, setStream(events))
	size := 0
	for _, line := range got.Lines {
		size += len(line.Text)
	}
	if size == 0 || size > 1<<20 || !got.Truncated {
		t.Errorf("got %d bytes, truncated %v; want at most 1 MiB", size, got.Truncated)
	}
	if last := got.Lines[len(got.Lines)-1].Text; !strings.HasPrefix(last, "39") {
		t.Errorf("the last line is %s…, want the newest", last[:2])
	}
}

func TestWhereLogsAre(t *testing.T) {
	const runtimeID = taskID + "-1"
	tests := []struct {
		name         string
		change       func(*awsfake.Scenario, map[string]string)
		want         evidence.SourceStatus
		detail       string
		wantInRegion string
	}{
		{
			name: "another region",
			change: func(s *awsfake.Scenario, options map[string]string) {
				options["awslogs-region"], s.LogGroups[0].Region = "us-east-1", "us-east-1"
			},
			want: evidence.SourceOK, wantInRegion: "us-east-1",
		},
		{
			name:   "the task's region when the driver names none",
			change: func(_ *awsfake.Scenario, options map[string]string) { delete(options, "awslogs-region") },
			want:   evidence.SourceOK, wantInRegion: region,
		},
		{
			name:   "a region that is a host",
			change: func(_ *awsfake.Scenario, options map[string]string) { options["awslogs-region"] = "x.s3" },
			want:   evidence.SourceSkipped, detail: `"x.s3"`,
		},
		{
			name:   "a region of another partition",
			change: func(_ *awsfake.Scenario, options map[string]string) { options["awslogs-region"] = "cn-north-1" },
			want:   evidence.SourceSkipped, detail: "partition",
		},
		{
			name: "named after the runtime id without prefix",
			change: func(s *awsfake.Scenario, options map[string]string) {
				delete(options, "awslogs-stream-prefix")
				s.LogGroups[0].Streams[0].Name = runtimeID
			},
			want: evidence.SourceOK, wantInRegion: region,
		},
		{
			name: "neither prefix nor runtime id",
			change: func(s *awsfake.Scenario, options map[string]string) {
				delete(options, "awslogs-stream-prefix")
				s.Clusters[0].Tasks[0].Containers[0].RuntimeID = ""
			},
			want: evidence.SourceSkipped, detail: "no awslogs-stream-prefix",
		},
		{
			name:   "no group",
			change: func(_ *awsfake.Scenario, options map[string]string) { delete(options, "awslogs-group") },
			want:   evidence.SourceSkipped, detail: "no awslogs-group",
		},
		{
			name: "another driver",
			change: func(s *awsfake.Scenario, _ map[string]string) {
				s.TaskDefinitions[0].ContainerDefinitions[0].LogConfiguration.LogDriver = "splunk"
			},
			want: evidence.SourceSkipped, detail: "splunk",
		},
		{
			name: "no driver",
			change: func(s *awsfake.Scenario, _ map[string]string) {
				s.TaskDefinitions[0].ContainerDefinitions[0].LogConfiguration = nil
			},
			want: evidence.SourceSkipped, detail: "no log configuration",
		},
		{
			name:   "no such group",
			change: func(_ *awsfake.Scenario, options map[string]string) { options["awslogs-group"] = "/ecs/gone" },
			want:   evidence.SourceEmpty, detail: "There is no log group /ecs/gone",
		},
		{
			name:   "no such stream",
			change: func(s *awsfake.Scenario, _ map[string]string) { s.LogGroups[0].Streams[0].Name = "other" },
			want:   evidence.SourceEmpty, detail: "There is no log stream " + appStream,
		},
		{
			name:   "an empty stream",
			change: func(s *awsfake.Scenario, _ map[string]string) { s.LogGroups[0].Streams[0].Events = nil },
			want:   evidence.SourceEmpty, detail: "wrote nothing",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			ev, log, _ := collectLog(t, func(s *awsfake.Scenario) {
				tt.change(s, s.TaskDefinitions[0].ContainerDefinitions[0].LogConfiguration.Options)
			})
			s := sourceOf(t, ev, "logs:GetLogEvents app")
			if s.Status != tt.want || !strings.Contains(s.Detail.English, tt.detail) {
				t.Errorf("status %s, detail %q; want %s and %q", s.Status, s.Detail, tt.want, tt.detail)
			}
			if log.Region != tt.wantInRegion {
				t.Errorf("read in %q, want %q", log.Region, tt.wantInRegion)
			}
		})
	}
}

func TestLogsOfManyContainersKeepTheirOrder(t *testing.T) {
	var want []string
	ev, _, _ := collectLog(t, func(s *awsfake.Scenario) {
		d := &s.TaskDefinitions[0]
		d.ContainerDefinitions = nil
		for i := range 12 {
			name := fmt.Sprintf("c%d", i)
			want = append(want, name)
			d.ContainerDefinitions = append(d.ContainerDefinitions, awsfake.ContainerDefinition{Name: name, LogConfiguration: awslogs("/ecs/api", "ecs")})
			s.LogGroups[0].Streams = append(s.LogGroups[0].Streams, awsfake.LogStream{Name: "ecs/" + name + "/" + taskID, Events: lines(2, ago(40*time.Minute))})
		}
	})
	var got []string
	for _, l := range ev.Logs {
		got = append(got, l.Container)
	}
	if !slices.Equal(want, got) {
		t.Errorf("got logs of %v, want %v", got, want)
	}
}

// answering is the double, except for one operation that is answered by hand.
func answering(t *testing.T, s awsfake.Scenario, target string, answer http.HandlerFunc) *awsclient.Collector {
	t.Helper()
	fake := awsfake.New(s, awsfake.WithClock(func() time.Time { return present }))
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.Header.Get("X-Amz-Target"), "."+target) {
			answer(w, r)
			return
		}
		fake.ServeHTTP(w, r)
	}))
	t.Cleanup(srv.Close)
	return awsclient.New(options(srv.URL))
}

func TestALogGroupOfTheInfrequentAccessClass(t *testing.T) {
	collector := answering(t, world(), "GetLogEvents", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprint(w, `{"__type":"InvalidOperationException","message":"The operation is not supported for this log group class."}`)
	})
	ev, err := collector.Collect(t.Context(), ref(), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if s := sourceOf(t, ev, "logs:GetLogEvents app"); s.Status != evidence.SourceFailed || !strings.Contains(s.Detail.English, "Infrequent Access") {
		t.Errorf("status %s, detail %q", s.Status, s.Detail)
	}
}

func TestWhatWasReadBeforeALogFailedIsKept(t *testing.T) {
	s := world()
	s.LogGroups[0].Streams[0].Events = lines(9, ago(40*time.Minute))
	fake := awsfake.New(s, awsfake.WithClock(func() time.Time { return present }), awsfake.WithPageSize(2))
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if fake.Calls()["logs:GetLogEvents"] >= 3 && strings.HasSuffix(r.Header.Get("X-Amz-Target"), ".GetLogEvents") {
			fake.SetFault("logs:GetLogEvents", awsfake.Fault{Throttle: -1})
		}
		fake.ServeHTTP(w, r)
	}))
	t.Cleanup(srv.Close)
	ev, err := awsclient.New(options(srv.URL)).Collect(t.Context(), ref(), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"line 5", "line 6", "line 7", "line 8"}, texts(ev.Logs[0])); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
	if s := sourceOf(t, ev, "logs:GetLogEvents app"); s.Status != evidence.SourceThrottled || !strings.Contains(s.Detail.English, "newest 4 lines") {
		t.Errorf("status %s, detail %q", s.Status, s.Detail)
	}
}
