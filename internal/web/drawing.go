package web

import (
	"math"
	"strings"
	"time"
	"unicode/utf8"
)

// drawing is an SVG, in the picture's own units: one is a pixel where the
// picture has its natural size.
type drawing struct {
	ID            string // unique in the page
	Class         string
	Width, Height int
	Title, Desc   string
	Bands         []drawnBand
	Bars          []drawnBar
	Lines         []drawnLine
	Marks         []drawnMark
	Texts         []drawnText
	Shapes        []drawnShape
}

// drawnBand is the ground of a phase.
type drawnBand struct {
	X, Y, W, H int
	Class      string
	Even       bool
}

// drawnBar is a stretch in which an actor was at work.
type drawnBar struct {
	X, Y, W, H int
	Class      string
}

// drawnLine leads from a mark to its label, or parts lanes and phases.
type drawnLine struct {
	X1, Y1, X2, Y2 int
	Class          string
}

// drawnMark is a sign at a place.
type drawnMark struct {
	X, Y  int
	Kind  string
	Actor string
	Full  string
}

// drawnShape is an actor's own shape, beside the name of its lane.
type drawnShape struct {
	X, Y  int
	Actor string
}

// drawnText is a line of text. At is set where it is a time of day.
type drawnText struct {
	X, Y  int
	Class string
	Text  string
	At    string
}

// Sizes of the text in a drawing, in pixels at its natural size.
const (
	textSize  = 13
	lineGap   = 18
	clockText = 62 // of "15:04:05"
)

// textWidth bounds the width of a text from above, for the pages' own font in
// bold and those that stand in for it. The browser tests measure it.
func textWidth(s string) int {
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

// clip shortens a text to a width.
func clip(s string, width int) string {
	if textWidth(s) <= width {
		return s
	}
	for s != "" && textWidth(s+"…") > width {
		_, size := utf8.DecodeLastRuneInString(s)
		s = s[:len(s)-size]
	}
	return s + "…"
}

// clockAt is a time of day as text.
func clockAt(x, y int, class string, t time.Time) drawnText {
	t = t.UTC()
	return drawnText{X: x, Y: y, Class: class, Text: t.Format("15:04:05"), At: t.Format(time.RFC3339Nano)}
}
