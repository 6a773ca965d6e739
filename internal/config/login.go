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
	fs.StringVar(&a.OIDCIssuer, "oidc-issuer", "", "`URL` of the OpenID Connect provider at which people log in; by default nobody has to, which is for loopback alone")
	fs.StringVar(&a.OIDCClientID, "oidc-client-id", "", "`id` under which the provider knows this service")
	secretVar(fs, &a.OIDCClientSecret, "oidc-client-secret", "`secret` under which the provider knows this service")
	fs.Var(&listValue{&a.OIDCScopes, scopeOK, "want names of scopes, with commas between them"}, "oidc-scopes", "`names` of scopes to ask for beside openid, profile and email, with commas between them, such as groups")
	secretVar(fs, &a.SessionKeys, "session-key", "`key` of 32 characters or more that seals logins, the same for all instances, or several with commas between them, the newest first; by default one that ends with the process")
	fs.StringVar(&a.ALBARN, "alb-arn", "", "`ARN` of the Application Load Balancer that logs people in, and whose signed header is taken")
	fs.StringVar(&a.ALBIssuer, "alb-issuer", "", "`URL` of the provider that the load balancer uses, to be checked; by default any")
	fs.StringVar(&a.ALBClientID, "alb-client-id", "", "`id` under which the provider knows the load balancer, to be checked; by default any")
	fs.StringVar(&a.ALBKeysURL, "alb-keys-url", "", "`URL` of the load balancer's public keys; by default AWS's for its Region")
	fs.StringVar(&a.ALBSignOutURL, "alb-sign-out-url", "", "`URL` at the provider to which people are led who sign out; by default nowhere")
	fs.Var(&listValue{&a.AllowedDomains, domainOK, "want domains such as example.com, with commas between them, or * for everybody who can log in"}, "allowed-domains", "`domains` of the e-mail addresses of those who may ask, with commas between them, or * for everybody who can log in")
	fs.Var(&listValue{&a.AllowedGroups, groupOK, "want names of groups, with commas between them"}, "allowed-groups", "`names` of the groups whose members may ask, with commas between them")
	fs.StringVar(&a.GroupsClaim, "groups-claim", a.GroupsClaim, "`name` of the claim that lists somebody's groups")
	secretVar(fs, &a.APITokens, "api-tokens", "`lines` NAME:SCOPE:HASH of the tokens that let programs in, as -new-token prints them")
	fs.BoolVar(&a.MetricsOnLoopback, "metrics-on-loopback", false, "let programs on this machine read /metrics without a token")
	fs.Var(&numberValue{&a.TrustedProxies, 16}, "trusted-proxies", "`number` of proxies of yours in front, whose X-Forwarded-For tells a client's address")
	fs.Var(&numberValue{&a.RateLimit, 1_000_000}, "rate-limit", "`number` of requests in a second that a client may send for long, and ten times as many at once; 0 for any. An open service does not limit this machine")
	fs.Var(&numberValue{&a.ConcurrencyLimit, 1_000_000}, "concurrency-limit", "`number` of requests that run at once, an eighth of them of one client; 0 for any")
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
	fs.StringVar(&c.NewToken, "new-token", "", "make up an API token for `NAME:SCOPE`, print it and its line for api-tokens, and end; the scope is read, ingest or read+ingest")
	fs.BoolVar(&c.Check, "check", false, "ask the service that runs with these settings whether it answers, and end with 0 or 1")
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
