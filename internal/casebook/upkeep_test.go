package casebook_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"whystopped/internal/casebook"
	"whystopped/internal/diagnose"
	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/store/memory"
	"whystopped/internal/taskref"
)

// lateTrail is a collector of a task that has just stopped, of which CloudTrail
// tells nothing before settled.
func lateTrail(settled time.Time) *collector {
	stopped := time.Now()
	return &collector{collect: func(_ context.Context, ref taskref.Ref) (evidence.Evidence, error) {
		ev := evidence.Evidence{
			Ref:     evidence.Ref{Partition: ref.Partition, Region: ref.Region, Account: ref.Account, Cluster: ref.Cluster, TaskID: ref.TaskID},
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

// run lets the casebook work in the background until the test ends.
func run(t *testing.T, book *casebook.Casebook) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		book.Run(ctx)
		close(ended)
	}()
	t.Cleanup(func() {
		stop()
		<-ended
	})
}

func ask(t *testing.T, book *casebook.Casebook, refresh bool) diagnose.Diagnosis {
	t.Helper()
	d, err := book.Diagnose(t.Context(), taskARN, refresh)
	if err != nil {
		t.Fatalf("Diagnose: %v", err)
	}
	return d
}

func TestRefreshWhenCloudTrailHasSettled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := lateTrail(time.Now().Add(15 * time.Minute))
		var background []bool
		collect := c.collect
		c.collect = func(ctx context.Context, ref taskref.Ref) (evidence.Evidence, error) {
			background = append(background, casebook.IsBackground(ctx))
			return collect(ctx, ref)
		}
		book := open(c, smallStore())
		run(t, book)
		first := ask(t, book, false)
		if first.CompleteAfter == nil || book.Stats().PlannedRefreshes != 1 {
			t.Fatalf("complete after %v, %+v, want a refresh that is planned", first.CompleteAfter, book.Stats())
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
		if s := book.Stats(); s.Refreshed != 1 || s.PlannedRefreshes != 0 {
			t.Errorf("%+v, want one refresh, and none planned", s)
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
		book := open(c, smallStore())
		run(t, book)
		ask(t, book, false)
		time.Sleep(24 * time.Hour)
		synctest.Wait()
		if c.calls() != 4 {
			t.Errorf("collected %d times, want once and three refreshes", c.calls())
		}
	})
}

func TestNoRefreshForNobody(t *testing.T) {
	tests := []struct {
		name  string
		then  func(t *testing.T, book *casebook.Casebook) // after the first diagnosis
		calls int
	}{
		{"somebody has looked again", func(t *testing.T, book *casebook.Casebook) {
			time.Sleep(16 * time.Minute) // its background has not run yet
			ask(t, book, true)
		}, 2},
		{"it is not kept any more", func(t *testing.T, book *casebook.Casebook) {
			time.Sleep(time.Second)
			for range 11 {
				if _, err := book.Evaluate(t.Context(), stoppedTask()); err != nil {
					t.Fatal(err)
				}
			}
			time.Sleep(16 * time.Minute)
		}, 1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := lateTrail(time.Now().Add(15 * time.Minute))
				book := open(c, smallStore())
				ask(t, book, false)
				test.then(t, book)
				run(t, book)
				time.Sleep(24 * time.Hour)
				synctest.Wait()
				if c.calls() != test.calls {
					t.Errorf("collected %d times, want %d", c.calls(), test.calls)
				}
			})
		})
	}
}

func TestRefreshesAreBoundedAndStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := lateTrail(time.Now().Add(15 * time.Minute))
		book := open(c, memory.New(memory.Limits{Diagnoses: 100, Bytes: 10 << 20}))
		for i := range 20 {
			if _, err := book.Diagnose(t.Context(), fmt.Sprintf("arn:aws:ecs:eu-west-1:111122223333:task/prod/%032x", i), false); err != nil {
				t.Fatal(err)
			}
		}
		plain := c.collect
		c.collect = func(ctx context.Context, ref taskref.Ref) (evidence.Evidence, error) {
			<-ctx.Done()
			return plain(ctx, ref)
		}
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() {
			book.Run(ctx)
			close(ended)
		}()
		time.Sleep(15 * time.Minute)
		synctest.Wait()
		if s := book.Stats(); s.Running != 4 || s.PlannedRefreshes > 16 {
			t.Errorf("%+v, want four refreshes at a time", s)
		}
		stop()
		<-ended
		synctest.Wait()
		if s := book.Stats(); s.Running != 0 {
			t.Errorf("%+v, want that nothing runs any more", s)
		}
	})
}

func TestBroughtEvidenceIsNotRefreshed(t *testing.T) {
	book := open(&collector{}, smallStore())
	ev := stoppedTask()
	ev.Sources = []evidence.Source{{Name: "cloudtrail:LookupEvents", Status: evidence.SourceTooEarly}}
	ev.Task.StoppedAt = evidence.Time{Time: time.Now()}
	if d, err := book.Evaluate(t.Context(), ev); err != nil || d.CompleteAfter == nil {
		t.Fatalf("complete after %v, %v, want a time", d.CompleteAfter, err)
	}
	if s := book.Stats(); s.PlannedRefreshes != 0 {
		t.Errorf("%+v, want that nothing is planned", s)
	}
}
