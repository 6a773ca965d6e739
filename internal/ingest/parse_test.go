package ingest

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"whystopped/internal/casebook"
	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/taskref"
)

// The events below are in the form of AWS's own examples, with names and ids
// that are made up.

const (
	taskID  = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
	taskARN = "arn:aws:ecs:eu-west-1:111122223333:task/prod/" + taskID
)

// stopped is the event of a task's end, with the id given.
func stopped(id string) string {
	return `{"version":"0","id":"` + id + `","detail-type":"ECS Task State Change","source":"aws.ecs","account":"111122223333",
		"time":"2026-11-22T08:00:05Z","region":"eu-west-1","resources":["` + taskARN + `"],
		"detail":{"attachments":[],"availabilityZone":"eu-west-1a","clusterArn":"arn:aws:ecs:eu-west-1:111122223333:cluster/prod",
			"containers":[{"containerArn":"arn:aws:ecs:eu-west-1:111122223333:container/prod/` + taskID + `/1","lastStatus":"STOPPED","name":"app","exitCode":1,"newToUs":{}}],
			"createdAt":"2026-11-22T07:59:00.123Z","launchType":"FARGATE","cpu":"256","memory":"512","desiredStatus":"STOPPED","lastStatus":"STOPPED",
			"group":"service:api","stopCode":"EssentialContainerExited","stoppedReason":"Essential container in task exited",
			"stoppedAt":"2026-11-22T08:00:05Z","taskArn":"` + taskARN + `","updatedAt":"2026-11-22T08:00:05Z","version":7}}`
}

// inStatus is the event of a task that is in a status.
func inStatus(status string) string {
	return `{"id":"e1","detail-type":"ECS Task State Change","source":"aws.ecs","time":"2026-11-22T08:00:00Z","detail":{"taskArn":"` + taskARN + `","lastStatus":"` + status + `","version":3}}`
}

// action is the event of a service, with more properties of its detail.
func action(eventType, eventName, more string) string {
	return `{"id":"e2","detail-type":"ECS Service Action","source":"aws.ecs","time":"2026-11-22T08:00:00Z",
		"resources":["arn:aws:ecs:eu-west-1:111122223333:service/prod/api"],
		"detail":{"eventType":"` + eventType + `","eventName":"` + eventName + `","clusterArn":"arn:aws:ecs:eu-west-1:111122223333:cluster/prod"` + more + `}}`
}

var (
	eight   = time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)
	taskRef = taskref.Ref{Partition: "aws", Region: "eu-west-1", Account: "111122223333", Cluster: "prod", TaskID: taskID}
	service = taskref.Ref{Partition: "aws", Region: "eu-west-1", Account: "111122223333", Cluster: "prod", Group: "service:api"}
)

