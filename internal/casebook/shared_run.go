package casebook

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"

	"whystopped/internal/diagnose"
	"whystopped/internal/taskref"
)

// sharedRuns are the diagnoses that are being made, one at a time for each task.
type sharedRuns struct {
	mu      sync.Mutex
	running map[taskref.Ref]*sharedRun
}

// joinOrStart returns the run of a task. If there is none it starts one with make,
// which goes on whether or not those who wait for it stay.
func (all *sharedRuns) joinOrStart(ref taskref.Ref, u urgency, make func(*sharedRun) (diagnose.Diagnosis, error)) (f *sharedRun, joined bool) {
	all.mu.Lock()
	defer all.mu.Unlock()
	if f, ok := all.running[ref]; ok {
		f.hurry(u)
		return f, true
	}
	f = newSharedRun(u)
	if all.running == nil {
		all.running = map[taskref.Ref]*sharedRun{}
	}
	all.running[ref] = f
	go func() {
		d, err := f.guarded(make)
		all.mu.Lock()
		delete(all.running, ref) // before the end is told: who comes then finds the diagnosis stored
		all.mu.Unlock()
		f.end(d, err)
	}()
	return f, false
}

// signal wakes everybody who waits for it, once.
type signal chan struct{}

func newSignal() signal { return make(chan struct{}) }

// sharedRun is one diagnosis that is being made, with all its progress so far: who
// joins late hears it from the beginning.
type sharedRun struct {
	mu      sync.Mutex
	urgency urgency
	ticket  *ticket // its place in the queue; nil before it has one
	steps   []step
	more    signal // given and replaced when a step was added, and given at the end
	over    bool
	d       diagnose.Diagnosis // once it is over
	err     error
}

func newSharedRun(u urgency) *sharedRun { return &sharedRun{urgency: u, more: newSignal()} }

// step is a Step; its verdict is made when somebody first wants to hear it.
type step struct {
	Step
	verdict func() *diagnose.Verdict
}

// guarded lets a panic end the run and not the process: no handler's recovery is
// above its goroutine.
func (f *sharedRun) guarded(make func(*sharedRun) (diagnose.Diagnosis, error)) (d diagnose.Diagnosis, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic while diagnosing: %v\n%s", p, debug.Stack())
		}
	}()
	return make(f)
}

// lineUp takes a place in a queue for the most urgent of those who wait.
func (f *sharedRun) lineUp(q *queue) *ticket {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.ticket = q.lineUp(f.urgency)
	return f.ticket
}

// hurry makes the run as urgent as somebody who joins it.
func (f *sharedRun) hurry(u urgency) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.urgency = min(f.urgency, u)
	if f.ticket != nil {
		f.ticket.hurry(u)
	}
}

func (f *sharedRun) add(s step) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.steps = append(f.steps, s)
	close(f.more)
	f.more = newSignal()
}

func (f *sharedRun) end(d diagnose.Diagnosis, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.d, f.err, f.over = d, err, true
	close(f.more)
}

// since returns the steps from the n-th on, whether they are all, and what to wait
// for if not.
func (f *sharedRun) since(n int) (steps []step, over bool, more signal) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.steps[n:], f.over, f.more
}

// wait calls tell with every step, from the first one on, and returns the result.
// tell may be nil.
func (f *sharedRun) wait(ctx context.Context, tell func(Step)) (diagnose.Diagnosis, error) {
	for told := 0; ; {
		steps, over, more := f.since(told)
		if tell != nil {
			tellAll(steps, tell)
		}
		told += len(steps)
		if over {
			return f.d, f.err
		}
		select {
		case <-more:
		case <-ctx.Done():
			return diagnose.Diagnosis{}, fmt.Errorf("wait for it: %w", ctx.Err())
		}
	}
}

// tellAll leaves out verdicts that a later one has overtaken.
func tellAll(steps []step, tell func(Step)) {
	var verdict func() *diagnose.Verdict
	for _, s := range steps {
		if s.verdict != nil {
			verdict = s.verdict
			continue
		}
		tell(s.Step)
	}
	if verdict != nil {
		tell(Step{Verdict: verdict()})
	}
}
