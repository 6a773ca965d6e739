package awsclient

import (
	"strings"

	"whystopped/internal/arn"
	"whystopped/internal/taskref"
)

// partitions are the prefixes of region names and the partition they are in.
// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
// and the partitions file of the AWS SDKs.
var partitions = []struct{ regionPrefix, partition string }{
	{"cn-", "aws-cn"},
	{"us-gov-", "aws-us-gov"},
	{"us-iso-", "aws-iso"},
	{"us-isob-", "aws-iso-b"},
	{"eu-isoe-", "aws-iso-e"},
	{"us-isof-", "aws-iso-f"},
	{"eusc-", "aws-eusc"},
}

// partitionOf is the partition of a region; regions that are not known are in
// the commercial one, as new ones mostly are.
func partitionOf(region string) string {
	for _, p := range partitions {
		if strings.HasPrefix(region, p.regionPrefix) {
			return p.partition
		}
	}
	return "aws"
}

// taskARN writes the ARN of the referenced task, or "" while a part of it is
// not known.
func taskARN(ref taskref.Ref) string {
	if ref.Partition == "" || ref.Region == "" || ref.Account == "" || ref.TaskID == "" {
		return ""
	}
	resource := "task/" + ref.TaskID // the form of old ARNs
	if ref.Cluster != "" {
		resource = "task/" + ref.Cluster + "/" + ref.TaskID
	}
	return arn.ARN{Partition: ref.Partition, Service: "ecs", Region: ref.Region, Account: ref.Account, Resource: resource}.String()
}
