package diagnose

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"whystopped/internal/diagnose/cause"
	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/diagnose/verdict"
)

// settled is when CloudTrail has usually delivered an event: typically within 5
// minutes, and seldom after 15.
// Source: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/how-cloudtrail-works.html
const settled = 15 * time.Minute

// caveats say what could not be seen, and what that might hide.
func caveats(c *cause.Case, ranked []candidate) []string {
	out := []string{}
	add := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	if c.Facts.HasTask && !c.Facts.Stopped {
		add("The task has not stopped: this is how it stands so far.")
	}
	if words := forgottenCaveat(c.Evidence); words != "" {
		out = append(out, words)
	}
	for _, s := range c.Evidence.Sources {
		if words := sourceCaveat(s); words != "" {
			out = append(out, words)
		}
	}
	for _, left := range c.Evidence.Left {
		add("%s.", left)
	}
	for _, t := range c.Texts {
		if t.Cut && t.Place&cause.ByECS != 0 {
			add("The text of %s was cut before its end; what came after may have named the reason.", t.Source)
		}
		if t.Stale {
			add("The pull error of container %s is an old note: the container ran all the same, from a cached image.", t.Container)
		}
	}
	if len(ranked) > 0 {
		out = append(out, findingCaveats(c, ranked[0])...)
	}
	return firstOfEach(out, maxCaveats)
}

// maxCaveats is more than anybody reads.
const maxCaveats = 40

// firstOfEach gives the first ones of a list, each once.
func firstOfEach(list []string, most int) []string {
	out := []string{}
	for _, s := range list {
		if len(out) < most && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

func sourceCaveat(s evidence.Source) string {
	if s.Name == evidence.GoodDefinitionSource {
		return ""
	}
	name, _, _ := strings.Cut(s.Name, " ")
	what := sourceWords(s.Name)
	switch s.Status {
	case evidence.SourceDenied:
		permission := name
		if s.MissingPermission != nil {
			permission = *s.MissingPermission
		}
		return fmt.Sprintf("We may not read %s ourselves (our own permission %s is missing): what stands there is not part of this answer.", what, permission)
	case evidence.SourceThrottled, evidence.SourceTimeout, evidence.SourceFailed:
		return fmt.Sprintf("We could not read %s (%s): what stands there is not part of this answer.", what, s.Status)
	case evidence.SourceTooEarly:
		return "CloudTrail has nothing yet: it delivers up to 15 minutes late, so a denied call may still appear."
	case evidence.SourceTruncated:
		if s.Name == evidence.TrailLogSource {
			return "Only a part of " + what + " was searched."
		}
		return fmt.Sprintf("Only the newest part of %s was read.", what)
	}
	return ""
}

// sourceWords names a source for people.
func sourceWords(source string) string {
	switch source {
	case roleSource:
		return "the roles in IAM"
	case evidence.TaskSource:
		return "the task"
	case evidence.TaskEventsSource:
		return "the cluster's event capture"
	case evidence.TrailLogSource:
		return "the trail's log group"
	case evidence.HostTrailSource:
		return "CloudTrail's records of the host"
	case "ecs:DescribeServices":
		return "the service's events"
	case "ecs:DescribeTaskDefinition":
		return "the task definition"
	case "ecs:DescribeContainerInstances":
		return "the instance that the task ran on"
	}
	name, container, _ := strings.Cut(source, " ")
	switch {
	case strings.HasPrefix(name, "cloudtrail:"):
		return "CloudTrail"
	case strings.HasPrefix(name, "logs:"):
		return "the log of container " + container
	}
	return source
}

func findingCaveats(c *cause.Case, k candidate) []string {
	var out []string
	r := k.match.Refusal
	if r == nil {
		return nil
	}
	if r.Policy == verdict.PolicyUnknown && !r.Explicit {
		out = append(out, "The message does not say which policy refused: besides a missing permission of the role it may be the resource's own policy, an endpoint policy or an organization's.")
	}
	if r.Explicit || r.Policy != verdict.PolicyUnknown {
		out = append(out, "AWS names one policy even where several refuse: after this one is mended another may show.")
	}
	if r.Ambiguous {
		out = append(out, "The text leaves open whether the key exists there at all: check its Region and state too.")
	}
	if isDataEvent(r.Action) && k.place() != cause.Trail && len(c.Evidence.Sources) > 0 {
		out = append(out, dataEventCaveat(c.Evidence, r.Action))
	}
	if host := hostOf(c.Evidence, k.match.Text); host != "" {
		out = append(out, "The call was made in the session of the host "+host+", which other tasks on it use as well.")
	}
	if c.Facts.RolesComplete && c.Facts.ExecutionRole != "" && c.Facts.ExecutionRole == c.Facts.TaskRole {
		out = append(out, "Execution role and task role are the same role here.")
	}
	return out
}

// isDataEvent tells calls that CloudTrail's event history leaves out.
// Source: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-data-events-with-cloudtrail.html
func isDataEvent(action string) bool {
	switch action {
	case "s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:ListBucket", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem",
		"dynamodb:Query", "dynamodb:Scan", "dynamodb:BatchGetItem", "dynamodb:BatchWriteItem", "sqs:SendMessage", "sqs:ReceiveMessage", "sqs:DeleteMessage",
		"sns:Publish", "lambda:InvokeFunction", "logs:PutLogEvents", "cloudwatch:PutMetricData", "kinesis:PutRecord", "kinesis:PutRecords":
		return true
	}
	return false
}

// completeAfter is when looking again may bring more: CloudTrail was empty and
// the stop is young.
func completeAfter(c *cause.Case) *time.Time {
	if c.Facts.Ended.IsZero() {
		return nil
	}
	for _, s := range c.Evidence.Sources {
		if s.Status == evidence.SourceTooEarly {
			at := c.Facts.Ended.Add(settled).UTC()
			return &at
		}
	}
	return nil
}
