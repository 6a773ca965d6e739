package catalogue

import (
	"strings"

	"whystopped/internal/diagnose/verdict"
)

// shutdownCauses: tasks that were stopped from outside.
func shutdownCauses() []*Cause {
	return []*Cause{
		{
			Code: "stop.user", Area: AreaShutdown, Level: Stop, StopCode: "UserInitiated", Phase: verdict.PhaseShutdown, Category: verdict.UserStop,
			Identity: verdict.NoIdentity, Orderly: true, Confidence: verdict.Confirmed,
			Title:   "A user or program stopped the task with StopTask",
			Meaning: "Someone called StopTask. The reason is free text set by the caller, even if it looks like an error.",
			Reason:  "The stop code says that a caller stopped it; no role of the task was involved.",
			Fix: []string{
				"Check StopTask in CloudTrail: its record shows who called it and from where.",
			},
			Docs: []string{docStoppedErrors},
			When: Any{
				Unless{Match: stopCode("UserInitiated"), But: says(Stopped, phrase("deregistration forced by user"))},
				When{If: noOtherStop, Match: says(Stopped|Pasted|Event, phrase("stopped by user"), phrase("stopped by the user"), pattern("stopped by", `^Task (?:was )?stopped by (?:a )?(?:user|request)`))},
			},
		},
		{
			Code: "stop.deregistered", Area: AreaShutdown, Level: Stop, Phase: verdict.PhaseShutdown, Category: verdict.UserStop,
			Identity: verdict.NoIdentity, Orderly: true, Confidence: verdict.Confirmed,
			Title:   "The task's container instance was deregistered by force",
			Meaning: "Someone removed the instance from the cluster while the task ran on it, and ECS stopped the task.",
			Fix: []string{
				"Check DeregisterContainerInstance in CloudTrail. Drain an instance before you remove it, so that tasks move first.",
			},
			Docs: []string{docStoppedErrors},
			When: says(Stopped|Pasted, phrase("deregistration forced by user"), phrase("container instance was deregistered"), phrase("container instance deregistered")),
		},
		{
			Code: "stop.spot", Area: AreaShutdown, Level: Stop, Phase: verdict.PhaseShutdown, Category: verdict.Spot,
			Identity: verdict.NoIdentity, Orderly: true, Confidence: verdict.Confirmed,
			Title:   "Spot interruption",
			Meaning: "The task ran on Spot, and AWS reclaimed the capacity after two minutes' notice. The exit codes only show how the app handled SIGTERM.",
			Fix: []string{
				"Expect this with Spot: handle SIGTERM, and keep some on-demand capacity in the capacity provider strategy.",
			},
			Docs: []string{docSpot},
			When: Any{
				stopCode("SpotInterruption"),
				says(Stopped|Pasted|Event, phrase("spot task was interrupted"), phrase("spot interruption"), phrase("spotinterruption"), phrase("spot instance termination"), phrase("spot instance interruption"), phrase("spot instance was terminated"), phrase("server.spotinstancetermination")),
				When{If: func(f *Facts) bool { return f.StopCode == "TerminationNotice" }, Match: says(Stopped, phrase("spot"))},
			},
		},
		{
			Code: "stop.host", Area: AreaShutdown, Level: Stop, Phase: verdict.PhaseShutdown, Category: verdict.Capacity,
			Identity: verdict.NoIdentity, Orderly: true, Confidence: verdict.Confirmed,
			Title:   "The task's host ({name|an EC2 instance}) was stopped, terminated, or drained",
			Meaning: "The EC2 instance under the task went away by scale-in, by hand, or by a failure, and the task with it. There is often no exit code then.",
			Fix: []string{
				"Turn on managed termination protection and managed draining of the capacity provider, so that tasks move before instances go.",
			},
			Docs: []string{docStoppedErrors, docDraining},
			When: Any{
				says(Stopped|Pasted|Event, pattern("host ec2", `Host EC2 \(instance (?P<name>[^)\s]*)\)? ?(?:was )?(?:stopped|terminated)?`), phrase("is in draining state"), phrase("instance terminated"), phrase("instance was terminated"), phrase("due to instance draining")),
				When{If: func(f *Facts) bool { return f.StopCode == "TerminationNotice" }, Match: Unless{Match: stopCode("TerminationNotice"), But: says(Stopped, phrase("spot"), phrase("host ec2"))}},
			},
		},
		{
			Code: "stop.infrastructure", Area: AreaShutdown, Level: Stop, Phase: verdict.PhaseShutdown, Category: verdict.Other,
			Identity: verdict.NoIdentity, Orderly: true, Confidence: verdict.Confirmed,
			Title:   "AWS replaced the infrastructure under the task",
			Meaning: "ECS maintains, retires, or has lost what the task ran on. A service starts a new task automatically; a standalone task stays stopped.",
			Fix: []string{
				"No action needed for a service. Re-run standalone tasks. ECS uses the image digest of the deployment: if that image was deleted since, deploy again.",
			},
			Docs: []string{docMaintenance},
			When: Any{stopCode("InfrastructureHealth"), says(Stopped|Pasted|Event, phrase("performing maintenance on the underlying infrastructure"), phrase("infrastructure hosting the task"), phrase("scheduled for retirement"), phrase("fargate task retirement"), phrase("task_patching_retirement"), phrase("underlying infrastructure issue"), phrase("infrastructure failure"), phrase("underlying hardware"))},
		},
		{
			Code: "health.load-balancer", Area: AreaShutdown, Level: Stop, Phase: verdict.PhaseShutdown, Category: verdict.HealthCheck,
			Identity: verdict.NoIdentity, Confidence: verdict.Confirmed,
			Title:   "The task failed the health check of its load balancer",
			Meaning: "The application ran, but didn't pass the load balancer's check ({reason|an error code, a timeout, or no connection}), and ECS replaces such tasks.",
			Fix: []string{
				"Compare path, port, expected codes, and timeout of the target group's check with the application.",
				"Give it time to start (healthCheckGracePeriodSeconds), and allow inbound traffic from the load balancer's security group to the container's port.",
			},
			Docs: []string{docServiceELB},
			When: Any{
				says(Stopped|Event|Log|Pasted,
					pattern("is unhealthy in", `is unhealthy in \(?(?:target-group|elb|target group)[^\n]{0,250}?due to \(reason (?P<reason>[^)\n]*)`), pattern("failed elb health check", `failed ELB health check`), phrase("health checks failed with these codes"),
					pattern("is unhealthy in", `is unhealthy in`), phrase("target.failedhealthchecks"), phrase("target.responsecodemismatch"), phrase("target.timeout"), phrase("failed route 53 health checks")),
				noted(Log, pattern("elb-healthchecker", `\b[A-Z]+ \S+ HTTP/[\d.]+"? [45]\d\d [^\n]{0,120}?ELB-HealthChecker`)),
			},
		},
		{
			Code: "health.service-registry", Area: AreaShutdown, Level: Stop, Phase: verdict.PhaseShutdown, Category: verdict.HealthCheck,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "The service registry or VPC Lattice reports the task as unhealthy",
			Meaning: "The health check of Cloud Map or VPC Lattice fails for the task, and the service scheduler replaces such tasks.",
			Fix: []string{
				"Compare what the health check asks for with the application, and check that its port is reachable.",
			},
			Docs: []string{docServiceEvents},
			When: says(Event|Pasted|Stopped, phrase("instance_unhealthy"), phrase("lattice_target_unhealthy"), phrase("unhealthy in service registry")),
		},
		{
			Code: "health.container", Area: AreaShutdown, Level: Stop, Phase: verdict.PhaseShutdown, Category: verdict.HealthCheck,
			Identity: verdict.NoIdentity, Confidence: verdict.Confirmed,
			Title:   "Container {name|of the task} failed its health check",
			Meaning: "The check that the task definition runs inside the container failed too often in a row, and ECS stopped the task.",
			Fix: []string{
				"Run the healthCheck command in the container, and check that the image has its program (curl, wget).",
				"Increase startPeriod, timeout, or retries, and give the container enough CPU and memory.",
			},
			Docs: []string{docHealthCheck},
			When: With{Names: unhealthy, Match: says(Stopped|Event|Reason|Pasted, phrase("failed container health check"), phrase("container health checks"))},
		},
		{
			Code: "stop.scaling", Area: AreaShutdown, Level: Stop, Phase: verdict.PhaseShutdown, Category: verdict.Deployment,
			Identity: verdict.NoIdentity, Orderly: true, Confidence: verdict.Confirmed,
			Title:   "Stopped by the service: scale-in, rebalancing, or a new deployment",
			Meaning: "The service scheduler stopped the task because fewer were wanted, because a newer revision replaced it, or to spread tasks over Availability Zones. That is no failure.",
			Fix: []string{
				"No action needed, unless the service wasn't meant to scale in or deploy then: check service events and UpdateService in CloudTrail.",
			},
			Docs: []string{docStoppedErrors},
			When: Any{
				says(Stopped|Pasted|Event, phrase("scaling activity initiated by"), phrase("task was replaced"), phrase("service deleted"), phrase("due to az rebalancing"), phrase("for az rebalancing")),
				says(Stopped, phrase("deployment rolled back"), phrase("rolling back to")),
				Unless{Match: stopCode("ServiceSchedulerInitiated"), But: says(Stopped, phrase("health check"), phrase("maintenance"), phrase("draining"), phrase("retirement"))},
			},
		},
		{
			Code: "service.ordinary-event", Area: AreaShutdown, Level: Frame, Phase: verdict.PhaseShutdown, Category: verdict.Deployment,
			Identity: verdict.NoIdentity, Orderly: true, Confidence: verdict.Possible,
			Title:   "The service event reports no failure",
			Meaning: "ECS reports its ordinary work here: it starts, drains, and stops tasks, deploys, or has reached a steady state.",
			Fix: []string{
				"No action needed. If a task stopped unexpectedly, diagnose that task: its stoppedReason and containers show more than these events.",
			},
			Docs: []string{docServiceEvents},
			When: When{If: withoutTask, Match: says(Event|Pasted,
				phrase("has reached a steady state"), phrase("steady_state"), pattern("has started", `has started \d+ tasks?`), pattern("has stopped", `has stopped \d+ (?:running |pending )?tasks?`), phrase("has begun draining connections"), phrase("tasks_stopped"), phrase("tasks_started"), phrase("service_desired_count_updated"),
				phrase("service_deployment_in_progress"), phrase("service_deployment_completed"), phrase("deployment completed"), phrase("has registered"), phrase("has deregistered"), phrase("is az balanced"), phrase("is not az balanced"), phrase("service_rebalancing_"))},
		},
		{
			Code: "exec.agent-failed", Area: AreaRuntime, Phase: verdict.PhaseRuntime, Category: verdict.Agent,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "The ECS Exec agent isn't running in container {container|of the task}",
			Meaning: "ECS Exec can't open a session into this container. That never stops a task; if this one has stopped, something else did it.",
			Reason:  "The managed agent reports its own start, not a permission. Even a running agent wouldn't prove the task role's ssmmessages permissions.",
			Fix: []string{
				"Check that the root file system is writable, that the container has enough memory, and that init processes leave the agent alone. Then start the task again with ECS Exec enabled.",
			},
			Docs: []string{docExec},
			When: says(ManagedAgent|Pasted, phrase("executecommandagent initialization failed"), phrase("executecommandagent cannot be restarted"), phrase("unable to start executecommandagent"), phrase("executecommandagent process exited"), phrase("received container stopped event")),
		},
		{
			Code: "exec.not-connected", Area: AreaRuntime, Phase: verdict.PhaseRuntime, Category: verdict.IAMPermission,
			Identity: verdict.TaskRole, Confidence: verdict.Possible,
			Title:   "ECS Exec found no connected agent in the container",
			Meaning: "ExecuteCommand was allowed, but the agent inside the container has no channel. Either {role|the task role} lacks the ssmmessages permissions, the task has no route to Systems Manager, or ECS Exec wasn't enabled when the task started. It never stops a task.",
			Reason:  "The channel is opened from inside the container, so the task role is used, not the task execution role or the caller's role.",
			Fix: []string{
				"Check that ECS Exec was enabled when the task started, that the task role is allowed to call ssmmessages, and that the subnet reaches the ssmmessages endpoint. Then start the task again.",
			},
			Docs:   []string{docExec},
			Grants: []string{"ssmmessages:CreateControlChannel", "ssmmessages:CreateDataChannel", "ssmmessages:OpenControlChannel", "ssmmessages:OpenDataChannel"},
			When:   says(Pasted|Log, phrase("targetnotconnectedexception")),
		},
		{
			Code: "exec.not-enabled", Area: AreaRuntime, Phase: verdict.PhaseRuntime, Category: verdict.ContainerConfig,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "ECS Exec wasn't enabled at start, or its agent isn't running",
			Meaning: "A session opens only into tasks that were started with ECS Exec, and only once its agent runs in the container. It never stops a task.",
			Reason:  "ECS answered the call, so the caller is allowed to make it. The text names a setting, not a permission.",
			Fix: []string{
				"Turn it on (aws ecs update-service --enable-execute-command --force-new-deployment, or run-task --enable-execute-command), and open the session into a task that was started afterwards.",
				"If it was on, check managedAgents in aws ecs describe-tasks: ExecuteCommandAgent has to be RUNNING.",
			},
			Docs: []string{docExec},
			When: says(Pasted|Log, phrase("execute command was not enabled when the task was run"), phrase("the execute command agent isn't running")),
		},
		{
			Code: "running", Area: AreaShutdown, Level: Frame, Ongoing: true, Phase: verdict.PhaseUnknown, Category: verdict.Other,
			Identity: verdict.NoIdentity, Orderly: true, Confidence: verdict.Confirmed,
			Title:   "The task hasn't stopped",
			Meaning: "The task is RUNNING or starting ({name|no stop is recorded}). This report holds for now.",
			Fix: []string{
				"No action needed. Re-run the diagnosis after a stop.",
			},
			Docs: []string{docLifecycle},
			When: Where(stillRunning),
		},
		{
			Code: "startup.failed", Area: AreaContainer, Level: Frame, Phase: verdict.PhaseStartup, Category: verdict.Other,
			Identity: verdict.UnknownIdentity, Confidence: verdict.ConfidenceUnknown,
			Title:   "The task failed to start, reason unknown",
			Meaning: "ECS gave up before the application ran, and the available evidence doesn't hold the reason. The containers' reasons, service events, and CloudTrail usually do.",
			Docs:    []string{docStoppedErrors, docResourceInit},
			When: Any{
				stopCode("TaskFailedToStart"),
				Unless{
					Match: says(Stopped|Pasted|Event, phrase("task failed to start"), phrase("taskfailedtostart"), phrase("resourceinitializationerror")),
					But:   says(Event|Pasted, phrase("circuit breaker")),
				},
			},
		},
		{
			Code: "stop.essential-container", Area: AreaRuntime, Level: Frame, Phase: verdict.PhaseRuntime, Category: verdict.AppCrash,
			Identity: verdict.NoIdentity, Confidence: verdict.Possible,
			Title:   "An essential container exited, reason unknown",
			Meaning: "A container that the task requires exited. Neither its exit code nor the end of its log is in the available evidence.",
			Fix: []string{
				"Check the exit codes of the task's containers and the last lines of their logs.",
			},
			Docs: []string{docStoppedErrors},
			When: Any{stopCode("EssentialContainerExited"), says(Stopped|Pasted|Event, phrase("essential container in task exited"))},
		},
	}
}

// stopCode matches tasks with that stop code; the quote is stoppedReason.
func stopCode(code string) Matcher {
	return Where(func(c *Case) []Match {
		if !strings.EqualFold(c.Facts.StopCode, code) {
			return nil
		}
		var m Match
		for _, t := range c.Texts {
			if t.Place == Stopped {
				m.Text, m.End = t, len(t.Raw)
			}
		}
		return []Match{m}
	})
}

// unhealthy names the container whose health check failed, where it is only one.
func unhealthy(c *Case, _ Match) map[string]string {
	var names []string
	if c.Evidence.Task != nil {
		for _, container := range c.Evidence.Task.Containers {
			if container.HealthStatus == "UNHEALTHY" {
				names = append(names, container.Name)
			}
		}
	}
	if len(names) != 1 {
		return nil
	}
	return map[string]string{"name": names[0]}
}

func withoutTask(f *Facts) bool { return !f.HasTask }

func noOtherStop(f *Facts) bool { return f.StopCode == "" || f.StopCode == "UserInitiated" }

func stillRunning(c *Case) []Match {
	if !c.Facts.HasTask || c.Facts.Stopped {
		return nil
	}
	return []Match{{Captures: map[string]string{"name": c.Evidence.Task.LastStatus}}}
}
