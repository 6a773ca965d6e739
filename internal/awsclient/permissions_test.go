package awsclient

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
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
	called := []string{"sts:AssumeRole", "sts:TagSession"} // one call, with tags; GetCallerIdentity needs no permission
	for service, api := range map[string]reflect.Type{
		"ecs": reflect.TypeFor[ecsAPI](), "logs": reflect.TypeFor[logsAPI](), "cloudtrail": reflect.TypeFor[trailAPI](), "iam": reflect.TypeFor[iamAPI](),
	} {
		for i := range api.NumMethod() {
			called = append(called, service+":"+api.Method(i).Name)
		}
	}
	slices.Sort(allowed)
	slices.Sort(called)
	if diff := cmp.Diff(called, allowed); diff != "" {
		t.Errorf("allowed in deploy/iam (-called +allowed):\n%s", diff)
	}
}
