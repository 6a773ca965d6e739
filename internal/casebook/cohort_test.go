package casebook

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"whystopped/internal/diagnose"
	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/taskref"
)

// clock is a time that a test sets.
type clock struct{ at time.Time }

func (c *clock) now() time.Time { return c.at }

func morning() *clock { return &clock{time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)} }

// crashed is a task of a revision, all of which stopped alike.
func crashed(revision int) *evidence.Task {
	return &evidence.Task{
		TaskDefinitionARN: fmt.Sprintf("arn:aws:ecs:eu-west-1:111122223333:task-definition/orders:%d", revision),
		LastStatus:        "STOPPED", StopCode: "EssentialContainerExited",
	}
}

func TestCrowdsCount(t *testing.T) {
	c := morning()
	all := &cohorts{now: c.now}
	first := all.joinTask(crashed(7), "a")
	if all.joinTask(crashed(7), "b") != first || all.joinTask(crashed(7), "a") != first {
		t.Error("tasks that stopped alike are of several cohorts")
	}
	if all.joinTask(crashed(8), "c") == first {
		t.Error("tasks of two revisions are of one cohort")
	}
	if all.joinTask(&evidence.Task{LastStatus: "RUNNING"}, "d") != nil {
		t.Error("a task that runs is of a cohort")
	}
	if open, tasks := all.lengths(); open != 2 || tasks != 3 {
		t.Errorf("%d cohorts with %d tasks, want 2 with 3", open, tasks)
	}
}

func TestCrowdsEnd(t *testing.T) {
	for _, test := range []struct {
		name  string
		after []time.Duration // between one task and the next
		same  bool
	}{
		{"a short pause", []time.Duration{cohortGap - time.Second}, true},
		{"a long pause", []time.Duration{cohortGap}, false},
		{"one after the other for an hour", []time.Duration{20 * time.Minute, 20 * time.Minute, 20 * time.Minute}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := morning()
			all := &cohorts{now: c.now}
			first := all.joinTask(crashed(7), "a")
			last := first
			for i, d := range test.after {
				c.at = c.at.Add(d)
				last = all.joinTask(crashed(7), fmt.Sprint(i))
			}
			if (last == first) != test.same {
				t.Errorf("the same cohort: %v, want %v", last == first, test.same)
			}
			if open, _ := all.lengths(); open != 1 {
				t.Errorf("%d are remembered, want 1", open)
			}
		})
	}
}

func TestCrowdsAreBounded(t *testing.T) {
	c := morning()
	all := &cohorts{now: c.now}
	for i := range maxCohorts + 10 {
		c.at = c.at.Add(time.Millisecond)
		all.joinTask(crashed(i), "task")
	}
	if open, tasks := all.lengths(); open != maxCohorts || tasks != maxCohorts {
		t.Errorf("%d cohorts with %d tasks are remembered, want %d", open, tasks, maxCohorts)
	}
	if likeness, _ := diagnose.Likeness(crashed(0)); all.open[likeness] != nil {
		t.Error("the oldest is still remembered")
	}
	for i := range maxCohortTasks + 10 {
		all.joinTask(crashed(maxCohorts), fmt.Sprint(i))
	}
	if open, tasks := all.lengths(); open < 1 || tasks > maxCohortTasks {
		t.Errorf("%d cohorts with %d tasks are remembered, want at most %d tasks", open, tasks, maxCohortTasks)
	}
}

// of is a full run of a task.
func of(id string) *diagnose.Diagnosis {
	return &diagnose.Diagnosis{Task: diagnose.TaskView{ID: id}}
}

func TestSiblingsAreWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		all := &cohorts{now: time.Now}
		in := all.joinTask(crashed(7), "a")
		for i := range enoughRuns {
			if done, err := all.siblings(t.Context(), in); err != nil || len(done) != 0 {
				t.Fatalf("the run %d: %d siblings, %v, want that it begins", i, len(done), err)
			}
		}
		var siblings []diagnose.Diagnosis
		done := make(chan error, 1)
		go func() {
			var err error
			siblings, err = all.siblings(t.Context(), in)
			done <- err
		}()
		for _, id := range []string{"a", "b"} {
			all.endRun(in, of(id))
			synctest.Wait()
		}
		select {
		case <-done:
			t.Fatalf("%d siblings are taken for enough while a run is under way", len(siblings))
		default:
		}
		all.endRun(in, of("c"))
		if err := <-done; err != nil || len(siblings) != enoughRuns {
			t.Errorf("%d siblings, %v, want %d", len(siblings), err, enoughRuns)
		}
	})
}

