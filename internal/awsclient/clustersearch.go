package awsclient

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"golang.org/x/sync/errgroup"

	"whystopped/internal/arn"
	"whystopped/internal/awsclient/failure"
	"whystopped/internal/awsclient/session"
	"whystopped/internal/awsclient/source"
	"whystopped/internal/problem"
	"whystopped/internal/taskref"
	"whystopped/internal/words"
)

const (
	// maxClusters bounds the search for a cluster: ECS lets an account make a
	// burst of 100 calls of the kind and 20 a second after that.
	// Source: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/request-throttling.html
	maxClusters = 200
	// clustersAtOnce is how many are asked at the same time.
	clustersAtOnce = 8
)

// holdsFunc reports whether a cluster holds what is looked for.
type holdsFunc func(ctx context.Context, cluster string) (bool, error)

// errFound ends a search early.
var errFound = errors.New("found")

// findCluster looks through the clusters of the reference's region. It gives ""
// when none of those that could be asked holds what is looked for.
func (c *Collector) findCluster(ctx context.Context, ref taskref.Ref, holds holdsFunc) (string, error) {
	names, err := c.listClusters(ctx, c.pool.TargetOf(ref))
	if err != nil {
		return "", clusterSearchProblem(ref.Region, err)
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(clustersAtOnce)
	var mu sync.Mutex
	var found string
	var failures []error
	for _, name := range names {
		group.Go(func() error {
			ok, err := holds(ctx, name)
			mu.Lock()
			defer mu.Unlock()
			switch {
			case ok:
				found = name
				return errFound
			case err != nil:
				failures = append(failures, err)
			}
			return nil
		})
	}
	_ = group.Wait() // errFound or nothing
	if found == "" && len(failures) > 0 && len(failures) == len(names) {
		return "", resolveProblem(taskref.Ref{Region: ref.Region}, source.Task.Call.Action, failures[0])
	}
	return found, nil
}

// listClusters names the clusters of a region.
func (c *Collector) listClusters(ctx context.Context, t session.Target) ([]string, error) {
	pages := ecs.NewListClustersPaginator(c.pool.At(t).ECS, &ecs.ListClustersInput{MaxResults: aws.Int32(100)})
	var names []string
	for pages.HasMorePages() && len(names) < maxClusters {
		out, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("list clusters: %w", err)
		}
		if out.ClusterArns == nil {
			return nil, fmt.Errorf("list clusters: %w", failure.ErrEmptyAnswer)
		}
		for _, s := range out.ClusterArns {
			if a, ok := arn.Parse(s); ok {
				names = append(names, a.Name())
			}
		}
	}
	return names, nil
}

// clusterSearchProblem says what to do when we may not look for the cluster.
func clusterSearchProblem(region string, err error) error {
	action := source.ListClusters.Action
	f := failure.Of(err)
	if f.Kind != failure.Denied {
		return resolveProblem(taskref.Ref{Region: region}, action, err)
	}
	said := words.Say("collect.clusters-unlisted", words.Args{"permission": action})
	return problem.New(problem.Refused, err, said)
}
