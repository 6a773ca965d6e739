package diagnose_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"whystopped/internal/iampolicy"
)

// manySnippets are those of hostile and of random evidence.
func manySnippets(t *testing.T) []iampolicy.Snippets {
	t.Helper()
	seeds := append([]hostileSeed{}, hostileSeeds...)
	for n := range uint64(200) {
		seeds = append(seeds, chance{rand.New(rand.NewPCG(n, 29))}.seed())
	}
	var all []iampolicy.Snippets
	for _, s := range seeds {
		if d, ok := s.diagnosed(t); ok && d.Fix.Snippets != (iampolicy.Snippets{}) {
			all = append(all, d.Fix.Snippets)
		}
	}
	if len(all) < 50 {
		t.Fatalf("only %d of %d cases have snippets", len(all), len(seeds))
	}
	return all
}

// TestSnippetsAreShell has a shell read each command inside of a function of its
// own, and then run them all in a place where there is no other command than a
// stand-in for aws.
func TestSnippetsAreShell(t *testing.T) {
	shell, err := exec.LookPath("bash")
	if err != nil {
		shell = "sh"
	}
	var script strings.Builder
	snippets := manySnippets(t)
	for i, s := range snippets {
		if s.CLI != "" {
			fmt.Fprintf(&script, "f%d() {\n%s\n}\n", i, s.CLI)
		}
	}
	if out, err := exec.Command(shell, "-n", written(t, "read.sh", script.String())).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for i, s := range snippets {
		if s.CLI != "" {
			fmt.Fprintf(&script, "(f%d) >&2 || :\n", i)
		}
	}
	run := exec.Command(shell, written(t, "run.sh", "aws() { printf 'aws %s %s\\n' \"$1\" \"$2\"; }\n"+script.String()))
	run.Dir, run.Env = t.TempDir(), []string{"PATH=/nowhere"}
	if out, err := run.CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, out)
	} else if strings.Contains(string(out), "not found") {
		t.Errorf("a snippet runs another command:\n%s", out)
	}
	if files, _ := filepath.Glob(filepath.Join(run.Dir, "*")); len(files) > 1 { // policy.json, of the steps by hand
		t.Errorf("the snippets left %q", files)
	}
}

// TestSnippetsAreJavaScript has Node.js read what is for the CDK: no snippet has
// types.
func TestSnippetsAreJavaScript(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		if os.Getenv("WHYSTOPPED_REQUIRE_TOOLS") != "" {
			t.Fatal("this test needs Node.js")
		}
		t.Skip("this test needs Node.js")
	}
	var script strings.Builder
	for i, s := range manySnippets(t) {
		code := strings.ReplaceAll(s.CDK, "import * as iam from \"aws-cdk-lib/aws-iam\";\n", "")
		fmt.Fprintf(&script, "function f%d(iam, role, policy, endpoint, resource) {\n%s\n}\n", i, code)
	}
	if out, err := exec.Command(node, "--check", written(t, "snippets.cjs", script.String())).CombinedOutput(); err != nil {
		t.Errorf("%v: %.3000s", err, out)
	}
}

// written is a file with a text.
func written(t *testing.T, name, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}
