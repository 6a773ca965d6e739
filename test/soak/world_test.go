//go:build soak

package soak_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http/httptest"
	"testing"
	"time"

	"whystopped/internal/awsclient/awsfake"
	"whystopped/internal/slack/slackfake"
)

const (
	// tasksEach is how many stopped tasks of each kind the account has.
	tasksEach = 400
	// running is the revision that they are of, and newRevisions how many more
	// each service has, to be deployed one after the other.
	running      = 8
	newRevisions = 50
)

// ends are the kinds of end in the account.
var ends = []struct{ service, code, reason, container string }{
	{"orders", "EssentialContainerExited", "Essential container in task exited", ""}, // its logs and CloudTrail tell why
	{"billing", "TaskFailedToStart", "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secret from asm: service call has been retried 1 time(s): failed to fetch secret arn:aws:secretsmanager:eu-west-1:111122223333:secret:billing-AbCdEf from secrets manager: AccessDeniedException: User: arn:aws:sts::111122223333:assumed-role/billing-execution/%s is not authorized to perform: secretsmanager:GetSecretValue on resource: arn:aws:secretsmanager:eu-west-1:111122223333:secret:billing-AbCdEf because no identity-based policy allows the secretsmanager:GetSecretValue action status code: 400, request id: 0", ""},
	{"search", "EssentialContainerExited", "Essential container in task exited", "OutOfMemoryError: Container killed due to memory usage"},
	{"mail", "TaskFailedToStart", "CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref docker.io/example/mail:9: docker.io/example/mail:9: not found", ""},
}

func taskID(kind, i int) string { return fmt.Sprintf("%032x", (kind+1)<<32|i) }

func taskARN(id string) string { return "arn:aws:ecs:eu-west-1:111122223333:task/prod/" + id }

func revision(service string, n int) string {
	return fmt.Sprintf("arn:aws:ecs:eu-west-1:111122223333:task-definition/%s:%d", service, n)
}

// account is an account in which many tasks stopped of late, of a few kinds.
func account(now time.Time) awsfake.Scenario {
	cluster := awsfake.Cluster{Name: "prod"}
	var s awsfake.Scenario
	for kind, e := range ends {
		group := awsfake.LogGroup{Name: "/ecs/" + e.service}
		cluster.Services = append(cluster.Services, awsfake.Service{ServiceName: e.service, Status: "ACTIVE", TaskDefinition: revision(e.service, running)})
		for i := range tasksEach {
			id, stopped := taskID(kind, i), now.Add(-20*time.Minute-time.Duration(i)*time.Second)
			cluster.Tasks = append(cluster.Tasks, stoppedTask(kind, id, stopped))
			denial := "User: arn:aws:sts::111122223333:assumed-role/" + e.service + "-task/" + id + " is not authorized to perform: sqs:CreateQueue on resource: arn:aws:sqs:eu-west-1:111122223333:orders because no identity-based policy allows the sqs:CreateQueue action"
			var lines []awsfake.LogEvent
			for n := range 30 {
				lines = append(lines, awsfake.LogEvent{At: stopped.Add(time.Duration(n-31) * time.Second), Message: fmt.Sprintf("INFO handled request %d in 12 ms", n)})
			}
			if kind == 0 {
				lines = append(lines, awsfake.LogEvent{At: stopped.Add(-time.Second), Message: "fatal: AccessDenied: " + denial})
				s.Trail = append(s.Trail, awsfake.TrailRecord{
					EventTime: stopped.Add(-time.Second), EventSource: "sqs.amazonaws.com", EventName: "CreateQueue", ErrorCode: "AccessDenied", ErrorMessage: denial,
					UserIdentity: awsfake.TrailIdentity{Type: "AssumedRole", ARN: "arn:aws:sts::111122223333:assumed-role/" + e.service + "-task/" + id},
				})
			}
			group.Streams = append(group.Streams, awsfake.LogStream{Name: "ecs/app/" + id, Events: lines})
		}
		s.LogGroups = append(s.LogGroups, group)
		s.Roles = append(s.Roles, awsfake.Role{Name: e.service + "-task"}, awsfake.Role{Name: e.service + "-execution"})
		for n := range 1 + newRevisions {
			s.TaskDefinitions = append(s.TaskDefinitions, definition(e.service, running+n))
		}
	}
	s.Clusters = []awsfake.Cluster{cluster}
	return s
}

func definition(service string, n int) awsfake.TaskDefinition {
	return awsfake.TaskDefinition{
		TaskDefinitionARN: revision(service, n), Family: service, Revision: n, Status: "ACTIVE",
		TaskRoleARN: "arn:aws:iam::111122223333:role/" + service + "-task", ExecutionRoleARN: "arn:aws:iam::111122223333:role/" + service + "-execution",
		ContainerDefinitions: []awsfake.ContainerDefinition{{
			Name: "app", Image: service + ":8", Essential: true,
			LogConfiguration: &awsfake.LogConfiguration{LogDriver: "awslogs", Options: map[string]string{"awslogs-group": "/ecs/" + service, "awslogs-region": "eu-west-1", "awslogs-stream-prefix": "ecs"}},
		}},
	}
}

