package cause

import (
	"strings"

	"whystopped/internal/diagnose/verdict"
)

// placementCauses: tasks that found no place, and what the service's events say.
func placementCauses() []*Cause {
	return []*Cause{
		{
			Code: "placement.no-instances", Area: AreaPlacement, Phase: verdict.PhasePlacement, Category: verdict.Capacity,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "The cluster has no container instance to place the task on",
			Meaning: "No EC2 instance is registered in the cluster. Usually none was launched; an instance role that may not register gives the same event.",
			Fix:     []string{"See whether the Auto Scaling group launched instances at all; then whether the ECS agent on them registers with this cluster."},
			Docs:    []string{docServiceEvents},
			When:    says(ByECS|Log, phrase("no container instances were found in your cluster"), phrase("no active instances"), phrase("empty capacity provider"), phrase("no container instances were found in your capacity provider")),
		},
		{
			Code: "placement.resources", Area: AreaPlacement, Phase: verdict.PhasePlacement, Category: verdict.ResourceLimit,
			Identity: verdict.NoIdentity, Confidence: verdict.Confirmed,
			Title:   "No container instance has enough {name|CPU or memory} left for the task",
			Meaning: "Every instance was passed over because the task asks for more {name|CPU or memory} than any of them has left.",
			Fix:     []string{"Add instances or take larger ones, or lower the task's {name|CPU and memory}."},
			Docs:    []string{docServiceEvents, docAPIFailures},
			When:    With{Names: scarce, Match: says(ByECS|Log, pattern("has insufficient", `has insufficient (?P<resource>CPU|memory)`), pattern("resource:cpu", `\bRESOURCE:(?P<resource>CPU)\b`), pattern("resource:memory", `\bRESOURCE:(?P<resource>MEMORY)\b`), pattern("resource:gpu", `\bRESOURCE:(?P<resource>GPU)\b`), pattern("resource:*", `\bRESOURCE:\*`), phrase("insufficient cpu units"), pattern("doesn't have enough", `container.instance[^\n]{0,60}? doesn['’]t have enough (?P<resource>CPU|memory)`))},
		},
		{
			Code: "placement.port", Area: AreaPlacement, Phase: verdict.PhasePlacement, Category: verdict.ContainerConfig,
			Identity: verdict.NoIdentity, Confidence: verdict.Confirmed,
			Title:   "The host port that the task asks for is taken on every instance",
			Meaning: "The task definition names fixed host ports, and on each instance something uses them already.",
			Fix:     []string{"Use dynamic host ports or awsvpc, or run no more such tasks than there are instances."},
			Docs:    []string{docServiceEvents},
			When:    says(ByECS|Log, phrase("already using a port required by your task"), phrase("resource:ports")),
		},
		{
			Code: "placement.interfaces", Area: AreaPlacement, Phase: verdict.PhasePlacement, Category: verdict.Capacity,
			Identity: verdict.NoIdentity, Confidence: verdict.Confirmed,
			Title:   "No instance has a network interface left for the task",
			Meaning: "In awsvpc mode each task takes a network interface, and the instances' are used up.",
			Fix:     []string{"Switch on ENI trunking (the account setting awsvpcTrunking; instances launched afterwards have it), or take larger instances or more of them."},
			Docs:    []string{docServiceEvents, docTaskNetworking},
			When:    says(ByECS|Log, phrase("resource:eni")),
		},
		{
			Code: "network.eni-attach", Area: AreaNetwork, Phase: verdict.PhaseStartup, Category: verdict.Capacity,
			Identity: verdict.NoIdentity, Confidence: verdict.Confirmed,
			Title:   "The instance has no free slot for the task's network interface",
			Meaning: "The task was placed, but its network interface could not be attached: the instance's slots are taken.",
			Fix:     []string{"Switch on ENI trunking (the account setting awsvpcTrunking; instances launched afterwards have it), or take larger instances or more of them."},
			Docs:    []string{docTaskNetworking, docStoppedCodes},
			When:    says(ByECS|Log, phrase("unable to attach network interface to unused device index")),
		},
		{
			Code: "placement.attribute", Area: AreaPlacement, Phase: verdict.PhasePlacement, Category: verdict.ContainerConfig,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "The instances lack an attribute that the task definition requires",
			Meaning: "A capability is missing on the host's agent: a log driver that is not enabled, execution roles for awslogs (ECS_ENABLE_AWSLOGS_EXECUTIONROLE_OVERRIDE), a GPU, an architecture. It may look like a matter of roles and is a setting of the agent.",
			Reason:  "ECS compared attributes; no permission was checked.",
			Fix:     []string{"Compare requiresAttributes of the task definition with the instance's attributes (aws ecs describe-container-instances), and set up or update the agent accordingly."},
			Docs:    []string{docServiceEvents, docAPIFailures},
			When:    says(ByECS|Log, append(failureReason("ATTRIBUTE"), phrase("missing an attribute required by your task"), phrase("unsupported attributes"))...),
		},
		{
			Code: "placement.agent", Area: AreaPlacement, Phase: verdict.PhasePlacement, Category: verdict.Agent,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "The ECS agent of the container instance was not connected",
			Meaning: "ECS could not hand the task to the instance because its agent was disconnected. Agents reconnect by design several times an hour.",
			Fix:     []string{"Try again; if it keeps happening, restart the agent and check its way to the ECS endpoints and the instance role."},
			Docs:    []string{docAPIFailures, docAgent},
			When:    says(ByECS|Log, append(failureReason("AGENT"), phrase("encountered error \"agent\""), phrase("agent is disconnected"), phrase("agent was disconnected"), phrase("agent not connected"), phrase("have the agent connected"))...),
		},
		{
			Code: "placement.zone", Area: AreaPlacement, Phase: verdict.PhasePlacement, Category: verdict.ContainerConfig,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "The container instance is in another Availability Zone than the task's subnets",
			Meaning: "The network configuration names subnets in which no fitting instance of the cluster stands.",
			Fix:     []string{"Name subnets in the Availability Zones of the instances, or add instances there."},
			Docs:    []string{docAPIFailures},
			When:    says(ByECS|Log, failureReason("LOCATION")...),
		},
		{
			Code: "placement.inactive", Area: AreaPlacement, Phase: verdict.PhasePlacement, Category: verdict.Other,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "What the call names is no longer active in ECS",
			Meaning: "The cluster, service, task definition or container instance was deleted or deregistered and cannot take tasks any more.",
			Fix:     []string{"Name one that is active: an active revision of the task definition, an instance that is registered, a cluster and service that exist."},
			Docs:    []string{docAPIFailures},
			When:    says(ByECS|Log, append(failureReason("INACTIVE"), phrase("taskdefinition is inactive"), phrase("clusternotactiveexception"), phrase("servicenotactiveexception"), phrase("service was not active"), phrase("cluster is inactive"), phrase("cluster was not active"))...),
		},
		{
			Code: "placement.request-invalid", Area: AreaPlacement, Phase: verdict.PhasePlacement, Category: verdict.ContainerConfig,
			Identity: verdict.NoIdentity, Confidence: verdict.Confirmed,
			Title:   "ECS did not accept the request or the task definition",
			Meaning: "RunTask, CreateService or RegisterTaskDefinition was refused because of what it asks for: network configuration, subnets, CPU and memory, launch type, container names and the like. No task was made.",
			Reason:  "ECS answered that the request is invalid; a missing permission is answered with AccessDenied.",
			Fix:     []string{"Correct what the quoted text names, in the call or in the task definition."},
			Docs:    []string{docTaskParameters, docAPIFailures},
			When:    says(ByECS|Log, requestPhrases()...),
		},
		{
			Code: "placement.not-found", Area: AreaPlacement, Phase: verdict.PhasePlacement, Category: verdict.AppMisconfig,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "ECS does not know the cluster, service, task definition or instance of the call",
			Meaning: "The name is misspelt, or it belongs to another Region, account or cluster than the one that was asked.",
			Fix:     []string{"Check names, cluster, Region and account of the call."},
			Docs:    []string{docAPIFailures},
			When:    says(Event|Stopped|Pasted, missingOther(), phrase("clusternotfoundexception"), phrase("cluster not found"), phrase("servicenotfoundexception"), phrase("unable to describe task definition"), phrase("taskdefinition not found"), phrase("the specified capacity provider")),
		},
		{
			Code: "placement.account-blocked", Area: AreaPlacement, Phase: verdict.PhasePlacement, Category: verdict.Other,
			Identity: verdict.NoIdentity, Confidence: verdict.Confirmed,
			Title:   "AWS has blocked the account, or is still verifying it",
			Meaning: "The account may not start tasks at present. No policy changes that.",
			Fix:     []string{"Contact AWS Support; a new account is usually verified within hours."},
			Docs:    []string{docAPIFailures},
			When:    says(ByECS|Log, phrase("account is currently blocked"), phrase("blockedexception"), phrase("account is currently being verified"), phrase("pendingverification"), phrase("is being validated, and you will not be able to launch")),
		},
		{
			Code: "placement.constraint", Area: AreaPlacement, Phase: verdict.PhasePlacement, Category: verdict.ContainerConfig,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "No instance satisfies the placement constraints",
			Meaning: "The constraints of the service or task definition leave no instance over.",
			Fix:     []string{"Relax placementConstraints or add instances that satisfy them."},
			Docs:    []string{docServiceEvents},
			When:    says(ByECS|Log, phrase("placement constraint"), phrase("placement_constraint_violated"), phrase("unable to satisfy placement")),
		},
		{
			Code: "placement.fargate-capacity", Area: AreaPlacement, Phase: verdict.PhasePlacement, Category: verdict.Capacity,
			Identity: verdict.NoIdentity, Confidence: verdict.Confirmed,
			Title:   "AWS had no capacity for the task there and then",
			Meaning: "Fargate, or the instances behind the capacity provider, had no room in the Availability Zones of the task.",
			Fix:     []string{"Try again, allow more Availability Zones, and with Spot add on-demand to the capacity provider strategy."},
			Docs:    []string{docServiceEvents, docSpot},
			When:    says(ByECS|Log, phrase("capacity is unavailable at this time"), phrase("resource:fargate"), phrase("insufficient capacity"), phrase("insufficientinstancecapacity"), phrase("we currently do not have sufficient"), phrase("unable to launch instances"), phrase("could not launch on-demand instances"), phrase("could not launch spot instances")),
		},
		{
			Code: "placement.quota", Area: AreaPlacement, Phase: verdict.PhasePlacement, Category: verdict.ResourceLimit,
			Identity: verdict.NoIdentity, Confidence: verdict.Confirmed,
			Title:   "The account's quota of Fargate tasks, vCPUs or instances is used up",
			Meaning: "The account runs as much as its service quotas allow in this Region, or the task asks for more at once than they allow.",
			Fix:     []string{"Stop what is not needed, or ask for a higher quota in Service Quotas (AWS Fargate: On-Demand or Spot vCPU resource count; EC2: running instances)."},
			Docs:    []string{docQuotas, docServiceEvents},
			When:    says(ByECS|Log, phrase("reached the limit on the number of"), phrase("configuration is above your limit"), phrase("vcpulimitexceeded"), phrase("maxspotinstancecountexceeded"), phrase("instancelimitexceeded"), phrase("limitexceededexception: the maximum number of")),
		},
		{
			Code: "placement.az-without-fargate", Area: AreaPlacement, Phase: verdict.PhasePlacement, Category: verdict.Internal,
			Identity: verdict.NoIdentity, Confidence: verdict.Possible,
			Title:   "ECS met an internal error while it placed the task",
			Meaning: "AWS documents this event for a subnet in an Availability Zone that has no Fargate; otherwise it is trouble inside AWS.",
			Fix:     []string{"Use subnets in other Availability Zones, then try again."},
			Docs:    []string{docServiceEvents},
			When:    says(ByECS|Log, pattern("reason: internal error", `Reason: Internal error`)),
		},
		{
			Code: "placement.ec2-error", Area: AreaPlacement, Phase: verdict.PhaseStartup, Category: verdict.Internal,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "An error of AWS's own kept the task from starting",
			Meaning: "A step that AWS does by itself failed, such as attaching the task's network interface. It is usually transient.",
			Fix:     []string{"Start the task again; if it keeps happening, open a support case."},
			Docs:    []string{docStoppedCodes},
			When: Any{
				says(ByECS, phrase("unexpected ec2 error while attempting to attach network interface"), pattern("internalerror:", `^InternalError: ?(?:An internal error[^\n]*)?$`)),
				says(Stopped|Reason|Event, phrase("internalerror:"), phrase("unexpectederror"), phrase("internal server error while")),
			},
		},
		{
			Code: "placement.throttled", Area: AreaPlacement, Phase: verdict.PhasePlacement, Category: verdict.Other,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "AWS throttled the calls by which tasks are started and registered",
			Meaning: "The account made too many calls of one kind. ECS repeats its own by itself; a RunTask of yours has to be called again. Nobody lacks a permission.",
			Fix:     []string{"Deploy fewer services at once, wait longer between calls of your own, or ask for a higher limit of the throttled API."},
			Docs:    []string{docServiceEvents},
			When: Any{
				says(Event|Stopped|Reason|Pasted, phrase("operations are being throttled"), phrase("operation_throttled"), phrase("throttlingexception"), phrase("rate exceeded")),
				Where(throttledRecords),
			},
		},
		{
			Code: "placement.deployment-rules", Area: AreaPlacement, Phase: verdict.PhasePlacement, Category: verdict.Deployment,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "The service's own rules leave ECS no room to stop or start tasks",
			Meaning: "minimumHealthyPercent and maximumPercent forbid ECS to stop an old task and to start a new one, or the tasks are protected from scale-in.",
			Fix:     []string{"Lower minimumHealthyPercent or raise maximumPercent; let the application take its tasks' scale-in protection away when it is done."},
			Docs:    []string{docServiceEvents},
			When:    says(Event|Pasted, phrase("because of the service deployment configuration"), phrase("unable to stop or start tasks during a deployment"), phrase("unable to scale in"), phrase("number of protected tasks")),
		},
		{
			Code: "placement.target-registration", Area: AreaPlacement, Phase: verdict.PhasePlacement, Category: verdict.ContainerConfig,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "ECS could not register the task with its load balancer or service registry",
			Meaning: "The target group or registry does not take the task: another target type (ip for awsvpc, instance for bridge and host), another VPC, a target group without listener, or an instance that is not running.",
			Fix:     []string{"Compare target type, VPC and port of the target group with the network mode and container port of the service."},
			Docs:    []string{docServiceELB},
			When:    says(Event|Pasted, phrase("failed to register targets in"), phrase("unable to register targets"), phrase("failed to register instance"), phrase("failed to register (task"), phrase("failed to deregister"), phrase("unable to register task")),
		},
		{
			Code: "placement.expired", Area: AreaPlacement, Phase: verdict.PhaseUnknown, Category: verdict.Other,
			Identity: verdict.NoIdentity, Orderly: true, Confidence: verdict.Possible,
			Title:   "ECS no longer knows the task, or never did under this name",
			Meaning: "ECS forgets a stopped task after about an hour. The same answer comes where cluster, Region or account are not the task's.",
			Fix:     []string{"Check cluster, Region and account of the reference. If the task is really gone, kept EventBridge events, its logs and CloudTrail still tell what happened."},
			Docs:    []string{docAPIFailures},
			When:    Unless{Match: says(Pasted|Log, failureReason("MISSING")...), But: says(Pasted|Log, missingOther())},
		},
		{
			Code: "placement.alarm", Area: AreaPlacement, Phase: verdict.PhaseShutdown, Category: verdict.Deployment,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "A CloudWatch alarm made the deployment fail",
			Meaning: "The deployment watches alarms, and one of them went off while new tasks took over. ECS rolls back where the service is set so. The tasks themselves may have run well.",
			Fix:     []string{"Look at the alarm that went off and at what it measures, then deploy again."},
			Docs:    []string{docDeploymentAlarms},
			When:    says(Event|Pasted|Stopped, phrase("alarm detected"), phrase("deployment alarm"), phrase("alarms in alarm state")),
		},
		{
			Code: "placement.circuit-breaker", Area: AreaPlacement, Level: Fallback, Phase: verdict.PhaseStartup, Category: verdict.Deployment,
			Identity: verdict.NoIdentity, Confidence: verdict.Possible,
			Title:   "The service's new tasks keep failing, so the deployment does not get through",
			Meaning: "ECS gave the deployment up, rolled it back, or waits ever longer between attempts. Its words \"tasks failed to start\" are fixed, also for tasks that ran and then failed health checks; a stopped task of the deployment tells why they failed.",
			Fix:     []string{"Diagnose a stopped task of the failed deployment; ECS keeps it for about an hour."},
			Docs:    []string{docDeployments},
			When:    says(Event|Pasted, phrase("deployment circuit breaker"), phrase("tasks failed to start"), phrase("unable to consistently start tasks successfully"), phrase("service_task_start_impaired"), pattern("rolling back to", `rolling back to \(?deployment`), phrase("deployment rolled back")),
		},
		{
			Code: "placement.unplaced", Area: AreaPlacement, Level: Fallback, Phase: verdict.PhasePlacement, Category: verdict.Capacity,
			Identity: verdict.NoIdentity, Confidence: verdict.Possible,
			Title:   "ECS could not place the task, and the event does not say why",
			Meaning: "The service could not start a task. The event names no reason, or none of those known here.",
			Fix:     []string{"Read the service's other events: ECS repeats them, and one usually names the instance that came closest and what it lacked."},
			Docs:    []string{docServiceEvents},
			When:    says(Event|Pasted, phrase("unable to place a task"), phrase("service_task_placement_failure")),
		},
	}
}

