package casebook

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"whystopped/internal/diagnose"
	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/redact"
)

// TestVerdictsAreTheSameWithoutSecrets: what redaction takes out decides no
// case that the engine knows.
func TestVerdictsAreTheSameWithoutSecrets(t *testing.T) {
	paths, err := filepath.Glob("../diagnose/testdata/causes/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	tried := 0
	for _, path := range paths {
		a, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range a.Files {
			if !strings.HasSuffix(file.Name, ".json") {
				continue
			}
			tried++
			ev, err := evidence.Decode(file.Data)
			if err != nil {
				t.Fatalf("%s: %s: %v", path, file.Name, err)
			}
			clean := cleaned(t, ev)
			if diff := cmp.Diff(ev, clean); diff != "" {
				t.Errorf("%s: %s was changed (-want +got):\n%s", path, file.Name, diff)
			}
			if diff := cmp.Diff(diagnose.Diagnose(ev), diagnose.Diagnose(clean)); diff != "" {
				t.Errorf("%s: %s is diagnosed in another way (-want +got):\n%s", path, file.Name, diff)
			}
		}
	}
	if tried < 300 {
		t.Errorf("only %d fixtures were tried", tried)
	}
}

// TestSentencesOfAWSStay: none of the texts that the engine knows holds anything
// that looks like a secret.
func TestSentencesOfAWSStay(t *testing.T) {
	tried := 0
	for _, name := range []string{"runtime.txt", "startup.txt"} {
		raw, err := os.ReadFile(filepath.Join("../diagnose/testdata/shapes", name))
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(raw)) {
			tried++
			if got := redact.Text(line); got != line {
				t.Errorf("%s: %q became %q", name, line, got)
			}
		}
	}
	if tried < 300 {
		t.Errorf("only %d texts were tried", tried)
	}
}
