package awsclient_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"whystopped/internal/awsclient"
	"whystopped/internal/awsclient/awsfake"
	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/problem"
	"whystopped/internal/taskref"
)

// latency is how long the double takes where a test looks at the time.
const latency = 50 * time.Millisecond

// deploy is an account in which n tasks of one service failed alike.
func deploy(n int) (awsfake.Scenario, []taskref.Ref) {
	s := world()
	s.Clusters[0].Tasks = nil
	var refs []taskref.Ref
	for i := range n {
		task, r := stoppedTask(), ref()
		r.TaskID = fmt.Sprintf("%032x", i+1)
		task.TaskARN = "arn:aws:ecs:eu-west-1:111122223333:task/prod/" + r.TaskID
		s.Clusters[0].Tasks = append(s.Clusters[0].Tasks, task)
		refs = append(refs, r)
	}
	return s, refs
}

// shallowly collects the facts of many tasks at once.
func shallowly(t *testing.T, ctx context.Context, c *awsclient.Collector, refs []taskref.Ref) []evidence.Evidence {
	t.Helper()
	all := make([]evidence.Evidence, len(refs))
	var wg sync.WaitGroup
	for i, r := range refs {
		wg.Go(func() {
			var err error
			if all[i], err = c.CollectFacts(ctx, r, nil, nil); err != nil {
				t.Errorf("task %s: %v", r.TaskID, err)
			}
		})
	}
	wg.Wait()
	return all
}

func TestTasksAreAskedForTogether(t *testing.T) {
	s, refs := deploy(250)
	onOwnClock(t, s, nil, func(ctx context.Context, fake *awsfake.Server, c *awsclient.Collector) {
		fake.SetFault(awsfake.EveryOperation, awsfake.Fault{Latency: latency})
		began := time.Now()
		for i, ev := range shallowly(t, ctx, c, refs) {
			if ev.Task == nil || ev.Task.TaskARN != "arn:aws:ecs:eu-west-1:111122223333:task/prod/"+refs[i].TaskID || ev.TaskDefinition == nil {
				t.Fatalf("task %d: got task %v, definition %v", i, ev.Task, ev.TaskDefinition)
			}
		}
		// The first goes alone, and the others while it is under way.
		if calls := fake.Calls(); calls["ecs:DescribeTasks"] > 4 || calls["ecs:DescribeTaskDefinition"] != 1 || len(calls) != 2 {
			t.Errorf("calls %v, want at most 4 and 1", calls)
		}
		if took := time.Since(began); took > 3*latency+20*time.Millisecond {
			t.Errorf("took %s", took)
		}
	})
}

func TestALoneTaskWaitsForNobody(t *testing.T) {
	s, refs := deploy(2)
	onOwnClock(t, s, nil, func(ctx context.Context, fake *awsfake.Server, c *awsclient.Collector) {
		fake.SetFault("ecs:DescribeTasks", awsfake.Fault{Latency: latency})
		for _, r := range refs {
			began := time.Now()
			shallowly(t, ctx, c, []taskref.Ref{r})
			if took := time.Since(began); took != latency {
				t.Errorf("took %s, want one answer's time", took)
			}
		}
	})
}

func TestACallThatHangsHoldsOthersUpForAMomentOnly(t *testing.T) {
	s, refs := deploy(2)
	onOwnClock(t, s, nil, func(ctx context.Context, fake *awsfake.Server, c *awsclient.Collector) {
		fake.SetFault("ecs:DescribeTasks", awsfake.Fault{Hang: true})
		short, cancel := context.WithTimeout(ctx, 2*time.Second)
		defer cancel()
		hanging := make(chan error)
		go func() {
			_, err := c.CollectFacts(short, refs[0], nil, nil)
			hanging <- err
		}()
		time.Sleep(time.Millisecond) // on the bubble's clock: the call is under way
		fake.SetFault("ecs:DescribeTasks", awsfake.Fault{})
		began := time.Now()
		shallowly(t, ctx, c, refs[1:])
		if took := time.Since(began); took > 20*time.Millisecond {
			t.Errorf("took %s behind a call that hangs", took)
		}
		checkError(t, <-hanging, problem.Unreachable, []string{"in time"})
	})
}

