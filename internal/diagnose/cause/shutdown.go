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
			Identity: verdict.NoIdentity, Confidence: verdict.Confirmed,
			Title:   "Somebody stopped the task",
			Meaning: "StopTask was called, by a person or a program. The reason is whatever the caller wrote, even if it looks like an error.",
			Reason:  "The stop code says who stopped it; the text beside it is the caller's.",
			Fix:     []string{"CloudTrail's StopTask event names who it was."},
			Docs:    []string{docStoppedErrors},
			When:    Any{stopCode("UserInitiated"), When{If: noOtherStop, Match: says(Stopped|Pasted|Event, phrase("task stopped by user"), phrase("stopped by user"), pattern("stopped by", `^Task (?:was )?stopped by (?:a )?(?:user|request)`))}},
		},
		{
			Code: "stop.deregistered", Area: AreaShutdown, Phase: verdict.PhaseShutdown, Category: verdict.UserStop,
			Identity: verdict.NoIdentity, Confidence: verdict.Confirmed,
			Title:   "The container instance was deregistered by force",
			Meaning: "Somebody took the instance out of the cluster while the task ran on it.",
			Docs:    []string{docStoppedErrors},
			When:    says(Stopped|Pasted, phrase("container instance deregistration forced by user")),
		},
		{
			Code: "stop.spot", Area: AreaShutdown, Phase: verdict.PhaseShutdown, Category: verdict.Spot,
			Identity: verdict.NoIdentity, Confidence: verdict.Confirmed,
			Title:   "AWS took the Spot capacity back",
			Meaning: "The task ran on Spot, and AWS needed the capacity. It got two minutes' notice; the exit codes are how the program took the signal.",
			Fix:     []string{"Expect this with Spot: handle SIGTERM, keep a share of on-demand in the capacity provider strategy."},
			Docs:    []string{docSpot},
			When: Any{
				stopCode("SpotInterruption"),
				says(Stopped|Pasted|Event, phrase("your spot task was interrupted"), phrase("spot interruption"), phrase("spotinterruptionerror"), phrase("spot instance termination"), phrase("spot instance interruption")),
				When{If: func(f *Facts) bool { return f.StopCode == "TerminationNotice" }, Match: says(Stopped, phrase("spot"))},
			},
		},
		{
			Code: "stop.host", Area: AreaShutdown, Phase: verdict.PhaseShutdown, Category: verdict.Capacity,
			Identity: verdict.NoIdentity, Confidence: verdict.Confirmed,
			Title:   "The host of the task went away",
			Meaning: "The EC2 instance was stopped or terminated, by scale-in, by hand or by failure, and the task with it. There is then no exit code.",
			Fix:     []string{"Use managed termination protection or draining, so that tasks move before instances go."},
			Docs:    []string{docStoppedErrors},
			When: Any{
				says(Stopped|Pasted|Event, pattern("host ec2", `Host EC2 \(instance [^)]*\) (?:stopped|terminated)`), phrase("container instance is in draining state"), phrase("instance terminated"), phrase("instance was terminated")),
				When{If: func(f *Facts) bool { return f.StopCode == "TerminationNotice" }, Match: Unless{Match: stopCode("TerminationNotice"), But: says(Stopped, phrase("spot"))}},
			},
		},
		{
			Code: "stop.infrastructure", Area: AreaShutdown, Phase: verdict.PhaseShutdown, Category: verdict.Other,
			Identity: verdict.NoIdentity, Confidence: verdict.Confirmed,
			Title:   "AWS replaced the infrastructure under the task",
			Meaning: "ECS does maintenance on, or lost, what the task ran on. A service starts a new task by itself.",
			Fix:     []string{"Nothing for a service; run standalone tasks again. Note that a tag that was overwritten since may not be pulled the same."},
			Docs:    []string{docMaintenance},
			When:    Any{stopCode("InfrastructureHealth"), says(Stopped|Pasted|Event, phrase("ecs is performing maintenance on the underlying infrastructure"), phrase("infrastructure hosting the task"), phrase("scheduled for retirement"), phrase("fargate task retirement"))},
		},
		{
			Code: "health.load-balancer", Area: AreaShutdown, Phase: verdict.PhaseShutdown, Category: verdict.HealthCheck,
			Identity: verdict.NoIdentity, Confidence: verdict.Confirmed,
			Title:   "The load balancer's health check failed",
			Meaning: "The application ran, but did not answer the load balancer's check {name|} as expected, and ECS replaced the task.",
			Fix:     []string{"Check the target group's path, port, expected codes and timeout against the application; give it time to start (healthCheckGracePeriodSeconds); let the load balancer's security group in to the container's port."},
			Docs:    []string{docServiceELB},
			When: says(Stopped|Event|Log|Pasted,
				pattern("failed elb health checks", `Task failed ELB health checks in (?P<name>\([^)]*\))?`), pattern("is unhealthy in", `is unhealthy in \(?(?:target-group|elb|target group)[^\n]{0,200}`), pattern("failed elb health check", `failed ELB health check`), phrase("target.failedhealthchecks"), phrase("target.responsecodemismatch"), phrase("target.timeout"), phrase("health checks failed with these codes"),
				pattern("elb-healthchecker", `"[A-Z]+ \S+ HTTP/[\d.]+" [45]\d\d [^\n]{0,120}?ELB-HealthChecker`), pattern("is unhealthy in", `is unhealthy in`), phrase("instance_unhealthy"), phrase("failed route 53 health checks")),
		},
		{
			Code: "health.container", Area: AreaShutdown, Phase: verdict.PhaseShutdown, Category: verdict.HealthCheck,
			Identity: verdict.NoIdentity, Confidence: verdict.Confirmed,
			Title:   "The container's own health check failed",
			Meaning: "The check that the task definition runs inside the container failed too often, and ECS stopped the task.",
			Fix:     []string{"Run the healthCheck command in the container: does the image have its program (curl, wget)? Give startPeriod, timeout and retries enough room."},
			Docs:    []string{docHealthCheck},
			When:    says(Stopped|Event|Reason|Pasted, phrase("task failed container health checks"), phrase("failed container health check"), phrase("container health checks")),
		},
		{
			Code: "stop.scaling", Area: AreaShutdown, Phase: verdict.PhaseShutdown, Category: verdict.Deployment,
			Identity: verdict.NoIdentity, Confidence: verdict.Confirmed,
			Title:   "The service stopped the task: scaling or a new deployment",
			Meaning: "The service's scheduler stopped the task because fewer were wanted or a newer revision took its place. That is no failure.",
			Fix:     []string{"Nothing, unless the service was not meant to scale in or deploy then."},
			Docs:    []string{docStoppedErrors},
			When: Any{
				says(Stopped|Pasted|Event, phrase("scaling activity initiated by"), phrase("deployment rolled back"), phrase("task was replaced"), phrase("service deleted")),
				Unless{Match: stopCode("ServiceSchedulerInitiated"), But: says(Stopped, phrase("health check"), phrase("maintenance"), phrase("draining"), phrase("retirement"))},
			},
		},
		{
			Code: "running", Area: AreaShutdown, Level: Frame, Phase: verdict.PhaseUnknown, Category: verdict.Other,
			Identity: verdict.NoIdentity, Confidence: verdict.Confirmed,
			Title:   "The task has not stopped",
			Meaning: "ECS still counts the task among the running or starting ones ({name|no stop is recorded}). What is said here is provisional.",
			Docs:    []string{docLifecycle},
			When:    Where(stillRunning),
		},
		{
			Code: "startup.failed", Area: AreaContainer, Level: Frame, Phase: verdict.PhaseStartup, Category: verdict.Other,
			Identity: verdict.UnknownIdentity, Confidence: verdict.ConfidenceUnknown,
			Title:   "The task failed to start, and nothing says why",
			Meaning: "ECS gave up before the application ran. The reason is missing from what was read: the containers' reasons, the service's events and CloudTrail usually have it.",
			Docs:    []string{docStoppedErrors, docResourceInit},
			When: Any{
				stopCode("TaskFailedToStart"),
				says(Stopped|Pasted|Event, phrase("task failed to start"), phrase("resourceinitializationerror")),
			},
		},
		{
			Code: "stop.essential-container", Area: AreaRuntime, Level: Frame, Phase: verdict.PhaseRuntime, Category: verdict.AppCrash,
			Identity: verdict.NoIdentity, Confidence: verdict.Possible,
			Title:   "An essential container ended, and nothing says why",
			Meaning: "A container that the task cannot do without ended. Its exit code and its log would tell why, and neither was there.",
			Docs:    []string{docStoppedErrors},
			When:    Any{stopCode("EssentialContainerExited"), says(Stopped|Pasted, phrase("essential container in task exited"))},
		},
	}
}

// stopCode matches tasks with that stop code; the quote is stoppedReason.
func stopCode(code string) Matcher {
	return Where(func(c *Case) []Match {
		if !strings.EqualFold(c.Facts.StopCode, code) {
			return nil
		}
		m := Match{Captures: map[string]string{"name": code}}
		for _, t := range c.Texts {
			if t.Place == Stopped {
				m.Text, m.End = t, len(t.Raw)
			}
		}
		return []Match{m}
	})
}

func noOtherStop(f *Facts) bool { return f.StopCode == "" || f.StopCode == "UserInitiated" }

func stillRunning(c *Case) []Match {
	if !c.Facts.HasTask || c.Facts.Stopped {
		return nil
	}
	return []Match{{Captures: map[string]string{"name": c.Evidence.Task.LastStatus}}}
}
