package config

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write docs/settings.md again")

// TestSettingsPage holds docs/settings.md to the settings.
func TestSettingsPage(t *testing.T) {
	const page = "../../docs/settings.md"
	want := settingsPage()
	if *update {
		if err := os.WriteFile(page, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("docs/settings.md is out of date: go test ./internal/config -run TestSettingsPage -update")
	}
}

// TestGroups: each flag stands in one group of the help, a secret's file with
// the secret itself.
func TestGroups(t *testing.T) {
	var c Config
	fs := c.flags()
	listed := map[string]int{}
	for _, g := range groups {
		for _, name := range g.flags {
			listed[name]++
			if fs.Lookup(name) == nil {
				t.Errorf("%s is listed and is no flag", name)
			}
		}
	}
	fs.VisitAll(func(f *flag.Flag) {
		if base := withoutFile(f.Name); listed[base] != 1 {
			t.Errorf("%s stands in %d groups, want 1", base, listed[base])
		}
	})
}

// settingsPage returns all settings as docs/settings.md has them.
func settingsPage() string {
	var c Config
	fs := c.flags()
	var b strings.Builder
	b.WriteString("# Settings\n\nEvery setting is an environment variable and a flag; the flag wins. `-h` prints the same list.\n" +
		"A secret can be read from a file: append `_FILE` to the variable (`-file` to the flag) and give the path.\n" +
		"AWS is configured as in any AWS tool: `AWS_PROFILE`, `AWS_REGION`, `AWS_ENDPOINT_URL`, and so on.\n")
	for _, g := range groups {
		fmt.Fprintf(&b, "\n## %s\n\n| variable | flag | default | meaning |\n|---|---|---|---|\n", g.title)
		for _, name := range g.flags {
			f := fs.Lookup(name)
			_, usage := flag.UnquoteUsage(f)
			variable := "flag only"
			if !isCommand(f.Name) {
				variable = "`" + strings.ReplaceAll(variableOf(fs, f), " or ", "`, `") + "`"
			}
			value := ""
			if f.DefValue != "" {
				value = "`" + f.DefValue + "`"
			}
			fmt.Fprintf(&b, "| %s | `-%s` | %s | %s |\n", variable, f.Name, value, strings.ReplaceAll(usage, "|", `\|`))
		}
	}
	return b.String()
}
