package auth

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// claims are what a provider says of somebody, by their exact names: struct
// fields would also take "Email" for "email", which somebody may have chosen
// freely.
type claims map[string]json.RawMessage

// Bounds of what is taken over, in bytes; a session has to fit into a cookie.
const (
	maxSubject = 255 // by OpenID Connect Core, section 2
	maxEmail   = 254
	maxName    = 200
	maxKept    = 20 // groups
)

func parseClaims(payload []byte) (claims, error) {
	var c claims
	if err := json.Unmarshal(payload, &c); err != nil {
		return nil, fmt.Errorf("read the claims: %w", err)
	}
	return c, nil
}

func (c claims) text(name string) string {
	var s string
	if json.Unmarshal(c[name], &s) != nil {
		return ""
	}
	return s
}

// truth reads a boolean, which Cognito gives as a string.
func (c claims) truth(name string) bool {
	var b bool
	if json.Unmarshal(c[name], &b) == nil {
		return b
	}
	return c.text(name) == "true"
}

// texts reads a list, or one text: some providers do not make a list of one.
func (c claims) texts(name string) []string {
	var list []string
	if json.Unmarshal(c[name], &list) == nil {
		return list
	}
	if s := c.text(name); s != "" {
		return []string{s}
	}
	return nil
}

// identity takes from the claims what the rules and people need to know.
func (c claims) identity(issuer string, r Rules) (identity, error) {
	id := identity{Issuer: issuer, Subject: c.text("sub"), Verified: c.truth("email_verified"), Hosted: c.text("hd")}
	if id.Subject == "" || len(id.Subject) > maxSubject {
		return identity{}, errors.New("the claims have no sub, or one that is too long")
	}
	if email := c.text("email"); len(email) <= maxEmail && strings.IndexFunc(email, unfit) < 0 {
		id.Email = email
	}
	if name := cmp.Or(c.text("name"), c.text("preferred_username")); len(name) <= maxName && strings.IndexFunc(name, unfit) < 0 {
		id.Name = name
	}
	for _, group := range c.texts(r.groupsClaim()) {
		if len(id.Groups) < maxKept && slices.Contains(r.Groups, group) && !slices.Contains(id.Groups, group) {
			id.Groups = append(id.Groups, group)
		}
	}
	return id, nil
}

func (r Rules) groupsClaim() string { return cmp.Or(r.GroupsClaim, "groups") }

// unfit tells characters that would make a line of a log or a page lie.
func unfit(r rune) bool { return !unicode.IsPrint(r) }
