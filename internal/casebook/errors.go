package casebook

import (
	"errors"

	"whystopped/internal/problem"
	"whystopped/internal/taskref"
)

// Kind and Error are those of package problem: the ways in know this package.
type (
	Kind  = problem.Kind
	Error = problem.Error
)

// The kinds of failure that people can do something about.
const (
	NotAReference    = problem.NotAReference
	InvalidEvidence  = problem.InvalidEvidence
	InvalidFilter    = problem.InvalidFilter
	UnknownTask      = problem.UnknownTask
	UnknownDiagnosis = problem.UnknownDiagnosis
	UnknownIncident  = problem.UnknownIncident
	NotAllowed       = problem.NotAllowed
	NoCredentials    = problem.NoCredentials
	BadCredentials   = problem.BadCredentials
	Refused          = problem.Refused
	Unreachable      = problem.Unreachable
	Busy             = problem.Busy
	TooMany          = problem.TooMany
)

// Reference reads what somebody pasted, for the ways in: each calls it once and
// asks with what it returns. Its error is an *Error of the kind NotAReference. It
// quotes what was pasted, and people paste what they shouldn't; a preview of a
// link shows it to others.
func Reference(pasted string) (taskref.Ref, error) {
	ref, err := taskref.Parse(pasted)
	if e, ok := errors.AsType[*taskref.Error](err); ok {
		return ref, problem.New(NotAReference, nil, e.What, e.Advice)
	}
	return ref, err
}

// KindOf is the kind of the first Error in err's chain, or "" for a failure
// that is our own.
func KindOf(err error) Kind { return problem.KindOf(err) }

// ErrNotKept is what a Store answers for what it does not have.
var ErrNotKept = errors.New("not stored")

// ErrTooLarge is what a Store answers for a diagnosis that it does not take.
var ErrTooLarge = errors.New("the diagnosis is too large to store")

// ErrClaimLost is what a Store answers to whoever gives a claim back too late:
// it ended by itself, and somebody else may hold it.
var ErrClaimLost = errors.New("the claim was lost to somebody else")

// ErrBadCursor is what a Store answers for a cursor that it did not give out.
var ErrBadCursor = errors.New("not a cursor of this list")
