package storetest

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"whystopped/internal/casebook"
	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/taskref"
)

// elsewhere moves a diagnosis to a place.
func elsewhere(k casebook.Kept, cluster, group, revision string) casebook.Kept {
	k.Diagnosis.Task.Cluster, k.Diagnosis.Task.Group, k.Diagnosis.Task.TaskDefinitionARN = cluster, group, revision
	return k
}

func testStops(t *testing.T, w *world) {
	first := saveStops(t, w, stop{n: 1, task: "a", at: 0, cause: "s3"}, stop{n: 2, task: "b", at: 0, cause: "s3"}, stop{n: 3, task: "c", at: 0, cause: "oom"}, stop{n: 4, task: "d", at: 9, cause: "exit", key: "-"})[0]
	save(t, w, elsewhere(stop{n: 5, task: "e", at: 8, cause: "s3", key: "s3 of the job"}.kept(), "batch", "family:job", "job:1"))
	tests := []struct {
		name   string
		filter casebook.StopFilter
		want   string // ids of the tasks
	}{
		{"none", casebook.StopFilter{}, "decba"},
		{"the whole place", casebook.StopFilter{Place: api}, "dcba"},
		{"account", casebook.StopFilter{Place: taskref.Ref{Account: "444455556666"}}, ""},
		{"region and partition", casebook.StopFilter{Place: taskref.Ref{Region: api.Region, Partition: "aws"}}, "decba"},
		{"cluster", casebook.StopFilter{Place: taskref.Ref{Cluster: "batch"}}, "e"},
		{"group", casebook.StopFilter{Place: taskref.Ref{Group: api.Group}}, "dcba"},
		{"incident", casebook.StopFilter{Incident: first.Incident.ID}, "ba"},
		{"cause", casebook.StopFilter{Cause: "oom"}, "c"},
		{"since, the moment itself too", casebook.StopFilter{Since: minute(8)}, "de"},
		{"until, without the moment itself", casebook.StopFilter{Until: minute(8)}, "cba"},
	}
	for _, test := range tests {
		for limit := range 3 {
			if got := turnPages(t, w, test.filter, limit+1); got != test.want {
				t.Errorf("filter %s, %d a page: stops of tasks %q, want %q", test.name, limit+1, got, test.want)
			}
		}
	}
	stops, _, err := w.Stops(t.Context(), casebook.StopFilter{Incident: first.Incident.ID, Until: minute(1)}, "", 1)
	want := []casebook.Stop{{
		Key: "arn:aws:ecs:eu-west-1:111122223333:task/web/b", Ref: inAPI("b"), Revision: apiRevision, At: minute(0),
		Verdict: first.Verdict, Diagnosis: id(2), Incident: first.Incident.ID,
	}}
	if diff := cmp.Diff(want, stops); err != nil || diff != "" {
		t.Errorf("stop: %v (-want +got):\n%s", err, diff)
	}
	for _, cursor := range []string{"?", "QQ", "eCB5"} {
		if _, _, err := w.Stops(t.Context(), casebook.StopFilter{}, cursor, 1); !errors.Is(err, casebook.ErrBadCursor) {
			t.Errorf("cursor %q: %v, want ErrBadCursor", cursor, err)
		}
	}
}

// turnPages gives the ids of the tasks of all pages, one letter each.
func turnPages(t *testing.T, w *world, f casebook.StopFilter, limit int) (tasks string) {
	t.Helper()
	cursor := ""
	for range 10 {
		stops, next, err := w.Stops(t.Context(), f, cursor, limit)
		if err != nil || len(stops) > limit {
			t.Fatalf("Stops: %d of them, %v", len(stops), err)
		}
		for _, s := range stops {
			tasks += s.Ref.TaskID
		}
		if next == "" {
			return tasks
		}
		cursor = next
	}
	t.Fatalf("the pages do not end")
	return ""
}

func testStopCounts(t *testing.T, w *world) {
	saveStops(t, w,
		stop{n: 1, task: "a", at: 0, cause: "s3"}, stop{n: 2, task: "b", at: 59, cause: "s3"}, stop{n: 3, task: "c", at: 30, cause: "oom"},
		stop{n: 4, task: "d", at: 60, cause: "s3"},
	)
	accept(t, w, taskEvent("e1", 300, "STOPPED", "UNKNOWN"))
	save(t, w, elsewhere(stop{n: 5, task: "e", at: 8, cause: "s3"}.kept(), "batch", "family:job", "job:1"))
	got, err := w.StopCounts(t.Context(), casebook.StopFilter{Place: api}, time.Hour)
	want := []casebook.StopCount{
		{At: minute(0), Cause: "oom", Count: 1},
		{At: minute(0), Cause: "s3", Count: 2},
		{At: minute(60), Cause: "s3", Count: 1},
		{At: minute(240), Cause: "", Count: 1},
	}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("by the hour: %v (-want +got):\n%s", err, diff)
	}
	got, err = w.StopCounts(t.Context(), casebook.StopFilter{Cause: "s3", Since: minute(1)}, 24*time.Hour)
	want = []casebook.StopCount{{At: noon.Truncate(24 * time.Hour), Cause: "s3", Count: 3}}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("by the day: %v (-want +got):\n%s", err, diff)
	}
}

