package cause

import (
	"strings"

	"whystopped/internal/diagnose/verdict"
)

// roleCauses: roles that are missing, cannot be assumed, or never arrived.
func roleCauses() []*Cause {
	return []*Cause{
		{
			Code: "role.cannot-be-assumed", Area: AreaRoles, Phase: verdict.PhasePlacement, Category: verdict.IAMTrust,
			Identity: verdict.UnknownIdentity, Who: assumedRole, Confidence: verdict.Likely,
			Title:   "ECS could not assume the role {name|of the task}",
			Meaning: "Before a task exists, ECS assumes its roles, and could not assume {name|one of them}. AWS has one text for four faults: the trust policy does not name ecs-tasks.amazonaws.com, the role does not exist, the caller may not pass it, or it was made seconds ago.",
			Reason:  "The text names the role that failed, not why; iam:GetRole tells whether it exists and whom it trusts.",
			Fix: []string{
				"Look at the role: aws iam get-role --role-name {name|ROLE}. It must exist in the task's own account.",
				"Its trust policy must allow sts:AssumeRole to the service ecs-tasks.amazonaws.com (not ecs.amazonaws.com, not ec2.amazonaws.com).",
				"Whoever creates the service or runs the task needs iam:PassRole on {name|the role}.",
				"If the role was made or changed just now, try again in a minute.",
			},
			Docs:   []string{docExecutionRole, docTaskRole, docPassRole},
			Trusts: "ecs-tasks.amazonaws.com",
			When: Unless{
				Match: says(ByECS|Log,
					pattern("unable to assume", `unable to assume (?:the )?(?:task |execution |task execution )?role '?(?P<name>[\w+=,.@:/-]+?)'? that was provided for this task`),
					pattern("unable to assume the role", `ECS was unable to assume the role '?(?P<name>arn:[^\s')]+)?`),
					pattern("unable to assume role", `ECS was unable to assume (?:the )?(?:task |execution )?role '?(?P<name>arn:[^\s')]+)?`)),
				But: placeholderRole,
			},
		},
		{
			Code: "role.invalid", Area: AreaRoles, Phase: verdict.PhasePlacement, Category: verdict.IAMRoleMissing,
			Identity: verdict.ExecutionRole, Confidence: verdict.Possible,
			Title:   "A role in the task definition is not a valid role",
			Meaning: "ECS refused the task definition: executionRoleArn or taskRoleArn is no role's ARN, names a role that does not exist, or is an empty string. The text does not say which of the two.",
			Reason:  "The text names neither role; the execution role is the one that most definitions have.",
			Fix: []string{
				"Put the full ARN of a role that exists into executionRoleArn and taskRoleArn (arn:aws:iam::ACCOUNT:role/NAME, no user and no instance profile).",
				"Where there is to be no role, leave the field out altogether: an empty string is refused too.",
			},
			Docs: []string{docExecutionRole, docTaskRole},
			When: says(ByECS|Log, phrase("role is not valid")),
		},
		{
			Code: "role.execution-required", Area: AreaRoles, Phase: verdict.PhasePlacement, Category: verdict.IAMRoleMissing,
			Identity: verdict.ExecutionRole, Confidence: verdict.Confirmed,
			Title:   "The task definition needs an execution role for its {purpose|start} and has none",
			Meaning: "Something in the task definition (Fargate with awslogs or ECR, secrets, environment files, a private registry) is done with the execution role, and executionRoleArn is not set.",
			Reason:  "The task role does not serve for what ECS does before the container runs.",
			Fix:     []string{"Set executionRoleArn to a role that trusts ecs-tasks.amazonaws.com and has AmazonECSTaskExecutionRolePolicy, plus what secrets, environment files and created log groups need (the managed policy has none of these)."},
			Docs:    []string{docExecutionRole},
			When: says(ByECS|Log,
				phrase("specify a value for 'executionrolearn'"), phrase("executionrolearn is required"), phrase("must specify an executionrolearn"), phrase("requires that a task execution role"),
				pattern("execution role", `when you (?:are )?specify(?:ing)? container (?P<purpose>secrets)[^\n]{0,120}?execution role`),
				pattern("executionrolearn", `when you (?:are )?specify(?:ing)? (?:container )?(?P<purpose>[\w\s]{3,40}?), you must[^\n]{0,60}?executionRoleArn`),
				pattern("requires task definition to have execution role", `requires task definition to have execution role(?: ARN)?(?: to support (?P<purpose>[\w\s]+?)(?:[.\n\\]|$))?`)),
		},
		{
			Code: "role.execution-credentials-missing", Area: AreaRoles, Phase: verdict.PhaseStartup, Category: verdict.IAMRoleMissing,
			Identity: verdict.ExecutionRole, Confidence: verdict.Likely,
			Title:   "The host had no credentials of the execution role",
			Meaning: "The ECS agent needed the execution role's credentials and did not have them: the task definition has no execution role, or ECS could not hand its credentials over. It is not a missing permission.",
			Reason:  "The text speaks of credentials, not of an action that was refused.",
			Fix:     []string{"Set executionRoleArn in the task definition. If it is set, restart the ECS agent on the host and check its connection to ECS."},
			Docs:    []string{docExecutionRole, docAgent},
			When: says(ByECS|Log,
				phrase("unable to find execution role credentials"), phrase("no execution credentials set for the task"),
				phrase("unable to get execution role credentials"), phrase("execution role credentials not available"), phrase("container uses execution credentials, but the credentials are empty")),
		},
		{
			Code: "role.credentials-not-delivered", Area: AreaRoles, Phase: verdict.PhaseStartup, Category: verdict.Agent,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "The ECS agent lost the credentials for the registry",
			Meaning: "The agent had no credentials at hand for the pull. That is a fault between ECS and the agent, not of a policy.",
			Reason:  "The agent asked nobody: the credentials were not in its memory.",
			Fix:     []string{"Restart or update the ECS agent on the container instance (systemctl restart ecs) and start the task again. Look for an earlier error of this task's secrets or credentials in /var/log/ecs/ecs-agent.log."},
			Docs:    []string{docAgent},
			When: Unless{But: says(Log|Pasted, phrase("from container-role"), phrase("from ecs metadata")), Match: says(ByECS|Log,
				phrase("engine ecr credentials: not found"), phrase("engine docker private registry credentials: not found"), phrase("dockerauth: missing container's ecr auth data"),
				phrase("missing authorizationdata in ecr response"), phrase("authorizationdata is nil for"), phrase("unexpected number of results in authorizationdata"), phrase("getcredentialsinvalidroletype"), phrase("credentialsv2request: id not found"), phrase("credentialsv2request: credentials not found"))},
		},
		{
			Code: "role.credentials-refused", Area: AreaRoles, Phase: verdict.PhaseStartup, Category: verdict.Credentials,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "AWS did not accept the credentials with which ECS starts the task ({name|expired or unknown})",
			Meaning: "The signature or token of ECS's agent was turned down before any policy was read: the host's clock is wrong, the agent held credentials that had expired, or the role was deleted and made anew meanwhile.",
			Reason:  "No permission was checked, so none is missing.",
			Fix: []string{
				"Check the host's clock (chronyc tracking), restart the ECS agent on it and start the task again.",
				"If the role was deleted and created again, register a new revision of the task definition, or wait until the old sessions have ended.",
			},
			Docs: []string{docExecutionRole, docAgent},
			When: startSays(refusedCredentialPhrases()...),
		},
		{
			Code: "role.service-linked-missing", Area: AreaRoles, Phase: verdict.PhasePlacement, Category: verdict.IAMRoleMissing,
			Identity: verdict.ServiceLinkedRole, Confidence: verdict.Confirmed,
			Title:   "ECS's service-linked role does not exist yet or could not be used",
			Meaning: "ECS acts with AWSServiceRoleForECS, and could not. On the first use in an account it often is just not ready: a second try works.",
			Reason:  "It is neither the execution role nor the task role: AWS itself uses this one.",
			Fix:     []string{"Create it: aws iam create-service-linked-role --aws-service-name ecs.amazonaws.com; then try again."},
			Docs:    []string{docServiceLinked},
			When:    says(ByECS|Log, phrase("unable to assume the service linked role"), phrase("unable to assume the service-linked role"), phrase("verify that the ecs service linked role exists"), pattern("linked role", `service[-\s]linked role (?:\S+ )?(?:does not exist|doesn['’]t exist|is missing|not found)`)),
		},
		{
			Code: "role.service-role-permissions", Area: AreaRoles, Phase: verdict.PhasePlacement, Category: verdict.IAMPermission,
			Identity: verdict.ServiceLinkedRole, Confidence: verdict.Likely,
			Title:   "The ECS service role could not check the target group",
			Meaning: "ECS could not use the service's role to look at the load balancer: the role's policy was not attached yet, or is missing.",
			Reason:  "Load balancers are handled with the service role or the service-linked role, not with the task's roles.",
			Fix:     []string{"Let the service be created after the role's policy is attached, or leave the role out, so that the service-linked role is used."},
			Docs:    []string{docServiceLinked},
			Grants:  []string{"elasticloadbalancing:DescribeTargetGroups"},
			When:    says(ByECS|Log, phrase("unable to assume role and validate the specified targetgrouparn"), phrase("unable to assume role and validate the listeners"), phrase("verify that the ecs service role being passed has the proper permissions")),
		},
		{
			Code: "role.service-role-unwanted", Area: AreaRoles, Phase: verdict.PhasePlacement, Category: verdict.ContainerConfig,
			Identity: verdict.NoIdentity, Confidence: verdict.Confirmed,
			Title:   "The service was given a role that it must not have",
			Meaning: "The field role of CreateService (iam_role in Terraform) is only for classic services with a load balancer. With awsvpc, several target groups, Cloud Map or no load balancer ECS uses its service-linked role instead.",
			Reason:  "No permission is missing: the request names a role where none belongs.",
			Fix:     []string{"Leave the service's role out (Terraform: remove iam_role from aws_ecs_service). Roles of the task belong in the task definition: executionRoleArn and taskRoleArn."},
			Docs:    []string{docServiceLinked},
			When:    says(ByECS|Log, phrase("you cannot specify an iam role for services that require a service linked role"), phrase("a role was passed, but no load balancers were present")),
		},
		{
			Code: "role.infrastructure-elb", Area: AreaRoles, Phase: verdict.PhaseUnknown, Category: verdict.IAMTrust,
			Identity: verdict.InfrastructureRole, Confidence: verdict.Likely,
			Title:   "ECS could not use the infrastructure role {name|of the service} for the load balancer",
			Meaning: "The deployment was rolled back because ECS could not act with the infrastructure role of the service. AWS documents the trust policy as the cause, although the text says permissions.",
			Reason:  "Blue/green deployments move traffic with the infrastructure role, which must trust ecs.amazonaws.com.",
			Fix:     []string{"Let {name|the role} trust ecs.amazonaws.com, and attach AmazonECSInfrastructureRolePolicyForLoadBalancers."},
			Docs:    []string{docInfrastructure},
			Trusts:  "ecs.amazonaws.com",
			When: says(ByECS|Log,
				pattern("missing permissions on ecs infrastructure role", `missing permissions on ECS Infrastructure Role '?(?P<name>[^'\s]*)`),
				pattern("infrastructure role", `unable to (?:assume|use) (?:the )?(?:\w+ )?infrastructure role '?(?P<name>[^'\s]*)`)),
		},
		{
			Code: "role.efs-needs-task-role", Area: AreaRoles, Phase: verdict.PhasePlacement, Category: verdict.IAMRoleMissing,
			Identity: verdict.TaskRole, Confidence: verdict.Confirmed,
			Title:   "A volume with IAM authorization needs a task role",
			Meaning: "The task definition mounts EFS with IAM authorization, which is done with the task role, and has none.",
			Reason:  "EFS is mounted with the task role, not with the execution role.",
			Fix:     []string{"Set taskRoleArn in the task definition to a role with elasticfilesystem:ClientMount on the file system, or set authorizationConfig.iam of the volume to DISABLED."},
			Docs:    []string{docEFS},
			When:    says(ByECS|Log, phrase("efs iam authorization requires a task role"), pattern("requires a task role", `(?:S3 ?Files|iam authorization)[^\n]{0,60}?requires a task role`)),
		},
		{
			Code: "role.exec-needs-task-role", Area: AreaRoles, Phase: verdict.PhasePlacement, Category: verdict.IAMRoleMissing,
			Identity: verdict.TaskRole, Confidence: verdict.Confirmed,
			Title:   "ECS Exec was switched on for a task that has no task role",
			Meaning: "enableExecuteCommand needs a task role, because the agent of ECS Exec opens its channel from inside the container. ECS refused the request; no task was started.",
			Reason:  "ECS Exec uses the task role; the execution role does not serve.",
			Fix:     []string{"Set taskRoleArn in the task definition to a role that allows the four ssmmessages actions (CreateControlChannel, CreateDataChannel, OpenControlChannel, OpenDataChannel), or switch enableExecuteCommand off."},
			Docs:    []string{docExec, docTaskRole},
			When:    says(ByECS|Log, phrase("a valid taskrolearn is not being used"), phrase("specify a valid task role in your task definition")),
		},
		{
			Code: "role.task-role-absent", Area: AreaRoles, Phase: verdict.PhaseRuntime, Category: verdict.IAMRoleMissing,
			Identity: verdict.TaskRole, Confidence: verdict.Confirmed,
			Title:   "The task has no task role, and the application needs one",
			Meaning: "A call that is made with the task role found no credentials: taskRoleArn is not set.",
			Reason:  "The execution role's credentials are out of a container's reach; without a task role there are none.",
			Fix:     []string{"Set taskRoleArn in the task definition to a role with the permissions that the application needs."},
			Docs:    []string{docTaskRole},
			When: Any{
				says(Anywhere, phrase("no task iam role credentials available for task")),
				When{
					If:    func(f *Facts) bool { return f.RolesComplete && f.TaskRole == "" },
					Match: says(ByApp, noCredentialPhrases()...),
				},
			},
		},
		{
			Code: "role.placeholder", Area: AreaRoles, Phase: verdict.PhasePlacement, Category: verdict.IAMRoleMissing,
			Identity: verdict.UnknownIdentity, Who: assumedRole, Confidence: verdict.Likely,
			Title:   "The role {name|in the task definition} is a placeholder, not a role",
			Meaning: "The role's name is what a template leaves behind when a value is missing. No such role exists.",
			Fix:     []string{"Find where the tool that registers the task definition leaves taskRoleArn or executionRoleArn empty, and register a revision with the real role, or without the field."},
			Docs:    []string{docTaskRole, docExecutionRole},
			When:    placeholderRole,
		},
	}
}

