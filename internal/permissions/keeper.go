package permissions

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// Tester asks AWS.
type Tester interface {
	// Permissions are those that the service uses with any setting, in the order
	// in which people read of them.
	Permissions() []Permission
	// Places are those that are read, the most important first.
	Places(ctx context.Context) ([]Place, error)
	// Try makes a harmless call for each permission in a place. It never fails:
	// what could not be tried is unknown. It changes nothing.
	Try(ctx context.Context, place Place) []Trial
	// Uses are what real calls came to, the last of each kind.
	Uses() []Use
}

const (
	// Fresh is how long a report is given again without trying: CloudTrail takes
	// two calls a second in an account, and people wait for these too.
	Fresh = 5 * time.Minute
	// Again is how long it is given even to who asks to try again.
	Again = 10 * time.Second

	// maxPlaces bounds the places that are tried.
	maxPlaces = 5
	// tryTime bounds trying all of them.
	tryTime = 30 * time.Second
)

// Keeper tries permissions, once at a time, and keeps what came of it. It is
// safe for concurrent use.
type Keeper struct {
	tester Tester
	now    func() time.Time
	trying chan struct{} // holds a token while nobody tries

	mu   sync.Mutex
	last kept
}

// kept is what the last trials came to; at is zero before the first.
type kept struct {
	at      time.Time
	places  []Place
	trials  [][]Trial // by place
	leftOut int
}

// NewKeeper makes a Keeper that has tried nothing.
func NewKeeper(tester Tester, now func() time.Time) *Keeper {
	k := &Keeper{tester: tester, now: now, trying: make(chan struct{}, 1)}
	k.trying <- struct{}{}
	return k
}

// Last is the report of the last trials and of all real calls until now; false
// where nothing was tried yet.
func (k *Keeper) Last() (Report, bool) {
	k.mu.Lock()
	last := k.last
	k.mu.Unlock()
	if last.at.IsZero() {
		return Report{}, false
	}
	r := Report{At: last.at, LeftOut: last.leftOut}
	uses := k.tester.Uses()
	for i, place := range last.places {
		r.Places = append(r.Places, find(k.tester.Permissions(), place, last.at, last.trials[i], uses))
	}
	return r, true
}

// Try tries all permissions, unless that was done less than fresh ago. Whoever
// asks meanwhile waits for those who try already.
func (k *Keeper) Try(ctx context.Context, fresh time.Duration) (Report, error) {
	select {
	case <-k.trying:
		defer func() { k.trying <- struct{}{} }()
	case <-ctx.Done():
		return Report{}, fmt.Errorf("wait for the trial of permissions: %w", ctx.Err())
	}
	if r, ok := k.Last(); ok && k.now().Sub(r.At) < fresh {
		return r, nil
	}
	within, cancel := context.WithTimeout(ctx, tryTime)
	defer cancel()
	places, err := k.tester.Places(within)
	if err != nil {
		return Report{}, fmt.Errorf("find the places to try permissions in: %w", err)
	}
	tried := kept{places: places[:min(len(places), maxPlaces)]}
	tried.leftOut = len(places) - len(tried.places)
	for _, place := range tried.places {
		tried.trials = append(tried.trials, k.tester.Try(within, place))
	}
	if err := ctx.Err(); err != nil { // whoever asked has left, and with them the calls ended
		return Report{}, fmt.Errorf("try permissions: %w", err)
	}
	tried.at = k.now()
	k.mu.Lock()
	k.last = tried
	k.mu.Unlock()
	r, _ := k.Last()
	return r, nil
}
