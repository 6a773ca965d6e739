package cause

import (
	"strings"

	"whystopped/internal/diagnose/verdict"
)

// shutdownCauses: tasks that were stopped from outside.
func shutdownCauses() []*Cause {
	return []*Cause{
		{
			Code: "stop.user", Area: AreaShutdown, Phase: verdict.PhaseShutdown, Category: verdict.UserStop,
			Identity: verdict.NoIdentity, Orderly: true, Confidence: verdict.Confirmed,
			Title:   "A person or program stopped the task with StopTask",
			Meaning: "Somebody called StopTask. The text beside it is whatever the caller wrote, even where it looks like an error.",
			Reason:  "The stop code says that a caller stopped it; no role of the task was involved.",
			Fix:     []string{"Look for StopTask in CloudTrail: its record names who it was and from where."},
			Docs:    []string{docStoppedErrors},
			When: Any{
				Unless{Match: stopCode("UserInitiated"), But: says(Stopped, phrase("deregistration forced by user"))},
				When{If: noOtherStop, Match: says(Stopped|Pasted|Event, phrase("stopped by user"), phrase("stopped by the user"), pattern("stopped by", `^Task (?:was )?stopped by (?:a )?(?:user|request)`))},
			},
		},
		{
			Code: "stop.deregistered", Area: AreaShutdown, Phase: verdict.PhaseShutdown, Category: verdict.UserStop,
			Identity: verdict.NoIdentity, Orderly: true, Confidence: verdict.Confirmed,
			Title:   "The task's container instance was deregistered by force",
			Meaning: "Somebody took the instance out of the cluster while the task ran on it, and ECS stopped the task.",
			Fix:     []string{"Look for DeregisterContainerInstance in CloudTrail. Drain an instance before it is taken out, so that tasks move first."},
			Docs:    []string{docStoppedErrors},
			When:    says(Stopped|Pasted, phrase("deregistration forced by user"), phrase("container instance was deregistered"), phrase("container instance deregistered")),
		},
		{
			Code: "stop.spot", Area: AreaShutdown, Phase: verdict.PhaseShutdown, Category: verdict.Spot,
			Identity: verdict.NoIdentity, Orderly: true, Confidence: verdict.Confirmed,
			Title:   "AWS took the Spot capacity of the task back",
			Meaning: "The task ran on Spot, and AWS needed the capacity. It got two minutes' notice; the exit codes only tell how the program took the signal.",
			Fix:     []string{"Expect this with Spot: handle SIGTERM, and keep a share of on-demand in the capacity provider strategy."},
			Docs:    []string{docSpot},
			When: Any{
				stopCode("SpotInterruption"),
				says(Stopped|Pasted|Event, phrase("spot task was interrupted"), phrase("spot interruption"), phrase("spotinterruption"), phrase("spot instance termination"), phrase("spot instance interruption"), phrase("spot instance was terminated"), phrase("server.spotinstancetermination")),
				When{If: func(f *Facts) bool { return f.StopCode == "TerminationNotice" }, Match: says(Stopped, phrase("spot"))},
			},
		},
		{
			Code: "stop.host", Area: AreaShutdown, Phase: verdict.PhaseShutdown, Category: verdict.Capacity,
			Identity: verdict.NoIdentity, Orderly: true, Confidence: verdict.Confirmed,
			Title:   "The host of the task ({name|an EC2 instance}) was stopped, terminated or drained",
			Meaning: "The EC2 instance under the task went away by scale-in, by hand or by a failure, and the task with it. There is then often no exit code.",
			Fix:     []string{"Switch on managed termination protection and managed draining of the capacity provider, so that tasks move before instances go."},
			Docs:    []string{docStoppedErrors, docDraining},
			When: Any{
				says(Stopped|Pasted|Event, pattern("host ec2", `Host EC2 \(instance (?P<name>[^)\s]*)\)? ?(?:was )?(?:stopped|terminated)?`), phrase("is in draining state"), phrase("instance terminated"), phrase("instance was terminated"), phrase("due to instance draining")),
				When{If: func(f *Facts) bool { return f.StopCode == "TerminationNotice" }, Match: Unless{Match: stopCode("TerminationNotice"), But: says(Stopped, phrase("spot"), phrase("host ec2"))}},
			},
		},
		{
			Code: "stop.infrastructure", Area: AreaShutdown, Phase: verdict.PhaseShutdown, Category: verdict.Other,
			Identity: verdict.NoIdentity, Orderly: true, Confidence: verdict.Confirmed,
			Title:   "AWS replaced the infrastructure under the task",
			Meaning: "ECS maintains, retires or has lost what the task ran on. A service starts a new task by itself; a standalone task stays stopped.",
			Fix:     []string{"Nothing for a service; run standalone tasks again. ECS takes the image by the deployment's digest: if that was deleted since, deploy anew."},
			Docs:    []string{docMaintenance},
			When:    Any{stopCode("InfrastructureHealth"), says(Stopped|Pasted|Event, phrase("performing maintenance on the underlying infrastructure"), phrase("infrastructure hosting the task"), phrase("scheduled for retirement"), phrase("fargate task retirement"), phrase("task_patching_retirement"), phrase("underlying infrastructure issue"), phrase("infrastructure failure"), phrase("underlying hardware"))},
		},
		{
			Code: "health.load-balancer", Area: AreaShutdown, Phase: verdict.PhaseShutdown, Category: verdict.HealthCheck,
			Identity: verdict.NoIdentity, Confidence: verdict.Confirmed,
			Title:   "The task failed the health check of its load balancer",
			Meaning: "The application ran, but did not pass the load balancer's check ({reason|an error code, a timeout or no connection}); ECS replaces such tasks.",
			Fix:     []string{"Compare path, port, expected codes and timeout of the target group's check with the application; give it time to start (healthCheckGracePeriodSeconds); let the load balancer's security group in to the container's port."},
			Docs:    []string{docServiceELB},
			When: Any{
				says(Stopped|Event|Log|Pasted,
					pattern("is unhealthy in", `is unhealthy in \(?(?:target-group|elb|target group)[^\n]{0,250}?due to \(reason (?P<reason>[^)\n]*)`), pattern("failed elb health check", `failed ELB health check`), phrase("health checks failed with these codes"),
					pattern("is unhealthy in", `is unhealthy in`), phrase("target.failedhealthchecks"), phrase("target.responsecodemismatch"), phrase("target.timeout"), phrase("failed route 53 health checks")),
				says(Log, pattern("elb-healthchecker", `\b[A-Z]+ \S+ HTTP/[\d.]+"? [45]\d\d [^\n]{0,120}?ELB-HealthChecker`)),
			},
		},
		{
			Code: "health.service-registry", Area: AreaShutdown, Phase: verdict.PhaseShutdown, Category: verdict.HealthCheck,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "The service registry or VPC Lattice counts the task as unhealthy",
			Meaning: "Cloud Map's or VPC Lattice's health check of the task fails, and the service's scheduler replaces such tasks.",
			Fix:     []string{"Check what the health check asks for against the application, and that its port is reachable."},
			Docs:    []string{docServiceEvents},
			When:    says(Event|Pasted|Stopped, phrase("instance_unhealthy"), phrase("lattice_target_unhealthy"), phrase("unhealthy in service registry")),
		},
		{
			Code: "health.container", Area: AreaShutdown, Phase: verdict.PhaseShutdown, Category: verdict.HealthCheck,
			Identity: verdict.NoIdentity, Confidence: verdict.Confirmed,
			Title:   "The health check inside the {which|task's container} failed",
			Meaning: "The check that the task definition runs inside the container failed too often in a row, and ECS stopped the task.",
			Fix:     []string{"Run the healthCheck command in the container: does the image have its program (curl, wget)? Give startPeriod, timeout and retries enough room, and the container enough CPU and memory."},
			Docs:    []string{docHealthCheck},
			When:    With{Names: unhealthy, Match: says(Stopped|Event|Reason|Pasted, phrase("failed container health check"), phrase("container health checks"))},
		},
		{
			Code: "stop.scaling", Area: AreaShutdown, Phase: verdict.PhaseShutdown, Category: verdict.Deployment,
			Identity: verdict.NoIdentity, Orderly: true, Confidence: verdict.Confirmed,
			Title:   "The service stopped the task: fewer tasks, another zone, or a new deployment",
			Meaning: "The service's scheduler stopped the task because fewer were wanted, because a newer revision took its place, or to spread tasks over Availability Zones. That is no failure.",
			Fix:     []string{"Nothing, unless the service was not meant to scale in or deploy then: its events and UpdateService in CloudTrail tell."},
			Docs:    []string{docStoppedErrors},
			When: Any{
				says(Stopped|Pasted|Event, phrase("scaling activity initiated by"), phrase("task was replaced"), phrase("service deleted"), phrase("due to az rebalancing"), phrase("for az rebalancing")),
				says(Stopped, phrase("deployment rolled back"), phrase("rolling back to")),
				Unless{Match: stopCode("ServiceSchedulerInitiated"), But: says(Stopped, phrase("health check"), phrase("maintenance"), phrase("draining"), phrase("retirement"))},
			},
		},
		{
			Code: "service.ordinary-event", Area: AreaShutdown, Level: Frame, Phase: verdict.PhaseShutdown, Category: verdict.Deployment,
			Identity: verdict.NoIdentity, Orderly: true, Confidence: verdict.Possible,
			Title:   "The service's event tells of no failure",
			Meaning: "ECS reports here what it does in the ordinary course: it starts, drains and stops tasks, deploys, or has reached a steady state.",
			Fix:     []string{"Nothing. If a task stopped unexpectedly, diagnose that task: its stoppedReason and its containers tell more than these events."},
			Docs:    []string{docServiceEvents},
			When: When{If: withoutTask, Match: says(Event|Pasted,
				phrase("has reached a steady state"), phrase("steady_state"), pattern("has started", `has started \d+ tasks?`), pattern("has stopped", `has stopped \d+ (?:running |pending )?tasks?`), phrase("has begun draining connections"), phrase("tasks_stopped"), phrase("tasks_started"), phrase("service_desired_count_updated"),
				phrase("service_deployment_in_progress"), phrase("service_deployment_completed"), phrase("deployment completed"), phrase("has registered"), phrase("has deregistered"), phrase("is az balanced"), phrase("is not az balanced"), phrase("service_rebalancing_"))},
		},
		{
			Code: "exec.agent-failed", Area: AreaRuntime, Phase: verdict.PhaseRuntime, Category: verdict.Agent,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "ECS Exec's agent does not run in the container {container|of the task}",
			Meaning: "ECS Exec cannot open a session into this container. That never stops a task; if this one has stopped, something else did it.",
			Reason:  "The managed agent tells of its own start, not of a permission; that it runs would not prove the task role's ssmmessages permissions either.",
			Fix:     []string{"See that the root file system is writable, that the container has enough memory, and that init processes leave the agent alone; then start the task anew with ECS Exec enabled."},
			Docs:    []string{docExec},
			When:    says(ManagedAgent|Pasted, phrase("executecommandagent initialization failed"), phrase("executecommandagent cannot be restarted"), phrase("unable to start executecommandagent"), phrase("executecommandagent process exited"), phrase("received container stopped event")),
		},
		{
			Code: "exec.not-connected", Area: AreaRuntime, Phase: verdict.PhaseRuntime, Category: verdict.IAMPermission,
			Identity: verdict.TaskRole, Confidence: verdict.Possible,
			Title:   "ECS Exec found no agent that is connected in the container",
			Meaning: "ExecuteCommand was allowed, but the agent inside the container has no channel. Either {role|the task role} lacks the ssmmessages permissions, or the task has no way to Systems Manager, or ECS Exec was not enabled when the task was started. It never stops a task.",
			Reason:  "The channel is opened from inside the container, so the task role is used, not the execution role and not the caller's.",
			Fix:     []string{"Check that the service or task was started with ECS Exec enabled, that the task role may call ssmmessages, and that the subnet reaches the ssmmessages endpoint; then start the task anew."},
			Docs:    []string{docExec},
			Grants:  []string{"ssmmessages:CreateControlChannel", "ssmmessages:CreateDataChannel", "ssmmessages:OpenControlChannel", "ssmmessages:OpenDataChannel"},
			When:    says(Pasted|Log, phrase("targetnotconnectedexception")),
		},
		{
			Code: "exec.not-enabled", Area: AreaRuntime, Phase: verdict.PhaseRuntime, Category: verdict.ContainerConfig,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "ECS Exec was not enabled when the task was started, or its agent does not run yet",
			Meaning: "A session opens only into tasks that were started with ECS Exec, and only once its agent runs in the container. It never stops a task.",
			Reason:  "ECS answered the call, so the caller may make it; the text names a setting and no permission.",
			Fix: []string{
				"Switch it on (aws ecs update-service --enable-execute-command --force-new-deployment, or run-task --enable-execute-command) and open the session into a task that was started afterwards.",
				"If it was on, look at managedAgents in aws ecs describe-tasks: ExecuteCommandAgent has to be RUNNING.",
			},
			Docs: []string{docExec},
			When: says(Pasted|Log, phrase("execute command was not enabled when the task was run"), phrase("the execute command agent isn't running")),
		},
		{
			Code: "running", Area: AreaShutdown, Level: Frame, Phase: verdict.PhaseUnknown, Category: verdict.Other,
			Identity: verdict.NoIdentity, Orderly: true, Confidence: verdict.Confirmed,
			Title:   "The task has not stopped",
			Meaning: "ECS still counts the task among those that run or start ({name|no stop is recorded}). What is said here holds for now.",
			Fix:     []string{"Nothing, unless it ought to have stopped. Ask again after the stop."},
			Docs:    []string{docLifecycle},
			When:    Where(stillRunning),
		},
		{
			Code: "startup.failed", Area: AreaContainer, Level: Frame, Phase: verdict.PhaseStartup, Category: verdict.Other,
			Identity: verdict.UnknownIdentity, Confidence: verdict.ConfidenceUnknown,
			Title:   "The task failed to start, and nothing says why",
			Meaning: "ECS gave up before the application ran. What was read does not hold the reason: the containers' reasons, the service's events and CloudTrail usually do.",
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
			Title:   "An essential container ended, and nothing says why",
			Meaning: "A container that the task cannot do without ended. Its exit code or the end of its log would tell why; neither is among what was read.",
			Fix:     []string{"Look at the exit codes of the task's containers and at the last lines of their logs."},
			Docs:    []string{docStoppedErrors},
			When:    Any{stopCode("EssentialContainerExited"), says(Stopped|Pasted|Event, phrase("essential container in task exited"))},
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
	return map[string]string{"which": "container " + names[0]}
}

func withoutTask(f *Facts) bool { return !f.HasTask }

func noOtherStop(f *Facts) bool { return f.StopCode == "" || f.StopCode == "UserInitiated" }

func stillRunning(c *Case) []Match {
	if !c.Facts.HasTask || c.Facts.Stopped {
		return nil
	}
	return []Match{{Captures: map[string]string{"name": c.Evidence.Task.LastStatus}}}
}
