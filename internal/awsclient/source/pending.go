package source

import "context"

// Pending is an answer that is being got.
type Pending[T any] struct {
	done  chan struct{}
	value T
}

// Begin begins to get an answer.
func Begin[T any](get func() T) *Pending[T] {
	s := &Pending[T]{done: make(chan struct{})}
	go func() {
		defer close(s.done)
		s.value = get()
	}()
	return s
}

// Wait returns the answer when it is there.
func (s *Pending[T]) Wait() T {
	<-s.done
	return s.value
}

// WaitWithin returns the answer, or nothing when ctx ends before it is there.
func (s *Pending[T]) WaitWithin(ctx context.Context) T {
	select {
	case <-s.done:
		return s.value
	case <-ctx.Done():
		var none T
		return none
	}
}
