package awsclient

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go"

	"whystopped/internal/diagnose/evidence"
)

// failureKind groups what can go wrong with a call by what it means for us.
type failureKind int

const (
	failedOther          failureKind = iota // AWS says no for a reason of the operation's own
	failedDenied                            // our own permission is missing
	failedThrottled                         // too many calls, even after the SDK's retries
	failedHeldBack                          // too many calls, so that we did not send this one
	failedTimeout                           // no answer within the budget
	failedNoCredentials                     // we have nothing to sign with
	failedNoRole                            // the role to read the account with cannot be assumed
	failedBadCredentials                    // what we sign with is not accepted
	failedNoHost                            // the endpoint's name does not exist
	failedNoConnection                      // refused, reset, broken off
	failedServer                            // AWS's own fault
	failedForeign                           // an answer that is not in AWS's form
)

// failure is a failed call, understood.
type failure struct {
	kind failureKind
	// code and message are AWS's own; empty when the answer was not AWS's.
	code, message string
	// httpStatus is 0 when nothing was answered.
	httpStatus int
	// role is the role that could not be assumed; only with failedNoRole.
	role string
	err  error
}

// errEmptyAnswer is an answer in AWS's form without the one thing that such
// an answer always has; a broken proxy does that.
var errEmptyAnswer = errors.New("the answer was empty")

// credentialsError marks that credentials could not be had, which the SDK
// itself does not tell apart by type.
type credentialsError struct {
	// role is the one that was to be assumed; "" for our own credentials.
	role string
	err  error
}

func (e *credentialsError) Error() string {
	if e.role != "" {
		return "assume role " + e.role + ": " + e.err.Error()
	}
	return "get credentials: " + e.err.Error()
}
func (e *credentialsError) Unwrap() error { return e.err }

// errorCodes are the codes of AWS errors whose meaning is the same whatever
// the operation, without the suffix "Exception" that some services add.
// Source: "Common error types" of each service's API reference.
var errorCodes = map[string]failureKind{
	"AccessDenied":               failedDenied,
	"UnauthorizedOperation":      failedDenied,
	"NotAuthorized":              failedDenied,
	"AuthorizationError":         failedDenied,
	"ExpiredToken":               failedBadCredentials,
	"RequestExpired":             failedBadCredentials,
	"InvalidClientTokenId":       failedBadCredentials,
	"InvalidAccessKeyId":         failedBadCredentials,
	"UnrecognizedClient":         failedBadCredentials,
	"SignatureDoesNotMatch":      failedBadCredentials,
	"InvalidSignature":           failedBadCredentials,
	"InvalidToken":               failedBadCredentials,
	"IncompleteSignature":        failedBadCredentials,
	"MissingAuthenticationToken": failedBadCredentials,
	"RequestTimeTooSkewed":       failedBadCredentials,
	"AuthFailure":                failedBadCredentials,
	"Throttling":                 failedThrottled,
	"Throttled":                  failedThrottled,
	"RequestThrottled":           failedThrottled,
	"TooManyRequests":            failedThrottled,
	"RequestLimitExceeded":       failedThrottled,
	"LimitExceeded":              failedThrottled,
	"SlowDown":                   failedThrottled,
}

// understand sorts a failed call. It is asked once per call, at the place
// where the source's line is written.
func understand(err error) failure {
	f := failure{err: err}
	if resp, ok := errors.AsType[*awshttp.ResponseError](err); ok {
		f.httpStatus = resp.HTTPStatusCode()
	}
	if api, ok := errors.AsType[smithy.APIError](err); ok {
		f.code, f.message = api.ErrorCode(), api.ErrorMessage()
	}
	f.kind = f.sort()
	if f.kind == failedNoRole {
		no, _ := errors.AsType[*credentialsError](err)
		f.role = no.role
	}
	return f
}

func (f failure) sort() failureKind {
	if no, ok := errors.AsType[*credentialsError](f.err); ok {
		return no.sort()
	}
	switch {
	case errors.Is(f.err, errHeldBack):
		return failedHeldBack
	case errors.Is(f.err, errSlowedDown):
		return failedThrottled
	}
	if kind, ok := errorCodes[strings.TrimSuffix(f.code, "Exception")]; ok {
		return kind
	}
	if dns, ok := errors.AsType[*net.DNSError](f.err); ok && dns.IsNotFound {
		return failedNoHost
	}
	return f.sortByTransport()
}

