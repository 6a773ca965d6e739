package auth

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"whystopped/internal/words"
)

// Options say who is let in. Page, Problem and Log are needed.
type Options struct {
	// Listen is the address that is served on, host:port.
	Listen string
	// PublicURL is where people reach the service, without a slash at its end.
	// A login at a provider needs it, with https unless it is this machine.
	PublicURL string
	// Open lets everybody ask wherever the service listens: for the demo, whose
	// tasks are made up.
	Open bool

	// OIDC is the provider that people log in at; nil for none.
	OIDC *OIDC
	// ALB is the load balancer that logs people in; nil for none.
	ALB *ALB
	// Tokens let programs in.
	Tokens []Token
	// Allow says which of the people who logged in may ask.
	Allow Rules

	// SessionKeys seal the sessions of OIDC logins. The first seals, all open:
	// a new key goes in front, and the old one goes when its sessions have
	// ended, after twelve hours. Each has 32 characters or more, which no person
	// chose. Without one a key is made up, which no other instance knows and
	// which a restart forgets.
	SessionKeys []string
	// MetricsOnLoopback lets programs on this machine read the metrics without
	// a token.
	MetricsOnLoopback bool

	// Page and Problem tell why a request is refused: a person, and a program.
	Page, Problem Deny
	Log           *slog.Logger
	// Now is the clock; time.Now by default.
	Now func() time.Time
	// Client asks the provider and AWS for keys; one with a limit of ten seconds
	// by default.
	Client *http.Client
}

// Deny answers a request that is refused. The kind is stable, one of those
// below; the detail is a sentence for people without anything secret. Headers
// that belong to the refusal are set already.
type Deny func(w http.ResponseWriter, r *http.Request, status int, kind string, detail words.Text)

// The kinds of refusal.
const (
	NotLoggedIn      = "not-logged-in"     // 401: nobody is known, or what was shown does not count
	NotAllowedIn     = "not-allowed-in"    // 403: somebody is known, and may not
	LoginFailed      = "login-failed"      // 400: a login could not be finished
	LoginUnavailable = "login-unavailable" // 503: the provider or AWS's keys cannot be reached
	CrossOrigin      = "cross-origin"      // 403: a page of another site sent it
	WrongHost        = "wrong-host"        // 421: the request names a host that is not this service
	SignedOut        = "signed-out"        // 200: no refusal: somebody signed out
)

// RequireWayIn tells in one line what to do where a service would be open to
// others than this machine. It is nil where a way in is set up, and on loopback.
func RequireWayIn(listen string, o Options) error {
	if o.Open || o.hasWayIn() || isLoopback(listen) {
		return nil
	}
	return fmt.Errorf("listening on %s would let everybody in who reaches it: set up a login (oidc-issuer), the load balancer's (alb-arn) or API tokens (api-tokens), or listen on 127.0.0.1", listen)
}

func (o Options) hasWayIn() bool { return o.OIDC != nil || o.ALB != nil || len(o.Tokens) > 0 }

// isLoopback reports whether only this machine reaches an address, host:port. A
// name other than localhost is not looked up: it may mean something else
// tomorrow.
func isLoopback(listen string) bool {
	host, _, err := net.SplitHostPort(listen)
	if err != nil {
		return false
	}
	return isLoopbackHost(host)
}

func isLoopbackHost(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback()
}

// check finds what cannot be in the settings, before anything is made of them.
func (o Options) check() error {
	if o.Page == nil || o.Problem == nil || o.Log == nil {
		return errors.New("auth: Page, Problem and Log are needed")
	}
	if err := RequireWayIn(o.Listen, o); err != nil {
		return err
	}
	if o.OIDC != nil || o.ALB != nil {
		if err := o.Allow.check(); err != nil {
			return err
		}
	}
	if o.OIDC == nil {
		return nil
	}
	if err := baseURL(o.PublicURL); err != nil {
		return fmt.Errorf("a login at a provider needs public-url, to which it leads back: %w", err)
	}
	if err := baseURL(o.OIDC.Issuer); err != nil {
		return fmt.Errorf("oidc-issuer: %w", err)
	}
	if o.OIDC.ClientID == "" {
		return errors.New("oidc-issuer needs oidc-client-id, under which the provider knows this service")
	}
	return nil
}

// baseURL asks for a secureURL below which something lies.
func baseURL(s string) error {
	if strings.ContainsAny(s, "?#") {
		return errors.New("want an address without ? and #")
	}
	return secureURL(s)
}

// secureURL asks for https, or for http on this machine.
func secureURL(s string) error {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.User != nil {
		return errors.New("want https:// and a host")
	}
	if u.Scheme == "https" || u.Scheme == "http" && isLoopbackHost(u.Hostname()) {
		return nil
	}
	return errors.New("want https:// (http:// only for this machine)")
}
