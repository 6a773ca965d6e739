package diagnose

import (
	"strings"

	"whystopped/internal/diagnose/cause"
	"whystopped/internal/diagnose/verdict"
)

const (
	unknownCode  = "unknown"
	unknownTitle = "Why the task stopped cannot be told from what was seen"
)

// undecided is the verdict where nothing decides; its summary says what would.
func undecided(c *cause.Case, ranked []candidate) Verdict {
	v := Verdict{
		Cause: unknownCode, Phase: phaseOfFacts(c), Identity: verdict.Identity{Kind: verdict.UnknownIdentity},
		Category: verdict.Other, Confidence: verdict.ConfidenceUnknown, Title: unknownTitle,
	}
	lead := "Nothing in the evidence names a cause."
	if len(ranked) > 0 {
		f := finding(c, ranked[0])
		v.Cause, v.Phase, v.Category, v.Title, lead = f.Cause, f.Phase, f.Category, f.Title, f.Summary
	} else if quietService(c) {
		v.Title = "ECS knows no stopped task of the service " + c.Facts.Service()
		lead = "The service has no task that stopped within the last hour, and its events name no failure. If it should run, its desired count may be 0, or its tasks stopped longer ago."
	}
	v.Summary = lead + " This would decide: " + strings.Join(missing(c), "; ") + "."
	return v
}

// quietService tells a service that was asked for and has nothing to look into.
func quietService(c *cause.Case) bool {
	return c.Facts.Service() != "" && c.Facts.TaskID == "" && c.Evidence.Task == nil
}

// phaseOfFacts is how far the task came, told by its fields alone.
func phaseOfFacts(c *cause.Case) verdict.Phase {
	switch f := &c.Facts; {
	case f.Started:
		return verdict.PhaseRuntime
	case f.StopCode == "TaskFailedToStart":
		return verdict.PhaseStartup
	}
	return verdict.PhaseUnknown
}

// whatWouldDecide are steps to the evidence that is missing.
func whatWouldDecide(c *cause.Case) []string {
	steps := missing(c)
	for i := range steps {
		steps[i] = "Look at " + steps[i] + "."
	}
	return steps
}

// missing names the evidence that was not there.
func missing(c *cause.Case) []string {
	var out []string
	ev := c.Evidence
	if ev.Task == nil {
		out = append(out, "the task as aws ecs describe-tasks shows it (stopCode, stoppedReason, each container's reason and exitCode)")
	}
	if ev.TaskDefinition == nil {
		out = append(out, "its task definition (roles, secrets, log drivers, volumes)")
	}
	if len(ev.Logs) == 0 {
		out = append(out, "the last lines of its containers' logs")
	}
	if len(ev.CloudTrail) == 0 {
		out = append(out, "CloudTrail's events with the task id as user name, 15 minutes after the stop")
	}
	if len(ev.ServiceEvents) == 0 {
		out = append(out, "the service's events (aws ecs describe-services)")
	}
	if len(out) == 0 {
		out = append(out, "the agent's log on the host, or a trail with data events for S3, DynamoDB, SQS and SNS")
	}
	return out
}

func unknownInfo() CauseInfo {
	return CauseInfo{
		Code: unknownCode, Area: "runtime", Phase: string(verdict.PhaseUnknown), Category: string(verdict.Other), Identity: string(verdict.UnknownIdentity),
		Title: unknownTitle, Meaning: "Nothing in the evidence names a cause; the summary says which evidence would decide.",
		Fix: []string{}, Docs: []string{"https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stopped-task-errors.html"}, Examples: []string{},
	}
}
