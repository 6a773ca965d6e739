package auth

import (
	"errors"
	"slices"
	"strings"

	"whystopped/internal/words"
)

// Rules say which of the people whom a provider knows may ask. Each rule that is
// set has to be met.
type Rules struct {
	// Domains are those of which somebody has an e-mail address that the
	// provider has verified, such as example.com; not those below them.
	Domains []string
	// Groups are those of which somebody is in one.
	Groups []string
	// GroupsClaim is the claim that lists somebody's groups; "groups" by
	// default.
	GroupsClaim string
	// Everybody lets in all whom the provider logs in. It goes with no other
	// rule, and belongs to a provider that knows your people only.
	Everybody bool
}

// check refuses rules that would let in whoever has an account at some provider
// without saying so.
func (r Rules) check() error {
	set := len(r.Domains)+len(r.Groups) > 0
	switch {
	case set && r.Everybody:
		return errors.New("allowed-domains * lets everybody in: leave out the other domains and groups")
	case !set && !r.Everybody:
		return errors.New("say who of those who log in may ask: allowed-domains, allowed-groups, or allowed-domains * for everybody that the provider knows")
	}
	return nil
}

// identity is what a provider says of a person.
type identity struct {
	Issuer   string   `json:"i,omitempty"`
	Subject  string   `json:"s"`
	Email    string   `json:"e,omitempty"`
	Verified bool     `json:"v,omitempty"` // the provider has seen that the address is theirs
	Hosted   string   `json:"h,omitempty"` // Google's Workspace domain
	Name     string   `json:"n,omitempty"`
	Groups   []string `json:"g,omitempty"` // of the allowed ones
}

func (id identity) who(kind Kind) Who {
	return Who{Kind: kind, Subject: id.Subject, Email: id.Email, Name: id.Name, Groups: id.Groups, Scopes: []Scope{Read}}
}

// issuerGoogle knows everybody, also under addresses of domains that are not
// theirs any more.
const issuerGoogle = "https://accounts.google.com"

// missing says what somebody needs to be let in; nothing if they are.
func (r Rules) missing(id identity, who Who) words.Text {
	lack := func(which string, args words.Args) words.Text {
		args["who"] = who.String()
		return say(NotAllowedIn, which, args)
	}
	if r.Everybody {
		return words.Text{}
	}
	if len(r.Domains) > 0 {
		if which := r.missingDomain(id); which != "" {
			return lack(which, words.Args{"domains": r.Domains})
		}
	}
	if len(r.Groups) > 0 && !slices.ContainsFunc(id.Groups, func(g string) bool { return slices.Contains(r.Groups, g) }) {
		return lack("group", words.Args{"groups": r.Groups})
	}
	return words.Text{}
}

// missingDomain returns which problem an address has, or "".
func (r Rules) missingDomain(id identity) string {
	at := strings.LastIndexByte(id.Email, '@')
	if at < 1 || !containsFold(r.Domains, id.Email[at+1:]) {
		return "domain"
	}
	if !id.Verified {
		return "proof"
	}
	// An account at Google can have an address of a company that has no say in
	// it; hd is there only where the company runs the account.
	// Source: https://developers.google.com/identity/openid-connect/openid-connect#id_token-hd
	if id.Issuer == issuerGoogle && !containsFold(r.Domains, id.Hosted) {
		return "hosted"
	}
	return ""
}

func containsFold(list []string, s string) bool {
	return slices.ContainsFunc(list, func(e string) bool { return strings.EqualFold(e, s) })
}