func testRevisions(t *testing.T, w *world) {
	good := evidence.TaskDefinition{TaskDefinitionARN: "api:6", ExecutionRoleARN: "exec", TaskRoleARN: "task"}
	first := elsewhere(stop{n: 20, task: "a", at: 10, cause: "s3"}.kept(), "web", api.Group, "api:7")
	first.Good, first.Definitions = []string{"api:6", "api:5"}, []evidence.TaskDefinition{good}
	second := elsewhere(stop{n: 21, task: "b", at: 5, cause: "s3"}.kept(), "web", api.Group, "api:7")
	second.Diagnosis.Task.ExecutionRoleARN = "" // was not read this time
	running := elsewhere(stop{n: 22, task: "c", cause: "running"}.kept(), "web", api.Group, "api:8")
	running.Stop = nil
	brought := elsewhere(stop{n: 23, task: "d", cause: "s3"}.kept(), "web", api.Group, "api:9")
	brought.Stop, brought.Brought = nil, true
	save(t, w, first, second, running, brought, elsewhere(stop{n: 24, task: "e", at: 30, cause: "s3"}.kept(), "web", "service:other", "other:1"))

	const exec = "arn:aws:iam::111122223333:role/api-exec"
	want := []casebook.Revision{
		{ARN: "api:8", Place: api, FirstSeen: minute(22), LastSeen: minute(22), ExecutionRole: exec},
		{ARN: "api:5", Place: api, FirstSeen: minute(20), LastSeen: minute(20), Good: minute(20)},
		{ARN: "api:6", Place: api, FirstSeen: minute(20), LastSeen: minute(20), Good: minute(20), ExecutionRole: "exec", TaskRole: "task"},
		{ARN: "api:7", Place: api, FirstSeen: minute(5), LastSeen: minute(10), ExecutionRole: exec},
	}
	got, err := w.Revisions(t.Context(), api, 10)
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("of a service: %v (-want +got):\n%s", err, diff)
	}
	got, err = w.Revisions(t.Context(), taskref.Ref{Account: api.Account, Cluster: "web"}, 1)
	if err != nil || len(got) != 1 || got[0].ARN != "other:1" {
		t.Errorf("the newest of a cluster: %+v, %v, want other:1", got, err)
	}
}

func testRoleUsers(t *testing.T, w *world) {
	const role = "arn:aws:iam::111122223333:role/api-exec"
	asTask := elsewhere(stop{n: 3, task: "c", at: 20, cause: "s3"}.kept(), "web", "service:other", "other:1")
	asTask.Diagnosis.Task.ExecutionRoleARN, asTask.Diagnosis.Task.TaskRoleARN = "", role
	unrelated := elsewhere(stop{n: 4, task: "d", at: 40, cause: "s3"}.kept(), "web", "service:unrelated", "unrelated:1")
	unrelated.Diagnosis.Task.ExecutionRoleARN = ""
	save(t, w,
		elsewhere(stop{n: 1, task: "a", at: 10, cause: "s3"}.kept(), "web", api.Group, "api:6"),
		elsewhere(stop{n: 2, task: "b", at: 30, cause: "s3"}.kept(), "web", api.Group, "api:7"),
		asTask, unrelated,
	)
	service := casebook.RoleUser{Place: api, Revision: "api:7", LastSeen: minute(30)}
	other := casebook.RoleUser{Place: api, Revision: "other:1", LastSeen: minute(20)}
	other.Place.Group = "service:other"
	tests := []struct {
		name  string
		role  string
		since time.Time
		limit int
		want  []casebook.RoleUser
	}{
		{"all", role, minute(0), 10, []casebook.RoleUser{service, other}},
		{"at most one", role, minute(0), 1, []casebook.RoleUser{service}},
		{"since", role, minute(30), 10, []casebook.RoleUser{service}},
		{"no role", "", minute(0), 10, nil},
	}
	for _, test := range tests {
		got, err := w.RoleUsers(t.Context(), test.role, test.since, test.limit)
		if diff := cmp.Diff(test.want, got); err != nil || diff != "" {
			t.Errorf("%s: %v (-want +got):\n%s", test.name, err, diff)
		}
	}
}

// inAPI returns the address of a task of the service api.
func inAPI(taskID string) taskref.Ref {
	ref := api
	ref.TaskID = taskID
	return ref
}
