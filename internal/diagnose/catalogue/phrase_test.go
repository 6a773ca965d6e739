package catalogue

import (
	"regexp"
	"testing"

	"whystopped/internal/diagnose/cause"
)

// blankInClass finds a blank of a pattern that stood between square brackets:
// a group takes its place there, whose signs the brackets read one by one.
var blankInClass = regexp.MustCompile(`(?:^|[^\\])\[[^\]\\]*(?:\\.[^\]\\]*)*\(\?:\\s\|`)

func TestBlanksStandOutsideClasses(t *testing.T) {
	if !blankInClass.MatchString(pattern("x", `x[a b]`).Expr()) {
		t.Fatal("a blank in a class is not seen")
	}
	for _, k := range All() {
		for _, p := range cause.Phrases(k.When) {
			if blankInClass.MatchString(p.Expr()) {
				t.Errorf("%s: a blank stands in a class of characters: %s", k.Code, p.Expr())
			}
		}
	}
}
