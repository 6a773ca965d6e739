package web

import (
	"net/http"
	"net/url"
	"slices"

	"github.com/go-chi/chi/v5"

	"whystopped/internal/diagnose"
	"whystopped/internal/diagnose/verdict"
	"whystopped/internal/problem"
	"whystopped/internal/words"
)

// CausePage is one entry of the catalogue.
type CausePage struct {
	Page
	Code     string
	Heading  string
	Area     string
	Phase    string
	Category string
	Who      actor
	Meaning  string
	Why      string
	Fix      []string
	Examples []string
	Docs     []docLink
}

func (s *Site) cause(w http.ResponseWriter, r *http.Request) error {
	code := chi.URLParam(r, "code")
	i := slices.IndexFunc(s.opts.Causes, func(c diagnose.CauseInfo) bool { return c.Code == code })
	if i < 0 {
		return problem.New(problem.UnknownCause, nil, words.Say("problem.unknown-cause", nil))
	}
	c := s.opts.Causes[i]
	page := CausePage{
		Page:     s.newPage(r.Context(), c.Title.English, c.Meaning.English, causePath(c.Code)),
		Code:     c.Code,
		Heading:  c.Title.English,
		Area:     c.Area,
		Phase:    phaseOf(verdict.Phase(c.Phase)),
		Category: labelOf("category", c.Category),
		Who:      causeActor(c),
		Meaning:  c.Meaning.English,
		Why:      c.Why.English,
		Fix:      words.Lines(c.Fix),
		Examples: c.Examples,
		Docs:     docLinks(c.Docs),
	}
	page.Section = "causes"
	return s.render(w, http.StatusOK, "cause", page)
}

func causePath(code string) string { return "/causes/" + url.PathEscape(code) }
