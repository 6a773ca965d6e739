package casebook

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func isRunning(t *ticket) bool {
	select {
	case <-t.turn:
		return true
	default:
		return false
	}
}

func TestPeopleGoFirst(t *testing.T) {
	q := &queue{limit: 1}
	running := q.lineUp(inBackground)
	if !isRunning(running) {
		t.Fatal("an empty queue lets nobody run")
	}
	background, hurried, person := q.lineUp(inBackground), q.lineUp(inBackground), q.lineUp(forPeople)
	hurried.hurry(forPeople)
	hurried.hurry(inBackground) // who hurries never goes back
	if n, waiting := q.lengths(); n != 1 || waiting != [urgencies]int{forPeople: 2, inBackground: 1} {
		t.Errorf("%d run and %v wait, want 1 and 2 people, 1 in the background", n, waiting)
	}
	var order []string
	names := map[*ticket]string{background: "background", hurried: "hurried", person: "person"}
	for current := running; len(order) < 3; {
		current.giveBack()
		for ticket, name := range names {
			if isRunning(ticket) {
				order, current = append(order, name), ticket
				delete(names, ticket)
			}
		}
	}
	if diff := cmp.Diff([]string{"person", "hurried", "background"}, order); diff != "" {
		t.Errorf("order (-want +got):\n%s", diff)
	}
}

func TestQueueBound(t *testing.T) {
	q := &queue{limit: 2}
	a, b, c := q.lineUp(forPeople), q.lineUp(forPeople), q.lineUp(forPeople)
	if !isRunning(a) || !isRunning(b) || isRunning(c) {
		t.Fatalf("running: %v %v %v, want the first two", isRunning(a), isRunning(b), isRunning(c))
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if err := c.wait(gone); !errors.Is(err, context.Canceled) {
		t.Errorf("wait = %v, want context.Canceled", err)
	}
	c.giveBack() // it never ran
	d := q.lineUp(inBackground)
	if isRunning(d) {
		t.Error("who left the line made room for one more than the limit")
	}
	a.giveBack()
	if err := d.wait(t.Context()); err != nil {
		t.Errorf("wait = %v, want its turn", err)
	}
	b.giveBack()
	d.giveBack()
	if n, waiting := q.lengths(); n != 0 || waiting != [urgencies]int{} {
		t.Errorf("%d run and %v wait when all is given back", n, waiting)
	}
}

func TestAJoinedFlightIsHurried(t *testing.T) {
	q := &queue{limit: 0}
	f := &sharedRun{urgency: inBackground, more: newSignal()}
	ticket := f.lineUp(q)
	f.hurry(forPeople)
	if _, waiting := q.lengths(); waiting[forPeople] != 1 {
		t.Errorf("waiting %v, want the sharedRun among those that people wait for", waiting)
	}
	ticket.giveBack()
	if f.lineUp(q); f.ticket.urgency != forPeople {
		t.Error("a second look of the sharedRun waits in the background again")
	}
}
