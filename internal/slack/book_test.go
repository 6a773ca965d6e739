package slack

import (
	"bytes"
	"context"
	"sync"
	"testing"
	"time"

	"whystopped/internal/casebook"
)

// tellBook keeps tellings in memory, as a Store does.
type tellBook struct {
	mu        sync.Mutex
	incidents map[string]casebook.Incident
	tellings  map[string]*keptTelling
	read      int // incidents that were read

	// beforeEnd is asked before a claim is given back; it may be nil. With an
	// error nothing is.
	beforeEnd func() error
}

type keptTelling struct {
	state                 []byte
	begun, until, brokeAt time.Time
}

func newTellBook() *tellBook {
	return &tellBook{incidents: map[string]casebook.Incident{}, tellings: map[string]*keptTelling{}}
}

func (b *tellBook) put(in casebook.Incident) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.incidents[in.ID] = in
}

// failToEnd lets the next claims not be given back.
func (b *tellBook) failToEnd(with error, times int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.beforeEnd = func() error {
		if times--; times < 0 {
			return nil
		}
		return with
	}
}

// state is what was left for an incident.
func (b *tellBook) state(t *testing.T, incident string) thread {
	t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	kept := b.tellings[incident]
	if kept == nil {
		t.Fatalf("nobody began to tell of %s", incident)
	}
	th, err := readThread(casebook.Claim{State: kept.state})
	if err != nil {
		t.Fatal(err)
	}
	return th
}

func (b *tellBook) Claim(ctx context.Context, incident string, now, until time.Time) (casebook.Claim, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if _, ok := b.incidents[incident]; !ok {
		return casebook.Claim{}, casebook.ErrNotKept
	}
	if err := ctx.Err(); err != nil {
		return casebook.Claim{}, err
	}
	kept := b.tellings[incident]
	if kept == nil {
		kept = &keptTelling{}
		b.tellings[incident] = kept
	}
	if kept.until.After(now) {
		return casebook.Claim{Busy: kept.until}, nil
	}
	if !kept.begun.IsZero() && kept.brokeAt.IsZero() {
		kept.brokeAt = kept.begun
	}
	kept.begun, kept.until = now, until
	return casebook.Claim{State: bytes.Clone(kept.state), Broken: kept.brokeAt}, nil
}

func (b *tellBook) EndClaim(ctx context.Context, incident string, claimed time.Time, state []byte) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	if b.beforeEnd != nil {
		if err := b.beforeEnd(); err != nil {
			return err
		}
	}
	if !b.tellings[incident].begun.Equal(claimed) {
		return casebook.ErrClaimLost
	}
	*b.tellings[incident] = keptTelling{state: bytes.Clone(state)}
	return nil
}

func (b *tellBook) ClaimUpdate(ctx context.Context, incident string) (casebook.Incident, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.read++
	in, ok := b.incidents[incident]
	if !ok {
		return casebook.Incident{}, casebook.ErrNotKept
	}
	return in, ctx.Err()
}
