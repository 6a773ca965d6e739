package cause

import (
	"strings"

	"whystopped/internal/arn"
	"whystopped/internal/diagnose/denial"
	"whystopped/internal/diagnose/verdict"
	"whystopped/internal/words"
)

// Answer says whose permission it was, how that was decided, and how surely.
type Answer struct {
	Identity   verdict.Identity
	Why        words.Text
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
		return c.caller(p, words.Say("who.user", nil))
	case denial.Root:
		return c.caller(p, words.Say("who.root", nil))
	case denial.Federated:
		return c.caller(p, words.Say("who.federated", nil))
	case denial.Anonymous:
		return c.caller(p, words.Say("who.anonymous", nil))
	case denial.AssumedRole:
		if p.Role != "" {
			return c.byRole(d, t)
		}
	}
	return c.byOperation(d, t)
}

func (c *Case) caller(p denial.Principal, why words.Text) Answer {
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
		return NewAnswer(verdict.ServiceLinkedRole, role, verdict.Confirmed, "who.service-linked", words.Args{"role": p.Role})
	case session == denial.SessionInstance:
		return NewAnswer(verdict.InstanceRole, role, verdict.Confirmed, "who.instance-session", words.Args{"session": p.Session})
	case session == denial.SessionManagedNode:
		return NewAnswer(verdict.InstanceRole, role, verdict.Confirmed, "who.managed-node", words.Args{"session": p.Session})
	case session == denial.SessionInfrastructure:
		return NewAnswer(verdict.InfrastructureRole, role, verdict.Confirmed, "who.infrastructure", words.Args{"session": p.Session})
	case session == denial.SessionScheduler:
		return schedulerRole(p, role)
	case isExec && isTask:
		return c.sharedRole(d, t, role)
	case isExec:
		return NewAnswer(verdict.ExecutionRole, role, verdict.Confirmed, "who.execution-role", words.Args{"role": p.Role})
	case isTask && session != denial.SessionSDK:
		return NewAnswer(verdict.TaskRole, role, verdict.Confirmed, "who.task-role", words.Args{"role": p.Role})
	case isTask: // the SDK assumed the very role that the task has
		return NewAnswer(verdict.TaskRole, role, verdict.Likely, "who.task-role-assumed", words.Args{"role": p.Role})
	}
	return c.foreignRole(d, t, role)
}

// schedulerRole tells the two roles that use the scheduler's session name:
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/troubleshoot-blue-green.html
func schedulerRole(p denial.Principal, role string) Answer {
	if strings.EqualFold(p.Role, "ecsServiceRole") {
		return NewAnswer(verdict.ServiceLinkedRole, role, verdict.Likely, "who.old-service-role", words.Args{"role": p.Role})
	}
	return NewAnswer(verdict.InfrastructureRole, role, verdict.Likely, "who.scheduler", words.Args{"role": p.Role})
}

// sharedRole decides when one role is both: then the moment tells.
func (c *Case) sharedRole(d denial.Denial, t *Text, role string) Answer {
	if startsTask(d, t) {
		return NewAnswer(verdict.ExecutionRole, role, verdict.Confirmed, "who.both-at-start", words.Args{"role": RoleName(role)})
	}
	return NewAnswer(verdict.TaskRole, role, verdict.Likely, "who.both-in-application", words.Args{"role": RoleName(role)})
}

// foreignRole decides for a role that is neither of the task's, or whose
// definition is not known.
func (c *Case) foreignRole(d denial.Denial, t *Text, role string) Answer {
	p, session := d.Principal, d.Principal.SessionKind()
	knows := c.Facts.TaskRole != "" || c.Facts.ExecutionRole != ""
	switch {
	case strings.HasPrefix(p.Role, "AWSReservedSSO_"):
		return NewAnswer(verdict.Caller, role, verdict.Confirmed, "who.identity-center", words.Args{"role": p.Role})
	case session == denial.SessionSDK && knows:
		return NewAnswer(verdict.Caller, role, verdict.Confirmed, "who.second-role", words.Args{"role": p.Role, "session": p.Session})
	case session == denial.SessionSDK && !byECS(t):
		return NewAnswer(verdict.Caller, role, verdict.Likely, "who.sdk-session", words.Args{"session": p.Session})
	case c.atStartOf(d, t):
		return c.foreignAtStart(d, t, role)
	case session == denial.SessionTask:
		return NewAnswer(verdict.TaskRole, role, verdict.Likely, "who.task-session", nil)
	case IsCallerAction(d.Action) && !c.Facts.HasTask && c.Facts.TaskRole == "":
		return NewAnswer(verdict.Caller, role, verdict.Likely, "who.deployer", words.Args{"action": d.Action})
	case c.Facts.TaskRole != "":
		return NewAnswer(verdict.Caller, role, verdict.Confirmed, "who.not-the-task-role", words.Args{"role": p.Role, "other": RoleName(c.Facts.TaskRole)})
	}
	return NewAnswer(verdict.TaskRole, role, verdict.Possible, "who.taken-for-task-role", words.Args{"role": p.Role})
}

