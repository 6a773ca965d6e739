package cause

import (
	"fmt"
	"strings"

	"whystopped/internal/diagnose/denial"
	"whystopped/internal/diagnose/verdict"
)

// Answer says whose permission it was, how that was decided, and how surely.
type Answer struct {
	Identity   verdict.Identity
	Why        string
	Confidence verdict.Confidence
}

// Refusal is a denial together with where it was seen and whose it is.
type Refusal struct {
	denial.Denial
	Text *Text // never nil
	Who  Answer

	witness  witness
	recorded bool // CloudTrail's record of the task's own session
}

// who names the identity behind a denial. What the text says of the principal
// outranks everything; then the operation and the moment decide, then the host.
func (c *Case) who(d denial.Denial, t *Text) Answer {
	p := d.Principal
	switch p.Kind {
	case denial.IAMUser:
		return c.caller(p, "The message names an IAM user; a task's roles are never users.")
	case denial.Root:
		return c.caller(p, "The message names the account's root user, which no task role is.")
	case denial.Federated:
		return c.caller(p, "The message names a federated user, which no task role is.")
	case denial.Anonymous:
		return c.caller(p, "The request carried no signature, so no role of the task was asked.")
	case denial.AssumedRole:
		if p.Role != "" {
			return c.byRole(d, t)
		}
	}
	return c.byOperation(d, t)
}

func (c *Case) caller(p denial.Principal, why string) Answer {
	return Answer{verdict.Identity{Kind: verdict.Caller, ARN: p.ARN}, why, verdict.Confirmed}
}

// byRole decides by the role and session that the message names.
func (c *Case) byRole(d denial.Denial, t *Text) Answer {
	p := d.Principal
	role := c.roleARN(p)
	isExec, isTask := sameRole(p, c.Facts.ExecutionRole), sameRole(p, c.Facts.TaskRole)
	session := p.SessionKind()
	switch {
	case strings.HasPrefix(p.Role, "AWSServiceRoleFor"):
		return NewAnswer(verdict.ServiceLinkedRole, role, verdict.Confirmed, "%s is a service-linked role: AWS itself acts with it.", p.Role)
	case session == denial.SessionInstance:
		return NewAnswer(verdict.InstanceRole, role, verdict.Confirmed, "The session %s is an EC2 instance: these are the credentials of the container instance, not of the task.", p.Session)
	case session == denial.SessionManagedNode:
		return NewAnswer(verdict.InstanceRole, role, verdict.Confirmed, "The session %s is a node managed by Systems Manager: the credentials are the host's, not the task's.", p.Session)
	case session == denial.SessionInfrastructure:
		return NewAnswer(verdict.InfrastructureRole, role, verdict.Confirmed, "ECS names the sessions of an infrastructure role %s.", p.Session)
	case session == denial.SessionScheduler:
		return schedulerRole(p, role)
	case isExec && isTask:
		return c.sharedRole(d, t, role)
	case isExec:
		return NewAnswer(verdict.ExecutionRole, role, verdict.Confirmed, "%s is the execution role of this task.", p.Role)
	case isTask && session != denial.SessionSDK:
		return NewAnswer(verdict.TaskRole, role, verdict.Confirmed, "%s is the task role of this task.", p.Role)
	case isTask: // the SDK assumed the very role that the task has
		return NewAnswer(verdict.TaskRole, role, verdict.Likely, "%s is the task role of this task, in a session that the program made itself.", p.Role)
	}
	return c.foreignRole(d, t, role)
}

// schedulerRole tells the two roles that use the scheduler's session name:
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/troubleshoot-blue-green.html
func schedulerRole(p denial.Principal, role string) Answer {
	if strings.EqualFold(p.Role, "ecsServiceRole") {
		return NewAnswer(verdict.ServiceLinkedRole, role, verdict.Likely, "%s is the service role that ECS used before its service-linked role.", p.Role)
	}
	return NewAnswer(verdict.InfrastructureRole, role, verdict.Likely, "ECS's scheduler acted with %s, a role that was given to the service.", p.Role)
}

// sharedRole decides when one role is both: then the moment tells.
func (c *Case) sharedRole(d denial.Denial, t *Text, role string) Answer {
	if startsTask(d, t) {
		return NewAnswer(verdict.ExecutionRole, role, verdict.Confirmed, "%s is both roles of this task; here ECS used it as the execution role, before the container ran.", RoleName(role))
	}
	return NewAnswer(verdict.TaskRole, role, verdict.Likely, "%s is both roles of this task; the call came from the running application, which acts with the task role.", RoleName(role))
}

