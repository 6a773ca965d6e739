package diagnose_test

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"

	"whystopped/internal/diagnose"
	"whystopped/internal/diagnose/evidence"
)

// placedText is a line of testdata/shapes/runtime.txt: where a text stood, the
// text, the cause that it must lead to, and the identity where it matters.
type placedText struct {
	line                         int
	place, text, cause, identity string
}

func readPlacedTexts(t *testing.T, path string) []placedText {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var texts []placedText
	breaks := strings.NewReplacer(`\n`, "\n", `\t`, "\t")
	n := 0
	for line := range strings.Lines(string(raw)) {
		n++
		line = strings.TrimRight(line, "\n")
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		fields := strings.Split(line, "\t")
		if len(fields) != 3 && len(fields) != 4 {
			t.Fatalf("%s:%d has %d fields, want place, text, cause and perhaps an identity", path, n, len(fields))
		}
		p := placedText{line: n, place: fields[0], text: breaks.Replace(fields[1]), cause: fields[2]}
		if len(fields) == 4 {
			p.identity = fields[3]
		}
		texts = append(texts, p)
	}
	if len(texts) == 0 {
		t.Fatalf("%s holds no text", path)
	}
	return texts
}

// evidenceAt puts a text where ECS, an SDK or a person would have written it.
func evidenceAt(t *testing.T, p placedText) evidence.Evidence {
	t.Helper()
	failed := func(c evidence.Container) *evidence.Task {
		c.Name = "app"
		return &evidence.Task{StopCode: "EssentialContainerExited", StoppedReason: "Essential container in task exited", Containers: []evidence.Container{c}}
	}
	exit := func(code int) evidence.Container { return evidence.Container{ExitCode: &code} }
	switch p.place {
	case "stopCode":
		return evidence.Evidence{Task: &evidence.Task{StopCode: p.text}}
	case "stopped":
		return evidence.Evidence{Task: &evidence.Task{StoppedReason: p.text}}
	case "reason":
		return evidence.Evidence{Task: failed(evidence.Container{Reason: p.text})}
	case "exit":
		code, err := strconv.Atoi(p.text)
		if err != nil {
			t.Fatalf("line %d: %v", p.line, err)
		}
		return evidence.Evidence{Task: failed(exit(code))}
	case "log":
		lines := []evidence.LogLine{}
		for line := range strings.SplitSeq(p.text, "\n") {
			lines = append(lines, evidence.LogLine{Text: line})
		}
		return evidence.Evidence{Task: failed(exit(1)), Logs: []evidence.Log{{Container: "app", Lines: lines}}}
	case "event":
		return evidence.Evidence{ServiceEvents: []evidence.ServiceEvent{{Text: p.text}}}
	case "pasted":
		return evidence.Evidence{Text: p.text}
	}
	return decodedAt(t, p)
}

// decodedAt is for places that only AWS's own JSON has.
func decodedAt(t *testing.T, p placedText) evidence.Evidence {
	t.Helper()
	forms := map[string]string{
		"failure":    `{"text": "{\"failures\": [{\"arn\": \"arn:aws:ecs:eu-west-1:111122223333:task/prod/0f1e\", \"reason\": \"%s\"}]}"}`,
		"attachment": `{"task": {"attachments": [{"type": "AmazonElasticBlockStorage", "details": [{"name": "statusReason", "value": %q}]}]}}`,
		"agent":      `{"task": {"containers": [{"name": "app", "managedAgents": [{"name": "ExecuteCommandAgent", "reason": %q}]}]}}`,
	}
	form, ok := forms[p.place]
	if !ok {
		t.Fatalf("line %d: there is no place %q", p.line, p.place)
	}
	ev, err := evidence.Decode(fmt.Appendf(nil, form, p.text))
	if err != nil {
		t.Fatalf("line %d: %v", p.line, err)
	}
	return ev
}

// TestEveryRuntimeTextIsKnown walks the stop codes, the reasons and events that
// ECS writes, exit codes, and how SDKs print denials: none may be unknown.
func TestEveryRuntimeTextIsKnown(t *testing.T) {
	for _, p := range readPlacedTexts(t, "testdata/shapes/runtime.txt") {
		v := diagnose.Diagnose(evidenceAt(t, p)).Verdict
		if v.Cause != p.cause {
			t.Errorf("line %d, %s: %s, want %s\n%s", p.line, p.place, v.Cause, p.cause, p.text)
			continue
		}
		if p.identity != "" && string(v.Identity.Kind) != p.identity {
			t.Errorf("line %d, %s: %s is at fault, want %s\n%s", p.line, p.place, v.Identity.Kind, p.identity, p.text)
		}
	}
}
