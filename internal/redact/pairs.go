package redact

import (
	"regexp"
	"strings"
)

// value is what stands for a name: text[start:end].
type value struct {
	start, end int
	quoted     bool
	manner     manner
	sign       byte   // between name and value: = : > or a blank
	ends       ending // of a value without quotes
}

// manner is how a name and its value stand together.
type manner int

const (
	firm  manner = iota + 1 // NAME=value, "name": "value", <Name>value</Name>, name: "value"
	prose                   // name: value, --name value
)

// ending says which bytes end a value without quotes.
type ending int

const (
	atDelimiter ending = iota // those that separate values in JSON, URLs and lists too
	atSpace                   // white space alone: a line of a shell's environment
)

// wordEnd gives the end of a value without quotes that begins at i, or limit.
func (c cursor) wordEnd(i, limit int, e ending) int {
	for i < min(limit, len(c.text)) && c.text[i] > ' ' && (e == atSpace || !c.delimits(i)) {
		i++
	}
	return i
}

// delimits tells whether the byte at i separates values, or begins an escaped
// line end or quote.
func (c cursor) delimits(i int) bool {
	if isBackslash(c.text[i]) {
		return strings.IndexByte("nrt\"'\\", c.at(i+1)) >= 0
	}
	return strings.IndexByte("\"'`<>,;&)}]|", c.text[i]) >= 0
}

// valueOf finds the value of the name text[from:to].
func (c cursor) valueOf(from, to int) (value, bool) {
	to = c.colourEnd(to)
	if c.before(from) == '<' && c.at(to) == '>' {
		return c.element(to + 1)
	}
	if start := c.memberAfter(to); start > to {
		return c.valueAt(start, value{manner: firm, sign: ':'})
	}
	if start := c.argumentAfter(from, to); start > to {
		return c.valueAt(start, value{manner: firm, sign: ' '})
	}
	i := c.closing(from, to)
	sign := c.span(i, isBlank)
	switch {
	case sign-i > maxGap:
		return value{}, false
	case c.at(sign) == '=' && c.at(sign+1) != '=':
		return c.valueAt(sign+1, value{manner: firm, sign: '=', ends: c.endingOf(from, to)})
	case c.at(sign) == ':' && c.at(sign+1) == '=':
		return c.valueAt(sign+2, value{manner: firm, sign: '='})
	case c.at(sign) == ':' && c.at(sign+1) != ':' && strings.IndexByte(":/@", c.before(from)) < 0:
		return c.valueAt(sign+1, value{manner: prose, sign: ':'})
	case sign > i && c.text[from] == '-':
		return c.valueAt(sign, value{manner: prose, sign: ' '})
	}
	return value{}, false
}

// colourEnd skips a change of colour at i: loggers colour names, and not the
// sign behind them.
func (c cursor) colourEnd(i int) int {
	if !strings.HasPrefix(c.text[i:], colour) {
		return i
	}
	if end := c.span(i+len(colour), func(b byte) bool { return isDigit(b) || b == ';' }); c.at(end) == 'm' {
		return end + 1
	}
	return i
}

// endingOf tells a line NAME=value of an environment from other assignments.
func (c cursor) endingOf(from, to int) ending {
	name := c.text[from:to]
	first := c.before(from) == '\n' || c.before(from) == ' ' && strings.HasSuffix(c.text[c.done:from], "export ")
	if first && name == strings.ToUpper(name) {
		return atSpace
	}
	return atDelimiter
}

// memberAfter gives the end of "value": behind a name that ends at i, or i. The
// two members of {"name": NAME, "value": VALUE}, a container's environment in
// JSON, YAML and HCL, so belong together.
func (c cursor) memberAfter(i int) int {
	near := c.text[i:min(len(c.text), i+maxGap)]
	if !strings.Contains(near, "alue") { // far cheaper than the pattern
		return i
	}
	return i + len(nextValue.FindString(near))
}

var nextValue = regexp.MustCompile(`\A\\*["']?[\s,]+\\*["']?[Vv]alue\\*["']?[ \t]*[:=]`)

// argumentAfter gives where the argument behind a flag begins in a list such as
// ["--db-password", "x"], or to.
func (c cursor) argumentAfter(from, to int) int {
	if c.text[from] != '-' {
		return to
	}
	return to + len(nextArgument.FindString(c.text[to:min(len(c.text), to+maxGap)]))
}

var nextArgument = regexp.MustCompile(`\A\\*["'],\s*`)

// closing gives the end of a quoted name with its quote and bracket, as in
// "name", 'name' and ["name"]. A quote that closes more than the name is left
// alone: what follows in `open "/run/token": no such file` is no value.
func (c cursor) closing(from, to int) int {
	open := c.before(from)
	if quote := c.span(to, isBackslash); isQuote(c.at(quote)) && c.at(quote) == open {
		to = quote + 1
	} else if open != '[' {
		return to
	}
	if c.at(to) == ']' {
		return to + 1
	}
	return to
}

