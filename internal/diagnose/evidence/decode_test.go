package evidence

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestDecode(t *testing.T) {
	at := time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)
	one := 1
	tests := []struct {
		name string
		in   string
		want Evidence
	}{
		{
			"a task with nothing but its reason",
			`{"task":{"stoppedReason":"Essential container in task exited"}}`,
			Evidence{Task: &Task{StoppedReason: "Essential container in task exited"}},
		},
		{
			"unknown properties of AWS objects pass",
			`{"task":{"stopCode":"EssentialContainerExited","enableFaultInjection":false,"containers":[{"name":"app","exitCode":1,"gpuIds":["0"]}]}}`,
			Evidence{Task: &Task{StopCode: "EssentialContainerExited", Containers: []Container{{Name: "app", ExitCode: &one}}}},
		},
		{
			"the whole answer of describe-tasks",
			`{"task":{"tasks":[{"stoppedAt":1795334400.5,"cpu":"256"}],"failures":[]}}`,
			Evidence{Task: &Task{StoppedAt: At(at.Add(500 * time.Millisecond)), CPU: "256"}},
		},
		{
			"the answer of stop-task",
			`{"task":{"task":{"lastStatus":"RUNNING"}}}`,
			Evidence{Task: &Task{LastStatus: "RUNNING"}},
		},
		{
			"the list that --query tasks prints, in the names of the Go SDK",
			`{"task":[{"StopCode":"UserInitiated"}]}`,
			Evidence{Task: &Task{StopCode: "UserInitiated"}},
		},
		{
			"an event of EventBridge",
			`{"event":{"detail-type":"ECS Task State Change","detail":{"stoppedReason":"Scaling activity initiated by deployment"}}}`,
			Evidence{Task: &Task{StoppedReason: "Scaling activity initiated by deployment"}},
		},
		{
			"an event of a service",
			`{"event":{"detail-type":"ECS Service Action","time":"2026-11-22T08:00:00Z","detail":{"eventName":"SERVICE_TASK_PLACEMENT_FAILURE","reason":"RESOURCE:FARGATE"}}}`,
			Evidence{ServiceEvents: []ServiceEvent{{At: at, Text: "SERVICE_TASK_PLACEMENT_FAILURE: RESOURCE:FARGATE"}}},
		},
		{
			"an event of a recorded call",
			`{"event":{"detail-type":"AWS API Call via CloudTrail","detail":{"eventName":"GetParameters","errorCode":"AccessDenied"}}}`,
			Evidence{CloudTrail: []Record{{EventName: "GetParameters", ErrorCode: "AccessDenied"}}},
		},
		{
			"the answer of describe-task-definition",
			`{"taskDefinition":{"taskDefinition":{"family":"api","containerDefinitions":[{"name":"app"}]},"tags":[]}}`,
			Evidence{TaskDefinition: &TaskDefinition{Family: "api", ContainerDefinitions: []ContainerDefinition{{Name: "app"}}}},
		},
		{
			"a task definition itself",
			`{"taskDefinition":{"family":"api"}}`,
			Evidence{TaskDefinition: &TaskDefinition{Family: "api"}},
		},
		{
			"log lines as text, with their time, and as CloudWatch prints them",
			`{"logs":[{"container":"app","lines":["one",{"at":"2026-11-22T08:00:00Z","text":"two"},{"timestamp":1795334400000,"message":"three","ingestionTime":1795334401000}]}]}`,
			Evidence{Logs: []Log{{Container: "app", Lines: []LogLine{{Text: "one"}, {At: at, Text: "two"}, {At: at, Text: "three"}}}}},
		},
		{
			"records: bare, of LookupEvents, of EventBridge",
			`{"cloudtrail":[{"eventName":"Decrypt","apiVersion":"x"},{"EventName":"no","CloudTrailEvent":"{\"eventName\":\"GetSecretValue\"}"},{"detail-type":"x","detail":{"eventName":"AssumeRole"}}]}`,
			Evidence{CloudTrail: []Record{{EventName: "Decrypt"}, {EventName: "GetSecretValue"}, {EventName: "AssumeRole"}}},
		},
		{
			"the file of a trail",
			`{"cloudtrail":{"Records":[{"eventName":"PullImage"}]}}`,
			Evidence{CloudTrail: []Record{{EventName: "PullImage"}}},
		},
		{
			"the answer of lookup-events",
			`{"cloudtrail":{"Events":[{"EventId":"1","CloudTrailEvent":"{\"eventName\":\"PullImage\"}"}]}}`,
			Evidence{CloudTrail: []Record{{EventName: "PullImage"}}},
		},
		{
			"one record",
			`{"cloudtrail":{"eventName":"PullImage"}}`,
			Evidence{CloudTrail: []Record{{EventName: "PullImage"}}},
		},
		{
			"service events as text, with their time, and as DescribeServices prints them",
			`{"serviceEvents":["one",{"at":"2026-11-22T08:00:00Z","text":"two"},{"id":"e3","createdAt":1795334400,"message":"three"}]}`,
			Evidence{ServiceEvents: []ServiceEvent{{Text: "one"}, {At: at, Text: "two"}, {ID: "e3", At: at, Text: "three"}}},
		},
		{
			"text stays as it is",
			`{"text":"  AccessDenied\n"}`,
			Evidence{Text: "  AccessDenied\n"},
		},
		{
			"null parts are as if they were not there",
			`{"task":null,"event":{"detail":{"stopCode":"A"}},"logs":null,"text":null}`,
			Evidence{Task: &Task{StopCode: "A"}},
		},
		{
			"a byte order mark in front",
			"\ufeff" + `{"text":"x"}`,
			Evidence{Text: "x"},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := Decode([]byte(test.in))
			if err != nil {
				t.Fatalf("Decode: %v", err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("evidence (-want +got):\n%s", diff)
			}
		})
	}
}

