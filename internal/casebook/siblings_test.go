package casebook_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"whystopped/internal/casebook"
	"whystopped/internal/collect"
	"whystopped/internal/diagnose"
	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/diagnose/verdict"
	"whystopped/internal/taskref"
	"whystopped/internal/words"
)

// deployment is the tasks of one bad deploy: each says only that its container
// exited, and what its log says is known to who looks deeply.
type deployment struct {
	latency time.Duration
	fail    error // of the full runs

	mu            sync.Mutex
	deep, shallow []string // tasks
	at, most      int      // full runs under way
}

func (d *deployment) Resolve(_ context.Context, ref taskref.Ref) (taskref.Ref, error) {
	return ref, nil
}

func (d *deployment) StoppedTasks(context.Context, taskref.Ref, int) ([]taskref.Ref, error) {
	return nil, nil
}

func (d *deployment) CollectFacts(_ context.Context, ref taskref.Ref, known *evidence.Task, tell func(collect.Progress)) (evidence.Evidence, error) {
	d.mu.Lock()
	d.shallow = append(d.shallow, ref.TaskID)
	d.mu.Unlock()
	time.Sleep(d.latency)
	ev := evidence.Evidence{Task: cmp.Or(known, exited(ref.TaskID)), Sources: []evidence.Source{{Name: "ecs:DescribeTasks", Status: evidence.SourceOK}, {Name: "logs:GetLogEvents", Status: evidence.SourceSkipped}}}
	tell(collect.Progress{Source: &ev.Sources[0]})
	return ev, nil
}

func (d *deployment) Collect(_ context.Context, ref taskref.Ref, _ *evidence.Task, tell func(collect.Progress)) (evidence.Evidence, error) {
	d.mu.Lock()
	d.deep = append(d.deep, ref.TaskID)
	d.at++
	d.most = max(d.most, d.at)
	d.mu.Unlock()
	defer func() {
		d.mu.Lock()
		d.at--
		d.mu.Unlock()
	}()
	time.Sleep(d.latency)
	if d.fail != nil {
		return evidence.Evidence{}, d.fail
	}
	ev := evidence.Evidence{Task: exited(ref.TaskID), Sources: []evidence.Source{{Name: "ecs:DescribeTasks", Status: evidence.SourceOK}, {Name: "logs:GetLogEvents app", Status: evidence.SourceOK}}}
	tell(collect.Progress{SoFar: &ev})
	time.Sleep(d.latency)
	ev.TaskDefinition = &evidence.TaskDefinition{TaskDefinitionARN: ev.Task.TaskDefinitionARN, TaskRoleARN: "arn:aws:iam::111122223333:role/orders-task"}
	ev.Logs = []evidence.Log{{Container: "app", Stream: "app/app/" + ref.TaskID, Lines: []evidence.LogLine{{
		Text: "User: arn:aws:sts::111122223333:assumed-role/orders-task/" + ref.TaskID + " is not authorized to perform: sqs:SendMessage on resource: arn:aws:sqs:eu-west-1:111122223333:out because no identity-based policy allows the sqs:SendMessage action",
	}}}}
	return ev, nil
}

func exited(id string) *evidence.Task {
	return &evidence.Task{
		TaskARN: "arn:aws:ecs:eu-west-1:111122223333:task/prod/" + id, Group: "service:orders", LastStatus: "STOPPED",
		TaskDefinitionARN: "arn:aws:ecs:eu-west-1:111122223333:task-definition/orders:7",
		StopCode:          "EssentialContainerExited", StoppedReason: "Essential container in task exited",
		Containers: []evidence.Container{{Name: "app", ExitCode: new(1)}},
	}
}

// askForAll asks for n tasks at once.
func askForAll(t *testing.T, book *casebook.Casebook, n int) []diagnose.Diagnosis {
	t.Helper()
	all := make([]diagnose.Diagnosis, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			d, err := book.Diagnose(t.Context(), refTo(fmt.Sprintf("arn:aws:ecs:eu-west-1:111122223333:task/prod/%032x", i)), false)
			if err != nil {
				t.Errorf("Diagnose: %v", err)
			}
			all[i] = d
		})
	}
	wg.Wait()
	return all
}

