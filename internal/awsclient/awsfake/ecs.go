package awsfake

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"whystopped/internal/awsclient/awsfake/ids"
	"whystopped/internal/taskref"
)

// What ECS takes at most.
// Source: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Operations.html
const (
	maxDescribedTasks    = 100
	maxDescribedServices = 10
	maxListed            = 100
	maxServiceEvents     = 100
)

var ecsRoutes = map[string]route{
	"ecs:DescribeContainerInstances": {jsonOperation(
		(*Server).describeContainerInstances,
	), func(s *Server, req request) string {
		t := targetOf(req)
		return s.world.ARN("ecs", "container-instance/"+t.Cluster+"/"+first(t.Instances))
	}},
	"ecs:DescribeServices": {jsonOperation((*Server).describeServices), func(s *Server, req request) string {
		t := targetOf(req)
		return s.world.ARN("ecs", "service/"+t.Cluster+"/"+first(t.Services))
	}},
	"ecs:DescribeTaskDefinition": {handle: jsonOperation((*Server).describeTaskDefinition)},
	"ecs:DescribeTasks": {jsonOperation((*Server).describeTasks), func(s *Server, req request) string {
		t := targetOf(req)
		return s.world.ARN("ecs", "task/"+t.Cluster+"/"+first(t.Tasks))
	}},
	"ecs:ListClusters": {handle: jsonOperation((*Server).listClusters)},
	"ecs:ListTasks":    {handle: jsonOperation((*Server).listTasks)},
}

// failure is an entry of the failures that ECS's Describe calls answer with.
type failure struct {
	ARN    string `json:"arn"`
	Reason string `json:"reason"`
}

// missing is the failure for what is not there, or not any more: ECS forgets a
// stopped task after about an hour.
func missing(arn string) failure { return failure{ARN: arn, Reason: "MISSING"} }

func invalidParameter(format string, args ...any) *apiError {
	return badRequest("InvalidParameterException", fmt.Sprintf(format, args...))
}

type describeTasksInput struct {
	Cluster string   `json:"cluster"`
	Tasks   []string `json:"tasks"`
}

type describeTasksOutput struct {
	Tasks    []Task    `json:"tasks"`
	Failures []failure `json:"failures"`
}

func (s *Server) describeTasks(req request, in describeTasksInput) (any, error) {
	switch n := len(in.Tasks); {
	case n == 0:
		return nil, invalidParameter("Tasks cannot be empty.")
	case n > maxDescribedTasks:
		return nil, invalidParameter("Tasks cannot have more than %d elements.", maxDescribedTasks)
	}
	cluster, err := s.world.cluster(req, in.Cluster)
	if err != nil {
		return nil, err
	}
	out := describeTasksOutput{Tasks: []Task{}, Failures: []failure{}}
	for _, ref := range in.Tasks {
		if err := checkTaskRef(ref, cluster.Name); err != nil {
			return nil, err
		}
		arn := s.world.ARN("ecs", "task/"+cluster.Name+"/"+ids.LastSegment(ref))
		i := slices.IndexFunc(cluster.Tasks, func(t Task) bool { return t.TaskARN == arn })
		if i < 0 || (strings.HasPrefix(ref, "arn:") && !sameAccount(ref, arn)) {
			out.Failures = append(out.Failures, missing(arn))
			continue
		}
		out.Tasks = append(out.Tasks, cluster.Tasks[i])
	}
	return out, nil
}

// checkTaskRef refuses what ECS refuses before it looks a task up.
func checkTaskRef(ref, cluster string) error {
	id := ids.LastSegment(ref)
	switch {
	case len(id) > 36:
		return invalidParameter("taskId longer than 36.")
	case id == "" || strings.Trim(id, "0123456789abcdef-") != "":
		return invalidParameter("taskId is invalid.")
	}
	if parts := strings.Split(ref, "/"); len(parts) == 3 && parts[1] != cluster {
		return invalidParameter("Invalid identifier: Identifier is for %s. Your cluster is %s", parts[1], cluster)
	}
	return nil
}

// sameAccount compares partition, service, Region and account of two ARNs.
func sameAccount(a, b string) bool {
	return slices.Equal(strings.SplitN(a, ":", 6)[:5], strings.SplitN(b, ":", 6)[:5])
}

type describeTaskDefinitionInput struct {
	TaskDefinition string `json:"taskDefinition"`
}

type describeTaskDefinitionOutput struct {
	TaskDefinition TaskDefinition `json:"taskDefinition"`
}

