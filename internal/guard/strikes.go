package guard

import (
	"net/http"
	"time"
)

// Strikes answers 429 in place of 401 to a client that shows wrong proofs too
// often. A right proof always passes, so that nobody who shares an address with
// whoever guesses is shut out.
func (l *Rate) Strikes(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next.ServeHTTP(&striker{ResponseWriter: w, rate: l, r: r}, r)
	})
}

// striker is the answer to a request whose proof may turn out to be wrong.
type striker struct {
	http.ResponseWriter
	rate *Rate
	r    *http.Request
	// struck is set once another answer stands in place of the handler's.
	struck bool
}

// WriteHeader implements http.ResponseWriter.
func (s *striker) WriteHeader(status int) {
	var wait time.Duration
	if status == http.StatusUnauthorized {
		wait = s.rate.take(s.rate.opts.Key(s.r))
	}
	if wait <= 0 {
		s.ResponseWriter.WriteHeader(status)
		return
	}
	s.struck = true
	for _, ofTheOther := range []string{"Content-Type", "Content-Length", "WWW-Authenticate"} {
		s.Header().Del(ofTheOther)
	}
	s.rate.refuse(s.ResponseWriter, s.r, wait)
}

// Write implements io.Writer.
func (s *striker) Write(p []byte) (int, error) {
	if s.struck {
		return len(p), nil
	}
	return s.ResponseWriter.Write(p)
}

// Unwrap lets http.ResponseController reach the connection.
func (s *striker) Unwrap() http.ResponseWriter { return s.ResponseWriter }
