package session

import (
	"fmt"
	"strings"

	"whystopped/internal/arn"
	"whystopped/internal/awsclient/failure"
	"whystopped/internal/taskref"
)

// CheckBounds refuses references to what is no account or Region of AWS, and to those
// that are not among the ones which the server may read. What a reference does
// not say yet is not judged.
func (p *Pool) CheckBounds(ref taskref.Ref) error {
	switch {
	case ref.Account != "" && !arn.IsAccount(ref.Account):
		message := fmt.Sprintf("%.40q is not the ID of an account, which has twelve digits.", ref.Account)
		return &failure.Error{Kind: failure.ErrUnknownAccount, Message: message}
	case ref.Region != "" && !p.isRegion(ref.Region):
		return &failure.Error{Kind: failure.ErrUnknownRegion, Message: fmt.Sprintf("%.40q is not the name of a Region.", ref.Region)}
	case ref.Partition != "" && ref.Region != "" && ref.Partition != arn.PartitionOf(ref.Region):
		message := fmt.Sprintf("The partition %.40q has no Region %s.", ref.Partition, ref.Region)
		return &failure.Error{Kind: failure.ErrUnknownRegion, Message: message}
	}
	if why := p.Bounds().Excludes(ref); why != "" {
		return notAllowed(why)
	}
	return nil
}

// CheckReadable refuses references of which it is not known whether they are allowed,
// or with which role to read them.
func (p *Pool) CheckReadable(ref taskref.Ref) error {
	if ref.Account != "" || len(p.opts.Accounts) == 0 && !strings.Contains(p.opts.AssumeRole, "{account}") {
		return p.CheckBounds(ref)
	}
	return &failure.Error{
		Kind:    failure.ErrUnknownAccount,
		Message: "The reference does not name the account, and AWS would not say which one is ours. Paste the whole ARN.",
	}
}

// isRegion reports whether calls may be sent to a Region: its name becomes a part
// of a host's. Ours is what whoever runs the server calls it.
func (p *Pool) isRegion(name string) bool { return name == p.config.Region || arn.IsRegion(name) }

// Bounds are the only accounts and Regions that are read.
func (p *Pool) Bounds() taskref.Bounds {
	return taskref.Bounds{Accounts: p.opts.Accounts, Regions: p.opts.Regions}
}

func notAllowed(message string) error {
	return &failure.Error{Kind: failure.ErrNotAllowed, Message: message + " Ask whoever runs it to add it to the list."}
}
