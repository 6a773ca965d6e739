package web

import "net/http"

// Refusal is why somebody is not let in, or not now, found by whoever looks who
// asks, and how much.
type Refusal struct {
	Status int
	// Kind is stable, one of those in refusals.
	Kind string
	// Detail is a sentence for people.
	Detail string
	// LogIn is where they can log in; "" where that is no way on.
	LogIn string
	// SignOut offers them to sign out, and then to come as somebody else.
	SignOut bool
}

// refusals tells, for each kind of refusal, what happened and what to do. The
// refusal's own sentence says the details.
var refusals = map[string]problem{
	"not-logged-in":     {Title: "Who are you?"},
	"not-allowed-in":    {Title: "You are not let in", Steps: []string{"Ask whoever runs this service to let you in.", "Or sign out and log in as somebody else."}},
	"login-failed":      {Title: "The login did not work", Steps: []string{"Log in again. Browsers have to keep this site’s cookies for that."}},
	"login-unavailable": {Title: "Nobody can log in now", Steps: []string{"Try again in a moment. If it stays, tell whoever runs this service."}},
	"signed-out":        {Title: "You are signed out"},
	"cross-origin":      {Title: "That request came from another site", Steps: []string{"Only the forms of this service’s own pages are taken: open its start page and send it from there."}},
	"wrong-host":        {Title: "This is not the address of this service", Steps: []string{"Open it at the address that it printed when it started."}},
	"too-many-requests": {Title: "You ask too often", Steps: []string{"Wait for a moment and ask again."}},
	"too-busy":          {Title: "Too many are asking at once", Steps: []string{"Try again in a moment."}},
}

// Refused is the page of somebody who is refused. Headers that belong to the
// refusal, such as Refresh, are set already and stay.
func (s *Site) Refused(w http.ResponseWriter, r *http.Request, refusal Refusal) {
	told, known := refusals[refusal.Kind]
	if !known {
		told.Title = http.StatusText(refusal.Status)
	}
	told.Status, told.Detail = refusal.Status, refusal.Detail
	page := ErrorPage{Page: s.newPage(r.Context(), told.Title, told.Detail, ""), Problem: told, LogIn: refusal.LogIn, SignOut: refusal.SignOut, Alone: true}
	page.NoIndex, page.OwnBox = true, true
	secureHeaders(s.handle(func(w http.ResponseWriter, _ *http.Request) error {
		return s.render(w, refusal.Status, "error", page)
	})).ServeHTTP(w, r)
}
