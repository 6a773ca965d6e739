// Package outside finds, in a line of a program's log, the words that came from
// outside: the path, query and headers of a request, a field of a body, what a
// user typed, the values of an SQL statement. Whoever can send a request can
// write an access-denied sentence there, so nothing that stands there is the
// program's own word.
//
// A line is judged by itself, by its form: an access line, the keys of JSON and
// logfmt, the words before a quotation. Where the form doesn't tell, the words
// are taken for the program's: callers must not believe a log much anyway. It
// is pure, and linear in the line's length.
package outside

import (
	"slices"
	"strings"
)

// Span is a byte range of a line.
type Span struct{ Start, End int }

// Spans returns the parts of a line that came from outside, in order and
// without overlaps.
func Spans(line string) []Span { return spans(line, 0) }

// maxNesting is how often a line may be wrapped in another: a collector puts a
// program's line into JSON, and the program had put a JSON line into that.
const maxNesting = 3

// minSentence is the length of the shortest words that are worth hiding.
const minSentence = 9

func spans(line string, nesting int) []Span {
	if len(line) < minSentence || nesting > maxNesting {
		return nil
	}
	plain := withoutColors(line)
	found := accessLine(plain)
	if len(found) == 1 && found[0] == (Span{0, len(line)}) {
		return found
	}
	found = append(found, tails(plain)...)
	found = append(found, fieldSpans(plain, nesting)...)
	return merge(found)
}

// merge orders spans and joins those that touch.
func merge(all []Span) []Span {
	if len(all) < 2 {
		return all
	}
	slices.SortFunc(all, func(a, b Span) int { return a.Start - b.Start })
	kept := all[:1]
	for _, s := range all[1:] {
		if last := &kept[len(kept)-1]; s.Start <= last.End {
			last.End = max(last.End, s.End)
			continue
		}
		kept = append(kept, s)
	}
	return kept
}

// withoutColors puts blanks in the place of terminal colors, so that every
// offset stays.
func withoutColors(line string) string {
	if !strings.Contains(line, "\x1b[") {
		return line
	}
	b := []byte(line)
	for i := 0; i+1 < len(b); i++ {
		if b[i] != 0x1b || b[i+1] != '[' {
			continue
		}
		for ; i < len(b); i++ {
			c := b[i]
			b[i] = ' '
			if c >= '@' && c <= '~' && c != '[' {
				break
			}
		}
	}
	return string(b)
}

// speaks reports whether a value may hold words: an address or a name alone
// says nothing, and callers may need it.
func speaks(value string) bool {
	if len(value) < minSentence {
		return false
	}
	if strings.ContainsAny(value, " \t") {
		return true
	}
	lower := strings.ToLower(value)
	for _, word := range []string{"denied", "forbidden", "authorized", "authorised", "exception", "error", "403"} {
		if strings.Contains(lower, word) {
			return true
		}
	}
	return false
}

// refuses reports whether a value has words of a refusal.
func refuses(value string) bool {
	lower := strings.ToLower(value)
	for _, word := range []string{"authori", "denied", "forbidden", "not allowed", "403"} {
		if strings.Contains(lower, word) {
			return true
		}
	}
	return false
}
