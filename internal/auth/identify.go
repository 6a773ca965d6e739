package auth

import (
	"errors"
	"net"
	"net/http"
	"net/url"
	"strings"

	"whystopped/internal/words"
)

// identified is what is known of who sent a request.
type identified struct {
	someone *Who
	// refused is set where what was shown does not count; nothing else is then
	// looked at.
	refused *refusal
	// used is a session whose note of its last use is to be renewed.
	used *session
}

type refusal struct {
	status    int
	kind      string
	detail    words.Text
	challenge string // for WWW-Authenticate
	err       error  // for the log
}

func as(w Who) identified { return identified{someone: &w} }

func refused(status int, kind string, detail words.Text, challenge string, err error) identified {
	return identified{refused: &refusal{status, kind, detail, challenge, err}}
}

// identify finds out who sent a request: by a token, else by the load balancer's
// header, else by a session. What is shown and does not count is never passed
// over for the next.
func (g *Gate) identify(r *http.Request) identified {
	if g.open {
		return g.identifyLocal(r)
	}
	if shown := r.Header.Values("Authorization"); len(shown) > 0 {
		if i, isToken := g.identifyToken(shown); isToken {
			return i
		}
	}
	if shown := r.Header.Values(albHeader); g.alb != nil && len(shown) > 0 {
		return g.identifyALB(r, shown)
	}
	if g.provider != nil {
		return g.identifySession(r)
	}
	return identified{}
}

// identifyLocal lets everybody in. On a loopback address it looks which host the
// request is for: a page of another site can make its own name lead to this
// machine (DNS rebinding), and would read with its reader's browser.
func (g *Gate) identifyLocal(r *http.Request) identified {
	if !g.opts.Open && !g.isOurHost(r.Host) {
		return refused(http.StatusMisdirectedRequest, WrongHost, say(WrongHost, "", nil), "", nil)
	}
	return as(Who{Kind: KindLocal, Scopes: []Scope{Read, Ingest}})
}

func (g *Gate) isOurHost(hostport string) bool {
	host := hostport
	if h, _, err := net.SplitHostPort(hostport); err == nil {
		host = h
	}
	if isLoopbackHost(strings.Trim(host, "[]")) {
		return true
	}
	public, err := url.Parse(g.opts.PublicURL)
	return err == nil && public.Host != "" && strings.EqualFold(public.Hostname(), host)
}

// identifyToken looks at Authorization. It is false where nobody shows a token
// of ours there: a proxy may have a scheme of its own.
func (g *Gate) identifyToken(shown []string) (identified, bool) {
	const invalid = `error="invalid_token"`
	if len(shown) > 1 {
		return refused(http.StatusUnauthorized, NotLoggedIn, say(NotLoggedIn, "headers", nil), `error="invalid_request"`, nil), true
	}
	scheme, given, _ := strings.Cut(shown[0], " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return identified{}, false
	}
	t, ok := tokenOf(g.opts.Tokens, strings.TrimSpace(given))
	if !ok {
		return refused(http.StatusUnauthorized, NotLoggedIn, say(NotLoggedIn, "token", nil), invalid, nil), true
	}
	return as(t.who()), true
}

func (g *Gate) identifyALB(r *http.Request, shown []string) identified {
	c, issuer, err := g.alb.verify(r.Context(), shown)
	if err == nil {
		var id identity
		if id, err = c.identity(issuer, g.opts.Allow); err == nil {
			return g.allowed(id, KindALB)
		}
	}
	if errors.Is(err, errKeysUnavailable) {
		return refused(http.StatusServiceUnavailable, LoginUnavailable, say(LoginUnavailable, "alb", nil), "", err)
	}
	return refused(http.StatusUnauthorized, NotLoggedIn, say(NotLoggedIn, "alb", words.Args{"header": albHeader}), "", err)
}

func (g *Gate) identifySession(r *http.Request) identified {
	var s session
	now := g.opts.Now()
	if !g.sessions.get(r, sessionCookie, &s) || s.over(now) {
		return identified{}
	}
	i := g.allowed(s.Person, KindOIDC)
	if i.refused == nil && now.Sub(s.Seen) >= seenEvery {
		s.Seen = now
		i.used = &s
	}
	return i
}

// allowed measures somebody by the rules as they are now.
func (g *Gate) allowed(id identity, kind Kind) identified {
	who := id.who(kind)
	if lack := g.opts.Allow.missing(id, who); !lack.IsZero() {
		i := as(who)
		i.refused = &refusal{status: http.StatusForbidden, kind: NotAllowedIn, detail: lack}
		return i
	}
	return as(who)
}
