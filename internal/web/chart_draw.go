package web

import (
	"strconv"
	"time"

	"whystopped/internal/web/drawing"
	"whystopped/internal/words"
)

// chartDrawing is a chart as SVG, in the picture's own units: one is a pixel
// where the picture has its natural size.
type chartDrawing struct {
	ID            string // unique in the page
	Class         string // wide or tall, for which screens it is
	Width, Height int
	Title, Desc   string
	Bars          []drawnStack
	Lines         []drawing.Line
	Texts         []drawing.Text
}

// drawnStack is one bar: a part for each cause, from the bottom up.
type drawnStack struct {
	Full  string // what hovering shows
	Parts []drawnPart
}

type drawnPart struct {
	X, Y, W, H int
	Class      string // whose fault, which chooses the colour
	Pattern    int
}

// chartFrame is the room of a drawing.
type chartFrame struct {
	ID, Class          string
	Width, Left        int
	Top, Plot, MaxBars int
}

var chartFrames = []chartFrame{
	{ID: "chart-wide", Class: "wide", Width: 912, Left: 44, Top: 18, Plot: 170, MaxBars: 64},
	{ID: "chart-tall", Class: "tall", Width: 346, Left: 34, Top: 18, Plot: 150, MaxBars: 31},
}

const (
	chartFoot  = 26 // the times below the bars
	tickRoom   = 60 // from one time to the next, at least
	leastShown = 2  // pixels that a single stop has beside thousands
)

// draw lays the chart out in a frame.
func (c chart) draw(f chartFrame) chartDrawing {
	c = c.coarser(f.MaxBars)
	d := chartDrawing{ID: f.ID, Class: f.Class, Width: f.Width, Height: f.Top + f.Plot + chartFoot, Title: said("chart.title", nil), Desc: c.inWords()}
	floor, slot := f.Top+f.Plot, (f.Width-f.Left)/len(c.Bars)
	top := roundUp(c.highest().Total)
	d.grid(f, floor, top)
	for i, b := range c.Bars {
		if b.Total > 0 {
			d.Bars = append(d.Bars, c.stack(b, f.Left+i*slot, slot, floor, float64(f.Plot)/float64(top)))
		}
	}
	d.ticks(c, f, floor, slot)
	return d
}

// stack draws one bar of a slot, upward from the floor.
func (c chart) stack(b chartBar, x, slot, floor int, each float64) drawnStack {
	s := drawnStack{Full: said("chart.bar", words.Args{"from": spanTime(b.From), "until": spanTime(b.Until), "causes": c.of(b)})}
	gap := min(max(slot/5, 1), 4)
	for i, n := range b.Counts {
		if n == 0 {
			continue
		}
		h := max(int(float64(n)*each+.5), leastShown)
		floor -= h
		s.Parts = append(s.Parts, drawnPart{X: x + gap, Y: floor, W: slot - gap, H: h, Class: c.Causes[i].Who.Class, Pattern: c.Causes[i].Pattern})
	}
	return s
}

// grid draws the lines of none, half and all, with their numbers.
func (d *chartDrawing) grid(f chartFrame, floor, top int) {
	values := []int{0, top}
	if top%2 == 0 {
		values = []int{0, top / 2, top}
	}
	for _, v := range values {
		y := floor - f.Plot*v/top
		class := "gauge"
		if v == 0 {
			class = "floor"
		}
		d.Lines = append(d.Lines, drawing.Line{X1: f.Left, Y1: y, X2: f.Width, Y2: y, Class: class})
		d.Texts = append(d.Texts, drawing.Text{X: f.Left - 6, Y: y + 4, Class: "soft last", Text: short(v)})
	}
}

// ticks writes times below the bars: as many as there is room for, at round
// times. A bar of a whole day has its name in its middle.
func (d *chartDrawing) ticks(c chart, f chartFrame, floor, slot int) {
	step := c.Span
	for _, round := range []time.Duration{time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour, 24 * time.Hour, 48 * time.Hour, 96 * time.Hour, 7 * 24 * time.Hour} {
		if step = round; round >= c.Span && int(round/c.Span)*slot >= tickRoom {
			break
		}
	}
	for i, b := range c.Bars {
		// A coarse bar may begin before the round time that falls into it.
		at := b.Until.Add(-1).Truncate(step)
		if at.Before(b.From) {
			continue
		}
		x := f.Left + i*slot + int(float64(slot)*float64(at.Sub(b.From))/float64(c.Span))
		if c.Span >= 24*time.Hour {
			x = f.Left + i*slot + slot/2
		}
		text := at.Format("15:04")
		if at.Equal(at.Truncate(24 * time.Hour)) {
			text = at.Format("2 Jan")
		}
		if half := drawing.Width(text) / 2; x-half < f.Left-8 || x+half > f.Width {
			continue
		}
		d.Lines = append(d.Lines, drawing.Line{X1: x, Y1: floor, X2: x, Y2: floor + 5, Class: "floor"})
		d.Texts = append(d.Texts, drawing.Text{X: x, Y: floor + 20, Class: "soft middle", Text: text})
	}
}

// roundUp is the next number that a scale can end with.
func roundUp(n int) int {
	for unit := 1; ; unit *= 10 {
		for _, step := range []int{1, 2, 3, 4, 5, 6, 8} {
			if step*unit >= n {
				return step * unit
			}
		}
	}
}

// short writes a number of a scale in few characters.
func short(n int) string {
	if n >= 10_000 {
		return strconv.Itoa(n/1000) + "k"
	}
	return strconv.Itoa(n)
}
