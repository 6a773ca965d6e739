package casebook_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"whystopped/internal/casebook"
	"whystopped/internal/collect"
	"whystopped/internal/diagnose"
	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/taskref"
)

// lateTrail is a collector of a task that has just stopped, of which CloudTrail
// tells nothing before settled.
func lateTrail(settled time.Time) *collector {
	stopped := time.Now()
	return &collector{collect: func(_ context.Context, ref taskref.Ref) (evidence.Evidence, error) {
		ev := evidence.Evidence{
			Ref:     taskref.Ref{Partition: ref.Partition, Region: ref.Region, Account: ref.Account, Cluster: ref.Cluster, TaskID: ref.TaskID},
			Task:    exited(ref.TaskID),
			Sources: []evidence.Source{{Name: "cloudtrail:LookupEvents", Status: evidence.SourceTooEarly}},
		}
		ev.Task.TaskARN = "arn:aws:ecs:eu-west-1:111122223333:task/" + ref.Cluster + "/" + ref.TaskID
		ev.Task.StoppedAt = evidence.Time{Time: stopped}
		if !time.Now().Before(settled) {
			ev.Sources[0].Status = evidence.SourceOK
		}
		return ev, nil
	}}
}

func ask(t *testing.T, book *casebook.Casebook, refresh bool) diagnose.Diagnosis {
	t.Helper()
	d, err := book.Diagnose(t.Context(), refTo(taskARN), refresh)
	if err != nil {
		t.Fatalf("Diagnose: %v", err)
	}
	return d
}

func TestRefreshWhenCloudTrailHasSettled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := lateTrail(time.Now().Add(15 * time.Minute))
		var background []bool
		read := c.collect
		c.collect = func(ctx context.Context, ref taskref.Ref) (evidence.Evidence, error) {
			background = append(background, collect.IsBackground(ctx))
			return read(ctx, ref)
		}
		queue := newOwed()
		book := open(c, openOwing(t, queue))
		run(t, book, queue)
		first := ask(t, book, false)
		if first.CompleteAfter == nil || len(queue.of(casebook.WorkRefresh)) != 1 {
			t.Fatalf("complete after %v, %d refreshes owed, want one", first.CompleteAfter, len(queue.of(casebook.WorkRefresh)))
		}
		time.Sleep(15*time.Minute - time.Second)
		synctest.Wait()
		if c.calls() != 1 {
			t.Fatalf("collected %d times before CloudTrail has settled", c.calls())
		}
		time.Sleep(time.Second)
		synctest.Wait()
		second := ask(t, book, false)
		if c.calls() != 2 || second.Supersedes != first.ID || second.CompleteAfter != nil {
			t.Errorf("%d collections; the newest diagnosis supersedes %q and is complete after %v, want the refreshed one", c.calls(), second.Supersedes, second.CompleteAfter)
		}
		if old, err := book.Get(t.Context(), first.ID); err != nil || old.ID != first.ID {
			t.Errorf("the old one is gone: %v", err)
		}
		if diff := cmp.Diff([]bool{false, true}, background); diff != "" {
			t.Errorf("collections in the background (-want +got):\n%s", diff)
		}
		if s := book.Stats(); s.Refreshed != 1 || len(queue.of(casebook.WorkRefresh)) != 0 {
			t.Errorf("%+v, want one refresh, and none owed", s)
		}
		time.Sleep(24 * time.Hour)
		if synctest.Wait(); c.calls() != 2 {
			t.Errorf("collected %d times, want that it ends", c.calls())
		}
	})
}

func TestRefreshEndsWhereCloudTrailNeverSettles(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := lateTrail(time.Now().Add(1000 * time.Hour))
		queue := newOwed()
		book := open(c, openOwing(t, queue))
		run(t, book, queue)
		ask(t, book, false)
		time.Sleep(24 * time.Hour)
		synctest.Wait()
		if c.calls() != 4 {
			t.Errorf("collected %d times, want once and three refreshes", c.calls())
		}
	})
}

func TestNoRefreshForNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := lateTrail(time.Now().Add(15 * time.Minute))
		queue := newOwed()
		book := open(c, openOwing(t, queue))
		ask(t, book, false)
		time.Sleep(16 * time.Minute) // its background has not run yet
		ask(t, book, true)
		run(t, book, queue)
		time.Sleep(24 * time.Hour)
		synctest.Wait()
		if c.calls() != 2 {
			t.Errorf("collected %d times, want that somebody's look again is enough", c.calls())
		}
	})
}

func TestRefreshOfWhatWasForgotten(t *testing.T) {
	c := &collector{}
	gone := casebook.Refresh{Task: taskref.Ref{TaskID: taskID}, Diagnosis: casebook.NewID(time.Now())}
	err := open(c, openStore(t)).Do(t.Context(), casebook.Work{Kind: casebook.WorkRefresh, Refresh: &gone})
	if err != nil || c.calls() != 0 {
		t.Errorf("%d collections, %v, want none: the diagnosis was purged", c.calls(), err)
	}
}

func TestBroughtEvidenceIsNotRefreshed(t *testing.T) {
	queue := newOwed()
	book := open(&collector{}, openOwing(t, queue))
	ev := stoppedTask()
	ev.Sources = []evidence.Source{{Name: "cloudtrail:LookupEvents", Status: evidence.SourceTooEarly}}
	ev.Task.StoppedAt = evidence.Time{Time: time.Now()}
	if d, err := book.Evaluate(t.Context(), ev); err != nil || d.CompleteAfter == nil {
		t.Fatalf("complete after %v, %v, want a time", d.CompleteAfter, err)
	}
	if work := queue.of(casebook.WorkRefresh); len(work) != 0 {
		t.Errorf("%+v is owed, want nothing", work)
	}
}