func TestWhoLeavesABatchLeavesTheOthersTheirAnswer(t *testing.T) {
	s, refs := deploy(3)
	onOwnClock(t, s, nil, func(ctx context.Context, fake *awsfake.Server, c *awsclient.Collector) {
		fake.SetFault("ecs:DescribeTasks", awsfake.Fault{Latency: latency})
		go shallowly(t, ctx, c, refs[:1])
		time.Sleep(time.Millisecond)
		leaving, leave := context.WithCancel(ctx)
		left := make(chan error)
		go func() {
			_, err := c.CollectFacts(leaving, refs[1], nil, nil)
			left <- err
		}()
		time.AfterFunc(5*time.Millisecond, leave)
		if ev := shallowly(t, ctx, c, refs[2:])[0]; ev.Task == nil {
			t.Error("no task")
		}
		if err := <-left; !errors.Is(err, context.Canceled) {
			t.Errorf("who left got %v", err)
		}
	})
}

func TestOneBadIDSpoilsNoBatch(t *testing.T) {
	s, refs := deploy(3)
	refs[1].TaskID = "no-task-id"
	onOwnClock(t, s, nil, func(ctx context.Context, fake *awsfake.Server, c *awsclient.Collector) {
		fake.SetFault("ecs:DescribeTasks", awsfake.Fault{Latency: latency})
		go shallowly(t, ctx, c, refs[:1])
		time.Sleep(time.Millisecond)
		bad := make(chan error)
		go func() {
			_, err := c.CollectFacts(ctx, refs[1], nil, nil)
			bad <- err
		}()
		shallowly(t, ctx, c, refs[2:])
		checkError(t, <-bad, problem.UnknownTask, []string{"no-task-id"})
	})
}

func TestEachOfABatchLearnsOfItsFailure(t *testing.T) {
	s, refs := deploy(5)
	refs[3].TaskID = "ffffffffffffffffffffffffffffffff"
	onOwnClock(t, s, nil, func(ctx context.Context, fake *awsfake.Server, c *awsclient.Collector) {
		fake.SetFault("ecs:DescribeTasks", awsfake.Fault{Latency: latency})
		errs := make([]error, len(refs))
		var wg sync.WaitGroup
		for i, r := range refs {
			wg.Go(func() { _, errs[i] = c.CollectFacts(ctx, r, nil, nil) })
		}
		wg.Wait()
		checkError(t, errs[3], problem.UnknownTask, []string{refs[3].TaskID})
		if slices.ContainsFunc(append(errs[:3:3], errs[4]), func(err error) bool { return err != nil }) {
			t.Errorf("errors %v, want that of the unknown task only", errs)
		}
		fake.SetFault("ecs:DescribeTasks", awsfake.Fault{Latency: latency, Deny: true})
		for i, r := range refs {
			wg.Go(func() { _, errs[i] = c.CollectFacts(ctx, r, nil, nil) })
		}
		wg.Wait()
		for _, err := range errs {
			checkError(t, err, problem.Refused, []string{"ecs:DescribeTasks"})
		}
	})
}

func TestShallowIsShallow(t *testing.T) {
	fake, collector := serve(t, world())
	ev, err := collector.CollectFacts(t.Context(), ref(), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := `ecs:DescribeTasks ok
ecs:DescribeTaskDefinition ok
logs:GetLogEvents app skipped
logs:GetLogEvents proxy skipped
cloudtrail:LookupEvents skipped
ecs:DescribeServices skipped
`
	if diff := cmp.Diff(want, statuses(ev)); diff != "" {
		t.Errorf("sources (-want +got):\n%s", diff)
	}
	if n := len(fake.Calls()); n != 2 {
		t.Errorf("calls %v", fake.Calls())
	}
	_, collector = serve(t, forgotten())
	_, err = collector.CollectFacts(t.Context(), ref(), nil, nil)
	checkError(t, err, problem.UnknownTask, []string{taskID})
}
