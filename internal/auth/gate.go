package auth

import (
	"context"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"whystopped/internal/words"
)

// Gate knows who asks, and lets through who may. It is safe for concurrent use.
type Gate struct {
	opts     Options
	open     bool
	provider *provider    // nil without one
	alb      *albVerifier // nil without one
	// sessions and logins are sealed apart: neither is taken for the other.
	sessions, logins cookies
	origins          *http.CrossOriginProtection
	audit            Audit
}

// clientTime bounds a question to the provider or to AWS.
const clientTime = 10 * time.Second

// New makes a Gate. It asks nobody: a provider that is down does not keep the
// service from starting.
func New(o Options) (*Gate, error) {
	o.PublicURL = strings.TrimRight(o.PublicURL, "/")
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Client == nil {
		o.Client = &http.Client{Timeout: clientTime}
	}
	if err := o.check(); err != nil {
		return nil, err
	}
	g := &Gate{opts: o, open: !o.hasWayIn(), audit: NewAudit(o.Log), origins: http.NewCrossOriginProtection()}
	if origin, ok := originOf(o.PublicURL); ok {
		if err := g.origins.AddTrustedOrigin(origin); err != nil {
			return nil, fmt.Errorf("take %s for our own: %w", origin, err)
		}
	}
	if o.ALB != nil {
		var err error
		if g.alb, err = newALBVerifier(*o.ALB, o.Client, o.Now); err != nil {
			return nil, err
		}
	}
	if o.OIDC != nil {
		if err := g.setUpLogin(); err != nil {
			return nil, err
		}
	}
	return g, nil
}

func (g *Gate) setUpLogin() error {
	o := g.opts
	g.provider = &provider{opts: *o.OIDC, allow: o.Allow, public: o.PublicURL, client: o.Client, now: o.Now}
	keys := o.SessionKeys
	if len(keys) == 0 {
		o.Log.Warn("no session-key is set: logins end with this process, and other instances do not know them")
		keys = []string{madeUpKey()}
	}
	secure := strings.HasPrefix(o.PublicURL, "https:")
	for purpose, to := range map[string]*cookies{"session": &g.sessions, "login": &g.logins} {
		sealed, err := newSealer(keys, purposeOf(purpose, *o.OIDC))
		if err != nil {
			return err
		}
		*to = cookies{secure: secure, sealed: sealed}
	}
	return nil
}

// purposeOf names what a key is derived for: what another provider said of
// somebody must not be taken for this one's word.
func purposeOf(what string, o OIDC) string {
	return "whystopped " + what + " 1\x00" + o.Issuer + "\x00" + o.ClientID
}

func originOf(public string) (string, bool) {
	u, err := url.Parse(public)
	if err != nil || u.Scheme == "" || u.Host == "" {
		return "", false
	}
	return u.Scheme + "://" + u.Host, true
}

// identifiedKey marks a context in which somebody was looked for already.
type identifiedKey struct{}

func (g *Gate) identifyOnce(w http.ResponseWriter, r *http.Request) (*http.Request, identified) {
	if i, ok := r.Context().Value(identifiedKey{}).(identified); ok {
		return r, i
	}
	if g.provider != nil {
		g.trimLogins(w, r, maxLogins)
	}
	i := g.identify(r)
	if s := i.used; s != nil {
		g.sessions.set(w, sessionCookie, *s, s.Begun.Add(sessionLife).Sub(s.Seen))
	}
	ctx := context.WithValue(r.Context(), identifiedKey{}, i)
	if i.someone != nil && i.refused == nil {
		ctx = With(ctx, *i.someone)
	}
	return r.WithContext(ctx), i
}

// Identify finds out who sent a request and lets everybody pass, so that what
// comes before Require, such as limits, can tell people apart.
func (g *Gate) Identify(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r, _ = g.identifyOnce(w, r)
		next.ServeHTTP(w, r)
	})
}

// Require lets through who has a scope. A browser that shows nothing is led to
// the login, and from there back; everybody else is told by 401 or 403.
func (g *Gate) Require(scope Scope) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			r, i := g.identifyOnce(w, r)
			switch {
			case i.refused != nil:
				g.refuse(w, r, i.someone, *i.refused)
			case i.someone == nil && g.provider != nil && isVisit(r):
				g.redirect(w, g.opts.PublicURL+g.LoginPath(r))
			case i.someone == nil:
				g.askToLogIn(w, r, g.waysIn())
			case !i.someone.May(scope):
				g.refuse(w, r, i.someone, refusal{
					status: http.StatusForbidden, kind: NotAllowedIn, challenge: fmt.Sprintf(`error="insufficient_scope", scope=%q`, string(scope)),
					detail: say(NotAllowedIn, "scope", words.Args{"who": i.someone.String(), "scope": scope}),
				})
			default:
				next.ServeHTTP(w, r)
			}
		})
	}
}

// RequireForMetrics is Require for what a scraper reads: programs on this
// machine may, where that is set, unless they hand on somebody else's request.
func (g *Gate) RequireForMetrics(next http.Handler) http.Handler {
	required := g.Require(Read)(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if g.opts.MetricsOnLoopback && isDirectlyLocal(r) {
			next.ServeHTTP(w, r)
			return
		}
		required.ServeHTTP(w, r)
	})
}

func isDirectlyLocal(r *http.Request) bool {
	for _, name := range []string{"X-Forwarded-For", "Forwarded", "X-Real-Ip", "Via"} {
		if len(r.Header.Values(name)) > 0 {
			return false
		}
	}
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	return err == nil && peer.Addr().Unmap().IsLoopback()
}

// CrossOrigin refuses what a browser sends for another site's page, with this
// site's cookies: forms, and also what only reads. The page couldn't read the
// answer, but it would choose a task, and so an account in which a role is assumed.
// Somebody who follows a link passes, and who shows a token: no browser adds one
// by itself.
func (g *Gate) CrossOrigin(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		scheme, _, _ := strings.Cut(r.Header.Get("Authorization"), " ")
		if (g.origins.Check(r) != nil || isEmbedded(r)) && !strings.EqualFold(scheme, "Bearer") {
			g.deny(w, r, http.StatusForbidden, CrossOrigin, say(CrossOrigin, "", nil))
			return
		}
		next.ServeHTTP(w, r)
	})
}

// isEmbedded reports whether a browser sends a request for a part of another
// site's page: an image, a script, a frame, a fetch. Browsers send these headers
// to https and to this machine, and no page can set them.
// Source: https://www.w3.org/TR/fetch-metadata/
func isEmbedded(r *http.Request) bool {
	site := r.Header.Get("Sec-Fetch-Site")
	return (site == "cross-site" || site == "same-site") && !isNavigation(r)
}

// isNavigation reports whether a browser opens a page, in a window or a tab.
func isNavigation(r *http.Request) bool {
	dest := r.Header.Get("Sec-Fetch-Dest")
	return r.Header.Get("Sec-Fetch-Mode") == "navigate" && (dest == "" || dest == "document")
}
