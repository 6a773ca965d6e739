package awsclient_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"whystopped/internal/awsclient"
	"whystopped/internal/awsclient/awsfake"
	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/problem"
	"whystopped/internal/taskref"
)

// captured is a log group into which the cluster's event capture wrote.
func captured(events ...awsfake.LogEvent) awsfake.LogGroup {
	return awsfake.LogGroup{Name: "/aws/events/ecs/containerinsights/prod/performance", Streams: []awsfake.LogStream{{Name: "00000000-0000-0000-0000-000000000000", Events: events}}}
}

// taskEvent is what EventBridge tells of a task's change of state.
func taskEvent(t *testing.T, at time.Time, version int, lastStatus, reason string) awsfake.LogEvent {
	t.Helper()
	detail := map[string]any{
		"taskArn": taskARN, "clusterArn": "arn:aws:ecs:eu-west-1:111122223333:cluster/prod", "taskDefinitionArn": revision,
		"group": "service:api", "launchType": "FARGATE", "lastStatus": lastStatus, "desiredStatus": "STOPPED", "version": version,
		"stoppedReason": reason, "createdAt": at.Add(-10 * time.Minute).Format(time.RFC3339), "updatedAt": at.Format(time.RFC3339),
		"containers": []map[string]any{{"name": "app", "lastStatus": lastStatus, "exitCode": 1}},
	}
	if lastStatus == "STOPPED" {
		detail["stoppedAt"] = at.Format(time.RFC3339)
	}
	return eventOf(t, at, "ECS Task State Change", detail)
}

func eventOf(t *testing.T, at time.Time, kind string, detail map[string]any) awsfake.LogEvent {
	t.Helper()
	text, err := json.Marshal(map[string]any{"version": "0", "id": "e", "detail-type": kind, "source": "aws.ecs", "time": at.Format(time.RFC3339), "detail": detail})
	if err != nil {
		t.Fatal(err)
	}
	return awsfake.LogEvent{At: at, Message: string(text)}
}

func TestAForgottenTaskIsReadFromItsEvents(t *testing.T) {
	ended := ago(5 * time.Hour)
	other := taskEvent(t, ended, 9, "STOPPED", "of another")
	other.Message = strings.ReplaceAll(other.Message, taskID, "ffffffffffffffffffffffffffffffff")
	stopped := taskEvent(t, ended, 7, "STOPPED", "Essential container in task exited")
	tests := []struct {
		name   string
		events []awsfake.LogEvent
		opts   []awsfake.Option
	}{
		{name: "the last one", events: []awsfake.LogEvent{stopped}},
		{
			name: "the highest version, whatever their order",
			events: []awsfake.LogEvent{
				taskEvent(t, ended.Add(-time.Minute), 5, "DEPROVISIONING", ""), stopped, stopped,
				taskEvent(t, ended.Add(time.Second), 6, "DEPROVISIONING", "late"),
			},
		},
		{
			name: "among others, after empty pages",
			events: []awsfake.LogEvent{
				other, stopped,
				{At: ended.Add(time.Second), Message: "no JSON " + taskID},
				eventOf(t, ended.Add(2*time.Second), "ECS Service Action", map[string]any{"taskArn": taskARN}),
			},
			opts: []awsfake.Option{awsfake.WithPageSize(1), awsfake.WithEmptyPages()},
		},
		{name: "a week ago", events: []awsfake.LogEvent{taskEvent(t, ago(7*24*time.Hour), 7, "STOPPED", "Essential container in task exited")}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := forgotten()
			s.LogGroups[0].Streams[0].Events = []awsfake.LogEvent{{At: tt.events[len(tt.events)-1].At, Message: denial}}
			s.LogGroups = append(s.LogGroups, captured(tt.events...))
			_, collector := serve(t, s, tt.opts...)
			ev, err := collector.Collect(t.Context(), ref(), nil, nil)
			if err != nil {
				t.Fatal(err)
			}
			if ev.Task == nil || ev.Task.Version != 7 || ev.Task.StoppedReason != "Essential container in task exited" || ev.Task.StoppedAt.IsZero() {
				t.Fatalf("task %+v, want the one of version 7", ev.Task)
			}
			if ev.TaskDefinition == nil || len(ev.Logs) != 1 || ev.Ref.Service() != "api" {
				t.Errorf("definition %v, %d logs, service %q", ev.TaskDefinition, len(ev.Logs), ev.Ref.Service())
			}
			if got := sourceOf(t, ev, evidence.TaskSource).Status; got != evidence.SourceEmpty {
				t.Errorf("%s has status %s, want empty: ECS knows nothing", evidence.TaskSource, got)
			}
			if got := sourceOf(t, ev, evidence.TaskEventsSource).Status; got != evidence.SourceOK {
				t.Errorf("%s has status %s", evidence.TaskEventsSource, got)
			}
		})
	}
}

