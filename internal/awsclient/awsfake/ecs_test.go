package awsfake_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"whystopped/internal/awsclient/awsfake"
)

const (
	taskA = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	taskB = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
	taskC = "cccccccccccccccccccccccccccccccc"

	arnPrefix = "arn:aws:ecs:eu-west-1:111122223333:"
)

// twoClusters is a small account: in "main" the service "api" with a stopped
// and a running task, and a stopped task of another family; "spare" is empty.
func twoClusters() awsfake.Scenario {
	task := func(id, family, status string) awsfake.Task {
		return awsfake.Task{
			TaskARN: arnPrefix + "task/main/" + id, ClusterARN: arnPrefix + "cluster/main",
			TaskDefinitionARN: arnPrefix + "task-definition/" + family + ":3", Group: "family:" + family,
			LastStatus: status, DesiredStatus: status, LaunchType: "FARGATE", Version: 4,
			CreatedAt: awsfake.Epoch{Time: noon.Add(-time.Hour)}, StoppedAt: awsfake.Epoch{Time: noon.Add(-1500 * time.Millisecond)},
			Containers: []awsfake.Container{{Name: "app", ExitCode: aws.Int(0), LastStatus: status}},
		}
	}
	stopped, running, other := task(taskA, "api", "STOPPED"), task(taskB, "api", "RUNNING"), task(taskC, "job", "STOPPED")
	stopped.Group, running.Group = "service:api", "service:api"
	var events []awsfake.ServiceEvent
	for i := range 120 {
		events = append(events, awsfake.ServiceEvent{ID: fmt.Sprint(i), CreatedAt: awsfake.Epoch{Time: noon.Add(-time.Duration(i) * time.Minute)}, Message: "(service api) has reached a steady state."})
	}
	return awsfake.Scenario{
		Clusters: []awsfake.Cluster{
			{
				Name:     "main",
				Services: []awsfake.Service{{ServiceARN: arnPrefix + "service/main/api", ServiceName: "api", ClusterARN: arnPrefix + "cluster/main", Status: "ACTIVE", Events: events}},
				Tasks:    []awsfake.Task{stopped, running, other},
			},
			{Name: "spare"},
		},
		TaskDefinitions: []awsfake.TaskDefinition{
			{TaskDefinitionARN: arnPrefix + "task-definition/api:3", Family: "api", Revision: 3, Status: "ACTIVE", ExecutionRoleARN: "arn:aws:iam::111122223333:role/api-exec"},
			{TaskDefinitionARN: arnPrefix + "task-definition/api:4", Family: "api", Revision: 4, Status: "INACTIVE"},
		},
	}
}

func listClusters(t *testing.T, cfg aws.Config) ([]string, error) {
	t.Helper()
	out, err := ecs.NewFromConfig(cfg).ListClusters(t.Context(), &ecs.ListClustersInput{})
	if err != nil {
		return nil, err
	}
	return out.ClusterArns, nil
}

func TestDescribeTasks(t *testing.T) {
	_, cfg := start(t, twoClusters())
	out, err := ecs.NewFromConfig(cfg).DescribeTasks(t.Context(), &ecs.DescribeTasksInput{
		Cluster: aws.String("main"),
		Tasks:   []string{arnPrefix + "task/main/" + taskA, "0123456789abcdef0123456789abcdef"},
	})
	if err != nil {
		t.Fatal(err)
	}
	wantFailures := []types.Failure{{Arn: aws.String(arnPrefix + "task/main/0123456789abcdef0123456789abcdef"), Reason: aws.String("MISSING")}}
	if diff := cmp.Diff(wantFailures, out.Failures, cmpopts.IgnoreUnexported(types.Failure{})); diff != "" {
		t.Errorf("failures (-want +got):\n%s", diff)
	}
	if len(out.Tasks) != 1 {
		t.Fatalf("got %d tasks, want 1", len(out.Tasks))
	}
	task := out.Tasks[0]
	if got, want := aws.ToTime(task.StoppedAt).UTC(), noon.Add(-1500*time.Millisecond); !got.Equal(want) {
		t.Errorf("got stoppedAt %v, want %v", got, want)
	}
	if task.StartedAt != nil {
		t.Errorf("got startedAt %v for a task that never started", task.StartedAt)
	}
	if got := aws.ToInt32(task.Containers[0].ExitCode); task.Containers[0].ExitCode == nil || got != 0 {
		t.Errorf("got exit code %v, want 0", task.Containers[0].ExitCode)
	}
}

