package web

import (
	"net/http"

	"whystopped/internal/problem"
	"whystopped/internal/words"
)

// Refusal is why somebody is not let in, or not now, found by whoever looks who
// asks, and how much.
type Refusal struct {
	Status int
	// Kind is stable, a problem.Kind.
	Kind string
	// Detail is a sentence for people.
	Detail words.Text
	// LogIn is where they can log in; "" where that is no way on.
	LogIn string
	// SignOut offers them to sign out, and then to come as somebody else.
	SignOut bool
}

// Refused is the page of somebody who is refused. Headers that belong to the
// refusal, such as Refresh, are set already and stay.
func (s *Site) Refused(w http.ResponseWriter, r *http.Request, refusal Refusal) {
	told := Problem{Status: refusal.Status, Title: http.StatusText(refusal.Status), Detail: refusal.Detail.English}
	if kind := problem.Kind(refusal.Kind); kind.Status() != 0 {
		told.Title, told.Steps = kind.Title().English, words.Lines(kind.Steps())
	}
	page := ErrorPage{Page: s.newPage(r.Context(), told.Title, told.Detail, ""), Problem: told, LogIn: refusal.LogIn, SignOut: refusal.SignOut, Alone: true}
	page.NoIndex, page.OwnBox = true, true
	secureHeaders(s.handle(func(w http.ResponseWriter, _ *http.Request) error {
		return s.render(w, refusal.Status, "error", page)
	})).ServeHTTP(w, r)
}
