package app

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"whystopped/internal/awsclient"
)

// permissionsTable is the table of docs/permissions.md, from the literals of the
// calls.
func permissionsTable() string {
	var b strings.Builder
	b.WriteString("| action | file | called | without it |\n|---|---|---|---|\n")
	for _, p := range (tester{Collector: awsclient.New(awsclient.Options{})}).Permissions() {
		file := filepath.Base(p.File)
		fmt.Fprintf(&b, "| `%s` | [%s](../%s) | %s | %s |\n", p.Action, strings.TrimSuffix(file, ".json"), p.File, p.Called(), p.Without())
	}
	return b.String()
}

var update = flag.Bool("update", false, "write the table of docs/permissions.md")

// TestPermissionsAreInTheManual holds docs/permissions.md to the calls.
func TestPermissionsAreInTheManual(t *testing.T) {
	const path, begin = "../../docs/permissions.md", "| action | file |"
	manual, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, _ := strings.Cut(string(manual), begin)
	old, after, _ := strings.Cut(begin+rest, "\n\n")
	table := permissionsTable()
	if *update {
		if err := os.WriteFile(path, []byte(before+table+"\n"+after), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(table, old+"\n"); diff != "" {
		t.Errorf("the table of docs/permissions.md (-literals +manual); -update writes it:\n%s", diff)
	}
}
