package iampolicy

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"whystopped/internal/arn"
)

// WordAccount stands for an account that the evidence does not tell.
const WordAccount = "ACCOUNT_ID"

// Words in capitals for the rest of a resource's place.
const (
	wordPartition = "PARTITION"
	wordRegion    = "REGION"
)

// regionForm is how all Regions are named. It is narrower than what may be called:
// "eu-xxxx-x" is what people write to hide one.
var regionForm = regexp.MustCompile(`^[a-z]{2,5}(-[a-z]{2,12}){1,3}-[0-9]{1,2}$`)

// OwnedByAWS reports whether AWS itself is the account of a resource, as of its
// managed policies.
func OwnedByAWS(account string) bool { return account == "aws" }

// sound is the context without what is not well-formed. A partition that the
// Region is not in gives way to it.
func (c Context) sound() Context {
	if !regionForm.MatchString(c.Region) {
		c.Region = ""
	}
	if !arn.IsAccount(c.Account) {
		c.Account = ""
	}
	if !arn.IsPartition(c.Partition) || c.Region != "" && arn.PartitionOf(c.Region) != c.Partition {
		c.Partition = ""
	}
	return c
}

// place puts words in capitals, or what the context knows, where an ARN's
// partition, Region or account is masked, a wildcard or malformed. An empty
// Region or account stays: many resources have none.
func (c Context) place(a arn.ARN) arn.ARN {
	c = c.sound()
	switch {
	case a.Region == "" || a.Region == wordRegion || regionForm.MatchString(a.Region):
	case agrees(a.Region, c.Region):
		a.Region = c.Region
	default:
		a.Region = wordRegion
	}
	switch {
	case a.Account == "" || a.Account == WordAccount || OwnedByAWS(a.Account) || arn.IsAccount(a.Account):
	case agrees(a.Account, c.Account):
		a.Account = c.Account
	default:
		a.Account = WordAccount
	}
	switch {
	case regionForm.MatchString(a.Region):
		a.Partition = arn.PartitionOf(a.Region)
	case arn.IsPartition(a.Partition):
	case c.Partition != "" || c.Region != "":
		a.Partition = c.partition()
	default:
		a.Partition = wordPartition
	}
	return a
}

// maskRuns are the characters with which services and people hide parts of
// an account or Region.
var maskRuns = regexp.MustCompile(`[*xX#•.…?]+`)

// agrees reports whether a masked text can be the known one: something of it is
// to be seen, and stands in the known one too. API Gateway prints accounts as
// "********3333".
func agrees(masked, known string) bool {
	pattern := maskRuns.ReplaceAllString(masked, "*")
	return known != "" && strings.Trim(pattern, "*") != "" && pattern != masked && Like(pattern, known)
}

// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
var principals = regexp.MustCompile(`^arn:[a-z-]+:iam::\d{12}:(role|user)/[\w+=,.@/-]+$`)

// maxRoleARN is in bytes. It stands beside the pattern: a repetition that is
// counted makes a pattern hundreds of times as large.
const maxRoleARN = 640

func fits(pattern *regexp.Regexp, s string, longest int) bool {
	return len(s) <= longest && pattern.MatchString(s)
}

// IsPrincipal reports whether a string is the whole ARN of a role or user.
func IsPrincipal(s string) bool { return fits(principals, s, maxRoleARN) }

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// IsRegion reports whether a string is named as Regions are.
func IsRegion(s string) bool { return regionForm.MatchString(s) }
