package awsclient

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"golang.org/x/sync/errgroup"

	"whystopped/internal/awsclient/failure"
	"whystopped/internal/awsclient/source"
	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/taskref"
)

const (
	// maxStoppedTasks bounds the tasks of a service that are looked through.
	maxStoppedTasks = 1000
	// batchesAtOnce is how many calls of DescribeTasks run at the same time.
	batchesAtOnce = 4
)

// newestFailed is the id of the service's newest stopped task that failed; of
// the newest stopped one where none failed; "" where ECS knows none.
func (c *Collector) newestFailed(ctx context.Context, ref taskref.Ref) (string, error) {
	tasks, err := c.stoppedOf(ctx, ref)
	if err != nil || len(tasks) == 0 {
		return "", err
	}
	newest := slices.MaxFunc(tasks, func(a, b *evidence.Task) int {
		return cmp.Or(
			compareBool(failed(a), failed(b)), source.StoppedAt(a).Compare(source.StoppedAt(b)), cmp.Compare(a.TaskARN, b.TaskARN),
		)
	})
	return source.TaskIDOf(newest), nil
}

// StoppedTasks lists the stopped tasks of a service that ECS still knows, the
// newest first and at most limit of them. Its errors are those of Resolve.
func (c *Collector) StoppedTasks(ctx context.Context, service taskref.Ref, limit int) ([]taskref.Ref, error) {
	ctx, cancel := source.HalfTime.Of(ctx)
	defer cancel()
	service, err := c.locate(ctx, service)
	if err != nil {
		return nil, err
	}
	if service, err = c.inCluster(ctx, service); err != nil {
		return nil, err
	}
	tasks, err := c.stoppedOf(ctx, service)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(tasks, func(a, b *evidence.Task) int {
		return cmp.Or(source.StoppedAt(b).Compare(source.StoppedAt(a)), cmp.Compare(a.TaskARN, b.TaskARN))
	})
	refs := make([]taskref.Ref, 0, min(limit, len(tasks)))
	for _, t := range tasks[:min(limit, len(tasks))] {
		ref := service
		ref.TaskID = source.TaskIDOf(t)
		refs = append(refs, ref)
	}
	return refs, nil
}

// stoppedOf describes the stopped tasks of a service that ECS still knows.
func (c *Collector) stoppedOf(ctx context.Context, service taskref.Ref) ([]*evidence.Task, error) {
	arns, err := c.listStopped(ctx, service)
	if err != nil {
		return nil, resolveProblem(service, source.ListTasks.Action, err)
	}
	tasks, err := c.describeAll(ctx, service, arns)
	if len(tasks) == 0 && err != nil {
		return nil, resolveProblem(service, source.Task.Call.Action, err)
	}
	// Other servers than AWS's list tasks of the whole cluster.
	return slices.DeleteFunc(tasks, func(t *evidence.Task) bool { return t.Group != service.Group }), nil
}

// listStopped lists the stopped tasks of a service that ECS still knows.
func (c *Collector) listStopped(ctx context.Context, ref taskref.Ref) ([]string, error) {
	pages := ecs.NewListTasksPaginator(c.pool.At(c.pool.TargetOf(ref)).ECS, &ecs.ListTasksInput{
		Cluster:       aws.String(ref.Cluster),
		ServiceName:   aws.String(ref.Service()),
		DesiredStatus: types.DesiredStatusStopped,
		MaxResults:    aws.Int32(source.TasksPerCall),
	})
	var arns []string
	for pages.HasMorePages() && len(arns) < maxStoppedTasks {
		out, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("list stopped tasks of service %s: %w", ref.Service(), err)
		}
		if out.TaskArns == nil {
			return nil, fmt.Errorf("list stopped tasks of service %s: %w", ref.Service(), failure.ErrEmptyAnswer)
		}
		arns = append(arns, out.TaskArns...)
	}
	return arns, nil
}

// describeAll describes tasks in batches. A batch that fails does not take
// the others with it; its error comes with their tasks.
func (c *Collector) describeAll(ctx context.Context, ref taskref.Ref, arns []string) ([]*evidence.Task, error) {
	var group errgroup.Group
	group.SetLimit(batchesAtOnce)
	var mu sync.Mutex
	var tasks []*evidence.Task
	var errs []error
	for batch := range slices.Chunk(arns, source.TasksPerCall) {
		group.Go(func() error {
			out, err := c.sources.DescribeTasks(
				ctx, source.Cluster{Target: c.pool.TargetOf(ref), Name: ref.Cluster}, batch,
			)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				errs = append(errs, fmt.Errorf("describe %d tasks of service %s: %w", len(batch), ref.Service(), err))
				return nil
			}
			tasks = append(tasks, source.Each(out.Tasks, source.TaskOf)...)
			return nil
		})
	}
	_ = group.Wait() // the errors are in errs
	return tasks, errors.Join(errs...)
}

// failed reports whether a task failed, and was neither stopped on purpose nor came
// to its end. It only chooses which task to look at; why that one stopped
// is decided from all of its evidence.
func failed(t *evidence.Task) bool {
	switch t.StopCode {
	case "UserInitiated":
		return false
	case "ServiceSchedulerInitiated":
		// "Task failed ELB health checks in …", as opposed to "Scaling
		// activity initiated by …" and maintenance.
		return strings.Contains(t.StoppedReason, "failed")
	case "TaskFailedToStart", "SpotInterruption", "TerminationNotice", "InfrastructureHealth":
		return true
	}
	return !allExitedWell(t.Containers)
}

// allExitedWell reports whether every container ended with exit code 0.
func allExitedWell(containers []evidence.Container) bool {
	for _, c := range containers {
		if c.ExitCode == nil || *c.ExitCode != 0 {
			return false
		}
	}
	return len(containers) > 0
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}
