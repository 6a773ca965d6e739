//go:build moto

package moto_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"path"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	logstypes "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"
)

const (
	region  = "eu-central-1"
	account = "123456789012" // moto's
	cluster = "shop"
)

// world is what there is in moto's account.
type world struct {
	ecs  *ecs.Client
	logs *cloudwatchlogs.Client
	// started counts the tasks, so that each can be found again.
	started int
}

// newWorld makes the cluster in which all tasks are.
func newWorld(t *testing.T, endpoint string) *world {
	t.Helper()
	config := aws.Config{
		Region:       region,
		BaseEndpoint: aws.String(endpoint),
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "test", SecretAccessKey: "test"}, nil
		}),
	}
	w := &world{ecs: ecs.NewFromConfig(config), logs: cloudwatchlogs.NewFromConfig(config)}
	keepTasksRunning(t, endpoint)
	if _, err := w.ecs.CreateCluster(t.Context(), &ecs.CreateClusterInput{ClusterName: aws.String(cluster)}); err != nil {
		t.Fatalf("create the cluster: %v", err)
	}
	checkAccount(t, config)
	return w
}

// keepTasksRunning turns off that moto brings a task nearer to its end with
// every DescribeTasks.
func keepTasksRunning(t *testing.T, endpoint string) {
	t.Helper()
	body, err := json.Marshal(map[string]any{
		"model_name": "ecs::task",
		"transition": map[string]any{"progression": "manual", "times": 1000},
	})
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, endpoint+"/moto-api/state-manager/set-transition", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatalf("tell moto to keep tasks running: %v", err)
	}
	defer resp.Body.Close()
	if resp.StatusCode >= 300 {
		t.Fatalf("tell moto to keep tasks running: %s", resp.Status)
	}
}

// checkAccount makes sure of what the tests take for granted: whose account it
// is, and that moto has no LookupEvents. Both calls also make moto load what it
// loads only when it is asked, so that the service need not wait for that.
func checkAccount(t *testing.T, config aws.Config) {
	t.Helper()
	who, err := sts.NewFromConfig(config).GetCallerIdentity(t.Context(), &sts.GetCallerIdentityInput{})
	if err != nil {
		t.Fatalf("ask moto for its account: %v", err)
	}
	if got := aws.ToString(who.Account); got != account {
		t.Fatalf("moto's account is %s, want %s", got, account)
	}
	once := func(o *cloudtrail.Options) { o.Retryer = aws.NopRetryer{} }
	if _, err := cloudtrail.NewFromConfig(config, once).LookupEvents(t.Context(), &cloudtrail.LookupEventsInput{}); err == nil {
		t.Fatal("moto has LookupEvents now: find another call that it lacks for the tests of failed sources")
	}
}

// What define gives each family.

func executionRole(family string) string {
	return "arn:aws:iam::" + account + ":role/" + family + "-execution"
}

func taskRole(family string) string { return "arn:aws:iam::" + account + ":role/" + family + "-task" }
func image(family string) string    { return "registry.example.com/" + family + ":7" }
func logGroup(family string) string { return "/ecs/" + family }

// secretARN is the secret that every task definition passes on to its app.
const secretARN = "arn:aws:secretsmanager:" + region + ":" + account + ":secret:shop/database-a1B2c3"

// define registers a task definition of an app and its proxy, which both log
// to a new group.
func (w *world) define(t *testing.T, family string) {
	t.Helper()
	log := &ecstypes.LogConfiguration{LogDriver: ecstypes.LogDriverAwslogs, Options: map[string]string{
		"awslogs-group": logGroup(family), "awslogs-region": region, "awslogs-stream-prefix": "ecs",
	}}
	_, err := w.ecs.RegisterTaskDefinition(t.Context(), &ecs.RegisterTaskDefinitionInput{
		Family:           aws.String(family),
		ExecutionRoleArn: aws.String(executionRole(family)),
		TaskRoleArn:      aws.String(taskRole(family)),
		ContainerDefinitions: []ecstypes.ContainerDefinition{
			{
				Name: aws.String("app"), Image: aws.String(image(family)), Memory: aws.Int32(256), Essential: aws.Bool(true),
				LogConfiguration: log,
				Secrets:          []ecstypes.Secret{{Name: aws.String("DATABASE_URL"), ValueFrom: aws.String(secretARN)}},
			},
			{
				Name: aws.String("proxy"), Image: aws.String("registry.example.com/proxy:3"), Memory: aws.Int32(64), Essential: aws.Bool(false),
				LogConfiguration: log,
			},
		},
	})
	if err != nil {
		t.Fatalf("register task definition %s: %v", family, err)
	}
	if _, err := w.logs.CreateLogGroup(t.Context(), &cloudwatchlogs.CreateLogGroupInput{LogGroupName: aws.String(logGroup(family))}); err != nil {
		t.Fatalf("create log group of %s: %v", family, err)
	}
}

