// Package render writes a diagnosis as text: plain for a terminal, and as
// Markdown for a ticket. It is pure: no I/O, no clock; the same diagnosis gives
// the same text.
//
// Much of a diagnosis was written by others: error messages, log lines, names
// in pasted JSON. Nothing of it acts on whatever shows the text: control and
// bidirectional characters become visible marks, and in Markdown every word of
// it stays a word.
package render

import (
	"strings"
	"time"
)

// Line writes s as one line, for an error that has no more to say.
func Line(s string) string {
	return visible(oneLine(s)) + "\n"
}

// oneLine makes every stretch of white space a single blank.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// lines cuts s at every kind of line ending, without blank lines at its ends.
func lines(s string) []string {
	s = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u0085", "\n", "\u2028", "\n", "\u2029", "\n").Replace(s)
	return strings.Split(strings.Trim(s, "\n"), "\n")
}

func moment(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") }
