package awsclient

import (
	"whystopped/internal/arn"
	"whystopped/internal/taskref"
)

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