func TestParse(t *testing.T) {
	exit := 1
	end := casebook.Event{
		ID: "e1", At: eight.Add(5 * time.Second), Ref: taskRef.Or(service),
		Task: &evidence.Task{
			TaskARN: taskARN, ClusterARN: "arn:aws:ecs:eu-west-1:111122223333:cluster/prod", Group: "service:api", LaunchType: "FARGATE",
			AvailabilityZone: "eu-west-1a", CPU: "256", Memory: "512", LastStatus: "STOPPED", DesiredStatus: "STOPPED",
			StopCode: "EssentialContainerExited", StoppedReason: "Essential container in task exited", Version: 7,
			CreatedAt: evidence.At(eight.Add(-time.Minute + 123*time.Millisecond)), StoppedAt: evidence.At(eight.Add(5 * time.Second)),
			Containers:  []evidence.Container{{ContainerARN: "arn:aws:ecs:eu-west-1:111122223333:container/prod/" + taskID + "/1", Name: "app", LastStatus: "STOPPED", ExitCode: &exit}},
			Attachments: []evidence.Attachment{},
		},
	}
	running := casebook.Event{ID: "e1", At: eight, Ref: taskRef, Task: &evidence.Task{TaskARN: taskARN, LastStatus: "RUNNING", Version: 3}}
	acted := func(text string) casebook.Event {
		return casebook.Event{ID: "e2", At: eight, Ref: service, Action: &evidence.ServiceEvent{At: eight, Text: text}}
	}
	const shortTask = "arn:aws:ecs:eu-west-1:111122223333:task/" + taskID
	shortly := running
	shortly.Task = &evidence.Task{TaskARN: shortTask, ClusterARN: "arn:aws:ecs:eu-west-1:111122223333:cluster/prod", LastStatus: "RUNNING"}
	other := func(source, detailType string) string {
		return `{"id":"e3","source":"` + source + `","detail-type":"` + detailType + `","detail":{"lastStatus":"STOPPED"}}`
	}
	tests := []struct {
		name    string
		body    string
		events  []casebook.Event
		ignored int
	}{
		{"a task's end", stopped("e1"), []casebook.Event{end}, 0},
		{"a task that runs", inStatus("RUNNING"), []casebook.Event{running}, 0},
		{"a task on its way", inStatus("PENDING"), nil, 1},
		{"a task before its end", inStatus("DEPROVISIONING"), nil, 1},
		{
			"a task with an ARN of the old form",
			`{"id":"e1","detail-type":"ECS Task State Change","source":"aws.ecs","time":"2026-11-22T08:00:00Z","detail":{"taskArn":"` + shortTask + `","clusterArn":"arn:aws:ecs:eu-west-1:111122223333:cluster/prod","lastStatus":"RUNNING"}}`,
			[]casebook.Event{shortly},
			0,
		},
		{
			"a role that cannot be assumed", action("ERROR", "SERVICE_TASK_CONFIGURATION_FAILURE", `,"reason":"ECS was unable to assume the role"`),
			[]casebook.Event{acted("SERVICE_TASK_CONFIGURATION_FAILURE: ECS was unable to assume the role")},
			0,
		},
		{"a placement that fails", action("ERROR", "SERVICE_TASK_PLACEMENT_FAILURE", `,"reason":"RESOURCE:FARGATE"`), []casebook.Event{acted("SERVICE_TASK_PLACEMENT_FAILURE: RESOURCE:FARGATE")}, 0},
		{"a warning without a reason", action("WARN", "SERVICE_TASK_START_IMPAIRED", ""), []casebook.Event{acted("SERVICE_TASK_START_IMPAIRED")}, 0},
		{"a service that is well", action("INFO", "SERVICE_STEADY_STATE", ""), nil, 1},
		{"a warning of something else than a service", strings.Replace(action("WARN", "X", ""), ":service/prod/api", ":container-instance/prod/1", 1), nil, 1},
		{"another event of ECS", other("aws.ecs", "ECS Deployment State Change"), nil, 1},
		{"an event that claims to be one of ECS", other("com.example", "ECS Task State Change"), nil, 1},
		{"a list", "\n[" + stopped("e1") + "," + inStatus("PENDING") + ",\t" + action("WARN", "SERVICE_TASK_START_IMPAIRED", "") + "]", []casebook.Event{end, acted("SERVICE_TASK_START_IMPAIRED")}, 1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := Parse([]byte(test.body))
			if err != nil {
				t.Fatalf("Parse: %v", err)
			}
			if diff := cmp.Diff(Batch{Events: test.events, Ignored: test.ignored}, got); diff != "" {
				t.Errorf("batch (-want +got):\n%s", diff)
			}
		})
	}
}

