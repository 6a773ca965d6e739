package evidence

import "strings"

// Names of the sources. What follows the permission in brackets tells two uses of
// one operation apart; no container can have such a name. Behind the name of a log
// comes the container's: "logs:GetLogEvents app".
const (
	// TaskSource is where the task itself is read.
	TaskSource = "ecs:DescribeTasks"
	// TaskEventsSource is the log group into which a cluster's event capture
	// writes; it knows tasks that ECS has forgotten.
	TaskEventsSource = "logs:FilterLogEvents (task events)"
	// DefinitionSource is the revision of the task definition.
	DefinitionSource = "ecs:DescribeTaskDefinition"
	// GoodDefinitionSource is where the definitions of revisions are read that
	// work in the task's place; no verdict depends on it.
	GoodDefinitionSource = "ecs:DescribeTaskDefinition (good revision)"
	// LogSource is the end of a container's log, LogDenialsSource the denials
	// before it.
	LogSource        = "logs:GetLogEvents"
	LogDenialsSource = "logs:FilterLogEvents"
	// TrailSource is CloudTrail's event history of the task's sessions.
	TrailSource = "cloudtrail:LookupEvents"
	// TrailLogSource is the log group of a trail, which may have data events.
	TrailLogSource = "logs:FilterLogEvents (trail)"
	// InstanceSource is the container instance, and HostTrailSource CloudTrail's
	// event history of its own session.
	InstanceSource  = "ecs:DescribeContainerInstances"
	HostTrailSource = "cloudtrail:LookupEvents (host)"
	// ServiceSource has the service's events and deployments.
	ServiceSource = "ecs:DescribeServices"
	// RolesSource has the roles in question.
	RolesSource = "iam:GetRole"
	// SimulatorSource is IAM's policy simulator.
	SimulatorSource = "iam:SimulatePrincipalPolicy"
)

// SourceCode returns the code of a source, which the messages about it have in
// their ids, and the container whose log it is, "" for any other: "task-events" of
// "logs:FilterLogEvents (task events)", "logs:GetLogEvents" and "app" of
// "logs:GetLogEvents app".
func SourceCode(name string) (code, container string) {
	operation, rest, _ := strings.Cut(name, " ")
	if use, ok := strings.CutPrefix(rest, "("); ok {
		return strings.ReplaceAll(strings.TrimSuffix(use, ")"), " ", "-"), ""
	}
	return operation, rest
}
