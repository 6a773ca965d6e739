package app

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// TestASlowStoreIsNoReasonToLeave asks a store every ten seconds that takes longer
// to answer from time to time. The clock is the bubble's own.
func TestASlowStoreIsNoReasonToLeave(t *testing.T) {
	const never = time.Hour
	broken := errors.New("connection refused")
	type answer struct {
		slow, fails bool
	}
	well, slow, fails := answer{}, answer{slow: true}, answer{fails: true}
	tests := []struct {
		name  string
		takes []time.Duration // one ping after the other, the last again and again; negative for an error
		want  []answer        // of one question after the other
	}{
		{"quick", []time.Duration{0}, []answer{well, well, well}},
		{"not there at the start", []time.Duration{never}, []answer{fails, fails}},
		{"there a little later", []time.Duration{3 * time.Second, 0}, []answer{fails, well}},
		{"slow for a while", []time.Duration{0, 5 * time.Second, 9 * time.Second, 0}, []answer{well, slow, slow, well}},
		{"slow for long", []time.Duration{0, 5 * time.Second}, []answer{well, slow, slow, slow, slow, slow, slow, slow}},
		{"gone", []time.Duration{0, never}, []answer{well, slow, slow, fails, fails, fails}},
		{"gone and back", []time.Duration{0, never, 0}, []answer{well, slow, slow, fails, well}},
		{"broken", []time.Duration{0, -1}, []answer{well, fails, fails}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				begin, pings := time.Now(), 0
				c := storeCheck{ping: func(ctx context.Context) error {
					takes := test.takes[min(pings, len(test.takes)-1)]
					pings++
					if takes < 0 {
						return broken
					}
					select {
					case <-time.After(takes):
						return nil
					case <-ctx.Done():
						return ctx.Err()
					}
				}}
				for i, want := range test.want {
					ctx, cancel := context.WithTimeout(t.Context(), checkTime)
					slow, err := c.ask(ctx)
					cancel()
					if got := (answer{slow, err != nil}); got != want {
						t.Errorf("question %d: %+v (%v), want %+v", i, got, err, want)
					}
					time.Sleep(time.Until(begin.Add(time.Duration(i+1) * (10*time.Second + time.Millisecond))))
				}
				time.Sleep(storePatience) // the last question comes to its end
			})
		})
	}
}
