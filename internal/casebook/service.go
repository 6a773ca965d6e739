package casebook

import (
	"context"
	"fmt"
	"slices"

	"golang.org/x/sync/errgroup"

	"whystopped/internal/collect"
	"whystopped/internal/diagnose"
	"whystopped/internal/problem"
	"whystopped/internal/taskref"
	"whystopped/internal/words"
)

// maxServiceTasks is how many stopped tasks of a service are diagnosed at once.
const maxServiceTasks = 20

// ServiceStops are stopped tasks of a service.
type ServiceStops struct {
	// Tasks are their diagnoses, the newest stop first. One that is not kept
	// has no id: it is made from the task's own facts alone, and less sure.
	Tasks []diagnose.Diagnosis
	// More is set if older ones are known that were not diagnosed.
	More bool
	// Unread is how many could not be read.
	Unread int
}

// Service returns the newest stopped tasks of a service: their stored diagnoses, and
// those of their own facts for the others, which cost next to nothing. Its errors
// are those of Diagnose.
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
	stops.Tasks, err = c.factsOnly(ctx, tasks[:min(len(tasks), maxServiceTasks)])
	stops.Unread = min(len(tasks), maxServiceTasks) - len(stops.Tasks)
	if len(stops.Tasks) == 0 && err != nil {
		return ServiceStops{}, fmt.Errorf("read the stopped tasks of service %s: %w", service.Service(), c.inTime(err))
	}
	return stops, nil
}

// onlyService refuses what is the address of something else.
func onlyService(ref taskref.Ref) error {
	if ref.Kind() == taskref.KindService {
		return nil
	}
	return problem.New(NotAReference, nil, words.Say("reference.no-service", nil), words.Say("paste.service", nil))
}

// factsOnly diagnoses tasks by their facts, in their order. Those that can't be read
// are left out; the error is that of one of them.
func (c *Casebook) factsOnly(ctx context.Context, tasks []taskref.Ref) ([]diagnose.Diagnosis, error) {
	found := make([]*diagnose.Diagnosis, len(tasks))
	var group errgroup.Group // one failure does not end the others
	for i, task := range tasks {
		group.Go(func() (err error) {
			found[i], err = c.storedOrFacts(ctx, task)
			if err != nil {
				c.opts.Log.WarnContext(ctx, "a task of a service cannot be done at", "task", task.TaskID, "error", err)
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

// storedOrFacts returns the stored diagnosis of a stopped task, or one of its own
// facts. That isn't stored: who opens the task's report gets a full run.
func (c *Casebook) storedOrFacts(ctx context.Context, task taskref.Ref) (*diagnose.Diagnosis, error) {
	kept, err := c.latest(ctx, task)
	if err != nil {
		return nil, err
	}
	if kept != nil && stopped(*kept) {
		return kept, nil
	}
	ticket := c.factsRuns.lineUp(forPeople)
	defer ticket.giveBack()
	if err := ticket.wait(ctx); err != nil {
		return nil, err
	}
	c.counts.factsOnly.Add(1)
	ev, err := c.opts.Collector.CollectFacts(ctx, task, nil, func(collect.Progress) {})
	if err != nil {
		return nil, fmt.Errorf("read task %s: %w", task.TaskID, err)
	}
	d := conclude(ev).Diagnosis
	return &d, nil
}
