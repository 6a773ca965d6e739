package report

import (
	"strings"
	"unicode"

	"whystopped/internal/words"
)

// Provenance returns the sentence that stands above everything else if somebody
// provided the evidence; "" if it was read from AWS. Anybody could have written
// such evidence, about any task.
func (d Diagnosis) Provenance() string {
	name := visible(d.BroughtBy)
	switch {
	case !d.Brought:
		return ""
	case name == "":
		return words.English().Say("provenance.provided", nil)
	}
	return words.English().Say("provenance.provided-by", words.Args{"name": name})
}

// visible returns a name without what isn't seen or turns the direction of text
// around: a login provider may let people choose any.
func visible(s string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.IsPrint(r) {
			return r
		}
		return -1
	}, s))
}
