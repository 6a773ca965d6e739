package awsclient

import (
	"maps"
	"sync"
	"time"
)

// Stats are counts since the start, of all accounts and regions together.
type Stats struct {
	// Calls are the requests that were sent to AWS, retries included.
	Calls map[Call]int64
	// Queues are those who waited for a quota, by its kind ("cloudtrail").
	Queues map[string]QueueStats
}

// Call is an operation and what came of it.
type Call struct {
	Operation string // "ecs:DescribeTasks"
	Result    string // ok, denied, throttled, timeout, bad-credentials, unreachable or error
}

// QueueStats are those who waited for one kind of quota.
type QueueStats struct {
	Waits    int64         // calls that had to wait, whether or not they went then
	Waited   time.Duration // their waiting, added up
	HeldBack int64         // calls that were not sent, since their turn would have come too late
	// People and Background are how many wait now.
	People, Background int
}

// Stats tells what the collector has done so far.
func (c *Collector) Stats() Stats { return c.meter.stats() }

// meter counts calls and waits.
type meter struct {
	mu     sync.Mutex
	calls  map[Call]int64
	queues map[string]*queueMeter
}

func newMeter() *meter {
	return &meter{calls: map[Call]int64{}, queues: map[string]*queueMeter{}}
}

func (m *meter) count(operation string, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.calls[Call{operation, resultOf(err)}]++
}

// resultOf says in a word what came of a call.
func resultOf(err error) string {
	if err == nil {
		return "ok"
	}
	switch understand(err).kind {
	case failedDenied:
		return "denied"
	case failedThrottled:
		return "throttled"
	case failedHeldBack:
		return "held-back" // of a span only: such a call was not sent, and is not counted
	case failedTimeout:
		return "timeout"
	case failedBadCredentials:
		return "bad-credentials"
	case failedNoHost, failedNoConnection:
		return "unreachable"
	}
	return "error"
}

// queue is the meter of one kind of quota.
func (m *meter) queue(kind string) *queueMeter {
	m.mu.Lock()
	defer m.mu.Unlock()
	q := m.queues[kind]
	if q == nil {
		q = &queueMeter{}
		m.queues[kind] = q
	}
	return q
}

func (m *meter) stats() Stats {
	m.mu.Lock()
	defer m.mu.Unlock()
	s := Stats{Calls: maps.Clone(m.calls), Queues: make(map[string]QueueStats, len(m.queues))}
	for kind, q := range m.queues {
		s.Queues[kind] = q.read()
	}
	return s
}

// queueMeter counts those who wait at all gates of a kind.
type queueMeter struct {
	mu    sync.Mutex
	stats QueueStats
}

func (q *queueMeter) read() QueueStats {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.stats
}

func (q *queueMeter) entered(p priority) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.stats.Waits++
	*q.length(p)++
}

func (q *queueMeter) waited(p priority, d time.Duration) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.stats.Waited += d
	*q.length(p)--
}

func (q *queueMeter) heldBack() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.stats.HeldBack++
}

func (q *queueMeter) length(p priority) *int {
	if p == background {
		return &q.stats.Background
	}
	return &q.stats.People
}