// foreignRole decides for a role that is neither of the task's, or whose
// definition is not known.
func (c *Case) foreignRole(d denial.Denial, t *Text, role string) Answer {
	p, session := d.Principal, d.Principal.SessionKind()
	knows := c.Facts.TaskRole != "" || c.Facts.ExecutionRole != ""
	switch {
	case strings.HasPrefix(p.Role, "AWSReservedSSO_"):
		return NewAnswer(verdict.Caller, role, verdict.Confirmed, "%s is a person's IAM Identity Center role.", p.Role)
	case session == denial.SessionSDK && knows:
		return NewAnswer(verdict.Caller, role, verdict.Confirmed, "The program assumed %s itself (session %s): it is a second role, not the task role.", p.Role, p.Session)
	case session == denial.SessionSDK && !byECS(t):
		return NewAnswer(verdict.Caller, role, verdict.Likely, "The session name %s is one that SDKs make when the program itself assumes a role.", p.Session)
	case c.atStartOf(d, t):
		return c.foreignAtStart(d, t, role)
	case session == denial.SessionTask:
		return NewAnswer(verdict.TaskRole, role, verdict.Likely, "The session is named after a task, as ECS names the sessions of a task's roles, and the call came from the running application.")
	case IsCallerAction(d.Action) && !c.Facts.HasTask && c.Facts.TaskRole == "":
		return NewAnswer(verdict.Caller, role, verdict.Likely, "%s is asked of whoever starts or deploys tasks.", d.Action)
	case c.Facts.TaskRole != "":
		return NewAnswer(verdict.Caller, role, verdict.Confirmed, "%s is not the task role (%s): the program acted as another role.", p.Role, RoleName(c.Facts.TaskRole))
	}
	return NewAnswer(verdict.TaskRole, role, verdict.Possible, "The application made the call; its task role is not known here, so %s is taken for it.", p.Role)
}

// foreignAtStart decides what ECS wrote about starting a task, when the role it
// names cannot be compared or differs from the definition.
func (c *Case) foreignAtStart(d denial.Denial, t *Text, role string) Answer {
	p := d.Principal
	fallback := c.byOperation(d, t)
	fallback.Identity.ARN = role
	if fallback.Identity.Kind == verdict.ServiceLinkedRole && !strings.EqualFold(p.Role, "ecsServiceRole") {
		// https://docs.aws.amazon.com/IAM/latest/UserGuide/using-service-linked-roles.html
		return NewAnswer(verdict.InfrastructureRole, role, verdict.Likely, "Load balancers and Cloud Map are managed by ECS's service-linked role, or by the infrastructure role of the service; %s isn't named like the first.", p.Role)
	}
	switch {
	case IsCallerAction(d.Action):
		return NewAnswer(verdict.Caller, role, verdict.Likely, "%s is asked of whoever starts or deploys tasks.", d.Action)
	case !p.Cut && p.SessionKind() == denial.SessionTask && fallback.Identity.Kind == verdict.ExecutionRole:
		return NewAnswer(verdict.ExecutionRole, role, verdict.Confirmed, "The session is named after the task, and ECS makes this call while it starts the task: that is the execution role's.")
	case c.Facts.Host == HostEC2 && p.Session == "" && looksLikeInstanceRole(p.Role) && c.Facts.ExecutionRole == "":
		return NewAnswer(verdict.InstanceRole, role, verdict.Likely, "On EC2 without an execution role the container instance role makes this call, and %s is named like one.", p.Role)
	}
	if fallback.Identity.Kind == verdict.ExecutionRole && c.Facts.ExecutionRole != "" && !p.Cut {
		fallback.Confidence = fallback.Confidence.AtMost(verdict.Likely)
		fallback.Why = fmt.Sprintf("%s differs from the definition's execution role (%s), which may have changed since; the call is one that ECS makes with the execution role.", p.Role, RoleName(c.Facts.ExecutionRole))
	}
	return fallback
}

// looksLikeInstanceRole goes by the names that AWS's own tools give
// (ecsInstanceRole, …-EcsInstanceRole-…). It never confirms.
func looksLikeInstanceRole(role string) bool {
	return strings.Contains(strings.ToLower(role), "instance")
}

// byOperation decides where no principal is named.
func (c *Case) byOperation(d denial.Denial, t *Text) Answer {
	service, _, _ := strings.Cut(d.Action, ":")
	switch {
	case IsCallerAction(d.Action):
		return NewAnswer(verdict.Caller, "", verdict.Likely, "%s is asked of whoever starts or deploys tasks.", d.Action)
	case service == "ssmmessages":
		return NewAnswer(verdict.TaskRole, c.Facts.TaskRole, verdict.Likely, "ECS Exec's agent runs inside the container and uses the task role.")
	case c.atStartOf(d, t):
		return c.atStart(d, service)
	case c.Facts.RolesComplete && c.Facts.TaskRole == "" && c.Facts.Host == HostEC2:
		return NewAnswer(verdict.InstanceRole, "", verdict.Possible, "The task has no task role; on EC2 the SDK then falls through to the container instance role.")
	}
	return NewAnswer(verdict.TaskRole, c.Facts.TaskRole, verdict.Likely, "The application made the call, and applications act with the task role unless they bring credentials of their own.")
}

