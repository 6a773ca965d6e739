package casebook

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestStandingOfAnIncident(t *testing.T) {
	c := morning()
	book := New(Options{Now: c.now})
	first := c.at
	in := book.incidents.join(crashed(7), "a")
	book.incidents.join(crashed(8), "of another one")
	c.at = c.at.Add(5 * time.Minute)
	book.incidents.join(crashed(7), "b")
	book.incidents.join(crashed(7), "b")
	got, ok := book.Incident(in.id)
	if diff := cmp.Diff(Standing{ID: in.id, Tasks: 2, First: first, Last: c.at}, got); !ok || diff != "" {
		t.Errorf("known: %v (-want +got):\n%s", ok, diff)
	}
	if got, ok := book.Incident("unknown"); ok {
		t.Errorf("an incident that never was stands at %+v", got)
	}
}
