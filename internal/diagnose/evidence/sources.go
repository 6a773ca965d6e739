package evidence

// Names of sources that a diagnosis speaks of. What follows the permission in
// brackets tells two uses of one operation apart; no container can have such a
// name.
const (
	// TaskSource is where the task itself is read.
	TaskSource = "ecs:DescribeTasks"
	// GoodDefinitionSource is where the definitions of revisions are read that
	// work in the task's place; no verdict depends on it.
	GoodDefinitionSource = "ecs:DescribeTaskDefinition (good revision)"
	// TaskEventsSource is the log group into which a cluster's event capture
	// writes; it knows tasks that ECS has forgotten.
	TaskEventsSource = "logs:FilterLogEvents (task events)"
	// TrailLogSource is the log group of a trail, which may have data events.
	TrailLogSource = "logs:FilterLogEvents (trail)"
	// HostTrailSource is CloudTrail's event history of the host's own session.
	HostTrailSource = "cloudtrail:LookupEvents (host)"
)
