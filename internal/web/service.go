package web

import (
	"context"
	"net/http"
	"net/url"
	"slices"

	"whystopped/internal/casebook"
	"whystopped/internal/diagnose"
	"whystopped/internal/taskref"
	"whystopped/internal/words"
)

// ServicePage is the stopped tasks of one service: those that ECS knows, grouped
// by cause, and the history that is kept.
type ServicePage struct {
	Page
	Heading string
	// Unasked is why AWS could not be asked; nil where it was.
	Unasked *Problem
	// Asked is set where ECS was asked what it knows.
	Asked   bool
	History *historyView // nil where it cannot be read
	Groups  []stopGroup
	// Looked is how many tasks were read.
	Looked  int
	More    bool // older ones were not looked at
	Glances bool // of some only the task's own facts were looked at
	Unread  int  // how many couldn't be read
}

// stopGroup is tasks that stopped of one cause, the newest first.
type stopGroup struct {
	Heading   string // the newest one's
	Who       actor
	CauseCode string
	CauseURL  string
	Count     string
	Stops     []stopRow
}

// service shows a service's stopped tasks: /service?ref=REF. With a cursor it
// shows older ones that are kept, and asks AWS nothing.
func (s *Site) service(w http.ResponseWriter, r *http.Request) error {
	if readsAhead(r) {
		return errReadAhead
	}
	asked, err := questionOf(r.URL.Query().Get("ref"))
	switch {
	case err != nil:
		return err
	case onlyPreviews(r):
		return s.preview(w, r, asked)
	}
	kept, err := s.history(r, asked)
	if err != nil {
		return err
	}
	page := s.servicePage(r.Context(), asked, kept)
	if r.URL.Query().Get("cursor") != "" {
		return s.render(w, http.StatusOK, "service", page)
	}
	stops, err := s.opts.Casebook.Service(r.Context(), asked.ref)
	if err == nil {
		page.addStops(stops, clock{now: s.opts.Now()})
		return s.render(w, http.StatusOK, "service", page)
	}
	if kind := casebook.KindOf(err); !kept.useful() || kind == casebook.NotAReference || kind == casebook.NotAllowed {
		return err
	}
	told := explain(err)
	s.opts.Logger.WarnContext(r.Context(), "the page of a service lacks what ECS knows", "error", err)
	page.Unasked = &told
	return s.render(w, http.StatusOK, "service", page)
}

func (s *Site) servicePage(ctx context.Context, asked question, kept *historyView) ServicePage {
	heading := said("service.title", words.Args{"name": nameOf(asked.ref)})
	page := ServicePage{
		Page:    s.newPage(ctx, heading, said("service.description", nil), ""),
		Heading: heading,
		History: kept,
	}
	page.NoIndex, page.Pasted = true, asked.pasted
	return page
}

// addStops adds what ECS knows, and leaves the same stops out of what is kept.
func (p *ServicePage) addStops(stops casebook.ServiceStops, clock clock) {
	p.Asked = true
	p.Groups = groupStops(stops.Tasks, clock)
	p.Looked = len(stops.Tasks)
	p.More = stops.More
	p.Glances = slices.ContainsFunc(stops.Tasks, func(d diagnose.Diagnosis) bool { return d.ID == "" })
	p.Unread = stops.Unread
	if p.History != nil {
		p.History.leaveOut(stops.Tasks)
	}
}

// groupStops puts tasks of one cause together, in the order of their newest.
func groupStops(tasks []diagnose.Diagnosis, clock clock) []stopGroup {
	var groups []stopGroup
	at := map[string]int{}
	for _, d := range tasks {
		i, begun := at[d.Verdict.Cause]
		if !begun {
			i = len(groups)
			at[d.Verdict.Cause] = i
			groups = append(groups, stopGroup{Heading: d.Verdict.Title.English, Who: whoOf(d), CauseCode: d.Verdict.Cause, CauseURL: causePath(d.Verdict.Cause)})
		}
		g := &groups[i]
		g.Stops = append(g.Stops, stopOf(d, g.Heading, clock))
		g.Count = said("service.group", words.Args{"n": len(g.Stops)})
	}
	return groups
}

func stopOf(d diagnose.Diagnosis, groupHeading string, clock clock) stopRow {
	row := stopRow{
		URL: reportPath(d.ID), Task: shortID(d.Task.ID), When: clock.ago(d.Task.StoppedAt), Confidence: confidenceOf(d.Verdict.Confidence),
	}
	if d.ID == "" {
		row.URL = "/diagnose?task=" + url.QueryEscape(d.Task.ARN)
	}
	if d.Verdict.Title.English != groupHeading {
		row.Heading = d.Verdict.Title.English
	}
	return row
}

// serviceURL returns the page of the service that an address is in, or "" if it is
// in none, or isn't known well enough.
func serviceURL(ref taskref.Ref) string {
	arn := ref.Place().ARN()
	if ref.Service() == "" || ref.Cluster == "" || arn == "" {
		return ""
	}
	return "/service?ref=" + url.QueryEscape(arn)
}
