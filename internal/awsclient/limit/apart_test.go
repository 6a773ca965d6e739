package limit

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// TestCallsKeepApart lets calls take their time on the way, as on a busy machine:
// in no second may more of them come to AWS than it takes.
func TestCallsKeepApart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := NewGate(TrailLookup, NewMeter().Queue("test"))
		const late = 400 * time.Millisecond
		came := make(chan time.Time, 5)
		for i := range cap(came) {
			go func() {
				if err := g.Pass(t.Context()); err != nil {
					t.Errorf("pass: %v", err)
				}
				if i == 0 {
					time.Sleep(late)
				}
				came <- time.Now()
				g.Answered()
			}()
			synctest.Wait()
		}
		var times []time.Time
		for range cap(came) {
			times = append(times, <-came)
		}
		slices.SortFunc(times, time.Time.Compare)
		for i := range len(times) - 2 {
			if within := times[i+2].Sub(times[i]); within < time.Second {
				t.Errorf("three calls came within %s", within)
			}
		}
	})
}

func TestACallWithoutAnAnswerHoldsUpTheNextForAMomentOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := NewGate(TrailLookup, NewMeter().Queue("test"))
		began := time.Now()
		for range 2 {
			if err := g.Pass(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if waited := time.Since(began); waited != unanswered {
			t.Errorf("waited %s behind a call that hangs, want %s", waited, unanswered)
		}
	})
}
