package diagnose_test

import (
	"bufio"
	"os"
	"strings"
	"testing"

	"whystopped/internal/diagnose"
	"whystopped/internal/diagnose/catalogue"
	"whystopped/internal/diagnose/evidence"
)

// shape is a line of testdata/shapes: a text of ECS and the cause it must lead to.
type shape struct {
	line       int
	code, text string
}

func readShapes(t *testing.T, path string) []shape {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var shapes []shape
	breaks := strings.NewReplacer(`\n`, "\n", `\t`, "\t")
	scanner := bufio.NewScanner(f)
	for n := 1; scanner.Scan(); n++ {
		line := scanner.Text()
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		code, text, ok := strings.Cut(line, "\t")
		if !ok {
			t.Fatalf("%s:%d: no tab between the cause and the text", path, n)
		}
		shapes = append(shapes, shape{line: n, code: code, text: breaks.Replace(text)})
	}
	if err := scanner.Err(); err != nil {
		t.Fatal(err)
	}
	if len(shapes) == 0 {
		t.Fatalf("%s holds no text", path)
	}
	return shapes
}

// ways are the ways by which a text of ECS reaches us.
var ways = map[string]func(text string) evidence.Evidence{
	"stopped reason": func(text string) evidence.Evidence {
		return evidence.Evidence{Task: &evidence.Task{StoppedReason: text}}
	},
	"container reason": func(text string) evidence.Evidence {
		return evidence.Evidence{Task: &evidence.Task{
			StopCode: "TaskFailedToStart", StoppedReason: "Task failed to start",
			Containers: []evidence.Container{{Name: "app", Reason: text}},
		}}
	},
	"service event": func(text string) evidence.Evidence {
		return evidence.Evidence{ServiceEvents: []evidence.ServiceEvent{{Text: "(service orders) was unable to place a task. Reason: " + text}}}
	},
	"pasted": func(text string) evidence.Evidence { return evidence.Evidence{Text: text} },
}

// TestEveryStartupTextIsKnown walks the agent's error names, its task resources
// and Fargate's texts: none of them may be unknown, whichever way it comes.
func TestEveryStartupTextIsKnown(t *testing.T) {
	known := map[string]bool{}
	for _, k := range catalogue.All() {
		known[k.Code] = true
	}
	for _, s := range readShapes(t, "testdata/shapes/startup.txt") {
		if !known[s.code] {
			t.Errorf("line %d: there is no cause %s", s.line, s.code)
			continue
		}
		for way, evidenceOf := range ways {
			if strings.HasPrefix(s.code, "stop.") && way == "container reason" {
				continue // what stops a task is said of the task
			}
			if d := diagnose.Diagnose(evidenceOf(s.text)); d.Verdict.Cause != s.code {
				t.Errorf("line %d, as %s: %s, want %s\n%s", s.line, way, d.Verdict.Cause, s.code, s.text)
			}
		}
	}
}