func TestParseRefuses(t *testing.T) {
	without := func(part string) string { return strings.Replace(inStatus("STOPPED"), part, "", 1) }
	const secret = "hunter2"
	tests := []struct {
		name      string
		body      string
		malformed bool
		says      string
	}{
		{"nothing", "", true, "The body isn't well-formed JSON."},
		{"a text", secret, true, "The body isn't well-formed JSON."},
		{"half an event", stopped("e1")[:300], true, "The body isn't well-formed JSON."},
		{"two events without a list", stopped("e1") + stopped("e2"), true, "The body isn't well-formed JSON."},
		{"null", "null", false, "The body isn't an EventBridge event: it has no source."},
		{"a string", `"` + secret + `"`, false, "The body isn't an EventBridge event."},
		{"an empty list", " [ ] ", false, "The body is a list without events."},
		{"a list in a list", "[[" + stopped("e1") + "]]", false, "[0] isn't an EventBridge event."},
		{"a task as DescribeTasks prints it", `{"tasks":[{"taskArn":"` + taskARN + `"}]}`, false, "The body isn't an EventBridge event: it has no source."},
		{"no type", without(`"detail-type":"ECS Task State Change",`), false, "The body isn't an EventBridge event: it has no detail-type."},
		{"no detail", `{"source":"aws.s3","detail-type":"Object Created","detail":null}`, false, "The body isn't an EventBridge event: it has no detail."},
		{"a detail that is none", `{"id":"e1","source":"aws.ecs","detail-type":"ECS Task State Change","detail":"` + secret + `"}`, false, "detail isn't as ECS writes it."},
		{"an empty detail", `{"id":"e1","source":"aws.ecs","detail-type":"ECS Task State Change","detail":{}}`, false, "detail isn't as ECS writes it."},
		{"a service without an object", `{"id":"e1","source":"aws.ecs","detail-type":"ECS Service Action","detail":["` + secret + `"]}`, false, "detail isn't as ECS writes it."},
		{"a property of another type", strings.Replace(stopped("e1"), `"version":7`, `"version":"`+secret+`"`, 1), false, "detail.version isn't as ECS writes it."},
		{"a time that is none", strings.Replace(stopped("e1"), "2026-11-22T07:59:00.123Z", secret, 1), false, "detail isn't as ECS writes it."},
		{"no status", without(`"lastStatus":"STOPPED",`), false, "detail.lastStatus is missing."},
		{"no task", without(`"taskArn":"` + taskARN + `",`), false, "detail.taskArn isn't the ARN of a task in a cluster."},
		{"a short ARN and no cluster", strings.Replace(inStatus("STOPPED"), "task/prod/", "task/", 1), false, "detail.taskArn isn't the ARN of a task in a cluster."},
		{"no ARN", strings.Replace(inStatus("STOPPED"), taskARN, "prod/"+taskID, 1), false, "detail.taskArn isn't the ARN of a task in a cluster."},
		{"a service in a task's place", strings.Replace(inStatus("STOPPED"), taskARN, "arn:aws:ecs:eu-west-1:111122223333:service/prod/api", 1), false, "detail.taskArn isn't the ARN of a task in a cluster."},
		{"an account that is not the task's", strings.Replace(stopped("e1"), `"account":"111122223333"`, `"account":"999988887777"`, 1), false, "account isn't that of the task or service."},
		{"a Region that is not the task's", strings.Replace(stopped("e1"), `"region":"eu-west-1"`, `"region":"us-east-1"`, 1), false, "region isn't that of the task or service."},
		{"a cluster of another account", strings.Replace(stopped("e1"), "111122223333:cluster", "999988887777:cluster", 1), false, "detail.taskArn isn't the ARN of a task in a cluster."},
		{"another cluster", strings.Replace(stopped("e1"), "cluster/prod", "cluster/test", 1), false, "detail.taskArn isn't the ARN of a task in a cluster."},
		{"an action of another account", strings.Replace(action("WARN", "X", ""), `"id":"e2",`, `"id":"e2","account":"999988887777",`, 1), false, "account isn't that of the task or service."},
		{"a partition of another Region", strings.ReplaceAll(inStatus("STOPPED"), "arn:aws:", "arn:aws-cn:"), false, "detail.taskArn isn't the ARN of a task in a cluster."},
		{"no id", without(`"id":"e1",`), false, "id is missing."},
		{"no time", without(`"time":"2026-11-22T08:00:00Z",`), false, "time is missing or isn't a time."},
		{"an action without a name", action("WARN", "", ""), false, "detail.eventName is missing."},
		{"an action of nothing", strings.Replace(action("WARN", "X", ""), `"arn:aws:ecs:eu-west-1:111122223333:service/prod/api"`, "", 1), false, "resources is empty: the service is missing."},
		{"an action of a broken ARN", strings.Replace(action("WARN", "X", ""), "111122223333:service", secret+":service", 1), false, "resources[0] isn't the ARN of a service in a cluster."},
		{"one of several", "[" + stopped("e1") + "," + without(`"id":"e1",`) + "]", false, "[1].id is missing."},
		{"a larger event than there are", strings.Replace(stopped("e1"), "Essential container", strings.Repeat("x", maxEvent), 1), false, "The body is larger than 1 MiB, and no event is."},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := Parse([]byte(test.body))
			e, ok := errors.AsType[*Error](err)
			if !ok {
				t.Fatalf("error %v, want an *Error; batch %+v", err, got)
			}
			if e.Malformed != test.malformed || e.Error() != test.says {
				t.Errorf("error %q (malformed %v), want %q (%v)", e, e.Malformed, test.says, test.malformed)
			}
			if diff := cmp.Diff(Batch{}, got); diff != "" {
				t.Errorf("something is taken all the same (-want +got):\n%s", diff)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	for _, body := range []string{stopped("e1"), inStatus("RUNNING"), action("ERROR", "SERVICE_TASK_CONFIGURATION_FAILURE", `,"reason":"x"`), "[" + stopped("e1") + "]", `[{}]`, `null`} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		batch, err := Parse(body)
		if err != nil {
			if e, ok := errors.AsType[*Error](err); !ok || e.Problem == "" {
				t.Fatalf("error %#v, want an *Error with a problem", err)
			}
			return
		}
		for _, e := range batch.Events {
			if (e.Task == nil) == (e.Action == nil) || e.ID == "" || e.At.IsZero() || e.Ref.ARN() == "" {
				t.Errorf("an event that cannot be kept: %s", fmt.Sprintf("%+v", e))
			}
		}
	})
}
