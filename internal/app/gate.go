package app

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"

	"github.com/go-chi/chi/v5"

	"whystopped/internal/api"
	"whystopped/internal/auth"
	"whystopped/internal/casebook"
	"whystopped/internal/config"
	"whystopped/internal/guard"
	"whystopped/internal/web"
	"whystopped/internal/words"
)

// door is what stands before the ways in: who may ask, and how much.
type door struct {
	*auth.Gate
	settings config.Config
	// refusePage tells a person why they are not let in. It is set when the pages
	// are made, which need the door themselves.
	refusePage func(w http.ResponseWriter, r *http.Request, refusal web.Refusal)
}

// openDoor reads the settings of who may ask. It asks nobody.
func openDoor(cfg config.Config, log *slog.Logger) (*door, error) {
	access := cfg.Access
	tokens, err := auth.ParseTokens(access.APITokens.Reveal())
	if err != nil {
		return nil, fmt.Errorf("read api-tokens: %w", err)
	}
	d := &door{settings: cfg}
	o := auth.Options{
		Listen: cfg.Listen, PublicURL: cfg.PublicURL, Open: cfg.Demo,
		Tokens: tokens, Allow: rules(access), SessionKeys: access.SessionKeyList(), MetricsOnLoopback: access.MetricsOnLoopback,
		Page: d.denyPage, Problem: api.Problem, Log: log,
	}
	if access.OIDCIssuer != "" {
		o.OIDC = &auth.OIDC{Issuer: access.OIDCIssuer, ClientID: access.OIDCClientID, ClientSecret: access.OIDCClientSecret.Reveal(), Scopes: access.OIDCScopes}
	}
	if access.ALBARN != "" {
		o.ALB = &auth.ALB{ARN: access.ALBARN, Issuer: access.ALBIssuer, ClientID: access.ALBClientID, KeysURL: access.ALBKeysURL, SignOutURL: access.ALBSignOutURL}
	}
	if d.Gate, err = auth.New(o); err != nil {
		return nil, err
	}
	for _, name := range idle(access) {
		log.Warn("a setting has no effect, since the login that it belongs to is not set up", "setting", name)
	}
	return d, nil
}

// rules are those of who may ask of the people who can log in.
func rules(a config.Access) auth.Rules {
	r := auth.Rules{Domains: a.AllowedDomains, Groups: a.AllowedGroups, GroupsClaim: a.GroupsClaim}
	if slices.Contains(r.Domains, "*") {
		r.Domains = slices.DeleteFunc(slices.Clone(r.Domains), func(d string) bool { return d == "*" })
		r.Everybody = true
	}
	return r
}

// idle names what is set and has no effect.
func idle(a config.Access) []string {
	var names []string
	name := func(set bool, name string) {
		if set {
			names = append(names, name)
		}
	}
	if a.OIDCIssuer == "" {
		name(a.OIDCClientID != "", "oidc-client-id")
		name(a.OIDCClientSecret != "", "oidc-client-secret")
		name(len(a.OIDCScopes) > 0, "oidc-scopes")
		name(a.SessionKeys != "", "session-key")
	}
	if a.ALBARN == "" {
		name(a.ALBIssuer != "", "alb-issuer")
		name(a.ALBClientID != "", "alb-client-id")
		name(a.ALBKeysURL != "", "alb-keys-url")
		name(a.ALBSignOutURL != "", "alb-sign-out-url")
	}
	if a.OIDCIssuer == "" && a.ALBARN == "" {
		name(len(a.AllowedDomains) > 0, "allowed-domains")
		name(len(a.AllowedGroups) > 0, "allowed-groups")
	}
	return names
}

// logsIn reports whether people log in here, and so can sign out.
func (d *door) logsIn() bool {
	return d.settings.Access.OIDCIssuer != "" || d.settings.Access.ALBARN != ""
}

// https reports whether people reach the service by TLS.
func (d *door) https() bool { return strings.HasPrefix(d.settings.PublicURL, "https:") }

// denyPage tells a person why they are not let in, and the way on.
func (d *door) denyPage(w http.ResponseWriter, r *http.Request, status int, kind string, detail words.Text) {
	refusal := web.Refusal{Status: status, Kind: kind, Detail: detail}
	switch kind {
	case auth.NotLoggedIn, auth.LoginFailed, auth.LoginUnavailable, auth.SignedOut:
		refusal.LogIn = d.LoginPath(r)
	case auth.NotAllowedIn:
		refusal.SignOut = d.logsIn()
	}
	d.refusePage(w, r, refusal)
}

// deny answers what is too much, in the form that was asked for.
func (d *door) deny(w http.ResponseWriter, r *http.Request, status int, kind string, detail words.Text) {
	if strings.Contains(r.Header.Get("Accept"), "text/html") {
		d.denyPage(w, r, status, kind, detail)
		return
	}
	api.Problem(w, r, status, kind, detail)
}

// visitor is who reads a page.
func visitor(ctx context.Context) web.Visitor {
	who, ok := auth.From(ctx)
	if !ok || who.Kind != auth.KindOIDC && who.Kind != auth.KindALB {
		return web.Visitor{}
	}
	return web.Visitor{Name: who.String()}
}

// asker is who asks the casebook. Who is on this machine has no name.
func asker(ctx context.Context) casebook.Asker {
	who, ok := auth.From(ctx)
	if !ok || who.Kind == auth.KindLocal {
		return casebook.Asker{}
	}
	return casebook.Asker{Key: string(who.Kind) + ":" + who.Subject, Name: cmp.Or(who.Email, who.Name, who.Subject)}
}