// element reads an XML element's text.
func (c cursor) element(start int) (value, bool) {
	end := c.span(start, func(b byte) bool { return b != '<' && b != '\n' })
	if !strings.HasPrefix(c.text[end:], "</") {
		return value{}, false
	}
	return value{start: start, end: end, quoted: true, manner: firm, sign: '>'}, true
}

// valueAt reads the value behind the sign at i and completes v with it. Of a
// value without quotes it reads no more than is needed to judge it.
func (c cursor) valueAt(i int, v value) (value, bool) {
	if c.at(i) == '>' { // name => value
		i++
	}
	v.start = c.span(i, isBlank)
	if strings.IndexByte("bu", c.at(v.start)) >= 0 && isQuote(c.at(v.start+1)) { // Python's b'…'
		v.start++
	}
	if quote := c.span(v.start, isBackslash); isQuote(c.at(quote)) {
		v.end = c.closingQuote(quote, quote-v.start)
		v.start, v.quoted, v.manner = quote+1, true, firm
		return v, true
	}
	if v.ends == atDelimiter && strings.IndexByte("{[<", c.at(v.start)) >= 0 {
		return v, false
	}
	v.end = c.wordEnd(v.start, v.start+maxWord+1, v.ends)
	if v.start > i && call.MatchString(c.text[v.start:v.end]) {
		return v, false
	}
	return v, v.end > v.start
}

// call is a line of a program, as stack traces quote them: token = read(path).
var call = regexp.MustCompile(`\A[A-Za-z_][\w.]*\(`)

// maxDepth is how many backslashes may stand before a quote: JSON in a JSON
// string in a JSON string has seven.
const maxDepth = 15

// closingQuote finds the quote that closes the one at open, which depth
// backslashes precede: none in JSON, one in JSON inside a JSON string, three one
// level deeper. Text that is cut off ends with its line.
func (c cursor) closingQuote(open, depth int) int {
	if depth > maxDepth {
		return open + 1
	}
	slashes := 0
	for i := open + 1; i < len(c.text); i++ {
		switch b := c.text[i]; {
		case isBackslash(b):
			slashes++
			continue
		case b == '\n':
			return i
		case b == c.text[open] && (slashes < depth || slashes%(2*depth+2) == depth):
			return i - min(slashes, depth)
		}
		slashes = 0
	}
	return len(c.text)
}

func isBackslash(b byte) bool { return b == '\\' }

// headerValue narrows a header's value to the secret in it: what follows the
// scheme, or all cookies. A signed AWS request names its parts, which have rules
// of their own.
func (c cursor) headerValue(n secretName, v value) value {
	text := c.text[v.start:min(len(c.text), v.start+maxGap)]
	m := scheme.FindString(text)
	switch {
	case n.kind == cookie && !cookiePair.MatchString(text), strings.HasPrefix(text, "AWS4-"):
		v.end = v.start
	case n.kind == cookie && !v.quoted:
		v.manner, v.end = firm, c.span(v.start, isHeaderByte)
	case m != "" && !v.quoted:
		v.manner, v.start = firm, v.start+len(m)
		v.end = c.wordEnd(v.start, v.start+maxWord+1, v.ends)
	case m != "" && v.start+len(m) <= v.end:
		v.start += len(m)
	}
	return v
}

func isHeaderByte(b byte) bool { return b >= ' ' && !isQuote(b) && !isBackslash(b) }

var (
	scheme     = regexp.MustCompile(`(?i)\A(?:bearer|basic|token|apikey|digest|negotiate)[ \t]+`)
	cookiePair = regexp.MustCompile(`\A[^\s=;]+=`)
)

// sqlPassword finds IDENTIFIED BY 'password' and PASSWORD 'password' of a user
// or a role: revisions of a schema are identified by something as well.
func sqlPassword(c cursor, start int) (replacement, bool) {
	m := sqlBefore.FindString(c.text[start:min(len(c.text), start+maxGap)])
	if m == "" || !c.begins(start) || !sqlLogin.MatchString(c.text[max(c.done, start-maxCommand):start]) {
		return none()
	}
	first := start + len(m)
	end := c.closingQuote(first-1, 0)
	if harmless(c.text[first:end]) {
		return none()
	}
	return replace(first, end, "password")
}

var sqlLogin = regexp.MustCompile(`(?i)\b(?:user|role|login|grant)\b`)

var sqlBefore = regexp.MustCompile(`(?i)\A(?:identified by(?: password)?|password) +'`)
