package guard

import (
	"net/http"

	"whystopped/internal/words"
)

// AtOnce lets so many requests run at a time and refuses the others with 503, so
// that those that run come to their end. A stream counts as long as it is open.
func AtOnce(most int, deny Deny) func(http.Handler) http.Handler {
	places := make(chan struct{}, most)
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			select {
			case places <- struct{}{}:
				defer func() { <-places }()
				next.ServeHTTP(w, r)
			default:
				w.Header().Set("Retry-After", "2")
				deny(w, r, http.StatusServiceUnavailable, TooBusy, words.Say("problem.too-busy", nil))
			}
		})
	}
}
