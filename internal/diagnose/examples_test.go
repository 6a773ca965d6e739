package diagnose_test

import (
	"encoding/json"
	"flag"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"whystopped/internal/diagnose"
)

var update = flag.Bool("update", false, "write internal/diagnose/examples.json anew")

// TestExamples holds the messages that the pages and the API show of each cause:
// they are what the engine quotes of the cause's fixture.
func TestExamples(t *testing.T) {
	const path = "catalogue/examples.json"
	want := map[string][]string{}
	for code, f := range readFixtures(t) {
		want[code] = examplesIn(t, f)
	}
	raw, err := json.MarshalIndent(want, "", "\t")
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(path, append(raw, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	kept, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(kept), string(raw)+"\n"); diff != "" {
		t.Errorf("%s isn't what the fixtures have (go test ./internal/diagnose -run TestExamples -update writes it):\n%s", path, diff)
	}
	for _, code := range slices.Sorted(maps.Keys(want)) {
		if n := len(want[code]); n == 0 && code != "running" || n > 3 { // no message says that a task runs
			t.Errorf("%s has %d examples, want one to three", code, n)
		}
	}
}

// examplesIn are the different words that a fixture's cause was found in.
func examplesIn(t *testing.T, f fixture) []string {
	examples := []string{}
	for _, file := range f.hits {
		d := diagnose.Diagnose(decode(t, file))
		for _, finding := range d.Findings {
			if finding.Cause != f.code || len(finding.Evidence) == 0 || len(examples) == 3 {
				continue
			}
			text := strings.Join(strings.Fields(finding.Evidence[0].Text), " ")
			if text != "" && !slices.Contains(examples, text) {
				examples = append(examples, text)
			}
		}
	}
	return examples
}
