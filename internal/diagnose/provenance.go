package diagnose

import (
	"strings"
	"unicode"
)

// maxProvider bounds the name of somebody who provided evidence, in runes: a
// login provider may let people choose any.
const maxProvider = 120

// Provenance is the sentence that stands above everything else where somebody
// provided the evidence; "" where it was read from AWS. Anybody could have
// written such evidence, about any task.
func (d Diagnosis) Provenance() string {
	if !d.Brought {
		return ""
	}
	name := []rune(plainName(d.BroughtBy))
	switch {
	case len(name) == 0:
		return "Based on evidence that was provided; nothing was read from AWS."
	case len(name) > maxProvider:
		name = append(name[:maxProvider], '…')
	}
	return "Based on evidence that " + string(name) + " provided; nothing was read from AWS."
}

// plainName is a name in one line, without what is not seen or turns the
// direction of text around.
func plainName(s string) string {
	return strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.IsPrint(r) {
			return r
		}
		return -1
	}, s)), " ")
}
