package slack

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"time"

	slackgo "github.com/slack-go/slack"
)

// Errors of the Web API by what can be done about them; all others are final for
// the message that they are of.
// Source: https://docs.slack.dev/reference/methods/chat.postMessage#errors
var (
	// tooMany are answers to those who call too often.
	tooMany = []string{"ratelimited", "rate_limited"}
	// broken pass by themselves. Slack says of some that a part of what was
	// asked for may have been done.
	broken = []string{"internal_error", "fatal_error", "request_timeout", "service_unavailable"}
	// locked last until somebody puts the app or its token right.
	locked = []string{
		"access_denied", "accesslimited", "account_inactive", "ekm_access_denied", "enterprise_is_restricted", "invalid_auth", "not_authed",
		"org_login_required", "team_access_not_granted", "team_added_to_org", "token_expired", "token_revoked", "two_factor_setup_required",
	}
	// lacking are of what the app was not allowed when it was installed.
	lacking = []string{"missing_scope", "no_permission", "not_allowed_token_type"}
)

// patience reports whether an error may pass, and how long to wait for that.
func retryAfter(err error, try int) (wait time.Duration, passes bool) {
	backoff := time.Second << (try - 1)
	if _, ok := errors.AsType[*unsureError](err); ok {
		return backoff, false
	}
	if limited, ok := errors.AsType[*slackgo.RateLimitedError](err); ok {
		return min(max(limited.RetryAfter, time.Second), longestPause), true
	}
	if status, ok := errors.AsType[slackgo.StatusCodeError](err); ok {
		return backoff, status.Retryable()
	}
	if answer, ok := errors.AsType[slackgo.SlackErrorResponse](err); ok {
		return backoff, slices.Contains(tooMany, answer.Err) || slices.Contains(broken, answer.Err)
	}
	_, ok := errors.AsType[*url.Error](err) // the network's
	return backoff, ok
}

// laterError is a call that Slack wants to be made later than there is time for.
type laterError struct{ wait time.Duration }

func (e *laterError) Error() string {
	return "Slack is to be left alone for another " + e.wait.String()
}

// asksToWait reports whether an error is no failure: Slack only wants to be called
// after a while.
func asksToWait(err error) (wait time.Duration, ok bool) {
	if e, ok := errors.AsType[*laterError](err); ok {
		return e.wait, true
	}
	if limited, ok := errors.AsType[*slackgo.RateLimitedError](err); ok {
		return retryAfter(limited, 1)
	}
	return 0, false
}

// unsureError is the failure of a call that may have been done all the same.
type unsureError struct{ err error }

func (e *unsureError) Error() string { return e.err.Error() }

func (e *unsureError) Unwrap() error { return e.err }

// doubtful reports whether Slack may have done what it was asked for in spite of
// an error: it has if the answer alone was lost.
func doubtful(err error) bool {
	if _, ok := asksToWait(err); ok || err == nil {
		return false
	}
	if status, ok := errors.AsType[slackgo.StatusCodeError](err); ok {
		return status.Code >= 500
	}
	if answer, ok := errors.AsType[slackgo.SlackErrorResponse](err); ok {
		return slices.Contains(broken, answer.Err)
	}
	network, ok := errors.AsType[*net.OpError](err)
	return !ok || network.Op != "dial"
}

// final reports whether Slack will give the same answer for ever, such as for a
// channel that there is not or a message that somebody removed.
func final(err error) bool {
	answer, ok := errors.AsType[slackgo.SlackErrorResponse](err)
	return ok && !slices.Contains(slices.Concat(tooMany, broken, locked, lacking), answer.Err)
}

// refused reports whether Slack will not let us read something, as far as can be
// told before somebody changes that.
func refused(err error) bool {
	answer, ok := errors.AsType[slackgo.SlackErrorResponse](err)
	return ok && (final(err) || slices.Contains(lacking, answer.Err))
}

// withoutAddress leaves an error's address away.
func withoutAddress(err error) error {
	if e, ok := errors.AsType[*url.Error](err); ok {
		return fmt.Errorf("%s: %w", e.Op, e.Err)
	}
	return err
}
