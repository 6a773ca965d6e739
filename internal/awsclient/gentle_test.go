package awsclient_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"whystopped/internal/awsclient"
	"whystopped/internal/awsclient/awsfake"
	"whystopped/internal/awsclient/limit"
	"whystopped/internal/diagnose/evidence"
)

// asStrictAsAWS lets the double refuse what AWS would refuse, and take time.
func asStrictAsAWS(fake *awsfake.Server) {
	for op, perSecond := range map[string]int{
		"cloudtrail:LookupEvents": 2, "logs:GetLogEvents": 25, "logs:FilterLogEvents": 5,
		"ecs:DescribeTasks": 100, "ecs:DescribeTaskDefinition": 50, "ecs:DescribeServices": 100,
	} {
		fake.SetFault(op, awsfake.Fault{Latency: latency, PerSecond: perSecond})
	}
}

// throttled counts the refusals that the collector got.
func throttled(s limit.Stats) (n int64) {
	for call, count := range s.Calls {
		if call.Result == "throttled" {
			n += count
		}
	}
	return n
}

func TestManyTasksAtOnceAreNeverThrottled(t *testing.T) {
	s, refs := deploy(9)
	onOwnClock(t, s, nil, func(ctx context.Context, fake *awsfake.Server, c *awsclient.Collector) {
		asStrictAsAWS(fake)
		ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
		defer cancel()
		var wg sync.WaitGroup
		for _, r := range refs {
			wg.Go(func() {
				ev, err := c.Collect(ctx, r, nil, nil)
				if err != nil {
					t.Error(err)
					return
				}
				for _, src := range ev.Sources {
					if src.Status == evidence.SourceThrottled || src.Status == evidence.SourceTimeout {
						t.Errorf("%s: %s", src.Name, src.Detail)
					}
				}
			})
		}
		wg.Wait()
		if n := throttled(c.Stats()); n != 0 {
			t.Errorf("AWS throttled %d calls", n)
		}
		if q := c.Stats().Queues["cloudtrail"]; q.Waits != 8 || q.Waited < 8*time.Second || q.HeldBack != 0 {
			t.Errorf("the queue of CloudTrail: %+v", q)
		}
	})
}

// More people than CloudTrail can serve in time get an answer without it, at once.
func TestTooManyForCloudTrail(t *testing.T) {
	s, refs := deploy(40)
	onOwnClock(t, s, nil, func(ctx context.Context, fake *awsfake.Server, c *awsclient.Collector) {
		fake.SetFault("cloudtrail:LookupEvents", awsfake.Fault{PerSecond: 2})
		began := time.Now()
		var mu sync.Mutex
		got := map[evidence.SourceStatus]int{}
		var wg sync.WaitGroup
		for _, r := range refs {
			wg.Go(func() {
				ev, err := c.Collect(ctx, r, nil, nil)
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				defer mu.Unlock()
				got[sourceOf(t, ev, "cloudtrail:LookupEvents").Status]++
			})
		}
		wg.Wait()
		// One at once, and as many as there are turns in the five seconds that
		// people wait at most.
		ok, heldBack := got[evidence.SourceEmpty], got[evidence.SourceThrottled]
		if ok < 8 || ok > 12 || ok+heldBack != len(refs) {
			t.Errorf("CloudTrail's answers: %v, want about ten", got)
		}
		if q := c.Stats().Queues["cloudtrail"]; throttled(c.Stats()) != 0 || int(q.HeldBack) != heldBack {
			t.Errorf("AWS throttled %d calls; the queue: %+v", throttled(c.Stats()), q)
		}
		if took := time.Since(began); took > 6*time.Second {
			t.Errorf("took %s", took)
		}
	})
}

