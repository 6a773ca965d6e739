package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"whystopped/internal/casebook"
)

// Pools are the pools of connections by what they are for, so that they can be
// watched: "all", or "write" and "read" where these are not the same.
func (s *Store) Pools() map[string]*sql.DB {
	if s.reads == s.writes {
		return map[string]*sql.DB{"all": s.writes}
	}
	return map[string]*sql.DB{"write": s.writes, "read": s.reads}
}

// Reader is the pool of connections of which none keeps a writer waiting, as far
// as the database can do that.
func (s *Store) Reader() *sql.DB { return s.reads }

// OpenIncidents counts the incidents that go on.
func (s *Store) OpenIncidents(ctx context.Context, now time.Time) (int, error) {
	n, err := one(ctx, s.read("open-incidents"), scanValue[int], "SELECT count(*) FROM incidents WHERE into_id = '' AND stops > 0 AND last_at > ?", micros(now.Add(-casebook.IncidentGap)))
	if err != nil {
		return 0, fmt.Errorf("count the incidents: %w", err)
	}
	return n, nil
}
