package failure

import "errors"

// The kinds of error that Resolve and Collect return, inside an *Error. They
// are told apart with errors.Is.
var (
	ErrUnknownTask    = errors.New("unknown task")            // neither ECS nor CloudTrail knows it
	ErrUnknownService = errors.New("unknown service")         // the cluster has no such service
	ErrUnknownCluster = errors.New("unknown cluster")         // the region has no such cluster
	ErrUnknownRegion  = errors.New("unknown region")          // there is no such region, or none was named
	ErrUnknownAccount = errors.New("unknown account")         // none was named, and it is not known which one is ours
	ErrNotAllowed     = errors.New("account not allowed")     // the server may not read that account or region
	ErrNoCredentials  = errors.New("no AWS credentials")      // the SDK's default chain found none
	ErrBadCredentials = errors.New("bad AWS credentials")     // AWS does not accept them
	ErrUnreachable    = errors.New("AWS cannot be reached")   // nothing answered, or nothing of use
	ErrRefused        = errors.New("AWS refuses our request") // we lack the permissions
)

// Error is why there is no evidence.
type Error struct {
	// Kind is one of the errors above.
	Kind error
	// Message says to people what happened and what to do, in whole sentences.
	Message string
	// Permissions are the IAM actions that we lack; only with ErrRefused.
	Permissions []string
	// Err is what lay behind it; it is for the log and may be nil.
	Err error
}

// Error gives the kind, the message and, for the log, what lay behind them.
func (e *Error) Error() string {
	s := e.Kind.Error() + ": " + e.Message
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Unwrap lets errors.Is find both the kind and what lay behind it.
func (e *Error) Unwrap() []error {
	if e.Err == nil {
		return []error{e.Kind}
	}
	return []error{e.Kind, e.Err}
}
