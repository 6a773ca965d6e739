// Package guard keeps a service that others reach from being worn down or
// misused by way of browsers: headers, and limits by client and in all.
//
// What bounds a single request stands elsewhere: http.Server the size of its
// headers and the time for sending it and for taking the answer, the ways in the
// size of its body.
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
