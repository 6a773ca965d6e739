package permissions_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"whystopped/internal/iampolicy"
	"whystopped/internal/permissions"
)

// TestCatalogueIsWhatIsShipped: each permission is allowed by the file that it
// names, and no file allows another.
func TestCatalogueIsWhatIsShipped(t *testing.T) {
	paths, err := filepath.Glob("../../deploy/iam/*.json")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no policies found: %v", err)
	}
	shipped, told := map[string]string{}, map[string]string{}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var doc iampolicy.Document
		if err := json.Unmarshal(text, &doc); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		for _, s := range doc.Statement {
			for _, action := range s.Action {
				shipped[action] = strings.TrimPrefix(path, "../../")
			}
		}
	}
	for _, p := range permissions.All() {
		told[p.Action] = p.File
	}
	if diff := cmp.Diff(shipped, told); diff != "" {
		t.Errorf("actions and their files (-deploy/iam +catalogue):\n%s", diff)
	}
}

func TestCatalogueIsInTheManual(t *testing.T) {
	manual, err := os.ReadFile("../../docs/permissions.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range permissions.All() {
		if !strings.Contains(string(manual), "`"+p.Action+"`") {
			t.Errorf("docs/permissions.md does not tell of %s", p.Action)
		}
		if !strings.HasSuffix(p.Without, ".") {
			t.Errorf("%s: what is missing without it must be a sentence", p.Action)
		}
	}
}
