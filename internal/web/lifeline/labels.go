package lifeline

import "whystopped/internal/web/drawing"

// label is a text above a mark: on one of several levels, to the right of the
// line that leads up from the mark, or to its left.
type label struct {
	x     int
	text  string
	keep  int // the less, the sooner it is left out
	level int // from 1 upward; 0 where it was left out
	left  bool
}

const (
	labelGap  = 5 // between a label and the line that leads to it
	mostLevel = 6
	// mostTries bounds the search for places.
	mostTries = 500
)

// span is from where to where a label reaches, with room on both sides.
func (l label) span() (from, to int) {
	w := drawing.Width(l.text) + 2*labelGap
	if l.left {
		return l.x - w, l.x
	}
	return l.x, l.x + w
}

// place gives each label a level and a side such that no two labels overlap and
// no leading line runs through a label. It uses as few levels as it can, and
// tells how many; where even the most are not enough it leaves labels out.
func place(labels []label, left, right int) (levels int) {
	for {
		for levels = 0; levels <= mostLevel; levels++ {
			tries := mostTries
			if placeFrom(labels, 0, levels, left, right, &tries) {
				return levels
			}
		}
		if !leaveOut(labels) {
			return 0
		}
	}
}

// placeFrom places the labels from i on, trying all that is possible.
func placeFrom(labels []label, i, levels, left, right int, tries *int) bool {
	for i < len(labels) && labels[i].text == "" {
		labels[i].level = 0
		i++
	}
	if i >= len(labels) {
		return true
	}
	for level := 1; level <= levels; level++ {
		for _, onLeft := range []bool{false, true} {
			if *tries--; *tries < 0 {
				return false
			}
			labels[i].level, labels[i].left = level, onLeft
			if from, to := labels[i].span(); from < left || to > right || clashes(labels[:i], labels[i]) {
				continue
			}
			if placeFrom(labels, i+1, levels, left, right, tries) {
				return true
			}
		}
	}
	return false
}

func clashes(placed []label, l label) bool {
	for _, other := range placed {
		if other.level > 0 && (overlap(other, l) || runsThrough(other, l) || runsThrough(l, other)) {
			return true
		}
	}
	return false
}

func overlap(a, b label) bool {
	aFrom, aTo := a.span()
	bFrom, bTo := b.span()
	return a.level == b.level && aFrom < bTo && bFrom < aTo
}

// runsThrough tells whether the line that leads up to a goes through b's text.
func runsThrough(a, b label) bool {
	from, to := b.span()
	return a.level >= b.level && from < a.x && a.x < to
}

// leaveOut takes the text of the label that is worth least.
func leaveOut(labels []label) bool {
	least := -1
	for i, l := range labels {
		if l.text != "" && (least < 0 || l.keep < labels[least].keep) {
			least = i
		}
	}
	if least < 0 {
		return false
	}
	labels[least].text = ""
	return true
}
