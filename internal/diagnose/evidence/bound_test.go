package evidence

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// TestEveryListHasABound walks the types, so that a list which joins the
// evidence later cannot be forgotten.
func TestEveryListHasABound(t *testing.T) {
	seen := map[reflect.Type]bool{}
	var walk func(name string, of reflect.Type)
	walk = func(name string, of reflect.Type) {
		switch of.Kind() {
		case reflect.Slice, reflect.Map:
			if listBounds[name].most == 0 {
				t.Errorf("%s has no bound", name)
			}
			walk(name, of.Elem())
		case reflect.Pointer:
			walk(name, of.Elem())
		case reflect.Struct:
			if seen[of] {
				return
			}
			seen[of] = true
			for _, f := range fieldsOf(of) {
				walk(f.name, of.Field(f.index).Type)
			}
		}
	}
	walk("", reflect.TypeFor[Evidence]())
	for _, of := range []reflect.Type{reflect.TypeFor[Secret](), reflect.TypeFor[LogLine](), reflect.TypeFor[SessionIssuer](), reflect.TypeFor[FSxAuthorization]()} {
		if !seen[of] {
			t.Errorf("the walk did not come to %s", of)
		}
	}
}

// many is a JSON list of n items alike.
func many(n int, item string) string {
	return "[" + strings.TrimSuffix(strings.Repeat(item+",", n), ",") + "]"
}

func TestDecodeRefusesMoreThanAWSHas(t *testing.T) {
	const container = `{"name":"app"}`
	inDefinition := func(part string) string {
		return `{"taskDefinition":{"containerDefinitions":[{"name":"app",` + part + `}]}}`
	}
	tests := []struct{ name, in, says string }{
		{"containers", `{"task":{"containers":` + many(101, container) + `}}`, "task.containers has 101 entries"},
		{"containers of an event", `{"event":{"detail-type":"ECS Task State Change","detail":{"containers":` + many(101, container) + `}}}`, "containers has 101 entries"},
		{"containers in an answer", `{"task":{"tasks":[{"containers":` + many(101, container) + `}]}}`, "containers has 101 entries"},
		{"tasks", `{"task":{"tasks":` + many(101, container) + `}}`, "task.tasks has 101 entries"},
		{"attachments", `{"task":{"attachments":` + many(101, `{"id":"a"}`) + `}}`, "task.attachments has 101 entries"},
		{"details", `{"task":{"attachments":[{"details":` + many(1001, container) + `}]}}`, "task.attachments[0].details has 1001 entries"},
		{"managed agents", `{"task":{"containers":[{"managedAgents":` + many(101, container) + `}]}}`, "managedAgents has 101 entries"},
		{"overrides", `{"task":{"overrides":{"containerOverrides":` + many(101, container) + `}}}`, "task.overrides.containerOverrides has 101 entries"},
		{"containers of a definition", `{"taskDefinition":{"containerDefinitions":` + many(101, container) + `}}`, "taskDefinition.containerDefinitions has 101 entries"},
		{"volumes", `{"taskDefinition":{"volumes":` + many(2001, container) + `}}`, "taskDefinition.volumes has 2001 entries"},
		{"secrets", inDefinition(`"secrets":` + many(2001, `{"valueFrom":"a"}`)), "taskDefinition.containerDefinitions[0].secrets has 2001 entries"},
		{"secrets of several", `{"taskDefinition":{"containerDefinitions":` + many(3, `{"secrets":`+many(700, `{"valueFrom":"a"}`)+`}`) + `}}`, "containerDefinitions[2].secrets has 2100 entries"},
		{"environment files", inDefinition(`"environmentFiles":` + many(1001, `{"value":"a"}`)), "environmentFiles has 1001 entries"},
		{"mount points", inDefinition(`"mountPoints":` + many(2001, `{"sourceVolume":"a"}`)), "mountPoints has 2001 entries"},
		{"words", inDefinition(`"command":` + many(10_001, `"a"`)), "command has 10001 entries"},
		{"logs", `{"logs":` + many(101, `{"container":"a"}`) + `}`, "logs has 101 entries"},
		{"lines", `{"logs":[{"lines":` + many(100_001, `""`) + `}]}`, "logs[0].lines has 100001 entries"},
		{"lines of several", `{"logs":` + many(3, `{"lines":`+many(40_000, `""`)+`}`) + `}`, "logs[2].lines has 120000 entries"},
		{"records", `{"cloudtrail":` + many(5001, `{"eventName":"a"}`) + `}`, "cloudtrail has 5001 entries"},
		{"records of a trail's file", `{"cloudtrail":{"Records":` + many(5001, `{"eventName":"a"}`) + `}}`, "cloudtrail.Records has 5001 entries"},
		{"resources", `{"cloudtrail":[{"resources":` + many(10_001, `{"ARN":"a"}`) + `}]}`, "cloudtrail[0].resources has 10001 entries"},
		{"service events", `{"serviceEvents":` + many(1001, `"a"`) + `}`, "serviceEvents has 1001 entries"},
		{"a name", `{"task":{"taskArn":"` + strings.Repeat("a", 2049) + `"}}`, "task.taskArn has 2049 bytes"},
		{"a secret's name", inDefinition(`"secrets":[{"valueFrom":"` + strings.Repeat("a", 1<<20) + `"}]`), "secrets[0].valueFrom has 1048576 bytes"},
		{"an image", `{"task":{"containers":[{"image":"` + strings.Repeat("a", 513) + `"}]}}`, "task.containers[0].image has 513 bytes"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := Decode([]byte(test.in))
			if err == nil || !strings.Contains(err.Error(), test.says) {
				t.Errorf("error = %.300v, want one with %q", err, test.says)
			}
		})
	}
}

