package awsclient_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"whystopped/internal/awsclient"
	"whystopped/internal/awsclient/awsfake"
	"whystopped/internal/diagnose/evidence"
)

// kept is the world's task as it was kept, of version 5.
func kept(t *testing.T) *evidence.Task {
	t.Helper()
	_, collector := serve(t, world())
	ev, err := collector.CollectFacts(t.Context(), ref(), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	return ev.Task
}

func TestWhatWasKeptStandsInForWhatECSDoesNotTell(t *testing.T) {
	known := kept(t)
	tests := []struct {
		name   string
		change func(*awsfake.Scenario)
		fault  awsfake.Fault
		// cluster is that of the reference.
		cluster string
		want    evidence.SourceStatus
		says    string
		// service is what comes of asking for the service.
		service evidence.SourceStatus
	}{
		{name: "forgotten", change: func(s *awsfake.Scenario) { s.Clusters[0].Tasks = nil }, cluster: "prod", want: evidence.SourceEmpty, says: "about an hour", service: evidence.SourceOK},
		{name: "forgotten, and the reference names no cluster", change: func(s *awsfake.Scenario) { s.Clusters[0].Tasks = nil }, want: evidence.SourceEmpty, says: "about an hour", service: evidence.SourceOK},
		{name: "its cluster is gone", change: func(s *awsfake.Scenario) { s.Clusters = nil }, cluster: "prod", want: evidence.SourceEmpty, says: "no cluster", service: evidence.SourceFailed},
		{name: "denied", fault: awsfake.Fault{Deny: true}, cluster: "prod", want: evidence.SourceDenied, says: "ecs:DescribeTasks", service: evidence.SourceOK},
		{name: "throttled", fault: awsfake.Fault{Throttle: -1}, cluster: "prod", want: evidence.SourceThrottled, says: "throttles", service: evidence.SourceOK},
		{name: "hangs", fault: awsfake.Fault{Hang: true}, cluster: "prod", want: evidence.SourceTimeout, says: "in time", service: evidence.SourceOK},
		{name: "garbage", fault: awsfake.Fault{Garbage: true}, cluster: "prod", want: evidence.SourceFailed, says: "couldn't be read", service: evidence.SourceOK},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, r := world(), ref()
			r.Cluster = tt.cluster
			if tt.change != nil {
				tt.change(&s)
			}
			onOwnClock(t, s, nil, func(ctx context.Context, fake *awsfake.Server, c *awsclient.Collector) {
				fake.SetFault("ecs:DescribeTasks", tt.fault)
				ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
				defer cancel()
				ev, err := c.Collect(ctx, r, known, nil)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(known, ev.Task); diff != "" {
					t.Errorf("task (-kept +got):\n%s", diff)
				}
				line := sourceOf(t, ev, evidence.TaskSource)
				if line.Status != tt.want || !strings.Contains(line.Detail.English, tt.says) || !strings.Contains(line.Detail.English, "stored facts") {
					t.Errorf("got %+v, want status %s, and both %q and that the kept facts were used", line, tt.want, tt.says)
				}
				if got := sourceOf(t, ev, "ecs:DescribeServices").Status; got != tt.service {
					t.Errorf("the service has status %s, want %s", got, tt.service)
				}
				if ev.TaskDefinition == nil || len(ev.Logs) != 1 || len(ev.CloudTrail) != 2 || ev.Ref.Service() != "api" || ev.Ref.Cluster != "prod" {
					t.Errorf("definition %v, %d logs, %d calls, reference %+v", ev.TaskDefinition, len(ev.Logs), len(ev.CloudTrail), ev.Ref)
				}
				if n := fake.Calls()["logs:FilterLogEvents"]; n != 0 {
					t.Errorf("searched the cluster's events %d times for what is known", n)
				}
				checkNotOurs(t, ev)
			})
		})
	}
}

func TestWhatWasKeptIsAnAnswerWhereAWSRefusesAll(t *testing.T) {
	fake, collector := serve(t, world())
	known := kept(t)
	fake.SetFault(awsfake.EveryOperation, awsfake.Fault{Deny: true})
	ev, err := collector.Collect(t.Context(), ref(), known, nil)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(known, ev.Task); diff != "" {
		t.Errorf("task (-kept +got):\n%s", diff)
	}
}

func TestTheHigherVersionOfATaskIsTaken(t *testing.T) {
	tests := []struct {
		name    string
		version int64 // of what was kept; ECS has 5
		want    string
		says    string
	}{
		{name: "ECS's", version: 3, want: "Essential container in task exited"},
		{name: "ECS's where they are the same", version: 5, want: "Essential container in task exited"},
		{name: "the event's", version: 7, want: "kept", says: "The stored facts of the task were used because they are newer: version 7, where ECS has version 5."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, collector := serve(t, world())
			known := kept(t)
			known.Version, known.StoppedReason = tt.version, "kept"
			ev, err := collector.Collect(t.Context(), ref(), known, nil)
			if err != nil {
				t.Fatal(err)
			}
			if ev.Task.StoppedReason != tt.want {
				t.Errorf("got the task of version %d", ev.Task.Version)
			}
			if line := sourceOf(t, ev, evidence.TaskSource); line.Status != evidence.SourceOK || line.Detail.English != tt.says {
				t.Errorf("got %+v, want the detail %q", line, tt.says)
			}
		})
	}
}

