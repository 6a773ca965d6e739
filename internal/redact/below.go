package redact

import (
	"regexp"
	"strings"
)

// maxBelow bounds how many lines below a name are looked through for its value,
// but for a block of text.
const maxBelow = 8

// below returns the values of the name at from that stand in the lines below it,
// where the line ends at i, behind the sign: a block of YAML, members deeper in
// than the name, or a line by itself.
func (c *cursor) below(i int, v value, from int) []value {
	block := v.sign == ':' && (c.at(i) == '|' || c.at(i) == '>')
	if block {
		i += len(blockHead.FindString(c.ahead(i, maxGap)))
	}
	next := c.span(i, func(b byte) bool { return b == '\r' })
	if c.at(next) != '\n' || next >= len(c.text) || block && c.text[i-1] == ':' {
		return nil
	}
	indent := c.indentOf(from)
	first := c.lineAt(next + 1)
	if v.sign == 'i' && first.start >= first.end {
		first = c.lineAt(first.next)
	}
	item := strings.HasPrefix(c.text[first.start:first.end], "- ")
	deeper := first.indent > indent && indent >= 0 || first.indent == indent && item
	switch {
	case block && deeper:
		return c.block(first, v, indent)
	case block:
		return nil
	case deeper && v.sign == ':':
		return c.members(first, v, indent)
	default:
		return c.lineAlone(first, v)
	}
}

// blockHead begins a block of text in YAML: password: |-
var blockHead = regexp.MustCompile(`\A[|>][-+0-9]{0,2}[ \t]*`)

// line is a line of the text, without the blanks around it.
type line struct{ start, end, indent, next int }

// lineAt returns the line that begins at i. Its next is len(text) for the last.
func (c *cursor) lineAt(i int) line {
	end := len(c.text)
	if n := strings.IndexByte(c.text[i:], '\n'); n >= 0 {
		end = i + n
	}
	l := line{start: c.span(i, isBlank), end: end, next: min(end+1, len(c.text))}
	l.indent = l.start - i
	for l.end > l.start && isSpace(c.text[l.end-1]) {
		l.end--
	}
	return l
}

// indentOf returns how far in the line begins that the name at from is on, or -1
// if it begins too far away.
func (c *cursor) indentOf(from int) int {
	near := c.behind(from, maxStructure/8)
	i := strings.LastIndexByte(near, '\n') + 1
	if i == 0 && len(near) < from {
		return -1
	}
	indent := len(near[i:]) - len(strings.TrimLeft(near[i:], " \t"))
	for strings.HasPrefix(near[i+indent:], "- ") {
		indent += 2
	}
	return indent
}

// block returns the lines that are deeper in than a name as one value.
func (c *cursor) block(first line, v value, indent int) []value {
	v.start, v.end, v.quoted, v.manner = first.start, first.end, true, firm
	for l := first; l.next < len(c.text) && l.next-first.start < 4*maxStructure; {
		l = c.lineAt(l.next)
		if l.start < l.end && l.indent <= indent {
			break
		}
		if l.start < l.end {
			v.end = l.end
		}
	}
	return []value{v}
}

// members returns the value among the members below a name: value: x, default: x,
// those of a list, or one alone.
func (c *cursor) members(l line, v value, indent int) []value {
	var values []value
	for range maxBelow {
		item := strings.HasPrefix(c.text[l.start:l.end], "- ")
		if l.start >= l.end || l.indent < indent || l.indent == indent && !item {
			break
		}
		if item {
			l.start += len("- ")
		}
		name, at, isMember := c.memberOn(l)
		switch {
		case item && !isMember:
			values = append(values, c.wholeLine(l, v, paired))
		case isMember && isValueMember(name) && at < l.end:
			return append(values, c.wholeLine(line{start: at, end: l.end}, v, firm))
		case !isMember && len(values) == 0 && strings.IndexByte(c.text[l.start:l.end], ' ') < 0:
			return []value{c.wholeLine(l, v, apart)}
		case !isMember:
			return values
		}
		if l.next >= len(c.text) {
			break
		}
		l = c.lineAt(l.next)
	}
	return values
}

// memberOn reads the name of a member at the beginning of a line, and where its
// value begins.
func (c *cursor) memberOn(l line) (name string, at int, ok bool) {
	start := l.start
	if isQuote(c.text[start]) {
		start++
	}
	end := c.span(start, isDotted)
	colon := end
	if isQuote(c.at(colon)) {
		colon++
	}
	if end == start || c.at(colon) != ':' || colon+1 < l.end && !isBlank(c.text[colon+1]) {
		return "", 0, false
	}
	return c.text[start:end], c.span(colon+1, isBlank), true
}

// wholeLine is a value that goes up to the line's end, or stands in quotes.
func (c *cursor) wholeLine(l line, v value, m manner) value {
	v.start, v.end, v.quoted, v.manner = l.start, l.end, true, m
	if start, end, ok := c.literal(l.start); ok && end <= l.end {
		v.start, v.end = start, end
	}
	return v
}

// lineAlone returns a line that has one word and is no assignment itself.
func (c *cursor) lineAlone(l line, v value) []value {
	text := c.text[l.start:l.end]
	if text == "" || strings.ContainsAny(text, " \t") || strings.Contains(strings.TrimRight(text, "="), "=") {
		return nil
	}
	if _, _, isMember := c.memberOn(l); isMember {
		return nil
	}
	return []value{c.wholeLine(l, v, apart)}
}
