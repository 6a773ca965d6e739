package problem

// Kind says what kept a request from being answered. The values are part of the
// public API: they name the problem types.
type Kind string

// The kinds of failure of a question that people can do something about.
const (
	NotAReference    Kind = "not-a-task-reference" // what was pasted names no task
	InvalidEvidence  Kind = "invalid-evidence"     // evidence that can't be read or holds nothing
	InvalidFilter    Kind = "invalid-filter"       // a list was asked for in unknown words
	UnknownTask      Kind = "unknown-task"         // nothing is known of the task
	UnknownDiagnosis Kind = "unknown-diagnosis"    // no diagnosis with this id is stored
	UnknownIncident  Kind = "unknown-incident"     // no incident with this id is stored
	UnknownCause     Kind = "unknown-cause"        // the catalog has no cause with this code
	NotAllowed       Kind = "account-not-allowed"  // the task lies in an account that isn't read
	NoCredentials    Kind = "no-aws-credentials"   // the server found no credentials to read AWS with
	BadCredentials   Kind = "bad-aws-credentials"  // AWS rejects the server's credentials
	Refused          Kind = "aws-refused"          // AWS denies every call that would help
	Unreachable      Kind = "aws-unreachable"      // AWS doesn't answer, or not in time
	Busy             Kind = "too-busy"             // too many questions are ahead of this one
	TooMany          Kind = "too-many-requests"    // this client has too many of them in progress
)

// The kinds that a request meets on the way in or out.
const (
	Malformed        Kind = "malformed-request"
	Invalid          Kind = "invalid-request"
	Unauthorized     Kind = "unauthorized"
	NotAnEvent       Kind = "not-an-event"
	NotStored        Kind = "not-stored"
	NotFound         Kind = "not-found"
	MethodNotAllowed Kind = "method-not-allowed"
	NotAcceptable    Kind = "not-acceptable"
	RequestTimeout   Kind = "request-timeout"
	TooLarge         Kind = "too-large"
	MediaType        Kind = "unsupported-media-type"
	Internal         Kind = "internal-error" // our own fault
	Abandoned        Kind = "abandoned"
	Prefetch         Kind = "prefetch" // a browser loads a page in advance
)

// The kinds that access control finds.
const (
	NotLoggedIn      Kind = "not-logged-in"
	NotAllowedIn     Kind = "not-allowed-in"
	LoginFailed      Kind = "login-failed"
	LoginUnavailable Kind = "login-unavailable"
	SignedOut        Kind = "signed-out"
	CrossOrigin      Kind = "cross-origin"
	WrongHost        Kind = "wrong-host"
)

// statuses are the HTTP statuses of the kinds, by RFC 9110 and RFC 6585.
var statuses = map[Kind]int{
	NotAReference: 422, InvalidEvidence: 422, InvalidFilter: 422, UnknownTask: 404, UnknownDiagnosis: 404, UnknownIncident: 404,
	UnknownCause: 404, NotAllowed: 403, NoCredentials: 502, BadCredentials: 502, Refused: 502, Unreachable: 502, Busy: 503, TooMany: 429,

	Malformed: 400, Invalid: 422, Unauthorized: 401, NotAnEvent: 422, NotStored: 503, NotFound: 404, MethodNotAllowed: 405,
	NotAcceptable: 406, RequestTimeout: 408, TooLarge: 413, MediaType: 415, Internal: 500, Abandoned: 503, Prefetch: 503,

	NotLoggedIn: 401, NotAllowedIn: 403, LoginFailed: 400, LoginUnavailable: 503, SignedOut: 200, CrossOrigin: 403, WrongHost: 421,
}

// Status returns the HTTP status of a kind; 0 for one that isn't known.
func (k Kind) Status() int { return statuses[k] }
