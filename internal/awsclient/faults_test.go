package awsclient_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/google/go-cmp/cmp"

	"whystopped/internal/awsclient/awsfake"
	"whystopped/internal/diagnose/evidence"
)

// faults are what can happen to any call, and the state that its source then
// has. budget is the time for the diagnosis, where waiting for it is the point.
var faults = []struct {
	name   string
	fault  awsfake.Fault
	want   evidence.SourceStatus
	budget time.Duration
}{
	{name: "denied", fault: awsfake.Fault{Deny: true}, want: evidence.SourceDenied},
	{name: "throttled for good", fault: awsfake.Fault{Throttle: -1}, want: evidence.SourceThrottled},
	{name: "throttled twice", fault: awsfake.Fault{Throttle: 2}, want: evidence.SourceOK},
	{name: "status 500", fault: awsfake.Fault{Status500: true}, want: evidence.SourceFailed},
	{name: "hangs", fault: awsfake.Fault{Hang: true}, want: evidence.SourceTimeout, budget: 3 * time.Second},
	{name: "connection reset", fault: awsfake.Fault{Reset: true}, want: evidence.SourceFailed},
	{name: "garbage", fault: awsfake.Fault{Garbage: true}, want: evidence.SourceFailed},
	{name: "empty", fault: awsfake.Fault{Empty: true}, want: evidence.SourceFailed},
	{name: "expired token", fault: awsfake.Fault{ExpiredToken: true}, want: evidence.SourceFailed},
	{name: "clock skew", fault: awsfake.Fault{ClockSkew: true}, want: evidence.SourceOK}, // the SDK corrects its clock
}

// callsAndSources are the calls that Collect makes for the world's task, the
// source that each is, and the sources that cannot be asked without it.
var callsAndSources = []struct {
	op, source string
	without    []string
}{
	{op: "ecs:DescribeTasks", source: "ecs:DescribeTasks", without: []string{"ecs:DescribeTaskDefinition", "logs:GetLogEvents app", "logs:GetLogEvents proxy", "ecs:DescribeServices"}},
	{op: "ecs:DescribeTaskDefinition", source: "ecs:DescribeTaskDefinition", without: []string{"logs:GetLogEvents app", "logs:GetLogEvents proxy"}},
	{op: "logs:GetLogEvents", source: "logs:GetLogEvents app"},
	{op: "cloudtrail:LookupEvents", source: "cloudtrail:LookupEvents"},
	{op: "ecs:DescribeServices", source: "ecs:DescribeServices"},
}

func TestOneFailingSourceIsALineAndNothingElse(t *testing.T) {
	_, collector := serve(t, world())
	whole, err := collector.Collect(t.Context(), ref(), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, call := range callsAndSources {
		for _, f := range faults {
			t.Run(call.op+" "+f.name, func(t *testing.T) {
				t.Parallel()
				fake, collector := serve(t, world())
				fake.SetFault(call.op, f.fault)
				ctx := t.Context()
				if f.budget > 0 {
					var cancel context.CancelFunc
					ctx, cancel = context.WithTimeout(ctx, f.budget)
					defer cancel()
				}
				ev, err := collector.Collect(ctx, ref(), nil, nil)
				if err != nil {
					t.Fatal(err)
				}
				if ctx.Err() != nil {
					t.Error("the answer came after the deadline")
				}
				s := sourceOf(t, ev, call.source)
				if s.Status != f.want {
					t.Errorf("status %s (%s), want %s", s.Status, s.Detail, f.want)
				}
				checkPermission(t, s, call.op)
				checkOthers(t, whole, ev, call.source, f.want == evidence.SourceOK, call.without)
				checkNotOurs(t, ev)
			})
		}
	}
}

func checkPermission(t *testing.T, s evidence.Source, op string) {
	t.Helper()
	denied := s.Status == evidence.SourceDenied
	if denied != (s.MissingPermission != nil) || denied && *s.MissingPermission != op {
		t.Errorf("status %s, missing permission %v", s.Status, s.MissingPermission)
	}
	if s.Status != evidence.SourceOK && s.Detail.IsZero() {
		t.Errorf("status %s without a word to people", s.Status)
	}
}

// checkOthers makes sure that all other sources are as if nothing had happened.
func checkOthers(t *testing.T, whole, got evidence.Evidence, failed string, fine bool, without []string) {
	t.Helper()
	gone := map[string]bool{failed: true}
	if !fine {
		for _, name := range without {
			gone[name] = true
		}
	}
	want := map[string]evidence.SourceStatus{}
	for _, s := range whole.Sources {
		if !gone[s.Name] {
			want[s.Name] = s.Status
		}
	}
	others := map[string]evidence.SourceStatus{}
	for _, s := range got.Sources {
		if s.Name != failed {
			others[s.Name] = s.Status
		}
	}
	if fine {
		delete(want, failed)
	}
	if diff := cmp.Diff(want, others); diff != "" {
		t.Errorf("other sources (-want +got):\n%s", diff)
	}
}

// checkNotOurs makes sure that a denial of our own call is not in the evidence.
func checkNotOurs(t *testing.T, ev evidence.Evidence) {
	t.Helper()
	text, err := json.Marshal(struct {
		Evidence evidence.Evidence
		Sources  []evidence.Source
	}{ev, ev.Sources})
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(text), "whystopped/demo") {
		t.Errorf("AWS's words about our own role are in the evidence: %s", text)
	}
}

