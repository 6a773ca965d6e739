package awsclient_test

import (
	"encoding/json"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"whystopped/internal/awsclient/awsfake"
	"whystopped/internal/collect"
	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/taskref"
)

func TestCollectReadsEverything(t *testing.T) {
	_, collector := serve(t, world())
	got, err := collector.Collect(t.Context(), ref(), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	at := func(d time.Duration) evidence.Time { return evidence.At(ago(d)) }
	want := evidence.Evidence{
		Now: present,
		Ref: taskref.Ref{Partition: "aws", Region: region, Account: account, Cluster: "prod", TaskID: taskID, Group: "service:api"},
		Task: &evidence.Task{
			TaskARN: taskARN, ClusterARN: "arn:aws:ecs:eu-west-1:111122223333:cluster/prod", TaskDefinitionARN: revision,
			Group: "service:api", LaunchType: "FARGATE", LastStatus: "STOPPED", DesiredStatus: "STOPPED",
			StopCode: "EssentialContainerExited", StoppedReason: "Essential container in task exited",
			CPU: "256", Memory: "512", Version: 5,
			CreatedAt: at(43 * time.Minute), StartedAt: at(41 * time.Minute), StoppedAt: at(30 * time.Minute),
			Containers: []evidence.Container{
				{ContainerARN: "arn:aws:ecs:eu-west-1:111122223333:container/prod/c1", Name: "app", Image: "app:1", RuntimeID: taskID + "-1", LastStatus: "STOPPED", ExitCode: aws.Int(1)},
				{ContainerARN: "arn:aws:ecs:eu-west-1:111122223333:container/prod/c2", Name: "proxy", Image: "proxy:1", LastStatus: "STOPPED", Reason: "CannotStartContainerError: no"},
			},
			Overrides:   evidence.Overrides{TaskRoleARN: taskRole, ContainerOverrides: []evidence.ContainerOverride{{Name: "app", Command: []string{"serve"}}}},
			Attachments: []evidence.Attachment{{ID: "eni", Type: "ElasticNetworkInterface", Status: "DELETED", Details: []evidence.KeyValue{{Name: "subnetId", Value: "subnet-1"}}}},
		},
		TaskDefinition: wantDefinition(),
		Logs: []evidence.Log{{
			Container: "app", Group: "/ecs/api", Stream: appStream, Region: region,
			Lines: []evidence.LogLine{{At: ago(40 * time.Minute), Text: "starting"}, {At: ago(31 * time.Minute), Text: denial}, {At: ago(31 * time.Minute), Text: "giving up"}},
		}},
		ServiceEvents: []evidence.ServiceEvent{
			{ID: "e1", At: ago(43 * time.Minute), Text: "(service api) has started 1 tasks."},
			{ID: "e2", At: ago(29 * time.Minute), Text: "(service api) has stopped 1 running tasks."},
		},
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(evidence.Evidence{}, "CloudTrail", "Sources")); diff != "" {
		t.Errorf("evidence (-want +got):\n%s", diff)
	}
	wantSources := `ecs:DescribeTasks ok
ecs:DescribeTaskDefinition ok
logs:GetLogEvents app ok
logs:GetLogEvents proxy skipped
cloudtrail:LookupEvents ok
ecs:DescribeServices ok
`
	if diff := cmp.Diff(wantSources, statuses(got)); diff != "" {
		t.Errorf("sources (-want +got):\n%s", diff)
	}
}

func wantDefinition() *evidence.TaskDefinition {
	return &evidence.TaskDefinition{
		TaskDefinitionARN: revision, Family: "api", Revision: 7, Status: "ACTIVE", ExecutionRoleARN: execRole,
		NetworkMode: "awsvpc", RequiresCompatibilities: []string{"FARGATE"}, CPU: "256", Memory: "512",
		RuntimePlatform: evidence.RuntimePlatform{CPUArchitecture: "X86_64", OperatingSystemFamily: "LINUX"},
		ContainerDefinitions: []evidence.ContainerDefinition{
			{
				Name: "app", Image: "app:1", Essential: aws.Bool(true), Command: []string{"serve"}, Memory: "256",
				Secrets:          []evidence.Secret{{Name: "DB", ValueFrom: "arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-AbCdEf"}},
				EnvironmentFiles: []evidence.EnvironmentFile{{Type: "s3", Value: "arn:aws:s3:::config/app.env"}},
				LogConfiguration: &evidence.LogConfiguration{LogDriver: "awslogs", Options: map[string]string{"awslogs-group": "/ecs/api", "awslogs-region": region, "awslogs-stream-prefix": "ecs"}},
				HealthCheck:      &evidence.HealthCheck{Command: []string{"CMD", "true"}, Interval: aws.Int(30), Timeout: aws.Int(5), Retries: aws.Int(3)},
				MountPoints:      []evidence.MountPoint{{SourceVolume: "data", ContainerPath: "/data"}},
			},
			{Name: "proxy", Image: "proxy:1", Essential: aws.Bool(false), LogConfiguration: &evidence.LogConfiguration{LogDriver: "awsfirelens"}},
		},
		Volumes: []evidence.Volume{{Name: "data", EFS: &evidence.EFSVolume{
			FileSystemID: "fs-1", TransitEncryption: "ENABLED",
			AuthorizationConfig: evidence.EFSAuthorization{AccessPointID: "fsap-1", IAM: "ENABLED"},
		}}},
	}
}

func TestCollectKeepsNoSecretsOfTheDefinitionAndOfCalls(t *testing.T) {
	_, collector := serve(t, world())
	ev, err := collector.Collect(t.Context(), ref(), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(ev)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(text), "do-not-keep") {
		t.Errorf("values that nothing is decided by are in the evidence: %s", text)
	}
}

func TestCollectAsksForARevisionOnce(t *testing.T) {
	fake, collector := serve(t, world())
	for range 2 {
		ev, err := collector.Collect(t.Context(), ref(), nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(wantDefinition(), ev.TaskDefinition); diff != "" {
			t.Errorf("definition (-want +got):\n%s", diff)
		}
		// What is given out is the caller's own.
		ev.TaskDefinition.ContainerDefinitions[0].LogConfiguration.Options["awslogs-group"] = "changed"
		ev.TaskDefinition.ContainerDefinitions[0].Command[0] = "changed"
	}
	if n := fake.Calls()["ecs:DescribeTaskDefinition"]; n != 1 {
		t.Errorf("asked %d times for a revision that never changes", n)
	}
}

func TestCollectOfATaskThatRuns(t *testing.T) {
	s := world()
	task := &s.Clusters[0].Tasks[0]
	task.LastStatus, task.DesiredStatus, task.StopCode, task.StoppedReason, task.StoppedAt = "RUNNING", "RUNNING", "", "", awsfake.Epoch{}
	_, collector := serve(t, s)
	ev, err := collector.Collect(t.Context(), ref(), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if ev.Task.LastStatus != "RUNNING" || len(ev.Logs) != 1 || len(ev.CloudTrail) != 2 {
		t.Errorf("got status %s, %d logs, %d records", ev.Task.LastStatus, len(ev.Logs), len(ev.CloudTrail))
	}
	if got := len(ev.ServiceEvents); got != 3 {
		t.Errorf("got %d service events, want all since the task began", got)
	}
}

func TestCollectTellsOfEachSource(t *testing.T) {
	_, collector := serve(t, world())
	told := map[string][]evidence.SourceStatus{}
	ev, err := collector.Collect(t.Context(), ref(), nil, func(n collect.Progress) {
		if s := n.Source; s != nil {
			told[s.Name] = append(told[s.Name], s.Status)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string][]evidence.SourceStatus{}
	for _, s := range ev.Sources {
		want[s.Name] = []evidence.SourceStatus{"", s.Status}
		if s.Status == evidence.SourceSkipped {
			want[s.Name] = []evidence.SourceStatus{s.Status}
		}
	}
	if diff := cmp.Diff(want, told); diff != "" {
		t.Errorf("told (-want +got):\n%s", diff)
	}
}

func TestCollectCountsTheRequestsOfEachSource(t *testing.T) {
	fake, collector := serve(t, world())
	fake.SetFault("ecs:DescribeServices", awsfake.Fault{Throttle: 2})
	ev, err := collector.Collect(t.Context(), ref(), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]int{}
	for _, s := range ev.Sources {
		got[s.Name] = s.Calls
	}
	want := map[string]int{
		"ecs:DescribeTasks": 1, "ecs:DescribeTaskDefinition": 1, "logs:GetLogEvents app": 2, "logs:GetLogEvents proxy": 0,
		"cloudtrail:LookupEvents": 1, "ecs:DescribeServices": 3,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
	if s := sourceOf(t, ev, "ecs:DescribeServices"); s.Status != evidence.SourceOK {
		t.Errorf("throttled twice: status %s, want ok after the retries", s.Status)
	}
}

func TestCollectConcurrently(t *testing.T) {
	_, collector := serve(t, world())
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			ev, err := collector.Collect(t.Context(), ref(), nil, nil)
			if err != nil || len(ev.Logs) != 1 {
				t.Errorf("got %d logs, error %v", len(ev.Logs), err)
			}
		})
	}
	wg.Wait()
}

func TestCollectOfAServiceWithoutStoppedTask(t *testing.T) {
	s := world()
	s.Clusters[0].Tasks = nil
	_, collector := serve(t, s)
	resolved, err := collector.Resolve(t.Context(), serviceRef())
	if err != nil {
		t.Fatal(err)
	}
	if resolved.TaskID != "" {
		t.Fatalf("resolved to task %s", resolved.TaskID)
	}
	ev, err := collector.Collect(t.Context(), resolved, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if ev.Task != nil || len(ev.ServiceEvents) != 3 || ev.TaskDefinition == nil {
		t.Errorf("got task %v, %d events, definition %v; want the events of a day and the service's definition", ev.Task, len(ev.ServiceEvents), ev.TaskDefinition)
	}
	want := "ecs:DescribeTasks skipped\necs:DescribeTaskDefinition ok\necs:DescribeServices ok\n"
	if diff := cmp.Diff(want, statuses(ev)); diff != "" {
		t.Errorf("sources (-want +got):\n%s", diff)
	}
}
