package failure

import (
	"context"
	"errors"
	"net"
	"slices"
	"strings"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go"

	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/words"
)

// Kind groups what can go wrong with a call by what it means for us.
type Kind int

const (
	Other          Kind = iota // AWS says no for a reason of the operation's own
	Denied                     // our own permission is missing
	Throttled                  // too many calls, even after the SDK's retries
	HeldBack                   // too many calls, so that we did not send this one
	Timeout                    // no answer within the budget
	NoCredentials              // we have nothing to sign with
	NoRole                     // the role to read the account with cannot be assumed
	BadCredentials             // what we sign with is not accepted
	NoHost                     // the endpoint's name does not exist
	NoConnection               // refused, reset, broken off
	Server                     // AWS's own fault
	Foreign                    // an answer that is not in AWS's form
)

// Failure is a failed call, understood.
type Failure struct {
	Kind Kind
	// code and message are AWS's own; empty when the answer was not AWS's.
	Code, Message string
	// httpStatus is 0 when nothing was answered.
	httpStatus int
	// role is the role that could not be assumed; only with failedNoRole.
	Role string
	Err  error
}

// ErrEmptyAnswer is an answer in AWS's form without the one thing that such
// an answer always has; a broken proxy does that.
var ErrEmptyAnswer = errors.New("the answer was empty")

// ErrHeldBack is for a call that we did not even send: so many wait before it
// that it could not go in time.
var ErrHeldBack = errors.New("held back: too many calls wait for the quota")

// ErrSlowedDown is for a call that AWS throttled, or others like it, until
// there was no time to send it once more.
var ErrSlowedDown = errors.New("slowed down by AWS's throttles")

// CredentialsError marks that credentials could not be had, which the SDK
// itself does not tell apart by type.
type CredentialsError struct {
	// role is the one that was to be assumed; "" for our own credentials.
	Role string
	Err  error
}

func (e *CredentialsError) Error() string {
	if e.Role != "" {
		return "assume role " + e.Role + ": " + e.Err.Error()
	}
	return "get credentials: " + e.Err.Error()
}
func (e *CredentialsError) Unwrap() error { return e.Err }

// errorCodes are the codes of AWS errors whose meaning is the same whatever
// the operation, without the suffix "Exception" that some services add.
// Source: "Common error types" of each service's API reference.
var errorCodes = map[string]Kind{
	"AccessDenied":               Denied,
	"UnauthorizedOperation":      Denied,
	"NotAuthorized":              Denied,
	"AuthorizationError":         Denied,
	"ExpiredToken":               BadCredentials,
	"RequestExpired":             BadCredentials,
	"InvalidClientTokenId":       BadCredentials,
	"InvalidAccessKeyId":         BadCredentials,
	"UnrecognizedClient":         BadCredentials,
	"SignatureDoesNotMatch":      BadCredentials,
	"InvalidSignature":           BadCredentials,
	"InvalidToken":               BadCredentials,
	"IncompleteSignature":        BadCredentials,
	"MissingAuthenticationToken": BadCredentials,
	"RequestTimeTooSkewed":       BadCredentials,
	"AuthFailure":                BadCredentials,
	"Throttling":                 Throttled,
	"Throttled":                  Throttled,
	"RequestThrottled":           Throttled,
	"TooManyRequests":            Throttled,
	"RequestLimitExceeded":       Throttled,
	"LimitExceeded":              Throttled,
	"SlowDown":                   Throttled,
}

// Of sorts a failed call. It is asked once per call, at the place
// where the source's line is written.
func Of(err error) Failure {
	f := Failure{Err: err}
	if resp, ok := errors.AsType[*awshttp.ResponseError](err); ok {
		f.httpStatus = resp.HTTPStatusCode()
	}
	if api, ok := errors.AsType[smithy.APIError](err); ok {
		f.Code, f.Message = api.ErrorCode(), api.ErrorMessage()
	}
	f.Kind = f.sort()
	if f.Kind == NoRole {
		no, _ := errors.AsType[*CredentialsError](err)
		f.Role = no.Role
	}
	return f
}

func (f Failure) sort() Kind {
	if no, ok := errors.AsType[*CredentialsError](f.Err); ok {
		return no.sort()
	}
	switch {
	case errors.Is(f.Err, ErrHeldBack):
		return HeldBack
	case errors.Is(f.Err, ErrSlowedDown):
		return Throttled
	}
	if kind, ok := errorCodes[strings.TrimSuffix(f.Code, "Exception")]; ok {
		return kind
	}
	if dns, ok := errors.AsType[*net.DNSError](f.Err); ok && dns.IsNotFound {
		return NoHost
	}
	return f.sortByTransport()
}

