package lifeline

import (
	"math"
	"time"

	"whystopped/internal/diagnose/verdict"
	"whystopped/internal/web/drawing"
	"whystopped/internal/words"
)

// The wide picture: time runs to the right, each phase to a scale of its own.
const (
	wideWidth   = 912
	wideLeft    = 132
	wideRight   = wideWidth - 2
	wideHead    = 44 // the phases' names and lengths
	wideFoot    = 26 // the times between phases
	laneMargin  = 13
	neverWidth  = 124
	narrowPhase = drawing.ClockText + 18
	markGap     = 15
)

// wideLife lays a life out from left to right.
type wideLife struct {
	life
	edges []int // where each phase begins, and where the last one ends
	d     drawing.Drawing
}

func (l life) wide() drawing.Drawing {
	w := wideLife{life: l, d: drawing.Drawing{ID: "life-wide", Class: "wide", Width: wideWidth}}
	w.measure()
	y := wideHead
	for lane := range laneCount {
		y = w.lane(lane, y)
	}
	w.d.Height = y + wideFoot
	w.bands(y)
	return w.d
}

// measure gives each phase its room: what its name and its marks need, and of
// the rest the more the longer it lasted, but far from in proportion.
func (w *wideLife) measure() {
	room := wideRight - wideLeft
	if w.NeverRan {
		room -= neverWidth
	}
	needs, weights, sum := make([]int, len(w.Phases)), make([]float64, len(w.Phases)), 0.0
	for i, p := range w.Phases {
		needs[i] = max(narrowPhase, drawing.Width(p.Name)+18)
		if i == len(w.Phases)-1 && !w.NeverRan {
			needs[i] = max(needs[i], 2*drawing.ClockText+8) // the time of its end stands inside
		}
		room -= needs[i]
		weights[i] = math.Log1p(p.To.Sub(p.From).Seconds())
		for _, m := range w.Marks {
			if !m.At.Before(p.From) && m.At.Before(p.To) {
				weights[i] += 2
			}
		}
		sum += weights[i]
	}
	x := wideLeft
	w.edges = []int{x}
	for i := range w.Phases {
		x += needs[i]
		if sum > 0 {
			x += int(float64(max(room, 0)) * weights[i] / sum)
		}
		w.edges = append(w.edges, x)
	}
}

// x is the place of a moment: within its phase, in proportion.
func (w *wideLife) x(at time.Time) int {
	for i, p := range w.Phases {
		if at.After(p.To) && i < len(w.Phases)-1 {
			continue
		}
		share := float64(at.Sub(p.From)) / float64(p.To.Sub(p.From))
		share = min(max(share, 0), 1)
		return w.edges[i] + int(share*float64(w.edges[i+1]-w.edges[i]))
	}
	return w.edges[0]
}

// lane draws one actor's lane below y, and tells where it ends.
func (w *wideLife) lane(lane lane, y int) int {
	var labels []label
	var marks []mark
	for _, m := range w.Marks {
		if m.Lane == lane {
			marks = append(marks, m)
			labels = append(labels, label{x: w.x(m.At), text: drawing.Clip(m.Label, 300), keep: keepOf(m)})
		}
	}
	spread(labels, w.edges[0]+8, w.edges[len(w.edges)-1]-2)
	levels := place(labels, wideLeft, wideRight)
	line := y + laneMargin + max(levels*drawing.LineGap, drawing.LineGap/2) + 8
	actor := laneActors[lane]
	w.d.Lines = append(w.d.Lines, drawing.Line{X1: wideLeft, Y1: line, X2: wideRight, Y2: line, Class: "track"})
	w.d.Shapes = append(w.d.Shapes, drawing.Shape{X: 2, Y: line - 7, Actor: actor.class})
	w.d.Texts = append(w.d.Texts,
		drawing.Text{X: 24, Y: line - 1, Class: "lane " + actor.class, Text: w.say.Word("actor", string(actor.who), "label")},
		drawing.Text{X: 24, Y: line + 14, Class: "soft", Text: w.say.Word("actor", string(actor.who), "gloss")})
	for _, b := range w.Bars {
		if b.Lane == lane {
			from, to := w.x(b.From), w.x(b.To)
			w.d.Bars = append(w.d.Bars, drawing.Bar{X: from, Y: line - 4, W: max(to-from, 3), H: 8, Class: actor.class})
		}
	}
	for i, m := range marks {
		w.mark(m, labels[i], line)
	}
	return line + laneMargin + 10
}

