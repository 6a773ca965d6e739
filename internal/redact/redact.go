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
	v := viewOf(s)
	found := v.find()
	if len(found) == 0 && v.payloads == nil {
		return s
	}
	return v.replace(found)
}

// find returns the secrets of a view in order.
func (v view) find() []replacement {
	var found []replacement
	c := &cursor{text: v.text, gaps: v.gaps}
	i, at := triggers.scan(c.text, 0, root)
	for at.hit() {
		if r := c.match(triggers.hitsOf(at), i); r != nil {
			found = append(found, r...)
			c.done = r[len(r)-1].end
			i, at = c.done, root
		}
		i, at = triggers.scan(c.text, i, at)
	}
	return found
}

// cursor is a text and how far it has been dealt with.
type cursor struct {
	text string
	gaps []gap // where terminal sequences stood
	done int   // bytes before it are written or replaced, and not to be read again
	read int   // structures that begin before it have been looked through
	args int   // and so have commands
}

// before is the byte in front of i: a line's end at the beginning of the text,
// and the placeholder's last byte behind a replacement. So a rule sees the same
// when the redacted text is redacted again.
func (c *cursor) before(i int) byte {
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
func (c *cursor) at(i int) byte {
	if i >= len(c.text) {
		return '\n'
	}
	return c.text[i]
}

// ahead is the text from i on, as much of it as n bytes.
func (c *cursor) ahead(i, n int) string { return c.text[min(i, len(c.text)):min(len(c.text), i+n)] }

// behind is the text up to i that is not dealt with, as much of it as n bytes.
func (c *cursor) behind(i, n int) string { return c.text[max(c.done, i-n):max(c.done, i)] }

// begins reports whether a word can begin at i: behind nothing that is of a
// word, or behind an escape.
func (c *cursor) begins(i int) bool {
	return !isWord(c.before(i)) || c.escapeEnds(i) || isGap(c.gaps, i)
}

// escapeEnds reports whether an escape that ends in a letter or digit ends at i:
// a line's end or a quote in a JSON string (\n, \u0022), a byte of a URL (%3D).
func (c *cursor) escapeEnds(i int) bool {
	near := c.behind(i, maxEscape)
	for at := len(near) - 2; at >= 0; at-- {
		if near[at] == '\\' || near[at] == '%' {
			return escapeLength(near[at:]) == len(near)-at
		}
	}
	return false
}

// maxEscape bounds the length of an escape: \u0022, %253D.
const maxEscape = 6

// escapeLength returns the length of the escape that s begins with, or 0.
func escapeLength(s string) int {
	digits := 0 // hexadecimal, from the third byte on
	for 2+digits < len(s) && isHex(s[2+digits]) {
		digits++
	}
	switch {
	case s[0] == '%' && strings.HasPrefix(s, "%25") && digits >= 3:
		return 5
	case s[0] == '%' && isHex(s[1]) && digits >= 1:
		return 3
	case s[0] == '\\' && s[1] == 'u' && digits >= 4:
		return 6
	case s[0] == '\\' && s[1] == 'x' && digits >= 2:
		return 4
	case s[0] == '\\' && strings.IndexByte("nrt", s[1]) >= 0:
		return 2
	}
	return 0
}

// match asks the rules of the triggers that end at end, longest trigger first.
func (c *cursor) match(hits []hit, end int) []replacement {
	for _, h := range hits {
		start := end - h.length
		if start < c.done {
			continue
		}
		if r := h.find(c, start); r != nil {
			return r
		}
	}
	return nil
}

// replacement says that text[start:end] is a secret, and what kind of one.
type replacement struct {
	start, end int
	label      string
}

// rule finds the secrets that belong to a trigger standing at start, in order:
// mostly one, or those of a list. It gives none where there is no secret.
type rule func(c *cursor, start int) []replacement

func placeholder(label string) string { return placeholderHead + label + placeholderTail }

const (
	placeholderHead = "[redacted: "
	placeholderTail = "]"
)

// isPlaceholder reports whether s begins with what stands where a secret was,
// which somebody else may have written too.
func isPlaceholder(s string) bool { return strings.HasPrefix(s, "[redacted") }

// replace is the usual result of a rule.
func replace(start, end int, label string) []replacement {
	return []replacement{{start, end, label}}
}

// span returns the end of the run of bytes of a class that begins at i.
func (c *cursor) span(i int, class func(byte) bool) int {
	for i < len(c.text) && class(c.text[i]) {
		i++
	}
	return i
}

// back returns the beginning of the run of bytes of a class that ends at i, no more
// than limit bytes of it.
func (c *cursor) back(i, limit int, class func(byte) bool) int {
	for from := max(c.done, i-limit); i > from && class(c.text[i-1]); {
		i--
	}
	return i
}

// isAll reports whether s consists of bytes of a class.
func isAll(s string, class func(byte) bool) bool {
	for i := range len(s) {
		if !class(s[i]) {
			return false
		}
	}
	return true
}

func isUpper(b byte) bool     { return 'A' <= b && b <= 'Z' }
func isLower(b byte) bool     { return 'a' <= b && b <= 'z' }
func isLetter(b byte) bool    { return isUpper(b) || isLower(b) }
func isDigit(b byte) bool     { return '0' <= b && b <= '9' }
func isAlnum(b byte) bool     { return isLetter(b) || isDigit(b) }
func isWord(b byte) bool      { return isAlnum(b) || b == '_' || b == '-' }
func isDotted(b byte) bool    { return isWord(b) || b == '.' }
func isBase64(b byte) bool    { return isAlnum(b) || b == '+' || b == '/' || b == '=' }
func isHex(b byte) bool       { return isDigit(b) || 'a' <= b && b <= 'f' || 'A' <= b && b <= 'F' }
func isKeyID(b byte) bool     { return isUpper(b) || isDigit(b) }
func isBlank(b byte) bool     { return b == ' ' || b == '\t' }
func isSpace(b byte) bool     { return isBlank(b) || b == '\n' || b == '\r' }
func isQuote(b byte) bool     { return b == '"' || b == '\'' }
func isBackslash(b byte) bool { return b == '\\' }
func isTokenByte(b byte) bool { return isDotted(b) || isBase64(b) || b == '~' }
