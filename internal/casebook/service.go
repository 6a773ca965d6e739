package casebook

import (
	"context"
	"fmt"
	"slices"

	"golang.org/x/sync/errgroup"

	"whystopped/internal/collect"
	"whystopped/internal/diagnose"
	"whystopped/internal/taskref"
)

// maxServiceTasks is how many stopped tasks of a service are looked at at once.
const maxServiceTasks = 20

// ServiceStops are stopped tasks of a service.
type ServiceStops struct {
	// Tasks are their diagnoses, the newest stop first. One that is not kept
	// has no id: it is made from the task's own facts alone, and less sure.
	Tasks []diagnose.Diagnosis
	// More is set where older ones are known that were not looked at.
	More bool
	// Unread is how many could not be looked at.
	Unread int
}

// Service looks at the newest stopped tasks of a service: at what is kept of
// them, and for the others at their own facts, which costs next to nothing. Its
// errors are those of Diagnose.
func (c *Casebook) Service(ctx context.Context, service taskref.Ref) (ServiceStops, error) {
	if err := onlyService(service); err != nil {
		return ServiceStops{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, c.opts.Timeout)
	defer cancel()
	tasks, err := c.opts.Collector.StoppedTasks(ctx, service, maxServiceTasks+1)
	if err != nil {
		return ServiceStops{}, fmt.Errorf("list the stopped tasks of service %s: %w", service.Service(), c.inTime(err))
	}
	stops := ServiceStops{More: len(tasks) > maxServiceTasks}
	stops.Tasks, err = c.glances(ctx, tasks[:min(len(tasks), maxServiceTasks)])
	stops.Unread = min(len(tasks), maxServiceTasks) - len(stops.Tasks)
	if len(stops.Tasks) == 0 && err != nil {
		return ServiceStops{}, fmt.Errorf("look at the stopped tasks of service %s: %w", service.Service(), c.inTime(err))
	}
	return stops, nil
}

// onlyService refuses what is the address of something else.
func onlyService(ref taskref.Ref) error {
	if ref.Kind() == taskref.KindService {
		return nil
	}
	return &Error{Kind: NotAReference, Message: "this is no service; paste the service's ARN or the address of its page in the AWS console"}
}

// glances looks at tasks, in their order. Those that cannot be looked at are
// left out; the error is that of one of them.
func (c *Casebook) glances(ctx context.Context, tasks []taskref.Ref) ([]diagnose.Diagnosis, error) {
	found := make([]*diagnose.Diagnosis, len(tasks))
	var group errgroup.Group // one failure does not end the others
	for i, task := range tasks {
		group.Go(func() (err error) {
			found[i], err = c.glance(ctx, task)
			if err != nil {
				c.opts.Log.WarnContext(ctx, "a task of a service cannot be looked at", "task", task.TaskID, "error", err)
			}
			return err
		})
	}
	err := group.Wait()
	var seen []diagnose.Diagnosis
	for _, d := range slices.DeleteFunc(found, func(d *diagnose.Diagnosis) bool { return d == nil }) {
		seen = append(seen, *d)
	}
	return seen, err
}

// glance gives what is kept of a stopped task, or what its own facts tell. That
// is not kept: who opens the task's report gets it looked into.
func (c *Casebook) glance(ctx context.Context, task taskref.Ref) (*diagnose.Diagnosis, error) {
	kept, err := c.latest(ctx, task)
	if err != nil {
		return nil, err
	}
	if kept != nil && stopped(*kept) {
		return kept, nil
	}
	ticket := c.shallowLooks.lineUp(forPeople)
	defer ticket.giveBack()
	if err := ticket.wait(ctx); err != nil {
		return nil, err
	}
	c.counts.shallow.Add(1)
	ev, err := c.opts.Collector.CollectFacts(ctx, task, nil, func(collect.Progress) {})
	if err != nil {
		return nil, fmt.Errorf("look at task %s: %w", task.TaskID, err)
	}
	d := conclude(ev).Diagnosis
	return &d, nil
}
