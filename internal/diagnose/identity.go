package diagnose

import "whystopped/internal/diagnose/verdict"

// Identity is the identity of the verdict, with the ARN of the task's own role
// where the verdict knows its kind only.
func (d Diagnosis) Identity() verdict.Identity {
	id := d.Verdict.Identity
	switch {
	case id.ARN != "":
	case id.Kind == verdict.ExecutionRole:
		id.ARN = d.Task.ExecutionRoleARN
	case id.Kind == verdict.TaskRole:
		id.ARN = d.Task.TaskRoleARN
	}
	return id
}
