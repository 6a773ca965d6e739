package casebook

import "sync/atomic"

// Stats are the figures of a Casebook for those who run it.
type Stats struct {
	// Running are runs that ask AWS now. WaitingPeople and WaitingBackground are
	// those in the queue, by who waits for them.
	Running, WaitingPeople, WaitingBackground int
	// Cohorts are recent tasks that stopped for the same reason; they have
	// CohortTasks tasks.
	Cohorts, CohortTasks int

	// These count since the start. FullRuns read all of a task's sources,
	// FactsRuns only the task itself. Shared are questions that were answered by
	// a run that somebody else had started. FromSiblings are diagnoses that stand
	// on sibling tasks' evidence.
	FullRuns, FactsRuns, Shared, FromSiblings, Refreshed uint64
}

// counts are the figures that only grow.
type counts struct {
	full, factsOnly, joined, fromSiblings, refreshed atomic.Uint64
}

// Stats returns the figures as they stand.
func (c *Casebook) Stats() Stats {
	full, fullWaiting := c.fullRuns.lengths()
	facts, factsWaiting := c.factsRuns.lengths()
	cohorts, tasks := c.cohorts.lengths()
	return Stats{
		Running:           full + facts,
		WaitingPeople:     fullWaiting[forPeople] + factsWaiting[forPeople],
		WaitingBackground: fullWaiting[inBackground] + factsWaiting[inBackground],
		Cohorts:           cohorts, CohortTasks: tasks,
		FullRuns: c.counts.full.Load(), FactsRuns: c.counts.factsOnly.Load(), Shared: c.counts.joined.Load(),
		FromSiblings: c.counts.fromSiblings.Load(), Refreshed: c.counts.refreshed.Load(),
	}
}
