package cause

import (
	"slices"
	"sort"
	"strings"

	"whystopped/internal/diagnose/outside"
)

// An imitation is an error's words that somebody from outside wrote: a request
// quoted in a log, or the reason that whoever called StopTask gave. It never
// leads, and nothing is made of it. Quotes still show it as it stands.

// Imitates reports whether a text as a whole is what a caller wrote: StopTask
// takes any reason, and ECS hands it on word for word.
// Source: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_StopTask.html
func (c *Case) Imitates(t *Text) bool {
	return t != nil && t.Place == Stopped && c.Facts.StopCode == "UserInitiated"
}

// hides keeps which parts of a text came from outside. A line is judged when it
// is first asked about: most lines of a log are never.
type hides struct {
	lines  []int // offsets at which lines begin; nil until a line is asked about
	judged []bool
	spans  map[int][]outside.Span // of the lines that have some, in the text's offsets
}

// hiddenIn returns the parts of a line that came from outside.
func (t *Text) hiddenIn(line int) []outside.Span {
	h := &t.hides
	if h.judged[line] {
		return h.spans[line]
	}
	h.judged[line] = true
	from, to := h.lines[line], len(t.Raw)
	if line+1 < len(h.lines) {
		to = h.lines[line+1] - 1
	}
	found := outside.Spans(t.Raw[from:to])
	if len(found) == 0 {
		return nil
	}
	for i := range found {
		found[i].Start += from
		found[i].End += from
	}
	if h.spans == nil {
		h.spans = map[int][]outside.Span{}
	}
	h.spans[line] = found
	return found
}

// physicalLine is the number of the line at an offset; an event of a log may
// hold several.
func (t *Text) physicalLine(at int) int {
	h := &t.hides
	if h.lines == nil {
		h.lines = append(h.lines, 0)
		for from := 0; ; {
			i := strings.IndexByte(t.Raw[from:], '\n')
			if i < 0 {
				break
			}
			from += i + 1
			h.lines = append(h.lines, from)
		}
		h.judged = make([]bool, len(h.lines))
	}
	i, found := slices.BinarySearch(h.lines, at)
	if found {
		return i
	}
	return i - 1
}

// Noted reports whether the words at an offset are part of what was noted of a
// request. They show what was asked, not what ended the program.
func (t *Text) Noted(at int) bool {
	if t.Place&ByApp == 0 {
		return false
	}
	spans := endingAfter(t.hiddenIn(t.physicalLine(at)), at)
	return len(spans) > 0 && spans[0].Start <= at
}

// endingAfter returns the spans of a line from the first one on that ends behind
// an offset. One line may have a hundred thousand.
func endingAfter(spans []outside.Span, at int) []outside.Span {
	return spans[sort.Search(len(spans), func(i int) bool { return spans[i].End > at }):]
}

// own returns a part of the text with blanks in the place of what came from
// outside, so that every offset stays.
func (t *Text) own(from, to int) string {
	if t.Place&ByApp == 0 || from >= to {
		return t.Raw[from:to]
	}
	var b []byte
	for line := t.physicalLine(from); line < len(t.hides.lines) && t.hides.lines[line] < to; line++ {
		for _, s := range endingAfter(t.hiddenIn(line), from) {
			if s.Start >= to {
				break
			}
			if b == nil {
				b = []byte(t.Raw[from:to])
			}
			blank(b[max(0, s.Start-from):min(len(b), s.End-from)])
		}
	}
	if b == nil {
		return t.Raw[from:to]
	}
	return string(b)
}

// ownLine is a line without what came from outside, whether or not something of
// the catalogue stands in it.
func ownLine(line string) string {
	spans := outside.Spans(line)
	if len(spans) == 0 {
		return line
	}
	b := []byte(line)
	for _, s := range spans {
		blank(b[s.Start:s.End])
	}
	return string(b)
}

func blank(b []byte) {
	for i := range b {
		b[i] = ' '
	}
}
