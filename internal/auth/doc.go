// Package auth lets in who may ask. There are three ways in, which can be set up
// together: a login at an OpenID Connect provider, the header that an
// Application Load Balancer signs after it has logged somebody in, and API
// tokens. Without any the service is open, and then only on a loopback address.
//
// # What it holds against, and what not
//
// A session is a cookie that is sealed with a key of ours and kept nowhere else,
// so that several instances share it without a database. The price is that one
// session cannot be called back: signing out takes the cookie from the browser
// that signs out, but a copy of it is good until it was not used for two hours
// or is twelve hours old, and who was shut out at the provider stays in for as
// long. Narrower rules hold at once for everybody, since each request is
// measured by them. A new session key without the old one beside it ends all
// sessions.
//
// The load balancer's header is good for whoever has it until it expires, which
// is about two minutes. The target group must be reachable from the load
// balancer alone; then nobody else sees the header.
//
// An API token is good until its line is taken out of the setting and the
// service restarted.
package auth
