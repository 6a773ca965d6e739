package web

import (
	"net/http"

	"whystopped/internal/casebook"
)

// DiagnosesPage is the kept diagnoses, newest first.
type DiagnosesPage struct {
	Page
	Filters filterForm
	Rows    []recentRow
	Pager   pager
}

// listed is how many rows a page of a list has.
const listed = 50

// diagnoses lists what was asked: /diagnoses. It asks AWS nothing.
func (s *Site) diagnoses(w http.ResponseWriter, r *http.Request) error {
	query := r.URL.Query()
	filter, form := s.readFilter(query, "/diagnoses")
	filter.Brought = form.onlyBrought(query.Get("brought"))
	page := DiagnosesPage{Page: s.newPage(r.Context(), said("diagnoses.title", nil), said("diagnoses.description", nil), "/diagnoses"), Filters: form}
	page.NoIndex = true
	if !form.Unusable {
		cursor := query.Get("cursor")
		kept, err := s.opts.Casebook.Summaries(r.Context(), filter, cursor, listed)
		if err != nil {
			return err
		}
		page.Rows, page.Pager = s.recentRows(kept.Summaries), form.pager(cursor, kept.Next)
	}
	return s.render(w, form.Status(), "diagnoses", page)
}

// onlyBrought adds the field by which reports on evidence that somebody provided
// are chosen, in place of those on what was read from AWS.
func (form *filterForm) onlyBrought(value string) bool {
	const yes = "true"
	form.choose("brought", value, []choiceGroup{{Choices: []choice{{Value: yes, Word: said("filter.brought.true", nil), Chosen: value == yes}}}})
	form.Fields[len(form.Fields)-1].All = said("filter.brought.all", nil)
	return value == yes
}

func (s *Site) recentRows(kept []casebook.Summary) []recentRow {
	var rows []recentRow
	clock := clock{now: s.opts.Now()}
	for _, d := range kept {
		rows = append(rows, recentOf(d, clock))
	}
	return rows
}