// mark draws a mark and the label that was placed above it.
func (w *wideLife) mark(m mark, l label, line int) {
	w.d.Marks = append(w.d.Marks, drawing.Mark{X: l.x, Y: line, Kind: kindOf(m), Actor: laneActors[m.Lane].class, Full: w.fullOf(m)})
	if l.level == 0 {
		return
	}
	y := line - 12 - (l.level-1)*drawing.LineGap
	w.d.Lines = append(w.d.Lines, drawing.Line{X1: l.x, Y1: line - 8, X2: l.x, Y2: y - 9, Class: "leader"})
	text := drawing.Text{X: l.x + labelGap, Y: y, Class: textClass(m), Text: l.text}
	if l.left {
		text.X, text.Class = l.x-labelGap, text.Class+" last"
	}
	w.d.Texts = append(w.d.Texts, text)
}

// bands draws the phases behind the lanes, down to y, and their times below.
func (w *wideLife) bands(y int) {
	for i, p := range w.Phases {
		from, to := w.edges[i], w.edges[i+1]
		w.d.Bands = append(w.d.Bands, drawing.Band{X: from, Y: wideHead - 6, W: to - from, H: y - wideHead + 6, Class: p.Class, Even: i%2 == 0})
		w.d.Texts = append(w.d.Texts,
			drawing.Text{X: from + 6, Y: 14, Class: "phase", Text: p.Name},
			drawing.Text{X: from + 6, Y: 30, Class: "soft", Text: w.lasted(p.To.Sub(p.From))},
			drawing.ClockAt(from, y+17, "soft", p.From))
		w.d.Lines = append(w.d.Lines, drawing.Line{X1: from, Y1: 2, X2: from, Y2: y + 4, Class: "edge"})
	}
	end := w.edges[len(w.edges)-1]
	w.d.Lines = append(w.d.Lines, drawing.Line{X1: end, Y1: 2, X2: end, Y2: y + 4, Class: "edge"})
	last := drawing.ClockAt(end, y+17, "soft", w.Phases[len(w.Phases)-1].To)
	if !w.NeverRan {
		last.X, last.Class = end, "soft last"
	}
	w.d.Texts = append(w.d.Texts, last)
	if w.NeverRan {
		w.d.Bands = append(w.d.Bands, drawing.Band{X: end + 6, Y: wideHead - 6, W: wideRight - end - 6, H: y - wideHead + 6, Class: "never"})
		w.d.Texts = append(w.d.Texts,
			drawing.Text{X: end + 12, Y: 14, Class: "phase", Text: w.say.Word("stage", string(verdict.StageRunning), "label")},
			drawing.Text{X: end + 12, Y: 30, Class: "soft", Text: w.say.Say("life.never-reached", nil)})
	}
}

// spread parts marks that stand on each other, and keeps them inside.
func spread(labels []label, left, right int) {
	for i := range labels {
		labels[i].x = max(labels[i].x, left)
		if i > 0 {
			labels[i].x = max(labels[i].x, labels[i-1].x+markGap)
		}
	}
	for i := len(labels) - 1; i >= 0; i-- {
		labels[i].x = min(labels[i].x, right-(len(labels)-1-i)*markGap)
	}
}

func kindOf(m mark) string {
	if m.Decides {
		return m.Kind + " decides"
	}
	return m.Kind
}

func (l life) fullOf(m mark) string {
	return l.say.Say("mark.hover", words.Args{"at": m.At, "what": m.Full})
}

// textClass says by weight and colour what kind of mark a label belongs to; the
// words say it too.
func textClass(m mark) string {
	switch {
	case m.Decides:
		return "said bad decides"
	case m.Kind == "refused" || m.Kind == "failed":
		return "said bad"
	}
	return "said"
}

// keepOf ranks how much a label is worth.
func keepOf(m mark) int {
	switch {
	case m.Decides:
		return 3
	case m.Kind == "refused" || m.Kind == "failed":
		return 2
	case m.Kind == "call" || m.Kind == "event":
		return 0
	}
	return 1
}
