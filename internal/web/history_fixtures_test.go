package web

import (
	"context"
	"fmt"
	"time"

	"whystopped/internal/casebook"
	"whystopped/internal/diagnose"
	"whystopped/internal/diagnose/revision"
	"whystopped/internal/diagnose/verdict"
	"whystopped/internal/taskref"
	"whystopped/internal/words"
)

// fakeHistory is what a fakeCasebook keeps, and what it was asked of it.
type fakeHistory struct {
	report    casebook.IncidentReport
	open, all casebook.IncidentPage
	stops     casebook.StopPage
	service   casebook.ServiceHistory
	err       error

	filter  casebook.Filter
	cursor  string
	stopsOf casebook.StopFilter
	back    time.Duration
}

func (f *fakeCasebook) IncidentReport(_ context.Context, id string) (casebook.IncidentReport, error) {
	if f.history.report.ID != id {
		return casebook.IncidentReport{}, &casebook.Error{Kind: casebook.UnknownIncident, Message: "No incident with this id is kept here."}
	}
	return f.history.report, f.history.err
}

func (f *fakeCasebook) Incidents(_ context.Context, filter casebook.Filter, goingOn bool, cursor string, _ int) (casebook.IncidentPage, error) {
	f.history.filter, f.history.cursor = filter, cursor
	if goingOn {
		return f.history.open, f.history.err
	}
	return f.history.all, f.history.err
}

func (f *fakeCasebook) Stops(_ context.Context, filter casebook.StopFilter, cursor string, _ int) (casebook.StopPage, error) {
	f.history.stopsOf, f.history.cursor = filter, cursor
	return f.history.stops, f.history.err
}

func (f *fakeCasebook) History(_ context.Context, _ taskref.Ref, back time.Duration) (casebook.ServiceHistory, error) {
	f.history.back = back
	return f.history.service, f.history.err
}

const (
	badRevision  = "arn:aws:ecs:eu-west-1:111122223333:task-definition/orders:43"
	goodRevision = "arn:aws:ecs:eu-west-1:111122223333:task-definition/orders:42"
)

func ordersPlace() taskref.Ref {
	return taskref.Ref{Partition: "aws", Account: "111122223333", Region: "eu-west-1", Cluster: "prod", Group: "service:orders"}
}

func taskIn(place taskref.Ref, id string) taskref.Ref {
	place.TaskID = id
	return place
}

// deniedIncident goes on at noon, and has been for 40 minutes.
func deniedIncident() casebook.Incident {
	return casebook.Incident{
		ID: "01kd3r8m2vq6w0p9x7n5t4s1in", Place: ordersPlace(), Revision: badRevision,
		Verdict: secretDenied().Verdict, Diagnosis: secretDenied().ID,
		Count: 12, First: noon.Add(-45 * time.Minute), Last: noon.Add(-5 * time.Minute), Opened: noon.Add(-44 * time.Minute),
	}
}

// overIncident ended two hours before noon, and was no IAM matter.
func overIncident() casebook.Incident {
	in := deniedIncident()
	in.ID, in.Place.Group, in.Verdict = "01kd3r8m2vq6w0p9x7n5t4s1ov", "family:nightly", outOfMemory().Verdict
	in.Count, in.First, in.Last = 3, noon.Add(-7*time.Hour), noon.Add(-2*time.Hour)
	return in
}

// badDeploy is an incident with all that can stand around it.
func badDeploy() casebook.IncidentReport {
	in := deniedIncident()
	other, family := ordersPlace(), ordersPlace()
	other.Group, family.Group = "service:billing", "family:nightly"
	var stops []casebook.Stop
	for i := range 3 {
		stops = append(stops, casebook.Stop{
			Key: fmt.Sprint("k", i), Ref: taskIn(in.Place, fmt.Sprintf("%032x", i)), Revision: badRevision, At: noon.Add(-time.Duration(5+i) * time.Minute),
			Verdict: in.Verdict, Diagnosis: fmt.Sprint("d", i), Incident: in.ID,
		})
	}
	stops[1].Verdict.Title, stops[1].Verdict.Confidence = words.Plain("The execution role may not read two secrets"), verdict.Likely
	stops[2].Verdict, stops[2].Diagnosis = diagnose.Verdict{}, ""
	stops = append(stops, casebook.Stop{Key: "event:e1", Ref: in.Place, At: noon.Add(-time.Hour), Incident: in.ID})
	return casebook.IncidentReport{
		Incident: in, Stops: stops, MoreStops: true,
		FirstBad: &casebook.Revision{ARN: badRevision, Place: in.Place, FirstSeen: in.First, LastSeen: in.Last},
		LastGood: &casebook.Revision{ARN: goodRevision, Place: in.Place, FirstSeen: noon.Add(-90 * time.Hour), LastSeen: in.First, Good: in.First},
		Compared: true,
		Changes: []revision.Change{
			{What: "execution-role", Before: "arn:aws:iam::111122223333:role/orders-exec", After: execARN},
			{What: "secret", Container: "api", Name: "DB_PASSWORD", After: secretARN},
			{What: "image", Container: "api", Before: "111122223333.dkr.ecr.eu-west-1.amazonaws.com/orders:41", After: "111122223333.dkr.ecr.eu-west-1.amazonaws.com/orders:42"},
			{What: "log-option", Container: "api", Name: "mode", Before: "blocking", After: ""},
		},
		Users: []casebook.RoleUser{{Place: other, Revision: goodRevision, LastSeen: noon.Add(-time.Hour)}, {Place: family, LastSeen: noon.Add(-2 * time.Hour)}},
	}
}

// weekOfStops is a service's history with more causes than a chart tells apart.
func weekOfStops() casebook.ServiceHistory {
	h := casebook.ServiceHistory{
		Service: ordersPlace(), Span: 3 * time.Hour, Since: noon.Add(-7 * 24 * time.Hour), Until: noon,
		Incidents: []casebook.Incident{deniedIncident()},
	}
	for i, cause := range []string{"startup.secretsmanager.denied", "runtime.oom", "runtime.denied", "", "a.b", "a.c", "a.d", "a.e"} {
		for day := range 7 {
			h.Counts = append(h.Counts, casebook.StopCount{At: noon.Add(-time.Duration(24*day+3*i) * time.Hour), Cause: cause, Count: 40/(i+1) - day})
		}
	}
	return h
}

// withHistory is a casebook in which all of the history is filled.
func withHistory() *fakeCasebook {
	book := always(secretDenied())
	report := badDeploy()
	book.history = fakeHistory{
		report: report, service: weekOfStops(),
		open:  casebook.IncidentPage{Incidents: []casebook.Incident{report.Incident}, Next: "open-2"},
		all:   casebook.IncidentPage{Incidents: []casebook.Incident{report.Incident, overIncident()}, Next: "all-2"},
		stops: casebook.StopPage{Stops: report.Stops, Next: "stops-2"},
	}
	return book
}
