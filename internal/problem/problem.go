// Package problem has what can keep a question from being answered, and the
// sentences for the person who asked. Everybody below the ways in makes them; the
// ways in turn them into a page, into problem details and into a reply.
package problem

import (
	"errors"
	"strings"

	"whystopped/internal/words"
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

// Error is a failure with sentences for the person who asked.
type Error struct {
	Kind Kind
	// Message is what they say in English.
	Message string
	// Said are the messages of the sentences; nil where they have none.
	Said []words.Message
	// Err is what lay behind it, for the log only; it may be nil.
	Err error
}

// New returns an Error of a kind that says sentences; err may be nil.
func New(kind Kind, err error, sentences ...words.Text) *Error {
	e := &Error{Kind: kind, Err: err}
	english := make([]string, len(sentences))
	for i, s := range sentences {
		english[i] = s.English
		e.Said = append(e.Said, s.Message)
	}
	e.Message = strings.Join(english, " ")
	return e
}

// Error returns the sentences and, for the log, what lay behind them.
func (e *Error) Error() string {
	if e.Err == nil {
		return e.Message
	}
	return e.Message + ": " + e.Err.Error()
}

// Unwrap returns what lay behind it.
func (e *Error) Unwrap() error { return e.Err }

// KindOf is the kind of the first Error in err's chain, or "" for a failure
// that is our own.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return ""
}
