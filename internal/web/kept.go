package web

import (
	"net/http"

	"github.com/go-chi/chi/v5"
)

// kept is the address of a kept report. It asks AWS nothing, so whoever unfurls
// the link costs nothing.
func (s *Site) kept(w http.ResponseWriter, r *http.Request) error {
	d, err := s.opts.Casebook.Get(r.Context(), chi.URLParam(r, "id"))
	if err != nil {
		return err
	}
	return s.renderReport(w, r, d)
}
