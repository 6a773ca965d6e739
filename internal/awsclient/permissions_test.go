package awsclient

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"whystopped/internal/iampolicy"
)

// The policies that are shipped allow every call that the package makes, and
// nothing else. That of the queue of events is held to its calls where these are
// made, in internal/ingest.
func TestShippedPoliciesAreWhatIsCalled(t *testing.T) {
	paths, err := filepath.Glob("../../deploy/iam/*.json")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no policies found: %v", err)
	}
	var allowed []string
	for _, path := range paths {
		if filepath.Base(path) == "queue.json" {
			continue
		}
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var doc iampolicy.Document
		if err := json.Unmarshal(text, &doc); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		if problems := iampolicy.Validate(doc, iampolicy.KindIdentity); len(problems) != 0 {
			t.Errorf("%s: %v", path, problems)
		}
		for _, s := range doc.Statement {
			allowed = append(allowed, s.Action...)
		}
	}
	called := append(EveryCall(), "sts:TagSession")                                                       // sessions are tagged: AssumeRole needs both
	called = slices.DeleteFunc(called, func(call string) bool { return call == "sts:GetCallerIdentity" }) // needs no permission
	slices.Sort(allowed)
	slices.Sort(called)
	if diff := cmp.Diff(called, allowed); diff != "" {
		t.Errorf("allowed in deploy/iam (-called +allowed):\n%s", diff)
	}
}
