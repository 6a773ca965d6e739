package redact

import "strings"

// maxStructure bounds how much of a list or an object is looked through for a
// name's values, and maxNested how deep.
const (
	maxStructure = 4096
	maxNested    = 16
)

// structured returns the values of the list or object that begins at i, such as
// ["x", "y"], {"value": "x"} or [x y], and reports whether one does.
func (c *cursor) structured(i int, v value) (values []value, ok bool) {
	switch c.at(i) {
	case '[', '{':
	case '(':
		if next := c.at(i + 1); !isQuote(next) && next != '(' && next != '[' {
			return nil, false
		}
	default:
		return nil, false
	}
	if list, ok := c.headerList(i, v); ok {
		return []value{list}, true
	}
	if v.sign == '{' { // Cookie{name: x} is of a type, and no map
		v.of.many = false
	}
	r := reader{c: c, at: i, limit: min(len(c.text), i+maxStructure)}
	r.push(v.of)
	ok = r.read()
	if ok || len(r.found) > 0 {
		c.read = r.at
	}
	return r.found, ok || len(r.found) > 0
}

// isRead reports whether a list or an object is at i that was looked through
// already, as part of another.
func (c *cursor) isRead(i int) bool {
	if i >= c.read {
		return false
	}
	i = c.span(i, isBlank)
	return i < c.read && strings.IndexByte("[{(", c.at(i)) >= 0
}

// headerList returns what Go writes for a header's values: [Bearer x], [a=x; b=y].
func (c *cursor) headerList(i int, v value) (value, bool) {
	if v.of.kind != header && v.of.kind != cookie || c.text[i] != '[' || strings.IndexByte("[{\"'", c.at(i+1)) >= 0 {
		return v, false
	}
	end := strings.IndexAny(c.ahead(i, maxWord), "]\n")
	if end < 0 || c.text[i+end] != ']' {
		return v, false
	}
	v.start, v.end, v.quoted, v.manner = i+1, i+end, true, firm
	return v, true
}

// reader looks through a list or an object, whatever language wrote it.
type reader struct {
	c         *cursor
	at, limit int
	levels    [maxNested]level // of the brackets that are open
	depth     int
	key       string // of the next value
	sign      byte   // behind it
	found     []value
}

// level is an open bracket, and the secrets' name that what is in it stands for:
// of kind 0 where it stands for none.
type level struct {
	open byte
	of   secretName
}

// read reads up to the bracket that closes the first, or to the limit, and
// reports whether what it read is a list or an object.
func (r *reader) read() bool {
	for r.skip(); r.at < r.limit && r.depth > 0; r.skip() {
		switch b := r.c.text[r.at]; {
		case isPlaceholder(r.c.ahead(r.at, len(placeholderHead))): // where a value was
			r.at += len(placeholderHead) + lengthOf(r.c.ahead(r.at+len(placeholderHead), maxGap), isNoBracket) + 1
			r.key = ""
		case strings.IndexByte("[{(", b) >= 0:
			if r.depth == maxNested {
				return true
			}
			if isAlnum(r.c.text[r.at-1]) && !strings.HasSuffix(r.c.behind(r.at, maxGap), "map") {
				return false // an expression: keys[0]
			}
			r.push(r.ofKey())
		case strings.IndexByte("]})", b) >= 0:
			if !r.pop(b) {
				return false
			}
		default:
			if !r.word() {
				return false
			}
		}
	}
	return true
}

func isNoBracket(b byte) bool { return b != ']' && b != '\n' }

// push opens the bracket at r.at.
func (r *reader) push(of secretName) {
	r.levels[r.depth] = level{r.c.text[r.at], of}
	r.depth++
	r.at++
	r.key = ""
}

// pop closes a bracket. What touches it from behind is none of a list.
func (r *reader) pop(b byte) bool {
	r.depth--
	open := r.levels[r.depth].open
	r.at++
	r.key = ""
	return (open == '(' && b == ')' || open+2 == b) && !isAlnum(r.c.at(r.at))
}

// skip goes past what separates values.
func (r *reader) skip() {
	for r.at < r.limit {
		switch b := r.c.text[r.at]; {
		case isSpace(b) || b == ',' || b == ';':
			r.at++
		case isBackslash(b) && strings.IndexByte("nrt", r.c.at(r.at+1)) >= 0:
			r.at += 2
		default:
			return
		}
	}
}

