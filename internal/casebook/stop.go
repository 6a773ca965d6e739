package casebook

import (
	"strconv"
	"strings"
	"time"

	"whystopped/internal/diagnose"
	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/taskref"
)

// Stop is one end as the Store remembers it: of a task, or of a service's try
// that never became a task.
type Stop struct {
	// Key tells it from all others: the task's ARN, or "event:" and the id of
	// the event that told of it.
	Key string
	// Ref is the task's address, with its group; it has no task's ID if there
	// never was a task.
	Ref taskref.Ref
	// Revision is the ARN of the task definition; "" where it is not known.
	Revision string
	At       time.Time
	// Verdict is that of the newest diagnosis, whose id is Diagnosis; both are
	// empty as long as the diagnosis is owed.
	Verdict   diagnose.Verdict
	Diagnosis string
	// Incident is the id of what the stop is one of; "" where nothing failed.
	Incident string
}

// StopFilter narrows a list of stops. Empty fields let everything pass.
type StopFilter struct {
	// Place may be an account, a Region, a cluster or a group: what it doesn't
	// name is of any.
	Place    taskref.Ref
	Incident string
	Cause    string
	// Since and Until bound when it stopped: from Since on, and before Until.
	Since, Until time.Time
	// Bounds leave out what is of other accounts and Regions. The casebook sets
	// them.
	Bounds taskref.Bounds
}

// StopCount is how many stops of one cause fell into the span that begins at At.
type StopCount struct {
	At    time.Time
	Cause string // "" as long as the diagnoses are owed
	Count int
}

// Revision is what is known of how the tasks of one revision fare in one place.
type Revision struct {
	// ARN is that of the task definition.
	ARN string
	// Place is the group of tasks that it runs in.
	Place taskref.Ref
	// FirstSeen and LastSeen are when tasks of it stopped or were seen to run.
	FirstSeen, LastSeen time.Time
	// Good is when a task of it was last seen to run, or to end, as it should;
	// the zero time for never.
	Good time.Time
	// ExecutionRole and TaskRole are ARNs; "" where the revision has none, or
	// it is not known.
	ExecutionRole, TaskRole string
}

// before reports whether r is an older revision than other: by their numbers where
// they are of one family, else by when they were first seen.
func (r Revision) before(other Revision) bool {
	family, number := r.name()
	otherFamily, otherNumber := other.name()
	if family == otherFamily {
		return number < otherNumber
	}
	return r.FirstSeen.Before(other.FirstSeen)
}

// name splits "…task-definition/FAMILY:NUMBER"; number is 0 for what is no
// revision.
func (r Revision) name() (family string, number int) {
	i := strings.LastIndexByte(r.ARN, ':')
	if i < 0 {
		return r.ARN, 0
	}
	number, err := strconv.Atoi(r.ARN[i+1:])
	if err != nil {
		return r.ARN, 0
	}
	return r.ARN[:i], number
}

// RoleUser is a place whose tasks use a role.
type RoleUser struct {
	Place taskref.Ref
	// Revision is the newest one there that uses the role.
	Revision string
	LastSeen time.Time
}

// Event is one thing that ECS told of by EventBridge. One of Task and Action is
// set.
type Event struct {
	// ID is EventBridge's own. An event may come twice, and late.
	ID string
	At time.Time
	// Ref is the address of the task, with its group, or of the service that an
	// action is of.
	Ref taskref.Ref
	// Task is the task as of the event; its Version orders them.
	Task *evidence.Task
	// Action is what a service could not do.
	Action *evidence.ServiceEvent
}

// Stopped reports whether the event is of a task's end.
func (e Event) Stopped() bool { return e.Task != nil && e.Task.LastStatus == "STOPPED" }
