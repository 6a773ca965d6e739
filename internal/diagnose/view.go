package diagnose

import (
	"maps"
	"strings"

	"whystopped/internal/diagnose/cause"
	"whystopped/internal/diagnose/report"
	"whystopped/internal/diagnose/verdict"
	"whystopped/internal/words"
)

func taskView(c *cause.Case) TaskView {
	f := &c.Facts
	v := TaskView{
		ID: f.TaskID, Cluster: f.Cluster, Account: f.Account, Region: f.Region, Partition: f.Partition,
		ExecutionRoleARN: f.ExecutionRole, TaskRoleARN: f.TaskRole, Containers: []ContainerView{},
	}
	if f.TaskID != "" {
		v.ARN = c.Evidence.Ref.ARN()
	}
	if d := c.Evidence.TaskDefinition; d != nil {
		v.TaskDefinitionARN = d.TaskDefinitionARN
		v.StartupActions = startupActions(d, policyContext(c))
	}
	t := c.Evidence.Task
	if t == nil {
		v.Group = f.Group
		return v
	}
	if t.TaskARN != "" {
		v.ARN = t.TaskARN
	}
	if t.TaskDefinitionARN != "" {
		v.TaskDefinitionARN = t.TaskDefinitionARN
	}
	v.LaunchType, v.Group = t.LaunchType, t.Group
	v.LastStatus, v.StopCode, v.StoppedReason = t.LastStatus, t.StopCode, t.StoppedReason
	v.CreatedAt, v.PullStartedAt, v.PullStoppedAt = t.CreatedAt.Time, t.PullStartedAt.Time, t.PullStoppedAt.Time
	v.StartedAt, v.StoppingAt, v.ExecutionStoppedAt, v.StoppedAt = t.StartedAt.Time, t.StoppingAt.Time, t.ExecutionStoppedAt.Time, t.StoppedAt.Time
	for _, r := range f.Containers {
		v.Containers = append(v.Containers, ContainerView{Name: r.Name, Essential: r.Essential, ExitCode: r.ExitCode, Reason: r.Reason, Image: r.Image})
	}
	return v
}

const maxFindings = 12

func findings(c *cause.Case, ranked []candidate) []Finding {
	out := make([]Finding, 0, min(len(ranked), maxFindings))
	for i, k := range ranked {
		if i == maxFindings {
			break
		}
		f := finding(c, k)
		f.Primary = i == 0
		if f.Primary {
			f.Evidence = append(f.Evidence, beside(c, k)...)
		}
		out = append(out, f)
	}
	return out
}

func finding(c *cause.Case, k candidate) Finding {
	args := argsOf(c, k)
	f := Finding{
		Cause: k.cause.Code, Phase: phaseOf(c, k), Identity: k.identity(), Category: categoryOf(k), Confidence: k.confidence,
		Title: k.title(args), Summary: k.summary(args),
		Why: k.answer.Why, Evidence: quotes(k), Denied: []DeniedCall{}, Docs: report.OrEmpty(k.cause.Docs),
	}
	if k.match.Refusal != nil {
		f.Denied = append(f.Denied, deniedCall(c, k.match.Refusal))
	}
	return f
}

// told is what IAM knows of a role, in place of the cause's own words.
type told struct {
	title, summary, caveat string   // ids of messages
	steps                  []string // ids of messages
	args                   words.Args
}

func (k candidate) title(args words.Args) words.Text {
	if k.told.title != "" {
		return words.Say(k.told.title, args)
	}
	return k.cause.Said(args)
}

// summary says what happened, and what is missing: the identity's permission, or
// that of the policy that denied it.
func (k candidate) summary(args words.Args) words.Text {
	if k.told.summary != "" {
		return words.Say(k.told.summary, args)
	}
	if r := k.match.Refusal; r != nil && k.cause.Lacks != "" {
		if code := blocker(r); code != "" {
			args["blocked"] = code
			return k.cause.Blocked(args)
		}
	}
	return k.cause.Explained(args)
}

