// Package guard protects a public service: security headers, and rate and concurrency
// limits per client and in total. Start with Rate and Turns.
//
// What bounds a single request is elsewhere: the HTTP server limits headers and
// times, each entry point its bodies.
package guard

import (
	"net/http"

	"whystopped/internal/words"
)

// Deny answers a request that is refused. The kind is stable, one of those
// below; the detail is a sentence for people. Headers that belong to the refusal
// are set already.
type Deny func(w http.ResponseWriter, r *http.Request, status int, kind string, detail words.Text)

// The kinds of refusal.
const (
	TooManyRequests = "too-many-requests" // 429: this client asks too often, or too much at once
	TooBusy         = "too-busy"          // 503: too many ask at once
)
