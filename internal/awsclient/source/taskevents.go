package source

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"

	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/words"
)

// TaskEvents is the log group of a cluster's event capture.
var TaskEvents = Source{Name: evidence.TaskEventsSource, Call: LogDenials.Call}

// TaskEventsAnswer is what a cluster's event capture remembers of the task.
type TaskEventsAnswer struct {
	Asked
	Task *evidence.Task // as of its last event; nil where there is none
}

// eventsKept is how far back events are searched for; a log group may keep
// them longer, but who asks for such a task has mostly mistaken its id.
const eventsKept = 14 * 24 * time.Hour

// eventGroup is the log group into which the event capture of a cluster, also
// known as Container Insights' lifecycle events, writes what ECS tells
// EventBridge. Source:
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/container-insights-ECS-lifecycle-events.html
func eventGroup(cluster string) string {
	return "/aws/events/ecs/containerinsights/" + cluster + "/performance"
}

// ReadTaskEvents looks a task that ECS has forgotten up in the events of its
// cluster: first those of a day, then older ones.
func (r *Reader) ReadTaskEvents(ctx context.Context) TaskEventsAnswer {
	if r.Ref.Cluster == "" || !isTaskID(r.Ref.TaskID) {
		return TaskEventsAnswer{}
	}
	var ans TaskEventsAnswer
	group := eventGroup(r.Ref.Cluster)
	args := words.Args{"group": group}
	ans.Asked = r.ask(ctx, TaskEvents, HalfTime, func(ctx context.Context, _ *watch) (outcome, error) {
		events, err := r.findTaskEvents(ctx, group)
		var versions int
		ans.Task, versions = newestTask(events)
		_, missing := errors.AsType[*types.ResourceNotFoundException](err)
		switch {
		case missing:
			return outcome{evidence.SourceEmpty, words.Say("detail.no-event-capture", args)}, nil
		case ans.Task != nil:
			return outcome{evidence.SourceOK, words.Say(
				"detail.task-events", words.Args{"n": versions, "group": group, "version": ans.Task.Version},
			)}, nil
		case infrequentAccess(err):
			return outcome{detail: words.Say("detail.unsearchable", args)}, err
		case err != nil:
			return outcome{}, fmt.Errorf("search %s: %w", group, err)
		}
		return outcome{evidence.SourceEmpty, words.Say("detail.no-task-events", args)}, nil
	})
	return ans
}

// findTaskEvents returns the task's events, newest first.
func (r *Reader) findTaskEvents(ctx context.Context, group string) ([]logEvent, error) {
	spans := []Span{r.Recent(), {from: r.Now.Add(-eventsKept), to: r.Recent().from}}
	for _, span := range spans {
		f, err := filter(ctx, r.region(r.Ref.Region).Logs, &cloudwatchlogs.FilterLogEventsInput{
			LogGroupName: aws.String(group),
			FilterPattern: aws.String(
				`{ ($.detail-type = "ECS Task State Change") && ($.detail.taskArn = "*/` + r.Ref.TaskID + `") }`,
			),
			StartTime:     aws.Int64(span.from.UnixMilli()),
			EndTime:       aws.Int64(span.to.UnixMilli()),
			StartFromHead: aws.Bool(false),
		}, hasStopped)
		if len(f.events) > 0 || err != nil {
			return f.events, err
		}
	}
	return nil, nil
}

// hasStopped reports whether the task's end is among the events.
func hasStopped(f found) bool {
	return slices.ContainsFunc(f.events, func(e logEvent) bool {
		ev, err := evidence.FromText(e.text)
		return err == nil && HasEnded(ev.Task)
	})
}

// newestTask reads the task from the event of the highest version: EventBridge
// may deliver events twice and out of their order. versions is how many events
// could be read.
func newestTask(events []logEvent) (task *evidence.Task, versions int) {
	for _, e := range events {
		ev, err := evidence.FromText(e.text)
		if err != nil || ev.Task == nil {
			continue
		}
		versions++
		if task == nil || ev.Task.Version > task.Version {
			task = ev.Task
		}
	}
	return task, versions
}