func TestTheEndOfATaskThatWasKeptRunningIsLookedFor(t *testing.T) {
	running := kept(t)
	running.Version, running.LastStatus, running.StoppedAt = 4, "RUNNING", evidence.Time{}
	stopped := captured(taskEvent(t, ago(5*time.Hour), 7, "STOPPED", "Essential container in task exited"))
	for name, tt := range map[string]struct {
		groups []awsfake.LogGroup
		want   int64
	}{
		"and found":     {[]awsfake.LogGroup{stopped}, 7},
		"and not there": {nil, 4},
	} {
		t.Run(name, func(t *testing.T) {
			s := forgotten()
			s.LogGroups = append(s.LogGroups, tt.groups...)
			_, collector := serve(t, s)
			ev, err := collector.Collect(t.Context(), ref(), running, nil)
			if err != nil {
				t.Fatal(err)
			}
			if ev.Task == nil || ev.Task.Version != tt.want {
				t.Errorf("got %+v, want version %d", ev.Task, tt.want)
			}
		})
	}
}

// TestTheCallsOfAKeptTask: its life is known, so that one look-up is enough,
// and so is whether CloudTrail may still be behind.
func TestTheCallsOfAKeptTask(t *testing.T) {
	tests := []struct {
		name         string
		began, ended time.Duration // ago
		fault        awsfake.Fault
		calls        []awsfake.TrailRecord
		seen         int
		want         evidence.SourceStatus
	}{
		{name: "half an hour ago", began: 40 * time.Minute, ended: 30 * time.Minute, calls: []awsfake.TrailRecord{call("Decrypt", ago(31*time.Minute), "AccessDenied")}, seen: 1, want: evidence.SourceOK},
		{name: "days ago", began: 73 * time.Hour, ended: 72 * time.Hour, calls: []awsfake.TrailRecord{call("Decrypt", ago(72*time.Hour+time.Minute), "AccessDenied")}, seen: 1, want: evidence.SourceOK},
		{name: "days ago, without a call", began: 73 * time.Hour, ended: 72 * time.Hour, want: evidence.SourceEmpty},
		{
			name: "that ran since before CloudTrail's records begin", began: 100 * 24 * time.Hour, ended: 80 * 24 * time.Hour,
			calls: []awsfake.TrailRecord{call("GetSecretValue", ago(95*24*time.Hour), ""), call("Decrypt", ago(81*24*time.Hour), "AccessDenied")},
			seen:  1, want: evidence.SourceOK,
		},
		{name: "before CloudTrail's records begin", began: 101 * 24 * time.Hour, ended: 100 * 24 * time.Hour, want: evidence.SourceEmpty},
		{name: "just now, and ECS refuses us", began: 10 * time.Minute, ended: 2 * time.Minute, fault: awsfake.Fault{Deny: true}, want: evidence.SourceTooEarly},
		{name: "long ago, and ECS refuses us", began: 2 * time.Hour, ended: time.Hour, fault: awsfake.Fault{Deny: true}, want: evidence.SourceEmpty},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := forgotten()
			s.Trail = tt.calls
			fake, collector := serve(t, s)
			fake.SetFault("ecs:DescribeTasks", tt.fault)
			known := kept(t)
			known.CreatedAt, known.StoppedAt = evidence.At(ago(tt.began)), evidence.At(ago(tt.ended))
			ev, err := collector.Collect(t.Context(), ref(), known, nil)
			if err != nil {
				t.Fatal(err)
			}
			if line := sourceOf(t, ev, "cloudtrail:LookupEvents"); line.Status != tt.want || len(ev.CloudTrail) != tt.seen {
				t.Errorf("got %+v and %d calls, want status %s and %d", line, len(ev.CloudTrail), tt.want, tt.seen)
			}
			if n := fake.Calls()["cloudtrail:LookupEvents"]; n != 1 {
				t.Errorf("%d look-ups, want one", n)
			}
		})
	}
}

func TestAShallowLookAtAKeptTaskAsksForItsDefinitionOnly(t *testing.T) {
	fake, collector := serve(t, forgotten())
	known := kept(t)
	for range 2 {
		ev, err := collector.CollectFacts(t.Context(), ref(), known, nil)
		if err != nil {
			t.Fatal(err)
		}
		want := `ecs:DescribeTasks skipped
ecs:DescribeTaskDefinition ok
logs:GetLogEvents app skipped
logs:GetLogEvents proxy skipped
cloudtrail:LookupEvents skipped
ecs:DescribeServices skipped
`
		if diff := cmp.Diff(want, statuses(ev)); diff != "" {
			t.Errorf("sources (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(known, ev.Task); diff != "" {
			t.Errorf("task (-kept +got):\n%s", diff)
		}
	}
	if diff := cmp.Diff(map[string]int{"ecs:DescribeTaskDefinition": 1}, fake.Calls()); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
}

func TestAShallowLookAtATaskThatWasKeptRunning(t *testing.T) {
	running := kept(t)
	running.Version, running.LastStatus = 4, "RUNNING"
	for name, tt := range map[string]struct {
		world awsfake.Scenario
		want  string
	}{
		"and has stopped since": {world(), "STOPPED"},
		"and is forgotten":      {forgotten(), "RUNNING"},
	} {
		t.Run(name, func(t *testing.T) {
			fake, collector := serve(t, tt.world)
			ev, err := collector.CollectFacts(t.Context(), ref(), running, nil)
			if err != nil {
				t.Fatal(err)
			}
			if ev.Task.LastStatus != tt.want || fake.Calls()["ecs:DescribeTasks"] != 1 {
				t.Errorf("got %s after the calls %v, want %s", ev.Task.LastStatus, fake.Calls(), tt.want)
			}
		})
	}
}