// describeTaskDefinition takes an ARN, family:revision, or a family for its
// newest active revision.
func (s *Server) describeTaskDefinition(req request, in describeTaskDefinitionInput) (any, error) {
	want := strings.TrimPrefix(in.TaskDefinition, s.world.ARN("ecs", "task-definition/"))
	var found *TaskDefinition
	for _, d := range s.world.definitions {
		switch {
		case want == fmt.Sprintf("%s:%d", d.Family, d.Revision):
			found = d
		case want == d.Family && d.Status == "ACTIVE" && (found == nil || d.Revision > found.Revision):
			found = d
		}
	}
	if found == nil || req.region != s.world.Region {
		return nil, badRequest("ClientException", "Unable to describe task definition.")
	}
	return describeTaskDefinitionOutput{TaskDefinition: *found}, nil
}

type describeServicesInput struct {
	Cluster  string   `json:"cluster"`
	Services []string `json:"services"`
}

type describeServicesOutput struct {
	Services []Service `json:"services"`
	Failures []failure `json:"failures"`
}

func (s *Server) describeServices(req request, in describeServicesInput) (any, error) {
	switch n := len(in.Services); {
	case n == 0:
		return nil, invalidParameter("Services cannot be empty.")
	case n > maxDescribedServices:
		return nil, invalidParameter("Services cannot have more than %d elements.", maxDescribedServices)
	}
	cluster, err := s.world.cluster(req, in.Cluster)
	if err != nil {
		return nil, err
	}
	out := describeServicesOutput{Services: []Service{}, Failures: []failure{}}
	for _, ref := range in.Services {
		name := ids.LastSegment(ref)
		i := slices.IndexFunc(cluster.Services, func(svc Service) bool { return svc.ServiceName == name })
		if i < 0 {
			out.Failures = append(out.Failures, missing(s.world.ARN("ecs", "service/"+cluster.Name+"/"+name)))
			continue
		}
		service := cluster.Services[i]
		service.Events = service.Events[:min(len(service.Events), maxServiceEvents)]
		out.Services = append(out.Services, service)
	}
	return out, nil
}

type listTasksInput struct {
	Cluster       string `json:"cluster"`
	Family        string `json:"family"`
	ServiceName   string `json:"serviceName"`
	StartedBy     string `json:"startedBy"`
	LaunchType    string `json:"launchType"`
	DesiredStatus string `json:"desiredStatus"`
	MaxResults    int    `json:"maxResults"`
	NextToken     string `json:"nextToken"`
}

type listTasksOutput struct {
	TaskARNs  []string `json:"taskArns"`
	NextToken string   `json:"nextToken,omitempty"`
}

// listTasks lists the ARNs in no order of time, as ECS does; running tasks
// unless stopped ones are asked for.
func (s *Server) listTasks(req request, in listTasksInput) (any, error) {
	cluster, err := s.world.cluster(req, in.Cluster)
	if err != nil {
		return nil, err
	}
	service := ids.LastSegment(in.ServiceName)
	if service != "" && !slices.ContainsFunc(cluster.Services, func(svc Service) bool { return svc.ServiceName == service }) {
		return nil, badRequest("ServiceNotFoundException", "Service not found.")
	}
	arns := []string{}
	for _, t := range cluster.Tasks {
		if in.matches(t, service) {
			arns = append(arns, t.TaskARN)
		}
	}
	slices.Sort(arns)
	part, next, ok := page(arns, in.NextToken, s.size(in.MaxResults, maxListed))
	if !ok {
		return nil, invalidParameter("Invalid token: %s", in.NextToken)
	}
	return listTasksOutput{TaskARNs: part, NextToken: next}, nil
}

func (in listTasksInput) matches(t Task, service string) bool {
	family, _, _ := strings.Cut(ids.LastSegment(t.TaskDefinitionARN), ":")
	return t.DesiredStatus == cmp.Or(in.DesiredStatus, "RUNNING") &&
		(service == "" || t.Group == taskref.ServiceGroup(service)) &&
		(in.Family == "" || family == in.Family) &&
		(in.StartedBy == "" || t.StartedBy == in.StartedBy) &&
		(in.LaunchType == "" || t.LaunchType == in.LaunchType)
}

type listClustersInput struct {
	MaxResults int    `json:"maxResults"`
	NextToken  string `json:"nextToken"`
}

type listClustersOutput struct {
	ClusterARNs []string `json:"clusterArns"`
	NextToken   string   `json:"nextToken,omitempty"`
}

func (s *Server) listClusters(req request, in listClustersInput) (any, error) {
	arns := []string{}
	for _, c := range s.world.Clusters {
		if req.region == s.world.Region {
			arns = append(arns, s.world.ARN("ecs", "cluster/"+c.Name))
		}
	}
	part, next, ok := page(arns, in.NextToken, s.size(in.MaxResults, maxListed))
	if !ok {
		return nil, invalidParameter("Invalid token: %s", in.NextToken)
	}
	return listClustersOutput{ClusterARNs: part, NextToken: next}, nil
}
