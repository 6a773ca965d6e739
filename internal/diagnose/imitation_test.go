package diagnose_test

import (
	"os"
	"strings"
	"testing"

	"whystopped/internal/diagnose"
	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/diagnose/verdict"
)

// ownDeny is the most that a stranger can write: the task's very own session.
const ownDeny = "User: arn:aws:sts::111122223333:assumed-role/orders-task/0f1e2d3c4b5a69788796a5b4c3d2e1f0 is not authorized to perform: s3:GetObject on resource: arn:aws:s3:::orders/a because no identity-based policy allows the s3:GetObject action"

// saying is a line of a file of shapes: what writes it, and what it writes.
type saying struct{ writer, text string }

func readSayings(t *testing.T, path string) []saying {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var all []saying
	for line := range strings.Lines(string(raw)) {
		line = strings.TrimRight(line, "\n")
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		writer, text, ok := strings.Cut(line, "\t")
		if !ok || !strings.Contains(text, "DENY") {
			t.Fatalf("%s: no tab or no DENY in %q", path, line)
		}
		all = append(all, saying{writer, strings.ReplaceAll(text, `\x1b`, "\x1b")})
	}
	if len(all) < 40 {
		t.Fatalf("%s holds %d lines only", path, len(all))
	}
	return all
}

// crashed is a task whose log ends in the given lines and a panic, or in them alone.
func crashed(t *testing.T, lines ...string) evidence.Evidence {
	t.Helper()
	ev := mustDecode(t, `{"task": {"taskArn": "`+taskARN+`", "launchType": "FARGATE", "stopCode": "EssentialContainerExited", "stoppedReason": "Essential container in task exited", "containers": [{"name": "app", "exitCode": 1}]}, "taskDefinition": {`+roles+`}}`)
	log := evidence.Log{Container: "app"}
	for _, line := range lines {
		log.Lines = append(log.Lines, evidence.LogLine{Text: line})
	}
	ev.Logs = []evidence.Log{log}
	return ev
}

const realEnd = "panic: runtime error: index out of range [3] with length 3"

// TestImitationsNeverLead: what a stranger writes into a line changes nothing.
// The verdict is that of the same line with other words in it.
func TestImitationsNeverLead(t *testing.T) {
	for _, s := range readSayings(t, "testdata/shapes/imitations.txt") {
		line := strings.ReplaceAll(s.text, "DENY", ownDeny)
		other := strings.ReplaceAll(s.text, "DENY", "some words of a stranger")
		for way, evidenceOf := range map[string]func(line string) evidence.Evidence{
			"before the end": func(line string) evidence.Evidence { return crashed(t, line, realEnd) },
			"behind the end": func(line string) evidence.Evidence { return crashed(t, realEnd, line) },
			"alone":          func(line string) evidence.Evidence { return crashed(t, line) },
			"pasted":         func(line string) evidence.Evidence { return evidence.Evidence{Text: line + "\n" + realEnd} },
			"pasted alone":   func(line string) evidence.Evidence { return evidence.Evidence{Text: line} },
		} {
			got, want := diagnose.Diagnose(evidenceOf(line)), diagnose.Diagnose(evidenceOf(other))
			denied := 0
			for _, f := range got.Findings {
				denied += len(f.Denied)
			}
			if got.Verdict.Cause != want.Verdict.Cause || denied > 0 || len(got.Fix.Policies) > 0 || got.Fix.Snippets.CLI != "" {
				t.Errorf("%s, %s: %s with %d policies and %d denied calls, want %s\n%s", s.writer, way, got.Verdict.Cause, len(got.Fix.Policies), denied, want.Verdict.Cause, line)
				break
			}
		}
	}
}

func TestAProgramsOwnRefusalDecides(t *testing.T) {
	breaks := strings.NewReplacer(`\n`, "\n", `\t`, "\t")
	for _, s := range readSayings(t, "testdata/shapes/genuine.txt") {
		text := strings.ReplaceAll(s.text, "DENY", ownDeny)
		if !strings.Contains(text, `{"`) { // in JSON an escape is part of the line
			text = breaks.Replace(text)
		}
		for way, ev := range map[string]evidence.Evidence{
			"at the end": crashed(t, append([]string{"started"}, strings.Split(text, "\n")...)...),
			"pasted":     {Text: text},
		} {
			d := diagnose.Diagnose(ev)
			if d.Verdict.Cause != "runtime.denied" || d.Verdict.Identity.Kind != verdict.TaskRole {
				t.Errorf("%s, %s: %s of %s\n%s", s.writer, way, d.Verdict.Cause, d.Verdict.Identity.Kind, text)
				break
			}
			if len(d.Fix.Policies) == 0 || d.Fix.Policies[0].Document.Statement[0].Action[0] != "s3:GetObject" {
				t.Errorf("%s, %s: no policy for s3:GetObject\n%s", s.writer, way, text)
				break
			}
		}
	}
}
