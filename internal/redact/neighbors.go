package redact

import (
	"regexp"
	"strings"
)

// listed looks for the value of a name that a comma, a bracket or a line's end
// follows: that of a member "value" beside the name, the next of a list, and what
// stands in the lines below.
func (c *cursor) listed(from, to, i int) (at int, v value) {
	if member := c.memberAfter(to); member > 0 {
		return member, value{manner: firm, sign: ':'}
	}
	quoted := i > to
	next := c.span(i, isSpace)
	switch {
	case next-i > maxGap:
	case c.at(next) == ',' && (quoted || c.before(from) == '{'):
		// ["--db-password", "x"], ('x-api-key', 'x'), {password,<<"x">>}
		next = c.span(next+1, isSpace)
		if c.text[from] == '-' {
			return next, value{manner: firm, sign: ' '}
		}
		return next, value{manner: paired, sign: ','}
	case c.at(next) == '=' && c.at(next+1) != '=' && next > i: // in a program, in the line below
		return next + 1, value{manner: firm, sign: '='}
	case quoted && strings.HasSuffix(c.behind(from, len(`name="`)), `name="`):
		if n := len(formField.FindString(c.ahead(i, len(`\r\n\r\n`)))); n > 0 {
			return i + n, value{manner: firm, sign: '=', ends: atLine}
		}
	}
	return 0, value{}
}

// formField separates the name of a form's field from its value:
// Content-Disposition: form-data; name="password".
var formField = regexp.MustCompile(`\A(?:\r?\n|\\r\\n){2}`)

// memberAfter returns the end of "value": behind a name that ends at i, or 0. The
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
	// or what a validator says of it.
	`|["'] with value:? )`)

// elementText returns where the text of the XML element begins that text[from:to]
// names, or 0: <Password Type="x">, <property name="password">, <key>password</key>.
func (c *cursor) elementText(from, to int) int {
	next, before := c.at(to), c.before(from)
	switch {
	case before == '>' && next == '<', isQuote(before) && next == before && c.at(to+1) == '>':
		near := c.ahead(to, 2*maxGap)
		if m := nextElement.FindString(near); m != "" {
			return to + len(m)
		}
		return 0
	case next != '>' && next != ' ' || !c.isTag(from):
		return 0
	case next == '>':
		return to + 1
	}
	near := c.lineFrom(to)
	if end := strings.IndexByte(near, '>'); end > 0 && near[end-1] != '/' && !strings.Contains(near[:end], "alue") {
		return to + end + 1
	}
	return 0
}

// nextElement is what stands between a name in XML and its value: that of a list
// of properties, of Hadoop's or Apple's configuration.
var nextElement = regexp.MustCompile(`\A(?:["']>(?:\s*<[Vv]alue>)?|</(?:[Kk]ey|[Nn]ame)>\s*<(?:string|data|[Vv]alue)>)`)

// isTag reports whether the name at from is an element's, perhaps behind that of
// its namespace: <wsse:Password.
func (c *cursor) isTag(from int) bool {
	if c.before(from) == ':' {
		from = c.back(from-1, maxName, isDotted)
	}
	return c.before(from) == '<'
}

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
