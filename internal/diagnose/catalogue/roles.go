package catalogue

import (
	"strings"

	"whystopped/internal/diagnose/cause"
	"whystopped/internal/diagnose/verdict"
	"whystopped/internal/words"
)

// roleCauses: roles that are missing, cannot be assumed, or never arrived.
func roleCauses() []*Cause {
	return []*Cause{
		{
			Code: "role.cannot-be-assumed", Area: AreaRoles, Phase: verdict.PhasePlacement, PhaseInTask: verdict.PhaseStartup, Category: verdict.IAMTrust,
			Identity: verdict.UnknownIdentity, Who: assumedRole, Confidence: verdict.Likely,
			Title:   "ECS couldn't assume the role {name|of the task}",
			Meaning: "ECS assumes the roles of a task before the task exists, and couldn't assume {name|one of them}. AWS has one text for four faults: the trust policy doesn't name ecs-tasks.amazonaws.com, the role doesn't exist, the caller isn't allowed to pass it, or it was created seconds ago.",
			Reason:  "The text names the role that failed, not why. iam:GetRole shows whether it exists and which service it trusts.",
			Fix: []string{
				"Check the role: aws iam get-role --role-name {name|ROLE}. It must exist in the task's own account.",
				"Allow sts:AssumeRole for the service ecs-tasks.amazonaws.com (not ecs.amazonaws.com, not ec2.amazonaws.com) in its trust policy.",
				"Allow iam:PassRole on {name|the role} for whoever creates the service or runs the task.",
				"If the role was created or changed just now, try again in a minute.",
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
			Code: "role.invalid", Area: AreaRoles, Phase: verdict.PhasePlacement, PhaseInTask: verdict.PhaseStartup, Category: verdict.IAMRoleMissing,
			Identity: verdict.ExecutionRole, Confidence: verdict.Possible,
			Title:   "A role in the task definition isn't a valid role",
			Meaning: "ECS rejected the task definition: executionRoleArn or taskRoleArn isn't a role ARN, names a role that doesn't exist, or is an empty string. The text doesn't show which of the two.",
			Reason:  "The text names neither role. The task execution role is the one that most definitions have.",
			Fix: []string{
				"Set executionRoleArn and taskRoleArn to the full ARN of an existing role (arn:aws:iam::ACCOUNT:role/NAME, not a user or an instance profile).",
				"Remove the field if there is no role: an empty string is rejected too.",
			},
			Docs: []string{docExecutionRole, docTaskRole},
			When: says(ByECS|Log, phrase("role is not valid")),
		},
		{
			Code: "role.execution-required", Area: AreaRoles, Phase: verdict.PhasePlacement, PhaseInTask: verdict.PhaseStartup, Category: verdict.IAMRoleMissing,
			Identity: verdict.ExecutionRole, Confidence: verdict.Confirmed,
			Title:   "The task definition needs a task execution role for its {purpose|startup}",
			Meaning: "Something in the task definition (Fargate with awslogs or ECR, secrets, environment files, a private registry) requires the task execution role, and executionRoleArn isn't set.",
			Reason:  "The task role isn't used for what ECS does before the container runs.",
			Fix: []string{
				"Set executionRoleArn to a role that trusts ecs-tasks.amazonaws.com and has AmazonECSTaskExecutionRolePolicy, plus what secrets, environment files, and created log groups need (the managed policy has none of these).",
			},
			Docs: []string{docExecutionRole},
			When: says(ByECS|Log,
				phrase("specify a value for 'executionrolearn'"), phrase("executionrolearn is required"), phrase("must specify an executionrolearn"), phrase("requires that a task execution role"),
				pattern("execution role", `when you (?:are )?specify(?:ing)? container (?P<purpose>secrets)[^\n]{0,120}?execution role`),
				pattern("executionrolearn", `when you (?:are )?specify(?:ing)? (?:container )?(?P<purpose>[\w\s]{3,40}?), you must[^\n]{0,60}?executionRoleArn`),
				pattern("requires task definition to have execution role", `requires task definition to have execution role(?: ARN)?(?: to support (?P<purpose>[\w\s]+?)(?:[.\n\\]|$))?`)),
		},
		{
			Code: "role.execution-credentials-missing", Area: AreaRoles, Phase: verdict.PhaseStartup, Category: verdict.IAMRoleMissing,
			Identity: verdict.ExecutionRole, Confidence: verdict.Likely,
			Title:   "The host had no credentials of the task execution role",
			Meaning: "The ECS agent needed the credentials of the task execution role and had none. The task definition has no task execution role, or ECS couldn't deliver its credentials; it isn't a missing permission.",
			Reason:  "The text is about credentials, not about a denied action.",
			Fix: []string{
				"Set executionRoleArn in the task definition. If it's set, restart the ECS agent on the host and check its connection to ECS.",
			},
			Docs: []string{docExecutionRole, docAgent},
			When: says(ByECS|Log,
				phrase("unable to find execution role credentials"), phrase("no execution credentials set for the task"),
				phrase("unable to get execution role credentials"), phrase("execution role credentials not available"), phrase("container uses execution credentials, but the credentials are empty")),
		},
		{
			Code: "role.credentials-not-delivered", Area: AreaRoles, Phase: verdict.PhaseStartup, Category: verdict.Agent,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "The ECS agent lost the credentials for the registry",
			Meaning: "The agent had no credentials for the pull. That is a fault between ECS and the agent, not of a policy.",
			Reason:  "The agent asked nobody: the credentials weren't in its memory.",
			Fix: []string{
				"Restart or update the ECS agent on the container instance (systemctl restart ecs) and start the task again. Check /var/log/ecs/ecs-agent.log for an earlier error of this task's secrets or credentials.",
			},
			Docs: []string{docAgent},
			When: Unless{But: says(Log|Pasted, phrase("from container-role"), phrase("from ecs metadata")), Match: says(ByECS|Log,
				phrase("engine ecr credentials: not found"), phrase("engine docker private registry credentials: not found"), phrase("dockerauth: missing container's ecr auth data"),
				phrase("missing authorizationdata in ecr response"), phrase("authorizationdata is nil for"), phrase("unexpected number of results in authorizationdata"), phrase("getcredentialsinvalidroletype"), phrase("credentialsv2request: id not found"), phrase("credentialsv2request: credentials not found"))},
		},
		{
			Code: "role.credentials-refused", Area: AreaRoles, Phase: verdict.PhaseStartup, Category: verdict.Credentials,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "AWS rejected the credentials that start the task ({name|expired or unknown})",
			Meaning: "The signature or token of the ECS agent was rejected before any policy was evaluated. The host's clock is wrong, the agent's credentials had expired, or the role was deleted and created again.",
			Reason:  "No permission was checked, so none is missing.",
			Fix: []string{
				"Check the host's clock (chronyc tracking), restart the ECS agent, and start the task again.",
				"If the role was deleted and created again, register a new revision of the task definition, or wait until the old sessions have expired.",
			},
			Docs: []string{docExecutionRole, docAgent},
			When: startSays(refusedCredentialPhrases()...),
		},
		{
			Code: "role.service-linked-missing", Area: AreaRoles, Phase: verdict.PhasePlacement, PhaseInTask: verdict.PhaseStartup, Category: verdict.IAMRoleMissing,
			Identity: verdict.ServiceLinkedRole, Confidence: verdict.Confirmed,
			Title:   "The ECS service-linked role doesn't exist yet or couldn't be used",
			Meaning: "ECS uses AWSServiceRoleForECS, and couldn't. On the first use in an account it often isn't ready yet, and a second try works.",
			Reason:  "It's neither the task execution role nor the task role: AWS itself uses this one.",
			Fix: []string{
				"Create it: aws iam create-service-linked-role --aws-service-name ecs.amazonaws.com. Then try again.",
			},
			Docs: []string{docServiceLinked},
			When: says(ByECS|Log, phrase("unable to assume the service linked role"), phrase("unable to assume the service-linked role"), phrase("verify that the ecs service linked role exists"), pattern("linked role", `service[-\s]linked role (?:\S+ )?(?:does not exist|doesn['’]t exist|is missing|not found)`)),
		},
		{
			Code: "role.service-role-permissions", Area: AreaRoles, Phase: verdict.PhasePlacement, PhaseInTask: verdict.PhaseStartup, Category: verdict.IAMPermission,
			Identity: verdict.ServiceLinkedRole, Confidence: verdict.Likely,
			Title:   "The ECS service role couldn't check the target group",
			Meaning: "ECS couldn't use the service's role to describe the load balancer. The role's policy wasn't attached yet, or is missing.",
			Reason:  "Load balancers are handled with the service role or the service-linked role, not with the task's roles.",
			Fix: []string{
				"Create the service after the role's policy is attached, or leave the role out so that the service-linked role is used.",
			},
			Docs:   []string{docServiceLinked},
			Grants: []string{"elasticloadbalancing:DescribeTargetGroups"},
			When:   says(ByECS|Log, phrase("unable to assume role and validate the specified targetgrouparn"), phrase("unable to assume role and validate the listeners"), phrase("verify that the ecs service role being passed has the proper permissions")),
		},
		{
			Code: "role.service-role-unwanted", Area: AreaRoles, Phase: verdict.PhasePlacement, PhaseInTask: verdict.PhaseStartup, Category: verdict.ContainerConfig,
			Identity: verdict.NoIdentity, Confidence: verdict.Confirmed,
			Title:   "The service has a role that it must not have",
			Meaning: "The field role of CreateService (iam_role in Terraform) is only for classic services with a load balancer. With awsvpc, several target groups, Cloud Map, or no load balancer, ECS uses its service-linked role.",
			Reason:  "No permission is missing: the request names a role where none belongs.",
			Fix: []string{
				"Remove the service's role (Terraform: iam_role of aws_ecs_service). Roles of the task belong in the task definition: executionRoleArn and taskRoleArn.",
			},
			Docs: []string{docServiceLinked},
			When: says(ByECS|Log, phrase("you cannot specify an iam role for services that require a service linked role"), phrase("a role was passed, but no load balancers were present")),
		},
		{
			Code: "role.infrastructure-elb", Area: AreaRoles, Phase: verdict.PhaseUnknown, Category: verdict.IAMTrust,
			Identity: verdict.InfrastructureRole, Confidence: verdict.Likely,
			Title:   "ECS couldn't use the infrastructure role {name|of the service} for the load balancer",
			Meaning: "The deployment was rolled back because ECS couldn't use the infrastructure role of the service. AWS documents the trust policy as the cause, although the text says permissions.",
			Reason:  "Blue/green deployments shift traffic with the infrastructure role, which must trust ecs.amazonaws.com.",
			Fix: []string{
				"Trust ecs.amazonaws.com in {name|the role}, and attach AmazonECSInfrastructureRolePolicyForLoadBalancers.",
			},
			Docs:   []string{docInfrastructure},
			Trusts: "ecs.amazonaws.com",
			When: says(ByECS|Log,
				pattern("missing permissions on ecs infrastructure role", `missing permissions on ECS Infrastructure Role '?(?P<name>[^'\s]*)`),
				pattern("infrastructure role", `unable to (?:assume|use) (?:the )?(?:\w+ )?infrastructure role '?(?P<name>[^'\s]*)`)),
		},
		{
			Code: "role.efs-needs-task-role", Area: AreaRoles, Phase: verdict.PhasePlacement, PhaseInTask: verdict.PhaseStartup, Category: verdict.IAMRoleMissing,
			Identity: verdict.TaskRole, Confidence: verdict.Confirmed,
			Title:   "A volume with IAM authorization needs a task role",
			Meaning: "The task definition mounts EFS with IAM authorization, which uses the task role, and has no task role.",
			Reason:  "EFS is mounted with the task role, not with the task execution role.",
			Fix: []string{
				"Set taskRoleArn in the task definition to a role with elasticfilesystem:ClientMount on the file system, or set authorizationConfig.iam of the volume to DISABLED.",
			},
			Docs: []string{docEFS},
			When: says(ByECS|Log, phrase("efs iam authorization requires a task role"), pattern("requires a task role", `(?:S3 ?Files|iam authorization)[^\n]{0,60}?requires a task role`)),
		},
		{
			Code: "role.exec-needs-task-role", Area: AreaRoles, Phase: verdict.PhasePlacement, PhaseInTask: verdict.PhaseStartup, Category: verdict.IAMRoleMissing,
			Identity: verdict.TaskRole, Confidence: verdict.Confirmed,
			Title:   "ECS Exec is enabled for a task without a task role",
			Meaning: "enableExecuteCommand needs a task role because the ECS Exec agent opens its channel from inside the container. ECS rejected the request; no task was started.",
			Reason:  "ECS Exec uses the task role, never the task execution role.",
			Fix: []string{
				"Set taskRoleArn in the task definition to a role that allows the four ssmmessages actions (CreateControlChannel, CreateDataChannel, OpenControlChannel, OpenDataChannel), or turn enableExecuteCommand off.",
			},
			Docs: []string{docExec, docTaskRole},
			When: says(ByECS|Log, phrase("a valid taskrolearn is not being used"), phrase("specify a valid task role in your task definition")),
		},
		{
			Code: "role.task-role-absent", Area: AreaRoles, Weight: OfCredentials, Phase: verdict.PhaseRuntime, Category: verdict.IAMRoleMissing,
			Identity: verdict.TaskRole, Confidence: verdict.Confirmed,
			Title:   "The task has no task role, and the application needs one",
			Meaning: "A call that uses the task role found no credentials because taskRoleArn isn't set.",
			Reason:  "A container has no access to the credentials of the task execution role, so without a task role there are none.",
			Fix: []string{
				"Set taskRoleArn in the task definition to a role with the permissions that the application needs.",
			},
			Docs: []string{docTaskRole},
			When: Any{
				says(Anywhere, phrase("no task iam role credentials available for task")),
				When{
					If:    func(f *Facts) bool { return f.RolesComplete && f.TaskRole == "" },
					Match: says(ByApp, noCredentialPhrases()...),
				},
			},
		},
		{
			Code: "role.placeholder", Area: AreaRoles, NoSuchRole: true, Phase: verdict.PhasePlacement, PhaseInTask: verdict.PhaseStartup, Category: verdict.IAMRoleMissing,
			Identity: verdict.UnknownIdentity, Who: assumedRole, Confidence: verdict.Likely,
			Title:   "The role {name|in the task definition} is a placeholder",
			Meaning: "The role's name is what a template leaves behind if a value is missing. No such role exists.",
			Fix: []string{
				"Find where the tool that registers the task definition leaves taskRoleArn or executionRoleArn empty, and register a revision with the real role or without the field.",
			},
			Docs: []string{docTaskRole, docExecutionRole},
			When: placeholderRole,
		},
	}
}

// placeholderRole is the name that a template leaves where a value was missing.
var placeholderRole = says(ByECS|Log, pattern("unable to assume the role", `unable to assume the role '?(?P<name>arn:[\w-]+:iam::[^:]*:role/(?:null|undefined|none|nil|\$\{[^}']*\}|<[^>']*>))'?(?:[\s)]|$)`))

// assumedRole tells which of the task's roles ECS could not assume: by the
// definition, else by the role's name, which never confirms.
func assumedRole(c *Case, m Match) Answer {
	role := m.Captures["name"]
	switch name := cause.RoleName(role); {
	case role != "" && name == cause.RoleName(c.Facts.ExecutionRole) && name == cause.RoleName(c.Facts.TaskRole):
		return answer(verdict.ExecutionRole, role, verdict.Possible, "who.both", words.Args{"role": name})
	case role != "" && name == cause.RoleName(c.Facts.ExecutionRole):
		return answer(verdict.ExecutionRole, role, verdict.Likely, "who.execution-role", words.Args{"role": name})
	case role != "" && name == cause.RoleName(c.Facts.TaskRole):
		return answer(verdict.TaskRole, role, verdict.Likely, "who.task-role", words.Args{"role": name})
	case strings.Contains(strings.ToLower(name), "exec"):
		return answer(verdict.ExecutionRole, role, verdict.Possible, "who.execution-role-by-name", words.Args{"role": name})
	case strings.HasPrefix(name, "AWSServiceRoleFor"):
		return answer(verdict.UnknownIdentity, role, verdict.Possible, "who.no-task-role", words.Args{"role": name})
	case role == "":
		return answer(verdict.UnknownIdentity, "", verdict.Possible, "who.role-unnamed", nil)
	}
	return answer(verdict.TaskRole, role, verdict.Possible, "who.role-of-task", words.Args{"role": cause.RoleName(role)})
}
