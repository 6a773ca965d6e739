package auth

import (
	"net/http"
	"regexp"
	"strings"

	"whystopped/internal/words"
)

// waysIn says what somebody can do who showed nothing.
func (g *Gate) waysIn() words.Text {
	var ways []string
	if g.provider != nil {
		ways = append(ways, "browser")
	}
	if g.alb != nil {
		ways = append(ways, "alb")
	}
	if len(g.opts.Tokens) > 0 {
		ways = append(ways, "token")
	}
	return say(NotLoggedIn, "", words.Args{"ways": ways})
}

// say returns a sentence about a kind of problem: of a case of it, or the usual
// one for "".
func say(kind, which string, args words.Args) words.Text {
	id := "problem." + kind
	if which != "" {
		id += "." + which
	}
	return words.Say(id, args)
}

// refuse tells why, and notes it. someone is nil where nobody is known.
func (g *Gate) refuse(w http.ResponseWriter, r *http.Request, someone *Who, why refusal) {
	ctx := r.Context()
	if someone != nil {
		ctx = With(ctx, *someone)
	}
	if why.err != nil {
		g.opts.Log.WarnContext(ctx, "what says who asks does not count", "error", why.err)
	}
	g.audit.Record(ctx, Entry{Action: "enter", Outcome: why.kind})
	if why.status == http.StatusUnauthorized || why.challenge != "" {
		challenge(w, why.challenge)
	}
	if why.status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", "5")
	}
	g.deny(w, r, why.status, why.kind, why.detail)
}

// askToLogIn tells somebody who showed nothing, as any robot may. The audit log
// has no line of it.
func (g *Gate) askToLogIn(w http.ResponseWriter, r *http.Request, detail words.Text) {
	challenge(w, "")
	g.deny(w, r, http.StatusUnauthorized, NotLoggedIn, detail)
}

// challenge says how a program can show who it is: RFC 6750, section 3.
func challenge(w http.ResponseWriter, why string) {
	text := `Bearer realm="whystopped"`
	if why != "" {
		text += ", " + why
	}
	w.Header().Set("WWW-Authenticate", text)
}

// shutOut tells somebody who just logged in why that does not let them in.
func (g *Gate) shutOut(w http.ResponseWriter, r *http.Request, who Who, lack words.Text) {
	g.refuse(w, r, &who, refusal{status: http.StatusForbidden, kind: NotAllowedIn, detail: lack})
}

// unavailable tells that nobody can log in now.
func (g *Gate) unavailable(w http.ResponseWriter, r *http.Request, err error) {
	g.refuse(w, r, nil, refusal{
		status: http.StatusServiceUnavailable, kind: LoginUnavailable, err: err,
		detail: say(LoginUnavailable, "", nil),
	})
}

// deny answers in the form that was asked for.
func (g *Gate) deny(w http.ResponseWriter, r *http.Request, status int, kind string, detail words.Text) {
	w.Header().Set("Cache-Control", "no-store")
	if wantsPage(r) {
		g.opts.Page(w, r, status, kind, detail)
		return
	}
	g.opts.Problem(w, r, status, kind, detail)
}

func (g *Gate) redirect(w http.ResponseWriter, to string) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Referrer-Policy", "no-referrer") // an address here may hold the code of a login
	w.Header().Set("Location", to)
	w.WriteHeader(http.StatusSeeOther)
}

// wantsPage tells requests whose answer a person will read.
func wantsPage(r *http.Request) bool {
	return strings.Contains(strings.ToLower(strings.Join(r.Header.Values("Accept"), ",")), "text/html")
}

// robots are programs that look at a link when it is posted somewhere and say
// that they accept HTML.
var robots = regexp.MustCompile(`(?i)bot\b|crawl|spider|preview|unfurl|externalhit|facebot|whatsapp|imgproxy|imageproxy|embedly|iframely|mastodon|bluesky|zulip|mattermost|rocket\.chat|opengraph`)

// isVisit tells a person who opens a page, whom the login leads back to it.
// Browsers tell by Sec-Fetch-Mode, which no page can set; those that do not are
// told from robots by their name.
func isVisit(r *http.Request) bool {
	if r.Method != http.MethodGet || !wantsPage(r) || strings.HasPrefix(r.URL.Path, "/api/") || r.Header.Get("Sec-Purpose") != "" {
		return false
	}
	if r.Header.Get("Sec-Fetch-Mode") != "" {
		return isNavigation(r)
	}
	return !robots.MatchString(r.UserAgent())
}
