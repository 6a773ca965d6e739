package work

import (
	"context"
	"database/sql"
	"fmt"
)

// Stats are how many jobs of each kind are owed: ready or under way, waiting
// for their time, or waiting to be tried again.
type Stats map[StatKey]int

// StatKey is a kind of job and a state: "ready", "running", "planned" or "retry".
type StatKey struct{ Kind, State string }

var stateWords = map[string]string{"available": "ready", "running": "running", "scheduled": "planned", "retryable": "retry"}

// CountJobs counts what is owed, on any connection to the queue's database: with
// SQLite one that only reads, so that nobody who writes has to wait.
func CountJobs(ctx context.Context, db *sql.DB) (Stats, error) {
	rows, err := db.QueryContext(ctx, `SELECT kind, state, count(*) FROM river_job WHERE state IN ('available', 'running', 'scheduled', 'retryable') GROUP BY kind, state`)
	if err != nil {
		return nil, fmt.Errorf("count the jobs: %w", err)
	}
	defer rows.Close()
	stats := Stats{}
	for rows.Next() {
		var kind, state string
		var n int
		if err := rows.Scan(&kind, &state, &n); err != nil {
			return nil, fmt.Errorf("count the jobs: %w", err)
		}
		stats[StatKey{kind, stateWords[state]}] = n
	}
	return stats, rows.Err()
}
