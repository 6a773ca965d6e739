package taskref

import (
	"fmt"
	"strings"

	"whystopped/internal/arn"
)

func isARN(text string) bool {
	return strings.HasPrefix(strings.ToLower(text[:min(len(text), 4)]), "arn:")
}

// parseARN reads the ARN of a task, container or service, and names all others.
func parseARN(text string) (Ref, error) {
	a, ok := arn.Parse("arn:" + text[len("arn:"):])
	switch {
	case !ok:
		return Ref{}, refuse(text, "a broken or cut ARN", pasteWhole)
	case !arn.IsPartition(a.Partition):
		return Ref{}, refuse(text, "an ARN whose partition "+excerpt(a.Partition)+" is none of AWS", pasteWhole)
	case a.Service != "ecs":
		return Ref{}, refuseService(text, a)
	}
	path := strings.Split(a.Resource, "/")
	switch path[0] {
	case "task", "container", "service":
		if err := checkScope(text, path[0], a); err != nil {
			return Ref{}, err
		}
		ref := Ref{Partition: a.Partition, Region: a.Region, Account: a.Account}
		return ref.readResource(text, path)
	default:
		return Ref{}, refuseECS(text, a, path)
	}
}

// checkScope asks for a region and an account, which people mask, and for the
// partition of that region: roles are assumed in the partition that an ARN names.
func checkScope(text, of string, a arn.ARN) error {
	switch {
	case !arn.IsRegion(a.Region):
		return refuse(text, fmt.Sprintf("a %s's ARN whose region %s is none", of, excerpt(a.Region)), pasteWhole)
	case a.Partition != arn.PartitionOf(a.Region):
		return refuse(text, fmt.Sprintf("a %s's ARN of the partition %s whose Region %s is in %s", of, a.Partition, a.Region, arn.PartitionOf(a.Region)), pasteWhole)
	case !arn.IsAccount(a.Account):
		return refuse(text, fmt.Sprintf("a %s's ARN whose account %s is not twelve digits", of, excerpt(a.Account)), pasteWhole)
	}
	return nil
}

// readResource completes r from task/CLUSTER/ID, task/ID, container/CLUSTER/ID/…,
// service/CLUSTER/NAME or service/NAME.
func (r Ref) readResource(text string, path []string) (Ref, error) {
	of, rest := path[0], path[1:]
	switch {
	case of == "container" && len(rest) == 1:
		return Ref{}, refuse(text, "a container's ARN of the old form, which does not name its task", pasteTask)
	case of == "container" && len(rest) == 3:
		rest = rest[:2]
	case of == "container", len(rest) == 0, len(rest) > 2:
		return Ref{}, refuse(text, "a broken ARN of a "+of, pasteWhole)
	}
	if len(rest) == 2 {
		if r.Cluster = rest[0]; !nameOK.MatchString(r.Cluster) {
			return Ref{}, refuse(text, fmt.Sprintf("a %s's ARN whose cluster %s is no name", of, excerpt(r.Cluster)), pasteWhole)
		}
	}
	last := rest[len(rest)-1]
	if of == "service" {
		if !nameOK.MatchString(last) {
			return Ref{}, refuse(text, "a service's ARN whose name "+excerpt(last)+" is none", pasteWhole)
		}
		r.Group = ServiceGroup(last)
		return r, nil
	}
	if !isTaskID(last) {
		return Ref{}, refuse(text, fmt.Sprintf("a %s's ARN whose task id %s is not whole", of, excerpt(last)), pasteWhole)
	}
	r.TaskID = strings.ToLower(last)
	return r, nil
}
