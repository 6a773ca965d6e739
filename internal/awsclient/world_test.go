package awsclient_test

import (
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"whystopped/internal/awsclient"
	"whystopped/internal/awsclient/awsfake"
	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/taskref"
)

const (
	account   = "111122223333"
	region    = "eu-west-1"
	taskID    = "0123456789abcdef0123456789abcdef"
	taskARN   = "arn:aws:ecs:eu-west-1:111122223333:task/prod/" + taskID
	revision  = "arn:aws:ecs:eu-west-1:111122223333:task-definition/api:7"
	taskRole  = "arn:aws:iam::111122223333:role/svc/api-task"
	execRole  = "arn:aws:iam::111122223333:role/api-exec"
	appStream = "ecs/app/" + taskID
	denial    = "User: arn:aws:sts::111122223333:assumed-role/api-task/" + taskID + " is not authorized to perform: dynamodb:GetItem on resource: arn:aws:dynamodb:eu-west-1:111122223333:table/orders because no identity-based policy allows the dynamodb:GetItem action"
)

// present is when the tests take place.
var present = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func ago(d time.Duration) time.Time          { return present.Add(-d) }
func epochAgo(d time.Duration) awsfake.Epoch { return awsfake.Epoch{Time: ago(d)} }

// ref is the reference to the world's task as its ARN gives it.
func ref() taskref.Ref {
	return taskref.Ref{Partition: "aws", Region: region, Account: account, Cluster: "prod", TaskID: taskID}
}

func serviceRef() taskref.Ref {
	return taskref.Ref{Partition: "aws", Region: region, Account: account, Cluster: "prod", Group: "service:api"}
}

// world is an account with one task, which stopped half an hour ago: two
// containers, of which one logs to CloudWatch, a service with events, and calls
// in CloudTrail. Each test gets its own and changes what it is about.
func world() awsfake.Scenario {
	return awsfake.Scenario{
		Account: account,
		Region:  region,
		Clusters: []awsfake.Cluster{{
			Name:     "prod",
			Tasks:    []awsfake.Task{stoppedTask()},
			Services: []awsfake.Service{service()},
		}},
		TaskDefinitions: []awsfake.TaskDefinition{definition()},
		LogGroups: []awsfake.LogGroup{{Name: "/ecs/api", Streams: []awsfake.LogStream{{
			Name:   appStream,
			Events: []awsfake.LogEvent{{At: ago(40 * time.Minute), Message: "starting"}, {At: ago(31 * time.Minute), Message: denial}, {At: ago(31 * time.Minute), Message: "giving up"}},
		}}}},
		Trail: []awsfake.TrailRecord{
			call("GetSecretValue", ago(42*time.Minute), ""),
			call("Decrypt", ago(35*time.Minute), "AccessDenied"),
		},
	}
}

func stoppedTask() awsfake.Task {
	exitCode := 1
	return awsfake.Task{
		TaskARN: taskARN, ClusterARN: "arn:aws:ecs:eu-west-1:111122223333:cluster/prod", TaskDefinitionARN: revision,
		Group: "service:api", LaunchType: "FARGATE", LastStatus: "STOPPED", DesiredStatus: "STOPPED",
		StopCode: "EssentialContainerExited", StoppedReason: "Essential container in task exited",
		CPU: "256", Memory: "512", Version: 5,
		CreatedAt: epochAgo(43 * time.Minute), StartedAt: epochAgo(41 * time.Minute), StoppedAt: epochAgo(30 * time.Minute),
		Containers: []awsfake.Container{
			{ContainerARN: "arn:aws:ecs:eu-west-1:111122223333:container/prod/c1", TaskARN: taskARN, Name: "app", Image: "app:1", RuntimeID: taskID + "-1", LastStatus: "STOPPED", ExitCode: &exitCode},
			{ContainerARN: "arn:aws:ecs:eu-west-1:111122223333:container/prod/c2", TaskARN: taskARN, Name: "proxy", Image: "proxy:1", LastStatus: "STOPPED", Reason: "CannotStartContainerError: no"},
		},
		Overrides:   awsfake.TaskOverrides{TaskRoleARN: taskRole, ContainerOverrides: []awsfake.ContainerOverride{{Name: "app", Command: []string{"serve"}}}},
		Attachments: []awsfake.Attachment{{ID: "eni", Type: "ElasticNetworkInterface", Status: "DELETED", Details: []awsfake.KeyValue{{Name: "subnetId", Value: "subnet-1"}}}},
	}
}