func TestPastedJSONIsBoundedToo(t *testing.T) {
	for _, text := range []string{
		`{"services":` + many(3, `{"events":`+many(400, `"a"`)+`}`) + `}`,
		`{"events":` + many(100_001, `{"message":"a"}`) + `}`,
		`{"tasks":[{"containers":` + many(101, `{"name":"a"}`) + `}]}`,
	} {
		if ev, err := FromText(text); err == nil {
			t.Errorf("FromText(%.60s…) = %d events, %d logs, no error", text, len(ev.ServiceEvents), len(ev.Logs))
		}
	}
}

func TestDecodeCutsLongTexts(t *testing.T) {
	long := strings.Repeat("because of ü ", 1000)
	line := strings.Repeat(long, 100)
	in, err := json.Marshal(map[string]any{
		"task": map[string]any{"stoppedReason": long, "containers": []any{map[string]any{"name": strings.Repeat("ü", 600), "reason": long}}},
		"logs": []any{map[string]any{"container": "app", "lines": []any{line}}}, "serviceEvents": []any{long},
		"cloudtrail": []any{map[string]any{"errorMessage": long, "requestParameters": map[string]any{"secretId": strings.Repeat("a", 4000), "name": "kept"}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	ev, err := Decode(in)
	if err != nil {
		t.Fatalf("Decode: %v", err)
	}
	for _, test := range []struct {
		name, got string
		most      int
	}{
		{"stoppedReason", ev.Task.StoppedReason, 4 << 10},
		{"reason", ev.Task.Containers[0].Reason, 4 << 10},
		{"name", ev.Task.Containers[0].Name, 512},
		{"line", ev.Logs[0].Lines[0].Text, 1 << 20},
		{"event", ev.ServiceEvents[0].Text, 4 << 10},
		{"message", ev.CloudTrail[0].ErrorMessage, 4 << 10},
	} {
		if len(test.got) > test.most || len(test.got) < test.most/2 || !utf8.ValidString(test.got) || !strings.HasSuffix(test.got, CutMark) {
			t.Errorf("%s has %d bytes of at most %d and ends in %q", test.name, len(test.got), test.most, test.got[max(0, len(test.got)-12):])
		}
	}
	if got := fmt.Sprint(ev.CloudTrail[0].RequestParameters); got != "map[name:kept secretId:]" {
		t.Errorf("requestParameters = %.60s", got)
	}
}

func TestReasonsOfATaskAreBoundedTogether(t *testing.T) {
	in := `{"task":{"containers":` + many(100, `{"name":"a","reason":"`+strings.Repeat("no ", 1300)+`"}`) + `}}`
	ev, err := Decode([]byte(in))
	if err != nil {
		t.Fatal(err)
	}
	sum := 0
	for _, c := range ev.Task.Containers {
		sum += len(c.Reason)
	}
	if sum > 65<<10 || len(ev.Task.Containers[0].Reason) < 3000 {
		t.Errorf("%d bytes of reasons, %d in the first", sum, len(ev.Task.Containers[0].Reason))
	}
}

func TestRequestsThatCloudTrailWouldNotKeep(t *testing.T) {
	deep := any("x")
	for range 40 {
		deep = map[string]any{"a": deep}
	}
	for name, parameters := range map[string]any{
		"large": map[string]any{"names": make([]any, 30_000)},
		"deep":  deep,
	} {
		ev := Evidence{CloudTrail: []Record{{EventName: "GetObject", RequestParameters: parameters}}}
		ev.Bound()
		if ev.CloudTrail[0].RequestParameters != nil {
			t.Errorf("%s: requestParameters were kept", name)
		}
	}
}

// TestWhatAWSGaveIsCutAndTold: evidence that we read ourselves is never an error.
func TestWhatAWSGaveIsCutAndTold(t *testing.T) {
	ev := Evidence{
		Task:           &Task{TaskARN: strings.Repeat("a", 3000), StoppedReason: strings.Repeat("a b ", 2000), Containers: make([]Container, 250)},
		TaskDefinition: &TaskDefinition{ContainerDefinitions: []ContainerDefinition{{LogConfiguration: &LogConfiguration{Options: map[string]string{"awslogs-group": strings.Repeat("a", 3000), "mode": "blocking"}}}}},
		Logs:           []Log{{Lines: make([]LogLine, 150_000)}},
		ServiceEvents:  make([]ServiceEvent, 1100),
	}
	ev.Logs[0].Lines[149_999].Text = "the last one"
	ev.Bound()
	if len(ev.Task.Containers) != 100 || len(ev.ServiceEvents) != 1000 || ev.Task.TaskARN != "" || len(ev.Task.StoppedReason) > 4<<10 {
		t.Errorf("%d containers, %d events, ARN %q, %d bytes of reason", len(ev.Task.Containers), len(ev.ServiceEvents), ev.Task.TaskARN, len(ev.Task.StoppedReason))
	}
	if lines := ev.Logs[0].Lines; len(lines) != 100_000 || lines[99_999].Text != "the last one" {
		t.Errorf("%d lines, the last is %q", len(lines), lines[len(lines)-1].Text)
	}
	if options := ev.TaskDefinition.ContainerDefinitions[0].LogConfiguration.Options; options["awslogs-group"] != "" || options["mode"] != "blocking" {
		t.Errorf("options = %.80v", options)
	}
	want := []Left{
		{Path: "task.taskArn", Bytes: 3000},
		{Path: "task.containers", Count: 250, Kept: 100},
		{Path: "taskDefinition.containerDefinitions[0].logConfiguration.options.awslogs-group", Bytes: 3000},
		{Path: "logs[0].lines", Count: 150000, Kept: 100000},
		{Path: "serviceEvents", Count: 1100, Kept: 1000},
	}
	if diff := cmp.Diff(want, ev.Left); diff != "" {
		t.Errorf("left (-want +got):\n%s", diff)
	}
}

func TestCut(t *testing.T) {
	for _, test := range []struct {
		in   string
		most int
		want string
	}{
		{"short", 5, "short"},
		{"one two three four", 14, "one two…"},
		{"one AKIAIOSFODNN7EXAMPLE", 20, "one AKIAIOSFODNN7…"},
		{"it was ready: token=ABCDEFGH", 22, "it was ready:…"},
		{"üüüüüü", 8, "üü…"},
		{"\xff\xff\xff\xff\xff", 4, "\xff…"},
		{"", 0, ""},
		{"abc", 0, "…"},
	} {
		if got := Cut(test.in, test.most); got != test.want {
			t.Errorf("Cut(%q, %d) = %q, want %q", test.in, test.most, got, test.want)
		}
	}
}

func TestCountItems(t *testing.T) {
	for in, want := range map[string]int{
		`[]`: 0, ` [ ] `: 0, `{}`: 0, `"a,b"`: 0, `null`: 0, ``: 0,
		`[[]]`: 1, `[1]`: 1, `[[],[]]`: 2, `["a,\"]b",{"c":[1,2,3],"d":"]"}]`: 2, `["\\",2,[3,{"e":4}]]`: 3,
	} {
		if got := countItems([]byte(in)); got != want && json.Valid([]byte(in)) || !json.Valid([]byte(in)) && got < 0 {
			t.Errorf("countItems(%s) = %d, want %d", in, got, want)
		}
	}
}
