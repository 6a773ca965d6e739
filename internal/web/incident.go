package web

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/go-chi/chi/v5"

	"whystopped/internal/casebook"
	"whystopped/internal/diagnose/verdict"
	"whystopped/internal/taskref"
)

// IncidentPage is one incident with what stands around it.
type IncidentPage struct {
	Page
	GoingOn    bool
	Who        actor
	Phase      string
	Category   string
	Confidence confidenceWord
	Heading    string
	Summary    string
	Where      []string
	ServiceURL string // empty where it is no service's
	ReportURL  string // the report that tells most
	Often      string
	First      *moment
	Last       *moment
	LastAgo    *moment
	// FirstBad and LastGood are nil where they are not known.
	FirstBad, LastGood *revisionView
	Changes            changesView
	// RoleKnown is set where the users of the role at fault could be looked for.
	RoleKnown bool
	Users     []roleUser
	Stops     []stopRow
	Pager     pager
	CauseCode string
	CauseURL  string
	JSONURL   string
}

// revisionView is a revision of a task definition.
type revisionView struct {
	Name    string
	Console string // empty where none shows it
	// Seen is when it first stopped, Good when it last ran as it should.
	Seen, Good *moment
}

// roleUser is another place whose tasks use the role at fault.
type roleUser struct {
	URL      string // empty where it is no service's
	Name     string
	Where    []string
	LastSeen *moment
}

// incident is the page of one incident: /incidents/{id}. It asks AWS nothing.
func (s *Site) incident(w http.ResponseWriter, r *http.Request) error {
	report, err := s.opts.Casebook.IncidentReport(r.Context(), chi.URLParam(r, "id"))
	if err != nil {
		return err
	}
	if report.Into != "" {
		// Not for ever: what it turned into may itself turn into another one.
		http.Redirect(w, r, incidentPath(report.Into), http.StatusFound)
		return nil
	}
	page := s.incidentPage(r.Context(), report)
	if err := s.pageStops(r, &page, report); err != nil {
		return err
	}
	return s.render(w, http.StatusOK, "incident", page)
}

func (s *Site) incidentPage(ctx context.Context, report casebook.IncidentReport) IncidentPage {
	now := s.opts.Now()
	clock := clock{now: now}
	v := report.Verdict
	p := IncidentPage{
		Page:       s.newPage(ctx, v.Title.English, v.Summary.English, incidentPath(report.ID)),
		GoingOn:    !report.Over(now),
		Who:        actorOf(v.Identity),
		Phase:      phaseOf(v.Phase),
		Category:   categoryOf(v),
		Confidence: confidenceOf(v.Confidence),
		Heading:    v.Title.English,
		Summary:    v.Summary.English,
		Where:      whereOf(report.Place),
		ServiceURL: serviceURL(report.Place),
		Often:      often(report.Incident),
		First:      clock.dateTime(report.First),
		Last:       clock.dateTime(report.Last),
		LastAgo:    clock.ago(report.Last),
		FirstBad:   clock.revision(report.FirstBad),
		LastGood:   clock.revision(report.LastGood),
		Changes:    changesOf(report),
		RoleKnown:  v.Identity.ARN != "" && v.Identity.Kind != verdict.Caller,
		CauseCode:  v.Cause,
		CauseURL:   causePath(v.Cause),
		JSONURL:    "/api/v1/incidents/" + url.PathEscape(report.ID),
	}
	p.Section, p.NoIndex = "incidents", true
	if report.Diagnosis != "" {
		p.ReportURL = reportPath(report.Diagnosis)
	}
	for _, u := range report.Users {
		p.Users = append(p.Users, roleUser{
			URL: serviceURL(u.Place), Name: cmp.Or(strings.Join(whereOf(taskref.Ref{Group: u.Place.Group}), ""), said("incident.no-service", nil)),
			Where: briefly(taskref.Ref{Cluster: u.Place.Cluster}, u.Revision), LastSeen: clock.ago(u.LastSeen),
		})
	}
	return p
}

// pageStops fills in the stops of the page that the request asks for. The report
// has the first page, but not where the next one begins.
func (s *Site) pageStops(r *http.Request, page *IncidentPage, report casebook.IncidentReport) error {
	stops, cursor := casebook.StopPage{Stops: report.Stops}, r.URL.Query().Get("cursor")
	if cursor != "" || report.MoreStops {
		var err error
		stops, err = s.opts.Casebook.Stops(r.Context(), casebook.StopFilter{Incident: report.ID}, cursor, listed)
		if err != nil {
			return err
		}
	}
	page.Stops = keptStops(stops.Stops, clock{now: s.opts.Now()})
	for i := range page.Stops {
		if page.Stops[i].Heading == page.Heading {
			page.Stops[i].Heading = "" // the page says it above
		}
	}
	self := incidentPath(report.ID)
	if cursor != "" {
		page.Pager.Newest = self + "#stops"
	}
	if stops.Next != "" {
		page.Pager.Older = self + "?cursor=" + url.QueryEscape(stops.Next) + "#stops"
	}
	return nil
}

func (c clock) revision(r *casebook.Revision) *revisionView {
	if r == nil {
		return nil
	}
	return &revisionView{Name: resourceName(r.ARN), Console: definitionConsole(r.ARN), Seen: c.dateTime(r.FirstSeen), Good: c.dateTime(r.Good)}
}
