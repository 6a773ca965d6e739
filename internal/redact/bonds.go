package redact

import (
	"regexp"
	"strings"
)

// bond finds what ties the name text[from:to] to a value, and gives where to
// look for the value and in what manner they stand together: 0 for none.
func (c *cursor) bond(from, to int) (at int, v value) {
	if text := c.elementText(from, to); text > 0 {
		return text, value{manner: firm, sign: '>'}
	}
	i := c.closing(from, to)
	sign := c.span(i, isBlank)
	if sign-i > maxGap {
		return 0, value{}
	}
	switch c.at(sign) {
	case '=', ':', '?', '!', '[', '|', '%', 0xef:
		return c.signed(from, to, sign)
	case ',', ')', ']', '}', ';', '\n', '\r':
		return c.listed(from, to, i)
	case '{', '(':
		return c.enclosed(to, i, sign)
	}
	if member := c.memberAfter(to); member > 0 {
		return member, value{manner: firm, sign: ':'}
	}
	if sign > i {
		return c.spaced(from, to, i, sign)
	}
	return 0, value{}
}

// signed reads the sign at i between the name text[from:to] and its value.
func (c *cursor) signed(from, to, i int) (at int, v value) {
	two := c.ahead(i, 2)
	switch {
	case two == "==", two == "::":
		return 0, value{}
	case two == ":=", two == "=>":
		return i + 2, value{manner: firm, sign: '='}
	case two[0] == '=':
		return i + 1, value{manner: firm, sign: '=', ends: c.endingOf(from, to)}
	case two == "?:", two == "!:": // password?: string, in TypeScript
		return i + 2, value{manner: prose, sign: ':'}
	case two[0] == ':' && c.mayHaveColon(from, i):
		if near := c.ahead(i, maxGap/2); strings.Contains(near, " value") { // far cheaper than the pattern
			if m := rejected.FindString(near); m != "" {
				return i + len(m), value{manner: firm, sign: ':'}
			}
		}
		return i + 1, value{manner: prose, sign: ':'}
	case two == "[]" && c.at(c.span(i+2, isBlank)) == '=':
		return c.span(i+2, isBlank) + 1, value{manner: firm, sign: '='}
	case two == "||", two == "??": // the default where a variable is not set
		if at := c.span(i+2, isSpace); c.isOpen(at) {
			return at, value{manner: firm, sign: '='}
		}
	case two[0] == '%':
		if m := escapedSign.FindString(c.ahead(i, maxEscape)); m != "" {
			return i + len(m), value{manner: firm, sign: '=', ends: atEscape}
		}
	case c.isWideColon(i):
		return i + len(wideColon), value{manner: prose, sign: ':'}
	}
	return 0, value{}
}

var (
	escapedSign = regexp.MustCompile(`(?i)\A%(?:25)?3[da]`)
	// on field 'password': rejected value [x]
	rejected = regexp.MustCompile(`(?i)\A: *(?:rejected|invalid|illegal|unsupported) value:? *`)
)

// mayHaveColon reports whether the colon at i behind the name at from can be its
// sign, and is none of a path, a host or an image. It is if the value stands in
// quotes, as in app::api_key: 'x', if the slash is that of a flag, as in
// /password:x, and if user and password stand in one, as in id/pw: x/y.
func (c *cursor) mayHaveColon(from, i int) bool {
	switch c.before(from) {
	case ':':
		return strings.HasSuffix(c.behind(from, 2), "::") && c.isOpen(c.span(i+1, isBlank))
	case '@':
		return false
	case '/':
		near := c.behind(from, maxName)
		flag := len(near) < 2 || isSpace(near[len(near)-2])
		return flag && !isSpace(c.at(i+1)) || userBefore.MatchString(near)
	}
	return true
}

var userBefore = regexp.MustCompile(`(?i)(?:^|[^\w/])(?:id|user|username|login|account) ?/\z`)

// endingOf tells a line NAME=value of an environment from other assignments.
func (c *cursor) endingOf(from, to int) ending {
	name := c.text[from:to]
	first := c.before(from) == '\n' || c.before(from) == ' ' && strings.HasSuffix(c.text[c.done:from], "export ")
	if first && name == strings.ToUpper(name) {
		return atSpace
	}
	return atDelimiter
}

// closing returns the end of a quoted name with its quote and bracket, as in
// "name", 'name' and ["name"]. A quote that closes more than the name is left
// alone: what follows in `open "/run/token": no such file` is no value.
func (c *cursor) closing(from, to int) int {
	open := c.before(from)
	if quote := c.span(to, isBackslash); isOpening(c.at(quote)) && c.at(quote) == open {
		to = quote + 1
	} else if q := c.writtenQuote(to); q != "" && strings.HasSuffix(c.behind(from, len(q)), q) {
		to += len(q)
	} else if open != '[' {
		return to
	}
	if c.at(to) == ']' {
		return to + 1
	}
	return to
}

// lineFrom is the rest of the line at i, as much of it as is needed to judge.
func (c *cursor) lineFrom(i int) string {
	rest := c.ahead(i, maxGap)
	if nl := strings.IndexAny(rest, "\r\n"); nl >= 0 {
		return rest[:nl]
	}
	return rest
}
