package casebook

import (
	"time"

	"whystopped/internal/taskref"
)

// WorkKind says what is owed.
type WorkKind string

// The kinds of work that is owed because of something that was kept.
const (
	WorkDiagnose WorkKind = "diagnose" // a task or event that ECS told of
	WorkRefresh  WorkKind = "refresh"  // a diagnosis, when CloudTrail has settled
	WorkTell     WorkKind = "tell"     // people, of an incident
)

// Work is something that is owed. Which fields are set depends on its kind.
type Work struct {
	Kind WorkKind
	// At is when it may be done at the earliest; the zero time for at once.
	At time.Time

	Task     taskref.Ref // of WorkDiagnose and WorkRefresh
	Event    string      // of WorkDiagnose: the id of an event without a task
	Refresh  *Refresh    // of WorkRefresh
	Incident string      // of WorkTell
}
