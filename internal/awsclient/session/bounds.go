package session

import (
	"strings"

	"whystopped/internal/arn"
	"whystopped/internal/problem"
	"whystopped/internal/taskref"
	"whystopped/internal/words"
)

// CheckBounds refuses references to what is no account or Region of AWS, and to
// those that are not among the ones which the server may read. What a reference
// does not say yet is not judged.
func (p *Pool) CheckBounds(ref taskref.Ref) error {
	named := words.Args{"account": ref.Account, "region": ref.Region, "partition": ref.Partition}
	unknown := func(id string) error { return problem.New(problem.UnknownTask, nil, words.Say(id, named)) }
	switch {
	case ref.Account != "" && !arn.IsAccount(ref.Account):
		return unknown("collect.not-an-account")
	case ref.Region != "" && !p.isRegion(ref.Region):
		return unknown("collect.not-a-region")
	case ref.Partition != "" && ref.Region != "" && ref.Partition != arn.PartitionOf(ref.Region):
		return unknown("collect.not-in-partition")
	}
	if why := p.Bounds().Excludes(ref); !why.IsZero() {
		return problem.New(problem.NotAllowed, nil, why, words.Say("bounds.ask", nil))
	}
	return nil
}

// CheckReadable refuses references of which it is not known whether they are
// allowed, or with which role to read them.
func (p *Pool) CheckReadable(ref taskref.Ref) error {
	if ref.Account != "" || len(p.opts.Accounts) == 0 && !strings.Contains(p.opts.AssumeRole, "{account}") {
		return p.CheckBounds(ref)
	}
	return problem.New(problem.UnknownTask, nil, words.Say("collect.no-account", nil))
}

// isRegion reports whether calls may be sent to a Region: its name becomes a part
// of a host's. Ours is what whoever runs the server calls it.
func (p *Pool) isRegion(name string) bool { return name == p.config.Region || arn.IsRegion(name) }

// Bounds are the only accounts and Regions that are read.
func (p *Pool) Bounds() taskref.Bounds {
	return taskref.Bounds{Accounts: p.opts.Accounts, Regions: p.opts.Regions}
}
