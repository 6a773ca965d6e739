package limit

import (
	"maps"
	"sync"
	"time"

	"whystopped/internal/awsclient/failure"
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

// Meter counts calls and waits.
type Meter struct {
	mu     sync.Mutex
	calls  map[Call]int64
	queues map[string]*QueueMeter
}

// NewMeter returns a Meter at zero.
func NewMeter() *Meter {
	return &Meter{calls: map[Call]int64{}, queues: map[string]*QueueMeter{}}
}

// Count counts a request that was sent, by what came of it.
func (m *Meter) Count(operation string, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.calls[Call{operation, ResultOf(err)}]++
}

// ResultOf says in a word what came of a call.
func ResultOf(err error) string {
	if err == nil {
		return "ok"
	}
	switch failure.Of(err).Kind {
	case failure.Denied:
		return "denied"
	case failure.Throttled:
		return "throttled"
	case failure.HeldBack:
		return "held-back" // of a span only: such a call was not sent, and is not counted
	case failure.Timeout:
		return "timeout"
	case failure.BadCredentials:
		return "bad-credentials"
	case failure.NoHost, failure.NoConnection:
		return "unreachable"
	}
	return "error"
}

// Queue is the meter of one kind of quota.
func (m *Meter) Queue(kind string) *QueueMeter {
	m.mu.Lock()
	defer m.mu.Unlock()
	q := m.queues[kind]
	if q == nil {
		q = &QueueMeter{}
		m.queues[kind] = q
	}
	return q
}

// Stats returns the counts so far.
func (m *Meter) Stats() Stats {
	m.mu.Lock()
	defer m.mu.Unlock()
	s := Stats{Calls: maps.Clone(m.calls), Queues: make(map[string]QueueStats, len(m.queues))}
	for kind, q := range m.queues {
		s.Queues[kind] = q.read()
	}
	return s
}

// QueueMeter counts those who wait at all gates of a kind.
type QueueMeter struct {
	mu    sync.Mutex
	stats QueueStats
}

func (q *QueueMeter) read() QueueStats {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.stats
}

func (q *QueueMeter) entered(p priority) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.stats.Waits++
	*q.length(p)++
}

func (q *QueueMeter) waited(p priority, d time.Duration) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.stats.Waited += d
	*q.length(p)--
}

func (q *QueueMeter) heldBack() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.stats.HeldBack++
}

func (q *QueueMeter) length(p priority) *int {
	if p == background {
		return &q.stats.Background
	}
	return &q.stats.People
}
