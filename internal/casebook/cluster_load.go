package casebook

import (
	"sync"
	"time"

	"whystopped/internal/taskref"
)

const (
	// A cluster is busy while so many full runs of its tasks are under way, or
	// began within the last busyTime. It takes a bad deploy, or an alarm that
	// many people follow.
	busyUnderway = 3
	busyBegun    = 6
	busyTime     = time.Minute

	// maxClusters is how many clusters are remembered before the quiet ones are
	// forgotten.
	maxClusters = 1000
)

// clusterLoads counts the recent full runs by cluster.
type clusterLoads struct {
	now func() time.Time

	mu       sync.Mutex
	clusters map[taskref.Ref]*clusterLoad
}

// clusterLoad is what is going on in one cluster.
type clusterLoad struct {
	underway int
	begun    []time.Time // the newest, at most busyBegun, oldest first
}

func (p *clusterLoad) busy(now time.Time) bool {
	return p.underway >= busyUnderway || len(p.begun) == busyBegun && now.Sub(p.begun[0]) < busyTime
}

func (p *clusterLoad) quiet(now time.Time) bool {
	return p.underway == 0 && now.Sub(p.begun[len(p.begun)-1]) >= busyTime
}

// enter counts a full run that begins, until leave is called. Unless it is wanted
// anyway, it doesn't begin in a busy cluster: leave is nil then.
func (t *clusterLoads) enter(cluster taskref.Ref, anyway bool) (leave func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.now()
	p := t.clusters[cluster]
	if p == nil {
		p = t.add(cluster, now)
	}
	if p.busy(now) && !anyway {
		return nil
	}
	p.underway++
	if len(p.begun) == busyBegun {
		p.begun = p.begun[:copy(p.begun, p.begun[1:])]
	}
	p.begun = append(p.begun, now)
	return func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		p.underway--
	}
}

func (t *clusterLoads) add(cluster taskref.Ref, now time.Time) *clusterLoad {
	if t.clusters == nil {
		t.clusters = map[taskref.Ref]*clusterLoad{}
	}
	if len(t.clusters) >= maxClusters {
		for other, p := range t.clusters {
			if p.quiet(now) {
				delete(t.clusters, other)
			}
		}
	}
	p := &clusterLoad{}
	t.clusters[cluster] = p
	return p
}
