package web

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"whystopped/internal/casebook"
	"whystopped/internal/web/drawing"
)

func TestChart(t *testing.T) {
	c := chartOf(weekOfStops(), catalogue())
	var got []string
	for _, cause := range c.Causes {
		got = append(got, fmt.Sprintf("%d %s %d %s %s", cause.Pattern, cause.Who.Class, cause.Count, cause.Title, cause.URL))
	}
	want := []string{
		"1 exec 259 The execution role may not read a secret /causes/startup.secretsmanager.denied",
		"2 none 119 A container ran out of memory /causes/runtime.oom",
		"3 unknown 70 A call of your code was refused /causes/runtime.denied",
		"4 unknown 49 Not diagnosed yet ",
		"5 unknown 35 a.b /causes/a.b",
		"6 unknown 21 a.c /causes/a.c",
		"7 unknown 28 Other causes ",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("causes (-want +got):\n%s", diff)
	}
	if first, last := c.Bars[0].From, c.Bars[len(c.Bars)-1].Until; !first.Equal(noon.Add(-7*24*time.Hour)) || !last.Equal(noon) || len(c.Bars) != 56 {
		t.Errorf("%d bars from %v to %v", len(c.Bars), first, last)
	}
	if words := c.inWords(); !strings.HasPrefix(words, "581 stopped tasks. The most, 39, between 21 Nov 12:00 and 21 Nov 15:00. By cause: 259: The execution role may not read a secret, 119:") {
		t.Errorf("in words: %s", words)
	}
}

// TestChartNamesASingleOther holds that a seventh cause is named where it is the
// only one that is left.
func TestChartNamesASingleOther(t *testing.T) {
	h := casebook.ServiceHistory{Span: time.Hour, Since: noon.Add(-24 * time.Hour), Until: noon}
	for i := range 7 {
		h.Counts = append(h.Counts, casebook.StopCount{At: h.Since, Cause: fmt.Sprint("c.", i), Count: 9 - i})
	}
	if c := chartOf(h, nil); len(c.Causes) != 7 || c.Causes[6].Title != "c.6" || c.Causes[6].Count != 3 {
		t.Errorf("causes: %+v", c.Causes)
	}
}

// TestChartLosesNothing holds that every stop of the time is drawn, coarse or
// fine, whenever the time begins.
func TestChartLosesNothing(t *testing.T) {
	for _, back := range []time.Duration{time.Hour, 24 * time.Hour, 7 * 24 * time.Hour, 30 * 24 * time.Hour} {
		for _, span := range []time.Duration{15 * time.Minute, time.Hour, 3 * time.Hour, 24 * time.Hour} {
			since := noon.Add(-back - 17*time.Minute)
			h := casebook.ServiceHistory{Span: span, Since: since, Until: since.Add(back)}
			for at := since; at.Before(h.Until); at = at.Add(span) {
				h.Counts = append(h.Counts, casebook.StopCount{At: at.Truncate(span), Cause: "a", Count: 1})
			}
			for _, c := range []chart{chartOf(h, nil), chartOf(h, nil).coarser(31)} {
				sum := 0
				for i, b := range c.Bars {
					sum += b.Total
					if i > 0 && !b.From.Equal(c.Bars[i-1].Until) {
						t.Fatalf("%v by %v: a gap before %v", back, span, b.From)
					}
				}
				if sum != len(h.Counts) {
					t.Errorf("%v by %v: %d of %d stops are drawn", back, span, sum, len(h.Counts))
				}
			}
			if got := len(chartOf(h, nil).coarser(31).Bars); got > 31 {
				t.Errorf("%v by %v: %d bars, want at most 31", back, span, got)
			}
		}
	}
}

