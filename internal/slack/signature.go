package slack

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Slack signs each request with a secret that it shares with the app.
// Source: https://docs.slack.dev/authentication/verifying-requests-from-slack
const (
	signatureHeader = "X-Slack-Signature"
	timestampHeader = "X-Slack-Request-Timestamp"
	// signatureWindow is how far the time of a request may be from ours.
	signatureWindow = 5 * time.Minute
)

var (
	errUnsigned     = errors.New("the request lacks a signature or its time, or has several")
	errBadTime      = errors.New("the time of the request cannot be read")
	errStale        = errors.New("the time of the request is more than five minutes from ours")
	errBadSignature = errors.New("the signature does not belong to the request")
)

// proof is what a request's headers show for its being Slack's.
type proof struct {
	stamp string
	mac   []byte
}

// readProof reads the headers of a request, or says why they can't be Slack's, or
// came too late. slack-go's own check would do, were it not for the clock, which
// it does not let anybody set, and for the body, which it wants first.
func readProof(h http.Header, now time.Time) (proof, error) {
	signatures, timestamps := h.Values(signatureHeader), h.Values(timestampHeader)
	if len(signatures) != 1 || len(timestamps) != 1 {
		return proof{}, errUnsigned
	}
	seconds, err := strconv.ParseInt(timestamps[0], 10, 64)
	if err != nil {
		return proof{}, errBadTime
	}
	if now.Sub(time.Unix(seconds, 0)).Abs() > signatureWindow {
		return proof{}, errStale
	}
	digits, ok := strings.CutPrefix(signatures[0], "v0=")
	mac, err := hex.DecodeString(digits)
	if err != nil || !ok || len(mac) != sha256.Size {
		return proof{}, errBadSignature
	}
	return proof{timestamps[0], mac}, nil
}

// holds tells why a body is not the one that was signed.
func (p proof) holds(secret string, body []byte) error {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte("v0:" + p.stamp + ":"))
	mac.Write(body)
	if secret == "" || !hmac.Equal(p.mac, mac.Sum(nil)) {
		return errBadSignature
	}
	return nil
}
