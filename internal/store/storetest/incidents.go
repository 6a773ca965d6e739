package storetest

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"whystopped/internal/casebook"
	"whystopped/internal/diagnose"
	"whystopped/internal/diagnose/verdict"
	"whystopped/internal/taskref"
	"whystopped/internal/words"
)

var api = taskref.Ref{Partition: "aws", Account: "111122223333", Region: "eu-west-1", Cluster: "web", Group: "service:api"}

const apiRevision = "arn:aws:ecs:eu-west-1:111122223333:task-definition/api:7"

// stop is a diagnosis of an end in the place api.
type stop struct {
	n         int    // orders the diagnoses
	task      string // its id
	at        int    // minutes after noon
	cause     string
	key       string // of the incident: the cause, unless it is set; "-" for none
	factsOnly bool
	sure      verdict.Confidence // Likely, unless it is set
	quiet     bool               // nobody is to hear of it
}

func (s stop) kept() casebook.Kept {
	key := cmp.Or(s.key, s.cause)
	if key == "-" {
		key = ""
	}
	arn := "arn:aws:ecs:eu-west-1:111122223333:task/web/" + s.task
	return casebook.Kept{
		Diagnosis: diagnose.Diagnosis{
			ID: id(s.n), CreatedAt: minute(s.n),
			Task: diagnose.TaskView{
				ARN: arn, ID: s.task, Partition: api.Partition, Account: api.Account, Region: api.Region, Cluster: api.Cluster, Group: api.Group,
				TaskDefinitionARN: apiRevision, ExecutionRoleARN: "arn:aws:iam::111122223333:role/api-exec",
			},
			Verdict: diagnose.Verdict{Cause: s.cause, Category: verdict.IAMPermission, Confidence: cmp.Or(s.sure, verdict.Likely), Title: words.Plain("It is " + s.cause)},
		},
		Stop: &casebook.KeptStop{Key: arn, At: minute(s.at), Incident: key, Full: !s.factsOnly, Tell: !s.quiet},
	}
}

func saveStops(t *testing.T, w *world, stops ...stop) (saved []diagnose.Diagnosis) {
	t.Helper()
	for _, s := range stops {
		w.at(minute(s.n))
		saved = append(saved, save(t, w, s.kept())...)
	}
	return saved
}

// summary is what the tests look at of an incident.
type summary struct {
	Cause       string
	Count       int
	First, Last int // minutes after noon
}

func incidents(t *testing.T, w *world, f casebook.Filter) (all []summary) {
	t.Helper()
	found, err := w.Incidents(t.Context(), casebook.IncidentFilter{Filter: f}, "", 100)
	if err != nil {
		t.Fatalf("Incidents: %v", err)
	}
	for _, in := range found {
		minutes := func(at time.Time) int { return int(at.Sub(noon) / time.Minute) }
		all = append(all, summary{in.Verdict.Cause, in.Count, minutes(in.First), minutes(in.Last)})
	}
	return all
}

