package auth

import (
	"bytes"
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// OIDC is an OpenID Connect provider at which people log in.
type OIDC struct {
	// Issuer is the provider's address; its description lies below it, at
	// /.well-known/openid-configuration.
	Issuer string
	// ClientID and ClientSecret are those under which the provider knows this
	// service. The secret may be "" for a client that has none: each login is
	// bound to its browser by PKCE anyway.
	ClientID, ClientSecret string
	// Scopes are asked for beside openid, profile and email, such as groups.
	Scopes []string
}

const (
	callbackPath  = "/auth/callback"
	loginPath     = "/auth/login"
	logoutPath    = "/auth/logout"
	signedOutPath = "/auth/signed-out"
)

// retryAfter is how long a provider that did not answer is left alone.
const retryAfter = 5 * time.Second

// errUnavailable is for a provider that does not answer.
var errUnavailable = errors.New("the login's provider does not answer")

// provider is the OpenID Connect provider. Its description is read when it is
// first needed, so that the service starts while the provider is down.
type provider struct {
	opts   OIDC
	allow  Rules
	public string
	client *http.Client
	now    func() time.Time

	mu     sync.Mutex
	found  *discovered
	failed error // of the last try
	next   time.Time
}

// discovered is what a provider says about itself.
type discovered struct {
	oidc     *oidc.Provider
	oauth    *oauth2.Config
	verifier *oidc.IDTokenVerifier
	// endSession is where somebody is signed out at the provider; "" where it
	// does not offer that.
	endSession string
	// namesItself is set where the provider's answers say whose they are.
	namesItself bool
}

// get returns the provider's description, or errUnavailable.
func (p *provider) get(ctx context.Context) (*discovered, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.found != nil {
		return p.found, nil
	}
	if p.now().Before(p.next) {
		return nil, p.failed
	}
	// Whoever comes meanwhile waits for this; one who leaves must not make it
	// fail for the others.
	found, err := p.discover(context.WithoutCancel(ctx))
	if err != nil {
		p.failed, p.next = fmt.Errorf("%w: %w", errUnavailable, err), p.now().Add(retryAfter)
		return nil, p.failed
	}
	p.found = found
	return found, nil
}

func (p *provider) discover(ctx context.Context) (*discovered, error) {
	op, err := oidc.NewProvider(oidc.ClientContext(ctx, p.client), p.opts.Issuer)
	if err != nil {
		return nil, fmt.Errorf("read the description of %s: %w", p.opts.Issuer, err)
	}
	var more struct {
		EndSession  string   `json:"end_session_endpoint"`
		NamesItself bool     `json:"authorization_response_iss_parameter_supported"`
		AuthMethods []string `json:"token_endpoint_auth_methods_supported"`
	}
	if err := op.Claims(&more); err != nil {
		return nil, fmt.Errorf("read the description of %s: %w", p.opts.Issuer, err)
	}
	if more.EndSession != "" && secureURL(more.EndSession) != nil {
		more.EndSession = ""
	}
	endpoint := op.Endpoint()
	endpoint.AuthStyle = oauth2.AuthStyleInHeader // the default of OpenID Connect Discovery, section 3
	if p.opts.ClientSecret == "" || len(more.AuthMethods) > 0 && !slices.Contains(more.AuthMethods, "client_secret_basic") {
		endpoint.AuthStyle = oauth2.AuthStyleInParams
	}
	return &discovered{
		oidc: op,
		oauth: &oauth2.Config{
			ClientID: p.opts.ClientID, ClientSecret: p.opts.ClientSecret, Endpoint: endpoint, RedirectURL: p.public + callbackPath,
			Scopes: slices.Concat([]string{oidc.ScopeOpenID, "profile", "email"}, p.opts.Scopes),
		},
		verifier:    op.Verifier(&oidc.Config{ClientID: p.opts.ClientID, Now: p.now}),
		endSession:  more.EndSession,
		namesItself: more.NamesItself,
	}, nil
}

// redeem turns the code of a login into who logged in.
func (p *provider) redeem(ctx context.Context, code string, l login) (identity, error) {
	found, err := p.get(ctx)
	if err != nil {
		return identity{}, err
	}
	ctx = oidc.ClientContext(ctx, p.client)
	token, err := found.oauth.Exchange(ctx, code, oauth2.VerifierOption(l.Verifier))
	if refused, ok := errors.AsType[*oauth2.RetrieveError](err); ok && refused.Response.StatusCode < http.StatusInternalServerError {
		return identity{}, fmt.Errorf("redeem the code: the provider denied it: %s %q", refused.Response.Status, refused.ErrorCode)
	} else if err != nil {
		return identity{}, fmt.Errorf("%w: redeem the code: %w", errUnavailable, err)
	}
	raw, ok := token.Extra("id_token").(string)
	if !ok {
		return identity{}, errors.New("the provider's answer has no ID token")
	}
	id, err := found.verifier.Verify(ctx, raw)
	if err != nil {
		return identity{}, fmt.Errorf("check the ID token: %w", err)
	}
	if err := checkToken(id, token.AccessToken, p.opts.ClientID, l.Nonce); err != nil {
		return identity{}, fmt.Errorf("check the ID token: %w", err)
	}
	c, err := p.claimsOf(ctx, found, id, token)
	if err != nil {
		return identity{}, err
	}
	return c.identity(p.opts.Issuer, p.allow)
}

// checkToken checks what the verifier leaves to us: OpenID Connect Core, section
// 3.1.3.7.
func checkToken(id *oidc.IDToken, accessToken, clientID, nonce string) error {
	if nonce == "" || subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(nonce)) != 1 {
		return errors.New("it belongs to another login (nonce)")
	}
	var more struct {
		Party string `json:"azp"`
	}
	if err := id.Claims(&more); err != nil {
		return err
	}
	if len(id.Audience) > 1 && more.Party == "" || more.Party != "" && more.Party != clientID {
		return errors.New("it was made for another client (azp)")
	}
	if id.AccessTokenHash != "" {
		return id.VerifyAccessToken(accessToken)
	}
	return nil
}

// claimsOf returns the claims of the ID token, with those that the rules need and
// that only the provider's user info has.
func (p *provider) claimsOf(ctx context.Context, found *discovered, id *oidc.IDToken, token *oauth2.Token) (claims, error) {
	var c claims
	if err := id.Claims(&c); err != nil {
		return nil, fmt.Errorf("read the claims: %w", err)
	}
	needed := []string{}
	if len(p.allow.Domains) > 0 {
		needed = append(needed, "email", "email_verified")
	}
	if len(p.allow.Groups) > 0 {
		needed = append(needed, p.allow.groupsClaim())
	}
	lacks := slices.ContainsFunc(needed, func(name string) bool { return c[name] == nil })
	if !lacks || found.oidc.UserInfoEndpoint() == "" {
		return c, nil
	}
	info, err := found.oidc.UserInfo(ctx, oauth2.StaticTokenSource(token))
	if err != nil {
		return nil, fmt.Errorf("%w: ask for the user info: %w", errUnavailable, err)
	}
	if info.Subject != id.Subject {
		return nil, errors.New("the user info is about somebody else")
	}
	var more map[string]json.RawMessage
	if err := info.Claims(&more); err != nil {
		return nil, fmt.Errorf("read the user info: %w", err)
	}
	if c["email"] == nil || bytes.Equal(c["email"], more["email"]) { // whether an address is verified is said of the one beside it
		c["email"], c["email_verified"] = more["email"], more["email_verified"]
	}
	for name, value := range more {
		if c[name] == nil && name != "email_verified" {
			c[name] = value
		}
	}
	return c, nil
}
