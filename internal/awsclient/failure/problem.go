package failure

import (
	"whystopped/internal/problem"
	"whystopped/internal/words"
)

// AssumeRole is what we lack where a role cannot be assumed.
const AssumeRole = "sts:AssumeRole"

// Problem makes the error of a failure after which nothing is known.
// permissions are those that we lack, if we lack any.
func (f Failure) Problem(permissions []string) *problem.Error {
	switch f.Kind {
	case NoCredentials:
		return problem.New(problem.NoCredentials, f.Err, words.Say("collect.credentials", nil))
	case BadCredentials:
		return problem.New(problem.BadCredentials, f.Err, f.Detail(""))
	case Denied:
		said := words.Say("collect.denied", words.Args{"permissions": permissions})
		return problem.New(problem.Refused, f.Err, said)
	case NoRole:
		return problem.New(problem.Refused, f.Err, f.Detail(""))
	case NoHost:
		return problem.New(problem.UnknownTask, f.Err, words.Say("collect.no-host", nil))
	}
	return problem.New(problem.Unreachable, f.Err, words.Say("collect.nothing", nil), f.Detail(""))
}