// mayIngest reports whether a request showed a token that may send events. Being on
// this machine is not enough for that.
func mayIngest(ctx context.Context) bool {
	who, ok := auth.From(ctx)
	return ok && who.Kind == auth.KindToken && who.May(auth.Ingest)
}

// limits are how much one client, and all of them, may ask.
type limits struct {
	atOnce func(http.Handler) http.Handler // all of them
	often  func(http.Handler) http.Handler // how often one
	much   func(http.Handler) http.Handler // how much one at once
	// proofs are how often one may show a wrong proof. They stand before routes
	// whose senders have a proof of their own.
	proofs func(http.Handler) http.Handler
}

const (
	// clients is how many clients are remembered.
	clients = 10_000
	// share is the part of what may run at once that one client may have, and
	// leastShare what it may have in any case: a page with its stream takes two.
	share, leastShare = 8, 8
	// wrongProofs is how many wrong proofs a client may show at once, and one in a
	// second for long.
	wrongProofs = 20
)

// newLimits makes limits of their own for one group of addresses, so that who
// wears down one does not take the others from anybody.
func (d *door) newLimits() (limits, error) {
	pass := func(next http.Handler) http.Handler { return next }
	l := limits{atOnce: pass, often: pass, much: pass, proofs: pass}
	access := d.settings.Access
	if access.ConcurrencyLimit > 0 {
		l.atOnce = guard.AtOnce(access.ConcurrencyLimit, d.deny)
		l.much = d.ofOthers(guard.Share(max(access.ConcurrencyLimit/share, leastShare), d.client, d.deny))
	}
	if access.RateLimit == 0 {
		return l, nil
	}
	requests, err := d.newRate(float64(access.RateLimit), 10*access.RateLimit)
	if err != nil {
		return l, err
	}
	proofs, err := d.newRate(1, wrongProofs)
	if err != nil {
		return l, err
	}
	l.often, l.proofs = d.ofOthers(requests.Handler), proofs.Strikes
	return l, nil
}

func (d *door) newRate(perSecond float64, burst int) (*guard.Rate, error) {
	rate, err := guard.NewRate(guard.RateOptions{PerSecond: perSecond, Burst: burst, Clients: clients, Key: d.client, Deny: d.deny})
	if err != nil {
		return nil, fmt.Errorf("limit the requests: %w", err)
	}
	return rate, nil
}

// ofOthers spares this machine a limit, where the service is open to it.
func (d *door) ofOthers(limit func(http.Handler) http.Handler) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		limited := limit(next)
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if d.isThisMachine(r) {
				next.ServeHTTP(w, r)
				return
			}
			limited.ServeHTTP(w, r)
		})
	}
}

// client names who sends a request: whoever is known, else the address.
func (d *door) client(r *http.Request) string {
	if who, ok := auth.From(r.Context()); ok && who.Kind != auth.KindLocal {
		return string(who.Kind) + ":" + who.Subject
	}
	return "ip:" + guard.Client(guard.Address(r, d.settings.Access.TrustedProxies))
}

// isThisMachine tells requests of this machine to a service that is open: there
// is nobody to keep it from.
func (d *door) isThisMachine(r *http.Request) bool {
	who, ok := auth.From(r.Context())
	return ok && who.Kind == auth.KindLocal && guard.Address(r, d.settings.Access.TrustedProxies).IsLoopback()
}

// routes adds the addresses at which people log in and out.
func (d *door) routes(r chi.Router) error {
	l, err := d.newLimits()
	if err != nil {
		return err
	}
	r.Group(func(r chi.Router) {
		r.Use(l.atOnce, l.often, l.much)
		d.Gate.Routes(r)
	})
	return nil
}

// beforeSlack puts the limits before what Slack calls, whose proof is in the body.
func (d *door) beforeSlack(r chi.Router, routes func(chi.Router)) error {
	l, err := d.newLimits()
	if err != nil {
		return err
	}
	r.Group(func(r chi.Router) {
		r.Use(l.atOnce, l.often, l.much, l.proofs)
		routes(r)
	})
	return nil
}

// beforeEvents puts the limits before what events are sent to. Who shows the key
// may send as often as ECS has something to tell: as it may by the queue.
func (d *door) beforeEvents(r chi.Router, keyShown func(*http.Request) bool, routes func(chi.Router)) error {
	l, err := d.newLimits()
	if err != nil {
		return err
	}
	oftenWithoutKey := func(next http.Handler) http.Handler {
		limited := l.often(next)
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if keyShown(r) {
				next.ServeHTTP(w, r)
				return
			}
			limited.ServeHTTP(w, r)
		})
	}
	r.Group(func(r chi.Router) {
		r.Use(l.atOnce, d.Identify, oftenWithoutKey, l.much, l.proofs)
		routes(r)
	})
	return nil
}

// before puts the door before routes: only who may ask gets there.
func (d *door) before(r chi.Router, routes func(chi.Router)) error {
	l, err := d.newLimits()
	if err != nil {
		return err
	}
	r.Group(func(r chi.Router) {
		r.Use(l.atOnce, d.Identify, l.often, l.much, d.CrossOrigin, d.Require(auth.Read), d.nameClient)
		routes(r)
	})
	return nil
}
