package casebook

import "sync/atomic"

// Stats are the figures of a Casebook for those who run it.
type Stats struct {
	// Running are looks at AWS that are under way. WaitingPeople and
	// WaitingBackground are those in the queue, by who waits for them.
	Running, WaitingPeople, WaitingBackground int
	// Crowds are tasks that stopped alike, of late; they have CrowdTasks tasks.
	Crowds, CrowdTasks int

	// These count since the start. DeepLooks read all of a task's sources,
	// ShallowLooks only the task itself. Shared are questions that were
	// answered by a look that somebody else had begun. Lent are diagnoses
	// that stand on sibling tasks' evidence.
	DeepLooks, ShallowLooks, Shared, Lent, Refreshed uint64
}

// counts are the figures that only grow.
type counts struct {
	deep, shallow, joined, lent, refreshed atomic.Uint64
}

// Stats tells how things stand.
func (c *Casebook) Stats() Stats {
	deep, deepWaiting := c.deepLooks.lengths()
	shallow, shallowWaiting := c.shallowLooks.lengths()
	crowds, tasks := c.crowds.lengths()
	return Stats{
		Running:           deep + shallow,
		WaitingPeople:     deepWaiting[forPeople] + shallowWaiting[forPeople],
		WaitingBackground: deepWaiting[inBackground] + shallowWaiting[inBackground],
		Crowds:            crowds, CrowdTasks: tasks,
		DeepLooks: c.counts.deep.Load(), ShallowLooks: c.counts.shallow.Load(), Shared: c.counts.joined.Load(),
		Lent: c.counts.lent.Load(), Refreshed: c.counts.refreshed.Load(),
	}
}
