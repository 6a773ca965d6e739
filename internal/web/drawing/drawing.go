// Package drawing has what the pictures of the pages are drawn with: lines, signs
// and texts at places, and how wide a text is. A template makes SVG of them.
package drawing

import (
	"math"
	"strings"
	"time"
	"unicode/utf8"
)

// Drawing is an SVG, in the picture's own units: one is a pixel where the
// picture has its natural size.
type Drawing struct {
	ID            string // unique in the page
	Class         string
	Width, Height int
	Title, Desc   string
	Bands         []Band
	Bars          []Bar
	Lines         []Line
	Marks         []Mark
	Texts         []Text
	Shapes        []Shape
}

// Band is the ground of a phase.
type Band struct {
	X, Y, W, H int
	Class      string
	Even       bool
}

// Bar is a stretch in which an actor was at work.
type Bar struct {
	X, Y, W, H int
	Class      string
}

// Line leads from a mark to its label, or parts lanes and phases.
type Line struct {
	X1, Y1, X2, Y2 int
	Class          string
}

// Mark is a sign at a place.
type Mark struct {
	X, Y  int
	Kind  string
	Actor string
	Full  string
}

// Shape is an actor's own shape, beside the name of its lane.
type Shape struct {
	X, Y  int
	Actor string
}

// Text is a line of text. At is set where it is a time of day.
type Text struct {
	X, Y  int
	Class string
	Text  string
	At    string
}

// Sizes of the text in a drawing, in pixels at its natural size.
const (
	textSize  = 13
	LineGap   = 18
	ClockText = 62 // of "15:04:05"
)

// Width bounds the width of a text from above, for the pages' own font in
// bold and those that stand in for it. The browser tests measure it.
func Width(s string) int {
	w := 0.0
	for _, r := range s {
		w += letterWidth(r)
	}
	return int(math.Ceil(w * textSize))
}

// letterWidth is in units of the font's size.
func letterWidth(r rune) float64 {
	switch {
	case r >= 0x1100: // scripts whose letters are as wide as high
		return 1.05
	case strings.ContainsRune("ijl.,:;'|!I", r):
		return 0.33
	case strings.ContainsRune("frt()-/ ", r):
		return 0.43
	case strings.ContainsRune("mwMW…—", r):
		return 0.95
	case r >= 'A' && r <= 'Z':
		return 0.72
	}
	return 0.61
}

// Clip shortens a text to a width.
func Clip(s string, width int) string {
	if Width(s) <= width {
		return s
	}
	for s != "" && Width(s+"…") > width {
		_, size := utf8.DecodeLastRuneInString(s)
		s = s[:len(s)-size]
	}
	return s + "…"
}

// ClockAt is a time of day as text.
func ClockAt(x, y int, class string, t time.Time) Text {
	t = t.UTC()
	return Text{X: x, Y: y, Class: class, Text: t.Format("15:04:05"), At: t.Format(time.RFC3339Nano)}
}
