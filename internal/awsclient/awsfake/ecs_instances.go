package awsfake

import (
	"slices"

	"whystopped/internal/awsclient/awsfake/ids"
)

// maxDescribedInstances is what DescribeContainerInstances takes at most.
const maxDescribedInstances = 100

type describeContainerInstancesInput struct {
	Cluster            string   `json:"cluster"`
	ContainerInstances []string `json:"containerInstances"`
}

type describeContainerInstancesOutput struct {
	ContainerInstances []ContainerInstance `json:"containerInstances"`
	Failures           []failure           `json:"failures"`
}

// describeContainerInstances finds hosts by ARN or id; one that was
// deregistered is a failure.
func (s *Server) describeContainerInstances(req request, in describeContainerInstancesInput) (any, error) {
	switch n := len(in.ContainerInstances); {
	case n == 0:
		return nil, invalidParameter("Container instances cannot be empty.")
	case n > maxDescribedInstances:
		return nil, invalidParameter("Container instances cannot have more than %d elements.", maxDescribedInstances)
	}
	cluster, err := s.world.cluster(req, in.Cluster)
	if err != nil {
		return nil, err
	}
	out := describeContainerInstancesOutput{ContainerInstances: []ContainerInstance{}, Failures: []failure{}}
	for _, ref := range in.ContainerInstances {
		i := slices.IndexFunc(cluster.Instances, func(h ContainerInstance) bool {
			return ids.LastSegment(h.ContainerInstanceARN) == ids.LastSegment(ref)
		})
		if i < 0 {
			out.Failures = append(
				out.Failures, missing(s.world.ARN("ecs", "container-instance/"+cluster.Name+"/"+ids.LastSegment(ref))),
			)
			continue
		}
		out.ContainerInstances = append(out.ContainerInstances, cluster.Instances[i])
	}
	return out, nil
}
