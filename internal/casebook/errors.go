package casebook

import (
	"errors"

	"whystopped/internal/redact"
	"whystopped/internal/taskref"
)

// Kind says what kept a question from being answered. The values are part of
// the public API: they name the problem types.
type Kind string

// The kinds of failure that people can do something about. Everything else is
// our own fault and reaches people as "internal error" with a number.
const (
	NotAReference    Kind = "not-a-task-reference" // what was pasted names no task
	InvalidEvidence  Kind = "invalid-evidence"     // evidence that cannot be read or holds nothing
	InvalidFilter    Kind = "invalid-filter"       // a list was asked for in words we do not know
	UnknownTask      Kind = "unknown-task"         // nobody knows anything of the task
	UnknownDiagnosis Kind = "unknown-diagnosis"    // no diagnosis with this id is kept
	UnknownIncident  Kind = "unknown-incident"     // no incident with this id is kept
	NotAllowed       Kind = "account-not-allowed"  // the task lies in an account we must not read
	NoCredentials    Kind = "no-aws-credentials"   // the server found no credentials to read AWS with
	BadCredentials   Kind = "bad-aws-credentials"  // AWS does not accept the server's credentials
	Refused          Kind = "aws-refused"          // AWS refuses every call that would help
	Unreachable      Kind = "aws-unreachable"      // AWS does not answer, or not in time
	Busy             Kind = "too-busy"             // too many questions are ahead of this one
	TooMany          Kind = "too-many-requests"    // this asker has too many of them under way
)

// Error is a failure with a sentence for the person who asked. Err holds what
// lay behind it, for the log only; it may be nil.
type Error struct {
	Kind    Kind
	Message string
	Err     error
}

// Error gives the sentence and, for the log, its cause.
func (e *Error) Error() string {
	if e.Err == nil {
		return e.Message
	}
	return e.Message + ": " + e.Err.Error()
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// Reference reads what somebody pasted, for the ways in: each calls it once and
// asks with what it returns. Its error is an *Error of the kind NotAReference. It
// quotes what was pasted, and people paste what they shouldn't; a preview of a
// link shows it to others.
func Reference(pasted string) (taskref.Ref, error) {
	ref, err := taskref.Parse(pasted)
	if err != nil {
		return ref, &Error{Kind: NotAReference, Message: redact.Text(err.Error())}
	}
	return ref, nil
}

// KindOf is the kind of the first Error in err's chain, or "" for a failure
// that is our own.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return ""
}

// ErrNotKept is what a Store answers for what it does not have.
var ErrNotKept = errors.New("nothing like that is kept")

// ErrTooLarge is what a Store answers for a diagnosis that it does not take.
var ErrTooLarge = errors.New("the diagnosis is too large to be kept")

// ErrClaimLost is what a Store answers to whoever gives a claim back too late:
// it ended by itself, and somebody else may hold it.
var ErrClaimLost = errors.New("the claim was lost to somebody else")

// ErrBadCursor is what a Store answers for a cursor that it did not give out.
var ErrBadCursor = errors.New("not a cursor of this list")