func TestDecodeRefuses(t *testing.T) {
	tests := []struct {
		name, in  string
		path      string
		malformed bool
		says      string
	}{
		{"no JSON", `task=abc`, "", true, "at byte 2"},
		{"nothing", ``, "", true, "unexpected end"},
		{"something behind the object", `{"text":"x"} {}`, "", true, "after top-level value"},
		{"too deep", `{"task":` + strings.Repeat("[", 20000), "", true, "max depth"},
		{"a list", `[]`, "", false, "has to be an object"},
		{"null", `null`, "", false, "has to be an object"},
		{"an unknown part", `{"tsk":{}}`, "tsk", false, "Fields are task, event"},
		{"a part in other letters", `{"Task":{}}`, "Task", false, "isn't a field"},
		{"a part twice", `{"text":"a","text":"b"}`, "text", false, "comes twice"},
		{"task and event", `{"task":{},"event":{}}`, "event", false, "both task and event"},
		{"no part", `{}`, "", false, "no evidence"},
		{"only empty parts", `{"task":{"containers":[]},"taskDefinition":{},"logs":[],"cloudtrail":[],"serviceEvents":[],"text":" \n"}`, "", false, "no evidence"},
		{"a task that is text", `{"task":"arn:aws:ecs:eu-west-1:111122223333:task/c/1"}`, "task", false, "is a JSON string"},
		{"a wrong type deep inside", `{"task":{"containers":[{"exitCode":"one"}]}}`, "task.containers.exitCode", false, "is a JSON string"},
		{"a number that is too large", `{"task":{"containers":[{"exitCode":1e999}]}}`, "task.containers.exitCode", false, "is a JSON number 1e999"},
		{"a time that is none", `{"task":{"stoppedAt":"soon"}}`, "task", false, `"soon" is neither`},
		{"a time after the year 9999", `{"task":{"stoppedAt":400000000000000}}`, "task", false, "the year 14645"},
		{"a time that UTC puts after the year 9999", `{"task":{"stoppedAt":"9999-12-31T23:59:59-01:00"}}`, "task", false, "the year 10000"},
		{"more containers than a task can have", `{"task":{"containers":[{}` + strings.Repeat(",{}", 100) + `]}}`, "task.containers", false, "has 101 entries"},
		{"more definitions than a task can have", `{"taskDefinition":{"containerDefinitions":[{}` + strings.Repeat(",{}", 100) + `]}}`, "taskDefinition.containerDefinitions", false, "has 101 entries"},
		{"several tasks", `{"task":{"tasks":[{"stopCode":"A"},{"stopCode":"B"}]}}`, "task.tasks", false, "has 2 tasks"},
		{"the answer for an unknown task", `{"task":{"tasks":[],"failures":[{"arn":"arn:x","reason":"MISSING"}]}}`, "task.tasks", false, "MISSING for arn:x"},
		{"an event without detail", `{"event":{"detail-type":"ECS Task State Change"}}`, "event.detail", false, "is missing"},
		{"an event of another kind", `{"event":{"detail-type":"EC2 Instance State-change Notification","detail":{}}}`, "event.detail-type", false, "ECS Task State Change"},
		{"logs that are no list", `{"logs":{"app":["x"]}}`, "logs", false, "has to be a list"},
		{"a log with an unknown field", `{"logs":[{"container":"a","line":["x"]}]}`, "logs[0].line", false, "isn't a field"},
		{"a log whose lines are text", `{"logs":[{"container":"a","lines":"x"}]}`, "logs[0].lines", false, "has to be a list"},
		{"a line that is a number", `{"logs":[{"container":"a","lines":["x",1]}]}`, "logs[0].lines[1]", false, "has to be an object"},
		{"a line without text", `{"logs":[{"container":"a","lines":[{"at":1}]}]}`, "logs[0].lines[0].text", false, "is missing"},
		{"a record that is text", `{"cloudtrail":["x"]}`, "cloudtrail[0]", false, "has to be a CloudTrail record"},
		{"a record with broken text", `{"cloudtrail":[{"CloudTrailEvent":"{"}]}`, "cloudtrail[0].CloudTrailEvent", false, "can't be read"},
		{"text that is none", `{"text":["x"]}`, "text", false, "is a JSON array"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := Decode([]byte(test.in))
			var e *DecodeError
			if !errors.As(err, &e) {
				t.Fatalf("error = %v, want a *DecodeError", err)
			}
			if e.Path != test.path || e.Malformed != test.malformed || !strings.Contains(e.Error(), test.says) {
				t.Errorf("got path %q, malformed %v, %q\nwant path %q, malformed %v, … %q …", e.Path, e.Malformed, e, test.path, test.malformed, test.says)
			}
		})
	}
}

