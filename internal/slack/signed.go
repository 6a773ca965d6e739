package slack

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"os"
	"time"
)

// refusal is an answer other than 200.
type refusal struct {
	status int
	reason string // for the log
}

func (r *refusal) Error() string { return r.reason }

var errTooLarge = &refusal{http.StatusRequestEntityTooLarge, "the body is too large"}

// signedHandler answers a request whose signature was found good.
type signedHandler func(w http.ResponseWriter, r *http.Request, body []byte) error

// signed lets only Slack's own requests through. It is the one place where an
// error becomes an answer; that tells a stranger nothing but the status.
func (b *Bot) signed(h signedHandler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := b.readSigned(w, r)
		if err != nil {
			b.refuse(w, r, err, b.mayLog)
			return
		}
		if err := h(w, r, body); err != nil {
			b.refuse(w, r, err, func() bool { return true })
		}
	}
}

func (b *Bot) refuse(w http.ResponseWriter, r *http.Request, why error, mayLog func() bool) {
	status := http.StatusInternalServerError
	if refused, ok := errors.AsType[*refusal](why); ok {
		status = refused.status
	}
	if mayLog() {
		b.opts.Log.WarnContext(r.Context(), "rejected a request to the Slack endpoint",
			"path", r.URL.Path, "status", status, "reason", why, "unlogged", b.unlogged.Swap(0))
	}
	http.Error(w, http.StatusText(status), status)
}

// mayLog reports whether one more request without a proof is written down.
func (b *Bot) mayLog() bool {
	if b.refusals.AllowN(b.opts.Clock.Now(), 1) {
		return true
	}
	b.unlogged.Add(1)
	return false
}

// readSigned reads the body of a request of Slack's. What the head tells is
// checked first: a stranger's body is not read.
func (b *Bot) readSigned(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	shown, err := readProof(r.Header, b.opts.Clock.Now())
	if err != nil {
		return nil, &refusal{http.StatusUnauthorized, err.Error()}
	}
	if r.ContentLength > maxBody {
		return nil, errTooLarge
	}
	// An error means that there is no connection, as in tests.
	ctl := http.NewResponseController(w)
	_ = ctl.SetReadDeadline(time.Now().Add(bodyTime))
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		return nil, brokenBody(err)
	}
	_ = ctl.SetReadDeadline(time.Time{}) // net/http takes one that passes later for a client that left
	if err := shown.holds(b.opts.SigningSecret, body); err != nil {
		return nil, &refusal{http.StatusUnauthorized, err.Error()}
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	return body, nil
}

func brokenBody(err error) *refusal {
	switch _, tooLarge := errors.AsType[*http.MaxBytesError](err); {
	case tooLarge:
		return errTooLarge
	case errors.Is(err, os.ErrDeadlineExceeded):
		return &refusal{http.StatusRequestTimeout, "the body took too long"}
	}
	return &refusal{http.StatusBadRequest, "the body broke off"}
}
