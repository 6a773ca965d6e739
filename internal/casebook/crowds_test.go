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
	all := &crowds{now: c.now}
	first := all.joinTask(crashed(7), "a")
	if all.joinTask(crashed(7), "b") != first || all.joinTask(crashed(7), "a") != first {
		t.Error("tasks that stopped alike are of several crowds")
	}
	if all.joinTask(crashed(8), "c") == first {
		t.Error("tasks of two revisions are of one crowd")
	}
	if all.joinTask(&evidence.Task{LastStatus: "RUNNING"}, "d") != nil {
		t.Error("a task that runs is of a crowd")
	}
	if open, tasks := all.lengths(); open != 2 || tasks != 3 {
		t.Errorf("%d crowds with %d tasks, want 2 with 3", open, tasks)
	}
}

func TestCrowdsEnd(t *testing.T) {
	for _, test := range []struct {
		name  string
		after []time.Duration // between one task and the next
		same  bool
	}{
		{"a short pause", []time.Duration{crowdGap - time.Second}, true},
		{"a long pause", []time.Duration{crowdGap}, false},
		{"one after the other for an hour", []time.Duration{20 * time.Minute, 20 * time.Minute, 20 * time.Minute}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := morning()
			all := &crowds{now: c.now}
			first := all.joinTask(crashed(7), "a")
			last := first
			for i, d := range test.after {
				c.at = c.at.Add(d)
				last = all.joinTask(crashed(7), fmt.Sprint(i))
			}
			if (last == first) != test.same {
				t.Errorf("the same crowd: %v, want %v", last == first, test.same)
			}
			if open, _ := all.lengths(); open != 1 {
				t.Errorf("%d are remembered, want 1", open)
			}
		})
	}
}

func TestCrowdsAreBounded(t *testing.T) {
	c := morning()
	all := &crowds{now: c.now}
	for i := range maxCrowds + 10 {
		c.at = c.at.Add(time.Millisecond)
		all.joinTask(crashed(i), "task")
	}
	if open, tasks := all.lengths(); open != maxCrowds || tasks != maxCrowds {
		t.Errorf("%d crowds with %d tasks are remembered, want %d", open, tasks, maxCrowds)
	}
	if likeness, _ := diagnose.Likeness(crashed(0)); all.open[likeness] != nil {
		t.Error("the oldest is still remembered")
	}
	for i := range maxTasks + 10 {
		all.joinTask(crashed(maxCrowds), fmt.Sprint(i))
	}
	if open, tasks := all.lengths(); open < 1 || tasks > maxTasks {
		t.Errorf("%d crowds with %d tasks are remembered, want at most %d tasks", open, tasks, maxTasks)
	}
}

// of is a deep look at a task.
func of(id string) *diagnose.Diagnosis {
	return &diagnose.Diagnosis{Task: diagnose.TaskView{ID: id}}
}

func TestSiblingsAreWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		all := &crowds{now: time.Now}
		in := all.joinTask(crashed(7), "a")
		for i := range enoughLooks {
			if looked, err := all.siblings(t.Context(), in); err != nil || len(looked) != 0 {
				t.Fatalf("the look %d: %d siblings, %v, want that it begins", i, len(looked), err)
			}
		}
		var looked []diagnose.Diagnosis
		done := make(chan error, 1)
		go func() {
			var err error
			looked, err = all.siblings(t.Context(), in)
			done <- err
		}()
		for _, id := range []string{"a", "b"} {
			all.endLook(in, of(id))
			synctest.Wait()
		}
		select {
		case <-done:
			t.Fatalf("%d siblings are taken for enough while a look is under way", len(looked))
		default:
		}
		all.endLook(in, of("c"))
		if err := <-done; err != nil || len(looked) != enoughLooks {
			t.Errorf("%d siblings, %v, want %d", len(looked), err, enoughLooks)
		}
	})
}

func TestALookThatFailsIsMadeByAnother(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		all := &crowds{now: time.Now}
		in := all.joinTask(crashed(7), "a")
		for range enoughLooks {
			all.beginLook(in)
		}
		begun := make(chan int, 1)
		go func() {
			looked, _ := all.siblings(t.Context(), in)
			begun <- len(looked)
		}()
		synctest.Wait()
		all.endLook(in, nil)
		if n := <-begun; n != 0 || in.looking != enoughLooks {
			t.Errorf("%d siblings and %d looks under way, want a look in place of the one that failed", n, in.looking)
		}
	})
}

func TestSiblingsThatComeTooLate(t *testing.T) {
	all := &crowds{now: morning().now}
	in := all.joinTask(crashed(7), "a")
	for range enoughLooks {
		all.beginLook(in)
	}
	all.endLook(in, of("a"))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if looked, err := all.siblings(ctx, in); !errors.Is(err, context.Canceled) || len(looked) != 1 {
		t.Errorf("%d siblings, %v, want the one that is there and an error", len(looked), err)
	}
}

func TestALaterLookTakesTheEarlierOnesPlace(t *testing.T) {
	all := &crowds{now: morning().now}
	in := all.joinTask(crashed(7), "a")
	for _, id := range []string{"a", "b", "c", "a", "d"} {
		all.beginLook(in)
		all.endLook(in, of(id))
	}
	var ids string
	for _, d := range in.looked {
		ids += d.Task.ID
	}
	if ids != "cad" {
		t.Errorf("looks at %s, want the newest three of different tasks, cad", ids)
	}
}

func TestTraffic(t *testing.T) {
	c := morning()
	all := &traffic{now: c.now}
	var leave []func()
	for range crowdUnderway {
		l := all.enter(taskref.Ref{Cluster: "prod"}, false)
		if l == nil {
			t.Fatal("an empty cluster is crowded")
		}
		leave = append(leave, l)
	}
	if all.enter(taskref.Ref{Cluster: "prod"}, false) != nil {
		t.Error("one look more than a crowd has room for began")
	}
	if l := all.enter(taskref.Ref{Cluster: "test"}, false); l == nil {
		t.Error("another cluster is crowded too")
	}
	wanted := all.enter(taskref.Ref{Cluster: "prod"}, true)
	if wanted == nil {
		t.Fatal("a look that is wanted anyway does not begin")
	}
	for _, l := range append(leave, wanted) {
		l()
	}
	for range crowdBegun - crowdUnderway - 1 {
		l := all.enter(taskref.Ref{Cluster: "prod"}, false)
		if l == nil {
			t.Fatal("a cluster is crowded before enough looks began")
		}
		l()
	}
	if all.enter(taskref.Ref{Cluster: "prod"}, false) != nil {
		t.Errorf("more than %d looks began within %s", crowdBegun, crowdTime)
	}
	c.at = c.at.Add(crowdTime)
	if all.enter(taskref.Ref{Cluster: "prod"}, false) == nil {
		t.Error("the cluster stays crowded")
	}
}

func TestTrafficIsBounded(t *testing.T) {
	c := morning()
	all := &traffic{now: c.now}
	busy := all.enter(taskref.Ref{Cluster: "busy"}, false)
	for i := range 3 * maxPlaces {
		c.at = c.at.Add(time.Second)
		all.enter(taskref.Ref{Cluster: fmt.Sprint(i)}, false)()
	}
	if n := len(all.places); n > maxPlaces || all.places[taskref.Ref{Cluster: "busy"}] == nil {
		t.Errorf("%d places are remembered, want at most %d, and the busy one among them", n, maxPlaces)
	}
	busy()
}
