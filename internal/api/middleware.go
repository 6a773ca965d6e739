package api

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"
	"time"

	"whystopped/internal/problem"
	"whystopped/internal/words"
)

// acceptJSON lets bodies pass whose type is JSON, or says nothing against it:
// none at all, text, or the form that curl -d claims by default. Forms of other
// sites could misuse that; whoever serves these routes has to refuse them.
func acceptJSON(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			claimed, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
			switch {
			case r.Header.Get("Content-Type") == "",
				err == nil && (claimed == "application/json" || claimed == "text/plain" || claimed == "application/x-www-form-urlencoded"),
				err == nil && strings.HasPrefix(claimed, "application/") && strings.HasSuffix(claimed, "+json"):
				r.Header.Set("Content-Type", "application/json")
			default:
				write(w, details(problem.MediaType, words.Say("problem.unsupported-media-type", nil).English, nil))
				return
			}
			r.Body = &drained{r.Body, http.NewResponseController(w)}
		}
		next.ServeHTTP(w, r)
	})
}

// drained is a body that is read on for a while when it is closed early, as one
// that is too large is. Most clients first send and then read: without this
// they would see a broken connection instead of our answer.
//
// The time for reading it ends with it: net/http goes on reading behind a body, to
// hear that the client leaves, and takes a deadline that passes for that.
type drained struct {
	io.ReadCloser
	ctl *http.ResponseController
}

// drainedBytes is how much is read on; a client that sends more gets the broken
// connection.
const drainedBytes = 16 << 20

// Close reads on and closes the body.
func (d *drained) Close() error {
	_, end := io.CopyN(io.Discard, d.ReadCloser, drainedBytes) // an error ends it, which is all that is wanted
	err := d.ReadCloser.Close()
	if errors.Is(end, io.EOF) { // else more of it may come, which must not be waited for
		_ = d.ctl.SetReadDeadline(time.Time{}) // an error means that there is no connection, as in tests
	}
	return err
}

func headers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		setHeaders(w.Header())
		next.ServeHTTP(w, r)
	})
}

// setHeaders keeps answers, which are about somebody's account, out of caches,
// and browsers from taking them for anything but what they are.
func setHeaders(h http.Header) {
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Vary", "Accept")
}
