package redact

import "strings"

// spaced looks for the value of a name that only blanks separate from it: that of
// a flag, of a keyword or a directive with quotes, of a command that sets it, in
// a table and in a sentence, and what looks random enough by itself.
func (c *cursor) spaced(from, to, i, at int) (int, value) {
	switch before := c.behind(from, maxGap/4); {
	case c.text[from] == '-':
		return at, value{manner: prose, sign: ' '}
	case c.isOpen(at):
		if end := c.closingQuote(at, 0); isKeyword(before) || c.at(end+1) == ';' {
			return at, value{manner: firm, sign: ' '}
		}
	case at-i > 1 || c.text[i] == '\t':
		return at, value{manner: apart, sign: '\t'}
	case strings.HasSuffix(before, "_header ") && c.at(at) != '$': // of nginx
		return at, value{manner: paired, sign: ' '}
	case isSet(before), isMixed(c.text[at:c.span(at, isAlnum)]):
		return at, value{manner: apart, sign: '\t'}
	case c.text[i] == ' ' && isDigit(c.at(at)) && c.at(at+1) == ':' && c.at(at+2) == ' ': // Unseal Key 1: x
		return at + 2, value{manner: apart, sign: '\t'}
	}
	if told := sentence(c.ahead(i, 2*maxGap)); told > 0 {
		return i + told, value{manner: apart, sign: 'i'}
	}
	return 0, value{}
}

// isKeyword reports whether what stands before a name makes it a keyword of Lisp,
// Clojure or Ruby: :password "x".
func isKeyword(before string) bool {
	n := len(before)
	return n > 0 && before[n-1] == ':' && (n == 1 || strings.IndexByte(" \t\n{(,[", before[n-2]) >= 0)
}

// isSet reports whether a command sets the name behind it to what follows:
// aws configure set aws_secret_access_key x, set $password x.
func isSet(before string) bool {
	return strings.HasSuffix(strings.TrimRight(lowerASCII(before), "$"), "set ")
}

// sentence returns the length of what stands between a name and its value in a
// sentence, or 0: the password for user "app" is "x", or the last of its words if
// the value has a line by itself: use the following password to log in:
func sentence(s string) int {
	said, _, ok := strings.Cut(s, "\n")
	if ok && isSentence(said) && strings.HasSuffix(strings.TrimRight(said, " \r"), ":") {
		return len(said)
	}
	length := 0
	if strings.HasPrefix(s, " for ") {
		if length = firstVerb(s); length < 0 {
			return 0
		}
	}
	for _, verb := range verbs {
		if strings.HasPrefix(s[length:], verb) {
			return length + len(verb)
		}
	}
	return 0
}

// isSentence reports whether s has only what sentences have.
func isSentence(s string) bool { return !strings.ContainsAny(s, "={}<>") }

// verbs come before a value. What the colon belongs to was said before.
var verbs = []string{" is ", " was ", " is: ", " was: ", " value ", " value: ", " value is ", ": "}

// firstVerb returns where the first verb is in the line of s.
func firstVerb(s string) int {
	if i := strings.IndexByte(s, '\n'); i >= 0 {
		s = s[:i]
	}
	first := -1
	for _, verb := range verbs {
		if i := strings.Index(s, verb); i >= 0 && (first < 0 || i < first) {
			first = i
		}
	}
	if first < 0 || !isSentence(s[:first]) {
		return -1
	}
	return first
}
