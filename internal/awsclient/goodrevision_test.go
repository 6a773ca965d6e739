package awsclient_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"whystopped/internal/awsclient"
	"whystopped/internal/awsclient/awsfake"
	"whystopped/internal/diagnose"
	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/words"
)

func revisionOf(n int) string {
	return fmt.Sprintf("arn:aws:ecs:eu-west-1:111122223333:task-definition/api:%d", n)
}

// rollingOut is the world in which revision 7, the task's own, takes the place
// of others.
func rollingOut(others ...awsfake.Deployment) awsfake.Scenario {
	s := world()
	for n := 3; n < 7; n++ {
		d := definition()
		d.Revision, d.TaskDefinitionARN, d.ExecutionRoleARN = n, revisionOf(n), execRole+"-before"
		s.TaskDefinitions = append(s.TaskDefinitions, d)
	}
	own := awsfake.Deployment{ID: "ecs-svc/7", Status: "PRIMARY", TaskDefinition: revision, RolloutState: "IN_PROGRESS", DesiredCount: 2, FailedTasks: 4, CreatedAt: epochAgo(45 * time.Minute)}
	s.Clusters[0].Services[0].Deployments = append([]awsfake.Deployment{own}, others...)
	return s
}

// before is a deployment of an older revision whose tasks run.
func before(n int) awsfake.Deployment {
	return awsfake.Deployment{
		ID: fmt.Sprintf("ecs-svc/%d", n), Status: "ACTIVE", TaskDefinition: revisionOf(n), RolloutState: "COMPLETED",
		DesiredCount: 2, RunningCount: 2, CreatedAt: epochAgo(time.Duration(100-n) * time.Hour),
	}
}

func TestDeploymentsAreRead(t *testing.T) {
	_, collector := serve(t, rollingOut(before(6)))
	ev, err := collector.Collect(t.Context(), ref(), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := []evidence.Deployment{
		{ID: "ecs-svc/7", Status: "PRIMARY", TaskDefinitionARN: revision, RolloutState: "IN_PROGRESS", DesiredCount: 2, FailedTasks: 4, CreatedAt: ago(45 * time.Minute)},
		{ID: "ecs-svc/6", Status: "ACTIVE", TaskDefinitionARN: revisionOf(6), RolloutState: "COMPLETED", DesiredCount: 2, RunningCount: 2, CreatedAt: ago(94 * time.Hour)},
	}
	if diff := cmp.Diff(want, ev.Deployments); diff != "" {
		t.Errorf("deployments (-want +got):\n%s", diff)
	}
}

func TestRevisionsThatWorkAreRead(t *testing.T) {
	failing, starting := before(6), before(6)
	failing.RolloutState, failing.FailedTasks = "IN_PROGRESS", 1
	starting.RolloutState, starting.RunningCount = "IN_PROGRESS", 0
	ownBefore := before(6)
	ownBefore.TaskDefinition = revision
	tests := []struct {
		name   string
		others []awsfake.Deployment
		want   []string
	}{
		{name: "none beside the task's own"},
		{name: "the one before", others: []awsfake.Deployment{before(6)}, want: []string{revisionOf(6)}},
		{name: "the newest first, whatever their order", others: []awsfake.Deployment{before(5), before(6)}, want: []string{revisionOf(6), revisionOf(5)}},
		{name: "three at most", others: []awsfake.Deployment{before(6), before(5), before(4), before(3)}, want: []string{revisionOf(6), revisionOf(5), revisionOf(4)}},
		{name: "each once", others: []awsfake.Deployment{before(6), before(6)}, want: []string{revisionOf(6)}},
		{name: "the task's own works elsewhere", others: []awsfake.Deployment{ownBefore}},
		{name: "one whose tasks fail", others: []awsfake.Deployment{failing}},
		{name: "one without a running task", others: []awsfake.Deployment{starting}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			fake, collector := serve(t, rollingOut(tt.others...))
			for range 2 { // the second time all revisions are known
				ev, err := collector.Collect(t.Context(), ref(), nil, nil)
				if err != nil {
					t.Fatal(err)
				}
				var got []string
				for _, d := range ev.Others {
					got = append(got, d.TaskDefinitionARN)
					if d.ExecutionRoleARN != execRole+"-before" {
						t.Errorf("%s has the execution role %s", d.TaskDefinitionARN, d.ExecutionRoleARN)
					}
				}
				if diff := cmp.Diff(tt.want, got); diff != "" {
					t.Errorf("revisions (-want +got):\n%s", diff)
				}
				if told := strings.Contains(statuses(ev), evidence.GoodDefinitionSource+" ok"); told != (len(tt.want) > 0) {
					t.Errorf("sources:\n%s", statuses(ev))
				}
			}
			if n := fake.Calls()["ecs:DescribeTaskDefinition"]; n != 1+len(tt.want) {
				t.Errorf("%d calls for the task's own revision and %d others", n, len(tt.want))
			}
		})
	}
}