// incidentTests tell which incidents there are after some stops.
var incidentTests = []struct {
	name  string
	stops []stop
	want  []summary // the one that opened last first
}{
	{
		"stops alike are one",
		[]stop{{n: 1, task: "a", at: 0, cause: "s3"}, {n: 2, task: "b", at: 5, cause: "s3"}},
		[]summary{{"s3", 2, 0, 5}},
	},
	{
		"of two causes are two",
		[]stop{{n: 1, task: "a", at: 0, cause: "s3"}, {n: 2, task: "b", at: 5, cause: "oom"}},
		[]summary{{"oom", 1, 5, 5}, {"s3", 1, 0, 0}},
	},
	{
		"where nothing failed there is none",
		[]stop{{n: 1, task: "a", at: 0, cause: "exit", key: "-"}},
		nil,
	},
	{
		"goes on within the hour",
		[]stop{{n: 1, task: "a", at: 0, cause: "s3"}, {n: 2, task: "b", at: 59, cause: "s3"}, {n: 3, task: "c", at: 118, cause: "s3"}},
		[]summary{{"s3", 3, 0, 118}},
	},
	{
		"is over after an hour",
		[]stop{{n: 1, task: "a", at: 0, cause: "s3"}, {n: 2, task: "b", at: 60, cause: "s3"}},
		[]summary{{"s3", 1, 60, 60}, {"s3", 1, 0, 0}},
	},
	{
		"a stop that is told late joins the one of its time",
		[]stop{
			{n: 1, task: "a", at: 0, cause: "s3"},
			{n: 2, task: "b", at: 300, cause: "s3"},
			{n: 3, task: "c", at: -30, cause: "s3"},
			{n: 4, task: "d", at: 301, cause: "s3"},
			{n: 5, task: "e", at: 150, cause: "s3"},
		},
		[]summary{{"s3", 1, 150, 150}, {"s3", 2, 300, 301}, {"s3", 2, -30, 0}},
	},
	{
		"a stop that lies between two makes one of them",
		[]stop{
			{n: 1, task: "a", at: 0, cause: "s3"},
			{n: 2, task: "b", at: 110, cause: "s3", sure: verdict.Confirmed},
			{n: 3, task: "c", at: 220, cause: "s3"},
			{n: 4, task: "d", at: 55, cause: "s3"},
			{n: 5, task: "e", at: 165, cause: "s3"},
		},
		[]summary{{"s3", 5, 0, 220}},
	},
	{
		"a stop that is diagnosed again counts once",
		[]stop{{n: 1, task: "a", at: 0, cause: "s3"}, {n: 2, task: "a", at: 0, cause: "s3"}, {n: 3, task: "a", at: 1, cause: "s3"}},
		[]summary{{"s3", 1, 1, 1}},
	},
	{
		"goes by both keys when its cause is known better",
		[]stop{
			{n: 1, task: "a", at: 0, cause: "unknown"},
			{n: 2, task: "a", at: 0, cause: "s3"},
			{n: 3, task: "b", at: 1, cause: "unknown", sure: verdict.Possible},
			{n: 4, task: "c", at: 2, cause: "s3"},
		},
		[]summary{{"s3", 3, 0, 2}},
	},
	{
		"loses a stop to another that is open",
		[]stop{
			{n: 1, task: "a", at: 0, cause: "unknown"},
			{n: 2, task: "b", at: 5, cause: "unknown"},
			{n: 3, task: "c", at: 9, cause: "s3"},
			{n: 4, task: "a", at: 0, cause: "s3"},
		},
		[]summary{{"s3", 2, 0, 9}, {"unknown", 1, 5, 5}},
	},
	{
		"turns into the one that took its last stop, with its key",
		[]stop{
			{n: 1, task: "a", at: 0, cause: "unknown"},
			{n: 2, task: "b", at: 5, cause: "s3"},
			{n: 3, task: "a", at: 0, cause: "s3"},
			{n: 4, task: "c", at: 6, cause: "unknown", sure: verdict.Possible},
		},
		[]summary{{"s3", 3, 0, 6}},
	},
	{
		"loses a stop that was no failure",
		[]stop{{n: 1, task: "a", at: 0, cause: "s3"}, {n: 2, task: "b", at: 5, cause: "s3"}, {n: 3, task: "a", at: 0, cause: "stop.user", key: "-"}},
		[]summary{{"s3", 1, 5, 5}},
	},
	{
		"is none once no stop was a failure",
		[]stop{{n: 1, task: "a", at: 0, cause: "s3"}, {n: 2, task: "a", at: 0, cause: "stop.user", key: "-"}},
		nil,
	},
	{
		"is there again when another stop was one",
		[]stop{{n: 1, task: "a", at: 0, cause: "s3"}, {n: 2, task: "a", at: 0, cause: "stop.user", key: "-"}, {n: 3, task: "b", at: 9, cause: "s3"}},
		[]summary{{"s3", 1, 9, 9}},
	},
	{
		"an older diagnosis that comes late changes nothing",
		[]stop{{n: 2, task: "a", at: 0, cause: "s3"}, {n: 1, task: "a", at: 0, cause: "unknown"}},
		[]summary{{"s3", 1, 0, 0}},
	},
}

// testIncidents gives each test a cluster of its own.
func testIncidents(t *testing.T, w *world) {
	for i, test := range incidentTests {
		cluster := fmt.Sprint("cluster", i)
		for _, s := range test.stops {
			k := elsewhere(s.kept(), cluster, api.Group, apiRevision)
			k.Diagnosis.ID = id(100*i + s.n)
			k.Stop.Key = strings.Replace(k.Stop.Key, "/web/", "/"+cluster+"/", 1)
			if k.Stop.Incident != "" {
				k.Stop.Incident = cluster + k.Stop.Incident
			}
			save(t, w, k)
			w.at(minute(100*i + s.n))
		}
		if diff := gocmp.Diff(test.want, incidents(t, w, casebook.Filter{Cluster: cluster})); diff != "" {
			t.Errorf("%s: incidents (-want +got):\n%s", test.name, diff)
		}
	}
}

