package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"whystopped/internal/casebook"
)

// Claim implements slack.Book.
func (s *Store) Claim(ctx context.Context, incident string, now, until time.Time) (casebook.Claim, error) {
	var telling casebook.Claim
	err := s.write(ctx, "claim", func(t *tx) error {
		var err error
		telling, err = t.takeClaim(ctx, incident, now, until)
		return err
	})
	if err != nil {
		return casebook.Claim{}, fmt.Errorf("claim the telling of incident %s: %w", incident, err)
	}
	return telling, nil
}

// takeClaim takes the claim if nobody holds it, in one statement: others may try
// at the same time.
func (t *tx) takeClaim(ctx context.Context, incident string, now, until time.Time) (casebook.Claim, error) {
	for {
		given, err := one(ctx, t.session, scanTelling, `INSERT INTO tellings (incident, claimed_at, claimed_until, broken_at) VALUES (?, ?, ?, 0)
			ON CONFLICT (incident) DO UPDATE SET claimed_at = excluded.claimed_at, claimed_until = excluded.claimed_until,
			broken_at = CASE WHEN tellings.broken_at <> 0 THEN tellings.broken_at ELSE tellings.claimed_at END
			WHERE tellings.claimed_until <= ? RETURNING state, broken_at`, incident, micros(now), micros(until), micros(now))
		if !errors.Is(err, casebook.ErrNotKept) {
			return given, err
		}
		held, err := one(ctx, t.session, scanValue[int64], "SELECT claimed_until FROM tellings WHERE incident = ?", incident)
		if err != nil {
			return casebook.Claim{}, err
		}
		if held > micros(now) { // and was not given back in between
			return casebook.Claim{Busy: instant(held)}, nil
		}
	}
}

func scanTelling(from row) (given casebook.Claim, err error) {
	var broken int64
	err = from.Scan(&given.State, &broken)
	given.Broken = instant(broken)
	return given, err
}

// EndClaim implements slack.Book.
func (s *Store) EndClaim(ctx context.Context, incident string, claimed time.Time, state []byte) error {
	err := s.write(ctx, "end-claim", func(t *tx) error {
		ended, err := t.exec(ctx, "UPDATE tellings SET state = ?, claimed_at = 0, claimed_until = 0, broken_at = 0 WHERE incident = ? AND claimed_at = ?", state, incident, micros(claimed))
		if err == nil && ended == 0 {
			err = casebook.ErrClaimLost
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("end the telling of incident %s: %w", incident, err)
	}
	return nil
}

// ClaimUpdate implements slack.Book.
func (s *Store) ClaimUpdate(ctx context.Context, incident string) (casebook.Incident, error) {
	var in casebook.Incident
	err := s.write(ctx, "claim-update", func(t *tx) error {
		var err error
		in, err = one(ctx, t.session, scanIncident, "UPDATE incidents SET untold = FALSE, tell_queued = FALSE WHERE id = ? RETURNING "+incidentColumns, incident)
		return err
	})
	if err != nil {
		return casebook.Incident{}, fmt.Errorf("claim the update of incident %s: %w", incident, err)
	}
	return in, nil
}
