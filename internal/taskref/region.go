package taskref

import "strings"

// partitions are those other than "aws", by how the names of their regions
// begin, each with the domain of its console where that is known.
// https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html
var partitions = []struct{ name, prefix, console string }{
	{"aws-cn", "cn-", "amazonaws.cn"},
	{"aws-us-gov", "us-gov-", "amazonaws-us-gov.com"},
	{"aws-eusc", "eusc-", "amazonaws-eusc.eu"},
	{"aws-iso", "us-iso-", ""},
	{"aws-iso-b", "us-isob-", ""},
	{"aws-iso-e", "eu-isoe-", ""},
	{"aws-iso-f", "us-isof-", ""},
}

const (
	standard        = "aws"
	standardConsole = "aws.amazon.com"
)

// PartitionOf gives the partition that a region belongs to; "aws" for one that
// is not known, since new regions are mostly of that partition.
func PartitionOf(region string) string {
	for _, p := range partitions {
		if strings.HasPrefix(region, p.prefix) {
			return p.name
		}
	}
	return standard
}

// consoleOf gives the domain of a partition's console, or "".
func consoleOf(partition string) string {
	for _, p := range partitions {
		if p.name == partition {
			return p.console
		}
	}
	if partition == standard {
		return standardConsole
	}
	return ""
}

// partitionOfConsole is the reverse of consoleOf.
func partitionOfConsole(domain string) string {
	for _, p := range partitions {
		if p.console != "" && p.console == domain {
			return p.name
		}
	}
	if domain == standardConsole {
		return standard
	}
	return ""
}