// testIncidentVerdict adds one look after another to the same incident.
func testIncidentVerdict(t *testing.T, w *world) {
	tests := []struct {
		name string
		look stop
		want string // the number of the diagnosis whose verdict it has
	}{
		{"the first look", stop{n: 1, factsOnly: true, sure: verdict.Confirmed}, id(1)},
		{"a factsOnly one, as long as there was no deep one", stop{n: 2, factsOnly: true, sure: verdict.Possible}, id(2)},
		{"the first deep one, however sure", stop{n: 3, sure: verdict.ConfidenceUnknown}, id(3)},
		{"no factsOnly one any more", stop{n: 4, factsOnly: true, sure: verdict.Confirmed}, id(3)},
		{"a deep one that is surer", stop{n: 5, sure: verdict.Likely}, id(5)},
		{"a deep one that is as sure", stop{n: 6, sure: verdict.Likely}, id(6)},
		{"none that is less sure", stop{n: 7, sure: verdict.Possible}, id(6)},
	}
	for _, test := range tests {
		s := test.look
		s.task, s.at, s.key, s.cause = id(s.n), s.n, "key", "seen by "+id(s.n)
		d := saveStops(t, w, s)[0]
		in, err := w.Incident(t.Context(), d.Incident.ID)
		if err != nil {
			t.Fatalf("Incident: %v", err)
		}
		if in.Diagnosis != test.want || in.Verdict.Cause != "seen by "+test.want {
			t.Errorf("%s: the incident has the verdict %q of diagnosis %s, want that of %s", test.name, in.Verdict.Cause, in.Diagnosis, test.want)
		}
	}
}

func testTurnedInto(t *testing.T, w *world) {
	d := saveStops(t, w,
		stop{n: 1, task: "a", at: 0, cause: "unknown"},
		stop{n: 2, task: "b", at: 1, cause: "possible"},
		stop{n: 3, task: "c", at: 2, cause: "s3"},
	)
	for _, told := range d {
		if _, err := w.ClaimUpdate(t.Context(), told.Incident.ID); err != nil {
			t.Fatalf("News: %v", err)
		}
	}
	saveStops(t, w,
		stop{n: 4, task: "a", at: 0, cause: "possible"}, // the first turns into the second
		stop{n: 5, task: "a", at: 0, cause: "s3"},
		stop{n: 6, task: "b", at: 1, cause: "s3"}, // and that into the third
	)
	toTell := map[string]int{}
	for _, work := range owed(t, w) {
		toTell[work.Incident]++
	}
	for i := range d {
		if n := toTell[d[i].Incident.ID]; n != 2 {
			t.Errorf("incident %d is owed to be told %d times, want once as it opened and once as it changed", i, n)
		}
	}
	for name, was := range map[string]string{"the first": d[0].Incident.ID, "the second": d[1].Incident.ID} {
		in, err := w.Incident(t.Context(), was)
		if err != nil {
			t.Fatalf("Incident: %v", err)
		}
		if in.ID != was || in.Into != d[2].Incident.ID {
			t.Errorf("%s incident, %s, turned into %q, want %s", name, in.ID, in.Into, d[2].Incident.ID)
		}
	}
	if diff := gocmp.Diff([]summary{{"s3", 3, 0, 2}}, incidents(t, w, casebook.Filter{})); diff != "" {
		t.Errorf("incidents (-want +got):\n%s", diff)
	}
}

