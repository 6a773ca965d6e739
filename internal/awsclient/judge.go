package awsclient

import (
	"context"
	"slices"
	"strings"

	"whystopped/internal/awsclient/source"
	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/problem"
	"whystopped/internal/taskref"
	"whystopped/internal/words"
)

// judge decides whether what was gathered is worth a diagnosis: it is as soon
// as any source knows something of the task, and also where ECS did not answer
// but another source did, since then the sources tell what to do.
func (r *collection) judge(ctx context.Context, g gathered) error {
	if g.task.Task != nil || g.recorded() || r.mentioned(g.service.Events) {
		return nil
	}
	switch g.task.State {
	case source.TaskMissing:
		return r.unknown(ctx, g, noTask(r.Ref))
	case source.TaskNoCluster:
		return r.unknown(ctx, g, noCluster(r.Ref))
	case source.TaskNotAsked:
		return r.judgeService(ctx, g)
	}
	if g.trail.Answered() || g.service.Answered() {
		return nil
	}
	return g.task.Failure.Problem(g.missingPermissions())
}

// recorded reports whether CloudTrail or a log has something of the task.
func (g gathered) recorded() bool {
	return len(g.trail.Records)+len(g.trailGroup.Records) > 0 ||
		slices.ContainsFunc(g.logs, func(l source.LogAnswer) bool { return len(l.Log.Lines) > 0 })
}

// judgeService is for a service without a stopped task, of which its events
// and its definition are all that is to be known.
func (r *collection) judgeService(ctx context.Context, g gathered) error {
	switch {
	case g.service.Missing:
		return r.unknown(ctx, g, noService(r.Ref))
	case g.service.Failure != nil:
		return g.service.Failure.Problem(g.missingPermissions())
	}
	return nil
}

// mentioned reports whether a service event names the task.
func (r *collection) mentioned(events []evidence.ServiceEvent) bool {
	return r.Ref.TaskID != "" && slices.ContainsFunc(events, func(e evidence.ServiceEvent) bool {
		return strings.Contains(e.Text, r.Ref.TaskID)
	})
}

// unknown says that AWS does not know what was asked for, and why that may be.
func (r *collection) unknown(ctx context.Context, g gathered, what words.Text) error {
	var behind error
	sentences := []words.Text{what}
	if f := g.events.Failure; f != nil {
		sentences = append(sentences, words.Say("collect.events-unread", nil), f.Detail(source.TaskEvents.Call.Action))
		behind = f.Err
	}
	if f := g.trail.Failure; f != nil {
		sentences = append(sentences, words.Say("collect.trail-unread", nil), f.Detail(source.Trail.Call.Action))
		behind = f.Err
	}
	own, err := r.ReadAccount(ctx, r.Target(r.Ref.Region))
	if err == nil && own != "" && r.Ref.Account != "" && own != r.Ref.Account {
		other := words.Say("collect.other-account", words.Args{"account": r.Ref.Account, "own": own})
		sentences = append([]words.Text{other}, sentences...)
	}
	return problem.New(problem.UnknownTask, behind, sentences...)
}

func noTask(ref taskref.Ref) words.Text {
	if ref.Cluster == "" {
		return words.Say("collect.no-task-anywhere", nameArgs(ref))
	}
	return words.Say("collect.no-task", nameArgs(ref))
}

func noCluster(ref taskref.Ref) words.Text { return words.Say("collect.no-cluster", nameArgs(ref)) }

func noService(ref taskref.Ref) words.Text {
	if ref.Cluster == "" {
		return words.Say("collect.no-service-at-all", nameArgs(ref))
	}
	return words.Say("collect.no-service", nameArgs(ref))
}

// nameArgs are the names in a reference, for a message about it.
func nameArgs(ref taskref.Ref) words.Args {
	return words.Args{"task": ref.TaskID, "service": ref.Service(), "cluster": ref.Cluster, "region": ref.Region}
}

// missingPermissions are the IAM actions that we were refused.
func (g gathered) missingPermissions() []string {
	var actions []string
	for _, a := range []source.Asked{g.task.Asked, g.definition.Asked, g.trail.Asked, g.service.Asked} {
		if a.Source.MissingPermission != nil {
			actions = append(actions, *a.Source.MissingPermission)
		}
	}
	return actions
}