// foreignAtStart decides what ECS wrote about starting a task, when the role it
// names cannot be compared or differs from the definition.
func (c *Case) foreignAtStart(d denial.Denial, t *Text, role string) Answer {
	p := d.Principal
	fallback := c.byOperation(d, t)
	fallback.Identity.ARN = role
	if fallback.Identity.Kind == verdict.ServiceLinkedRole && !strings.EqualFold(p.Role, "ecsServiceRole") {
		// https://docs.aws.amazon.com/IAM/latest/UserGuide/using-service-linked-roles.html
		return NewAnswer(verdict.InfrastructureRole, role, verdict.Likely, "who.not-service-linked", words.Args{"role": p.Role})
	}
	switch {
	case IsCallerAction(d.Action):
		return NewAnswer(verdict.Caller, role, verdict.Likely, "who.deployer", words.Args{"action": d.Action})
	case !p.Cut && p.SessionKind() == denial.SessionTask && fallback.Identity.Kind == verdict.ExecutionRole:
		return NewAnswer(verdict.ExecutionRole, role, verdict.Confirmed, "who.start-session", nil)
	case c.Facts.Host == HostEC2 && p.Session == "" && looksLikeInstanceRole(p.Role) && c.Facts.ExecutionRole == "":
		return NewAnswer(verdict.InstanceRole, role, verdict.Likely, "who.instance-by-name", words.Args{"role": p.Role})
	}
	if fallback.Identity.Kind == verdict.ExecutionRole && c.Facts.ExecutionRole != "" && !p.Cut {
		fallback.Confidence = fallback.Confidence.AtMost(verdict.Likely)
		fallback.Why = words.Say("who.other-than-defined", words.Args{"role": p.Role, "other": RoleName(c.Facts.ExecutionRole)})
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
		return NewAnswer(verdict.Caller, "", verdict.Likely, "who.deployer", words.Args{"action": d.Action})
	case service == "ssmmessages":
		return NewAnswer(verdict.TaskRole, c.Facts.TaskRole, verdict.Likely, "who.exec-agent", nil)
	case c.atStartOf(d, t):
		return c.atStart(d, service)
	case c.Facts.RolesComplete && c.Facts.TaskRole == "" && c.Facts.Host == HostEC2:
		return NewAnswer(verdict.InstanceRole, "", verdict.Possible, "who.falls-through", nil)
	}
	return NewAnswer(verdict.TaskRole, c.Facts.TaskRole, verdict.Likely, "who.application", nil)
}

func (c *Case) atStart(d denial.Denial, service string) Answer {
	switch service {
	case "elasticfilesystem", "s3files":
		return NewAnswer(verdict.TaskRole, c.Facts.TaskRole, verdict.Likely, "who.mount", nil)
	case "ec2", "ebs":
		return NewAnswer(verdict.InfrastructureRole, "", verdict.Possible, "who.volumes", nil)
	case "elasticloadbalancing", "servicediscovery", "route53":
		return NewAnswer(verdict.ServiceLinkedRole, "", verdict.Likely, "who.load-balancer", nil)
	}
	if c.hostStarts() {
		return NewAnswer(verdict.InstanceRole, "", verdict.Likely, "who.no-execution-role", nil)
	}
	confidence := verdict.Likely
	if c.Facts.Host == HostFargate || c.Facts.ExecutionRole != "" {
		confidence = verdict.Confirmed
	}
	return NewAnswer(verdict.ExecutionRole, c.Facts.ExecutionRole, confidence, "who.at-start", nil)
}

// NewAnswer says who made a call, with the id of the message that says why.
func NewAnswer(kind verdict.IdentityKind, role string, confidence verdict.Confidence, why string, args words.Args) Answer {
	return Answer{verdict.Identity{Kind: kind, ARN: role}, words.Say(why, args), confidence}
}

// sameRole compares by account and name, since a session's ARN has no path. A
// name that was cut matches as a prefix when enough of it is left, and an account
// that is masked is any.
func sameRole(p denial.Principal, role string) bool {
	if role == "" || p.Role == "" {
		return false
	}
	if own := accountOf(role); own != p.Account && arn.IsAccount(own) && arn.IsAccount(p.Account) {
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

// startsTask reports whether a call is one of starting a task: ECS wrote of it,
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