// sort tells why there are no credentials: a role that AWS will not let us
// assume is a matter of permissions, and a call for it can fail as any other.
func (e *credentialsError) sort() failureKind {
	if e.role == "" {
		return failedNoCredentials
	}
	switch kind := understand(e.err).kind; kind {
	case failedDenied, failedOther:
		return failedNoRole
	default:
		return kind
	}
}

// expired tells credentials that were good once.
func (f failure) expired() bool {
	return f.kind == failedBadCredentials && (strings.HasPrefix(f.code, "ExpiredToken") || f.code == "RequestExpired")
}

// sortByTransport is for what came without an error code that we know.
func (f failure) sortByTransport() failureKind {
	_, notReadable := errors.AsType[*smithy.DeserializationError](f.err)
	switch {
	case errors.Is(f.err, context.DeadlineExceeded), errors.Is(f.err, context.Canceled):
		return failedTimeout
	case notReadable, errors.Is(f.err, errEmptyAnswer), f.code == "UnknownError" && f.httpStatus < 500:
		return failedForeign
	case f.httpStatus >= 500:
		return failedServer
	case f.httpStatus == 0 && f.code == "":
		return failedNoConnection
	}
	return failedOther
}

// status is the failure as the state of a source.
func (f failure) status() evidence.SourceStatus {
	switch f.kind {
	case failedDenied, failedNoRole:
		return evidence.SourceDenied
	case failedThrottled, failedHeldBack:
		return evidence.SourceThrottled
	case failedTimeout:
		return evidence.SourceTimeout
	}
	return evidence.SourceFailed
}

// detail says the failure of an operation to people. What AWS says of a
// denial is left out: it is a sentence about us, in the very words in which
// the task's own denials are said.
func (f failure) detail(permission string) string {
	switch f.kind {
	case failedDenied:
		return fmt.Sprintf("We may not call %s; allow it to the identity that this server runs as.", permission)
	case failedThrottled:
		return "AWS throttles us: too many calls in this account and region. Ask again in a minute."
	case failedHeldBack:
		return "So many calls of this kind wait in this account and region that this one could not go in time. Ask again in a minute."
	case failedTimeout:
		return "There was no answer in time."
	case failedNoRole:
		return fmt.Sprintf("We cannot assume the role %s. It must exist, trust this server with this external id, and let it set session tags; and this server needs sts:AssumeRole and sts:TagSession on it.", f.role)
	case failedNoCredentials:
		return "There are no AWS credentials to sign the call with."
	case failedBadCredentials:
		return "AWS does not accept our credentials (" + f.code + ")." + f.credentialsHint()
	case failedNoHost:
		return "There is no such AWS endpoint: its host name does not exist. Check the region."
	case failedNoConnection:
		return "The endpoint cannot be reached: the connection was refused or broken off."
	case failedServer:
		return fmt.Sprintf("AWS answered with an error of its own (HTTP status %d).", f.httpStatus)
	case failedForeign:
		return f.foreignDetail()
	}
	if f.code != "" {
		return "AWS answered " + f.code + ": " + f.message
	}
	return fmt.Sprintf("AWS answered with HTTP status %d.", f.httpStatus)
}

func (f failure) foreignDetail() string {
	if f.httpStatus >= 400 {
		return fmt.Sprintf("The endpoint answered with HTTP status %d and a page that is not an AWS answer: it may not offer this call, or a proxy stands before it.", f.httpStatus)
	}
	return "The answer is not in AWS's form: something else than AWS, such as a proxy, may have answered."
}

// credentialsHint tells what to do with credentials of that kind of fault.
func (f failure) credentialsHint() string {
	text := strings.ToLower(f.code + " " + f.message)
	switch {
	case strings.Contains(text, "skewed"), strings.Contains(text, "signature expired"), strings.Contains(text, "signature not yet current"):
		return " The clock of this machine seems to be wrong."
	case strings.Contains(text, "expired"):
		return " They have expired: sign in again."
	}
	return " Check the profile or the keys that this server was started with."
}
