package redact

import (
	"slices"
	"strings"
)

// Limits of what is read around a trigger. A longer name is none, and a longer
// value without quotes is no word about a secret but one.
const (
	maxName = 64
	maxGap  = 64
	maxWord = 1024
)

// keyed finds the value of a name that says it is a secret.
func keyed(c cursor, start int) (replacement, bool) {
	from, to := c.name(start)
	v, ok := c.valueOf(from, to)
	if !ok {
		return none()
	}
	n, ok := classify(c.text[from:to])
	if !ok {
		return none()
	}
	if n.kind == header || n.kind == cookie {
		v = c.headerValue(n, v)
	}
	if !c.isSecret(n, v) {
		return none()
	}
	if id := c.text[v.start:min(v.end, v.start+keyIDLength)]; isAccessKeyID(id) {
		return replacement{v.start, v.end, keyIDPlaceholder(id)}, true
	}
	if !v.quoted {
		v.end = c.wordEnd(v.end, len(c.text), v.ends)
	}
	return replace(v.start, v.end, n.label)
}

// isSecret judges the value that was found for a name.
func (c cursor) isSecret(n secretName, v value) bool {
	text := c.text[v.start:v.end]
	switch {
	case text == "", v.sign == ' ' && text[0] == '-': // the next flag
		return false
	case len(text) > maxWord && !v.quoted:
		return true
	case n.kind == signature && v.sign != '=', n.kind == anyKey && v.manner != firm:
		return false
	case v.manner == firm:
		return isSecret(n, text)
	default:
		return isSecretInProse(n, text, c.lineFrom(v.end))
	}
}

var keyIDPrefixes = []string{"AKIA", "ASIA", "ABIA", "ACCA"}

func isAccessKeyID(s string) bool {
	return len(s) == keyIDLength && (slices.Contains(keyIDPrefixes, s[:4]) || s[:3] == "A3T") && cursor{text: s}.span(0, isKeyID) == keyIDLength
}

// lineFrom is the rest of the line at i, as much of it as prose needs.
func (c cursor) lineFrom(i int) string {
	rest := c.text[i:min(len(c.text), i+maxGap)]
	if nl := strings.IndexAny(rest, "\r\n"); nl >= 0 {
		return rest[:nl]
	}
	return rest
}

// name gives the identifier around i, without the letters of an escape in front
// of it.
func (c cursor) name(i int) (start, end int) {
	start, end = i, i
	for start > c.done && i-start < maxName && isDotted(c.text[start-1]) {
		start--
	}
	for end < len(c.text) && end-i < maxName && isDotted(c.text[end]) {
		end++
	}
	for behind := start + 1; behind <= min(i, start+maxEscape); behind++ {
		if c.escapeEnds(behind) { // its letters are none of the name's
			start = behind
			break
		}
	}
	for end > start && !isAlnum(c.text[end-1]) {
		end--
	}
	return start, end
}
