package web

import (
	"cmp"
	"net/http"

	"whystopped/internal/web/apidoc"
)

// DocsPage describes the JSON API, from its OpenAPI document.
type DocsPage struct {
	Page
	Heading    string
	APIVersion string
	Intro      []string
	Operations []apidoc.Operation
}

func (s *Site) docs(w http.ResponseWriter, r *http.Request) error {
	if s.api == nil {
		return errNoSuchPage
	}
	page := DocsPage{
		Page:       s.newPage(r.Context(), said("docs.title", nil), said("docs.description", nil), "/docs"),
		Heading:    said("docs.heading", nil),
		APIVersion: s.api.Info.Version,
		Intro:      s.api.Intro(),
	}
	page.Section = "docs"
	base := cmp.Or(s.opts.PublicURL, requestBase(r))
	var err error
	if page.Operations, err = s.api.View(base); err != nil {
		return err
	}
	return s.render(w, http.StatusOK, "docs", page)
}

// requestBase is the address by which the reader reached us.
func requestBase(r *http.Request) string {
	scheme := "http"
	if r.TLS != nil {
		scheme = "https"
	}
	return scheme + "://" + r.Host
}
