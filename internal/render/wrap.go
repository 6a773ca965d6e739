package render

import (
	"strings"
	"unicode/utf8"
)

// width is the number of columns of a terminal that nobody made wider.
const width = 80

// wrap fills lines of at most width columns with the words of s. The first line
// begins with first, the others with rest. A word that is longer than a line,
// such as an ARN, stays whole, so that it can be copied.
func wrap(s, first, rest string) string {
	var b strings.Builder
	b.WriteString(first)
	column, begun := utf8.RuneCountInString(first), false
	for _, word := range strings.Fields(s) {
		n := utf8.RuneCountInString(word)
		switch {
		case begun && column+1+n > width:
			b.WriteString("\n" + rest)
			column = utf8.RuneCountInString(rest)
		case begun:
			b.WriteByte(' ')
			column++
		}
		b.WriteString(word)
		column, begun = column+n, true
	}
	return strings.TrimRight(b.String(), " ") + "\n"
}

// wrapLines wraps each line of s for itself, behind prefix.
func wrapLines(s, prefix string) string {
	var b strings.Builder
	for _, line := range lines(s) {
		b.WriteString(wrap(line, prefix, prefix))
	}
	return b.String()
}
