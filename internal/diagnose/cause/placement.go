package cause

import "whystopped/internal/diagnose/verdict"

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
			Title:   "No container instance has enough {name|CPU or memory} left",
			Meaning: "Every instance was passed over because the task asks for more {name|CPU or memory} than is free on it.",
			Fix:     []string{"Add instances or take larger ones, or lower the task's CPU and memory."},
			Docs:    []string{docServiceEvents, docAPIFailures},
			When:    says(ByECS|Log, pattern("has insufficient", `has insufficient (?P<name>CPU units|memory)(?: available)?`), pattern("resource:", `\bRESOURCE:(?P<name>CPU|MEMORY|GPU)\b`), phrase("insufficient cpu units")),
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
			Fix:     []string{"Switch on ENI trunking (awsvpcTrunking), take larger instances or more of them."},
			Docs:    []string{docServiceEvents, docTaskNetworking},
			When:    says(ByECS|Log, phrase("resource:eni")),
		},
		{
			Code: "network.eni-attach", Area: AreaNetwork, Phase: verdict.PhaseStartup, Category: verdict.Capacity,
			Identity: verdict.NoIdentity, Confidence: verdict.Confirmed,
			Title:   "The instance has no free slot for the task's network interface",
			Meaning: "The task was placed, but its network interface could not be attached: the instance's slots are taken.",
			Fix:     []string{"Switch on ENI trunking (awsvpcTrunking), take larger instances or more of them."},
			Docs:    []string{docTaskNetworking, docStoppedCodes},
			When:    says(ByECS|Log, phrase("unable to attach network interface to unused device index")),
		},
		{
			Code: "placement.attribute", Area: AreaPlacement, Phase: verdict.PhasePlacement, Category: verdict.ContainerConfig,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "The instances lack an attribute that the task definition requires",
			Meaning: "A capability is missing on the agent: a log driver that is not enabled, execution roles for awslogs (ECS_ENABLE_AWSLOGS_EXECUTIONROLE_OVERRIDE), GPU, an architecture. It looks like a role matter and is an agent setting.",
			Fix:     []string{"Compare the requiresAttributes of the task definition with the instance's attributes (aws ecs describe-container-instances), and set or update the agent accordingly."},
			Docs:    []string{docServiceEvents, docAPIFailures},
			When:    says(ByECS|Log, phrase("missing an attribute required by your task"), pattern("\"reason\"", `"reason": ?"ATTRIBUTE"`), phrase("reason: attribute"), phrase("unsupported attributes")),
		},
		{
			Code: "placement.agent", Area: AreaPlacement, Phase: verdict.PhasePlacement, Category: verdict.Agent,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "The ECS agent of the instance was not connected",
			Meaning: "ECS could not hand the task to the instance because its agent was disconnected. Agents reconnect by design several times an hour.",
			Fix:     []string{"Try again; if it stays, restart the agent and check its way to the ECS endpoints and the instance role."},
			Docs:    []string{docAPIFailures, docAgent},
			When:    says(ByECS|Log, phrase("encountered error \"agent\""), pattern("\"agent\"", `"reason"\s*:\s*"AGENT"`), phrase("reason: agent"), phrase("agent is disconnected"), phrase("agent was disconnected"), phrase("agent not connected")),
		},
		{
			Code: "placement.constraint", Area: AreaPlacement, Phase: verdict.PhasePlacement, Category: verdict.ContainerConfig,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "No instance satisfies the placement constraints",
			Meaning: "The constraints of the service or task definition leave no instance over.",
			Fix:     []string{"Relax placementConstraints or add instances that satisfy them."},
			Docs:    []string{docServiceEvents},
			When:    says(ByECS|Log, phrase("memberof placement constraint unsatisfied"), phrase("placement constraint"), phrase("distinctinstance placement constraint")),
		},
		{
			Code: "placement.fargate-capacity", Area: AreaPlacement, Phase: verdict.PhasePlacement, Category: verdict.Capacity,
			Identity: verdict.NoIdentity, Confidence: verdict.Confirmed,
			Title:   "AWS had no capacity for the task there and then",
			Meaning: "Fargate (or the capacity provider) had no room in the Availability Zone, or the account's vCPU quota was reached.",
			Fix:     []string{"Try again or in other Availability Zones; with Spot add on-demand to the capacity provider strategy; look at the account's Fargate vCPU quota."},
			Docs:    []string{docServiceEvents, docQuotas},
			When: says(ByECS|Log,
				phrase("capacity is unavailable at this time"), phrase("resource:fargate"), phrase("you've reached the limit on the number of tasks"), phrase("you've reached the limit on the number of vcpus"), phrase("reached the limit on the number of"), phrase("insufficient capacity"), phrase("insufficientinstancecapacity"), phrase("unable to launch instances"), phrase("vcpulimitexceeded")),
		},
		{
			Code: "placement.az-without-fargate", Area: AreaPlacement, Phase: verdict.PhasePlacement, Category: verdict.Internal,
			Identity: verdict.NoIdentity, Confidence: verdict.Possible,
			Title:   "ECS met an internal error while placing the task",
			Meaning: "AWS documents this event for a subnet in an Availability Zone that has no Fargate; else it is AWS's own trouble.",
			Fix:     []string{"Use subnets in other Availability Zones; then try again."},
			Docs:    []string{docServiceEvents},
			When:    says(ByECS|Log, pattern("reason: internal error", `Reason: Internal error`)),
		},
		{
			Code: "placement.ec2-error", Area: AreaPlacement, Phase: verdict.PhaseStartup, Category: verdict.Internal,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "ECS met an unexpected EC2 error while attaching the network interface",
			Meaning: "AWS's own step failed; it is usually transient.",
			Fix:     []string{"Start the task again; if it stays, open a support case."},
			Docs:    []string{docStoppedCodes},
			When:    says(ByECS, phrase("unexpected ec2 error while attempting to attach network interface"), phrase("internalerror:"), phrase("unexpectederror"), phrase("internal server error while")),
		},
		{
			Code: "placement.throttled", Area: AreaPlacement, Phase: verdict.PhasePlacement, Category: verdict.Other,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "ECS's calls for the service are throttled",
			Meaning: "Too many calls of the account; ECS tries again by itself. Nobody lacks a permission.",
			Fix:     []string{"Deploy less at once, or ask for a higher limit of the throttled API."},
			Docs:    []string{docServiceEvents},
			When: Any{
				says(Event|Stopped|Reason|Pasted, phrase("operations are being throttled"), pattern("throttlingexception", `ThrottlingException|Rate exceeded`)),
				Where(throttledRecords),
			},
		},
		{
			Code: "placement.deployment-rules", Area: AreaPlacement, Phase: verdict.PhasePlacement, Category: verdict.Deployment,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "The deployment's own rules leave no room to stop or start tasks",
			Meaning: "minimumHealthyPercent and maximumPercent forbid ECS to stop an old task and to start a new one.",
			Fix:     []string{"Lower minimumHealthyPercent or raise maximumPercent."},
			Docs:    []string{docServiceEvents},
			When:    says(Event|Pasted, phrase("because of the service deployment configuration"), phrase("unable to stop or start tasks during a deployment")),
		},
		{
			Code: "placement.expired", Area: AreaPlacement, Phase: verdict.PhaseUnknown, Category: verdict.Other,
			Identity: verdict.NoIdentity, Confidence: verdict.Possible,
			Title:   "ECS no longer knows the task",
			Meaning: "ECS forgets a stopped task after about an hour, or the cluster, Region or account is another one.",
			Docs:    []string{docAPIFailures},
			When:    says(Pasted|Log, pattern("\"missing\"", `"reason"\s*:\s*"MISSING"`)),
		},
		{
			Code: "placement.circuit-breaker", Area: AreaPlacement, Level: Fallback, Phase: verdict.PhaseStartup, Category: verdict.Deployment,
			Identity: verdict.NoIdentity, Confidence: verdict.Possible,
			Title:   "The deployment circuit breaker gave up: tasks kept failing",
			Meaning: "The words \"tasks failed to start\" are fixed, also for tasks that ran and failed health checks. Why they failed stands at a stopped task of the deployment.",
			Fix:     []string{"Diagnose a stopped task of the failed deployment."},
			Docs:    []string{docDeployments},
			When:    says(Event|Pasted, phrase("deployment circuit breaker"), phrase("tasks failed to start"), phrase("unable to consistently start tasks successfully")),
		},
		{
			Code: "placement.unplaced", Area: AreaPlacement, Level: Fallback, Phase: verdict.PhasePlacement, Category: verdict.Capacity,
			Identity: verdict.NoIdentity, Confidence: verdict.Possible,
			Title:   "ECS could not place the task",
			Meaning: "The service could not start a task; the text does not name one of the reasons known here.",
			Docs:    []string{docServiceEvents},
			When:    says(Event|Pasted, phrase("was unable to place a task")),
		},
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