func TestAShallowLookReadsNoOtherRevision(t *testing.T) {
	fake, collector := serve(t, rollingOut(before(6)))
	if _, err := collector.CollectFacts(t.Context(), ref(), nil, nil); err != nil {
		t.Fatal(err)
	}
	if n := fake.Calls()["ecs:DescribeTaskDefinition"]; n != 1 {
		t.Errorf("%d revisions were asked for", n)
	}
}

// TestRevisionsThatWorkDelayNothing is not part of the matrix of faults, since
// nothing waits for its retries. It lets the question go wrong once the
// task's own revision is known.
func TestRevisionsThatWorkDelayNothing(t *testing.T) {
	tests := []struct {
		name  string
		fault awsfake.Fault
		want  evidence.SourceStatus
		// most is how long the look may take longer than without the question.
		most time.Duration
	}{
		{name: "in time", fault: awsfake.Fault{Latency: latency}, want: evidence.SourceOK},
		{name: "hangs", fault: awsfake.Fault{Hang: true}, want: evidence.SourceTimeout, most: 500 * time.Millisecond},
		{name: "denied", fault: awsfake.Fault{Deny: true, Latency: latency}, want: evidence.SourceDenied},
		{name: "throttled for good", fault: awsfake.Fault{Throttle: -1, Latency: latency}, want: evidence.SourceTimeout, most: 500 * time.Millisecond},
		{name: "status 500", fault: awsfake.Fault{Status500: true, Latency: latency}, want: evidence.SourceTimeout, most: 500 * time.Millisecond},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			onOwnClock(t, rollingOut(before(6)), nil, func(ctx context.Context, fake *awsfake.Server, c *awsclient.Collector) {
				fake.SetFault(awsfake.EveryOperation, awsfake.Fault{Latency: latency})
				if _, err := c.CollectFacts(ctx, ref(), nil, nil); err != nil { // makes the own revision known
					t.Fatal(err)
				}
				fake.SetFault("ecs:DescribeTaskDefinition", tt.fault)
				// Task, service and the revision that works follow each other; so do
				// the task and its log, while its calls are looked up.
				fake.SetFault("cloudtrail:LookupEvents", awsfake.Fault{Latency: 3 * latency})
				began := time.Now()
				ev, err := c.Collect(ctx, ref(), nil, nil)
				if err != nil {
					t.Fatal(err)
				}
				if took := time.Since(began); took > 3*latency+tt.most {
					t.Errorf("took %s", took)
				}
				line := sourceOf(t, ev, evidence.GoodDefinitionSource)
				if line.Status != tt.want || line.Detail.IsZero() {
					t.Errorf("got %+v, want status %s", line, tt.want)
				}
				checkPermission(t, line, "ecs:DescribeTaskDefinition")
				if caveats := strings.Join(words.Lines(diagnose.Diagnose(ev).Caveats), "\n"); strings.Contains(caveats, "efinition") {
					t.Errorf("what no verdict depends on is told as a gap of it: %s", caveats)
				}
				if ev.TaskDefinition == nil || len(ev.Logs) != 1 || len(ev.CloudTrail) != 2 || len(ev.ServiceEvents) != 2 {
					t.Errorf("the look itself suffered:\n%s", statuses(ev))
				}
			})
		})
	}
}