// run starts a task of the family, of the service if it is not empty, and
// returns its ARN.
func (w *world) run(t *testing.T, family, service string) string {
	t.Helper()
	w.started++
	mark := aws.String(fmt.Sprintf("test-%d", w.started))
	in := &ecs.RunTaskInput{Cluster: aws.String(cluster), TaskDefinition: &family, LaunchType: ecstypes.LaunchTypeFargate, StartedBy: mark}
	if service != "" {
		in.Group = aws.String("service:" + service)
	}
	if _, err := w.ecs.RunTask(t.Context(), in); ignoreForm(err) != nil {
		t.Fatalf("run a task of %s: %v", family, err)
	}
	tasks, err := w.ecs.ListTasks(t.Context(), &ecs.ListTasksInput{Cluster: in.Cluster, StartedBy: mark})
	if err != nil {
		t.Fatalf("find the task of %s that was started: %v", family, err)
	}
	if len(tasks.TaskArns) != 1 {
		t.Fatalf("found %d tasks of %s that were started, want 1", len(tasks.TaskArns), family)
	}
	return tasks.TaskArns[0]
}

// stop stops a task. Since nothing in moto stops by itself, reason is also
// where ECS's own reasons are put.
func (w *world) stop(t *testing.T, task, reason string) {
	t.Helper()
	_, err := w.ecs.StopTask(t.Context(), &ecs.StopTaskInput{Cluster: aws.String(cluster), Task: &task, Reason: &reason})
	if ignoreForm(err) != nil {
		t.Fatalf("stop task %s: %v", task, err)
	}
}

// ignoreForm drops the error of a call that moto carried out, and answered in a
// form that the SDK does not read: the CPU units and memory of a task's
// containers are numbers there, and strings in ECS.
func ignoreForm(err error) error {
	if _, unreadable := errors.AsType[*smithy.DeserializationError](err); unreadable {
		return nil
	}
	return err
}

// createService makes a service that runs the family. Moto starts no tasks for it.
func (w *world) createService(t *testing.T, name, family string) string {
	t.Helper()
	out, err := w.ecs.CreateService(t.Context(), &ecs.CreateServiceInput{
		Cluster: aws.String(cluster), ServiceName: aws.String(name), TaskDefinition: aws.String(family),
		DesiredCount: aws.Int32(1), LaunchType: ecstypes.LaunchTypeFargate,
	})
	if err != nil {
		t.Fatalf("create service %s: %v", name, err)
	}
	return aws.ToString(out.Service.ServiceArn)
}

// write makes the log stream of the task's app and writes lines to it, oldest
// first and a millisecond apart, up to now.
func (w *world) write(t *testing.T, family, task string, lines ...string) (stream string) {
	t.Helper()
	stream = "ecs/app/" + taskID(task)
	group := aws.String(logGroup(family))
	if _, err := w.logs.CreateLogStream(t.Context(), &cloudwatchlogs.CreateLogStreamInput{LogGroupName: group, LogStreamName: &stream}); err != nil {
		t.Fatalf("create log stream %s: %v", stream, err)
	}
	events := make([]logstypes.InputLogEvent, len(lines))
	first := time.Now().UnixMilli() - int64(len(lines))
	for i, line := range lines {
		events[i] = logstypes.InputLogEvent{Timestamp: aws.Int64(first + int64(i)), Message: aws.String(line)}
	}
	if _, err := w.logs.PutLogEvents(t.Context(), &cloudwatchlogs.PutLogEventsInput{LogGroupName: group, LogStreamName: &stream, LogEvents: events}); err != nil {
		t.Fatalf("write to log stream %s: %v", stream, err)
	}
	return stream
}

// taskID is the last part of a task's ARN.
func taskID(task string) string { return path.Base(task) }
