package guard_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"whystopped/internal/guard"
)

// take is Turns.Take for a test in which the turn comes.
func take(t *testing.T, turns *guard.Turns, client string) (giveBack func()) {
	t.Helper()
	giveBack, err := turns.Take(t.Context(), client)
	if err != nil {
		t.Fatalf("Take(%q): %v", client, err)
	}
	return giveBack
}

func TestTurns(t *testing.T) {
	turns := guard.NewTurns(guard.TurnsOptions{Most: 3, Each: 2, Queue: 3, Wait: time.Nanosecond})
	one, two := take(t, turns, "a"), take(t, turns, "a")
	if _, err := turns.Take(t.Context(), "a"); !errors.Is(err, guard.ErrShare) {
		t.Errorf("a third of one client: %v, want ErrShare", err)
	}
	three := take(t, turns, "b")
	if _, err := turns.Take(t.Context(), "c"); !errors.Is(err, guard.ErrTurn) {
		t.Errorf("a fourth of all: %v, want ErrTurn", err)
	}
	if _, err := turns.Take(t.Context(), ""); !errors.Is(err, guard.ErrTurn) {
		t.Errorf("a fourth of all, of no client: %v, want ErrTurn", err)
	}
	one()
	take(t, turns, "a")()
	take(t, turns, "c")()
	two()
	three()
	for range 3 { // no client is no single one
		take(t, turns, "")
	}
}

// TestATurnComesToWhoWaits: who waits runs as soon as another one ends, and who
// leaves meanwhile takes no place.
func TestATurnComesToWhoWaits(t *testing.T) {
	turns := guard.NewTurns(guard.TurnsOptions{Most: 1, Each: 1, Queue: 2, Wait: time.Minute})
	first := take(t, turns, "a")
	left, leave := context.WithCancel(t.Context())
	leave()
	if _, err := turns.Take(left, "b"); !errors.Is(err, context.Canceled) {
		t.Errorf("who left: %v, want context.Canceled", err)
	}
	var waiting sync.WaitGroup
	for _, client := range []string{"a", "b", "c"} {
		waiting.Go(func() {
			giveBack, err := turns.Take(t.Context(), client)
			if err != nil {
				t.Errorf("Take(%q): %v", client, err)
				return
			}
			giveBack()
		})
	}
	first()
	waiting.Wait()
}

// TestOneClientMayNotQueueUpForEver: above its queue a client is refused at once.
func TestOneClientMayNotQueueUpForEver(t *testing.T) {
	turns := guard.NewTurns(guard.TurnsOptions{Most: 1, Each: 1, Queue: 2, Wait: time.Minute})
	first := take(t, turns, "a")
	var waiting sync.WaitGroup
	refused := make(chan struct{}, 10)
	for range 10 {
		waiting.Go(func() {
			giveBack, err := turns.Take(t.Context(), "a")
			if errors.Is(err, guard.ErrShare) {
				refused <- struct{}{}
				return
			}
			giveBack()
		})
	}
	for range 9 {
		<-refused
	}
	first()
	waiting.Wait()
}
