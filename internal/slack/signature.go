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

// checkSignature tells why a request does not come from Slack, or came too
// late. slack-go's own check would do, were it not for the clock, which it does
// not let anybody set.
func checkSignature(secret string, h http.Header, body []byte, now time.Time) error {
	signatures, timestamps := h.Values(signatureHeader), h.Values(timestampHeader)
	if len(signatures) != 1 || len(timestamps) != 1 || secret == "" {
		return errUnsigned
	}
	seconds, err := strconv.ParseInt(timestamps[0], 10, 64)
	if err != nil {
		return errBadTime
	}
	if now.Sub(time.Unix(seconds, 0)).Abs() > signatureWindow {
		return errStale
	}
	digits, ok := strings.CutPrefix(signatures[0], "v0=")
	given, err := hex.DecodeString(digits)
	if err != nil || !ok {
		return errBadSignature
	}
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte("v0:" + timestamps[0] + ":"))
	mac.Write(body)
	if !hmac.Equal(given, mac.Sum(nil)) {
		return errBadSignature
	}
	return nil
}