func TestDescribeTasksRefuses(t *testing.T) {
	many := slices.Repeat([]string{taskA}, 101)
	tests := []struct {
		name, region, cluster string
		tasks                 []string
		wantCode, wantText    string
	}{
		{"unknown cluster", "", "nowhere", []string{taskA}, "ClusterNotFoundException", "Cluster not found."},
		{"no cluster, which is default", "", "", []string{taskA}, "ClusterNotFoundException", "Cluster not found."},
		{"another Region", "eu-central-1", "main", []string{taskA}, "ClusterNotFoundException", "Cluster not found."},
		{"no task", "", "main", []string{}, "InvalidParameterException", "Tasks cannot be empty."},
		{"too many tasks", "", "main", many, "InvalidParameterException", "Tasks cannot have more than 100 elements."},
		{"too long an id", "", "main", []string{taskA + taskB}, "InvalidParameterException", "taskId longer than 36."},
		{"not an id", "", "main", []string{"web-1"}, "InvalidParameterException", "taskId is invalid."},
		{"ARN of another cluster", "", "spare", []string{arnPrefix + "task/main/" + taskA}, "InvalidParameterException", "Invalid identifier: Identifier is for main. Your cluster is spare"},
	}
	_, cfg := start(t, twoClusters())
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			in := &ecs.DescribeTasksInput{Tasks: tt.tasks}
			if tt.cluster != "" {
				in.Cluster = aws.String(tt.cluster)
			}
			_, err := ecs.NewFromConfig(cfg, func(o *ecs.Options) {
				if tt.region != "" {
					o.Region = tt.region
				}
			}).DescribeTasks(t.Context(), in)
			if got := wantCode(t, err, tt.wantCode); got != tt.wantText {
				t.Errorf("got message %q, want %q", got, tt.wantText)
			}
		})
	}
}

