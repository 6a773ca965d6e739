package auth

import (
	"cmp"
	"context"
	"slices"
)

// Kind is the way somebody came in.
type Kind string

// The ways in.
const (
	KindOIDC  Kind = "oidc"  // logged in at the OpenID Connect provider
	KindALB   Kind = "alb"   // logged in by the load balancer
	KindToken Kind = "token" // with an API token
	KindLocal Kind = "local" // on a service that is open
	KindSlack Kind = "slack" // by a request that Slack signed; the subject is the id of its user
)

// Scope is what somebody may do.
type Scope string

// The scopes. People who logged in may read.
const (
	// Read is asking, and reading what was answered.
	Read Scope = "read"
	// Ingest is sending events.
	Ingest Scope = "ingest"
)

// Who is somebody who asks.
type Who struct {
	Kind Kind
	// Subject is the provider's name for a person, which never changes; for a
	// token its name.
	Subject string
	// Email is "" where the provider does not tell it.
	Email string
	// Name is for people to read; "" where it is not known.
	Name string
	// Groups are those of the allowed groups that somebody is in.
	Groups []string
	// Scopes are what they may do.
	Scopes []Scope
}

// May reports whether somebody has a scope.
func (w Who) May(s Scope) bool { return slices.Contains(w.Scopes, s) }

// String names somebody to people.
func (w Who) String() string {
	switch w.Kind {
	case KindLocal:
		return "somebody on this machine"
	case KindToken:
		return "the token " + w.Subject
	}
	return cmp.Or(w.Email, w.Name, w.Subject)
}

type whoKey struct{}

// With returns a context in which From finds w.
func With(ctx context.Context, w Who) context.Context { return context.WithValue(ctx, whoKey{}, w) }

// From finds who asks. It is false where nobody was identified: on addresses
// that are open to all, and in work that nobody asked for.
func From(ctx context.Context) (Who, bool) {
	w, ok := ctx.Value(whoKey{}).(Who)
	return w, ok
}
