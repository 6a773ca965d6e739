package diagnose

import (
	"whystopped/internal/diagnose/cause"
	"whystopped/internal/diagnose/rank"
	"whystopped/internal/diagnose/report"
	"whystopped/internal/diagnose/startup"
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
		v.StartupActions = startup.Actions(d, c.PolicyContext())
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

func findings(c *cause.Case, ranked []rank.Candidate) []Finding {
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

func finding(c *cause.Case, k rank.Candidate) Finding {
	args := rank.ArgsOf(c, k)
	f := Finding{
		Cause: k.Cause.Code, Phase: rank.PhaseOf(c, k), Identity: k.Identity(), Category: rank.CategoryOf(k), Confidence: k.Confidence,
		Title: k.Title(args), Summary: k.Summary(args),
		Why: k.Answer.Why, Evidence: quotes(k), Denied: []DeniedCall{}, Docs: report.OrEmpty(k.Cause.Docs),
	}
	if k.Match.Refusal != nil {
		f.Denied = append(f.Denied, deniedCall(c, k.Match.Refusal))
	}
	return f
}

func quotes(k rank.Candidate) []Quote {
	t := k.Match.Text
	if t == nil {
		return []Quote{}
	}
	text, mark := t.Quote(k.Match.Start, k.Match.End)
	return []Quote{{Source: t.Source, Text: text, At: t.AtOffset(k.Match.Start), Ref: t.Ref, Marks: [][2]int{mark}}}
}

// beside adds to the deciding words the frame around them: what ECS says of the
// stop, and CloudTrail's record of the same call.
func beside(c *cause.Case, k rank.Candidate) []Quote {
	var out []Quote
	for _, t := range c.Texts {
		if t == k.Match.Text || t.Place != cause.Stopped {
			continue
		}
		text, _ := t.Quote(0, len(t.Raw))
		out = append(out, Quote{Source: t.Source, Text: text, At: t.At})
	}
	if r := k.Match.Refusal; r != nil && k.Place() != cause.Trail {
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
		Principal: r.Principal.ARN, Action: r.Action, Resource: c.PolicyResource(r),
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
