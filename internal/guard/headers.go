package guard

import "net/http"

// hsts tells browsers to come by TLS only, for a year. It says nothing of the
// names below this one, which may be somebody else's.
const hsts = "max-age=31536000"

// Headers sets what every answer says to browsers, unless its handler says
// otherwise: it is not to be framed, sniffed at, embedded elsewhere, kept or told
// of in referrers, and may load and run nothing. Pages that load something have a
// policy of their own. With tls, people reach the service by https.
//
// The referrer policy is same-origin as that of the pages, for the reason that
// stands there.
func Headers(tls bool) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			h := w.Header()
			if tls {
				h.Set("Strict-Transport-Security", hsts)
			}
			h.Set("Content-Security-Policy", "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
			h.Set("X-Frame-Options", "DENY") // for browsers that do not know frame-ancestors
			h.Set("X-Content-Type-Options", "nosniff")
			h.Set("Referrer-Policy", "same-origin")
			h.Set("Permissions-Policy", "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()")
			h.Set("Cross-Origin-Opener-Policy", "same-origin")
			h.Set("Cross-Origin-Resource-Policy", "same-origin")
			h.Set("Cache-Control", "no-store")
			next.ServeHTTP(w, r)
		})
	}
}
