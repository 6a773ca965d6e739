package taskref

import "strings"

// How ECS names the group of a task: by its service, or by the family of its task
// definition unless whoever ran the task named another.
// Source: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Task.html
const (
	ofService = "service:"
	ofFamily  = "family:"
)

// ServiceGroup returns the group of a service's tasks; "" for no service.
func ServiceGroup(service string) string {
	if service == "" {
		return ""
	}
	return ofService + service
}

// ServiceOf returns the service whose tasks are in a group, or "".
func ServiceOf(group string) string { return after(ofService, group) }

// FamilyOf returns the family of task definitions that a group is named by, or "".
func FamilyOf(group string) string { return after(ofFamily, group) }

func after(prefix, group string) string {
	name, ok := strings.CutPrefix(group, prefix)
	if !ok {
		return ""
	}
	return name
}
