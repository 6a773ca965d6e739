package casebook

import (
	"context"
	"fmt"
	"slices"
	"sync"
)

// urgency says who waits. The more urgent goes first.
type urgency int

const (
	forPeople urgency = iota
	inBackground
	urgencies int = iota
)

// queue lets a bounded number of runs ask AWS at a time. Who waits goes in
// the order of urgency and then of arrival.
type queue struct {
	limit int

	mu      sync.Mutex
	running int
	waiting [urgencies][]*ticket
}

// ticket is a place in a queue, first waiting and then running. It has to be
// given back.
type ticket struct {
	queue   *queue
	turn    signal // given when it may run
	urgency urgency
}

// lineUp takes a place at the end of its line. It never blocks.
func (q *queue) lineUp(u urgency) *ticket {
	q.mu.Lock()
	defer q.mu.Unlock()
	t := &ticket{queue: q, turn: newSignal(), urgency: u}
	q.waiting[u] = append(q.waiting[u], t)
	q.call()
	return t
}

// call lets run who may.
func (q *queue) call() {
	for u := range q.waiting {
		for q.running < q.limit && len(q.waiting[u]) > 0 {
			next := q.waiting[u][0]
			q.waiting[u] = q.waiting[u][1:]
			q.running++
			close(next.turn)
		}
	}
}

// lengths tells how many run, and how many wait of each urgency.
func (q *queue) lengths() (running int, waiting [urgencies]int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for u := range q.waiting {
		waiting[u] = len(q.waiting[u])
	}
	return q.running, waiting
}

// wait waits for the ticket's turn. It has to be given back also where the
// turn did not come.
func (t *ticket) wait(ctx context.Context) error {
	select {
	case <-t.turn:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("wait in the queue: %w", ctx.Err())
	}
}

// hurry moves a ticket that still waits to the end of a more urgent line.
func (t *ticket) hurry(u urgency) {
	t.queue.mu.Lock()
	defer t.queue.mu.Unlock()
	if u < t.urgency && t.leaveLine() {
		t.urgency = u
		t.queue.waiting[u] = append(t.queue.waiting[u], t)
	}
}

// giveBack lets the next one run.
func (t *ticket) giveBack() {
	t.queue.mu.Lock()
	defer t.queue.mu.Unlock()
	if !t.leaveLine() {
		t.queue.running--
	}
	t.queue.call()
}

// leaveLine takes the ticket out of its line; false if it runs already.
func (t *ticket) leaveLine() bool {
	line := &t.queue.waiting[t.urgency]
	i := slices.Index(*line, t)
	if i < 0 {
		return false
	}
	*line = slices.Delete(*line, i, i+1)
	return true
}
