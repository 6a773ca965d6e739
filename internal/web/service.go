package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"whystopped/internal/casebook"
	"whystopped/internal/diagnose"
	"whystopped/internal/taskref"
)

// ServicePage is the stopped tasks of one service, grouped by cause.
type ServicePage struct {
	Page
	Heading string
	Groups  []stopGroup
	// Looked is how many tasks were looked at, as "3 tasks".
	Looked  string
	More    bool   // older ones were not looked at
	Glances bool   // of some only the task's own facts were looked at
	Unread  string // how many could not be looked at; empty for none
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

// stopRow is one stopped task.
type stopRow struct {
	URL        string
	Task       string
	When       *moment
	Confidence confidenceWord
	// Heading is set where it differs from the group's.
	Heading string
}

// service shows a service's stopped tasks: /service?ref=REF.
func (s *Site) service(w http.ResponseWriter, r *http.Request) error {
	ref := r.URL.Query().Get("ref")
	switch {
	case readsAhead(r):
		return errReadAhead
	case onlyPreviews(r):
		return s.preview(w, r, ref)
	}
	stops, err := s.opts.Casebook.Service(r.Context(), ref)
	if err != nil {
		return err
	}
	return s.render(w, http.StatusOK, "service", s.servicePage(ref, stops))
}

func (s *Site) servicePage(ref string, stops casebook.ServiceStops) ServicePage {
	heading := "Stopped tasks of " + nameOf(ref)
	page := ServicePage{
		Page:    s.newPage(heading, "Grouped by what ended them, the newest first.", ""),
		Heading: heading,
		Groups:  groupStops(stops.Tasks, clock{now: s.opts.Now()}),
		Looked:  count(len(stops.Tasks), "task"),
		More:    stops.More,
		Glances: slices.ContainsFunc(stops.Tasks, func(d diagnose.Diagnosis) bool { return d.ID == "" }),
	}
	if stops.Unread > 0 {
		page.Unread = count(stops.Unread, "task")
	}
	page.NoIndex, page.Pasted = true, ref
	return page
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
			groups = append(groups, stopGroup{Heading: d.Verdict.Title, Who: whoOf(d), CauseCode: d.Verdict.Cause, CauseURL: causePath(d.Verdict.Cause)})
		}
		g := &groups[i]
		g.Stops = append(g.Stops, stopOf(d, g.Heading, clock))
		g.Count = count(len(g.Stops), "task")
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
	if d.Verdict.Title != groupHeading {
		row.Heading = d.Verdict.Title
	}
	return row
}

// serviceURL is the page of the service that a task belongs to; empty where it
// belongs to none that is known.
func serviceURL(t diagnose.TaskView) string {
	ref, err := taskref.Parse(t.ARN)
	name, isService := strings.CutPrefix(t.Group, "service:")
	if err != nil || !isService || ref.Cluster == "" {
		return ""
	}
	arn := "arn:" + ref.Partition + ":ecs:" + ref.Region + ":" + ref.Account + ":service/" + ref.Cluster + "/" + name
	return "/service?ref=" + url.QueryEscape(arn)
}