// scarce names what the instances lack, for which ECS has several spellings.
func scarce(_ *Case, m Match) map[string]string {
	words := map[string]string{"cpu": "CPU units", "memory": "memory", "gpu": "GPUs"}
	return map[string]string{"name": words[strings.ToLower(m.Captures["resource"])]}
}

// failureReason matches one word of failures[].reason, in the forms in which the
// CLI, SDKs and the console print it. In JSON an ARN of ECS or the list's name
// must stand before it: "reason" alone is anybody's word.
func failureReason(word string) []*Phrase {
	low := strings.ToLower(word)
	word = `(?-i:` + word + `)`
	const before = `(?:arn:aws[\w-]*:ecs:|failures)[\s\S]{0,400}?reason\\*["']?\s*[:=]\s*\\*["']`
	return []*Phrase{
		pattern(`"`+low, before+word+`\\*"`), pattern(`'`+low+`'`, before+word+`'`),
		pattern(`"`+low, `reasons\s*:\s*\[[^\n\]]{0,200}?"`+word+`"`),
		pattern("reason: "+low, `reason: `+word+`\b`), pattern("reason="+low, `reason=`+word+`\b`),
	}
}

// missingOther is the failure of a call that names something else than a task.
func missingOther() *Phrase {
	return pattern("missing", `:(?:cluster|service|container-instance|task-definition)/[^\s"'\\]+\\*["']? ?,? *\\*["']?reason\\*["']? *[:=] *\\*["']?(?-i:MISSING)\b`)
}

