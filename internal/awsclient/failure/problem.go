package failure

import (
	"fmt"
	"strings"
)

// AssumeRole is what we lack where a role cannot be assumed.
const AssumeRole = "sts:AssumeRole"

// Problem makes the error of a failure after which nothing is known.
// permissions are those that we lack, if we lack any.
func (f Failure) Problem(permissions []string) *Error {
	e := &Error{Err: f.Err}
	switch f.Kind {
	case NoCredentials:
		e.Kind, e.Message = ErrNoCredentials, "The AWS credentials of this server cannot be had. Check the profile or role that it was started with."
	case BadCredentials:
		e.Kind, e.Message = ErrBadCredentials, f.Detail("")
	case Denied:
		e.Kind, e.Permissions = ErrRefused, permissions
		e.Message = fmt.Sprintf("AWS refuses us everything that would tell about the task. Allow %s to the identity that this server runs as.", strings.Join(permissions, ", "))
	case NoRole:
		e.Kind, e.Permissions, e.Message = ErrRefused, []string{AssumeRole}, f.Detail("")
	case NoHost:
		e.Kind, e.Message = ErrUnknownRegion, "There is no AWS endpoint for this region. Check the region's name, and that this machine can look up host names."
	default:
		e.Kind, e.Message = ErrUnreachable, "AWS told nothing about the task. "+f.Detail("")
	}
	return e
}
