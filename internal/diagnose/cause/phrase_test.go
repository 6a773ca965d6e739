package cause

import (
	"regexp"
	"strings"
	"testing"
)

// blankInClass finds a blank of a pattern that stood between square brackets:
// it was replaced by a group there, whose signs the brackets take one by one.
var blankInClass = regexp.MustCompile(`\[[^\]\\]*(?:\\.[^\]\\]*)*\(\?:\\s\|`)

// TestEveryPatternCompiles: patterns compile on first use, so a bad one would
// show only in the log that first calls for it.
func TestEveryPatternCompiles(t *testing.T) {
	for _, k := range All() {
		for _, p := range k.When.phrases() {
			if strings.TrimSpace(p.literal) == "" || p.literal != strings.ToLower(p.literal) {
				t.Errorf("%s: %q is no literal to seek", k.Code, p.literal)
			}
			if p.expr == "" {
				continue
			}
			if _, err := regexp.Compile(p.expr); err != nil {
				t.Errorf("%s: %v", k.Code, err)
			}
			if blankInClass.MatchString(p.expr) {
				t.Errorf("%s: a blank stands in a class of characters: %s", k.Code, p.expr)
			}
		}
	}
}
