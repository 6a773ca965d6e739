package awsclient

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"whystopped/internal/arn"
	"whystopped/internal/awsclient/failure"
	"whystopped/internal/awsclient/session"
	"whystopped/internal/awsclient/source"
	"whystopped/internal/problem"
	"whystopped/internal/taskref"
	"whystopped/internal/words"
)

// Resolve completes a reference: the default region, the account of our
// credentials, the cluster of an old short ARN, and for a service the newest
// of its stopped tasks that failed. What AWS does not know stays empty, and
// Collect says so: a short ARN that no cluster knows keeps an empty Cluster,
// and a service without a stopped task an empty TaskID.
//
// A reference to an account or region that is not allowed is refused before any
// call is made for it. The error is an *Error unless ctx has ended. Resolve uses
// at most half of the time that ctx has left, since Collect comes after it.
func (c *Collector) Resolve(ctx context.Context, ref taskref.Ref) (taskref.Ref, error) {
	ctx, cancel := source.HalfTime.Of(ctx)
	defer cancel()
	ref, err := c.locate(ctx, ref)
	if err != nil {
		return taskref.Ref{}, err
	}
	if ref.Kind() == taskref.KindService {
		return c.resolveService(ctx, ref)
	}
	if ref.Cluster == "" {
		cluster, err := c.findCluster(ctx, ref, c.holdsTask(ref))
		if err != nil {
			return taskref.Ref{}, err
		}
		ref.Cluster = cluster
	}
	return ref, nil
}

// locate fills in region, partition and account, and makes sure that we may
// read there and have something to do it with.
func (c *Collector) locate(ctx context.Context, ref taskref.Ref) (taskref.Ref, error) {
	ref.Region = cmp.Or(ref.Region, c.pool.HomeRegion())
	if err := c.pool.CheckBounds(ref); err != nil {
		return ref, err
	}
	if err := c.pool.CheckCredentials(ctx, session.Target{Region: ref.Region}); err != nil {
		return ref, err
	}
	if ref.Region == "" {
		return ref, problem.New(problem.UnknownTask, nil, words.Say("collect.no-region", nil))
	}
	ref.Partition = cmp.Or(ref.Partition, arn.PartitionOf(ref.Region))
	if ref.Account == "" {
		own, err := c.pool.HomeAccount(ctx, ref.Region)
		if err != nil {
			return ref, err
		}
		ref.Account = own
	}
	if err := c.pool.CheckReadable(ref); err != nil {
		return ref, err
	}
	return ref, c.pool.CheckCredentials(ctx, c.pool.TargetOf(ref))
}

// resolveService turns a reference to a service into one to a task of it.
func (c *Collector) resolveService(ctx context.Context, ref taskref.Ref) (taskref.Ref, error) {
	ref, err := c.inCluster(ctx, ref)
	if err != nil {
		return taskref.Ref{}, err
	}
	id, err := c.newestFailed(ctx, ref)
	if err != nil {
		return taskref.Ref{}, err
	}
	if id != "" {
		ref.TaskID = id
	}
	return ref, nil
}

// inCluster finds the cluster of a service whose reference does not name it.
func (c *Collector) inCluster(ctx context.Context, service taskref.Ref) (taskref.Ref, error) {
	if service.Cluster != "" {
		return service, nil
	}
	cluster, err := c.findCluster(ctx, service, c.holdsService(service))
	if err != nil {
		return taskref.Ref{}, err
	}
	if cluster == "" {
		return taskref.Ref{}, problem.New(problem.UnknownTask, nil, noService(service))
	}
	service.Cluster = cluster
	return service, nil
}

// resolveProblem is the error of a call that resolving cannot do without.
func resolveProblem(ref taskref.Ref, action string, err error) error {
	if _, ok := errors.AsType[*types.ClusterNotFoundException](err); ok {
		return problem.New(problem.UnknownTask, err, noCluster(ref))
	}
	if _, ok := errors.AsType[*types.ServiceNotFoundException](err); ok {
		return problem.New(problem.UnknownTask, err, noService(ref))
	}
	return failure.Of(err).Problem([]string{action})
}

// holdsTask asks whether a cluster knows the task.
func (c *Collector) holdsTask(ref taskref.Ref) holdsFunc {
	return func(ctx context.Context, cluster string) (bool, error) {
		out, err := c.pool.At(c.pool.TargetOf(ref)).ECS.DescribeTasks(
			ctx, &ecs.DescribeTasksInput{Cluster: aws.String(cluster), Tasks: []string{ref.TaskID}},
		)
		if err != nil {
			return false, fmt.Errorf("look for task %s in cluster %s: %w", ref.TaskID, cluster, err)
		}
		return len(out.Tasks) > 0, nil
	}
}

// holdsService asks whether a cluster has the service.
func (c *Collector) holdsService(ref taskref.Ref) holdsFunc {
	return func(ctx context.Context, cluster string) (bool, error) {
		out, err := c.pool.At(c.pool.TargetOf(ref)).ECS.DescribeServices(
			ctx, &ecs.DescribeServicesInput{Cluster: aws.String(cluster), Services: []string{ref.Service()}},
		)
		if err != nil {
			return false, fmt.Errorf("look for service %s in cluster %s: %w", ref.Service(), cluster, err)
		}
		return len(out.Services) > 0, nil
	}
}