func (c *Case) atStart(d denial.Denial, service string) Answer {
	switch service {
	case "elasticfilesystem", "s3files":
		return NewAnswer(verdict.TaskRole, c.Facts.TaskRole, verdict.Likely, "ECS mounts this volume with the task role, although that happens before the container starts.")
	case "ec2", "ebs":
		return NewAnswer(verdict.InfrastructureRole, "", verdict.Possible, "Volumes and interfaces are made by ECS's infrastructure or service-linked role.")
	case "elasticloadbalancing", "servicediscovery", "route53":
		return NewAnswer(verdict.ServiceLinkedRole, "", verdict.Likely, "ECS's service-linked role registers tasks with load balancers and Cloud Map.")
	}
	if c.hostStarts() {
		return NewAnswer(verdict.InstanceRole, "", verdict.Likely, "The task definition has no execution role, so on EC2 the container instance role makes this call.")
	}
	confidence := verdict.Likely
	if c.Facts.Host == HostFargate || c.Facts.ExecutionRole != "" {
		confidence = verdict.Confirmed
	}
	return NewAnswer(verdict.ExecutionRole, c.Facts.ExecutionRole, confidence, "ECS makes this call with the execution role, before the container runs.")
}

// NewAnswer returns an answer whose reason is a format with its arguments.
func NewAnswer(kind verdict.IdentityKind, role string, confidence verdict.Confidence, why string, args ...any) Answer {
	return Answer{verdict.Identity{Kind: kind, ARN: role}, fmt.Sprintf(why, args...), confidence}
}

// sameRole compares by account and name, since a session's ARN has no path. A
// name that was cut matches as a prefix when enough of it is left, and an account
// that is masked is any.
func sameRole(p denial.Principal, role string) bool {
	if role == "" || p.Role == "" {
		return false
	}
	if own := accountOf(role); own != p.Account && isAccount(own) && isAccount(p.Account) {
		return false
	}
	name := RoleName(role)
	if p.Cut && p.Session == "" {
		return len(p.Role) >= 6 && strings.HasPrefix(name, p.Role)
	}
	return name == p.Role
}

// roleARN is the role's own ARN: from the record, from the definition where the
// name agrees, or as far as the session's ARN tells it.
func (c *Case) roleARN(p denial.Principal) string {
	switch {
	case p.RoleARN != "":
		return p.RoleARN
	case sameRole(p, c.Facts.ExecutionRole):
		return c.Facts.ExecutionRole
	case sameRole(p, c.Facts.TaskRole):
		return c.Facts.TaskRole
	case p.Cut:
		return ""
	}
	partition := "aws"
	if parts := strings.SplitN(p.ARN, ":", 3); len(parts) == 3 {
		partition = parts[1]
	}
	// The path is unknown here; a role without one has just this ARN.
	return "arn:" + partition + ":iam::" + p.Account + ":role/" + p.Role
}

// byECS tells texts that ECS wrote from those of an application.
func byECS(t *Text) bool { return t.Place&(Stopped|Reason|Event|Attachment|ManagedAgent) != 0 }

// atStartOf tells refusals that ECS met while it started the task: it says so
// itself, or its words are in what people and logs tell of a task that never ran.
func (c *Case) atStartOf(d denial.Denial, t *Text) bool {
	return byECS(t) || !c.Facts.Started && startsTask(d, t)
}

const startHeadNear = 600 // bytes of a log before a refusal that may tell of a start

// startsTask tells whether a call is one of starting a task: ECS wrote of it,
// or it is one that only the start makes.
func startsTask(d denial.Denial, t *Text) bool {
	if byECS(t) {
		return true
	}
	if t.Place == Log { // of the agent, or of a tool that prints a task's reason
		return tellsOfStart(t.own(runeStart(t.Raw, max(0, d.Start-startHeadNear)), d.End))
	}
	switch d.Action {
	case "ecr:GetAuthorizationToken", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer", "ecr:BatchCheckLayerAvailability", "ecr:BatchImportUpstreamImage",
		"logs:CreateLogGroup", "logs:CreateLogStream":
		return true
	}
	return tellsOfStart(t.own(0, min(len(t.Raw), smallText)))
}

// StartsTasks tells actions that are asked of whoever starts or deploys tasks,
// before there is a task.
func StartsTasks(action string) bool {
	switch action {
	case "iam:PassRole", "iam:CreateServiceLinkedRole", "ecs:RunTask", "ecs:StartTask", "ecs:StopTask", "ecs:CreateService", "ecs:UpdateService", "ecs:DeleteService",
		"ecs:RegisterTaskDefinition", "ecs:DeregisterTaskDefinition", "ecs:TagResource", "ecs:ExecuteCommand", "ecs:CreateCluster", "ecs:CreateTaskSet":
		return true
	}
	return false
}

// IsCallerAction tells actions that are asked of whoever runs, deploys or
// inspects tasks. Source: Service Authorization Reference, Amazon ECS.
func IsCallerAction(action string) bool {
	if StartsTasks(action) {
		return true
	}
	switch action {
	case "ecs:ListTasks", "ecs:DescribeTasks", "ecs:DescribeServices", "ecs:DescribeTaskDefinition", "ecs:DescribeClusters", "ecs:ListClusters", "ecs:ListServices":
		return true
	}
	return false
}
