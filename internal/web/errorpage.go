package web

import (
	"errors"
	"net/http"

	"github.com/go-chi/chi/v5/middleware"

	"whystopped/internal/problem"
	"whystopped/internal/words"
)

// handler answers a request or returns why it can't.
type handler func(w http.ResponseWriter, r *http.Request) error

// handle is the one place where a handler's error becomes a page and a line in
// the log.
func (s *Site) handle(h handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		err := h(w, r)
		if err == nil {
			return
		}
		page := s.errorPage(r, err)
		told := page.Problem
		if told.Status == http.StatusServiceUnavailable || told.Status == http.StatusTooManyRequests {
			w.Header().Set("Retry-After", "2")
		}
		if err := s.render(w, told.Status, "error", page); err != nil {
			s.opts.Logger.ErrorContext(r.Context(), "error page failed", "path", r.URL.Path, "error", err)
			http.Error(w, told.Title+"\n\n"+told.Detail, told.Status)
		}
	}
}

// errorPage is the page for an error. Faults of our own go to the log.
func (s *Site) errorPage(r *http.Request, err error) ErrorPage {
	told := explain(err)
	if told.Status == http.StatusInternalServerError {
		s.opts.Logger.ErrorContext(r.Context(), "page failed", "path", r.URL.Path, "error", err)
		told.Number = middleware.GetReqID(r.Context())
	}
	page := ErrorPage{Page: s.newPage(r.Context(), told.Title, told.Detail, ""), Problem: told}
	page.NoIndex, page.OwnBox = true, true
	page.Pasted = pastedOf(r)
	return page
}

// ErrorPage says what went wrong and what to do.
type ErrorPage struct {
	Page
	Problem Problem
	// LogIn is where the reader logs in; "" where that is no way on.
	LogIn string
	// SignOut offers to sign the reader out.
	SignOut bool
	// Alone leaves out what only those can use who are let in.
	Alone bool
}

// Problem is an error as a page shows it.
type Problem struct {
	Status int
	Title  string
	Detail string
	Steps  []string
	Number string // of the line in our log, for errors that are ours
}

// errNoSuchPage is for an address that doesn't exist.
var errNoSuchPage error = problem.New(problem.NotFound, nil, words.Say("problem.not-found.page", nil))

// explain returns what the page of an error shows. An unforeseen error is shown
// without its text, which may hold what isn't for everybody.
func explain(err error) Problem {
	if e, ok := errors.AsType[*problem.Error](err); ok && e.Kind.Status() != 0 {
		return problemOf(e.Kind, e.Message)
	}
	return problemOf(problem.Internal, words.Say("problem.internal-error", nil).English)
}

func problemOf(kind problem.Kind, detail string) Problem {
	return Problem{Status: kind.Status(), Title: kind.Title().English, Detail: detail, Steps: words.Lines(kind.Steps())}
}

// pastedOf gives back what the reader sent, so that it can be corrected. It looks
// at a form that was read already, and never reads a body itself.
func pastedOf(r *http.Request) string {
	const showable = 100_000
	text := r.URL.Query().Get("task")
	if r.PostForm != nil {
		text = r.PostForm.Get("task")
	}
	if len(text) > showable {
		return ""
	}
	return text
}
