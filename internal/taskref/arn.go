package taskref

import (
	"strings"

	"whystopped/internal/arn"
	"whystopped/internal/words"
)

func isARN(text string) bool {
	return strings.HasPrefix(strings.ToLower(text[:min(len(text), 4)]), "arn:")
}

// parseARN reads the ARN of a task, container or service, and names all others.
func parseARN(text string) (Ref, error) {
	a, ok := arn.Parse("arn:" + text[len("arn:"):])
	switch {
	case !ok:
		return Ref{}, refuse("cut-arn", pasteWhole)
	case !arn.IsPartition(a.Partition):
		return Ref{}, refuseFor("partition", words.Args{"partition": excerpt(a.Partition)}, pasteWhole)
	case a.Service != "ecs":
		return Ref{}, refuseService(a)
	}
	path := strings.Split(a.Resource, "/")
	switch path[0] {
	case "task", "container", "service":
		if err := checkScope(a); err != nil {
			return Ref{}, err
		}
		ref := Ref{Partition: a.Partition, Region: a.Region, Account: a.Account}
		return ref.readResource(path)
	default:
		return Ref{}, refuseECS(a, path)
	}
}

// checkScope asks for a region and an account, which people mask, and for the
// partition of that region: roles are assumed in the partition that an ARN names.
func checkScope(a arn.ARN) error {
	switch {
	case !arn.IsRegion(a.Region):
		return refuseFor("region", words.Args{"region": excerpt(a.Region)}, pasteWhole)
	case a.Partition != arn.PartitionOf(a.Region):
		return refuseFor("mixed", mixed(a.Partition, a.Region), pasteWhole)
	case !arn.IsAccount(a.Account):
		return refuseFor("account", words.Args{"account": excerpt(a.Account)}, pasteWhole)
	}
	return nil
}

// mixed are a partition and a Region of another.
func mixed(partition, region string) words.Args {
	return words.Args{"partition": partition, "region": region, "own": arn.PartitionOf(region)}
}

// readResource completes r from task/CLUSTER/ID, task/ID, container/CLUSTER/ID/…,
// service/CLUSTER/NAME or service/NAME.
func (r Ref) readResource(path []string) (Ref, error) {
	of, rest := path[0], path[1:]
	switch {
	case of == "container" && len(rest) == 1:
		return Ref{}, refuseFor("old-container", nil, pasteTask)
	case of == "container" && len(rest) == 3:
		rest = rest[:2]
	case of == "container", len(rest) == 0, len(rest) > 2:
		return Ref{}, refuseFor("cut", words.Args{"of": of}, pasteWhole)
	}
	if len(rest) == 2 {
		if r.Cluster = rest[0]; !nameOK.MatchString(r.Cluster) {
			return Ref{}, refuseFor("cluster", words.Args{"cluster": excerpt(r.Cluster)}, pasteWhole)
		}
	}
	last := rest[len(rest)-1]
	if of == "service" {
		if !nameOK.MatchString(last) {
			return Ref{}, refuseFor("service", words.Args{"service": excerpt(last)}, pasteWhole)
		}
		r.Group = ServiceGroup(last)
		return r, nil
	}
	if !isTaskID(last) {
		return Ref{}, refuseFor("task-id", words.Args{"id": excerpt(last)}, pasteWhole)
	}
	r.TaskID = strings.ToLower(last)
	return r, nil
}