func stoppedTask(kind int, id string, stopped time.Time) awsfake.Task {
	e := ends[kind]
	container := awsfake.Container{Name: "app", TaskARN: taskARN(id), RuntimeID: id + "-1", LastStatus: "STOPPED", Reason: e.container}
	task := awsfake.Task{
		TaskARN: taskARN(id), ClusterARN: "arn:aws:ecs:eu-west-1:111122223333:cluster/prod", TaskDefinitionARN: revision(e.service, running),
		Group: "service:" + e.service, LaunchType: "FARGATE", LastStatus: "STOPPED", DesiredStatus: "STOPPED",
		StopCode: e.code, StoppedReason: reasonOf(kind, id), CreatedAt: awsfake.Epoch{Time: stopped.Add(-time.Minute)}, StoppedAt: awsfake.Epoch{Time: stopped},
	}
	if e.code != "TaskFailedToStart" {
		task.StartedAt = awsfake.Epoch{Time: stopped.Add(-30 * time.Second)}
		container.ExitCode = new(1)
	}
	task.Containers = []awsfake.Container{container}
	return task
}

func reasonOf(kind int, id string) string {
	if ends[kind].service == "billing" {
		return fmt.Sprintf(ends[kind].reason, id)
	}
	return ends[kind].reason
}

// endEvent is ECS's event of a task's end, as EventBridge sends it.
func endEvent(kind, number int, id string, now time.Time) json.RawMessage {
	e := ends[kind]
	app := map[string]any{"name": "app", "lastStatus": "STOPPED", "reason": e.container}
	if e.code != "TaskFailedToStart" {
		app["exitCode"] = 1
	}
	event, err := json.Marshal(map[string]any{
		"version": "0", "id": "event-" + id, "detail-type": "ECS Task State Change", "source": "aws.ecs", "account": "111122223333",
		"time": now.Format(time.RFC3339), "region": "eu-west-1", "resources": []string{taskARN(id)},
		"detail": map[string]any{
			"taskArn": taskARN(id), "clusterArn": "arn:aws:ecs:eu-west-1:111122223333:cluster/prod", "group": "service:" + e.service,
			"taskDefinitionArn": revision(e.service, number), "launchType": "FARGATE",
			"lastStatus": "STOPPED", "desiredStatus": "STOPPED", "stopCode": e.code, "stoppedReason": reasonOf(kind, id), "version": 5,
			"createdAt": now.Add(-2 * time.Minute).Format(time.RFC3339Nano), "stoppedAt": now.Format(time.RFC3339Nano),
			"containers": []any{app},
		},
	})
	if err != nil {
		panic(err) // it is made of strings
	}
	return event
}

// world is what the service talks to.
type world struct {
	aws              *awsfake.Server
	slack            *slackfake.Server
	awsURL, slackURL string
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{aws: awsfake.New(account(time.Now())), slack: slackfake.New()}
	for op := range usual {
		w.aws.SetFault(op, usual[op])
	}
	aws, slack := httptest.NewServer(w.aws), httptest.NewServer(w.slack)
	t.Cleanup(aws.Close)
	t.Cleanup(slack.Close)
	w.awsURL, w.slackURL = aws.URL, slack.URL
	return w
}

// told is how many messages stand in Slack.
func (w *world) told() int { return len(w.slack.Messages("")) }

const network = 20 * time.Millisecond

// usual is how AWS is when nothing is wrong with it.
var usual = map[string]awsfake.Fault{
	awsfake.EveryOperation:    {Latency: network},
	"cloudtrail:LookupEvents": {Latency: network, PerSecond: 2},
}

// misbehave lets one thing after the other go wrong for a while, in AWS and in
// Slack, until ctx ends.
func (w *world) misbehave(ctx context.Context) {
	operations := []string{
		"ecs:DescribeTasks", "ecs:DescribeTasks", "ecs:DescribeTaskDefinition", "ecs:DescribeServices", "ecs:ListTasks", "logs:GetLogEvents",
		"cloudtrail:LookupEvents", "iam:GetRole", "iam:SimulatePrincipalPolicy", "sts:GetCallerIdentity", awsfake.EveryOperation,
	}
	faults := []awsfake.Fault{
		{Latency: 500 * time.Millisecond},
		{Latency: 4 * time.Second},
		{Latency: network, Throttle: 5},
		{Latency: network, Throttle: -1},
		{Latency: network, Status500: true},
		{Latency: network, Deny: true},
		{Reset: true},
		{Garbage: true},
		{Empty: true},
		{Hang: true},
	}
	slack := []slackfake.Fault{slackfake.Limited(1), slackfake.Status(503), slackfake.Error("internal_error"), slackfake.Lost()}
	for ctx.Err() == nil {
		op := operations[rand.N(len(operations))]
		w.aws.SetFault(op, faults[rand.N(len(faults))])
		if rand.N(4) == 0 {
			w.slack.Fail([]string{"chat.postMessage", "chat.update"}[rand.N(2)], slack[rand.N(len(slack))])
		}
		rest(ctx, time.Second+rand.N(2*time.Second))
		if fault, ok := usual[op]; ok {
			w.aws.SetFault(op, fault)
		} else {
			w.aws.SetFault(op, awsfake.Fault{})
		}
		rest(ctx, 2*time.Second)
	}
}

func rest(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
