package storetest

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"whystopped/internal/casebook"
	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/taskref"
)

const taskARN = "arn:aws:ecs:eu-west-1:111122223333:task/web/t1"

var (
	taskRef    = taskref.Ref{Partition: api.Partition, Account: api.Account, Region: api.Region, Cluster: api.Cluster, TaskID: "t1"}
	serviceRef = taskref.Ref{Partition: api.Partition, Account: api.Account, Region: api.Region, Cluster: api.Cluster, Group: "service:api"}
)

// taskEvent tells of the task t1 at a minute that is also its version.
func taskEvent(id string, at int, status, health string) casebook.Event {
	e := casebook.Event{ID: id, At: minute(at), Ref: taskRef.Or(api), Task: &evidence.Task{
		TaskARN: taskARN, ClusterARN: "arn:aws:ecs:eu-west-1:111122223333:cluster/web", TaskDefinitionARN: apiRevision,
		Group: api.Group, LastStatus: status, HealthStatus: health, Version: int64(at),
	}}
	if status == "STOPPED" {
		e.Task.StoppedAt = evidence.At(minute(at - 1))
	}
	return e
}

func accept(t *testing.T, w *world, events ...casebook.Event) {
	t.Helper()
	if err := w.Accept(t.Context(), events); err != nil {
		t.Fatalf("Accept: %v", err)
	}
}

func testEvents(t *testing.T, w *world) {
	refused := casebook.Event{
		ID: "e4", At: minute(9), Ref: serviceRef,
		Action: &evidence.ServiceEvent{At: minute(9), ID: "e4", Text: "(service api) failed to assume its role"},
	}
	ending := taskEvent("e5", 3, "RUNNING", "HEALTHY")
	ending.Task.DesiredStatus = "STOPPED"
	accept(t, w, taskEvent("e3", 5, "STOPPED", "UNKNOWN"), taskEvent("e1", 1, "PENDING", "UNKNOWN"), refused, ending, taskEvent("e2", 2, "RUNNING", "HEALTHY"))

	want := []casebook.Work{{Kind: casebook.WorkDiagnose, Event: "e4"}, {Kind: casebook.WorkDiagnose, Task: taskRef}}
	if diff := cmp.Diff(want, owed(t, w)); diff != "" {
		t.Errorf("there is owed (-want +got):\n%s", diff)
	}
	wantStops := []casebook.Stop{
		{Key: "event:e4", Ref: api, At: minute(9)},
		{Key: taskARN, Ref: taskRef.Or(api), Revision: apiRevision, At: minute(4)},
	}
	stops, _, err := w.Stops(t.Context(), casebook.StopFilter{}, "", 10)
	if diff := cmp.Diff(wantStops, stops); err != nil || diff != "" {
		t.Errorf("stops before they are diagnosed: %v (-want +got):\n%s", err, diff)
	}
	facts, err := w.Facts(t.Context(), taskRef)
	if diff := cmp.Diff(*taskEvent("", 5, "STOPPED", "UNKNOWN").Task, facts); err != nil || diff != "" {
		t.Errorf("facts: %v (-want +got):\n%s", err, diff)
	}
	wantRevisions := []casebook.Revision{{ARN: apiRevision, Place: api, FirstSeen: minute(2), LastSeen: minute(4), Good: minute(2)}}
	revisions, err := w.Revisions(t.Context(), api, 10)
	if diff := cmp.Diff(wantRevisions, revisions); err != nil || diff != "" {
		t.Errorf("revisions: %v (-want +got):\n%s", err, diff)
	}
	got, err := w.Event(t.Context(), "e4")
	if diff := cmp.Diff(refused, got); err != nil || diff != "" {
		t.Errorf("event: %v (-want +got):\n%s", err, diff)
	}
	for _, id := range []string{"e3", "e99"} { // a task's, and none
		if _, err := w.Event(t.Context(), id); !errors.Is(err, casebook.ErrNotKept) {
			t.Errorf("Event(%s): %v, want ErrNotKept", id, err)
		}
	}
}

func testEventsTwice(t *testing.T, w *world) {
	later := taskEvent("e3", 7, "STOPPED", "UNKNOWN")
	read := stop{n: 6, task: "t1", at: 4, cause: "s3"}.kept()
	read.Facts = taskEvent("", 7, "STOPPED", "UNKNOWN").Task
	tests := []struct {
		name   string
		before func()
		events []casebook.Event
		want   []casebook.Work
	}{
		{"the first", func() {}, []casebook.Event{taskEvent("e1", 5, "STOPPED", "UNKNOWN")}, []casebook.Work{{Kind: casebook.WorkDiagnose, Task: taskRef}}},
		{"the same event", func() {}, []casebook.Event{taskEvent("e1", 5, "STOPPED", "UNKNOWN")}, nil},
		{"another of the same version", func() {}, []casebook.Event{taskEvent("e2", 5, "STOPPED", "UNKNOWN")}, nil},
		{"one of a version that was read", func() { save(t, w, read); owed(t, w) }, []casebook.Event{later, later}, nil},
	}
	for _, test := range tests {
		test.before()
		accept(t, w, test.events...)
		if diff := cmp.Diff(test.want, owed(t, w)); diff != "" {
			t.Errorf("%s: there is owed (-want +got):\n%s", test.name, diff)
		}
	}
	stops, _, err := w.Stops(t.Context(), casebook.StopFilter{}, "", 10)
	if err != nil || len(stops) != 1 || stops[0].Diagnosis != id(6) || stops[0].Verdict.Cause != "s3" {
		t.Errorf("stops: %+v, %v, want the one with its diagnosis", stops, err)
	}
}

// testNothingByHalves lets the last write of a transaction fail.
func testNothingByHalves(t *testing.T, w *world) {
	w.queue.broken.Store(true)
	if err := w.Accept(t.Context(), []casebook.Event{taskEvent("e1", 5, "STOPPED", "UNKNOWN")}); err == nil {
		t.Error("Accept took an event whose diagnosis nobody owes")
	}
	if _, err := w.Save(t.Context(), stop{n: 1, task: "a", at: 0, cause: "s3"}.kept()); err == nil {
		t.Error("Save kept a diagnosis of which nobody tells")
	}
	w.queue.broken.Store(false)
	if got := owed(t, w); got != nil {
		t.Errorf("there is owed %v", got)
	}
	if _, err := w.Get(t.Context(), id(1)); !errors.Is(err, casebook.ErrNotKept) {
		t.Errorf("the diagnosis: %v, want ErrNotKept", err)
	}
	if got := incidents(t, w, casebook.Filter{}); got != nil {
		t.Errorf("incidents: %v", got)
	}
	accept(t, w, taskEvent("e1", 5, "STOPPED", "UNKNOWN"))
	if got := owed(t, w); len(got) != 1 {
		t.Errorf("after the event came again there is owed %v, want a diagnosis", got)
	}
}
