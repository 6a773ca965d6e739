package cause

import (
	"cmp"
	"strings"

	"whystopped/internal/diagnose/denial"
	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/diagnose/verdict"
)

// hostStarts reports whether the host starts the task with its own role: on EC2
// that is so where the task has no execution role.
// Source: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html
func (c *Case) hostStarts() bool {
	return c.Facts.Host == HostEC2 && c.Facts.RolesComplete && c.Facts.ExecutionRole == ""
}

// HostCalls reports whether a host that starts a task with its own role makes a
// call itself: it pulls from ECR and writes to CloudWatch Logs. The rest of a
// start takes an execution role.
func HostCalls(action string) bool {
	service, _, _ := strings.Cut(action, ":")
	return service == "ecr" || service == "logs"
}

// Starter is who makes a call that the start of the task needs.
func (c *Case) Starter(action string) verdict.IdentityKind {
	if c.hostStarts() && HostCalls(action) {
		return verdict.InstanceRole
	}
	return verdict.ExecutionRole
}

// StartsWith reports whether the task is started with an identity of that kind.
// That external hosts start a task with their own role AWS's pages do not say;
// where such a host was denied a call of the start, it does.
func (c *Case) StartsWith(kind verdict.IdentityKind) bool {
	external := c.Facts.Host == HostExternal && c.Facts.RolesComplete && c.Facts.ExecutionRole == ""
	return kind == verdict.ExecutionRole || kind == verdict.InstanceRole && (c.hostStarts() || external)
}

// CalledBy is which of the task's identities made a recorded call; "" for none.
// Of denied calls, denied has who made them, by the ids of their events. One role
// that is both of the task's is the execution role until the task runs.
func (c *Case) CalledBy(r evidence.Record, denied map[string]verdict.IdentityKind) verdict.IdentityKind {
	if kind, ok := denied[r.EventID]; ok {
		return kind
	}
	p := denial.ParsePrincipal(r.UserIdentity.ARN)
	role := cmp.Or(RoleName(r.UserIdentity.SessionContext.SessionIssuer.ARN), p.Role)
	isExec := role != "" && role == RoleName(c.Facts.ExecutionRole)
	isTask := role != "" && role == RoleName(c.Facts.TaskRole)
	switch running := c.Facts.StartedAt; {
	case p.SessionKind() == denial.SessionInstance:
		return verdict.InstanceRole
	case isExec && isTask && !running.IsZero() && r.At().After(running):
		return verdict.TaskRole
	case isExec:
		return verdict.ExecutionRole
	case isTask:
		return verdict.TaskRole
	}
	return ""
}