func definition() awsfake.TaskDefinition {
	return awsfake.TaskDefinition{
		TaskDefinitionARN: revision, Family: "api", Revision: 7, Status: "ACTIVE", ExecutionRoleARN: execRole,
		NetworkMode: "awsvpc", RequiresCompatibilities: []string{"FARGATE"}, CPU: "256", Memory: "512",
		RuntimePlatform: &awsfake.RuntimePlatform{CPUArchitecture: "X86_64", OperatingSystemFamily: "LINUX"},
		ContainerDefinitions: []awsfake.ContainerDefinition{
			{
				Name: "app", Image: "app:1", Essential: true, Command: []string{"serve"}, Memory: 256,
				Environment:      []awsfake.KeyValue{{Name: "PASSWORD", Value: "do-not-keep"}},
				Secrets:          []awsfake.Secret{{Name: "DB", ValueFrom: "arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-AbCdEf"}},
				EnvironmentFiles: []awsfake.EnvironmentFile{{Type: "s3", Value: "arn:aws:s3:::config/app.env"}},
				LogConfiguration: awslogs("/ecs/api", "ecs"),
				HealthCheck:      &awsfake.HealthCheck{Command: []string{"CMD", "true"}, Interval: 30, Timeout: 5, Retries: 3},
				MountPoints:      []awsfake.MountPoint{{SourceVolume: "data", ContainerPath: "/data"}},
			},
			{Name: "proxy", Image: "proxy:1", LogConfiguration: &awsfake.LogConfiguration{LogDriver: "awsfirelens"}},
		},
		Volumes: []awsfake.Volume{{Name: "data", EFS: &awsfake.EFSVolume{
			FileSystemID: "fs-1", TransitEncryption: "ENABLED",
			AuthorizationConfig: &awsfake.EFSAuthorization{AccessPointID: "fsap-1", IAM: "ENABLED"},
		}}},
	}
}

func awslogs(group, prefix string) *awsfake.LogConfiguration {
	options := map[string]string{"awslogs-group": group, "awslogs-region": region}
	if prefix != "" {
		options["awslogs-stream-prefix"] = prefix
	}
	return &awsfake.LogConfiguration{LogDriver: "awslogs", Options: options}
}

func service() awsfake.Service {
	return awsfake.Service{
		ServiceARN: "arn:aws:ecs:eu-west-1:111122223333:service/prod/api", ServiceName: "api",
		ClusterARN: "arn:aws:ecs:eu-west-1:111122223333:cluster/prod", Status: "ACTIVE", TaskDefinition: revision,
		Events: []awsfake.ServiceEvent{
			{ID: "e3", CreatedAt: epochAgo(5 * time.Minute), Message: "(service api) has reached a steady state."},
			{ID: "e2", CreatedAt: epochAgo(29 * time.Minute), Message: "(service api) has stopped 1 running tasks."},
			{ID: "e1", CreatedAt: epochAgo(43 * time.Minute), Message: "(service api) has started 1 tasks."},
			{ID: "e0", CreatedAt: epochAgo(30 * time.Hour), Message: "(service api) has reached a steady state."},
		},
	}
}

// call is a recorded call of the task's task role.
func call(name string, at time.Time, errorCode string) awsfake.TrailRecord {
	r := awsfake.TrailRecord{
		EventTime: at, EventSource: "secretsmanager.amazonaws.com", EventName: name, ErrorCode: errorCode,
		UserIdentity: awsfake.TrailIdentity{Type: "AssumedRole", ARN: "arn:aws:sts::111122223333:assumed-role/api-task/" + taskID},
	}
	if errorCode != "" {
		r.ErrorMessage = denial
	} else {
		r.ResponseElements = map[string]any{"token": "do-not-keep"}
	}
	return r
}

// lines are n log events, one a second from start on.
func lines(n int, start time.Time) []awsfake.LogEvent {
	events := make([]awsfake.LogEvent, n)
	for i := range events {
		events[i] = awsfake.LogEvent{At: start.Add(time.Duration(i) * time.Second), Message: fmt.Sprintf("line %d", i)}
	}
	return events
}

// serve starts the double and a collector in front of it.
func serve(t *testing.T, s awsfake.Scenario, opts ...awsfake.Option) (*awsfake.Server, *awsclient.Collector) {
	t.Helper()
	fake, url := listen(t, s, opts...)
	return fake, awsclient.New(options(url))
}

// listen starts the double and tells its address.
func listen(t *testing.T, s awsfake.Scenario, opts ...awsfake.Option) (fake *awsfake.Server, url string) {
	t.Helper()
	fake = awsfake.New(s, append([]awsfake.Option{awsfake.WithClock(func() time.Time { return present })}, opts...)...)
	srv := httptest.NewServer(fake)
	t.Cleanup(srv.Close)
	return fake, srv.URL
}

// options are those of a collector in front of a server at the URL, whose
// retries do not wait.
func options(url string) awsclient.Options {
	return awsclient.Options{
		Config: aws.Config{
			Region:       region,
			BaseEndpoint: aws.String(url),
			Credentials:  credentials.NewStaticCredentialsProvider("AKIAEXAMPLE", "example", ""),
			Retryer: func() aws.Retryer {
				return retry.NewStandard(func(o *retry.StandardOptions) {
					o.Backoff = retry.BackoffDelayerFunc(func(int, error) (time.Duration, error) { return 0, nil })
				})
			},
		},
		Unlimited: true,
		Now:       func() time.Time { return present },
	}
}

// sourceOf finds a source's line; the test fails without it.
func sourceOf(t *testing.T, ev evidence.Evidence, name string) evidence.Source {
	t.Helper()
	for _, s := range ev.Sources {
		if s.Name == name {
			return s
		}
	}
	t.Fatalf("no source %q in %+v", name, ev.Sources)
	return evidence.Source{}
}

// statuses writes the sources as "name status" lines, in their order.
func statuses(ev evidence.Evidence) string {
	var b strings.Builder
	for _, s := range ev.Sources {
		fmt.Fprintf(&b, "%s %s\n", s.Name, s.Status)
	}
	return b.String()
}

// texts are the lines of a log.
func texts(l evidence.Log) []string {
	var out []string
	for _, line := range l.Lines {
		out = append(out, line.Text)
	}
	return out
}
