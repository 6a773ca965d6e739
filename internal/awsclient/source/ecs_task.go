package source

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"whystopped/internal/arn"
	"whystopped/internal/awsclient/failure"
	"whystopped/internal/awsclient/limit"
	"whystopped/internal/awsclient/session"
	"whystopped/internal/diagnose/evidence"
)

// TaskAnswer is what is known of the task. What ECS itself says is in state:
// a task that it has forgotten may still be known by its last event, or by what
// was kept of it.
type TaskAnswer struct {
	Asked
	State taskState
	Task  *evidence.Task // nil where nothing is known
}

type taskState int

const (
	TaskNotAsked  taskState = iota // a service without a stopped task is meant, or all is known
	taskFound                      // ECS knows it
	TaskMissing                    // ECS does not know it, or no longer
	TaskNoCluster                  // ECS does not know its cluster
	taskUnclear                    // ECS did not say
)

// Task is the task itself.
var Task = Source{
	Name: evidence.TaskSource,
	Call: Call{
		Action: "ecs:DescribeTasks", Policy: "required.json", Required: true, Quota: limit.ClusterResourceRead,
		Try: func(ctx context.Context, at *session.Clients, p Place) (string, error) {
			in := &ecs.DescribeTasksInput{Cluster: aws.String(p.Cluster), Tasks: []string{madeUpTask}}
			_, err := at.ECS.DescribeTasks(ctx, in)
			return p.arn("ecs", "task/"+p.Cluster+"/"+madeUpTask), err
		},
	},
}

// DescribeTask asks ECS for the task. What was kept of it stands in for what ECS
// does not tell.
func (r *Reader) DescribeTask(ctx context.Context) TaskAnswer {
	switch {
	case r.Ref.TaskID == "":
		return TaskAnswer{Asked: r.Skip(Task, "ECS knows no stopped task of this service.")}
	case r.Ref.Cluster == "":
		ans := TaskAnswer{State: TaskMissing}
		ans.Asked = r.Skip(Task, r.standIn(&ans, "The reference does not name the cluster, and no cluster that we may read knows the task.", nil))
		return ans
	}
	ans := TaskAnswer{State: taskUnclear}
	ans.Asked = r.ask(ctx, Task, HalfTime, func(ctx context.Context, _ *watch) (outcome, error) {
		out, err := r.askForTask(ctx, &ans)
		out.detail = r.standIn(&ans, out.detail, err)
		return out, err
	})
	return ans
}

func (r *Reader) askForTask(ctx context.Context, ans *TaskAnswer) (out outcome, err error) {
	t := r.Target(r.Ref.Region)
	got, err := r.askTogether(ctx, Cluster{t, r.Ref.Cluster}, r.Ref.TaskID)
	if err != nil {
		ans.State, out, err = r.taskRefused(err)
		return out, err
	}
	return ans.read(got), nil
}

// standIn puts what was kept of the task in the place of an answer that says
// less: none, or an older version. It gives the detail of the source's line
// with a word about that; err is why there is no answer, if there is none.
func (r *Reader) standIn(ans *TaskAnswer, detail string, err error) string {
	if r.Kept == nil || ans.Task != nil && ans.Task.Version >= r.Kept.Version {
		return detail
	}
	words := "The task's facts that were kept earlier were used."
	if ans.Task != nil {
		words = fmt.Sprintf("The facts that were kept earlier were used, which are newer: of version %d, and those of ECS of version %d.", r.Kept.Version, ans.Task.Version)
	}
	if err != nil { // whose own words would give way to the detail
		detail = failure.Of(err).Detail(Task.Call.Action).English
	}
	ans.Task = r.Kept
	return strings.TrimSpace(detail + " " + words)
}

// KeptFacts gives a task of whose end all was kept, and asks nobody.
func (r *Reader) KeptFacts() TaskAnswer {
	return TaskAnswer{Asked: r.Skip(Task, "The task's facts are known from ECS's event of its end."), Task: r.Kept}
}

// Newer is the task of the higher version; either may be nil.
func Newer(a, b *evidence.Task) *evidence.Task {
	if a == nil || b != nil && b.Version > a.Version {
		return b
	}
	return a
}

// ClusterOf is the name of a known task's cluster; "" where it is not told.
func ClusterOf(t *evidence.Task) string {
	if t == nil {
		return ""
	}
	a, _ := arn.Parse(t.ClusterARN)
	return a.Name()
}

// HasEnded tells whether the task is known, and as one that has stopped.
func HasEnded(t *evidence.Task) bool { return t != nil && t.LastStatus == "STOPPED" }

// read takes the task out of the answer.
func (a *TaskAnswer) read(got described) outcome {
	together := ""
	if got.together > 1 {
		together = fmt.Sprintf("Asked for in one call with %d other tasks.", got.together-1)
	}
	if got.task != nil {
		a.Task, a.State = TaskOf(*got.task), taskFound
		return outcome{evidence.SourceOK, together}
	}
	a.State = TaskMissing
	detail := "ECS does not know this task, or no longer: it forgets stopped tasks after about an hour."
	if got.reason != "" {
		detail += fmt.Sprintf(" (%s)", got.reason)
	}
	return outcome{evidence.SourceEmpty, detail}
}

// taskRefused tells the refusals that answer the question from those that do not.
func (r *Reader) taskRefused(err error) (taskState, outcome, error) {
	if _, ok := errors.AsType[*types.ClusterNotFoundException](err); ok {
		detail := fmt.Sprintf("There is no cluster %q in %s of this account.", r.Ref.Cluster, r.Ref.Region)
		return TaskNoCluster, outcome{status: evidence.SourceEmpty, detail: detail}, nil
	}
	if invalid, ok := errors.AsType[*types.InvalidParameterException](err); ok {
		detail := "ECS takes this for no task of the cluster: " + invalid.ErrorMessage()
		return TaskMissing, outcome{status: evidence.SourceEmpty, detail: detail}, nil
	}
	return taskUnclear, outcome{}, fmt.Errorf("describe task %s: %w", r.Ref.TaskID, err)
}

// Life is a span of time; what happened in it may concern the task.
type Life struct{ from, to time.Time }

func (l Life) holds(t time.Time) bool { return !t.Before(l.from) && !t.After(l.to) }

const (
	// beforeLife allows for a service that tells of a task's start, or a role
	// that is assumed for it, before ECS's own createdAt.
	beforeLife = 5 * time.Minute
	// afterLife is for what is said of a task when it is already gone.
	afterLife = 5 * time.Minute
	// recentSpan is how far back a service without a stopped task is looked at,
	// and where the look-up of calls begins.
	recentSpan = 24 * time.Hour
)

// LifeOf is the life of the task, up to now if it has not ended.
func (r *Reader) LifeOf(t *evidence.Task) Life {
	l := Life{from: t.CreatedAt.Add(-beforeLife), to: r.Now}
	if t.CreatedAt.IsZero() {
		l.from = r.Recent().from
	}
	if end := StoppedAt(t); !end.IsZero() && end.Add(afterLife).Before(r.Now) {
		l.to = end.Add(afterLife)
	}
	return l
}

// Recent is the span that is looked through where no task says another.
func (r *Reader) Recent() Life { return Life{from: r.Now.Add(-recentSpan), to: r.Now} }

// StoppedAt is when the task stopped, as well as that is known; the zero time
// for a task that runs.
func StoppedAt(t *evidence.Task) time.Time {
	for _, at := range []evidence.Time{t.StoppedAt, t.ExecutionStoppedAt, t.StoppingAt} {
		if !at.IsZero() {
			return at.Time
		}
	}
	return time.Time{}
}
