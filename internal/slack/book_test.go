package slack

import (
	"bytes"
	"context"
	"sync"
	"testing"
	"time"

	"whystopped/internal/casebook"
)

// claimBook keeps claims in memory, as a Store does.
type claimBook struct {
	mu        sync.Mutex
	incidents map[string]casebook.Incident
	claims    map[string]*keptClaim
	read      int // incidents that were read

	// beforeEnd is asked before a claim is given back; it may be nil. With an
	// error nothing is.
	beforeEnd func() error
}

type keptClaim struct {
	state                 []byte
	begun, until, brokeAt time.Time
}

func newClaimBook() *claimBook {
	return &claimBook{incidents: map[string]casebook.Incident{}, claims: map[string]*keptClaim{}}
}

func (b *claimBook) put(in casebook.Incident) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.incidents[in.ID] = in
}

// failToEnd lets the next claims not be given back.
func (b *claimBook) failToEnd(with error, times int) {
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
func (b *claimBook) state(t *testing.T, incident string) messageState {
	t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	kept := b.claims[incident]
	if kept == nil {
		t.Fatalf("nobody began to tell of %s", incident)
	}
	th, err := readState(casebook.Claim{State: kept.state})
	if err != nil {
		t.Fatal(err)
	}
	return th
}

func (b *claimBook) Claim(ctx context.Context, incident string, now, until time.Time) (casebook.Claim, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if _, ok := b.incidents[incident]; !ok {
		return casebook.Claim{}, casebook.ErrNotKept
	}
	if err := ctx.Err(); err != nil {
		return casebook.Claim{}, err
	}
	kept := b.claims[incident]
	if kept == nil {
		kept = &keptClaim{}
		b.claims[incident] = kept
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

func (b *claimBook) EndClaim(ctx context.Context, incident string, claimed time.Time, state []byte) error {
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
	if !b.claims[incident].begun.Equal(claimed) {
		return casebook.ErrClaimLost
	}
	*b.claims[incident] = keptClaim{state: bytes.Clone(state)}
	return nil
}

func (b *claimBook) ClaimUpdate(ctx context.Context, incident string) (casebook.Incident, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.read++
	in, ok := b.incidents[incident]
	if !ok {
		return casebook.Incident{}, casebook.ErrNotKept
	}
	return in, ctx.Err()
}
