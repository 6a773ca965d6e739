package iampolicy

import (
	"strings"

	"whystopped/internal/arn"
	"whystopped/internal/iampolicy/sar"
)

// Context is where a denied call was made. It fills what a printed resource
// leaves out; each part may be empty.
type Context struct {
	Partition, Region, Account string
}

// partition is the given one, or that of the Region, or the public one.
func (c Context) partition() string {
	if c.Partition != "" {
		return c.Partition
	}
	return arn.PartitionOf(c.Region)
}

// expand fills a template's Partition, Region and Account, "*" for what is not
// known, and its other variables from value.
func (c Context) expand(t sar.ResourceType, value func(variable string) string) string {
	return t.Expand(func(variable string) string {
		switch variable {
		case "Partition":
			return c.partition()
		case "Region":
			return orAny(c.Region)
		case "Account":
			return orAny(c.Account)
		}
		return value(variable)
	})
}

// arn writes an ARN of this place, "*" for a Region or account that is not known.
func (c Context) arn(service, resource string) string {
	return strings.Join([]string{"arn", c.partition(), service, orAny(c.Region), orAny(c.Account), resource}, ":")
}

func orAny(s string) string {
	if s == "" {
		return "*"
	}
	return s
}
