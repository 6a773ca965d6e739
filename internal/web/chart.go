package web

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"whystopped/internal/casebook"
	"whystopped/internal/diagnose"
	"whystopped/internal/words"
)

// chart is how many stops there were when, and of which causes.
type chart struct {
	Causes []chartCause // the most frequent one first
	Bars   []chartBar
	Span   time.Duration
}

// chartCause is one cause of a chart. Its colour is that of whose fault it is, as
// everywhere, and its pattern tells it from the others.
type chartCause struct {
	Pattern int // from 1 upward
	Who     actor
	Title   string
	Code    string // empty for what is no single cause
	URL     string
	Count   int
}

// chartBar is the stops of one span.
type chartBar struct {
	From, Until time.Time
	Counts      []int // by the chart's causes
	Total       int
}

// chartCauses is how many causes a chart tells apart; where there are still
// several others, they are one.
const chartCauses = 6

// chartOf counts a service's history by spans and causes.
func chartOf(h casebook.ServiceHistory, catalogue []diagnose.CauseInfo) chart {
	totals := map[string]int{}
	for _, c := range h.Counts {
		totals[c.Cause] += c.Count
	}
	codes := slices.SortedFunc(maps.Keys(totals), func(a, b string) int {
		return cmp.Or(cmp.Compare(totals[b], totals[a]), cmp.Compare(a, b))
	})
	c := chart{Span: h.Span}
	place := map[string]int{}
	for i, code := range codes {
		switch {
		case i < chartCauses, i == chartCauses && len(codes) == i+1:
			c.Causes = append(c.Causes, chartCauseOf(code, catalogue, i+1))
		case i == chartCauses:
			c.Causes = append(c.Causes, chartCause{Pattern: i + 1, Who: actor{Class: "unknown"}, Title: said("chart.other", nil)})
		}
		place[code] = min(i, chartCauses)
		c.Causes[place[code]].Count += totals[code]
	}
	for at := h.Since.UTC().Truncate(h.Span); at.Before(h.Until); at = at.Add(h.Span) {
		c.Bars = append(c.Bars, chartBar{From: at, Until: at.Add(h.Span), Counts: make([]int, len(c.Causes))})
	}
	for _, n := range h.Counts {
		i := slices.IndexFunc(c.Bars, func(b chartBar) bool { return !n.At.Before(b.From) && n.At.Before(b.Until) })
		if i >= 0 {
			c.Bars[i].Counts[place[n.Cause]] += n.Count
			c.Bars[i].Total += n.Count
		}
	}
	return c
}

func chartCauseOf(code string, catalogue []diagnose.CauseInfo, pattern int) chartCause {
	if code == "" {
		return chartCause{Pattern: pattern, Who: actor{Class: "unknown"}, Title: said("chart.pending", nil)}
	}
	cause := chartCause{Pattern: pattern, Who: actor{Class: "unknown"}, Title: code, Code: code, URL: causePath(code)}
	if i := slices.IndexFunc(catalogue, func(c diagnose.CauseInfo) bool { return c.Code == code }); i >= 0 {
		cause.Title, cause.Who = catalogue[i].Title.English, causeActor(catalogue[i])
	}
	return cause
}

// coarser is the same chart with at most so many bars, each of several spans.
func (c chart) coarser(most int) chart {
	step := (len(c.Bars) + most - 1) / most
	if step < 2 {
		return c
	}
	wide := chart{Causes: c.Causes, Span: c.Span * time.Duration(step)}
	for group := range slices.Chunk(c.Bars, step) {
		sum := chartBar{From: group[0].From, Until: group[len(group)-1].Until, Counts: make([]int, len(c.Causes))}
		for _, b := range group {
			sum.Total += b.Total
			for i, n := range b.Counts {
				sum.Counts[i] += n
			}
		}
		wide.Bars = append(wide.Bars, sum)
	}
	return wide
}

// highest is the bar with the most stops.
func (c chart) highest() chartBar {
	return slices.MaxFunc(c.Bars, func(a, b chartBar) int { return cmp.Compare(a.Total, b.Total) })
}

func (c chart) total() int {
	sum := 0
	for _, cause := range c.Causes {
		sum += cause.Count
	}
	return sum
}

// inWords describes the chart to those who don't see it.
func (c chart) inWords() string {
	top, causes := c.highest(), []string{}
	for _, cause := range c.Causes {
		causes = append(causes, said("chart.cause", words.Args{"n": cause.Count, "title": cause.Title}))
	}
	return said("chart.desc", words.Args{
		"n": c.total(), "most": top.Total, "from": spanTime(top.From), "until": spanTime(top.Until), "causes": causes,
	})
}

func spanTime(t time.Time) string { return t.UTC().Format("2 Jan 15:04") }

// of says what a bar is made of.
func (c chart) of(b chartBar) []string {
	var parts []string
	for i, n := range b.Counts {
		if n > 0 {
			parts = append(parts, said("chart.part", words.Args{"n": n, "title": c.Causes[i].Title}))
		}
	}
	return parts
}