// placeholderRole is the name that a template leaves where a value was missing.
var placeholderRole = says(ByECS|Log, pattern("unable to assume the role", `unable to assume the role '?(?P<name>arn:[\w-]+:iam::[^:]*:role/(?:null|undefined|none|nil|\$\{[^}']*\}|<[^>']*>))'?(?:[\s)]|$)`))

// assumedRole tells which of the task's roles ECS could not assume: by the
// definition, else by the role's name, which never confirms.
func assumedRole(c *Case, m Match) Answer {
	role := m.Captures["name"]
	switch name := RoleName(role); {
	case role != "" && name == RoleName(c.Facts.ExecutionRole) && name == RoleName(c.Facts.TaskRole):
		return answer(verdict.ExecutionRole, role, verdict.Possible, "%s is both roles of this task.", name)
	case role != "" && name == RoleName(c.Facts.ExecutionRole):
		return answer(verdict.ExecutionRole, role, verdict.Likely, "%s is the execution role of this task.", name)
	case role != "" && name == RoleName(c.Facts.TaskRole):
		return answer(verdict.TaskRole, role, verdict.Likely, "%s is the task role of this task.", name)
	case strings.Contains(strings.ToLower(name), "exec"):
		return answer(verdict.ExecutionRole, role, verdict.Possible, "By its name %s is an execution role; the definition is not known here.", name)
	case strings.HasPrefix(name, "AWSServiceRoleFor"):
		return answer(verdict.UnknownIdentity, role, verdict.Possible, "%s is a service-linked role; no task can use it.", name)
	case role == "":
		return answer(verdict.UnknownIdentity, "", verdict.Possible, "The text does not name the role.")
	}
	return answer(verdict.TaskRole, role, verdict.Possible, "The text says only that %s was given for the task; without its definition it is taken for the task role.", RoleName(role))
}
