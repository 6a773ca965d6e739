package app

import (
	"context"
	"time"

	"whystopped/internal/casebook"
	"whystopped/internal/diagnose"
	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/taskref"
)

// watchedStore tells of every operation how long it took, and of every diagnosis
// that is kept. It has each method by name, so that none is left out when the
// Store gets another.
type watchedStore struct {
	store casebook.Store
	// took is told of an operation at its end.
	took func(operation string, d time.Duration)
	// kept is told of a diagnosis, and who wanted it.
	kept func(d diagnose.Diagnosis, trigger string)
}

var _ casebook.Store = watchedStore{}

// begin is called at the beginning of an operation, and gives what is to be
// called at its end.
func (s watchedStore) begin(operation string) (end func()) {
	began := time.Now()
	return func() { s.took(operation, time.Since(began)) }
}

// Who wanted a diagnosis.
const (
	byPeople     = "people"     // who asked for a task
	byBackground = "background" // an event, or a refresh
	byEvaluate   = "evaluate"   // who brought the evidence
)

func triggerOf(ctx context.Context, k casebook.Kept) string {
	switch {
	case k.Brought:
		return byEvaluate
	case casebook.IsBackground(ctx):
		return byBackground
	}
	return byPeople
}

func (s watchedStore) Save(ctx context.Context, k casebook.Kept) (diagnose.Diagnosis, error) {
	defer s.begin("save")()
	d, err := s.store.Save(ctx, k)
	if err == nil {
		s.kept(d, triggerOf(ctx, k))
	}
	return d, err
}

func (s watchedStore) Accept(ctx context.Context, events []casebook.Event) error {
	defer s.begin("accept")()
	return s.store.Accept(ctx, events)
}

func (s watchedStore) Get(ctx context.Context, id string) (diagnose.Diagnosis, error) {
	defer s.begin("get")()
	return s.store.Get(ctx, id)
}

func (s watchedStore) Latest(ctx context.Context, task taskref.Ref) (diagnose.Diagnosis, error) {
	defer s.begin("latest")()
	return s.store.Latest(ctx, task)
}

func (s watchedStore) Facts(ctx context.Context, task taskref.Ref) (evidence.Task, error) {
	defer s.begin("facts")()
	return s.store.Facts(ctx, task)
}

func (s watchedStore) Event(ctx context.Context, id string) (casebook.Event, error) {
	defer s.begin("event")()
	return s.store.Event(ctx, id)
}

func (s watchedStore) List(ctx context.Context, f casebook.Filter, before string, limit int) ([]diagnose.Diagnosis, bool, error) {
	defer s.begin("list")()
	return s.store.List(ctx, f, before, limit)
}

func (s watchedStore) Summaries(ctx context.Context, f casebook.Filter, before string, limit int) ([]casebook.Summary, bool, error) {
	defer s.begin("summaries")()
	return s.store.Summaries(ctx, f, before, limit)
}

func (s watchedStore) Brought(ctx context.Context, content string, since time.Time) (diagnose.Diagnosis, error) {
	defer s.begin("brought")()
	return s.store.Brought(ctx, content, since)
}

func (s watchedStore) CountBrought(ctx context.Context, asker string, since time.Time, most int) (int, error) {
	defer s.begin("count-brought")()
	return s.store.CountBrought(ctx, asker, since, most)
}

func (s watchedStore) Incident(ctx context.Context, id string) (casebook.Incident, error) {
	defer s.begin("incident")()
	return s.store.Incident(ctx, id)
}

func (s watchedStore) Incidents(ctx context.Context, f casebook.IncidentFilter, before string, limit int) ([]casebook.Incident, error) {
	defer s.begin("incidents")()
	return s.store.Incidents(ctx, f, before, limit)
}

func (s watchedStore) Stops(ctx context.Context, f casebook.StopFilter, cursor string, limit int) ([]casebook.Stop, string, error) {
	defer s.begin("stops")()
	return s.store.Stops(ctx, f, cursor, limit)
}

func (s watchedStore) StopCounts(ctx context.Context, f casebook.StopFilter, span time.Duration) ([]casebook.StopCount, error) {
	defer s.begin("stop-counts")()
	return s.store.StopCounts(ctx, f, span)
}

func (s watchedStore) Revisions(ctx context.Context, p taskref.Ref, limit int) ([]casebook.Revision, error) {
	defer s.begin("revisions")()
	return s.store.Revisions(ctx, p, limit)
}

func (s watchedStore) Definition(ctx context.Context, arn string) (evidence.TaskDefinition, error) {
	defer s.begin("definition")()
	return s.store.Definition(ctx, arn)
}

func (s watchedStore) RoleUsers(ctx context.Context, roleARN string, since time.Time, limit int) ([]casebook.RoleUser, error) {
	defer s.begin("role-users")()
	return s.store.RoleUsers(ctx, roleARN, since, limit)
}

func (s watchedStore) BeginTelling(ctx context.Context, incident string, now, until time.Time) (casebook.Telling, error) {
	defer s.begin("begin-telling")()
	return s.store.BeginTelling(ctx, incident, now, until)
}

func (s watchedStore) EndTelling(ctx context.Context, incident string, claimed time.Time, state []byte) error {
	defer s.begin("end-telling")()
	return s.store.EndTelling(ctx, incident, claimed, state)
}

func (s watchedStore) News(ctx context.Context, incident string) (casebook.Incident, error) {
	defer s.begin("news")()
	return s.store.News(ctx, incident)
}

func (s watchedStore) Ping(ctx context.Context) error {
	defer s.begin("ping")()
	return s.store.Ping(ctx)
}
