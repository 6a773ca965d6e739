package auth

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

func TestWhoIsAllowed(t *testing.T) {
	domain, group := Rules{Domains: []string{"example.com", "Example.NET"}}, Rules{Groups: []string{"sre", "dev"}}
	both := Rules{Domains: domain.Domains, Groups: group.Groups}
	claim := func(pairs ...any) map[string]any {
		m := map[string]any{"sub": "u-1", "name": "Ana"}
		for i := 0; i < len(pairs); i += 2 {
			m[pairs[i].(string)] = pairs[i+1]
		}
		return m
	}
	const domainLacks, groupLacks = "domains: example.com and Example.NET", "groups: sre and dev"
	tests := []struct {
		name   string
		rules  Rules
		claims map[string]any
		issuer string
		lacks  string
	}{
		{name: "the domain", rules: domain, claims: claim("email", "ana@example.com", "email_verified", true)},
		{name: "in capitals", rules: domain, claims: claim("email", "Ana@EXAMPLE.COM", "email_verified", true)},
		{name: "verified as Cognito says it", rules: domain, claims: claim("email", "ana@example.net", "email_verified", "true")},
		{name: "not verified", rules: domain, claims: claim("email", "ana@example.com", "email_verified", false), lacks: "email_verified"},
		{name: "not said to be verified", rules: domain, claims: claim("email", "ana@example.com"), lacks: "email_verified"},
		{name: "verified in other words", rules: domain, claims: claim("email", "ana@example.com", "email_verified", "yes"), lacks: "email_verified"},
		{name: "verified by a number", rules: domain, claims: claim("email", "ana@example.com", "email_verified", 1), lacks: "email_verified"},
		{name: "another domain", rules: domain, claims: claim("email", "ana@example.org", "email_verified", true), lacks: domainLacks},
		{name: "below the domain", rules: domain, claims: claim("email", "ana@sub.example.com", "email_verified", true), lacks: domainLacks},
		{name: "a domain that ends alike", rules: domain, claims: claim("email", "ana@notexample.com", "email_verified", true), lacks: domainLacks},
		{name: "the domain as a name", rules: domain, claims: claim("email", "example.com@example.org", "email_verified", true), lacks: domainLacks},
		{name: "two at signs", rules: domain, claims: claim("email", "ana@example.com@example.org", "email_verified", true), lacks: domainLacks},
		{name: "no name", rules: domain, claims: claim("email", "@example.com", "email_verified", true), lacks: domainLacks},
		{name: "a line break", rules: domain, claims: claim("email", "ana@example.org\n@example.com", "email_verified", true), lacks: domainLacks},
		{name: "a claim whose name is alike", rules: domain, claims: claim("Email", "ana@example.com", "Email_Verified", true), lacks: domainLacks},
		{name: "no address", rules: domain, claims: claim(), lacks: domainLacks},
		{name: "a list of addresses", rules: domain, claims: claim("email", []string{"ana@example.com"}, "email_verified", true), lacks: domainLacks},
		{name: "a group", rules: group, claims: claim("groups", []string{"all", "dev"})},
		{name: "one group without a list", rules: group, claims: claim("groups", "sre")},
		{name: "no such group", rules: group, claims: claim("groups", []string{"all", "SRE", "sre "}), lacks: groupLacks},
		{name: "no groups", rules: group, claims: claim(), lacks: groupLacks},
		{name: "groups in another claim", rules: Rules{Groups: group.Groups, GroupsClaim: "cognito:groups"}, claims: claim("cognito:groups", []string{"sre"})},
		{name: "the usual claim where another is set", rules: Rules{Groups: group.Groups, GroupsClaim: "roles"}, claims: claim("groups", []string{"sre"}), lacks: groupLacks},
		{name: "both", rules: both, claims: claim("email", "ana@example.com", "email_verified", true, "groups", []string{"sre"})},
		{name: "the domain without the group", rules: both, claims: claim("email", "ana@example.com", "email_verified", true), lacks: groupLacks},
		{name: "the group without the domain", rules: both, claims: claim("groups", []string{"sre"}), lacks: domainLacks},
		{name: "everybody", rules: Rules{Everybody: true}, claims: claim()},
		{name: "Google's Workspace", rules: domain, claims: claim("email", "ana@example.com", "email_verified", true, "hd", "example.com"), issuer: issuerGoogle},
		{name: "a private account at Google", rules: domain, claims: claim("email", "ana@example.com", "email_verified", true), issuer: issuerGoogle, lacks: "(hd)"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			payload, err := json.Marshal(test.claims)
			if err != nil {
				t.Fatal(err)
			}
			c, err := parseClaims(payload)
			if err != nil {
				t.Fatal(err)
			}
			id, err := c.identity(test.issuer, test.rules)
			if err != nil {
				t.Fatal(err)
			}
			if got := test.rules.missing(id, id.who(KindOIDC)).English; (got == "") != (test.lacks == "") || !strings.Contains(got, test.lacks) {
				t.Errorf("missing: %q, want %q", got, test.lacks)
			}
		})
	}
}

func TestWhoIsNotAllowedIsToldWhy(t *testing.T) {
	s, p := newLoginService(t, nil)
	p.Person["email"] = "ana@example.org"
	b := newBrowser(t, s)
	answer := b.login(p, "/")
	const want = NotAllowedIn + ": You are signed in as ana@example.org. Access requires an email address in one of these domains: example.com."
	if answer.StatusCode != http.StatusForbidden || text(answer) != want || answer.Header.Get("X-Told") != "page" {
		t.Errorf("%d %s, want %s", answer.StatusCode, text(answer), want)
	}
	if len(b.cookies) != 0 {
		t.Errorf("cookies %v", b.cookies)
	}
	if !strings.Contains(s.log.String(), `"outcome":"not-allowed-in","by":"oidc","subject":"u-1","email":"ana@example.org"`) {
		t.Errorf("the audit log lacks it: %s", s.log)
	}
}

func TestClaimsThatOnlyTheUserInfoHas(t *testing.T) {
	s, p := newLoginService(t, func(o *Options, p *op) {
		o.Allow = Rules{Domains: []string{"example.com"}, Groups: []string{"sre"}}
		p.Person = map[string]any{"sub": "u-1"}
		p.Info = map[string]any{"sub": "u-1", "email": "ana@example.com", "email_verified": true, "groups": []string{"sre", "x"}}
	})
	b := newBrowser(t, s)
	b.login(p, "/")
	if got := text(b.get(publicURL + "/")); got != "true oidc ana@example.com [sre]" {
		t.Errorf("behind the gate: %q", got)
	}
}

// TestVerifiedIsSaidOfOneAddress: what the user info says of its address is not
// said of another one in the ID token.
func TestVerifiedIsSaidOfOneAddress(t *testing.T) {
	for address, want := range map[string]int{"ana@example.com": http.StatusSeeOther, "boss@example.com": http.StatusForbidden} {
		s, p := newLoginService(t, func(_ *Options, p *op) {
			p.Person = map[string]any{"sub": "u-1", "email": address}
			p.Info = map[string]any{"sub": "u-1", "email": "ana@example.com", "email_verified": true}
		})
		if answer := newBrowser(t, s).login(p, "/"); answer.StatusCode != want {
			t.Errorf("%s: %d %s", address, answer.StatusCode, text(answer))
		}
	}
}
