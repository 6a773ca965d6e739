// Package redact takes secrets out of text before it is stored, shown, logged
// or sent. Every secret is replaced by a placeholder that says what it was, such
// as "[redacted: AWS session token]".
//
// What explains a stopped task stays: ARNs, account and task ids, request ids,
// image digests, role and log stream names, IP addresses, encoded authorization
// failure messages, and the names of variables, secrets and parameters.
//
// One automaton looks for the words that can stand at a
// secret ("password", "eyJ", "://"); only where it finds one does a rule read
// the text around it. A log without these words costs one table look-up a byte;
// one with secrets is read once more, to see that none is left.
package redact

import "strings"

// maxPasses bounds how often a text is read. One pass finds all secrets of any
// text that people write; another can find what touches one of them, such as a
// login in base64 that runs into a webhook's address.
const maxPasses = 8

// Text returns s with its secrets replaced by placeholders. It changes nothing
// in a text that it has redacted before, and leaves valid UTF-8 valid.
func Text(s string) string {
	for range maxPasses {
		out := pass(s)
		if out == s {
			break
		}
		s = out
	}
	return s
}

// pass reads s once, from left to right.
func pass(s string) string {
	var out strings.Builder
	c := cursor{text: s}
	i, at := triggers.scan(s, 0, root)
	for at.hit() {
		if r, ok := c.match(triggers.hitsOf(at), i); ok {
			out.WriteString(s[c.done:r.start])
			out.WriteString(r.with)
			c.done, i, at = r.end, r.end, root
		}
		i, at = triggers.scan(s, i, at)
	}
	if c.done == 0 {
		return s
	}
	out.WriteString(s[c.done:])
	return out.String()
}

// cursor is a text and how far it has been dealt with.
type cursor struct {
	text string
	done int // bytes before it are written or replaced, and not to be read again
}

// before is the byte in front of i: a line's end at the beginning of the text,
// and the placeholder's last byte behind a replacement. So a rule sees the same
// when the redacted text is redacted again.
func (c cursor) before(i int) byte {
	switch {
	case i == 0:
		return '\n'
	case i == c.done:
		return ']'
	default:
		return c.text[i-1]
	}
}

// at is the byte at i, or a line's end behind the text.
func (c cursor) at(i int) byte {
	if i >= len(c.text) {
		return '\n'
	}
	return c.text[i]
}

// begins tells whether a word can begin at i: behind nothing that is of a word,
// or behind an escape.
func (c cursor) begins(i int) bool { return !isWord(c.before(i)) || c.escapeEnds(i) }

// escapeEnds tells whether one that ends in a letter ends at i: a line's end in
// a JSON string (\n), a byte of a URL (%3D), a terminal's change of colour
// (ESC[32m).
func (c cursor) escapeEnds(i int) bool {
	near := c.text[max(c.done, i-maxEscape):i]
	last := len(near) - 1
	switch {
	case last < 1:
		return false
	case isBackslash(near[last-1]):
		return strings.IndexByte("nrt", near[last]) >= 0
	case last > 1 && near[last-2] == '%':
		return isHex(near[last-1]) && isHex(near[last])
	case near[last] == 'm':
		return strings.HasSuffix(strings.TrimRight(near[:last], "0123456789;"), colour)
	}
	return false
}

// colour begins a terminal's change of colour.
const colour = "\x1b["

// maxEscape bounds the length of an escape: ESC[38;2;255;255;255m.
const maxEscape = 20

// match asks the rules of the triggers that end at end, longest trigger first.
func (c cursor) match(hits []hit, end int) (replacement, bool) {
	for _, h := range hits {
		start := end - h.length
		if start < c.done {
			continue
		}
		if r, ok := h.find(c, start); ok {
			return r, true
		}
	}
	return replacement{}, false
}

// replacement says that text[start:end] is to be read as with.
type replacement struct {
	start, end int
	with       string
}

// rule finds the secret that belongs to a trigger standing at start.
type rule func(c cursor, start int) (replacement, bool)

func placeholder(label string) string { return "[redacted: " + label + "]" }

// replace is the usual result of a rule.
func replace(start, end int, label string) (replacement, bool) {
	return replacement{start, end, placeholder(label)}, true
}

// none is the result of a rule that found no secret.
func none() (replacement, bool) { return replacement{}, false }

// span gives the end of the run of bytes of a class that begins at i.
func (c cursor) span(i int, class func(byte) bool) int {
	for i < len(c.text) && class(c.text[i]) {
		i++
	}
	return i
}

func isUpper(b byte) bool  { return 'A' <= b && b <= 'Z' }
func isLower(b byte) bool  { return 'a' <= b && b <= 'z' }
func isDigit(b byte) bool  { return '0' <= b && b <= '9' }
func isAlnum(b byte) bool  { return isUpper(b) || isLower(b) || isDigit(b) }
func isWord(b byte) bool   { return isAlnum(b) || b == '_' || b == '-' }
func isDotted(b byte) bool { return isWord(b) || b == '.' }
func isBase64(b byte) bool { return isAlnum(b) || b == '+' || b == '/' || b == '=' }
func isHex(b byte) bool    { return isDigit(b) || 'a' <= b && b <= 'f' || 'A' <= b && b <= 'F' }
func isKeyID(b byte) bool  { return isUpper(b) || isDigit(b) }
func isBlank(b byte) bool  { return b == ' ' || b == '\t' }
func isQuote(b byte) bool  { return b == '"' || b == '\'' }
