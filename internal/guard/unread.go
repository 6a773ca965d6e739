package guard

import (
	"net/http"
	"time"
)

// Unread bounds how long the rest of a body is read on that no handler wanted.
// net/http reads up to 256 KiB of it behind an answer, for as long as the server
// lets any body take: whoever is refused could hold a connection and its buffers
// that long.
func Unread(within time.Duration) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			next.ServeHTTP(w, r)
			if r.ContentLength != 0 {
				// An error means that there is no connection, as in tests. The server sets
				// the next request's own deadline.
				_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(within))
			}
		})
	}
}
