package casebook

import (
	"context"
	"time"

	"whystopped/internal/diagnose"
	"whystopped/internal/diagnose/evidence"
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

	// Collect gathers the evidence of one task. A source that fails is a line
	// in the evidence's Sources; an error means that nothing at all is known.
	// tell hears what happens on the way; its calls never overlap, and none
	// comes after Collect has returned.
	Collect(ctx context.Context, ref taskref.Ref, tell func(News)) (evidence.Evidence, error)
}

// ShallowCollector is a Collector that can also read the task itself and its
// definition alone, which costs next to nothing where many are asked for at
// once.
type ShallowCollector interface {
	Collector
	// CollectShallow is Collect without logs, CloudTrail, the service and IAM,
	// which are told as skipped sources.
	CollectShallow(ctx context.Context, ref taskref.Ref, tell func(News)) (evidence.Evidence, error)
}

// News is one thing that a collection tells on its way. One field is set.
type News struct {
	// Source is a place that is being asked, as long as its status is empty,
	// or was asked.
	Source *evidence.Source
	// SoFar is what is known by now, when it is enough for a first verdict.
	SoFar *evidence.Evidence
}

// Prover tries the policies of a diagnosis on the roles that they are for.
type Prover interface {
	// Prove tells what came of it in the diagnosis itself, also where nothing
	// could be tried. It never fails, and answers within ctx's deadline.
	Prove(ctx context.Context, d diagnose.Diagnosis) diagnose.Diagnosis
}

// Kept is a diagnosis as a Store keeps it.
type Kept struct {
	Diagnosis diagnose.Diagnosis
	// Brought is set where the evidence came from whoever asked and not from
	// AWS. Such a diagnosis is found by its id and in lists, but never answers
	// a question about its task: anybody could have written the evidence.
	Brought bool
}

// Store keeps diagnoses. Nobody changes a diagnosis once it is kept, so it may
// give out the same value many times.
type Store interface {
	// Save keeps k under its diagnosis's id. An id is never saved twice.
	Save(ctx context.Context, k Kept) error

	// Get finds a diagnosis by its id; ErrNotKept where there is none.
	Get(ctx context.Context, id string) (diagnose.Diagnosis, error)

	// Latest finds the newest diagnosis of a task that was not brought, by
	// the task's id and by whatever else of region, account and cluster both
	// sides know; ErrNotKept where there is none.
	Latest(ctx context.Context, task taskref.Ref) (diagnose.Diagnosis, error)

	// List gives the newest first: at most limit diagnoses that pass the
	// filter and whose id is smaller than before; "" begins at the newest.
	List(ctx context.Context, f Filter, before string, limit int) ([]diagnose.Diagnosis, error)

	// Ping tells whether the store can be used.
	Ping(ctx context.Context) error
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
}

// Matches tells whether a diagnosis passes the filter.
func (f Filter) Matches(d diagnose.Diagnosis) bool {
	return passes(f.Account, d.Task.Account) &&
		passes(f.Region, d.Task.Region) &&
		passes(f.Cluster, d.Task.Cluster) &&
		(f.Service == "" || d.Task.Group == "service:"+f.Service) &&
		passes(f.Cause, d.Verdict.Cause) &&
		passes(f.Category, d.Verdict.Category) &&
		passes(f.Identity, d.Verdict.Identity.Kind) &&
		(f.Since.IsZero() || !d.CreatedAt.Before(f.Since)) &&
		(f.Until.IsZero() || d.CreatedAt.Before(f.Until))
}

func passes[T ~string](want, got T) bool { return want == "" || want == got }
