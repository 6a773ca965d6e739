package config

import (
	"errors"
	"flag"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// Access says who may ask, and how much. What belongs together in it is checked
// by whoever makes the ways in of it.
type Access struct {
	// OIDCIssuer is the OpenID Connect provider at which people log in; "" for
	// none. The client's id and secret are those under which it knows this
	// service, and OIDCScopes are asked for beside openid, profile and email.
	OIDCIssuer, OIDCClientID string
	OIDCClientSecret         Secret
	OIDCScopes               []string
	// SessionKeys seal the sessions of these logins: one or several with commas
	// between them, the newest first.
	SessionKeys Secret

	// ALBARN is the load balancer that logs people in; "" for none. ALBIssuer
	// and ALBClientID are what it logs them in with, "" where that is not
	// checked. ALBKeysURL is where its public keys are, "" where AWS has them.
	// ALBSignOutURL is where people are led to who sign out, "" for nowhere.
	ALBARN, ALBIssuer, ALBClientID, ALBKeysURL, ALBSignOutURL string

	// AllowedDomains and AllowedGroups are those of the people who may ask; the
	// one domain * lets in all who can log in. GroupsClaim is where groups stand.
	AllowedDomains, AllowedGroups []string
	GroupsClaim                   string

	// APITokens are lines of NAME:SCOPE:HASH.
	APITokens Secret
	// MetricsOnLoopback lets programs on this machine read the metrics.
	MetricsOnLoopback bool

	// TrustedProxies is how many proxies of ours stand in front, one behind the
	// other.
	TrustedProxies int
	// RateLimit is how many requests a client may send in a second, and
	// ConcurrencyLimit how many run at once; 0 for as many as come.
	RateLimit, ConcurrencyLimit int
}

// The defaults of the limits: more than people and programs need that mean well,
// such as one that asks for every task of a large deployment.
const (
	defaultRate        = 50
	defaultConcurrency = 1024
)

func (a *Access) flags(fs *flag.FlagSet) {
	*a = Access{GroupsClaim: "groups", RateLimit: defaultRate, ConcurrencyLimit: defaultConcurrency}
	fs.StringVar(&a.OIDCIssuer, "oidc-issuer", "", "`URL` of the OpenID Connect provider for sign-in, such as https://login.example.com; the redirect URI is public-url plus /auth/callback")
	fs.StringVar(&a.OIDCClientID, "oidc-client-id", "", "client `ID` of this service at the provider")
	secretVar(fs, &a.OIDCClientSecret, "oidc-client-secret", "client `secret` of this service at the provider")
	fs.Var(&listValue{&a.OIDCScopes, scopeOK, "want comma-separated scopes"}, "oidc-scopes", "comma-separated `scopes` to request besides openid, profile, and email, such as groups")
	secretVar(fs, &a.SessionKeys, "session-key", "`key` that seals sign-ins, 32 characters or more, the same for all instances; comma-separated for rotation, newest first (default: random per process)")
	fs.StringVar(&a.ALBARN, "alb-arn", "", "`ARN` of the Application Load Balancer that authenticates users, whose signed header is accepted")
	fs.StringVar(&a.ALBIssuer, "alb-issuer", "", "`URL` of the load balancer's provider, to be verified (default: any)")
	fs.StringVar(&a.ALBClientID, "alb-client-id", "", "client `ID` of the load balancer at the provider, to be verified (default: any)")
	fs.StringVar(&a.ALBKeysURL, "alb-keys-url", "", "`URL` of the load balancer's public keys (default: the one of AWS for its Region)")
	fs.StringVar(&a.ALBSignOutURL, "alb-sign-out-url", "", "sign-out `URL` at the provider")
	fs.Var(&listValue{&a.AllowedDomains, domainOK, "want comma-separated domains such as example.com, or * for everyone who can sign in"}, "allowed-domains", "comma-separated e-mail `domains` of users with access, or * for everyone who can sign in")
	fs.Var(&listValue{&a.AllowedGroups, groupOK, "want comma-separated groups"}, "allowed-groups", "comma-separated `groups` of users with access; with allowed-domains, users need both")
	fs.StringVar(&a.GroupsClaim, "groups-claim", a.GroupsClaim, "`name` of the claim that lists a user's groups")
	secretVar(fs, &a.APITokens, "api-tokens", "`lines` NAME:SCOPE:HASH of the API tokens, as -new-token prints them")
	fs.BoolVar(&a.MetricsOnLoopback, "metrics-on-loopback", false, "let programs on this machine read /metrics without a token")
	fs.Var(&numberValue{&a.TrustedProxies, 16}, "trusted-proxies", "`number` of your own proxies in front, for the client address in X-Forwarded-For")
	fs.Var(&numberValue{&a.RateLimit, 1_000_000}, "rate-limit", "`number` of requests per second per client, burst ×10; 0 = unlimited; not applied on loopback")
	fs.Var(&numberValue{&a.ConcurrencyLimit, 1_000_000}, "concurrency-limit", "`number` of concurrent requests, an eighth of them for one client; 0 = unlimited")
}

var (
	// Source: https://www.rfc-editor.org/rfc/rfc6749#section-3.3
	scopeOK  = regexp.MustCompile(`^[!#-+\--\[\]-~]+$`)
	domainOK = regexp.MustCompile(`^(?:\*|[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?)$`)
	groupOK  = regexp.MustCompile(`^[^\x00-\x1f\x7f]{1,255}$`)
)

// numberValue is a number from 0 to the most that makes sense.
type numberValue struct {
	to   *int
	most int
}

func (v *numberValue) String() string {
	if v.to == nil { // package flag asks a zero value
		return "0"
	}
	return strconv.Itoa(*v.to)
}

func (v *numberValue) Set(s string) error {
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 || n > v.most {
		return fmt.Errorf("want a number from 0 to %d", v.most)
	}
	*v.to = n
	return nil
}

// Command is what a start does in place of serving. One of its fields may be set,
// and only by a flag: a variable would keep the service from ever starting.
type Command struct {
	// NewToken is NAME:SCOPE of a token to make up.
	NewToken string
	// Check asks a service with the same settings whether it answers.
	Check bool
}

func (c *Command) flags(fs *flag.FlagSet) {
	fs.StringVar(&c.NewToken, "new-token", "", "generate an API token for `NAME:SCOPE`, print it with its line for api-tokens, and exit; scopes: read, ingest, read+ingest")
	fs.BoolVar(&c.Check, "check", false, "check that the service with these settings answers, and exit with 0 or 1")
}

// isCommand tells flags that no variable sets.
func isCommand(flagName string) bool { return flagName == "new-token" || flagName == "check" }

// check finds commands that exclude each other.
func (c Command) check() error {
	if c.Check && c.NewToken != "" {
		return errors.New("-check and -new-token do not go together (-h prints all settings)")
	}
	return nil
}

// SessionKeyList are the session keys, the newest first.
func (a Access) SessionKeyList() []string {
	var keys []string
	for key := range strings.SplitSeq(a.SessionKeys.Reveal(), ",") {
		if key = strings.TrimSpace(key); key != "" {
			keys = append(keys, key)
		}
	}
	return keys
}
