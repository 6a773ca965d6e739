package layout

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// columns is where a line of code or of a comment ends, a tab counted as four.
const columns = 120

// unwrapped are the packages whose lines may be longer, with the reason.
var unwrapped = map[string]string{
	"internal/diagnose/catalogue":        "patterns and sentences",
	"internal/diagnose/denial":           "patterns",
	"internal/diagnose/outside":          "patterns",
	"internal/words":                     "one message a line",
	"internal/awsclient/awsfake/samples": "evidence of the demo",
	"internal/store/storetest":           "tables of cases",
	"internal/config":                    "one setting a line",
}

// wide are the areas with longer lines, each with the packages below it, and how many:
// less is welcome, more is not.
var wide = map[string]int{
	"internal/api":       80,
	"internal/app":       53,
	"internal/auth":      33,
	"internal/awsclient": 26,
	"internal/casebook":  27,
	"internal/diagnose":  122,
	"internal/guard":     4,
	"internal/iampolicy": 71,
	"internal/ingest":    14,
	"internal/problem":   5,
	"internal/redact":    10,
	"internal/render":    6,
	"internal/slack":     22,
	"internal/store":     79,
	"internal/taskref":   11,
	"internal/web":       72,
	"internal/work":      7,
}

// area is the first two parts of a folder: "internal/diagnose".
func area(folder string) string {
	return strings.Join(strings.SplitN(folder, "/", 3)[:min(2, strings.Count(folder, "/")+1)], "/")
}

func TestLinesEndAt120Columns(t *testing.T) {
	count := map[string]int{}
	first := map[string]string{}
	for _, f := range sources(t) {
		if _, ok := unwrapped[f.folder]; ok {
			continue
		}
		for line := range strings.Lines(f.text) {
			line = strings.TrimRight(line, "\n")
			if utf8.RuneCountInString(strings.ReplaceAll(line, "\t", "    ")) > columns {
				count[area(f.folder)]++
				first[area(f.folder)] = f.name + ": " + strings.TrimSpace(line)
			}
		}
	}
	for folder, n := range count {
		if n > wide[folder] {
			t.Errorf("%s has %d lines longer than %d columns, more than %d, such as\n%s", folder, n, columns, wide[folder], first[folder])
		}
	}
}