func TestSourcesThatHangLeaveTimeForTheRest(t *testing.T) {
	fake, collector := serve(t, world())
	fake.SetFault("ecs:DescribeTasks", awsfake.Fault{Hang: true})
	fake.SetFault("cloudtrail:LookupEvents", awsfake.Fault{Hang: true})
	fake.SetFault("ecs:DescribeServices", awsfake.Fault{Hang: true})
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	r := ref()
	r.Group = "service:api"
	_, err := collector.Collect(ctx, r, nil, nil)
	if ctx.Err() != nil {
		t.Error("the answer came after the deadline")
	}
	if err == nil {
		t.Error("nothing answered, and there is no error")
	}
	if n := fake.Calls()["ecs:DescribeServices"]; n == 0 {
		t.Error("the service was not asked, since the task used up the time")
	}
}

func TestTheFilterOfALongLogFails(t *testing.T) {
	for _, f := range faults {
		if f.budget > 0 {
			continue
		}
		t.Run(f.name, func(t *testing.T) {
			s := world()
			s.LogGroups[0].Streams[0].Events = lines(2500, ago(43*time.Minute))
			s.LogGroups[0].Streams[0].Events[0].Message = denial
			fake, collector := serve(t, s)
			fake.SetFault("logs:FilterLogEvents", f.fault)
			ev, err := collector.Collect(t.Context(), ref(), nil, nil)
			if err != nil {
				t.Fatal(err)
			}
			src := sourceOf(t, ev, "logs:FilterLogEvents app")
			want := f.want
			if src.Status != want {
				t.Errorf("status %s (%s), want %s", src.Status, src.Detail, want)
			}
			checkPermission(t, src, "logs:FilterLogEvents")
			n := 2000
			if want == evidence.SourceOK {
				n++
			}
			if len(ev.Logs[0].Lines) != n {
				t.Errorf("got %d lines, want %d", len(ev.Logs[0].Lines), n)
			}
		})
	}
}

func TestASearchThatDoesNotEndIsBounded(t *testing.T) {
	s := world()
	s.LogGroups[0].Streams[0].Events = lines(2500, ago(43*time.Minute))
	s.LogGroups[0].Streams[0].Events[90].Message = denial   // on the fifth page
	s.LogGroups[0].Streams[0].Events[1000].Message = denial // further than is searched
	fake, collector := serve(t, s, awsfake.WithPageSize(20))
	ev, err := collector.Collect(t.Context(), ref(), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if n := fake.Calls()["logs:FilterLogEvents"]; n != 10 {
		t.Errorf("the search took %d calls, want 10", n)
	}
	if got := texts(ev.Logs[0]); got[0] != denial || got[1] == denial {
		t.Errorf("the log begins with %q, want the one denial that was found", got[:2])
	}
	if src := sourceOf(t, ev, "logs:FilterLogEvents app"); src.Status != evidence.SourceTruncated {
		t.Errorf("status %s, want truncated", src.Status)
	}
}

func TestEveryLineOfALongLogIsADenial(t *testing.T) {
	s := world()
	events := lines(3000, ago(43*time.Minute))
	for i := range events {
		events[i].Message = fmt.Sprintf("%d: %s", i, denial)
	}
	s.LogGroups[0].Streams[0].Events = events
	_, collector := serve(t, s)
	ev, err := collector.Collect(t.Context(), ref(), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(ev.Logs[0].Lines); n == 0 || n > 2500 {
		t.Errorf("kept %d lines, want at most 500 beside the tail", n)
	}
	if src := sourceOf(t, ev, "logs:FilterLogEvents app"); src.Status != evidence.SourceTruncated {
		t.Errorf("status %s, want truncated", src.Status)
	}
}

func TestTheTaskCannotBeReadAndCloudTrailHasNothing(t *testing.T) {
	s := world()
	s.Trail = nil
	fake, collector := serve(t, s)
	fake.SetFault("ecs:DescribeTasks", awsfake.Fault{Status500: true})
	ev, err := collector.Collect(t.Context(), ref(), nil, nil)
	if err != nil {
		t.Fatalf("error %v; ECS did not say that there is no such task, and CloudTrail answered", err)
	}
	want := "ecs:DescribeTasks failed\ncloudtrail:LookupEvents too-early\n"
	if diff := cmp.Diff(want, statuses(ev)); diff != "" {
		t.Errorf("sources (-want +got):\n%s", diff)
	}
}

func TestTasksAsOtherServersWriteThem(t *testing.T) {
	collector := answering(t, world(), "DescribeTasks", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		fmt.Fprintf(w, `{"tasks":[{"taskArn":%q,"cpu":256,"memory":"512","launchType":"","version":3,"createdAt":1795348800.123,"containers":[{"name":"app","cpu":0,"memory":128,"exitCode":0}]}],"failures":[]}`, taskARN)
	})
	ev, err := collector.Collect(t.Context(), ref(), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := &evidence.Task{
		TaskARN: taskARN, CPU: "256", Memory: "512", Version: 3,
		CreatedAt:  evidence.At(time.Unix(1795348800, 123_000_000).UTC()),
		Containers: []evidence.Container{{Name: "app", ExitCode: aws.Int(0)}},
	}
	if diff := cmp.Diff(want, ev.Task); diff != "" {
		t.Errorf("task (-want +got):\n%s", diff)
	}
}