func TestFromText(t *testing.T) {
	tests := []struct {
		name, in string
		want     Evidence
	}{
		{"an error message", " ResourceInitializationError: unable to pull secrets \n", Evidence{Text: "ResourceInitializationError: unable to pull secrets"}},
		{"a log line in JSON", `{"level":"error","msg":"AccessDenied"}`, Evidence{Text: `{"level":"error","msg":"AccessDenied"}`}},
		{"several log lines in JSON", `{"text":"a"}` + "\n" + `{"text":"b"}`, Evidence{Text: `{"text":"a"}` + "\n" + `{"text":"b"}`}},
		{"half of an object", `{"tasks":[{"stopCode":`, Evidence{Text: `{"tasks":[{"stopCode":`}},
		{"an empty object", `{}`, Evidence{Text: `{}`}},
		{"lists in lists", `[[{"stopCode":"A"}]]`, Evidence{Text: `[[{"stopCode":"A"}]]`}},
		{"evidence in our form", `{"task":{"stopCode":"A"},"text":"x"}`, Evidence{Task: &Task{StopCode: "A"}, Text: "x"}},
		{"describe-tasks", `{"tasks":[{"stopCode":"A"}],"failures":[]}`, Evidence{Task: &Task{StopCode: "A"}}},
		{"a list of one task", `[{"stopCode":"A"}]`, Evidence{Task: &Task{StopCode: "A"}}},
		{"a task", `{"taskArn":"arn:a","stopCode":"A"}`, Evidence{Task: &Task{TaskARN: "arn:a", StopCode: "A"}}},
		{"describe-task-definition", `{"taskDefinition":{"family":"api"},"tags":[]}`, Evidence{TaskDefinition: &TaskDefinition{Family: "api"}}},
		{"a file for register-task-definition", `{"family":"api","containerDefinitions":[]}`, Evidence{TaskDefinition: &TaskDefinition{Family: "api", ContainerDefinitions: []ContainerDefinition{}}}},
		{"an event", `{"version":"0","detail-type":"ECS Task State Change","detail":{"stopCode":"A"}}`, Evidence{Task: &Task{StopCode: "A"}}},
		{"describe-services", `{"services":[{"serviceName":"api","events":[{"id":"1","message":"(service api) failed"}]}],"failures":[]}`, Evidence{ServiceEvents: []ServiceEvent{{ID: "1", Text: "(service api) failed"}}}},
		{"get-log-events", `{"events":[{"timestamp":0,"message":"denied"}],"nextForwardToken":"f/1"}`, Evidence{Logs: []Log{{Lines: []LogLine{{At: time.Unix(0, 0).UTC(), Text: "denied"}}}}}},
		{"lookup-events", `{"Events":[{"EventName":"x","CloudTrailEvent":"{\"eventName\":\"GetObject\"}"}]}`, Evidence{CloudTrail: []Record{{EventName: "GetObject"}}}},
		{"a record", `{"eventSource":"s3.amazonaws.com","eventName":"GetObject"}`, Evidence{CloudTrail: []Record{{EventSource: "s3.amazonaws.com", EventName: "GetObject"}}}},
		{"a list of records", `[{"eventSource":"s3.amazonaws.com","eventName":"GetObject"}]`, Evidence{CloudTrail: []Record{{EventSource: "s3.amazonaws.com", EventName: "GetObject"}}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := FromText(test.in)
			if err != nil {
				t.Fatalf("FromText: %v", err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("evidence (-want +got):\n%s", diff)
			}
		})
	}
}

func TestOpenText(t *testing.T) {
	const event = `{"detail-type":"ECS Task State Change","detail":{"stopCode":"A"}}`
	const record = `{"eventSource":"s3.amazonaws.com","eventName":"GetObject"}`
	const twoTasks = `{"tasks":[{"stopCode":"A"},{"stopCode":"B"}]}`
	b := &Task{StopCode: "B"}
	tests := []struct {
		name     string
		in, want Evidence
	}{
		{"plain text", Evidence{Text: "AccessDenied"}, Evidence{Text: "AccessDenied"}},
		{"an event", Evidence{Text: event}, Evidence{Task: &Task{StopCode: "A"}}},
		{"an event that contradicts the task", Evidence{Task: b, Text: event}, Evidence{Task: b, Text: event}},
		{"a record beside the task", Evidence{Task: b, Text: record}, Evidence{Task: b, CloudTrail: []Record{{EventSource: "s3.amazonaws.com", EventName: "GetObject"}}}},
		{"JSON that cannot be read beside the task", Evidence{Task: b, Text: twoTasks}, Evidence{Task: b, Text: twoTasks}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := test.in.OpenText()
			if err != nil {
				t.Fatalf("OpenText: %v", err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("evidence (-want +got):\n%s", diff)
			}
		})
	}
	if _, err := (Evidence{Text: twoTasks}).OpenText(); err == nil {
		t.Error("two tasks alone: no error")
	}
}

func TestFromTextKeepsAnswersOfFailuresAsText(t *testing.T) {
	for _, text := range []string{
		`{"tasks":[],"failures":[{"arn":"arn:x","reason":"AGENT"}]}`,
		`{"Failures":[{"Arn":"arn:x","Reason":"RESOURCE:MEMORY"}],"Tasks":[]}`,
		`{"services":[],"failures":[{"arn":"arn:x","reason":"MISSING"}]}`,
	} {
		got, err := FromText(text)
		if err != nil || got.Text != text || got.Task != nil {
			t.Errorf("FromText(%s) = %+v, %v", text, got, err)
		}
	}
}

func TestFromTextRefuses(t *testing.T) {
	tests := []struct{ name, in, says string }{
		{"nothing", " \n", "Nothing was pasted"},
		{"several tasks", `{"tasks":[{"stopCode":"A"},{"stopCode":"B"}]}`, "has 2 tasks"},
		{"services without events", `{"services":[]}`, "have no events"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := FromText(test.in)
			var e *DecodeError
			if !errors.As(err, &e) || !strings.Contains(e.Error(), test.says) {
				t.Errorf("error = %v, want a *DecodeError with %q", err, test.says)
			}
		})
	}
}