func TestEventCaptureThatDoesNotHelp(t *testing.T) {
	tests := []struct {
		name   string
		change func(*awsfake.Scenario)
		fault  awsfake.Fault
		want   evidence.SourceStatus
	}{
		{name: "none", change: func(*awsfake.Scenario) {}, want: evidence.SourceEmpty},
		{name: "without the task", change: func(s *awsfake.Scenario) { s.LogGroups = append(s.LogGroups, captured()) }, want: evidence.SourceEmpty},
		{name: "that we may not read", change: func(*awsfake.Scenario) {}, fault: awsfake.Fault{Deny: true}, want: evidence.SourceDenied},
		{
			name: "of the infrequent access class",
			change: func(s *awsfake.Scenario) {
				g := captured()
				g.InfrequentAccess = true
				s.LogGroups = append(s.LogGroups, g)
			},
			want: evidence.SourceFailed,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := world()
			s.Clusters[0].Tasks = nil
			tt.change(&s)
			fake, collector := serve(t, s)
			fake.SetFault("logs:FilterLogEvents", tt.fault)
			ev, err := collector.Collect(t.Context(), ref(), nil, nil)
			if err != nil {
				t.Fatalf("CloudTrail still knows the task: %v", err)
			}
			if src := sourceOf(t, ev, evidence.TaskEventsSource); src.Status != tt.want || src.Detail.IsZero() {
				t.Errorf("got %+v, want status %s", src, tt.want)
			}
			checkNotOurs(t, ev)
		})
	}
}

// streamMade is the record of a log stream that the task's execution role made.
func streamMade(stream string) awsfake.TrailRecord {
	r := call("CreateLogStream", ago(5*time.Hour), "")
	r.EventSource = "logs.amazonaws.com"
	r.RequestParameters = map[string]any{"logGroupName": "/ecs/api", "logStreamName": stream}
	return r
}

func TestLogsOfAForgottenTaskAreFoundByGuess(t *testing.T) {
	tests := []struct {
		name   string
		change func(*awsfake.Scenario, *taskref.Ref)
		want   bool
	}{
		{name: "where CloudTrail says", change: func(s *awsfake.Scenario, _ *taskref.Ref) { s.Trail = []awsfake.TrailRecord{streamMade(appStream)} }, want: true},
		{
			name: "where CloudTrail says, though no cluster is known",
			change: func(s *awsfake.Scenario, r *taskref.Ref) {
				s.Trail, r.Cluster = []awsfake.TrailRecord{streamMade(appStream)}, ""
			},
			want: true,
		},
		{name: "by the service of the reference", change: func(_ *awsfake.Scenario, r *taskref.Ref) { r.Group = "service:api" }, want: true},
		{
			name: "by the service that a call names",
			change: func(s *awsfake.Scenario, _ *taskref.Ref) {
				r := call("RunTask", ago(5*time.Hour), "AccessDenied")
				r.EventSource, r.RequestParameters = "ecs.amazonaws.com", map[string]any{"group": "service:api"}
				s.Trail = []awsfake.TrailRecord{r}
			},
			want: true,
		},
		{name: "nothing names a place", change: func(s *awsfake.Scenario, _ *taskref.Ref) {
			s.Trail = []awsfake.TrailRecord{call("Decrypt", ago(5*time.Hour), "")}
		}},
		{name: "a stream of another task", change: func(s *awsfake.Scenario, _ *taskref.Ref) {
			s.Trail = []awsfake.TrailRecord{streamMade("ecs/app/ffffffffffffffffffffffffffffffff")}
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, r := forgotten(), ref()
			tt.change(&s, &r)
			_, collector := serve(t, s)
			ev, err := collector.Collect(t.Context(), r, nil, nil)
			if err != nil {
				t.Fatal(err)
			}
			if ev.Task != nil || ev.TaskDefinition != nil {
				t.Errorf("task %v, definition %v: neither is known to be the task's", ev.Task, ev.TaskDefinition)
			}
			if !tt.want {
				if len(ev.Logs) != 0 {
					t.Errorf("read %v", ev.Logs)
				}
				return
			}
			if len(ev.Logs) != 1 || ev.Logs[0].Container != "app" {
				t.Fatalf("logs %v, sources\n%s", ev.Logs, statuses(ev))
			}
			if diff := cmp.Diff([]string{"starting", denial, "giving up"}, texts(ev.Logs[0])); diff != "" {
				t.Errorf("lines (-want +got):\n%s", diff)
			}
		})
	}
}

func TestOfAForgottenTaskAloneItsLogIsEnough(t *testing.T) {
	s, r := forgotten(), ref()
	r.Group = "service:api"
	s.Clusters[0].Services[0].Events = nil
	_, collector := serve(t, s)
	if _, err := collector.Collect(t.Context(), r, nil, nil); err != nil {
		t.Errorf("its log is there, and still: %v", err)
	}
	s.LogGroups = nil
	_, collector = serve(t, s)
	_, err := collector.Collect(t.Context(), r, nil, nil)
	checkError(t, err, problem.UnknownTask, []string{taskID, "Event capture"})
}

func TestAHangingTrailLeavesTimeForTheLogsOfAForgottenTask(t *testing.T) {
	s, r := forgotten(), ref()
	r.Group = "service:api"
	onOwnClock(t, s, nil, func(ctx context.Context, fake *awsfake.Server, c *awsclient.Collector) {
		fake.SetFault("cloudtrail:LookupEvents", awsfake.Fault{Hang: true})
		ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
		defer cancel()
		ev, err := c.Collect(ctx, r, nil, nil)
		if err != nil || len(ev.Logs) != 1 {
			t.Errorf("%d logs, error %v", len(ev.Logs), err)
		}
		if ctx.Err() != nil {
			t.Error("the answer came after the deadline")
		}
	})
}
