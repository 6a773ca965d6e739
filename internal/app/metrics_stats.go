package app

import (
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"whystopped/internal/awsclient/limit"
	"whystopped/internal/casebook"
	"whystopped/internal/ingest"
	"whystopped/internal/work"
)

// statsCollector reads the figures that awsclient and casebook keep of their
// own work, at the moment when they are asked for.
type statsCollector struct {
	aws       func() limit.Stats
	book      func() casebook.Stats
	jobs      *lately[work.Stats]
	incidents *lately[int]
	events    func() ingest.Stats // of the queue
	sent      *sentEvents
}

func describe(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("whystopped_"+name, help, labels, nil)
}

var (
	awsCalls    = describe("aws_calls_total", "Requests to AWS, retries included.", "operation", "result")
	quotaWaits  = describe("aws_quota_waits_total", "Calls to AWS that had to wait for our own quota.", "quota")
	quotaWaited = describe("aws_quota_wait_seconds_total", "Their time of waiting.", "quota")
	quotaHeld   = describe("aws_quota_held_back_total", "Calls to AWS that were not sent, since their turn would have come too late.", "quota")
	quotaQueue  = describe("aws_quota_queue", "Calls to AWS that wait for our own quota now.", "quota", "priority")

	looks        = describe("looks_total", "Looks at a task in AWS: deep ones read all of its sources, shallow ones the task alone.", "kind")
	looksRunning = describe("looks_running", "Looks that are under way.")
	looksWaiting = describe("looks_waiting", "Looks that wait for their turn.", "priority")
	shared       = describe("questions_shared_total", "Questions that were answered by a look that somebody else had begun.")
	lent         = describe("diagnoses_lent_total", "Diagnoses that stand on the evidence of sibling tasks.")
	refreshed    = describe("diagnoses_refreshed_total", "Diagnoses that were made anew when CloudTrail had settled.")
	crowds       = describe("crowds", "Groups of tasks that stopped alike of late, and share a few looks.")
	crowdTasks   = describe("crowd_tasks", "Tasks in these groups.")

	jobs      = describe("jobs", "Work that is owed, as it was counted last: ready, running, planned for later, or waiting to be tried again.", "kind", "state")
	incidents = describe("incidents_open", "Incidents that go on, as they were counted last.")
	events    = describe("events_total", "Messages of the queue of events and requests that bring events, by what came of them; not-allowed counts the events of requests.", "way", "result")
)

// Describe implements prometheus.Collector.
func (c statsCollector) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{
		awsCalls, quotaWaits, quotaWaited, quotaHeld, quotaQueue,
		looks, looksRunning, looksWaiting, shared, lent, refreshed, crowds, crowdTasks, jobs, incidents, events,
	} {
		to <- d
	}
}

// Collect implements prometheus.Collector.
func (c statsCollector) Collect(to chan<- prometheus.Metric) {
	count := func(d *prometheus.Desc, v float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, v, labels...)
	}
	gauge := func(d *prometheus.Desc, v int, labels ...string) {
		to <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, float64(v), labels...)
	}
	const people, background = "people", "background"
	a := c.aws()
	for call, n := range a.Calls {
		count(awsCalls, float64(n), call.Operation, call.Result)
	}
	for kind, q := range a.Queues {
		count(quotaWaits, float64(q.Waits), kind)
		count(quotaWaited, float64(q.Waited)/float64(time.Second), kind)
		count(quotaHeld, float64(q.HeldBack), kind)
		gauge(quotaQueue, q.People, kind, people)
		gauge(quotaQueue, q.Background, kind, background)
	}
	b := c.book()
	count(looks, float64(b.FullRuns), "deep")
	count(looks, float64(b.FactsRuns), "shallow")
	gauge(looksRunning, b.Running)
	gauge(looksWaiting, b.WaitingPeople, people)
	gauge(looksWaiting, b.WaitingBackground, background)
	count(shared, float64(b.Shared))
	count(lent, float64(b.FromSiblings))
	count(refreshed, float64(b.Refreshed))
	gauge(crowds, b.Cohorts)
	gauge(crowdTasks, b.CohortTasks)
	c.collectWork(count, gauge)
}

func (c statsCollector) collectWork(count func(*prometheus.Desc, float64, ...string), gauge func(*prometheus.Desc, int, ...string)) {
	if owed, ok := c.jobs.get(); ok {
		for key, n := range owed {
			gauge(jobs, n, key.Kind, key.State)
		}
	}
	if open, ok := c.incidents.get(); ok {
		gauge(incidents, open)
	}
	e := c.events()
	for result, n := range map[string]uint64{"accepted": e.Accepted, "ignored": e.Ignored, "not-allowed": e.NotAllowed, "malformed": e.Malformed, "failed": e.Failed} {
		count(events, float64(n), "queue", result)
	}
	for result, n := range map[string]*atomic.Uint64{"accepted": &c.sent.accepted, "not-allowed": &c.sent.notAllowed, "refused": &c.sent.refused, "malformed": &c.sent.malformed, "failed": &c.sent.failed} {
		count(events, float64(n.Load()), "http", result)
	}
}
