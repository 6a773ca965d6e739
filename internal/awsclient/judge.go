package awsclient

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"whystopped/internal/diagnose/evidence"
)

// judge decides whether what was gathered is worth a diagnosis: it is as soon
// as any source knows something of the task, and also where ECS did not answer
// but another source did, since then the sources tell what to do.
func (r *run) judge(ctx context.Context, g gathered) error {
	if g.task.task != nil || g.recorded() || r.mentioned(g.service.events) {
		return nil
	}
	switch g.task.state {
	case taskMissing:
		return r.unknown(ctx, ErrUnknownTask, g)
	case taskNoCluster:
		return r.unknown(ctx, ErrUnknownCluster, g)
	case taskNotAsked:
		return r.judgeService(ctx, g)
	}
	if g.trail.answered() || g.service.answered() {
		return nil
	}
	return g.task.failure.problem(g.missingPermissions())
}

// recorded tells whether CloudTrail or a log has something of the task.
func (g gathered) recorded() bool {
	return len(g.trail.records)+len(g.trailGroup.records) > 0 ||
		slices.ContainsFunc(g.logs, func(l logAnswer) bool { return len(l.log.Lines) > 0 })
}

// judgeService is for a service without a stopped task, of which its events
// and its definition are all that is to be known.
func (r *run) judgeService(ctx context.Context, g gathered) error {
	switch {
	case g.service.missing:
		return r.unknown(ctx, ErrUnknownService, g)
	case g.service.failure != nil:
		return g.service.failure.problem(g.missingPermissions())
	}
	return nil
}

// mentioned tells whether a service event names the task.
func (r *run) mentioned(events []evidence.ServiceEvent) bool {
	return r.ref.TaskID != "" && slices.ContainsFunc(events, func(e evidence.ServiceEvent) bool {
		return strings.Contains(e.Text, r.ref.TaskID)
	})
}

// unknown says that AWS does not know what was asked for, and why that may be.
func (r *run) unknown(ctx context.Context, kind error, g gathered) error {
	e := &Error{Kind: kind, Message: r.unknownMessage(kind)}
	if f := g.events.failure; f != nil {
		e.Message += " The cluster's event capture could not be read: " + f.detail(permission(g.events.source.Name))
		e.Err = f.err
	}
	if f := g.trail.failure; f != nil {
		e.Message += " CloudTrail could not be asked: " + f.detail(sourceTrail)
		e.Err = f.err
	}
	if own, err := r.readAccount(ctx, r.target(r.ref.Region)); err == nil && own != "" && r.ref.Account != "" && own != r.ref.Account {
		e.Message = fmt.Sprintf("This is of account %s, but the credentials of this server are of account %s. %s", r.ref.Account, own, e.Message)
	}
	return e
}

func (r *run) unknownMessage(kind error) string {
	switch {
	case errors.Is(kind, ErrUnknownCluster):
		return noCluster(r.ref.Cluster, r.ref.Region)
	case errors.Is(kind, ErrUnknownService):
		return noService(r.ref.Service, r.ref.Cluster, r.ref.Region)
	case r.ref.Cluster == "":
		return fmt.Sprintf("No cluster in %s knows task %s. ECS forgets stopped tasks after about an hour. Check the region and the account.", r.ref.Region, r.ref.TaskID)
	}
	return fmt.Sprintf("ECS does not know task %s in cluster %q in %s; it forgets stopped tasks after about an hour. Neither event capture, nor CloudTrail, nor a log has anything of it. Check the region, the cluster and the account.", r.ref.TaskID, r.ref.Cluster, r.ref.Region)
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
	for _, a := range []asked{g.task.asked, g.definition.asked, g.trail.asked, g.service.asked} {
		if a.source.MissingPermission != nil {
			actions = append(actions, *a.source.MissingPermission)
		}
	}
	return actions
}

// problem makes the error of a failure after which nothing is known.
// permissions are those that we lack, if we lack any.
func (f failure) problem(permissions []string) *Error {
	e := &Error{Err: f.err}
	switch f.kind {
	case failedNoCredentials:
		e.Kind, e.Message = ErrNoCredentials, "The AWS credentials of this server cannot be had. Check the profile or role that it was started with."
	case failedBadCredentials:
		e.Kind, e.Message = ErrBadCredentials, f.detail("")
	case failedDenied:
		e.Kind, e.Permissions = ErrRefused, permissions
		e.Message = fmt.Sprintf("AWS refuses us everything that would tell about the task. Allow %s to the identity that this server runs as.", strings.Join(permissions, ", "))
	case failedNoRole:
		e.Kind, e.Permissions, e.Message = ErrRefused, []string{permissionForRole}, f.detail("")
	case failedNoHost:
		e.Kind, e.Message = ErrUnknownRegion, "There is no AWS endpoint for this region. Check the region's name, and that this machine can look up host names."
	default:
		e.Kind, e.Message = ErrUnreachable, "AWS told nothing about the task. "+f.detail("")
	}
	return e
}