// A bad deploy of a thousand tasks, of which a few are looked into.
func TestABadDeployCostsFewCalls(t *testing.T) {
	s, refs := deploy(1000)
	onOwnClock(t, s, nil, func(ctx context.Context, fake *awsfake.Server, c *awsclient.Collector) {
		asStrictAsAWS(fake)
		began := time.Now()
		var wg sync.WaitGroup
		for _, r := range refs[:3] {
			wg.Go(func() {
				if ev, err := c.Collect(ctx, r, nil, nil); err != nil || len(ev.ServiceEvents) == 0 {
					t.Errorf("%d service events, error %v", len(ev.ServiceEvents), err)
				}
			})
		}
		shallowly(t, ctx, c, refs[3:])
		wg.Wait()
		calls := 0
		for _, n := range fake.Calls() {
			calls += n
		}
		if calls > 60 || throttled(c.Stats()) != 0 {
			t.Errorf("%d calls, of which %d were throttled: %v", calls, throttled(c.Stats()), fake.Calls())
		}
		if took := time.Since(began); took > 10*time.Second {
			t.Errorf("took %s", took)
		}
		t.Logf("%d calls in %s: %v", calls, time.Since(began), fake.Calls())
	})
}

// The longest chain of a diagnosis is the task, its definition and its logs.
func TestADiagnosisTakesAsLongAsItsLongestChain(t *testing.T) {
	onOwnClock(t, world(), nil, func(ctx context.Context, fake *awsfake.Server, c *awsclient.Collector) {
		asStrictAsAWS(fake)
		for _, answers := range []time.Duration{3, 2} { // the second time the definition is known
			began := time.Now()
			if _, err := c.Collect(ctx, ref(), nil, nil); err != nil {
				t.Fatal(err)
			}
			if took := time.Since(began); took != answers*latency {
				t.Errorf("took %s, want the time of %d answers, %s", took, answers, answers*latency)
			}
			time.Sleep(time.Second) // on the bubble's clock
		}
	})
}

func TestStatsCountEveryRequest(t *testing.T) {
	fake, collector := serve(t, world())
	fake.SetFault("ecs:DescribeServices", awsfake.Fault{Throttle: 2})
	fake.SetFault("logs:GetLogEvents", awsfake.Fault{Deny: true})
	if _, err := collector.Collect(t.Context(), ref(), nil, nil); err != nil {
		t.Fatal(err)
	}
	want := map[limit.Call]int64{
		{Operation: "ecs:DescribeTasks", Result: "ok"}: 1, {Operation: "ecs:DescribeTaskDefinition", Result: "ok"}: 1,
		{Operation: "ecs:DescribeServices", Result: "throttled"}: 2, {Operation: "ecs:DescribeServices", Result: "ok"}: 1,
		{Operation: "logs:GetLogEvents", Result: "denied"}: 2, {Operation: "cloudtrail:LookupEvents", Result: "ok"}: 1,
	}
	if diff := cmp.Diff(want, collector.Stats().Calls); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
}

func TestADefinitionThatManyNeedIsAskedForOnce(t *testing.T) {
	s, refs := deploy(30)
	onOwnClock(t, s, nil, func(ctx context.Context, fake *awsfake.Server, c *awsclient.Collector) {
		fake.SetFault("ecs:DescribeTaskDefinition", awsfake.Fault{Hang: true})
		short, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		first := make(chan struct{})
		go func() {
			defer close(first)
			if ev, err := c.CollectFacts(short, refs[0], nil, nil); err != nil || ev.TaskDefinition != nil {
				t.Errorf("definition %v, error %v", ev.TaskDefinition, err)
			}
		}()
		time.AfterFunc(300*time.Millisecond, func() { fake.SetFault("ecs:DescribeTaskDefinition", awsfake.Fault{Latency: latency}) })
		time.Sleep(100 * time.Millisecond) // on the bubble's clock: the first one asks
		// Who joins a question that ends with its asker's time asks again.
		for _, ev := range shallowly(t, ctx, c, refs[1:]) {
			if ev.TaskDefinition == nil {
				t.Error("no definition, since another's time was over")
			}
		}
		<-first
		if n := fake.Calls()["ecs:DescribeTaskDefinition"]; n != 2 {
			t.Errorf("asked %d times", n)
		}
	})
}
