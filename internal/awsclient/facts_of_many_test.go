package awsclient_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"whystopped/internal/awsclient"
	"whystopped/internal/awsclient/awsfake"
)

// TestACrowdIsGathered lets the tasks of a bad deploy be asked for one after the
// other, though faster than ECS answers.
func TestACrowdIsGathered(t *testing.T) {
	const tasks = 400
	s, refs := deploy(tasks)
	onOwnClock(t, s, nil, func(ctx context.Context, fake *awsfake.Server, c *awsclient.Collector) {
		fake.SetFault("ecs:DescribeTasks", awsfake.Fault{Latency: 4 * latency})
		var asked sync.WaitGroup
		for _, r := range refs {
			asked.Go(func() {
				if _, err := c.CollectFacts(ctx, r, nil, nil); err != nil {
					t.Errorf("task %s: %v", r.TaskID, err)
				}
			})
			time.Sleep(time.Second / tasks) // on the bubble's clock
		}
		asked.Wait()
		// One window of 20 ms after the other would make about fifty.
		if n := fake.Calls()["ecs:DescribeTasks"]; n > 20 {
			t.Errorf("%d calls for %d tasks that came within a second", n, tasks)
		}
	})
}
