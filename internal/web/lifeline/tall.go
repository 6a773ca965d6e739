package lifeline

import (
	"strings"

	"whystopped/internal/web/drawing"
)

// The tall picture, for phones: time runs down, one row for each thing that
// happened, the lanes beside each other.
const (
	tallWidth = 346
	tallLanes = 84  // the middle of the first lane
	tallStep  = 34  // from lane to lane
	tallText  = 172 // where the labels begin
	tallHead  = 46
	rowHeight = 25
	phaseHead = 30
)

// tallLife lays a life out from top to bottom.
type tallLife struct {
	life
	y     int
	d     drawing.Drawing
	spans []tallSpan // where the phases were drawn
}

// tallSpan is where a phase was drawn.
type tallSpan struct {
	phase       phase
	top, bottom int
}

func (l life) tall() drawing.Drawing {
	t := tallLife{life: l, y: tallHead, d: drawing.Drawing{ID: "life-tall", Class: "tall", Width: tallWidth}}
	for i, p := range t.Phases {
		t.phase(i, p)
	}
	t.end()
	t.lanes()
	t.d.Height = t.y + 4
	return t.d
}

// phase draws a phase's ground, its name, and the marks that fall into it.
func (t *tallLife) phase(i int, p phase) {
	top := t.y
	t.d.Texts = append(t.d.Texts,
		drawing.ClockAt(0, top+19, "soft", p.From),
		drawing.Text{X: tallText, Y: top + 19, Class: "phase", Text: p.Name},
		drawing.Text{X: tallText + drawing.Width(p.Name) + 8, Y: top + 19, Class: "soft", Text: t.lasted(p.To.Sub(p.From))})
	t.y += phaseHead
	last := i == len(t.Phases)-1
	for _, m := range t.Marks {
		if !m.At.Before(p.From) && (m.At.Before(p.To) || last) {
			t.row(m)
		}
	}
	t.y += 8
	t.d.Bands = append(t.d.Bands, drawing.Band{X: 0, Y: top, W: tallWidth, H: t.y - top, Class: p.Class, Even: i%2 == 0})
	t.d.Lines = append(t.d.Lines, drawing.Line{X1: 0, Y1: top, X2: tallWidth, Y2: top, Class: "edge"})
	t.spans = append(t.spans, tallSpan{p, top, t.y})
}

// row draws one mark with its time and its label, in as many lines as it needs.
func (t *tallLife) row(m mark) {
	middle := t.y + 11
	x := tallLanes + int(m.Lane)*tallStep
	lines := wrap(m.Label, tallWidth-tallText-2, 3)
	t.d.Lines = append(t.d.Lines, drawing.Line{X1: x + 9, Y1: middle, X2: tallText - 6, Y2: middle, Class: "leader"})
	t.d.Marks = append(t.d.Marks, drawing.Mark{X: x, Y: middle, Kind: kindOf(m), Actor: laneActors[m.Lane].class, Full: t.fullOf(m)})
	t.d.Texts = append(t.d.Texts, drawing.ClockAt(0, middle+5, "soft", m.At))
	for i, line := range lines {
		t.d.Texts = append(t.d.Texts, drawing.Text{X: tallText, Y: middle + 5 + i*drawing.LineGap, Class: textClass(m), Text: line})
	}
	t.y += rowHeight + (len(lines)-1)*drawing.LineGap
}

// end draws when the life ended, and what it never came to.
func (t *tallLife) end() {
	last := t.Phases[len(t.Phases)-1]
	t.d.Lines = append(t.d.Lines, drawing.Line{X1: 0, Y1: t.y, X2: tallWidth, Y2: t.y, Class: "edge"})
	t.d.Texts = append(t.d.Texts, drawing.ClockAt(0, t.y+19, "soft", last.To))
	word := t.say.Say("life.stopped", nil)
	if last.Class == "run" {
		word = t.say.Say("life.ongoing", nil)
	}
	t.d.Texts = append(t.d.Texts, drawing.Text{X: tallText, Y: t.y + 19, Class: "phase", Text: word})
	t.y += phaseHead
	if t.NeverRan {
		t.d.Bands = append(t.d.Bands, drawing.Band{X: 1, Y: t.y, W: tallWidth - 2, H: phaseHead, Class: "never"})
		t.d.Texts = append(t.d.Texts, drawing.Text{X: tallText, Y: t.y + 19, Class: "soft", Text: t.say.Say("life.running-never", nil)})
		t.y += phaseHead + 2
	}
}

// lanes draws the lanes' heads, their lines, and the bars in them.
func (t *tallLife) lanes() {
	bottom := t.spans[len(t.spans)-1].bottom
	for lane := range laneCount {
		actor, x := laneActors[lane], tallLanes+int(lane)*tallStep
		t.d.Shapes = append(t.d.Shapes, drawing.Shape{X: x - 7, Y: 4, Actor: actor.class})
		t.d.Texts = append(t.d.Texts, drawing.Text{X: x, Y: 36, Class: "lane middle " + actor.class, Text: t.say.Word("actor", string(actor.who), "short")})
		t.d.Lines = append(t.d.Lines, drawing.Line{X1: x, Y1: tallHead, X2: x, Y2: bottom, Class: "track"})
		for _, b := range t.Bars {
			for _, s := range t.spans {
				if b.Lane == lane && b.From.Before(s.phase.To) && b.To.After(s.phase.From) {
					t.d.Bars = append(t.d.Bars, drawing.Bar{X: x - 4, Y: s.top + 1, W: 8, H: s.bottom - s.top - 1, Class: actor.class})
				}
			}
		}
	}
}

// wrap breaks a text into lines of at most a width; what does not fit into the
// most lines is cut.
func wrap(text string, width, most int) []string {
	var lines []string
	line := ""
	for word := range strings.FieldsSeq(text) {
		switch joined := strings.TrimSpace(line + " " + word); {
		case line == "" || drawing.Width(joined) <= width:
			line = joined
		case len(lines) == most-1:
			return append(lines, drawing.Clip(joined+" …", width))
		default:
			lines, line = append(lines, drawing.Clip(line, width)), word
		}
	}
	return append(lines, drawing.Clip(line, width))
}
