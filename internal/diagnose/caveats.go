package diagnose

import (
	"slices"
	"strings"
	"time"

	"whystopped/internal/diagnose/cause"
	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/diagnose/rank"
	"whystopped/internal/diagnose/verdict"
	"whystopped/internal/words"
)

// settled is when CloudTrail has usually delivered an event: typically within 5
// minutes, and seldom after 15.
// Source: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/how-cloudtrail-works.html
const settled = 15 * time.Minute

// caveats say what could not be seen, and what that might hide.
func caveats(c *cause.Case, ranked []rank.Candidate) []words.Text {
	out := []words.Text{}
	add := func(id string, args words.Args) { out = append(out, words.Say(id, args)) }
	if c.Facts.HasTask && !c.Facts.Stopped {
		add("caveat.running", nil)
	}
	if id := forgottenCaveat(c.Evidence); id != "" {
		add(id, nil)
	}
	for _, s := range c.Evidence.Sources {
		if said := sourceCaveat(s); !said.IsZero() {
			out = append(out, said)
		}
	}
	for _, left := range c.Evidence.Left {
		id := "caveat.left-out"
		if left.Bytes > 0 {
			id = "caveat.left-out-text"
		}
		add(id, words.Args{"path": left.Path, "count": left.Count, "kept": left.Kept, "bytes": left.Bytes})
	}
	for _, t := range c.Texts {
		if t.Cut && t.Place&cause.ByECS != 0 {
			add("caveat.cut", words.Args{"place": t.Source})
		}
		if t.Stale {
			add("caveat.stale-pull", words.Args{"container": t.Container})
		}
	}
	if len(ranked) > 0 {
		out = append(out, findingCaveats(c, ranked[0])...)
	}
	return firstOfEach(out, maxCaveats)
}

// maxCaveats is more than anybody reads.
const maxCaveats = 40

// firstOfEach returns the first texts of a list, each once.
func firstOfEach(list []words.Text, most int) []words.Text {
	out := []words.Text{}
	for _, t := range list {
		if len(out) < most && !slices.ContainsFunc(out, t.Equal) {
			out = append(out, t)
		}
	}
	return out
}

func sourceCaveat(s evidence.Source) words.Text {
	if s.Name == evidence.GoodDefinitionSource {
		return words.Text{}
	}
	code, container := evidence.SourceCode(s.Name)
	args := words.Args{"source": code, "container": container, "status": s.Status}
	switch s.Status {
	case evidence.SourceDenied:
		args["permission"], _, _ = strings.Cut(s.Name, " ")
		if s.MissingPermission != nil {
			args["permission"] = *s.MissingPermission
		}
		return words.Say("caveat.denied", args)
	case evidence.SourceThrottled, evidence.SourceTimeout, evidence.SourceFailed:
		return words.Say("caveat.unread", args)
	case evidence.SourceTooEarly:
		return words.Say("caveat.too-early", nil)
	case evidence.SourceTruncated:
		if s.Name == evidence.TrailLogSource {
			return words.Say("caveat.trail-log-truncated", nil)
		}
		return words.Say("caveat.truncated", args)
	}
	return words.Text{}
}

func findingCaveats(c *cause.Case, k rank.Candidate) []words.Text {
	var out []words.Text
	add := func(id string, args words.Args) { out = append(out, words.Say(id, args)) }
	if open := k.Caveat(); !open.IsZero() {
		out = append(out, open)
	}
	r := k.Match.Refusal
	if r == nil {
		return out
	}
	if r.Policy == verdict.PolicyUnknown && !r.Explicit {
		add("caveat.which-policy", nil)
	} else {
		add("caveat.one-policy-at-a-time", nil)
	}
	if r.Ambiguous {
		add("caveat.key-may-be-missing", nil)
	}
	if isDataEvent(r.Action) && k.Place() != cause.Trail && len(c.Evidence.Sources) > 0 {
		add(dataEventCaveat(c.Evidence), words.Args{"action": r.Action})
	}
	if host := hostOf(c.Evidence, k.Match.Text); host != "" {
		add("caveat.host-session", words.Args{"host": host})
	}
	if c.Facts.RolesComplete && c.Facts.ExecutionRole != "" && c.Facts.ExecutionRole == c.Facts.TaskRole {
		add("caveat.same-role", nil)
	}
	return out
}

// isDataEvent reports whether a call is one that CloudTrail's event history leaves out.
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
