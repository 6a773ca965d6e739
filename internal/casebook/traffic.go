package casebook

import (
	"sync"
	"time"

	"whystopped/internal/taskref"
)

const (
	// A cluster is crowded while so many deep looks at its tasks are under
	// way, or began within the last crowdTime. It takes a bad deploy, or an
	// alarm that many people follow, to crowd one.
	crowdUnderway = 3
	crowdBegun    = 6
	crowdTime     = time.Minute

	// maxPlaces is how many clusters are remembered before the quiet ones are
	// forgotten.
	maxPlaces = 1000
)

// traffic counts the deep looks of late, by cluster.
type traffic struct {
	now func() time.Time

	mu     sync.Mutex
	places map[taskref.Ref]*place
}

// place is one cluster.
type place struct {
	underway int
	begun    []time.Time // the newest, at most crowdBegun, oldest first
}

func (p *place) crowded(now time.Time) bool {
	return p.underway >= crowdUnderway || len(p.begun) == crowdBegun && now.Sub(p.begun[0]) < crowdTime
}

func (p *place) quiet(now time.Time) bool {
	return p.underway == 0 && now.Sub(p.begun[len(p.begun)-1]) >= crowdTime
}

// enter counts a deep look that begins, until leave is called. Unless it is
// wanted anyway, it does not begin in a crowded cluster: leave is nil then.
func (t *traffic) enter(cluster taskref.Ref, anyway bool) (leave func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.now()
	p := t.places[cluster]
	if p == nil {
		p = t.add(cluster, now)
	}
	if p.crowded(now) && !anyway {
		return nil
	}
	p.underway++
	if len(p.begun) == crowdBegun {
		p.begun = p.begun[:copy(p.begun, p.begun[1:])]
	}
	p.begun = append(p.begun, now)
	return func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		p.underway--
	}
}

func (t *traffic) add(cluster taskref.Ref, now time.Time) *place {
	if t.places == nil {
		t.places = map[taskref.Ref]*place{}
	}
	if len(t.places) >= maxPlaces {
		for other, p := range t.places {
			if p.quiet(now) {
				delete(t.places, other)
			}
		}
	}
	p := &place{}
	t.places[cluster] = p
	return p
}
