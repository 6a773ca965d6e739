package arn

import (
	"regexp"
	"strings"
)

// partitions are all but the public one, by how the names of their Regions begin.
// Source: https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html
// and the rules of the AWS SDKs (internal/endpoints/awsrulesfn/partitions.json of aws-sdk-go-v2).
var partitions = []struct{ name, prefix string }{
	{"aws-cn", "cn-"},
	{"aws-us-gov", "us-gov-"},
	{"aws-eusc", "eusc-"},
	{"aws-iso", "us-iso-"},
	{"aws-iso-b", "us-isob-"},
	{"aws-iso-e", "eu-isoe-"},
	{"aws-iso-f", "us-isof-"},
}

// public is the partition of all other Regions.
const public = "aws"

// PartitionOf returns the partition of a Region by its name. Regions that aren't
// known are in "aws", as new ones mostly are.
func PartitionOf(region string) string {
	for _, p := range partitions {
		if strings.HasPrefix(region, p.prefix) {
			return p.name
		}
	}
	return public
}

// IsPartition reports whether AWS has a partition of this name.
func IsPartition(name string) bool {
	for _, p := range partitions {
		if p.name == name {
			return true
		}
	}
	return name == public
}

var (
	regionForm  = regexp.MustCompile(`^[a-z][a-z0-9]{0,15}(?:-[a-z0-9]{1,15}){1,6}$`)
	accountForm = regexp.MustCompile(`^[0-9]{12}$`)
)

// IsRegion reports whether s may be the name of a Region, also of one that
// doesn't exist yet: a single label of a host's name, with a hyphen in it.
func IsRegion(s string) bool { return regionForm.MatchString(s) }

// IsAccount reports whether s is an account ID: twelve digits.
func IsAccount(s string) bool { return accountForm.MatchString(s) }
