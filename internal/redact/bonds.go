package redact

import (
	"regexp"
	"strings"
)

// bond finds what ties the name text[from:to] to a value, and gives where to
// look for the value and in what manner they stand together: 0 for none.
func (c *cursor) bond(from, to int) (at int, v value) {
	if c.before(from) == '<' {
		if text := c.elementText(to); text > 0 {
			return text, value{manner: firm, sign: '>'}
		}
	}
	i := c.closing(from, to)
	sign := c.span(i, isBlank)
	if sign-i > maxGap {
		return 0, value{}
	}
	switch c.at(sign) {
	case '=', ':', '?', '!', '[', '|', '%', 0xef:
		return c.signed(from, to, sign)
	case ',', ')', ']', '}', ';', '\n', '\r', '>':
		return c.listed(from, to, i)
	case '{', '(':
		return c.enclosed(to, i, sign)
	}
	if member := c.memberAfter(to); member > 0 {
		return member, value{manner: firm, sign: ':'}
	}
	if sign > i {
		return c.spaced(from, i, sign)
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
	case two[0] == ':' && c.mayHaveColon(from):
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

// mayHaveColon reports whether a colon behind the name at from can be its sign,
// and is none of a path, a host or an image. User and password in one have a
// slash between them: id/pw: x/y.
func (c *cursor) mayHaveColon(from int) bool {
	switch c.before(from) {
	case ':', '@':
		return false
	case '/':
		return userBefore.MatchString(c.behind(from, maxName))
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

// listed looks for the value of a name that a comma or a line's end follows: that
// of a member "value" beside the name, or the next of a list.
func (c *cursor) listed(from, to, i int) (at int, v value) {
	if member := c.memberAfter(to); member > 0 {
		return member, value{manner: firm, sign: ':'}
	}
	next := c.span(i, isSpace)
	switch {
	case next-i > maxGap:
	case c.at(next) == ',' && i > to: // ["--db-password", "x"], ('x-api-key', 'x')
		next = c.span(next+1, isSpace)
		if c.text[from] == '-' {
			return next, value{manner: firm, sign: ' '}
		}
		return next, value{manner: paired, sign: ','}
	case c.at(next) == '=' && c.at(next+1) != '=' && next > i: // in a program, in the line below
		return next + 1, value{manner: firm, sign: '='}
	}
	return 0, value{}
}

// memberAfter gives the end of "value": behind a name that ends at i, or 0. The
// members of {"name": NAME, "type": TYPE, "value": VALUE} so belong together: a
// container's environment or a parameter, in JSON, YAML, XML and HCL.
func (c *cursor) memberAfter(i int) int {
	near := c.ahead(i, 4*maxGap)
	if !strings.Contains(near, "alue") { // far cheaper than the pattern
		return 0
	}
	if m := nextValue.FindString(near); m != "" {
		return i + len(m)
	}
	return 0
}

var nextValue = regexp.MustCompile(`\A[\\"'\])]*(?:` +
	// up to three other members,
	`(?:[\s,;]+\\*["']?[\w-]+\\*["']?[ \t]*[:=][ \t]*(?:\\*"[^"\\\n]*\\*"|'[^'\n]*'|[^\s,"'{}\[\]]+)){0,3}` +
	// and the value,
	`[\s,;]+\\*["']?[Vv]alue\\*["']?[ \t]*[:=]` +
	// or what a validator says of it,
	`|["'] with value:? |` +
	// or an element in the one that is named.
	`/?>\s*<[Vv]alue>)`)

// enclosed looks for the value of a name that a brace or parenthesis at i follows:
// Key{"x"}, "key" {default = "x"}, setPassword("x"), Credential("user", "x").
func (c *cursor) enclosed(to, i, sign int) (at int, v value) {
	if c.text[sign] == '{' && (i > to || sign == to) {
		return sign, value{manner: firm, sign: '{'}
	}
	if c.text[sign] == '(' && sign == to && c.isOpen(to+1) {
		return to, value{manner: paired, sign: '('}
	}
	return 0, value{}
}

// spaced looks for the value of a name that only blanks separate from it: that of
// a flag, of a directive with quotes, in a table and in a sentence.
func (c *cursor) spaced(from, i, at int) (int, value) {
	switch {
	case c.text[from] == '-':
		return at, value{manner: prose, sign: ' '}
	case c.isOpen(at):
		if end := c.closingQuote(at, 0); c.at(end+1) == ';' {
			return at, value{manner: firm, sign: ' '}
		}
	case at-i > 1 || c.text[i] == '\t':
		return at, value{manner: apart, sign: '\t'}
	}
	if told := sentence(c.ahead(i, 2*maxGap)); told > 0 {
		return i + told, value{manner: apart, sign: 'i'}
	}
	return 0, value{}
}

// sentence gives the length of what stands between a name and its value in a
// sentence, or 0: the password for user "app" is "x".
func sentence(s string) int {
	length := 0
	if strings.HasPrefix(s, " for ") {
		length = strings.IndexAny(s, ".:=\n")
		if length < 0 {
			length = len(s)
		}
		length = max(strings.Index(s[:length], " is "), strings.Index(s[:length], " was "))
	}
	for _, verb := range []string{" is ", " was ", " is: ", " was: "} {
		if length >= 0 && strings.HasPrefix(s[length:], verb) {
			return length + len(verb)
		}
	}
	return 0
}

// closing gives the end of a quoted name with its quote and bracket, as in
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

// elementText gives where the text of an XML element begins whose name ends at i,
// or 0.
func (c *cursor) elementText(i int) int {
	if c.at(i) == '>' {
		return i + 1
	}
	if c.at(i) != ' ' {
		return 0
	}
	near := c.lineFrom(i)
	if end := strings.IndexByte(near, '>'); end > 0 && near[end-1] != '/' && !strings.Contains(near[:end], "alue") {
		return i + end + 1
	}
	return 0
}

// lineFrom is the rest of the line at i, as much of it as is needed to judge.
func (c *cursor) lineFrom(i int) string {
	rest := c.ahead(i, maxGap)
	if nl := strings.IndexAny(rest, "\r\n"); nl >= 0 {
		return rest[:nl]
	}
	return rest
}
