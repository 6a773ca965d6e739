package cause

import (
	"slices"
	"strings"

	"whystopped/internal/diagnose/denial"
	"whystopped/internal/diagnose/verdict"
)

// actionIs tells whether a refusal is of one of the actions; "kms:*" means any
// of a service.
func actionIs(r *Refusal, actions ...string) bool {
	return slices.ContainsFunc(actions, func(a string) bool {
		service, all := strings.CutSuffix(a, "*")
		return all && strings.HasPrefix(r.Action, service) || r.Action == a
	})
}

// starting tells refusals of ECS starting a task from those of a program that ran.
func starting(c *Case, r *Refusal) bool {
	switch r.Text.Place {
	case Trail:
		return r.Who.Identity.Kind == verdict.ExecutionRole && r.Action != "logs:PutLogEvents"
	case Log, Pasted:
		return !c.Facts.Started && startsTask(r.Denial, r.Text)
	}
	return r.Who.Identity.Kind != verdict.Caller && r.Text.Place != ManagedAgent
}

// StartsWith tells whether a refusal is of ECS starting the task.
func StartsWith(r *Refusal) bool { return byECS(r.Text) && byTask(r) }

func startup(actions ...string) Matcher {
	return Refused(func(c *Case, r *Refusal) bool { return starting(c, r) && byTask(r) && actionIs(r, actions...) })
}

// byTask tells refusals of the roles that a task or its host has.
func byTask(r *Refusal) bool {
	switch r.Who.Identity.Kind {
	case verdict.ExecutionRole, verdict.TaskRole, verdict.InstanceRole, verdict.UnknownIdentity:
		return true
	}
	return false
}

// byRegistry tells refusals of a pull that name neither a principal nor an
// action: those are a registry's words, and image causes read them.
func byRegistry(r *Refusal) bool {
	return r.Action == "" && r.Principal.Kind == denial.PrincipalUnknown && strings.Contains(r.Text.Raw, "CannotPull")
}

func at(kind verdict.IdentityKind) Matcher {
	return Refused(func(_ *Case, r *Refusal) bool { return r.Who.Identity.Kind == kind })
}

// startupActionsWithCause have a cause of their own, so the general one leaves them alone.
var startupActionsWithCause = []string{
	"secretsmanager:*", "ssm:*", "kms:*", "ecr:*", "logs:*", "s3:*", "elasticfilesystem:*", "s3files:*", "fsx:*",
}