// requestPhrases are ECS's answers to calls that ask for what cannot be.
func requestPhrases() []*Phrase {
	return []*Phrase{
		phrase("network configuration must be provided when networkmode"), phrase("network configuration is not valid for the given networkmode"), phrase("no fargate configuration exists for given values"), phrase("invalid 'cpu' setting for task"), phrase("invalid 'memory' setting for task"), phrase("invalid setting for container"), phrase("does not have an associated load balancer"), phrase("does not support launch_type"), phrase("platformtaskdefinitionincompatibilityexception"), phrase("platformunknownexception"), phrase("unsupportedfeatureexception"),
		phrase("error retrieving subnet information"), phrase("error retrieving security group information"), phrase("invalidsubnetid.notfound"), phrase("invalidsubnet"), phrase("invalidgroup.notfound"), phrase("do not belong to the same vpc"), phrase("assign public ip is not supported"), phrase("is not a container in the taskdefinition"), phrase("does not exist in the task definition"), phrase("invalid container name"), phrase("container.name contains invalid characters"), phrase("container.image contains invalid characters"), phrase("container.image should not be null or empty"), phrase("task definition is not compatible"), phrase("requires awsvpc"),
		phrase("fargate only supports network mode"), phrase("host port must match container port"), phrase("when networkmode=awsvpc, the host ports and container ports"), phrase("essential containers"), phrase("at least one container must be essential"), phrase("unable to start a service that is still draining"), phrase("creation of service was not idempotent"), phrase("too many concurrent attempts to create a new revision"), phrase("must be enabled to add tags"), phrase("log configuration is required"), phrase("unknown volume"), phrase("is not supported when using a capacity provider"), phrase("overrides length must be at most"), phrase("the closest matching container instance does not support"),
		pattern("(invalidparameterexception) when calling the", `\(InvalidParameterException\) when calling the (?:RunTask|StartTask|CreateService|UpdateService|RegisterTaskDefinition) operation`), pattern("(clientexception) when calling the", `\(ClientException\) when calling the (?:RunTask|StartTask|CreateService|UpdateService|RegisterTaskDefinition) operation: (?:Invalid|No |Tasks? |Fargate only|Container|Volume|Too many)`),
	}
}

// throttledRecords finds CloudTrail records of calls that were throttled.
func throttledRecords(c *Case) []Match {
	for _, r := range c.Evidence.CloudTrail {
		if r.ErrorCode == "ThrottlingException" || r.ErrorCode == "Throttling" || r.ErrorCode == "Client.RequestLimitExceeded" {
			t := recordText(r)
			return []Match{{Text: t, End: len(t.Raw)}}
		}
	}
	return nil
}
