// Package auth decides who has access: users who sign in with OpenID Connect or at
// an Application Load Balancer, and programs with an API token. Start with Gate; the
// methods can be combined, and without any the service listens on loopback only.
//
// # Guarantees and limits
//
// A session is a sealed cookie and stored nowhere else, so that several instances
// share it without a database. The cost is that a session can't be revoked: signing
// out removes the cookie from that browser, but a copy stays valid until two hours
// without use or twelve hours in total, even after the provider disabled the user.
// Narrower rules apply immediately, since each request is checked against them. A
// new session key without the old one ends all sessions.
//
// The load balancer's header is valid until it expires, for about two minutes. The
// target group must be reachable from the load balancer only, so that no one else
// sees the header.
//
// An API token is valid until its line is removed from the setting and the service
// restarts.
package auth