// TestChartsAreSound draws charts of all kinds, and looks for what lies outside
// or over each other.
func TestChartsAreSound(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 7))
	spans := map[time.Duration]time.Duration{24 * time.Hour: time.Hour, 7 * 24 * time.Hour: 3 * time.Hour, 30 * 24 * time.Hour: 24 * time.Hour}
	for back, span := range spans {
		for range 300 {
			until := noon.Add(time.Duration(random.IntN(48*60)) * time.Minute)
			h := casebook.ServiceHistory{Span: span, Since: until.Add(-back), Until: until}
			for range 1 + random.IntN(60) {
				at := h.Since.Add(time.Duration(random.Int64N(int64(back)))).Truncate(span)
				h.Counts = append(h.Counts, casebook.StopCount{At: at, Cause: fmt.Sprint("c.", random.IntN(9)), Count: 1 + random.IntN(1+random.IntN(40_000))})
			}
			for _, frame := range chartFrames {
				if fault := chartFault(chartOf(h, nil).draw(frame), frame); fault != "" {
					t.Fatalf("%v by %v until %v, %s: %s", back, span, until, frame.Class, fault)
				}
			}
		}
	}
}

// chartFault says what is wrong with a drawing; "" for nothing.
func chartFault(d chartDrawing, f chartFrame) string {
	end := 0
	for _, b := range d.Bars {
		floor := f.Top + f.Plot
		for _, p := range b.Parts {
			switch {
			case p.W < 4 || p.H < 1:
				return fmt.Sprintf("the part %+v cannot be seen", p)
			case p.X < f.Left || p.X+p.W > d.Width || p.Y < 0 || p.Y+p.H != floor:
				return fmt.Sprintf("the part %+v lies outside, or not upon the one below", p)
			case p.X < end:
				return fmt.Sprintf("the part %+v lies over the bar before", p)
			}
			floor = p.Y
		}
		end = b.Parts[0].X + b.Parts[0].W
	}
	right := 0
	for _, text := range d.Texts {
		w := drawing.Width(text.Text)
		if strings.Contains(text.Class, "middle") {
			if text.X-w/2 < right || text.X+w/2 > d.Width {
				return fmt.Sprintf("the time %q lies over another one, or outside", text.Text)
			}
			right = text.X + w/2
		} else if text.X-w < -4 {
			return fmt.Sprintf("the number %q lies outside", text.Text)
		}
	}
	if right == 0 {
		return "there are no times below the bars"
	}
	return ""
}

func TestRoundUp(t *testing.T) {
	for n, want := range map[int]int{0: 1, 1: 1, 3: 3, 7: 8, 9: 10, 11: 20, 81: 100, 39_999: 40_000} {
		if got := roundUp(n); got != want {
			t.Errorf("roundUp(%d) = %d, want %d", n, got, want)
		}
	}
	for n, want := range map[int]string{0: "0", 9999: "9999", 10_000: "10k", 800_000: "800k"} {
		if got := short(n); got != want {
			t.Errorf("short(%d) = %s, want %s", n, got, want)
		}
	}
}

// TestChartIsReadWithoutSeeingIt holds the pictures' words, their key and the
// table that says the same.
func TestChartIsReadWithoutSeeingIt(t *testing.T) {
	doc := parsePage(t, get(t, newHandler(t, options(withHistory())), servicePage))
	for _, svg := range find(doc, "svg.drawing") {
		if attr(svg, "role") != "img" || !strings.HasPrefix(text(svg), "Stopped tasks over time, by cause581 stopped tasks. The most,") {
			t.Errorf("a picture says %.80q", text(svg))
		}
	}
	tally := texts(doc, ".tally li")
	if len(tally) != 7 || tally[0] != "259 The execution role may not read a secret Task execution role" {
		t.Errorf("the key says %q", tally)
	}
	rows := texts(doc, ".chart td")
	if want := "39 × The execution role may not read a secret"; len(rows) != 50 || rows[len(rows)-8] != want {
		t.Errorf("%d rows of the table, of which one says %q, want %q", len(rows), rows[max(len(rows)-8, 0)], want)
	}
}
