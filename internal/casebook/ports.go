package casebook

import (
	"context"
	"time"

	"whystopped/internal/collect"
	"whystopped/internal/diagnose"
	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/diagnose/proof"
	"whystopped/internal/diagnose/verdict"
	"whystopped/internal/taskref"
)

// Collector reads what the world knows of a task. Its errors should be *Error
// where a person can do something about them.
type Collector interface {
	// Resolve turns a reference into one of a single task: it fills in the
	// default region, looks for the cluster of an old short ARN, and finds
	// the newest failed task of a service.
	Resolve(ctx context.Context, ref taskref.Ref) (taskref.Ref, error)

	// Collect gathers the evidence of one task, or of a service. known is the
	// task as it was last seen, for where ECS has forgotten it; nil if nobody
	// saw it. A source that fails is a line in the evidence's Sources; an error
	// means that nothing at all is known.
	// tell hears what happens on the way; its calls never overlap, and none
	// comes after Collect has returned.
	Collect(
		ctx context.Context, ref taskref.Ref, known *evidence.Task, tell func(collect.Progress),
	) (evidence.Evidence, error)

	// CollectFacts reads the task itself and its definition alone, which costs next
	// to nothing where many are asked for at once. It is Collect without logs,
	// CloudTrail, the service and IAM, which are told as skipped sources. Where the
	// end of the task is known, ECS is not asked for it.
	CollectFacts(
		ctx context.Context, ref taskref.Ref, known *evidence.Task, tell func(collect.Progress),
	) (evidence.Evidence, error)

	// StoppedTasks lists the stopped tasks of a service that are still known,
	// the newest first and at most limit of them.
	StoppedTasks(ctx context.Context, service taskref.Ref, limit int) ([]taskref.Ref, error)
}

// Simulator asks IAM's policy simulator.
type Simulator interface {
	// Simulate makes trials in the account and Region of a task: one result for
	// each, in their order, or none where they could not be made. The line says what
	// came of it. It never fails, and answers within ctx's deadline.
	Simulate(ctx context.Context, task taskref.Ref, trials []proof.Trial) ([]proof.Result, evidence.Source)
}

// Kept is a diagnosis as a Store keeps it, with all that has to be kept in the
// same transaction.
type Kept struct {
	Diagnosis diagnose.Diagnosis
	// Brought is set if the evidence came from whoever asked and not from
	// AWS. Such a diagnosis is found by its id, and in lists only if they ask
	// for it, and never answers a question about its task: anybody could have
	// written the evidence. Of the other fields Asker and Content alone are
	// set then.
	Brought bool
	// Asker is the same for all that one asker brought, and Content for that of
	// it of which the same diagnosis came.
	Asker, Content string

	// Facts are the task as it was read, without secrets; nil if it was not.
	Facts *evidence.Task
	// Definitions are task definitions that were read on the way.
	Definitions []evidence.TaskDefinition
	// Good are the ARNs of revisions that are seen to run as they should in
	// the task's place.
	Good []string
	// Stop is the end that the diagnosis is of; nil for one that has not ended.
	Stop *KeptStop
	// Refresh is when the diagnosis is owed once more; nil for never.
	Refresh *Refresh
}

// KeptStop is the end that a diagnosis is of.
type KeptStop struct {
	// Key is that of Stop.
	Key string
	At  time.Time
	// Incident is the key of the incident that the stop belongs to; "" where
	// nothing failed.
	Incident string
	// Full is set if all of this task's own evidence was read.
	Full bool
	// Tell is set if people are to hear of the incident.
	Tell bool
}

// Refresh is a diagnosis to be made anew, and when.
type Refresh struct {
	At   time.Time
	Task taskref.Ref
	// Diagnosis is the id of the one that is to be made anew. Where another
	// has taken its place, nothing is owed any more.
	Diagnosis string
	// Before is how often it was refreshed already.
	Before int
}

