package catalogue

import (
	"strings"

	"whystopped/internal/diagnose/cause"
	"whystopped/internal/diagnose/verdict"
)

// placementCauses: tasks that found no place, and what the service's events say.
func placementCauses() []*Cause {
	return []*Cause{
		{
			Code: "placement.no-instances", Area: AreaPlacement, Phase: verdict.PhasePlacement, Category: verdict.Capacity,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "The cluster has no container instances",
			Meaning: "No EC2 instance is registered in the cluster. Usually none was launched; an instance role that isn't allowed to register gives the same event.",
			Fix: []string{
				"Check whether the Auto Scaling group launched instances, and whether the ECS agent on them registers with this cluster.",
			},
			Docs: []string{docServiceEvents},
			When: says(ByECS|Log, phrase("no container instances were found in your cluster"), phrase("no active instances"), phrase("empty capacity provider"), phrase("no container instances were found in your capacity provider")),
		},
		{
			Code: "placement.resources", Area: AreaPlacement, Phase: verdict.PhasePlacement, Category: verdict.ResourceLimit,
			Identity: verdict.NoIdentity, Confidence: verdict.Confirmed,
			Title:   "No container instance has enough {name|CPU or memory} for the task",
			Meaning: "ECS rejected every instance because the task needs more {name|CPU or memory} than any of them has left.",
			Fix: []string{
				"Add instances or use larger ones, or lower the task's {name|CPU and memory}.",
			},
			Docs: []string{docServiceEvents, docAPIFailures},
			When: With{Names: scarce, Match: says(ByECS|Log, pattern("has insufficient", `has insufficient (?P<resource>CPU|memory)`), pattern("resource:cpu", `\bRESOURCE:(?P<resource>CPU)\b`), pattern("resource:memory", `\bRESOURCE:(?P<resource>MEMORY)\b`), pattern("resource:gpu", `\bRESOURCE:(?P<resource>GPU)\b`), pattern("resource:*", `\bRESOURCE:\*`), phrase("insufficient cpu units"), pattern("doesn't have enough", `container.instance[^\n]{0,60}? doesn['’]t have enough (?P<resource>CPU|memory)`))},
		},
		{
			Code: "placement.port", Area: AreaPlacement, Phase: verdict.PhasePlacement, Category: verdict.ContainerConfig,
			Identity: verdict.NoIdentity, Confidence: verdict.Confirmed,
			Title:   "The task's host port is in use on every instance",
			Meaning: "The task definition sets fixed host ports, and something uses them on each instance.",
			Fix: []string{
				"Use dynamic host ports or awsvpc, or run no more such tasks than there are instances.",
			},
			Docs: []string{docServiceEvents},
			When: says(ByECS|Log, phrase("already using a port required by your task"), phrase("resource:ports")),
		},
		{
			Code: "placement.interfaces", Area: AreaPlacement, Phase: verdict.PhasePlacement, Category: verdict.Capacity,
			Identity: verdict.NoIdentity, Confidence: verdict.Confirmed,
			Title:   "No instance has a network interface left for the task",
			Meaning: "Each task in awsvpc mode needs a network interface, and those of the instances are used up.",
			Fix: []string{
				"Turn on ENI trunking (the account setting awsvpcTrunking; only instances launched afterwards have it), or use larger instances or more of them.",
			},
			Docs: []string{docServiceEvents, docTaskNetworking},
			When: says(ByECS|Log, phrase("resource:eni")),
		},
		{
			Code: "network.eni-attach", Area: AreaNetwork, Phase: verdict.PhaseStartup, Category: verdict.Capacity,
			Identity: verdict.NoIdentity, Confidence: verdict.Confirmed,
			Title:   "The instance has no free slot for the task's network interface",
			Meaning: "The task was placed, but its network interface couldn't be attached because the instance's slots are in use.",
			Fix: []string{
				"Turn on ENI trunking (the account setting awsvpcTrunking; only instances launched afterwards have it), or use larger instances or more of them.",
			},
			Docs: []string{docTaskNetworking, docStoppedCodes},
			When: says(ByECS|Log, phrase("unable to attach network interface to unused device index")),
		},
		{
			Code: "placement.attribute", Area: AreaPlacement, Phase: verdict.PhasePlacement, Category: verdict.ContainerConfig,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "The instances lack an attribute that the task definition requires",
			Meaning: "The host's agent lacks a capability: a log driver, execution roles for awslogs (ECS_ENABLE_AWSLOGS_EXECUTIONROLE_OVERRIDE), a GPU, or an architecture. This may look like a role problem and is a setting of the agent.",
			Reason:  "ECS compared attributes; no permission was checked.",
			Fix: []string{
				"Compare requiresAttributes of the task definition with the instance's attributes (aws ecs describe-container-instances), and configure or update the agent.",
			},
			Docs: []string{docServiceEvents, docAPIFailures},
			When: says(ByECS|Log, append(failureReason("ATTRIBUTE"), phrase("missing an attribute required by your task"), phrase("unsupported attributes"))...),
		},
		{
			Code: "placement.agent", Area: AreaPlacement, Phase: verdict.PhasePlacement, Category: verdict.Agent,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "The ECS agent of the container instance was disconnected",
			Meaning: "ECS couldn't hand the task to the instance because its agent was disconnected. Agents reconnect by design several times an hour.",
			Fix: []string{
				"Try again. If it keeps happening, restart the agent, and check its route to the ECS endpoints and the container instance role.",
			},
			Docs: []string{docAPIFailures, docAgent},
			When: says(ByECS|Log, append(failureReason("AGENT"), phrase("encountered error \"agent\""), phrase("agent is disconnected"), phrase("agent was disconnected"), phrase("agent not connected"), phrase("have the agent connected"))...),
		},
		{
			Code: "placement.zone", Area: AreaPlacement, Phase: verdict.PhasePlacement, Category: verdict.ContainerConfig,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "The container instance is in another Availability Zone than the task's subnets",
			Meaning: "The network configuration names subnets in Availability Zones without a matching instance of the cluster.",
			Fix: []string{
				"Use subnets in the Availability Zones of the instances, or add instances there.",
			},
			Docs: []string{docAPIFailures},
			When: says(ByECS|Log, failureReason("LOCATION")...),
		},
		{
			Code: "placement.inactive", Area: AreaPlacement, Phase: verdict.PhasePlacement, Category: verdict.Other,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "The ECS resource in the call is no longer active",
			Meaning: "The cluster, service, task definition, or container instance was deleted or deregistered and takes no more tasks.",
			Fix: []string{
				"Use one that is active: an active revision of the task definition, a registered instance, an existing cluster and service.",
			},
			Docs: []string{docAPIFailures},
			When: says(ByECS|Log, append(failureReason("INACTIVE"), phrase("taskdefinition is inactive"), phrase("clusternotactiveexception"), phrase("servicenotactiveexception"), phrase("service was not active"), phrase("cluster is inactive"), phrase("cluster was not active"))...),
		},
		{
			Code: "placement.request-invalid", Area: AreaPlacement, Phase: verdict.PhasePlacement, Category: verdict.ContainerConfig,
			Identity: verdict.NoIdentity, Confidence: verdict.Confirmed,
			Title:   "ECS rejected the request or the task definition as invalid",
			Meaning: "RunTask, CreateService, or RegisterTaskDefinition was rejected because of its content: network configuration, subnets, CPU and memory, launch type, container names, and the like. No task was created.",
			Reason:  "ECS answered that the request is invalid. A missing permission is answered with AccessDenied.",
			Fix: []string{
				"Correct what the quoted text names, in the call or in the task definition.",
			},
			Docs: []string{docTaskParameters, docAPIFailures},
			When: says(ByECS|Log, requestPhrases()...),
		},
		{
			Code: "placement.not-found", Area: AreaPlacement, Phase: verdict.PhasePlacement, Category: verdict.AppMisconfig,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "ECS cluster, service, task definition, or instance not found",
			Meaning: "The name in the call is misspelled, or it belongs to another Region, account, or cluster.",
			Fix: []string{
				"Check the names, cluster, Region, and account of the call.",
			},
			Docs: []string{docAPIFailures},
			When: says(Event|Stopped|Pasted, missingOther(), phrase("clusternotfoundexception"), phrase("cluster not found"), phrase("servicenotfoundexception"), phrase("unable to describe task definition"), phrase("taskdefinition not found"), phrase("the specified capacity provider")),
		},
		{
			Code: "placement.account-blocked", Area: AreaPlacement, Phase: verdict.PhasePlacement, Category: verdict.Other,
			Identity: verdict.NoIdentity, Confidence: verdict.Confirmed,
			Title:   "AWS has blocked the account or is still verifying it",
			Meaning: "The account can't start tasks at the moment. No policy changes that.",
			Fix: []string{
				"Contact AWS Support. A new account is usually verified within hours.",
			},
			Docs: []string{docAPIFailures},
			When: says(ByECS|Log, phrase("account is currently blocked"), phrase("blockedexception"), phrase("account is currently being verified"), phrase("pendingverification"), phrase("is being validated, and you will not be able to launch")),
		},
		{
			Code: "placement.constraint", Area: AreaPlacement, Phase: verdict.PhasePlacement, Category: verdict.ContainerConfig,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "No instance satisfies the placement constraints",
			Meaning: "The constraints of the service or task definition exclude every instance.",
			Fix: []string{
				"Relax placementConstraints, or add instances that satisfy them.",
			},
			Docs: []string{docServiceEvents},
			When: says(ByECS|Log, phrase("placement constraint"), phrase("placement_constraint_violated"), phrase("unable to satisfy placement")),
		},
		{
			Code: "placement.fargate-capacity", Area: AreaPlacement, Phase: verdict.PhasePlacement, Category: verdict.Capacity,
			Identity: verdict.NoIdentity, Confidence: verdict.Confirmed,
			Title:   "No capacity available for the task",
			Meaning: "Fargate, or the instances behind the capacity provider, had no capacity in the Availability Zones of the task.",
			Fix: []string{
				"Try again, allow more Availability Zones, and with Spot add on-demand capacity to the capacity provider strategy.",
			},
			Docs: []string{docServiceEvents, docSpot},
			When: says(ByECS|Log, phrase("capacity is unavailable at this time"), phrase("resource:fargate"), phrase("insufficient capacity"), phrase("insufficientinstancecapacity"), phrase("we currently do not have sufficient"), phrase("unable to launch instances"), phrase("could not launch on-demand instances"), phrase("could not launch spot instances")),
		},
		{
			Code: "placement.quota", Area: AreaPlacement, Phase: verdict.PhasePlacement, Category: verdict.ResourceLimit,
			Identity: verdict.NoIdentity, Confidence: verdict.Confirmed,
			Title:   "Quota of Fargate tasks, vCPUs, or instances reached",
			Meaning: "The account runs as much as its service quotas allow in this Region, or the task requests more at once than they allow.",
			Fix: []string{
				"Stop what isn't needed, or request a quota increase in Service Quotas (AWS Fargate: On-Demand or Spot vCPU resource count; EC2: running instances).",
			},
			Docs: []string{docQuotas, docServiceEvents},
			When: says(ByECS|Log, phrase("reached the limit on the number of"), phrase("configuration is above your limit"), phrase("vcpulimitexceeded"), phrase("maxspotinstancecountexceeded"), phrase("instancelimitexceeded"), phrase("limitexceededexception: the maximum number of")),
		},
		{
			Code: "placement.az-without-fargate", Area: AreaPlacement, Phase: verdict.PhasePlacement, Category: verdict.Internal,
			Identity: verdict.NoIdentity, Confidence: verdict.Possible,
			Title:   "Internal ECS error while placing the task",
			Meaning: "AWS documents this event for a subnet in an Availability Zone without Fargate. Otherwise it's an AWS error.",
			Fix: []string{
				"Use subnets in other Availability Zones, then try again.",
			},
			Docs: []string{docServiceEvents},
			When: says(ByECS|Log, pattern("reason: internal error", `Reason: Internal error`)),
		},
		{
			Code: "placement.ec2-error", Area: AreaPlacement, Phase: verdict.PhaseStartup, Category: verdict.Internal,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "An AWS error prevented the task from starting",
			Meaning: "A step that AWS does itself failed, such as attaching the task's network interface. It's usually transient.",
			Fix: []string{
				"Start the task again. If it keeps happening, open a support case.",
			},
			Docs: []string{docStoppedCodes},
			When: Any{
				says(ByECS, phrase("unexpected ec2 error while attempting to attach network interface"), pattern("internalerror:", `^InternalError: ?(?:An internal error[^\n]*)?$`)),
				says(Stopped|Reason|Event, phrase("internalerror:"), phrase("unexpectederror"), phrase("internal server error while")),
			},
		},
		{
			Code: "placement.throttled", Area: AreaPlacement, Phase: verdict.PhasePlacement, Category: verdict.Other,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "AWS throttled the calls that start and register tasks",
			Meaning: "The account made too many calls of one kind. ECS retries its own automatically; your own RunTask has to be called again. No permission is missing.",
			Fix: []string{
				"Deploy fewer services at once, wait longer between your own calls, or request a higher limit for the throttled API.",
			},
			Docs: []string{docServiceEvents},
			When: Any{
				says(Event|Stopped|Reason|Pasted, phrase("operations are being throttled"), phrase("operation_throttled"), phrase("throttlingexception"), phrase("rate exceeded")),
				Where(throttledRecords),
			},
		},
		{
			Code: "placement.deployment-rules", Area: AreaPlacement, Phase: verdict.PhasePlacement, Category: verdict.Deployment,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "The deployment settings leave ECS no room to replace tasks",
			Meaning: "minimumHealthyPercent and maximumPercent keep ECS from stopping an old task and from starting a new one, or the tasks are protected from scale-in.",
			Fix: []string{
				"Lower minimumHealthyPercent or raise maximumPercent. Have the application remove the scale-in protection of its tasks when it's done.",
			},
			Docs: []string{docServiceEvents},
			When: says(Event|Pasted, phrase("because of the service deployment configuration"), phrase("unable to stop or start tasks during a deployment"), phrase("unable to scale in"), phrase("number of protected tasks")),
		},
		{
			Code: "placement.target-registration", Area: AreaPlacement, Phase: verdict.PhasePlacement, Category: verdict.ContainerConfig,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "ECS couldn't register the task with its load balancer or service registry",
			Meaning: "The target group or registry doesn't accept the task: another target type (ip for awsvpc, instance for bridge and host), another VPC, a target group without a listener, or an instance that isn't running.",
			Fix: []string{
				"Compare target type, VPC, and port of the target group with the network mode and container port of the service.",
			},
			Docs: []string{docServiceELB},
			When: says(Event|Pasted, phrase("failed to register targets in"), phrase("unable to register targets"), phrase("failed to register instance"), phrase("failed to register (task"), phrase("failed to deregister"), phrase("unable to register task")),
		},
		{
			Code: "placement.expired", Area: AreaPlacement, Phase: verdict.PhaseUnknown, Category: verdict.Other,
			Identity: verdict.NoIdentity, Orderly: true, Confidence: verdict.Possible,
			Title:   "ECS doesn't know the task, or no longer does",
			Meaning: "ECS forgets a stopped task after about an hour. The answer is the same if cluster, Region, or account aren't the task's.",
			Fix: []string{
				"Check the cluster, Region, and account of the reference. If ECS no longer lists the task, stored EventBridge events, its logs, and CloudTrail may still show what happened.",
			},
			Docs: []string{docAPIFailures},
			When: Unless{Match: says(Pasted|Log, failureReason("MISSING")...), But: says(Pasted|Log, missingOther())},
		},
		{
			Code: "placement.alarm", Area: AreaPlacement, Phase: verdict.PhaseShutdown, Category: verdict.Deployment,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "A CloudWatch alarm failed the deployment",
			Meaning: "The deployment watches alarms, and one of them went off while new tasks took over. ECS rolls back if the service is set so; the tasks themselves may have run well.",
			Fix: []string{
				"Check the alarm that went off and what it measures, then deploy again.",
			},
			Docs: []string{docDeploymentAlarms},
			When: says(Event|Pasted|Stopped, phrase("alarm detected"), phrase("deployment alarm"), phrase("alarms in alarm state")),
		},
		{
			Code: "placement.circuit-breaker", Area: AreaPlacement, Level: Fallback, Phase: verdict.PhaseStartup, Category: verdict.Deployment,
			Identity: verdict.NoIdentity, Confidence: verdict.Possible,
			Title:   "New tasks keep failing, so the deployment can't complete",
			Meaning: "ECS gave up the deployment, rolled it back, or waits ever longer between attempts. Its words \"tasks failed to start\" are fixed, also for tasks that ran and then failed health checks; a stopped task of the deployment shows why they failed.",
			Fix: []string{
				"Diagnose a stopped task of the failed deployment. ECS remembers it for about an hour.",
			},
			Docs: []string{docDeployments},
			When: says(Event|Pasted, phrase("deployment circuit breaker"), phrase("tasks failed to start"), phrase("unable to consistently start tasks successfully"), phrase("service_task_start_impaired"), pattern("rolling back to", `rolling back to \(?deployment`), phrase("deployment rolled back")),
		},
		{
			Code: "placement.unplaced", Area: AreaPlacement, Level: Fallback, Phase: verdict.PhasePlacement, Category: verdict.Capacity,
			Identity: verdict.NoIdentity, Confidence: verdict.Possible,
			Title:   "ECS couldn't place the task, reason unknown",
			Meaning: "The service couldn't start a task. The event names no reason, or none of the known ones.",
			Fix: []string{
				"Check the other service events. ECS repeats them, and one usually names the instance that came closest and what it lacked.",
			},
			Docs: []string{docServiceEvents},
			When: says(Event|Pasted, phrase("unable to place a task"), phrase("service_task_placement_failure")),
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
			t := cause.RecordText(r)
			return []Match{{Text: t, End: len(t.Raw)}}
		}
	}
	return nil
}