func (k candidate) steps(args words.Args) []words.Text {
	if k.told.title == "" {
		return k.cause.Steps(args)
	}
	var steps []words.Text
	for _, id := range k.told.steps {
		steps = append(steps, words.Say(id, args))
	}
	return steps
}

// argsOf are the arguments of the cause's texts: what was matched, and what the
// task itself tells.
func argsOf(c *cause.Case, k candidate) words.Args {
	m := words.Args{}
	put := func(key, value string) {
		if value = strings.TrimSpace(value); value != "" {
			m[key] = value
		}
	}
	if t := k.match.Text; t != nil {
		put("container", t.Container)
	}
	put("role", cause.RoleName(k.identity().ARN))
	if kind := k.identity().Kind; kind != verdict.NoIdentity && kind != verdict.UnknownIdentity {
		put("identity", string(kind))
	}
	for key, value := range networkWords(c, k.match.Captures["target"]) {
		put(key, value)
	}
	for key, value := range k.match.Captures {
		if key == "name" {
			value = cause.ShortName(value)
		}
		put(key, value)
	}
	maps.Copy(m, k.told.args)
	return m
}

// phaseOf places a cause in the life of this very task. Calls that start tasks
// are placement where a tool made them, and runtime where a running task did.
func phaseOf(c *cause.Case, k candidate) verdict.Phase {
	switch {
	case k.match.Phase != "":
		return k.match.Phase
	case k.cause.Phase == verdict.PhasePlacement && k.match.Refusal != nil && k.place() == cause.Log && (c.Facts.HasTask || c.Facts.TaskRole != "" || !cause.StartsTasks(k.match.Refusal.Action)):
		return verdict.PhaseRuntime
	case k.cause.PhaseInTask != "" && k.place()&(cause.Stopped|cause.Reason) != 0:
		return k.cause.PhaseInTask
	case k.cause.PhaseInLog != "" && k.place() == cause.Log:
		return k.cause.PhaseInLog
	}
	return k.cause.Phase
}

func categoryOf(k candidate) verdict.Category {
	if k.match.Category != "" {
		return k.match.Category
	}
	return k.cause.Category
}

func quotes(k candidate) []Quote {
	t := k.match.Text
	if t == nil {
		return []Quote{}
	}
	text, mark := t.Quote(k.match.Start, k.match.End)
	return []Quote{{Source: t.Source, Text: text, At: t.AtOffset(k.match.Start), Ref: t.Ref, Marks: [][2]int{mark}}}
}

// beside adds to the deciding words the frame around them: what ECS says of the
// stop, and CloudTrail's record of the same call.
func beside(c *cause.Case, k candidate) []Quote {
	var out []Quote
	for _, t := range c.Texts {
		if t == k.match.Text || t.Place != cause.Stopped {
			continue
		}
		text, _ := t.Quote(0, len(t.Raw))
		out = append(out, Quote{Source: t.Source, Text: text, At: t.At})
	}
	if r := k.match.Refusal; r != nil && k.place() != cause.Trail {
		for _, other := range c.Refusals {
			if other.Text.Place == cause.Trail && other.Action == r.Action && other.Who.Identity.Kind == r.Who.Identity.Kind {
				text, _ := other.Text.Quote(other.Start, other.End)
				out = append(out, Quote{Source: other.Text.Source, Text: text, At: other.Text.At, Ref: other.Text.Ref})
			}
		}
	}
	if len(out) > 3 {
		out = out[:3]
	}
	return out
}

func deniedCall(c *cause.Case, r *cause.Refusal) DeniedCall {
	d := DeniedCall{
		Principal: r.Principal.ARN, Action: r.Action, Resource: policyResource(c, r),
		Explicit: r.Explicit, PolicyType: r.Policy,
	}
	if d.Resource == "" {
		d.Resource = r.Resource
	}
	if r.PolicyARN != "" {
		d.PolicyARN = &r.PolicyARN
	}
	return d
}