func TestDescribeTasksOfAnotherAccount(t *testing.T) {
	_, cfg := start(t, twoClusters())
	out, err := ecs.NewFromConfig(cfg).DescribeTasks(t.Context(), &ecs.DescribeTasksInput{
		Cluster: aws.String("main"),
		Tasks:   []string{"arn:aws:ecs:eu-west-1:444455556666:task/main/" + taskA},
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(out.Tasks) != 0 || len(out.Failures) != 1 {
		t.Errorf("got %d tasks and %d failures, want none and one", len(out.Tasks), len(out.Failures))
	}
}

func TestDescribeTaskDefinition(t *testing.T) {
	tests := []struct {
		ref      string
		want     string // ARN
		wantCode string
	}{
		{ref: arnPrefix + "task-definition/api:3", want: arnPrefix + "task-definition/api:3"},
		{ref: "api:4", want: arnPrefix + "task-definition/api:4"},
		{ref: "api", want: arnPrefix + "task-definition/api:3"}, // the newest that is active
		{ref: "api:5", wantCode: "ClientException"},
		{ref: "web", wantCode: "ClientException"},
	}
	_, cfg := start(t, twoClusters())
	for _, tt := range tests {
		t.Run(tt.ref, func(t *testing.T) {
			out, err := ecs.NewFromConfig(cfg).DescribeTaskDefinition(t.Context(), &ecs.DescribeTaskDefinitionInput{TaskDefinition: aws.String(tt.ref)})
			if tt.wantCode != "" {
				if got := wantCode(t, err, tt.wantCode); got != "Unable to describe task definition." {
					t.Errorf("got message %q", got)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := aws.ToString(out.TaskDefinition.TaskDefinitionArn); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

func TestDescribeServices(t *testing.T) {
	_, cfg := start(t, twoClusters())
	client := ecs.NewFromConfig(cfg)
	out, err := client.DescribeServices(t.Context(), &ecs.DescribeServicesInput{
		Cluster: aws.String(arnPrefix + "cluster/main"), Services: []string{arnPrefix + "service/main/api", "web"},
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(out.Services) != 1 || len(out.Failures) != 1 || aws.ToString(out.Failures[0].Reason) != "MISSING" {
		t.Fatalf("got %d services and failures %v, want one of each", len(out.Services), out.Failures)
	}
	if got := len(out.Services[0].Events); got != 100 {
		t.Errorf("got %d events, want the newest 100", got)
	}
	if got := aws.ToTime(out.Services[0].Events[0].CreatedAt); !got.Equal(noon) {
		t.Errorf("the first event is of %v, want the newest", got)
	}
	_, err = client.DescribeServices(t.Context(), &ecs.DescribeServicesInput{Cluster: aws.String("main"), Services: slices.Repeat([]string{"api"}, 11)})
	wantCode(t, err, "InvalidParameterException")
	_, err = client.DescribeServices(t.Context(), &ecs.DescribeServicesInput{Cluster: aws.String("main"), Services: []string{}})
	wantCode(t, err, "InvalidParameterException")
}

func TestDescribeContainerInstances(t *testing.T) {
	scenario := twoClusters()
	scenario.Clusters[0].Instances = []awsfake.ContainerInstance{{ContainerInstanceARN: arnPrefix + "container-instance/main/aa", EC2InstanceID: "i-0a1b2c3d4e5f60718"}}
	_, cfg := start(t, scenario)
	client := ecs.NewFromConfig(cfg)
	out, err := client.DescribeContainerInstances(t.Context(), &ecs.DescribeContainerInstancesInput{
		Cluster: aws.String("main"), ContainerInstances: []string{arnPrefix + "container-instance/main/aa", "bb"},
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(out.ContainerInstances) != 1 || aws.ToString(out.ContainerInstances[0].Ec2InstanceId) != "i-0a1b2c3d4e5f60718" ||
		len(out.Failures) != 1 || aws.ToString(out.Failures[0].Reason) != "MISSING" {
		t.Errorf("got %v and failures %v, want one of each", out.ContainerInstances, out.Failures)
	}
	_, err = client.DescribeContainerInstances(t.Context(), &ecs.DescribeContainerInstancesInput{Cluster: aws.String("main"), ContainerInstances: []string{}})
	wantCode(t, err, "InvalidParameterException")
}

func TestListTasks(t *testing.T) {
	tests := []struct {
		name string
		in   ecs.ListTasksInput
		want []string
	}{
		{"running unless said otherwise", ecs.ListTasksInput{}, []string{taskB}},
		{"stopped", ecs.ListTasksInput{DesiredStatus: types.DesiredStatusStopped}, []string{taskA, taskC}},
		{"of a service", ecs.ListTasksInput{DesiredStatus: types.DesiredStatusStopped, ServiceName: aws.String("api")}, []string{taskA}},
		{"of a family", ecs.ListTasksInput{DesiredStatus: types.DesiredStatusStopped, Family: aws.String("job")}, []string{taskC}},
		{"on EC2", ecs.ListTasksInput{LaunchType: types.LaunchTypeEc2}, nil},
	}
	_, cfg := start(t, twoClusters(), awsfake.WithPageSize(1))
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.in.Cluster = aws.String("main")
			var got []string
			for p := ecs.NewListTasksPaginator(ecs.NewFromConfig(cfg), &tt.in); p.HasMorePages(); {
				out, err := p.NextPage(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				if len(out.TaskArns) > 1 {
					t.Errorf("a page has %d entries, want at most 1", len(out.TaskArns))
				}
				for _, arn := range out.TaskArns {
					got = append(got, strings.TrimPrefix(arn, arnPrefix+"task/main/"))
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("tasks (-want +got):\n%s", diff)
			}
		})
	}
}

func TestListTasksRefuses(t *testing.T) {
	_, cfg := start(t, twoClusters())
	client := ecs.NewFromConfig(cfg)
	_, err := client.ListTasks(t.Context(), &ecs.ListTasksInput{Cluster: aws.String("main"), ServiceName: aws.String("web")})
	wantCode(t, err, "ServiceNotFoundException")
	_, err = client.ListTasks(t.Context(), &ecs.ListTasksInput{Cluster: aws.String("main"), NextToken: aws.String("guessed")})
	wantCode(t, err, "InvalidParameterException")
}

func TestListClusters(t *testing.T) {
	double, cfg := start(t, twoClusters(), awsfake.WithPageSize(1))
	var got []string
	for p := ecs.NewListClustersPaginator(ecs.NewFromConfig(cfg), &ecs.ListClustersInput{}); p.HasMorePages(); {
		out, err := p.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, out.ClusterArns...)
	}
	if diff := cmp.Diff([]string{arnPrefix + "cluster/main", arnPrefix + "cluster/spare"}, got); diff != "" {
		t.Errorf("clusters (-want +got):\n%s", diff)
	}
	if got := double.Calls()["ecs:ListClusters"]; got != 2 {
		t.Errorf("counted %d calls, want one per page", got)
	}
	cfg.Region = "us-east-1"
	if got, err := listClusters(t, cfg); err != nil || len(got) != 0 {
		t.Errorf("another Region has clusters %v (error %v), want none", got, err)
	}
}
