package web

import (
	"net/http"

	"whystopped/internal/diagnose"
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
	page := DiagnosesPage{Page: s.newPage(r.Context(), "Diagnoses", "Every diagnosis that is kept, the newest first.", "/diagnoses"), Filters: form}
	page.NoIndex = true
	if !form.Unusable {
		cursor := query.Get("cursor")
		kept, err := s.opts.Casebook.List(r.Context(), filter, cursor, listed)
		if err != nil {
			return err
		}
		page.Rows, page.Pager = s.recentRows(kept.Diagnoses), form.pager(cursor, kept.Next)
	}
	return s.render(w, form.Status(), "diagnoses", page)
}

func (s *Site) recentRows(kept []diagnose.Diagnosis) []recentRow {
	var rows []recentRow
	clock := clock{now: s.opts.Now()}
	for _, d := range kept {
		rows = append(rows, recentOf(d, clock))
	}
	return rows
}
