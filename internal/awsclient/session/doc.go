// Package session has the clients of every account and Region that is read, and
// the credentials that their calls are signed with: a session for each task,
// where a role is assumed. Start with Pool.
package session
