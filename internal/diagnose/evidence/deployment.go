package evidence

import "time"

// Deployment is one roll-out of the task's service, as it stood when the
// evidence was collected; the task may have ended long before.
// Source: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Deployment.html
type Deployment struct {
	ID string
	// Status is PRIMARY for the newest, ACTIVE for one that still has tasks, and
	// INACTIVE for one that was replaced.
	Status string
	// TaskDefinitionARN is the revision that it rolls out.
	TaskDefinitionARN string
	// RolloutState is COMPLETED, FAILED or IN_PROGRESS; "" where ECS itself does
	// not deploy.
	RolloutState string
	// RunningCount and DesiredCount are numbers of tasks. FailedTasks is how many
	// did not start one after the other; it begins anew when one does.
	RunningCount, DesiredCount, FailedTasks int
	CreatedAt                               time.Time
}

// Works reports whether the deployment's revision seems to run as it should: the
// service came to rest with it, or its tasks run and none failed to start. That
// is no promise for tasks that have only just started.
func (d Deployment) Works() bool {
	switch d.RolloutState {
	case "COMPLETED":
		return true
	case "FAILED":
		return false
	}
	return d.RunningCount > 0 && d.FailedTasks == 0
}
