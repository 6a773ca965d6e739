package guard

import (
	"context"
	"errors"
	"sync"
	"time"
)

// Why a turn did not come.
var (
	// ErrShare is for a client that has enough under way already.
	ErrShare = errors.New("this client has too much under way")
	// ErrTurn is for whoever would have to wait for others too long.
	ErrTurn = errors.New("too many are before this one")
)

// TurnsOptions are those of Turns. All are needed.
type TurnsOptions struct {
	// Most is how many pieces of work run at a time, and Each how many of one
	// client.
	Most, Each int
	// Queue is how many of one client may run or wait.
	Queue int
	// Wait is how long one waits for its turn.
	Wait time.Duration
}

// Turns lets so many pieces of work run at a time as there are processors for.
// Others wait for their turn, behind those of their own client, so that who has
// much to do holds up nobody but themselves.
type Turns struct {
	o       TurnsOptions
	running chan struct{}

	mu      sync.Mutex
	clients map[string]*line
}

// line is what one client has under way. Who has nothing has none.
type line struct {
	running chan struct{}
	n       int
}

// NewTurns makes Turns.
func NewTurns(o TurnsOptions) *Turns {
	return &Turns{o: o, running: make(chan struct{}, o.Most), clients: map[string]*line{}}
}

// Take waits for a turn, which is to be given back. The client is "" for whoever
// need not be held back from others. The error is ErrShare, ErrTurn, or that of
// the context.
func (t *Turns) Take(ctx context.Context, client string) (giveBack func(), err error) {
	l, ok := t.join(client)
	if !ok {
		return nil, ErrShare
	}
	ctx, cancel := context.WithTimeoutCause(ctx, t.o.Wait, ErrTurn)
	defer cancel()
	if err := enter(ctx, l.running); err != nil {
		t.leave(client, l)
		if errors.Is(err, ErrTurn) { // it waited for its own
			err = ErrShare
		}
		return nil, err
	}
	if err := enter(ctx, t.running); err != nil {
		<-l.running
		t.leave(client, l)
		return nil, err
	}
	return func() {
		<-t.running
		<-l.running
		t.leave(client, l)
	}, nil
}

// enter takes one of a room's places.
func enter(ctx context.Context, room chan struct{}) error {
	select {
	case room <- struct{}{}:
		return nil
	default:
	}
	select {
	case room <- struct{}{}:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (t *Turns) join(client string) (*line, bool) {
	if client == "" {
		return &line{running: make(chan struct{}, 1)}, true
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	l := t.clients[client]
	if l == nil {
		l = &line{running: make(chan struct{}, t.o.Each)}
		t.clients[client] = l
	}
	if l.n >= t.o.Queue {
		return nil, false
	}
	l.n++
	return l, true
}

func (t *Turns) leave(client string, l *line) {
	if client == "" {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if l.n--; l.n == 0 {
		delete(t.clients, client)
	}
}
