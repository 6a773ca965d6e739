package redact

import (
	"regexp"
	"strings"
)

// sqlPassword finds IDENTIFIED BY 'password' and PASSWORD 'password' of a user
// or a role: revisions of a schema are identified by something as well.
func sqlPassword(c *cursor, start int) []replacement {
	m := sqlBefore.FindString(c.ahead(start, maxGap))
	if m == "" || !c.begins(start) || !sqlLogin.MatchString(c.behind(start, maxLogin/2)) {
		return nil
	}
	first := start + len(m)
	end := c.closingQuote(first-1, 0)
	if harmless(c.text[first:end]) {
		return nil
	}
	return replace(first, end, "password")
}

var (
	sqlLogin  = regexp.MustCompile(`(?i)\b(?:user|role|login|grant)\b`)
	sqlBefore = regexp.MustCompile(`(?i)\A(?:identified (?:by(?: password)?|with \S+ (?:by|as))|password) +[EN]?'`)
)

// sqlValues finds the values of the columns of an INSERT that have a secret's name.
func sqlValues(c *cursor, start int) []replacement {
	before := strings.TrimRight(c.behind(start, maxMessage), " \t\n)")
	open := strings.LastIndexByte(before, '(')
	tuple := c.span(start+len("values"), isSpace)
	if open < 0 || c.at(tuple) != '(' || !strings.HasSuffix(strings.TrimRight(c.behind(start, maxGap), " \t\n"), ")") {
		return nil
	}
	var found []value
	at := tuple + 1
	for column := range strings.SplitSeq(before[open+1:], ",") {
		if n, ok := classify(column); ok && n.always() {
			if from, end, ok := c.literal(c.span(at, isSpace)); ok {
				found = append(found, value{start: from, end: end, of: n, quoted: true, manner: firm, sign: '='})
			}
		}
		if at = c.nextArgument(at); at == 0 {
			break
		}
	}
	return c.hide(found)
}
