package cause

import (
	"math/rand/v2"
	"testing"

	"whystopped/internal/diagnose/denial"
)

// TestCallsAreFoundAsSameCallSays compares the index with what it stands for:
// asking SameCall of one refusal after the other.
func TestCallsAreFoundAsSameCallSays(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	word := func() string { return []string{"", "a", "b"}[random.IntN(3)] }
	place := func() Place { return []Place{Stopped, Event, Log, Pasted}[random.IntN(4)] }
	for round := range 300 {
		type seen struct {
			denial.Denial
			place Place
		}
		var all []seen
		c := newCalls()
		for range 40 {
			d := denial.Denial{Action: word(), Resource: word(), Service: word(), Operation: word()}
			d.Principal.Role, d.Principal.User = word(), word()
			at, want := place(), -1
			for i, s := range all {
				if s.SameCall(d) && s.place&(Log|Pasted) == at&(Log|Pasted) {
					want = i
					break
				}
			}
			got, ok := c.find(d, at)
			if ok != (want >= 0) || ok && got != want {
				t.Fatalf("round %d: find(%+v) = %d, %t, want %d", round, d, got, ok, want)
			}
			if !ok {
				c.add(d, at, len(all))
				all = append(all, seen{d, at})
			}
		}
	}
}
