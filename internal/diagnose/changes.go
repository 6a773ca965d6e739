package diagnose

import "whystopped/internal/diagnose/evidence"

// Change is one difference between two revisions of a task definition.
type Change struct {
	// What is a stable code: execution-role, task-role, secret, image,
	// log-option and the like.
	What string `json:"what"`
	// Container is the container that it concerns; "" for the whole task.
	Container string `json:"container,omitempty"`
	// Name is what of it differs, such as a secret's or an option's name.
	Name string `json:"name,omitempty"`
	// Before and After are the values; "" for what is not there.
	Before string `json:"before,omitempty"`
	After  string `json:"after,omitempty"`
}

// Changes are the differences between two revisions that can matter for a stop.
func Changes(before, after evidence.TaskDefinition) []Change { return nil }
