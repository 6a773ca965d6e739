package awsclient

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"whystopped/internal/awsclient/source"
	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/iampolicy"
	"whystopped/internal/words"
)

// TestEveryCallHasALiteral: what the clients can call is what the literals say.
func TestEveryCallHasALiteral(t *testing.T) {
	var said []string
	for _, c := range source.Calls() {
		said = append(said, c.Action)
	}
	called := append(EveryCall(), "sts:TagSession")                                                       // sessions are tagged: AssumeRole needs both
	called = slices.DeleteFunc(called, func(call string) bool { return call == "sts:GetCallerIdentity" }) // needs no permission
	slices.Sort(said)
	slices.Sort(called)
	if diff := cmp.Diff(called, said); diff != "" {
		t.Errorf("literals (-called +said):\n%s", diff)
	}
	for _, s := range source.All() {
		if !slices.Contains(said, s.Call.Action) {
			t.Errorf("the call of %s is none of source.Calls", s.Name)
		}
		code, _ := evidence.SourceCode(s.Name)
		if words.Known("source", code, "") == "" {
			t.Errorf("nothing in package words names %s: source.%s", s.Name, code)
		}
	}
	for _, c := range source.Calls() {
		for _, form := range []string{"called", "without"} {
			if words.Known("permission", c.Action+"."+form, "") == "" {
				t.Errorf("package words has no permission.%s.%s", c.Action, form)
			}
		}
	}
}

// TestShippedPoliciesAreWhatIsCalled: each call is allowed by the file that its
// literal names, and no file allows another. The queue's is held to its calls in
// internal/ingest.
func TestShippedPoliciesAreWhatIsCalled(t *testing.T) {
	paths, err := filepath.Glob("../../deploy/iam/*.json")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no policies found: %v", err)
	}
	shipped, said := map[string]string{}, map[string]string{}
	for _, path := range paths {
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
			for _, action := range s.Action {
				shipped[action] = filepath.Base(path)
			}
		}
	}
	maps.DeleteFunc(shipped, func(_, file string) bool { return file == "queue.json" })
	for _, c := range source.Calls() {
		said[c.Action] = c.Policy
	}
	if diff := cmp.Diff(said, shipped); diff != "" {
		t.Errorf("actions and their files (-literals +deploy/iam):\n%s", diff)
	}
}

// TestTheTemplatesAllowEveryCall holds the templates to the literals: whoever
// deploys with CloudFormation gets what deploy/iam has.
func TestTheTemplatesAllowEveryCall(t *testing.T) {
	for _, template := range []string{"whystopped.yaml", "member-account.yaml"} {
		text, err := os.ReadFile("../../deploy/cloudformation/" + template)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range source.Calls() {
			if c.Policy == "accounts.json" { // of the server's own role
				continue
			}
			if !strings.Contains(string(text), c.Action) {
				t.Errorf("%s does not allow %s", template, c.Action)
			}
		}
	}
}
