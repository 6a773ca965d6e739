package awsclient

import (
	"fmt"
	"strings"

	"whystopped/internal/arn"
	"whystopped/internal/taskref"
)

// allowed refuses references to what is no account or Region of AWS, and to those
// that are not among the ones which the server may read. What a reference does
// not say yet is not judged.
func (c *Collector) allowed(ref taskref.Ref) error {
	switch {
	case ref.Account != "" && !arn.IsAccount(ref.Account):
		message := fmt.Sprintf("%.40q is not the ID of an account, which has twelve digits.", ref.Account)
		return &Error{Kind: ErrUnknownAccount, Message: message}
	case ref.Region != "" && !c.isRegion(ref.Region):
		return &Error{Kind: ErrUnknownRegion, Message: fmt.Sprintf("%.40q is not the name of a Region.", ref.Region)}
	case ref.Partition != "" && ref.Region != "" && ref.Partition != arn.PartitionOf(ref.Region):
		message := fmt.Sprintf("The partition %.40q has no Region %s.", ref.Partition, ref.Region)
		return &Error{Kind: ErrUnknownRegion, Message: message}
	}
	if why := c.bounds().Excludes(ref.Account, ref.Region); why != "" {
		return notAllowed(why)
	}
	return nil
}

// known refuses references of which it is not known whether they are allowed,
// or with which role to read them.
func (c *Collector) known(ref taskref.Ref) error {
	if ref.Account != "" || len(c.opts.Accounts) == 0 && !strings.Contains(c.opts.AssumeRole, "{account}") {
		return c.allowed(ref)
	}
	return &Error{
		Kind:    ErrUnknownAccount,
		Message: "The reference does not name the account, and AWS would not say which one is ours. Paste the whole ARN.",
	}
}

// isRegion reports whether calls may be sent to a Region: its name becomes a part
// of a host's. Ours is what whoever runs the server calls it.
func (c *Collector) isRegion(name string) bool { return name == c.config.Region || arn.IsRegion(name) }

func (c *Collector) bounds() taskref.Bounds {
	return taskref.Bounds{Accounts: c.opts.Accounts, Regions: c.opts.Regions}
}

func notAllowed(message string) error {
	return &Error{Kind: ErrNotAllowed, Message: message + " Ask whoever runs it to add it to the list."}
}
