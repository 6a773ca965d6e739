package ingest

import (
	"encoding/json"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"whystopped/internal/iampolicy"
)

// The policy that is shipped allows every call that is made to SQS, and nothing
// else.
func TestShippedPolicyIsWhatIsCalled(t *testing.T) {
	text, err := os.ReadFile("../../deploy/iam/queue.json")
	if err != nil {
		t.Fatal(err)
	}
	var doc iampolicy.Document
	if err := json.Unmarshal(text, &doc); err != nil {
		t.Fatal(err)
	}
	if problems := iampolicy.Validate(doc, iampolicy.KindIdentity); len(problems) != 0 {
		t.Errorf("the policy is not valid: %v", problems)
	}
	var allowed, called []string
	for _, s := range doc.Statement {
		allowed = append(allowed, s.Action...)
	}
	api := reflect.TypeFor[sqsAPI]()
	for i := range api.NumMethod() {
		called = append(called, "sqs:"+strings.TrimSuffix(api.Method(i).Name, "Batch"))
	}
	slices.Sort(allowed)
	slices.Sort(called)
	if diff := cmp.Diff(called, allowed); diff != "" {
		t.Errorf("allowed (-called +allowed):\n%s", diff)
	}
}
