package limit

import (
	"context"
	"errors"
	"math"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"whystopped/internal/awsclient/failure"
	"whystopped/internal/collect"
)

// passed is a call that a gate let through, and when.
type passed struct {
	name string
	at   time.Duration
}

// queueUp lets calls come to a gate in their order and tells when each went.
func queueUp(g *Gate, calls []string, ctx func(name string) context.Context) []passed {
	var mu sync.Mutex
	var went []passed
	var wg sync.WaitGroup
	began := time.Now()
	for _, name := range calls {
		wg.Go(func() {
			if err := g.Pass(ctx(name)); err != nil {
				name += ": " + err.Error()
			}
			mu.Lock()
			defer mu.Unlock()
			went = append(went, passed{name, time.Since(began)})
		})
		synctest.Wait() // until it has joined the queue
	}
	wg.Wait()
	return went
}

var twoASecond = Quota{Kind: "test", perSecond: 2, burst: 1}

func TestPeopleGoBeforeBackgroundWork(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := NewMeter()
		g := NewGate(twoASecond, m.Queue("test"))
		got := queueUp(g, []string{"background 1", "background 2", "person 1", "background 3", "person 2"}, func(name string) context.Context {
			if name[0] == 'b' {
				return collect.Background(t.Context())
			}
			return t.Context()
		})
		want := []passed{
			{"background 1", 0},
			{"person 1", 500 * time.Millisecond},
			{"person 2", time.Second},
			{"background 2", 1500 * time.Millisecond},
			{"background 3", 2 * time.Second},
		}
		if !slices.Equal(got, want) {
			t.Errorf("went\n%v\nwant\n%v", got, want)
		}
		if s := m.Stats().Queues["test"]; s.Waits != 4 || s.Waited != 5*time.Second || s.People != 0 || s.Background != 0 {
			t.Errorf("counted %+v, want 4 waits of 5s together, and nobody waiting", s)
		}
	})
}

func TestTheQueueTellsItsLength(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := NewMeter()
		g := NewGate(twoASecond, m.Queue("test"))
		if err := g.Pass(t.Context()); err != nil { // goes at once
			t.Fatal(err)
		}
		for range 2 {
			go g.Pass(t.Context())
		}
		for range 2 {
			go g.Pass(collect.Background(t.Context()))
		}
		synctest.Wait()
		if s := m.Stats().Queues["test"]; s.People != 2 || s.Background != 2 {
			t.Errorf("counted %+v, want two of each waiting beside the one that went", s)
		}
		time.Sleep(time.Minute) // on the bubble's clock
	})
}

func TestWhoWouldComeTooLateIsHeldBackAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := NewMeter()
		g := NewGate(twoASecond, m.Queue("test"))
		calls := make([]string, 15)
		got := queueUp(g, calls, func(string) context.Context { return t.Context() })
		// One goes at once and ten within the five seconds that people wait.
		heldBack := slices.DeleteFunc(slices.Clone(got), func(p passed) bool { return p.name == "" })
		if len(heldBack) != 4 || heldBack[0].at != 0 || got[len(got)-1].at != 5*time.Second {
			t.Errorf("went %v, want four held back at once and the last one after 5s", got)
		}
		if s := m.Stats().Queues["test"]; s.HeldBack != 4 || s.Waits != 10 {
			t.Errorf("counted %+v", s)
		}
		soon, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
		defer cancel()
		if err := g.Pass(soon); !errors.Is(err, failure.ErrHeldBack) {
			t.Errorf("error %v: the next turn is after the deadline", err)
		}
	})
}

func TestWhoLeavesTheQueueHoldsNobodyUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := NewGate(twoASecond, NewMeter().Queue("test"))
		leaving, leave := context.WithCancel(t.Context())
		time.AfterFunc(100*time.Millisecond, leave)
		got := queueUp(g, []string{"first", "leaves", "last"}, func(name string) context.Context {
			if name == "leaves" {
				return leaving
			}
			return t.Context()
		})
		want := []passed{{"first", 0}, {"leaves: context canceled", 100 * time.Millisecond}, {"last", 500 * time.Millisecond}}
		if !slices.Equal(got, want) {
			t.Errorf("went\n%v\nwant\n%v", got, want)
		}
	})
}

func TestQuotasAreBelowThoseOfAWS(t *testing.T) {
	// What AWS lets through in any one second.
	perSecond := map[string]struct {
		quota Quota
		most  float64
	}{
		"ECS cluster resources": {ClusterResourceRead, 120}, "ECS clusters": {ClusterRead, 70}, "ECS services": {ServiceRead, 120},
		"ECS task definitions": {DefinitionRead, 70}, "GetLogEvents": {LogRead, 25}, "FilterLogEvents": {LogFilter, 5},
		"LookupEvents": {TrailLookup, 2},
	}
	for name, tt := range perSecond {
		if q := tt.quota; math.Floor(float64(q.perSecond))+float64(q.burst) > tt.most {
			t.Errorf("%s: %v a second and %d at once, AWS takes %v", name, q.perSecond, q.burst, tt.most)
		}
	}
	if !IAMRead.Global {
		t.Error("IAM has one quota for all regions")
	}
}