// Store keeps diagnoses, and what they are of. Nobody changes a diagnosis once
// it is kept, so it may give out the same value many times. What one call
// writes is there in full or not at all, together with the work that is owed
// because of it.
type Store interface {
	// Save keeps k under its diagnosis's id, and gives the diagnosis as it is
	// kept: its incident is known only now. An id is never saved twice. It
	// answers ErrTooLarge, and writes nothing, where the diagnosis is larger
	// than any that is made of honest evidence.
	//
	// A stop joins the open incident that has its key. Where there is none and
	// the stop was in an open incident already, under another cause, that
	// incident goes by both keys from then on: its cause is only known better
	// now. Otherwise a new one opens. An incident takes over the verdict of a
	// full run that is no less sure than what it says so far, and of any run as
	// long as it had no full one. One that loses its last stop turns into
	// the one that took it.
	Save(ctx context.Context, k Kept) (diagnose.Diagnosis, error)

	// Accept keeps what ECS told, and owes a diagnosis of every end that was
	// not known before. Events that came already change nothing.
	Accept(ctx context.Context, events []Event) error

	// Get finds a diagnosis by its id; ErrNotKept where there is none.
	Get(ctx context.Context, id string) (diagnose.Diagnosis, error)

	// Latest finds the newest diagnosis of a task that was not brought, by
	// the task's id and by whatever else of region, account and cluster both
	// sides know; ErrNotKept where there is none.
	Latest(ctx context.Context, task taskref.Ref) (diagnose.Diagnosis, error)

	// Facts gives the task as of its highest version that was read or told
	// of, found as Latest finds it; ErrNotKept where there is none.
	Facts(ctx context.Context, task taskref.Ref) (evidence.Task, error)

	// Event gives an event of a service's action; ErrNotKept where there is
	// none.
	Event(ctx context.Context, id string) (Event, error)

	// List gives the newest first: at most limit diagnoses that pass the
	// filter and whose id is smaller than before; "" begins at the newest. It
	// ends earlier, though not before the first, where they would have too many
	// bytes together. more tells that others follow.
	List(ctx context.Context, f Filter, before string, limit int) (found []diagnose.Diagnosis, more bool, err error)

	// Summaries is List without the diagnoses themselves. It ends at limit alone.
	Summaries(ctx context.Context, f Filter, before string, limit int) (found []Summary, more bool, err error)

	// Brought finds the newest diagnosis with a Kept's Content that was made at
	// a time or later; ErrNotKept where there is none.
	Brought(ctx context.Context, content string, since time.Time) (diagnose.Diagnosis, error)

	// CountBrought counts those with a Kept's Asker that were made at a time or
	// later, and stops at most.
	CountBrought(ctx context.Context, asker string, since time.Time, most int) (int, error)

	// Incident finds an incident by its id; ErrNotKept where there is none.
	Incident(ctx context.Context, id string) (Incident, error)

	// Incidents gives those that opened last first: at most limit that pass the
	// filter and whose id is smaller than before; "" begins at the newest. Those
	// that turned into others are left out. Since and Until bound when an
	// incident opened.
	Incidents(ctx context.Context, f IncidentFilter, before string, limit int) ([]Incident, error)

	// Stops gives the newest first: at most limit that pass the filter and come
	// after the cursor, "" for the first. next is the cursor of what follows; ""
	// where nothing does.
	Stops(ctx context.Context, f StopFilter, cursor string, limit int) (stops []Stop, next string, err error)

	// StopCounts counts stops that pass the filter by cause and by spans of the
	// given length, oldest first. The spans begin at whole multiples of it since
	// the zero Unix time.
	StopCounts(ctx context.Context, f StopFilter, span time.Duration) ([]StopCount, error)

	// Revisions gives what is known of the revisions of a place, the one that
	// was seen last first, at most limit.
	Revisions(ctx context.Context, place taskref.Ref, limit int) ([]Revision, error)

	// Definition finds a task definition by its ARN; ErrNotKept where it was
	// not read.
	Definition(ctx context.Context, arn string) (evidence.TaskDefinition, error)

	// RoleUsers gives the places whose tasks used a role since a time, at most
	// limit, the one that was seen last first.
	RoleUsers(ctx context.Context, roleARN string, since time.Time, limit int) ([]RoleUser, error)
}

// Filter narrows a list. Empty fields let everything pass.
type Filter struct {
	Account, Region, Cluster, Service string

	Cause    string
	Category verdict.Category
	Identity verdict.IdentityKind

	// Since and Until bound when the diagnosis was made: from Since on, and
	// before Until.
	Since, Until time.Time

	// Brought gives the diagnoses of evidence that somebody brought, which
	// are left out otherwise. No incident is made of such evidence.
	Brought bool

	// Bounds leave out what is of other accounts and Regions. The casebook sets
	// them.
	Bounds taskref.Bounds
}