// sort returns why there are no credentials: a role that AWS will not let us
// assume is a matter of permissions, and a call for it can fail as any other.
func (e *CredentialsError) sort() Kind {
	if e.Role == "" {
		return NoCredentials
	}
	switch kind := Of(e.Err).Kind; kind {
	case Denied, Other:
		return NoRole
	default:
		return kind
	}
}

// notThere are AWS's answers to calls that are allowed and ask for what does not
// exist. Others might come before the permission is looked at. That it is looked
// at before these is how the services behave; AWS promises it nowhere.
// Source: the errors of DescribeTasks, DescribeTaskDefinition (ClientException) and
// DescribeServices in https://docs.aws.amazon.com/AmazonECS/latest/APIReference/,
// of GetLogEvents in …/AmazonCloudWatchLogs/latest/APIReference/, of GetRole in
// …/IAM/latest/APIReference/.
var notThere = []string{
	"ClusterNotFoundException", "ClientException", "ServiceNotFoundException", "ResourceNotFoundException",
	"NoSuchEntity", "NoSuchEntityException",
}

// IsNotThere reports whether the call was allowed and what it asked for does not
// exist.
func (f Failure) IsNotThere() bool {
	return f.Kind == Other && slices.Contains(notThere, f.Code)
}

// Expired reports whether the credentials were good once.
func (f Failure) Expired() bool {
	return f.Kind == BadCredentials && (strings.HasPrefix(f.Code, "ExpiredToken") || f.Code == "RequestExpired")
}

// sortByTransport is for what came without an error code that we know.
func (f Failure) sortByTransport() Kind {
	_, notReadable := errors.AsType[*smithy.DeserializationError](f.Err)
	switch {
	case errors.Is(f.Err, context.DeadlineExceeded), errors.Is(f.Err, context.Canceled):
		return Timeout
	case notReadable, errors.Is(f.Err, ErrEmptyAnswer), f.Code == "UnknownError" && f.httpStatus < 500:
		return Foreign
	case f.httpStatus >= 500:
		return Server
	case f.httpStatus == 0 && f.Code == "":
		return NoConnection
	}
	return Other
}

// Status is the failure as the state of a source.
func (f Failure) Status() evidence.SourceStatus {
	switch f.Kind {
	case Denied, NoRole:
		return evidence.SourceDenied
	case Throttled, HeldBack:
		return evidence.SourceThrottled
	case Timeout:
		return evidence.SourceTimeout
	}
	return evidence.SourceFailed
}

// Detail says the failure of an operation to people. What AWS says of a
// denial is left out: it is a sentence about us, in the very words in which
// the task's own denials are said.
func (f Failure) Detail(permission string) words.Text {
	args := words.Args{"permission": permission, "role": f.Role, "code": f.Code, "message": f.Message}
	if f.httpStatus != 0 {
		args["status"] = f.httpStatus
	}
	return words.Say(f.message(), args)
}

// messages are those of the kinds that have one.
var messages = map[Kind]string{
	Denied:        "failure.denied",
	Throttled:     "failure.throttled",
	HeldBack:      "failure.held-back",
	Timeout:       "failure.timeout",
	NoRole:        "failure.no-role",
	NoCredentials: "failure.no-credentials",
	NoHost:        "failure.no-host",
	NoConnection:  "failure.no-connection",
	Server:        "failure.server",
}

// message is the id of the message that says the failure.
func (f Failure) message() string {
	id, ok := messages[f.Kind]
	switch {
	case ok:
		return id
	case f.Kind == BadCredentials:
		return f.credentialsMessage()
	case f.Kind == Foreign && f.httpStatus >= 400:
		return "failure.foreign-page"
	case f.Kind == Foreign:
		return "failure.foreign"
	case f.Code != "":
		return "failure.answered"
	}
	return "failure.status"
}

// credentialsMessage says what to do with credentials of that kind of fault.
func (f Failure) credentialsMessage() string {
	text := strings.ToLower(f.Code + " " + f.Message)
	switch {
	case strings.Contains(text, "skewed"), strings.Contains(text, "signature expired"),
		strings.Contains(text, "signature not yet current"):
		return "failure.credentials.clock"
	case strings.Contains(text, "expired"):
		return "failure.credentials.expired"
	}
	return "failure.credentials.wrong"
}