// denialCauses are the causes that a refusal shows: an access-denied sentence,
// an SDK's error, or a CloudTrail record.
func denialCauses() []*Cause {
	return []*Cause{
		{
			Code: "startup.secretsmanager.denied", Area: AreaSecrets, Phase: verdict.PhaseStartup, Category: verdict.IAMPermission,
			Identity: verdict.ExecutionRole, Confidence: verdict.Confirmed,
			Title:   "The {who|execution role} may not read the secret {name|in its definition}",
			Meaning: "Before the container starts, ECS fetches the secrets of the task definition as {role|the execution role}. That role has no permission for {name|the secret}, so the container was never created.",
			Reason:  "Secrets of the task definition are read by ECS, not by your code: the task role has no part in it.",
			Fix:     []string{"Allow secretsmanager:GetSecretValue on this secret for the execution role. If the secret has a customer managed key, the role needs kms:Decrypt on that key too."},
			Docs:    []string{docSecretsManager, docExecutionRole},
			When:    startup("secretsmanager:*"),
		},
		{
			Code: "startup.ssm.denied", Area: AreaSecrets, Phase: verdict.PhaseStartup, Category: verdict.IAMPermission,
			Identity: verdict.ExecutionRole, Confidence: verdict.Confirmed,
			Title:   "The {who|execution role} may not read the parameter {name|in its definition}",
			Meaning: "Before the container starts, ECS fetches the parameters of the task definition as {role|the execution role}. That role has no permission for {name|the parameter}; AWS names only one parameter even where several are refused.",
			Reason:  "Parameters of the task definition are read by ECS, not by your code: the task role has no part in it.",
			Fix:     []string{"Allow ssm:GetParameters (the plural action) on the parameter for the execution role. A SecureString with a customer managed key needs kms:Decrypt on that key too."},
			Docs:    []string{docSSM, docExecutionRole},
			When:    startup("ssm:*"),
		},
		{
			Code: "startup.kms.denied", Area: AreaSecrets, Phase: verdict.PhaseStartup, Category: verdict.KMS,
			Identity: verdict.ExecutionRole, Confidence: verdict.Confirmed,
			Title:   "The {who|execution role} may not use the KMS key behind a secret or parameter",
			Meaning: "ECS could reach the secret, but {role|the execution role} may not decrypt it: the permission on the KMS key {name|that encrypts it} is missing, in the role's policy or in the key's own.",
			Reason:  "The service decrypts on behalf of whoever reads the secret; at start that is the execution role.",
			Fix:     []string{"Allow kms:Decrypt on the key for the execution role, through the service that holds the secret, and make sure that the key policy lets the account's IAM policies decide.", "Check that the key is enabled and in the Region of the secret."},
			Docs:    []string{docExecutionRole, docKMSPolicies},
			When:    startup("kms:*"),
		},
		{
			Code: "startup.ecr.token-denied", Area: AreaImage, Phase: verdict.PhaseStartup, Category: verdict.IAMPermission,
			Identity: verdict.ExecutionRole, Confidence: verdict.Confirmed,
			Title:   "The {who|execution role} may not log in to Amazon ECR",
			Meaning: "To pull from ECR, ECS first asks for a login token as {role|the execution role}, and that role may not call ecr:GetAuthorizationToken.",
			Reason:  "ECS pulls the image before any of your code runs. The action has no resource: it must be allowed on *.",
			Fix:     []string{"Allow ecr:GetAuthorizationToken on * for the role, together with the pull actions on the repository."},
			Docs:    []string{docExecutionRole, docCannotPull},
			When:    startup("ecr:GetAuthorizationToken"),
		},
		{
			Code: "startup.ecr.pull-denied", Area: AreaImage, Phase: verdict.PhaseStartup, Category: verdict.IAMPermission,
			Identity: verdict.ExecutionRole, Confidence: verdict.Confirmed,
			Title:   "The {who|execution role} may not pull from the repository {name|of the image}",
			Meaning: "ECR refused the image to {role|the role that pulls}. \"Repository does not exist\" in such a message is misleading: the sentence behind it decides.",
			Reason:  "ECS pulls with the execution role, on EC2 with the container instance role when the task has no execution role.",
			Fix:     []string{"Allow ecr:BatchGetImage and ecr:GetDownloadUrlForLayer on the repository for the role. A repository of another account must allow it in its own policy too."},
			Docs:    []string{docCannotPull, docECRPolicies},
			When:    startup("ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer", "ecr:BatchCheckLayerAvailability", "ecr:InitiateLayerUpload", "ecr:DescribeImages", "ecr:DescribeRepositories"),
		},
		{
			Code: "startup.ecr.pull-through-denied", Area: AreaImage, Phase: verdict.PhaseStartup, Category: verdict.IAMPermission,
			Identity: verdict.ExecutionRole, Confidence: verdict.Confirmed,
			Title:   "The {who|execution role} may not fill the pull-through cache for {name|the image}",
			Meaning: "The first pull through an ECR pull-through cache imports the image and may create the repository; {role|the role that pulls} may do neither.",
			Reason:  "The import is asked of whoever pulls; only the upstream registry's secret is read by ECR's own role.",
			Fix:     []string{"Allow ecr:BatchImportUpstreamImage, and ecr:CreateRepository where the repository does not exist yet, on the cache's prefix."},
			Docs:    []string{docECRPullThrough},
			When:    startup("ecr:BatchImportUpstreamImage", "ecr:CreateRepository"),
		},
		{
			Code: "startup.logs.stream-denied", Area: AreaLogging, Phase: verdict.PhaseStartup, Category: verdict.IAMPermission,
			Identity: verdict.ExecutionRole, Confidence: verdict.Confirmed,
			Title:   "The {who|execution role} may not open a log stream in {name|the log group}",
			Meaning: "The awslogs driver opens its stream before the container starts, as {role|the execution role}. That was refused, so the container could not start.",
			Reason:  "The log driver belongs to ECS, not to your code: it never uses the task role.",
			Fix:     []string{"Allow logs:CreateLogStream and logs:PutLogEvents on the log group with :* at its end."},
			Docs:    []string{docAwslogs, docExecutionRole},
			When:    startup("logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams", "logs:DescribeLogGroups"),
		},
		{
			Code: "startup.logs.group-denied", Area: AreaLogging, Phase: verdict.PhaseStartup, Category: verdict.IAMPermission,
			Identity: verdict.ExecutionRole, Confidence: verdict.Confirmed,
			Title:   "The {who|execution role} may not create the log group {name|of the container}",
			Meaning: "The container asks for its log group to be created (awslogs-create-group), and {role|the execution role} may not do that. No managed execution policy has this permission.",
			Reason:  "The log driver belongs to ECS, not to your code: it never uses the task role.",
			Fix:     []string{"Create the log group beforehand and drop awslogs-create-group, or allow logs:CreateLogGroup for the execution role."},
			Docs:    []string{docAwslogs},
			When:    startup("logs:CreateLogGroup", "logs:PutRetentionPolicy", "logs:TagResource"),
		},
		{
			Code: "startup.s3.denied", Area: AreaSecrets, Phase: verdict.PhaseStartup, Category: verdict.IAMPermission,
			Identity: verdict.ExecutionRole, Confidence: verdict.Confirmed,
			Title:   "The {who|execution role} may not read {name|the file in S3}",
			Meaning: "ECS fetches environment files and FireLens configuration from S3 before the container starts, as {role|the execution role}, and S3 refused. S3 also answers 403 for an object that does not exist where the role may not list the bucket.",
			Reason:  "The file is read by ECS, not by your code: the task role has no part in it.",
			Fix:     []string{"Allow s3:GetObject on the object and s3:GetBucketLocation on the bucket for the execution role.", "Check that the object exists under exactly this key, and that neither bucket policy nor endpoint policy refuses it."},
			Docs:    []string{docEnvFile, docExecutionRole},
			When:    startup("s3:*"),
		},
		{
			Code: "startup.efs.denied", Area: AreaVolumes, Phase: verdict.PhaseStartup, Category: verdict.IAMPermission,
			Identity: verdict.TaskRole, Confidence: verdict.Confirmed,
			Title:   "The {who|task role} may not mount the file system {name|of the task}",
			Meaning: "EFS was reached and refused the mount to {role|the task role}: the role's policy or the file system policy does not allow {action|elasticfilesystem:ClientMount}.",
			Reason:  "A volume with IAM authorization is mounted with the task role, although that happens before the container starts.",
			Fix:     []string{"Allow elasticfilesystem:ClientMount (and ClientWrite, ClientRootAccess where needed) for the task role, and check the file system policy."},
			Docs:    []string{docEFS, docEFSIAM},
			When:    startup("elasticfilesystem:*"),
		},
		s3FilesMountDenied,
		{
			Code: "startup.fsx.denied", Area: AreaVolumes, Phase: verdict.PhaseStartup, Category: verdict.IAMPermission,
			Identity: verdict.ExecutionRole, Confidence: verdict.Confirmed,
			Title:   "The {who|execution role} may not look up the FSx file system",
			Meaning: "Mounting FSx for Windows File Server, ECS describes the file system as {role|the execution role}, and that was refused.",
			Reason:  "Both the file system's description and the credentials of the mount are read with the execution role.",
			Fix:     []string{"Allow fsx:DescribeFileSystems on * for the execution role, and reading the secret or parameter with the credentials."},
			Docs:    []string{docFSx},
			When:    startup("fsx:*"),
		},
		{
			Code: "startup.denied", Area: AreaRoles, Phase: verdict.PhaseStartup, Category: verdict.IAMPermission,
			Identity: verdict.UnknownIdentity, Confidence: verdict.Confirmed,
			Title:   "The {who|role in use} may not call {action|an AWS API} while the task starts",
			Meaning: "While ECS started the task, {role|the role in use} was refused {action|a call} on {name|a resource}.",
			Docs:    []string{docExecutionRole, docDenied},
			When: Refused(func(c *Case, r *Refusal) bool {
				return starting(c, r) && byTask(r) && !actionIs(r, startupActionsWithCause...) && !byRegistry(r)
			}),
		},
		{
			Code: "runtime.denied", Area: AreaRuntime, Phase: verdict.PhaseRuntime, Category: verdict.IAMPermission,
			Identity: verdict.TaskRole, Confidence: verdict.Confirmed,
			Title:   "The task role may not call {action|an AWS API}",
			Meaning: "The application ran and called {action|an AWS API} on {name|a resource}; {role|the task role} was refused.",
			Reason:  "Code inside the container acts with the task role. The execution role is out of its reach.",
			Docs:    []string{docTaskRole, docDenied},
			When:    runtime(verdict.TaskRole, func(r *Refusal) bool { return !actionIs(r, "kms:*", "sts:AssumeRole*", "ssmmessages:*") }),
		},
		{
			Code: "runtime.kms.denied", Area: AreaRuntime, Phase: verdict.PhaseRuntime, Category: verdict.KMS,
			Identity: verdict.TaskRole, Confidence: verdict.Confirmed,
			Title:   "The {who|task role} may not use the KMS key {name|of the data}",
			Meaning: "The application used something that a KMS key protects, and {role|the task role} may not call {action|kms:Decrypt} on that key.",
			Reason:  "Services decrypt on behalf of whoever calls them; in a running container that is the task role.",
			Fix:     []string{"Allow the action on the key for the role, and make sure that the key policy lets the account's IAM policies decide."},
			Docs:    []string{docTaskRole, docKMSPolicies},
			When:    Any{runtime(verdict.TaskRole, isKMS), runtime(verdict.Caller, isKMS), runtime(verdict.InstanceRole, isKMS)},
		},
		{
			Code: "runtime.assume-role.denied", Area: AreaRuntime, Phase: verdict.PhaseRuntime, Category: verdict.IAMTrust,
			Identity: verdict.TaskRole, Confidence: verdict.Confirmed,
			Title:   "The task role may not assume the role {name|that the application asked for}",
			Meaning: "The application tried to switch to the role {name|that it asked for} and was refused. Within one account either the trust policy of that role or a policy of {role|the task role} must allow it, across accounts both.",
			Reason:  "The application asked with the task role; whether it is that role's permission or the other role's trust, the sentence does not tell without a reason.",
			Fix:     []string{"Let the role to be assumed trust the task role, and allow sts:AssumeRole on it for the task role."},
			Docs:    []string{docDenied, docTaskRole},
			When:    runtime(verdict.TaskRole, func(r *Refusal) bool { return actionIs(r, "sts:AssumeRole*") }),
		},
		{
			Code: "runtime.instance-role.denied", Area: AreaRuntime, Phase: verdict.PhaseRuntime, Category: verdict.IAMPermission,
			Identity: verdict.InstanceRole, Confidence: verdict.Confirmed,
			Title:   "The application acted as the container instance, which may not call {action|an AWS API}",
			Meaning: "The call was made with the credentials of the host ({role|the container instance role}), not with a task role: the task has none, or the SDK did not find it.",
			Reason:  "Without a task role an SDK on EC2 falls through to the instance's credentials.",
			Fix:     []string{"Give the task definition a task role with this permission, rather than widening the role of the host that all its tasks share.", "If there is a task role, see why the SDK passes it over: an old SDK, or AWS_CONTAINER_CREDENTIALS_RELATIVE_URI lost through sudo, su or cron."},
			Docs:    []string{docTaskRole, docInstanceRole},
			When:    runtime(verdict.InstanceRole, func(r *Refusal) bool { return !isKMS(r) && !actionIs(r, "ecs:*") }),
		},
		{
			Code: "runtime.other-principal.denied", Area: AreaRuntime, Phase: verdict.PhaseRuntime, Category: verdict.IAMPermission,
			Identity: verdict.Caller, Confidence: verdict.Confirmed,
			Title:   "{role|Another principal}, which is not the task role, may not call {action|an AWS API}",
			Meaning: "The application acted as {role|another principal}: keys of its own, or a role that it assumed. Permissions of the task role change nothing here.",
			Reason:  "The message names who was refused, and that outranks every rule of thumb.",
			Fix:     []string{"Give the permission to the principal that the message names, or let the application use the task role instead."},
			Docs:    []string{docDenied, docTaskRole},
			When: runtime(verdict.Caller, func(r *Refusal) bool {
				return !isKMS(r) && !isCallerAction(r.Action)
			}),
		},
		{
			Code: "runtime.logs.put-denied", Area: AreaLogging, Phase: verdict.PhaseRuntime, Category: verdict.IAMPermission,
			Identity: verdict.ExecutionRole, Confidence: verdict.Confirmed,
			Title:   "The {who|execution role} may not call {action|logs:PutLogEvents} while the task runs",
			Meaning: "A call that ECS itself makes during the whole run was refused to {role|the execution role}. The container goes on, but its logs do not arrive.",
			Reason:  "The log driver writes with the execution role for the whole life of the container, never with the task role.",
			Fix:     []string{"Allow logs:PutLogEvents on the log group with :* at its end for the execution role."},
			Docs:    []string{docAwslogs},
			When: Refused(func(c *Case, r *Refusal) bool {
				return r.Who.Identity.Kind == verdict.ExecutionRole && !starting(c, r)
			}),
		},
		{
			Code: "exec.denied", Area: AreaRuntime, Phase: verdict.PhaseRuntime, Category: verdict.IAMPermission,
			Identity: verdict.TaskRole, Confidence: verdict.Confirmed,
			Title:   "ECS Exec: the task role may not call {action|ssmmessages}",
			Meaning: "ECS Exec's agent runs inside the container with {role|the task role} and may not open its channel. That never stops a task.",
			Reason:  "The channel is opened from inside the container, so the task role is used, not the execution role.",
			Docs:    []string{docExec},
			When:    runtime(verdict.TaskRole, func(r *Refusal) bool { return actionIs(r, "ssmmessages:*") }),
		},
		{
			Code: "caller.passrole.denied", Area: AreaRoles, Phase: verdict.PhasePlacement, Category: verdict.IAMPermission,
			Identity: verdict.Caller, Confidence: verdict.Confirmed,
			Title:   "The caller isn't allowed to pass the role {name|of the task}",
			Meaning: "To hand a role to a service, the caller needs iam:PassRole on it. The caller here ({role|not named in the text}) was denied that; the role {name|that is passed} is not at fault.",
			Reason:  "The resource in the sentence is the role that is passed; the principal is at fault.",
			Fix:     []string{"Allow iam:PassRole on the role for the principal that the message names, with the condition iam:PassedToService of the service that receives it: ecs-tasks.amazonaws.com for both roles of a task, ecs.amazonaws.com for infrastructure and hook roles."},
			Docs:    []string{docPassRole},
			When: Refused(func(c *Case, r *Refusal) bool {
				return r.Who.Identity.Kind == verdict.Caller && actionIs(r, "iam:PassRole")
			}),
		},
		{
			Code: "caller.ecs.denied", Area: AreaRoles, Phase: verdict.PhasePlacement, Category: verdict.IAMPermission,
			Identity: verdict.Caller, Confidence: verdict.Confirmed,
			Title:   "{role|The caller} may not call {action|ECS}, and it is none of the roles of the task",
			Meaning: "The caller ({role|not named in the text}) asked ECS for {action|something} and was refused. None of the task's own roles is involved.",
			Reason:  "Starting, deploying and inspecting tasks is done by the caller, before the task has any role.",
			Docs:    []string{docDenied},
			When: Refused(func(c *Case, r *Refusal) bool {
				return r.Who.Identity.Kind == verdict.Caller && isCallerAction(r.Action) && !actionIs(r, "iam:PassRole")
			}),
		},
		{
			Code: "infrastructure.denied", Area: AreaRoles, Phase: verdict.PhaseUnknown, Category: verdict.IAMPermission,
			Identity: verdict.InfrastructureRole, Confidence: verdict.Confirmed,
			Title:   "The ECS infrastructure role may not call {action|an AWS API}",
			Meaning: "ECS manages volumes, load balancers, certificates and instances with the infrastructure role that the volume, service or capacity provider names. That role ({role|not named in the text}) was refused {action|a call}.",
			Reason:  "This is neither the execution role nor the task role: it trusts ecs.amazonaws.com and is named in the service or volume configuration.",
			Docs:    []string{docInfrastructure},
			When:    at(verdict.InfrastructureRole),
		},
		{
			Code: "service-linked.denied", Area: AreaRoles, Phase: verdict.PhasePlacement, Category: verdict.IAMPermission,
			Identity: verdict.ServiceLinkedRole, Confidence: verdict.Confirmed,
			Title:   "A service-linked role may not call {action|an AWS API}",
			Meaning: "AWS itself acts with {role|the service-linked role}, whose own policy nobody can change. What refuses it is a policy of the resource, its account or the organization.",
			Reason:  "Network interfaces, load balancers and Cloud Map are handled by ECS's service-linked role.",
			Docs:    []string{docServiceLinked},
			When:    at(verdict.ServiceLinkedRole),
		},
		{
			Code: "instance.agent.denied", Area: AreaRoles, Phase: verdict.PhaseUnknown, PhaseInLog: verdict.PhaseRuntime, Category: verdict.IAMPermission,
			Identity: verdict.InstanceRole, Confidence: verdict.Confirmed,
			Title:   "The container instance role may not call {action|ECS}",
			Meaning: "The ECS agent on the host reports with {role|the container instance role}, which was refused. Listing tags and telemetry are harmless; registering and polling are not.",
			Reason:  "The agent is a program of the host and uses the host's role.",
			Docs:    []string{docInstanceRole},
			When: Refused(func(c *Case, r *Refusal) bool {
				return r.Who.Identity.Kind == verdict.InstanceRole && actionIs(r, "ecs:*")
			}),
		},
	}
}

func isKMS(r *Refusal) bool { return actionIs(r, "kms:*") }

// runtime matches refusals of a running program by an identity.
func runtime(kind verdict.IdentityKind, test func(r *Refusal) bool) Matcher {
	return Refused(func(c *Case, r *Refusal) bool {
		return r.Who.Identity.Kind == kind && !starting(c, r) && test(r)
	})
}
