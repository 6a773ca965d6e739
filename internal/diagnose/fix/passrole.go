package fix

import (
	"slices"
	"strings"

	"whystopped/internal/arn"
	"whystopped/internal/diagnose/cause"
	"whystopped/internal/diagnose/rank"
	"whystopped/internal/diagnose/verdict"
	"whystopped/internal/iampolicy"
)

// passRequests are the roles that the denied principal has to hand over: the one
// that it was denied, and with it the task's other role.
// Source: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/security_iam_service-with-iam.html
func passRequests(c *cause.Case, k rank.Candidate, denied string) []iampolicy.Request {
	var all []iampolicy.Request
	for _, role := range passedRoles(c, denied) {
		all = append(all, iampolicy.Request{Action: "iam:PassRole", Resource: role, PassedTo: strings.Join(receiversOf(c, k, role), " ")})
	}
	return all
}

// passedRoles are the denied role and, if it is one of the task's own, the other.
func passedRoles(c *cause.Case, denied string) []string {
	roles := []string{denied}
	own := []string{c.Facts.ExecutionRole, c.Facts.TaskRole}
	if !slices.Contains(own, denied) {
		return roles
	}
	for _, role := range own {
		if role != "" && !slices.Contains(roles, role) {
			roles = append(roles, role)
		}
	}
	return roles
}

// receiversOf are the services of which one receives the role.
func receiversOf(c *cause.Case, k rank.Candidate, role string) []string {
	if k.Cause.Trusts != "" { // the service that could not assume it
		return []string{k.Cause.Trusts}
	}
	call := ""
	if r := k.Match.Refusal; r != nil {
		call = iampolicy.PassingCall(r.Service, r.Operation)
	}
	ofTask := role == c.Facts.ExecutionRole || role == c.Facts.TaskRole
	switch {
	case k.Identity().Kind == verdict.InfrastructureRole:
		// ECS Managed Instances: the only role that an infrastructure role passes.
		// Source: the AWS managed policy AmazonECSInfrastructureRolePolicyForManagedInstances
		return []string{"ec2.amazonaws.com"}
	case ofTask && (call == "" || strings.HasPrefix(call, "ecs:")):
		return []string{iampolicy.ECSTasks}
	}
	return iampolicy.PassedTo(call, role)
}

// passesInstanceRole reports whether a Managed Instances' role of another name
// than AWS's policy for the infrastructure role passes was denied.
// Source: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/managed-instances-instance-profile.html
func passesInstanceRole(k rank.Candidate) bool {
	r := k.Match.Refusal
	if r.Action != "iam:PassRole" || k.Identity().Kind != verdict.InfrastructureRole {
		return false
	}
	a, _ := arn.Parse(r.Resource)
	return !strings.HasPrefix(a.Name(), "ecsInstanceRole")
}
