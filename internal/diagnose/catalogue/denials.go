package catalogue

import (
	"whystopped/internal/diagnose/verdict"
)

// denialCauses are the causes that a refusal shows: an access-denied sentence,
// an SDK's error, or a CloudTrail record.
func denialCauses() []*Cause {
	return []*Cause{
		{
			Code: "startup.secretsmanager.denied", Area: AreaSecrets, Phase: verdict.PhaseStartup, Category: verdict.IAMPermission,
			Identity: verdict.ExecutionRole, Confidence: verdict.Confirmed,
			Title:   "The {identity:identity|task execution role} isn't allowed to read the secret {name|in the task definition}",
			Meaning: "ECS reads the secrets of the task definition as {role|the task execution role} before the container starts.",
			Lacks:   "That role has no permission for {name|the secret}, so the container was never created.",
			Reason:  "ECS reads the secrets of a task definition, not your code, so the task role isn't used.",
			Fix: []string{
				"Allow secretsmanager:GetSecretValue on this secret for the {identity:identity|task execution role}. A secret with a customer managed key needs kms:Decrypt on that key too.",
			},
			Docs: []string{docSecretsManager, docExecutionRole},
			When: startup("secretsmanager:*"),
		},
		{
			Code: "startup.ssm.denied", Area: AreaSecrets, Phase: verdict.PhaseStartup, Category: verdict.IAMPermission,
			Identity: verdict.ExecutionRole, Confidence: verdict.Confirmed,
			Title:   "The {identity:identity|task execution role} isn't allowed to read the parameter {name|in the task definition}",
			Meaning: "ECS reads the parameters of the task definition as {role|the task execution role} before the container starts. AWS names only one parameter even if several are denied.",
			Lacks:   "That role has no permission for {name|the parameter}.",
			Reason:  "ECS reads the parameters of a task definition, not your code, so the task role isn't used.",
			Fix: []string{
				"Allow ssm:GetParameters (the plural action) on the parameter for the {identity:identity|task execution role}. A SecureString with a customer managed key needs kms:Decrypt on that key too.",
			},
			Docs: []string{docSSM, docExecutionRole},
			When: startup("ssm:*"),
		},
		{
			Code: "startup.kms.denied", Area: AreaSecrets, Phase: verdict.PhaseStartup, Category: verdict.KMS,
			Identity: verdict.ExecutionRole, Confidence: verdict.Confirmed,
			Title:   "The {identity:identity|task execution role} isn't allowed to decrypt with the KMS key",
			Meaning: "ECS reached the secret or parameter, but {role|the task execution role} isn't allowed to use the KMS key {name|that encrypts it}.",
			Lacks:   "The permission is missing in the role's policy or in the key policy.",
			Reason:  "The service decrypts on behalf of whoever reads the secret; at startup that is the task execution role.",
			Fix: []string{
				"Allow kms:Decrypt on the key for the {identity:identity|task execution role}, through the service that holds the secret, and check that the key policy lets IAM policies of the account decide.",
				"Check that the key is enabled and in the Region of the secret.",
			},
			Docs: []string{docExecutionRole, docKMSPolicies},
			When: startup("kms:*"),
		},
		{
			Code: "startup.ecr.token-denied", Area: AreaImage, Phase: verdict.PhaseStartup, Category: verdict.IAMPermission,
			Identity: verdict.ExecutionRole, Confidence: verdict.Confirmed,
			Title:   "The {identity:identity|task execution role} isn't allowed to sign in to Amazon ECR",
			Meaning: "To pull from Amazon ECR, ECS first requests an authorization token as {role|the task execution role}. That role isn't allowed to call ecr:GetAuthorizationToken.",
			Reason:  "ECS pulls the image before any of your code runs. The action has no resource and must be allowed on *.",
			Fix: []string{
				"Allow ecr:GetAuthorizationToken on * for the role, together with the pull actions on the repository.",
			},
			Docs: []string{docExecutionRole, docCannotPull},
			When: startup("ecr:GetAuthorizationToken"),
		},
		{
			Code: "startup.ecr.pull-denied", Area: AreaImage, Phase: verdict.PhaseStartup, Category: verdict.IAMPermission,
			Identity: verdict.ExecutionRole, Confidence: verdict.Confirmed,
			Title:   "The {identity:identity|task execution role} isn't allowed to pull from {name|the repository}",
			Meaning: "Amazon ECR denied the image to {role|the role that pulls}. \"Repository does not exist\" in such a message is misleading: the sentence after it decides.",
			Reason:  "ECS pulls with the task execution role, and on EC2 with the container instance role if the task has no task execution role.",
			Fix: []string{
				"Allow ecr:BatchGetImage and ecr:GetDownloadUrlForLayer on the repository for the role. A repository of another account must allow it in its own policy too.",
			},
			Docs: []string{docCannotPull, docECRPolicies},
			When: startup("ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer", "ecr:BatchCheckLayerAvailability", "ecr:InitiateLayerUpload", "ecr:DescribeImages", "ecr:DescribeRepositories"),
		},
		{
			Code: "startup.ecr.pull-through-denied", Area: AreaImage, Phase: verdict.PhaseStartup, Category: verdict.IAMPermission,
			Identity: verdict.ExecutionRole, Confidence: verdict.Confirmed,
			Title:   "The {identity:identity|task execution role} isn't allowed to import {name|the image} to ECR",
			Meaning: "The first pull through an ECR pull-through cache imports the image and may create the repository. {role|The role that pulls} is allowed to do neither.",
			Reason:  "The import needs permissions of whoever pulls; only the upstream registry's secret is read by ECR's own role.",
			Fix: []string{
				"Allow ecr:BatchImportUpstreamImage, and ecr:CreateRepository if the repository doesn't exist yet, on the cache's prefix.",
			},
			Docs: []string{docECRPullThrough},
			When: startup("ecr:BatchImportUpstreamImage", "ecr:CreateRepository"),
		},
		{
			Code: "startup.logs.stream-denied", Area: AreaLogging, Phase: verdict.PhaseStartup, Category: verdict.IAMPermission,
			Identity: verdict.ExecutionRole, Confidence: verdict.Confirmed,
			Title:   "The {identity:identity|task execution role} isn't allowed to create a log stream in {name|the log group}",
			Meaning: "The awslogs driver creates its stream as {role|the task execution role} before the container starts. That was denied, so the container couldn't start.",
			Reason:  "The log driver belongs to ECS, not to your code, and never uses the task role.",
			Fix: []string{
				"Allow logs:CreateLogStream and logs:PutLogEvents on the log group with :* at its end.",
			},
			Docs: []string{docAwslogs, docExecutionRole},
			When: startup("logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams", "logs:DescribeLogGroups"),
		},
		{
			Code: "startup.logs.group-denied", Area: AreaLogging, Phase: verdict.PhaseStartup, Category: verdict.IAMPermission,
			Identity: verdict.ExecutionRole, Confidence: verdict.Confirmed,
			Title:   "The {identity:identity|task execution role} isn't allowed to create the log group {name|of the container}",
			Meaning: "The container requests its log group with awslogs-create-group, and {role|the task execution role} isn't allowed to create it.",
			Lacks:   "No managed execution policy has this permission.",
			Reason:  "The log driver belongs to ECS, not to your code, and never uses the task role.",
			Fix: []string{
				"Allow logs:CreateLogGroup for the {identity:identity|task execution role}.",
				"Or create the log group beforehand and remove awslogs-create-group.",
			},
			Docs: []string{docAwslogs},
			When: startup("logs:CreateLogGroup", "logs:PutRetentionPolicy", "logs:TagResource"),
		},
		{
			Code: "startup.s3.denied", Area: AreaSecrets, Phase: verdict.PhaseStartup, Category: verdict.IAMPermission,
			Identity: verdict.ExecutionRole, Confidence: verdict.Confirmed,
			Title:   "The {identity:identity|task execution role} isn't allowed to read {name|the file in S3}",
			Meaning: "ECS reads environment files and FireLens configuration from Amazon S3 as {role|the task execution role} before the container starts, and S3 denied it. S3 also answers 403 for a missing object if the role isn't allowed to list the bucket.",
			Reason:  "ECS reads the file, not your code, so the task role isn't used.",
			Fix: []string{
				"Allow s3:GetObject on the object and s3:GetBucketLocation on the bucket for the {identity:identity|task execution role}.",
				"Check that the object exists under exactly this key, and that neither the bucket policy nor an endpoint policy denies it.",
			},
			Docs: []string{docEnvFile, docExecutionRole},
			When: startup("s3:*"),
		},
		{
			Code: "startup.efs.denied", Area: AreaVolumes, Phase: verdict.PhaseStartup, Category: verdict.IAMPermission,
			Identity: verdict.TaskRole, Confidence: verdict.Confirmed,
			Title:   "The {identity:identity|task role} isn't allowed to mount {name|the file system}",
			Meaning: "Amazon EFS was reached and denied the mount to {role|the task role}.",
			Lacks:   "Neither the role's policy nor the file system policy allows {action|elasticfilesystem:ClientMount}.",
			Reason:  "ECS mounts a volume with IAM authorization using the task role, although that happens before the container starts.",
			Fix: []string{
				"Allow elasticfilesystem:ClientMount (and ClientWrite or ClientRootAccess if needed) for the {identity:identity|task role}, and check the file system policy.",
			},
			Docs: []string{docEFS, docEFSIAM},
			When: startup("elasticfilesystem:*"),
		},
		s3FilesMountDenied,
		{
			Code: "startup.fsx.denied", Area: AreaVolumes, Phase: verdict.PhaseStartup, Category: verdict.IAMPermission,
			Identity: verdict.ExecutionRole, Confidence: verdict.Confirmed,
			Title:   "The {identity:identity|task execution role} isn't allowed to describe the FSx file system",
			Meaning: "To mount FSx for Windows File Server, ECS describes the file system as {role|the task execution role}, and that was denied.",
			Reason:  "Both the description of the file system and the credentials of the mount are read with the task execution role.",
			Fix: []string{
				"Allow fsx:DescribeFileSystems on * for the {identity:identity|task execution role}, and reading the secret or parameter with the credentials.",
			},
			Docs: []string{docFSx},
			When: startup("fsx:*"),
		},
		{
			Code: "startup.denied", Area: AreaRoles, Phase: verdict.PhaseStartup, Category: verdict.IAMPermission,
			Identity: verdict.UnknownIdentity, Confidence: verdict.Confirmed,
			Title:   "The {identity:identity|role in use} isn't allowed to call {action|an AWS API} at startup",
			Meaning: "While ECS started the task, {role|the role in use} was denied {action|a call} on {name|a resource}.",
			Docs:    []string{docExecutionRole, docDenied},
			When:    otherStartup,
		},
		{
			Code: "runtime.denied", Area: AreaRuntime, Phase: verdict.PhaseRuntime, Category: verdict.IAMPermission,
			Identity: verdict.TaskRole, Confidence: verdict.Confirmed,
			Title:   "The {identity:identity|task role} isn't allowed to call {action|an AWS API}",
			Meaning: "The application called {action|an AWS API} on {name|a resource}, and {role|the task role} was denied.",
			Reason:  "Code inside the container uses the task role and has no access to the task execution role.",
			Docs:    []string{docTaskRole, docDenied},
			When:    runtime(verdict.TaskRole, func(r *Refusal) bool { return !actionIs(r, "kms:*", "sts:AssumeRole*", "ssmmessages:*") }),
		},
		{
			Code: "runtime.kms.denied", Area: AreaRuntime, Phase: verdict.PhaseRuntime, Category: verdict.KMS,
			Identity: verdict.TaskRole, Confidence: verdict.Confirmed,
			Title:   "The {identity:identity|task role} isn't allowed to use the KMS key {name|of the data}",
			Meaning: "The application used something that a KMS key protects, and {role|the task role} isn't allowed to call {action|kms:Decrypt} on that key.",
			Reason:  "Services decrypt on behalf of whoever calls them; in a running container that is the task role.",
			Fix: []string{
				"Allow the action on the key for the role, and check that the key policy lets IAM policies of the account decide.",
			},
			Docs: []string{docTaskRole, docKMSPolicies},
			When: Any{runtime(verdict.TaskRole, isKMS), runtime(verdict.Caller, isKMS), runtime(verdict.InstanceRole, isKMS)},
		},
		{
			Code: "runtime.assume-role.denied", Area: AreaRuntime, Phase: verdict.PhaseRuntime, Category: verdict.IAMTrust,
			Identity: verdict.TaskRole, Confidence: verdict.Confirmed,
			Title:   "The {identity:identity|task role} isn't allowed to assume {name|another role}",
			Meaning: "The application tried to assume {name|another role} and was denied.",
			Lacks:   "The trust policy of that role must allow it, and so must the policies of {role|the task role} unless the trust policy names it.",
			Reason:  "The application used the task role. Without a reason, the message doesn't show which of the two policies is missing.",
			Fix: []string{
				"Trust the task role in the role to be assumed, and allow sts:AssumeRole on it for the task role.",
			},
			Docs: []string{docDenied, docTaskRole},
			When: runtime(verdict.TaskRole, func(r *Refusal) bool { return actionIs(r, "sts:AssumeRole*") }),
		},
		{
			Code: "runtime.instance-role.denied", Area: AreaRuntime, Phase: verdict.PhaseRuntime, Category: verdict.IAMPermission,
			Identity: verdict.InstanceRole, Confidence: verdict.Confirmed,
			Title:   "The container instance role isn't allowed to call {action|an AWS API}",
			Meaning: "The application called AWS with the credentials of the host ({role|the container instance role}), not with a task role. The task has none, or the SDK didn't find it.",
			Reason:  "Without a task role, an SDK on EC2 falls back to the credentials of the instance.",
			Fix: []string{
				"Give the task definition a task role with this permission instead of widening the role of the host, which all its tasks share.",
				"If there is a task role, find out why the SDK ignores it: an old SDK, or AWS_CONTAINER_CREDENTIALS_RELATIVE_URI dropped by sudo, su, or cron.",
			},
			Docs: []string{docTaskRole, docInstanceRole},
			When: runtime(verdict.InstanceRole, func(r *Refusal) bool { return !isKMS(r) && !actionIs(r, "ecs:*") }),
		},
		{
			Code: "runtime.other-principal.denied", Area: AreaRuntime, Phase: verdict.PhaseRuntime, Category: verdict.IAMPermission,
			Identity: verdict.Caller, Confidence: verdict.Confirmed,
			Title:   "{role|Another principal}, not the task role, isn't allowed to call {action|an AWS API}",
			Meaning: "The application used {role|another principal}: its own keys, or a role that it assumed. Permissions of the task role change nothing here.",
			Reason:  "The message names who was denied, and that outranks every rule of thumb.",
			Fix: []string{
				"Give the permission to the principal that the message names, or let the application use the task role instead.",
			},
			Docs: []string{docDenied, docTaskRole},
			When: runtime(verdict.Caller, func(r *Refusal) bool {
				return !isKMS(r) && !isCallerAction(r.Action)
			}),
		},
		{
			Code: "runtime.logs.put-denied", Area: AreaLogging, Phase: verdict.PhaseRuntime, Category: verdict.IAMPermission,
			Identity: verdict.ExecutionRole, Confidence: verdict.Confirmed,
			Title:   "The {identity:identity|task execution role} isn't allowed to call {action|logs:PutLogEvents} at runtime",
			Meaning: "{role|The task execution role} was denied a call that ECS makes for as long as the container runs. The container keeps running, but its logs don't arrive.",
			Reason:  "The log driver uses the task execution role for the whole life of the container, never the task role.",
			Fix: []string{
				"Allow logs:PutLogEvents on the log group with :* at its end for the {identity:identity|task execution role}.",
			},
			Docs: []string{docAwslogs},
			When: Refused(func(c *Case, r *Refusal) bool {
				return r.Who.Identity.Kind == verdict.ExecutionRole && !starting(c, r)
			}),
		},
		{
			Code: "exec.denied", Area: AreaRuntime, Phase: verdict.PhaseRuntime, Category: verdict.IAMPermission,
			Identity: verdict.TaskRole, Confidence: verdict.Confirmed,
			Title:   "ECS Exec: the task role isn't allowed to call {action|ssmmessages}",
			Meaning: "The ECS Exec agent runs inside the container with {role|the task role}, which isn't allowed to open its channel. That never stops a task.",
			Reason:  "The channel is opened from inside the container, so the task role is used, not the task execution role.",
			Docs:    []string{docExec},
			When:    runtime(verdict.TaskRole, func(r *Refusal) bool { return actionIs(r, "ssmmessages:*") }),
		},
		{
			Code: "caller.passrole.denied", Area: AreaRoles, Phase: verdict.PhasePlacement, PhaseInTask: verdict.PhaseStartup, Category: verdict.IAMPermission,
			Identity: verdict.Caller, Confidence: verdict.Confirmed,
			Title:   "The caller isn't allowed to pass the role {name|of the task}",
			Meaning: "To hand a role to a service, the caller needs iam:PassRole on it. The caller ({role|not named in the text}) was denied that; the role {name|that is passed} isn't the problem.",
			Reason:  "The resource in the message is the role that is passed. The principal is the one that was denied.",
			Fix: []string{
				"Allow iam:PassRole on the role for the principal that the message names, with the condition iam:PassedToService of the service that receives it: ecs-tasks.amazonaws.com for both roles of a task, ecs.amazonaws.com for infrastructure and hook roles.",
			},
			Docs: []string{docPassRole},
			When: Refused(func(c *Case, r *Refusal) bool {
				return r.Who.Identity.Kind == verdict.Caller && actionIs(r, "iam:PassRole")
			}),
		},
		{
			Code: "caller.ecs.denied", Area: AreaRoles, Phase: verdict.PhasePlacement, PhaseInTask: verdict.PhaseStartup, Category: verdict.IAMPermission,
			Identity: verdict.Caller, Confidence: verdict.Confirmed,
			Title:   "{role|The caller}, not a role of the task, isn't allowed to call {action|ECS}",
			Meaning: "The caller ({role|not named in the text}) asked ECS for {action|something} and was denied. None of the task's own roles is involved.",
			Reason:  "Starting, deploying, and inspecting tasks is done by the caller, before the task has any role.",
			Docs:    []string{docDenied},
			When: Refused(func(c *Case, r *Refusal) bool {
				return r.Who.Identity.Kind == verdict.Caller && isCallerAction(r.Action) && !actionIs(r, "iam:PassRole")
			}),
		},
		{
			Code: "infrastructure.denied", Area: AreaRoles, Phase: verdict.PhaseUnknown, Category: verdict.IAMPermission,
			Identity: verdict.InfrastructureRole, Confidence: verdict.Confirmed,
			Title:   "The ECS infrastructure role isn't allowed to call {action|an AWS API}",
			Meaning: "ECS manages volumes, load balancers, certificates, and instances with the infrastructure role that the volume, service, or capacity provider names. That role ({role|not named in the text}) was denied {action|a call} on {name|a resource}.",
			Reason:  "This is neither the task execution role nor the task role. It trusts ecs.amazonaws.com and is named in the service or volume configuration.",
			Docs:    []string{docInfrastructure},
			When:    With{Match: at(verdict.InfrastructureRole), PhaseOf: infrastructurePhase},
		},
		{
			Code: "service-linked.denied", Area: AreaRoles, Phase: verdict.PhasePlacement, PhaseInTask: verdict.PhaseStartup, Category: verdict.IAMPermission,
			Identity: verdict.ServiceLinkedRole, Confidence: verdict.Confirmed,
			Title:   "A service-linked role isn't allowed to call {action|an AWS API}",
			Meaning: "AWS uses {role|the service-linked role}, whose own policy nobody can change. Either that policy doesn't cover this call, or a policy of the resource, its account, or the organization denies it.",
			Reason:  "Network interfaces, load balancers, and Cloud Map are handled by the ECS service-linked role.",
			Docs:    []string{docServiceLinked},
			When:    at(verdict.ServiceLinkedRole),
		},
		{
			Code: "instance.agent.denied", Area: AreaRoles, Phase: verdict.PhaseUnknown, PhaseInLog: verdict.PhaseRuntime, Category: verdict.IAMPermission,
			Identity: verdict.InstanceRole, Confidence: verdict.Confirmed,
			Title:   "The container instance role isn't allowed to call {action|ECS}",
			Meaning: "The ECS agent on the host uses {role|the container instance role}, which was denied. Listing tags and telemetry are harmless; registering and polling are not.",
			Reason:  "The agent is a program of the host and uses the host's role.",
			Docs:    []string{docInstanceRole},
			When: Refused(func(c *Case, r *Refusal) bool {
				return r.Who.Identity.Kind == verdict.InstanceRole && actionIs(r, "ecs:*")
			}),
		},
	}
}

// infrastructurePhase: an instance is launched before the task is placed on it,
// and a volume is attached while the task starts.
func infrastructurePhase(m Match) verdict.Phase {
	switch {
	case m.Refusal.Action == "iam:PassRole":
		return verdict.PhasePlacement
	case m.Text.Place == Attachment:
		return verdict.PhaseStartup
	}
	return ""
}

func isKMS(r *Refusal) bool { return actionIs(r, "kms:*") }

// runtime matches refusals of a running program by an identity.
func runtime(kind verdict.IdentityKind, test func(r *Refusal) bool) Matcher {
	return Refused(func(c *Case, r *Refusal) bool {
		return r.Who.Identity.Kind == kind && !starting(c, r) && test(r)
	})
}
