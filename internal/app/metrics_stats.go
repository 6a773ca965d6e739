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
	awsCalls    = describe("aws_calls_total", "Requests to AWS, including retries.", "operation", "result")
	quotaWaits  = describe("aws_quota_waits_total", "AWS calls that waited for whystopped's own quota.", "quota")
	quotaWaited = describe("aws_quota_wait_seconds_total", "Total time that AWS calls waited for whystopped's own quota.", "quota")
	quotaHeld   = describe("aws_quota_held_back_total", "AWS calls not sent because the quota would have delayed them past their deadline.", "quota")
	quotaQueue  = describe("aws_quota_queue", "AWS calls waiting for whystopped's own quota.", "quota", "priority")

	looks        = describe("looks_total", "Task queries in AWS: deep ones read every source, shallow ones only the task.", "kind")
	looksRunning = describe("looks_running", "Task queries running.")
	looksWaiting = describe("looks_waiting", "Task queries waiting to start.", "priority")
	shared       = describe("questions_shared_total", "Requests answered by a query that was already running.")
	lent         = describe("diagnoses_lent_total", "Diagnoses based on the evidence of sibling tasks.")
	refreshed    = describe("diagnoses_refreshed_total", "Diagnoses repeated after CloudTrail caught up.")
	crowds       = describe("crowds", "Groups of tasks that recently stopped for the same reason and share a few queries.")
	crowdTasks   = describe("crowd_tasks", "Tasks in these groups.")

	jobs      = describe("jobs", "Background jobs, by state: ready, running, scheduled, or retry.", "kind", "state")
	incidents = describe("incidents_open", "Ongoing incidents.")
	events    = describe("events_total", "Events received from the queue or by HTTP, by result. For HTTP, not-allowed counts events, the rest requests.", "way", "result")
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