func TestALookThatFailsIsMadeByAnother(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		all := &cohorts{now: time.Now}
		in := all.joinTask(crashed(7), "a")
		for range enoughRuns {
			all.beginRun(in)
		}
		begun := make(chan int, 1)
		go func() {
			done, _ := all.siblings(t.Context(), in)
			begun <- len(done)
		}()
		synctest.Wait()
		all.endRun(in, nil)
		if n := <-begun; n != 0 || in.underway != enoughRuns {
			t.Errorf("%d siblings and %d looks under way, want a look in place of the one that failed", n, in.underway)
		}
	})
}

func TestSiblingsThatComeTooLate(t *testing.T) {
	all := &cohorts{now: morning().now}
	in := all.joinTask(crashed(7), "a")
	for range enoughRuns {
		all.beginRun(in)
	}
	all.endRun(in, of("a"))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if done, err := all.siblings(ctx, in); !errors.Is(err, context.Canceled) || len(done) != 1 {
		t.Errorf("%d siblings, %v, want the one that is there and an error", len(done), err)
	}
}

func TestALaterLookTakesTheEarlierOnesPlace(t *testing.T) {
	all := &cohorts{now: morning().now}
	in := all.joinTask(crashed(7), "a")
	for _, id := range []string{"a", "b", "c", "a", "d"} {
		all.beginRun(in)
		all.endRun(in, of(id))
	}
	var ids string
	for _, d := range in.done {
		ids += d.Task.ID
	}
	if ids != "cad" {
		t.Errorf("looks at %s, want the newest three of different tasks, cad", ids)
	}
}

func TestTraffic(t *testing.T) {
	c := morning()
	all := &clusterLoads{now: c.now}
	var leave []func()
	for range busyUnderway {
		l := all.enter(taskref.Ref{Cluster: "prod"}, false)
		if l == nil {
			t.Fatal("an empty cluster is busy")
		}
		leave = append(leave, l)
	}
	if all.enter(taskref.Ref{Cluster: "prod"}, false) != nil {
		t.Error("one look more than a cohort has room for began")
	}
	if l := all.enter(taskref.Ref{Cluster: "test"}, false); l == nil {
		t.Error("another cluster is busy too")
	}
	wanted := all.enter(taskref.Ref{Cluster: "prod"}, true)
	if wanted == nil {
		t.Fatal("a look that is wanted anyway does not begin")
	}
	for _, l := range append(leave, wanted) {
		l()
	}
	for range busyBegun - busyUnderway - 1 {
		l := all.enter(taskref.Ref{Cluster: "prod"}, false)
		if l == nil {
			t.Fatal("a cluster is busy before enough looks began")
		}
		l()
	}
	if all.enter(taskref.Ref{Cluster: "prod"}, false) != nil {
		t.Errorf("more than %d looks began within %s", busyBegun, busyTime)
	}
	c.at = c.at.Add(busyTime)
	if all.enter(taskref.Ref{Cluster: "prod"}, false) == nil {
		t.Error("the cluster stays busy")
	}
}

func TestTrafficIsBounded(t *testing.T) {
	c := morning()
	all := &clusterLoads{now: c.now}
	busy := all.enter(taskref.Ref{Cluster: "busy"}, false)
	for i := range 3 * maxClusters {
		c.at = c.at.Add(time.Second)
		all.enter(taskref.Ref{Cluster: fmt.Sprint(i)}, false)()
	}
	if n := len(all.clusters); n > maxClusters || all.clusters[taskref.Ref{Cluster: "busy"}] == nil {
		t.Errorf("%d places are remembered, want at most %d, and the busy one among them", n, maxClusters)
	}
	busy()
}