func TestABadDeploy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &deployment{latency: 50 * time.Millisecond}
		book := open(c, openStore(t))
		all := askForAll(t, book, 1000)
		if len(c.deep) < 3 || len(c.deep) > 6 {
			t.Errorf("%d tasks had a full run, want a few", len(c.deep))
		}
		ids := map[string]bool{}
		for _, d := range all {
			if d.Incident == nil {
				t.Fatalf("task %s is of no incident", d.Task.ID)
			}
			ids[d.Incident.ID] = true
			if d.Verdict.Cause != "runtime.denied" || d.Verdict.Identity.Kind != verdict.TaskRole {
				t.Errorf("task %s: %s by the %s", d.Task.ID, d.Verdict.Cause, d.Verdict.Identity.Kind)
			}
			if slices.Contains(c.deep, d.Task.ID) {
				if d.Verdict.Confidence != verdict.Confirmed || len(d.Incident.Siblings) != 0 {
					t.Errorf("task %s, which was done into: %s, siblings %v", d.Task.ID, d.Verdict.Confidence, d.Incident.Siblings)
				}
				continue
			}
			if d.Verdict.Confidence != verdict.Likely || len(d.Incident.Siblings) != 3 || !strings.Contains(strings.Join(words.Lines(d.Caveats), " "), "evidence of 3 tasks") {
				t.Errorf("task %s: %s, siblings %v, caveats %q", d.Task.ID, d.Verdict.Confidence, d.Incident.Siblings, d.Caveats)
			}
		}
		stats := book.Stats()
		if len(ids) != 1 || stats.Cohorts != 1 || stats.CohortTasks != 1000 {
			t.Errorf("%d incidents, %+v, want one with 1000 tasks", len(ids), stats)
		}
		if stats.FromSiblings != 1000-uint64(len(c.deep)) || stats.FullRuns != uint64(len(c.deep)) || stats.Running != 0 || stats.WaitingPeople != 0 {
			t.Errorf("%+v after %d full runs", stats, len(c.deep))
		}
	})
}

func TestASingleTaskIsLookedIntoAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &deployment{latency: 50 * time.Millisecond}
		began := time.Now()
		askForAll(t, open(c, openStore(t)), 1)
		if took := time.Since(began); took != 2*c.latency || len(c.shallow) != 0 {
			t.Errorf("took %s with %d runs of facts alone, want the full run's %s and none", took, len(c.shallow), 2*c.latency)
		}
	})
}

func TestWhoInsistsGetsADeepLook(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &deployment{latency: 50 * time.Millisecond}
		book := open(c, openStore(t))
		for _, d := range askForAll(t, book, 20) {
			if len(d.Incident.Siblings) == 0 {
				continue
			}
			again, err := book.Diagnose(t.Context(), refTo(d.Task.ARN), true)
			if err != nil || len(again.Incident.Siblings) != 0 || again.Verdict.Confidence != verdict.Confirmed || again.Supersedes != d.ID || again.Incident.ID != d.Incident.ID {
				t.Errorf("asked again: %s, siblings %v, supersedes %q, %v", again.Verdict.Confidence, again.Incident.Siblings, again.Supersedes, err)
			}
			return
		}
		t.Error("nobody was told from siblings")
	})
}

func TestABadDeployWhileAWSIsDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &deployment{latency: time.Second, fail: &casebook.Error{Kind: casebook.Unreachable, Err: errors.New("no route")}}
		book := open(c, openStore(t))
		began := time.Now()
		var wg sync.WaitGroup
		for i := range 200 {
			wg.Go(func() {
				d, err := book.Diagnose(t.Context(), refTo(fmt.Sprintf("arn:aws:ecs:eu-west-1:111122223333:task/prod/%032x", i)), false)
				if err == nil && (d.Verdict.Confidence.Rank() > verdict.Likely.Rank() || d.CompleteAfter == nil || !strings.Contains(strings.Join(words.Lines(d.Caveats), " "), "still being diagnosed")) {
					t.Errorf("%s, complete after %v, caveats %q", d.Verdict.Confidence, d.CompleteAfter, d.Caveats)
				}
			})
		}
		wg.Wait()
		if took := time.Since(began); took > 11*time.Second {
			t.Errorf("took %s, want no more than the time for a diagnosis", took)
		}
		if c.most > 6 {
			t.Errorf("%d full runs at once, want a few", c.most)
		}
		if s := book.Stats(); s.Running != 0 || s.WaitingPeople != 0 {
			t.Errorf("places in the queue were not given back: %+v", s)
		}
	})
}

func TestTheQueueTurnsAwayWhoWaitsTooLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		c := &collector{collect: func(context.Context, taskref.Ref) (evidence.Evidence, error) {
			<-release
			return stoppedTask(), nil
		}}
		book := open(c, openStore(t))
		errs := make(chan error, 17)
		for i := range cap(errs) {
			go func() {
				_, err := book.Diagnose(t.Context(), refTo(fmt.Sprintf("prod/%032x", i)), false)
				errs <- err
			}()
		}
		synctest.Wait()
		if s := book.Stats(); s.Running != 16 || s.WaitingPeople != 1 {
			t.Errorf("%+v, want 16 that run and one that waits", s)
		}
		if err := <-errs; casebook.KindOf(err) != casebook.Busy {
			t.Errorf("error = %v, want kind %s", err, casebook.Busy)
		}
		close(release)
		for range cap(errs) - 1 {
			if err := <-errs; err != nil {
				t.Errorf("Diagnose: %v", err)
			}
		}
	})
}
