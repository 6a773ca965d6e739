package web

import (
	"math"
	"net/http"
	"net/url"
	"time"

	"whystopped/internal/casebook"
	"whystopped/internal/taskref"
	"whystopped/internal/words"
)

// IncidentsPage is the incidents, those that go on before those that are over.
type IncidentsPage struct {
	Page
	Filters filterForm
	GoingOn []incidentRow
	// MoreGoingOn lists all that go on, where they are too many for the page.
	MoreGoingOn string
	Over        []incidentRow
	Pager       pager
}

// incidentRow is one incident in a list.
type incidentRow struct {
	URL     string
	Who     actor
	Heading string
	GoingOn bool
	Where   []string
	// Often is how many stops it has, and in what time.
	Often       string
	First, Last *moment
}

// incidents lists incidents: /incidents. It asks AWS nothing.
func (s *Site) incidents(w http.ResponseWriter, r *http.Request) error {
	query := r.URL.Query()
	filter, form := s.readFilter(query, "/incidents")
	onlyGoingOn := form.onlyGoingOn(query.Get("goingOn"))
	page := IncidentsPage{Page: s.newPage(r.Context(), said("incidents.title", nil), said("incidents.description", nil), "/incidents"), Filters: form}
	page.Section, page.NoIndex = "incidents", true
	if !form.Unusable {
		if err := s.fillIncidents(r, &page, filter, onlyGoingOn); err != nil {
			return err
		}
	}
	return s.render(w, form.Status(), "incidents", page)
}

// onlyGoingOn adds the field that leaves out what is over, and tells whether it
// does.
func (form *filterForm) onlyGoingOn(value string) bool {
	const yes = "true"
	form.choose("goingOn", value, []choiceGroup{{Choices: []choice{{Value: yes, Word: said("filter.goingOn.true", nil), Chosen: value == yes}}}})
	return value == yes
}

// fillIncidents finds the incidents of a page. On the first one those that go on
// stand before all others, whenever they opened.
func (s *Site) fillIncidents(r *http.Request, page *IncidentsPage, filter casebook.Filter, onlyGoingOn bool) error {
	now, cursor := s.opts.Now(), r.URL.Query().Get("cursor")
	if !onlyGoingOn && cursor == "" {
		open, err := s.opts.Casebook.Incidents(r.Context(), filter, true, "", listed)
		if err != nil {
			return err
		}
		page.GoingOn = incidentRows(open.Incidents, now)
		if open.Next != "" {
			page.MoreGoingOn = page.Filters.with("goingOn", "true")
		}
	}
	found, err := s.opts.Casebook.Incidents(r.Context(), filter, onlyGoingOn, cursor, listed)
	if err != nil {
		return err
	}
	page.Pager = page.Filters.pager(cursor, found.Next)
	for _, row := range incidentRows(found.Incidents, now) {
		switch {
		case !row.GoingOn:
			page.Over = append(page.Over, row)
		case onlyGoingOn:
			page.GoingOn = append(page.GoingOn, row)
		}
	}
	return nil
}

func incidentRows(incidents []casebook.Incident, now time.Time) []incidentRow {
	var rows []incidentRow
	clock := clock{now: now}
	for _, in := range incidents {
		rows = append(rows, incidentRow{
			URL:     incidentPath(in.ID),
			Who:     actorOf(in.Verdict.Identity),
			Heading: in.Verdict.Title.English,
			GoingOn: !in.Over(now),
			Where:   briefly(in.Place, in.Revision),
			Often:   often(in),
			First:   clock.dateTime(in.First),
			Last:    clock.ago(in.Last),
		})
	}
	return rows
}

func incidentPath(id string) string { return "/incidents/" + url.PathEscape(id) }

// briefly names a service, its cluster and its revision.
func briefly(p taskref.Ref, revision string) []string {
	where := whereOf(taskref.Ref{Group: p.Group, Cluster: p.Cluster})
	if revision != "" {
		where = append(where, said("where.revision", words.Args{"name": resourceName(revision)}))
	}
	return where
}

// often says how many stops an incident has, and how fast they come. Of less
// than an hour it tells the time and no rate: five in two seconds are not 9,000
// an hour.
func often(in casebook.Incident) string {
	args := words.Args{"n": in.Count}
	if in.Count == 1 {
		return said("often.once", nil)
	}
	switch took := in.Last.Sub(in.First); {
	case took <= 0:
		return said("often.at-once", args)
	case took < time.Minute:
		return said("often.minute", args)
	case took < time.Hour:
		args["took"] = took.Round(time.Minute)
		return said("often.in", args)
	}
	if rate := in.Rate(); rate >= 1 {
		args["rate"] = rounded(rate)
		return said("often.per-hour", args)
	}
	args["rate"] = rounded(24 * in.Rate())
	return said("often.per-day", args)
}

// rounded returns a rate with as many digits as anybody reads.
func rounded(rate float64) float64 {
	if rate >= 9.5 {
		return math.Round(rate)
	}
	return math.Round(10*rate) / 10
}
