package awsclient

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"whystopped/internal/awsclient/failure"
	"whystopped/internal/awsclient/source"
	"whystopped/internal/diagnose/evidence"
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
		return r.unknown(ctx, failure.ErrUnknownTask, g)
	case source.TaskNoCluster:
		return r.unknown(ctx, failure.ErrUnknownCluster, g)
	case source.TaskNotAsked:
		return r.judgeService(ctx, g)
	}
	if g.trail.Answered() || g.service.Answered() {
		return nil
	}
	return g.task.Failure.Problem(g.missingPermissions())
}

// recorded tells whether CloudTrail or a log has something of the task.
func (g gathered) recorded() bool {
	return len(g.trail.Records)+len(g.trailGroup.Records) > 0 ||
		slices.ContainsFunc(g.logs, func(l source.LogAnswer) bool { return len(l.Log.Lines) > 0 })
}

// judgeService is for a service without a stopped task, of which its events
// and its definition are all that is to be known.
func (r *collection) judgeService(ctx context.Context, g gathered) error {
	switch {
	case g.service.Missing:
		return r.unknown(ctx, failure.ErrUnknownService, g)
	case g.service.Failure != nil:
		return g.service.Failure.Problem(g.missingPermissions())
	}
	return nil
}

// mentioned tells whether a service event names the task.
func (r *collection) mentioned(events []evidence.ServiceEvent) bool {
	return r.Ref.TaskID != "" && slices.ContainsFunc(events, func(e evidence.ServiceEvent) bool {
		return strings.Contains(e.Text, r.Ref.TaskID)
	})
}

// unknown says that AWS does not know what was asked for, and why that may be.
func (r *collection) unknown(ctx context.Context, kind error, g gathered) error {
	e := &failure.Error{Kind: kind, Message: r.unknownMessage(kind)}
	if f := g.events.Failure; f != nil {
		e.Message += " The cluster's event capture could not be read: " + f.Detail(source.TaskEvents.Call.Action)
		e.Err = f.Err
	}
	if f := g.trail.Failure; f != nil {
		e.Message += " CloudTrail could not be asked: " + f.Detail(source.Trail.Call.Action)
		e.Err = f.Err
	}
	if own, err := r.ReadAccount(ctx, r.Target(r.Ref.Region)); err == nil && own != "" && r.Ref.Account != "" && own != r.Ref.Account {
		e.Message = fmt.Sprintf("This is of account %s, but the credentials of this server are of account %s. %s", r.Ref.Account, own, e.Message)
	}
	return e
}

func (r *collection) unknownMessage(kind error) string {
	switch {
	case errors.Is(kind, failure.ErrUnknownCluster):
		return noCluster(r.Ref.Cluster, r.Ref.Region)
	case errors.Is(kind, failure.ErrUnknownService):
		return noService(r.Ref.Service(), r.Ref.Cluster, r.Ref.Region)
	case r.Ref.Cluster == "":
		return fmt.Sprintf("No cluster in %s knows task %s. ECS forgets stopped tasks after about an hour. Check the region and the account.", r.Ref.Region, r.Ref.TaskID)
	}
	return fmt.Sprintf("ECS does not know task %s in cluster %q in %s; it forgets stopped tasks after about an hour. Neither event capture, nor CloudTrail, nor a log has anything of it. Check the region, the cluster and the account.", r.Ref.TaskID, r.Ref.Cluster, r.Ref.Region)
}

func noCluster(cluster, region string) string {
	return fmt.Sprintf("There is no cluster %q in %s. Check the region, the account and the spelling.", cluster, region)
}

func noService(service, cluster, region string) string {
	return fmt.Sprintf("Cluster %q in %s has no service %q. Check the region, the account and the spelling.", cluster, region, service)
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
