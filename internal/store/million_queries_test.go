//go:build million

package store

import (
	"context"
	"time"

	"whystopped/internal/casebook"
	"whystopped/internal/diagnose/verdict"
	"whystopped/internal/taskref"
)

// queries are what pages ask. Values, and how far back a page lies, are others
// each time.
func (m *million) queries() []question {
	list := func(f func(taskref.Ref) casebook.Filter) func(context.Context) (int, error) {
		return func(ctx context.Context) (int, error) {
			before := ""
			if m.rng.IntN(2) == 0 {
				before = m.ids[m.rng.IntN(len(m.ids))]
			}
			found, _, err := m.Summaries(ctx, f(m.places[m.rng.IntN(len(m.places))]), before, 50)
			return len(found), err
		}
	}
	cause := func(p taskref.Ref) string {
		return m.variants[p][m.rng.IntN(len(sampleEvidence))].kept.Diagnosis.Verdict.Cause
	}
	since := noon.Add(-7 * 24 * time.Hour)
	return append([]question{
		{"Summaries", 0, list(func(taskref.Ref) casebook.Filter { return casebook.Filter{} })},
		{"Summaries by account", 0, list(func(p taskref.Ref) casebook.Filter { return casebook.Filter{Account: p.Account} })},
		{"Summaries by region", 0, list(func(p taskref.Ref) casebook.Filter { return casebook.Filter{Region: p.Region} })},
		{"Summaries by cluster", 0, list(func(p taskref.Ref) casebook.Filter { return casebook.Filter{Cluster: p.Cluster} })},
		{"Summaries by service", 0, list(func(p taskref.Ref) casebook.Filter { return casebook.Filter{Service: p.Service()} })},
		{"Summaries by cause", 0, list(func(p taskref.Ref) casebook.Filter { return casebook.Filter{Cause: cause(p)} })},
		{"Summaries by category", 0, list(func(taskref.Ref) casebook.Filter { return casebook.Filter{Category: verdict.OOM} })},
		{"Summaries by identity", 0, list(func(taskref.Ref) casebook.Filter { return casebook.Filter{Identity: verdict.TaskRole} })},
		{"Summaries by what is not there", 0, list(func(taskref.Ref) casebook.Filter { return casebook.Filter{Cause: "stop.spot"} })},
		{"Summaries since last week", 0, list(func(taskref.Ref) casebook.Filter { return casebook.Filter{Since: since} })},
		{"Summaries by account and cause", 0, list(func(p taskref.Ref) casebook.Filter { return casebook.Filter{Account: p.Account, Cause: cause(p)} })},
		{"Summaries by cluster, service and cause", 0, list(func(p taskref.Ref) casebook.Filter {
			return casebook.Filter{Cluster: p.Cluster, Service: p.Service(), Cause: cause(p)}
		})},
		{"Summaries by account and what is not there", 0, list(func(p taskref.Ref) casebook.Filter {
			return casebook.Filter{Account: p.Account, Category: verdict.Spot}
		})},
		{"Summaries by cluster and account that contradict", countLimit, list(func(p taskref.Ref) casebook.Filter {
			return casebook.Filter{Cluster: "cluster-1", Account: "111122223333"}
		})},
	}, m.otherQueries(since)...)
}

func (m *million) otherQueries(since time.Time) []question {
	incidents := func(f func(taskref.Ref) casebook.IncidentFilter) func(context.Context) (int, error) {
		return func(ctx context.Context) (int, error) {
			found, err := m.Incidents(ctx, f(m.places[m.rng.IntN(len(m.places))]), "", 50)
			return len(found), err
		}
	}
	stops := func(f func() casebook.StopFilter) func(context.Context) (int, error) {
		return func(ctx context.Context) (int, error) {
			_, next, err := m.Stops(ctx, f(), "", 50)
			if err != nil || next == "" {
				return 50, err
			}
			found, _, err := m.Stops(ctx, f(), next, 50)
			return len(found), err
		}
	}
	counts := func(f func() casebook.StopFilter) func(context.Context) (int, error) {
		return func(ctx context.Context) (int, error) {
			found, err := m.StopCounts(ctx, f(), 24*time.Hour)
			return len(found), err
		}
	}
	some := func() taskref.Ref { return m.places[1+m.rng.IntN(len(m.places)-1)] }
	task := func() taskref.Ref { return taskref.Ref{TaskID: m.taskIDs[m.rng.IntN(len(m.taskIDs))], Region: ""} }
	return []question{
		{"Incidents", 0, incidents(func(taskref.Ref) casebook.IncidentFilter { return casebook.IncidentFilter{} })},
		{"Incidents that go on", 0, incidents(func(taskref.Ref) casebook.IncidentFilter { return casebook.IncidentFilter{GoingOn: noon} })},
		{"Incidents of a service", 0, incidents(func(p taskref.Ref) casebook.IncidentFilter {
			return casebook.IncidentFilter{Filter: casebook.Filter{Cluster: p.Cluster, Service: p.Service()}}
		})},
		{"Stops, two pages", 0, stops(func() casebook.StopFilter { return casebook.StopFilter{} })},
		{"Stops of a service, two pages", 0, stops(func() casebook.StopFilter { return casebook.StopFilter{Place: some()} })},
		{"Stops of the worst service, two pages", 0, stops(func() casebook.StopFilter { return casebook.StopFilter{Place: m.places[0]} })},
		{"Stops of a service by cause, two pages", 0, stops(func() casebook.StopFilter { return casebook.StopFilter{Place: some(), Cause: "oom.container"} })},
		{"StopCounts of a service, 90 days", 0, counts(func() casebook.StopFilter { return casebook.StopFilter{Place: some()} })},
		{"StopCounts of the worst service, 90 days", countLimit, counts(func() casebook.StopFilter { return casebook.StopFilter{Place: m.places[0]} })},
		{"StopCounts of a cluster, 7 days", 0, counts(func() casebook.StopFilter {
			return casebook.StopFilter{Place: taskref.Ref{Cluster: some().Cluster}, Since: since}
		})},
		{"StopCounts of all, 7 days", countLimit, counts(func() casebook.StopFilter { return casebook.StopFilter{Since: since} })},
		{"Latest", 0, func(ctx context.Context) (int, error) {
			_, err := m.Latest(ctx, task())
			return 1, err
		}},
		{"Get", 0, func(ctx context.Context) (int, error) {
			_, err := m.Get(ctx, m.ids[m.rng.IntN(len(m.ids))])
			return 1, err
		}},
		{"Facts", 0, func(ctx context.Context) (int, error) {
			_, err := m.Facts(ctx, task())
			return 1, err
		}},
	}
}
