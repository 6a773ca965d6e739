package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"whystopped/internal/casebook"
	"whystopped/internal/diagnose"
	"whystopped/internal/words"
)

// historyView is what is kept of a service's stops of the last days.
type historyView struct {
	Spans []spanLink
	// Days is the span that is shown.
	Days      int
	Chart     *chartView // nil where nothing stopped
	Incidents []incidentRow
	Stops     []keptRow
	Pager     pager
	// Older is set on the pages of older stops.
	Older bool
}

// spanLink leads to the same page over another span of time.
type spanLink struct {
	Label, URL string
	Current    bool
}

// keptRow is a stop that is kept, with the task's whole id.
type keptRow struct {
	stopRow
	id string
}

// chartView is a chart as a page shows it: drawn for wide and for narrow
// screens, its key, and the same as a table.
type chartView struct {
	Drawings []chartDrawing
	Causes   []chartCause
	Rows     []chartRow
}

// chartRow is one span of a chart in words.
type chartRow struct {
	From  *moment
	Total int
	Of    []string
}

// historyDays are the spans of time to choose from; usualDays is the one of a
// page whose address does not say.
var historyDays = []int{1, 7, 30}

const usualDays = 7

// history reads what is kept of a service, without a call to AWS. A reference
// that is none is an error; a history that cannot be read is told in the log and
// is nil, for what ECS knows can still be shown.
func (s *Site) history(r *http.Request, asked question) (*historyView, error) {
	query := r.URL.Query()
	days := usualDays
	if n, err := strconv.Atoi(query.Get("days")); err == nil && slices.Contains(historyDays, n) {
		days = n
	}
	kept, err := s.opts.Casebook.History(r.Context(), asked.ref, time.Duration(days)*24*time.Hour)
	if err != nil {
		return nil, s.unlessOurs(r, err)
	}
	cursor := query.Get("cursor")
	stops, err := s.opts.Casebook.Stops(r.Context(), casebook.StopFilter{Place: kept.Service, Since: kept.Since}, cursor, listed)
	if err != nil {
		return nil, s.unlessOurs(r, err)
	}
	v := s.historyView(asked.pasted, days, kept)
	clock := clock{now: s.opts.Now()}
	for _, stop := range stops.Stops {
		v.Stops = append(v.Stops, keptRow{keptStop(stop, clock), stop.Ref.TaskID})
	}
	v.Older = cursor != ""
	if v.Older {
		v.Pager.Newest = servicePath(asked.pasted, days, "")
	}
	if stops.Next != "" {
		v.Pager.Older = servicePath(asked.pasted, days, stops.Next)
	}
	return v, nil
}

// unlessOurs gives an error back that the reader can do something about. Others
// go to the log: the page lacks its history then.
func (s *Site) unlessOurs(r *http.Request, err error) error {
	if casebook.KindOf(err) != "" {
		return err
	}
	s.opts.Logger.WarnContext(r.Context(), "the page of a service lacks its history", "error", err)
	return nil
}

func (s *Site) historyView(ref string, days int, kept casebook.ServiceHistory) *historyView {
	now := s.opts.Now()
	v := &historyView{Days: days, Incidents: incidentRows(kept.Incidents, now)}
	for _, n := range historyDays {
		v.Spans = append(v.Spans, spanLink{Label: said("service.days", words.Args{"n": n}), URL: servicePath(ref, n, ""), Current: n == days})
	}
	if len(kept.Counts) > 0 {
		v.Chart = chartViewOf(chartOf(kept, s.opts.Causes), clock{now: now})
	}
	return v
}

func chartViewOf(c chart, clock clock) *chartView {
	v := &chartView{Causes: c.Causes}
	for _, frame := range chartFrames {
		v.Drawings = append(v.Drawings, c.draw(frame))
	}
	for _, b := range c.Bars {
		if b.Total > 0 {
			v.Rows = append(v.Rows, chartRow{From: clock.dateTime(b.From), Total: b.Total, Of: c.of(b)})
		}
	}
	return v
}

// servicePath is the page of a service over some days, from a cursor on.
func servicePath(ref string, days int, cursor string) string {
	query := url.Values{"ref": {ref}, "days": {strconv.Itoa(days)}}
	if cursor == "" {
		return "/service?" + query.Encode()
	}
	query.Set("cursor", cursor)
	return "/service?" + query.Encode() + "#kept"
}

// useful tells whether there is anything to show where ECS could not be asked.
func (v *historyView) useful() bool {
	return v != nil && (v.Chart != nil || len(v.Incidents) > 0 || len(v.Stops) > 0)
}

// leaveOut removes the stops of tasks that the page shows already.
func (v *historyView) leaveOut(tasks []diagnose.Diagnosis) {
	v.Stops = slices.DeleteFunc(v.Stops, func(row keptRow) bool {
		return row.id != "" && slices.ContainsFunc(tasks, func(d diagnose.Diagnosis) bool { return strings.EqualFold(d.Task.ID, row.id) })
	})
}
