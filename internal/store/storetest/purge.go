package storetest

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"whystopped/internal/casebook"
	"whystopped/internal/diagnose"
	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/taskref"
)

func testPurge(t *testing.T, w *world) {
	old := elsewhere(stop{n: 1, task: "a", at: 0, cause: "s3"}.kept(), "web", api.Group, "api:6")
	old.Facts, old.Definitions = &evidence.Task{Version: 6}, []evidence.TaskDefinition{{TaskDefinitionARN: "api:6"}, {TaskDefinitionARN: "api:7"}}
	over := save(t, w, old)[0].Incident.ID
	if _, err := w.Claim(t.Context(), over, minute(1), minute(2)); err != nil {
		t.Fatalf("Claim: %v", err)
	}
	accept(t, w, taskEvent("old", 5, "STOPPED", "UNKNOWN"))
	w.at(minute(500))
	recent := elsewhere(stop{n: 500, task: "b", at: 499, cause: "oom"}.kept(), "web", api.Group, "api:7")
	recent.Facts = &evidence.Task{Version: 6}
	goingOn := save(t, w, recent)[0].Incident.ID
	accept(t, w, taskEvent("new", 600, "RUNNING", "HEALTHY"))
	before := tables(t, w)

	for range 100 {
		removed, err := w.Purge(t.Context(), minute(400), minute(400), 3)
		if err != nil {
			t.Fatalf("Purge: %v", err)
		}
		if removed == 0 {
			break
		}
	}
	got := tables(t, w)
	for table, n := range got {
		got[table] = before[table] - n
	}
	want := map[string]int{"diagnoses": 1, "stops": 2, "facts": 2, "definitions": 1, "revisions": 1, "incidents": 1, "incident_keys": 1, "tellings": 1, "events": 1}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("rows that are gone, by table (-want +got):\n%s", diff)
	}
	if _, err := w.Incident(t.Context(), over); !errors.Is(err, casebook.ErrNotKept) {
		t.Errorf("the incident that is over: %v, want ErrNotKept", err)
	}
	if _, err := w.Incident(t.Context(), goingOn); err != nil {
		t.Errorf("the incident that goes on: %v", err)
	}
	if _, err := w.Get(t.Context(), id(500)); err != nil {
		t.Errorf("the newer diagnosis: %v", err)
	}
	if _, err := w.Facts(t.Context(), taskref.Ref{TaskID: "b"}); err != nil {
		t.Errorf("the newer facts: %v", err)
	}
	if _, err := w.Definition(t.Context(), "api:7"); err != nil {
		t.Errorf("the definition that is still in use: %v", err)
	}
}

// testPurgeOfBrought: what somebody brought goes sooner than the rest.
func testPurgeOfBrought(t *testing.T, w *world) {
	save(t, w,
		casebook.Kept{Diagnosis: diagnose.Diagnosis{ID: id(1)}}, casebook.Kept{Diagnosis: diagnose.Diagnosis{ID: id(2)}, Brought: true},
		casebook.Kept{Diagnosis: diagnose.Diagnosis{ID: id(3)}, Brought: true}, casebook.Kept{Diagnosis: diagnose.Diagnosis{ID: id(5)}, Brought: true},
	)
	for _, want := range []int{1, 1, 0} {
		if removed, err := w.Purge(t.Context(), minute(1), minute(4), 1); err != nil || removed != want {
			t.Errorf("%d rows are gone, %v, want %d", removed, err, want)
		}
	}
	for n, kept := range map[int]bool{1: true, 2: false, 3: false, 5: true} {
		if _, err := w.Get(t.Context(), id(n)); (err == nil) != kept {
			t.Errorf("diagnosis %d: %v, want it kept: %v", n, err, kept)
		}
	}
}

// tables counts the rows of all tables.
func tables(t *testing.T, w *world) map[string]int {
	t.Helper()
	counts := map[string]int{}
	for _, table := range []string{"diagnoses", "stops", "facts", "definitions", "revisions", "incidents", "incident_keys", "tellings", "events"} {
		var n int
		if err := w.DB().QueryRowContext(t.Context(), "SELECT COUNT(*) FROM "+table).Scan(&n); err != nil {
			t.Fatalf("count %s: %v", table, err)
		}
		counts[table] = n
	}
	return counts
}