// word reads a key with its sign, or a value.
func (r *reader) word() bool {
	start, end, quoted := r.c.literal(r.at)
	if quoted {
		r.at = r.behindQuote(end)
	} else {
		start, end = r.at, r.bareEnd()
		r.at = end
	}
	if r.at > r.limit {
		r.at = r.limit
		return true
	}
	if end == start && !quoted { // a sign where a word should be
		return false
	}
	if sign, n := r.signAt(r.c.span(r.at, isBlank)); n > 0 && r.key == "" && end > start {
		r.key, r.sign = r.c.text[start:end], sign
		r.at = r.c.span(r.at, isBlank) + n
		return true
	}
	if r.levels[r.depth-1].open == '{' && r.key == "" && !quoted {
		return false // {abc
	}
	r.value(start, end, quoted)
	r.key = ""
	return !quoted || !isAlnum(r.c.at(r.at))
}

// behindQuote returns where the quote at i ends, which may be a written one.
func (r *reader) behindQuote(i int) int {
	if q := r.c.writtenQuote(i); q != "" {
		return i + len(q)
	}
	i = r.c.span(i, isBackslash)
	for r.c.isOpen(i) {
		i++
	}
	return i
}

// bareEnd returns the end of a word without quotes. A colon ends a key and is part
// of a value, such as an ARN.
func (r *reader) bareEnd() int {
	ends := "\"'`,;[]{}()=\\"
	if r.key == "" {
		ends += ":"
	}
	i := r.at
	for i < r.limit && r.c.text[i] > ' ' && strings.IndexByte(ends, r.c.text[i]) < 0 {
		i++
	}
	for r.key != "" && i < r.limit && r.c.text[i] == '=' { // the end of base64
		i++
	}
	return i
}

// signAt returns the sign at i and its length.
func (r *reader) signAt(i int) (sign byte, length int) {
	switch two := r.c.ahead(i, 2); {
	case two == "=>", two == ":=":
		return '=', 2
	case two != "" && (two[0] == ':' || two[0] == '='):
		return two[0], 1
	}
	return 0, 0
}

// ofKey returns the secrets' name for what a bracket behind the key stands for.
func (r *reader) ofKey() secretName {
	of := r.levels[r.depth-1].of
	if r.key == "" {
		return of
	}
	of, _ = of.member(r.key)
	return of
}

// value takes text[start:end] for a value of the secrets' name that is next to it.
func (r *reader) value(start, end int, quoted bool) {
	v := value{start: start, end: end, quoted: true, sign: '{'}
	of := r.levels[r.depth-1].of
	if r.key == "" {
		v.of, v.manner = of, of.item()
		if r.levels[r.depth-1].open == '{' && of.kind == password { // Password{"x"}
			v.manner = firm
		}
	} else {
		v.of, v.manner = of.member(r.key)
	}
	if v.of.own {
		if v.sign = r.sign; !quoted && r.sign == ':' {
			v.manner = prose
		}
	}
	if v.of.kind > 0 {
		r.found = append(r.found, v)
	}
}

// item is the manner of a list's items: secrets for certain if the list has a
// plural's name, such as passwords, and else perhaps names.
func (n secretName) item() manner {
	if (n.kind == password || n.kind == key) && n.many {
		return firm
	}
	return paired
}

// member returns the secrets' name, of kind 0 for none, and the manner of a member
// of what n stands for: one that has a secret's name itself, the value of it, and
// any member of a plural, such as of {"secrets": {"stripe": "x"}}.
func (n secretName) member(name string) (secretName, manner) {
	own, ok := classify(name)
	switch {
	case ok:
		own.own = true
		return own, firm
	case isValueMember(name):
		return n, firm
	case isPlainMember(name) || !n.many:
		return secretName{}, 0
	default:
		return n, firm
	}
}

// arguments returns the values in the parentheses at i: that of setPassword("x"),
// and all but the first of Credential("user", "x").
func (c *cursor) arguments(i int, v value) []value {
	var values []value
	for at := c.span(i+1, isSpace); len(values) < 4 && c.isOpen(at); {
		start, end, _ := c.literal(at)
		next := v
		next.start, next.end, next.quoted = start, end, true
		values = append(values, next)
		if at = c.span(end+1, isSpace); c.at(at) != ',' {
			break
		}
		at = c.span(at+1, isSpace)
	}
	switch {
	case v.of.label == "credential" && len(values) > 1:
		for i := range values {
			values[i].manner = firm
		}
		return values[1:]
	case v.of.kind == password && v.of.last && len(values) == 1:
		if !strings.Contains(c.text[values[0].start:values[0].end], " ") {
			return values
		}
	}
	return nil
}