func testDiagnosisKnowsItsIncident(t *testing.T, w *world) {
	lent := stop{n: 2, task: "b", at: 1, cause: "s3", factsOnly: true}.kept()
	lent.Diagnosis.Incident = &diagnose.Incident{Siblings: []string{"a"}}
	ended := stop{n: 3, task: "c", at: 2, cause: "exit", key: "-"}.kept()
	first := saveStops(t, w, stop{n: 1, task: "a", at: 0, cause: "s3"})[0]
	saved := append([]diagnose.Diagnosis{first}, save(t, w, lent, ended)...)
	found, err := w.Incidents(t.Context(), casebook.IncidentFilter{}, "", 10)
	if err != nil || len(found) != 1 {
		t.Fatalf("Incidents: %v, %v, want one", found, err)
	}
	in := found[0]
	if want := (casebook.Incident{
		ID: in.ID, Place: api, Revision: apiRevision, Verdict: first.Verdict, Diagnosis: first.ID,
		Count: 2, First: minute(0), Last: minute(1), Opened: minute(1),
	}); !gocmp.Equal(want, in) {
		t.Errorf("incident (-want +got):\n%s", gocmp.Diff(want, in))
	}
	want := []*diagnose.Incident{{ID: in.ID}, {ID: in.ID, Siblings: []string{"a"}}, nil}
	for i, d := range saved {
		if diff := gocmp.Diff(want[i], d.Incident); diff != "" {
			t.Errorf("diagnosis %d as it was saved is of the incident (-want +got):\n%s", i, diff)
		}
		got, err := w.Get(t.Context(), d.ID)
		if diff := gocmp.Diff(d, got); err != nil || diff != "" {
			t.Errorf("diagnosis %d as it is kept: %v (-want +got):\n%s", i, err, diff)
		}
	}
	if lent.Diagnosis.Incident.ID != "" {
		t.Error("Save wrote into the caller's diagnosis")
	}
	if _, err := w.Incident(t.Context(), id(99)); !errors.Is(err, casebook.ErrNotKept) {
		t.Errorf("Incident of an unknown id: %v, want ErrNotKept", err)
	}
}

func testIncidentLists(t *testing.T, w *world) {
	batch := stop{n: 200, task: "b", at: 200, cause: "oom"}.kept()
	batch.Diagnosis.Task.Cluster, batch.Diagnosis.Task.Group = "batch", "family:job"
	batch.Diagnosis.Verdict.Category, batch.Diagnosis.Verdict.Identity.Kind = verdict.OOM, verdict.NoIdentity
	saveStops(t, w, stop{n: 1, task: "a", at: 0, cause: "s3"})
	w.at(minute(200))
	save(t, w, batch)
	tests := []struct {
		name   string
		filter casebook.IncidentFilter
		want   []string
	}{
		{"none", casebook.IncidentFilter{}, []string{"oom", "s3"}},
		{"cluster", casebook.IncidentFilter{Filter: casebook.Filter{Cluster: "batch"}}, []string{"oom"}},
		{"service", casebook.IncidentFilter{Filter: casebook.Filter{Service: "api"}}, []string{"s3"}},
		{"category", casebook.IncidentFilter{Filter: casebook.Filter{Category: verdict.OOM}}, []string{"oom"}},
		{"identity and cause that contradict", casebook.IncidentFilter{Filter: casebook.Filter{Identity: verdict.NoIdentity, Cause: "s3"}}, nil},
		{"opened since", casebook.IncidentFilter{Filter: casebook.Filter{Since: minute(200)}}, []string{"oom"}},
		{"opened until", casebook.IncidentFilter{Filter: casebook.Filter{Until: minute(200)}}, []string{"s3"}},
		{"still going on just before the hour is over", casebook.IncidentFilter{GoingOn: minute(59)}, []string{"oom", "s3"}},
		{"over", casebook.IncidentFilter{GoingOn: minute(60)}, []string{"oom"}},
	}
	for _, test := range tests {
		found, err := w.Incidents(t.Context(), test.filter, "", 10)
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
		}
		var got []string
		for _, in := range found {
			got = append(got, in.Verdict.Cause)
		}
		if diff := gocmp.Diff(test.want, got); diff != "" {
			t.Errorf("filter %s (-want +got):\n%s", test.name, diff)
		}
	}
	first, err := w.Incidents(t.Context(), casebook.IncidentFilter{}, "", 1)
	if err != nil || len(first) != 1 {
		t.Fatalf("the first page: %v, %v", first, err)
	}
	second, err := w.Incidents(t.Context(), casebook.IncidentFilter{}, first[0].ID, 1)
	if err != nil || len(second) != 1 || second[0].Verdict.Cause != "s3" {
		t.Errorf("the second page: %v, %v, want the incident that opened first", second, err)
	}
}