// FuzzDecode holds that no input makes the decoder panic, that its errors are
// typed, and that what was read can be written and read again.
func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		`{"task":{"tasks":[{"stoppedAt":1795334400.5,"containers":[{"exitCode":1e3}]}]}}`,
		`{"event":{"detail-type":"ECS Task State Change","detail":{"stopCode":"A"}}}`,
		`{"taskDefinition":{"containerDefinitions":[{"essential":null,"logConfiguration":{"options":{"a":"b"}}}]}}`,
		`{"logs":[{"container":"a","lines":["x",{"at":-1,"text":"y"},{"message":"z"}]}]}`,
		`{"cloudtrail":{"Events":[{"CloudTrailEvent":"{\"requestParameters\":{\"a\":[1,{\"b\":null}]}}"}]}}`,
		`{"serviceEvents":["a"],"text":"{\"Records\":[]}"}`,
		`[[[{"tasks":`, `{"text":"\ud800"}`, "\ufeff{}",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		ev, err := Decode(data)
		var typed *DecodeError
		if err != nil && !errors.As(err, &typed) {
			t.Errorf("Decode gave an untyped error: %v", err)
		}
		if _, err := FromText(string(data)); err != nil && !errors.As(err, &typed) {
			t.Errorf("FromText gave an untyped error: %v", err)
		}
		if err != nil {
			return
		}
		again, err := json.Marshal(ev)
		if err != nil {
			t.Fatalf("write the evidence: %v", err)
		}
		if _, err := Decode(again); err != nil {
			t.Errorf("read the evidence again: %v\n%s", err, again)
		}
	})
}
