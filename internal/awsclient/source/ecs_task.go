package source

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"whystopped/internal/arn"
	"whystopped/internal/awsclient/failure"
	"whystopped/internal/awsclient/limit"
	"whystopped/internal/awsclient/session"
	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/words"
)

// TaskAnswer is what is known of the task. What ECS itself says is in state:
// a task that it has forgotten may still be known by its last event, or by what
// was stored of it.
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

// DescribeTask asks ECS for the task. What was stored of it stands in for what ECS
// does not tell.
func (r *Reader) DescribeTask(ctx context.Context) TaskAnswer {
	switch {
	case r.Ref.TaskID == "":
		return TaskAnswer{Asked: r.Skip(Task, words.Say("detail.no-stopped-task", nil))}
	case r.Ref.Cluster == "":
		ans := TaskAnswer{State: TaskMissing}
		ans.Asked = r.Skip(Task, r.standIn(&ans, "unnamed", words.Say("detail.no-cluster-named", nil)))
		return ans
	}
	ans := TaskAnswer{State: taskUnclear}
	ans.Asked = r.ask(ctx, Task, HalfTime, func(ctx context.Context, _ *watch) (outcome, error) {
		out, err := r.askForTask(ctx, &ans)
		out.detail = r.standIn(&ans, unreadCode(ans.State, err), out.detail)
		return out, err
	})
	return ans
}

// unreadCode says why the facts of a task are not those of ECS.
func unreadCode(state taskState, err error) string {
	switch state {
	case TaskMissing:
		return "missing"
	case TaskNoCluster:
		return "no-cluster"
	}
	return string(failure.Of(err).Status())
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

// standIn puts what was stored of the task in the place of an answer that says
// less: none, or an older version. It returns the detail of the source's line, which
// then says so; why is the code of what ECS did not say.
func (r *Reader) standIn(ans *TaskAnswer, why string, detail words.Text) words.Text {
	if r.Stored == nil || ans.Task != nil && ans.Task.Version >= r.Stored.Version {
		return detail
	}
	said := words.Say("detail.stored-facts", words.Args{"why": why})
	if ans.Task != nil {
		said = words.Say("detail.stored-facts-newer", words.Args{"stored": r.Stored.Version, "version": ans.Task.Version})
	}
	ans.Task = r.Stored
	return said
}

// StoredFacts returns a task whose stop is stored, and asks nobody.
func (r *Reader) StoredFacts() TaskAnswer {
	return TaskAnswer{Asked: r.Skip(Task, words.Say("detail.facts-of-event", nil)), Task: r.Stored}
}

// Newer is the task of the higher version; either may be nil.
func Newer(a, b *evidence.Task) *evidence.Task {
	if a == nil || b != nil && b.Version > a.Version {
		return b
	}
	return a
}

// ClusterOf is the name of a task's cluster; "" if that isn't known.
func ClusterOf(t *evidence.Task) string {
	if t == nil {
		return ""
	}
	a, _ := arn.Parse(t.ClusterARN)
	return a.Name()
}

// HasEnded reports whether the task is known, and as one that has stopped.
func HasEnded(t *evidence.Task) bool { return t != nil && t.LastStatus == "STOPPED" }

// read reads the task from the answer.
func (a *TaskAnswer) read(got described) outcome {
	if got.task != nil {
		a.Task, a.State = TaskOf(*got.task), taskFound
		if got.together > 1 {
			return outcome{evidence.SourceOK, words.Say("detail.together", words.Args{"n": got.together - 1})}
		}
		return outcome{status: evidence.SourceOK}
	}
	a.State = TaskMissing
	if got.reason != "" {
		return outcome{evidence.SourceEmpty, words.Say("detail.task-unknown-reason", words.Args{"reason": got.reason})}
	}
	return outcome{evidence.SourceEmpty, words.Say("detail.task-unknown", nil)}
}

// taskRefused sorts errors that answer the question from those that do not.
func (r *Reader) taskRefused(err error) (taskState, outcome, error) {
	if _, ok := errors.AsType[*types.ClusterNotFoundException](err); ok {
		detail := words.Say("detail.no-cluster", words.Args{"cluster": r.Ref.Cluster, "region": r.Ref.Region})
		return TaskNoCluster, outcome{status: evidence.SourceEmpty, detail: detail}, nil
	}
	if invalid, ok := errors.AsType[*types.InvalidParameterException](err); ok {
		detail := words.Say("detail.not-a-task", words.Args{"message": invalid.ErrorMessage()})
		return TaskMissing, outcome{status: evidence.SourceEmpty, detail: detail}, nil
	}
	return taskUnclear, outcome{}, fmt.Errorf("describe task %s: %w", r.Ref.TaskID, err)
}

// Span is a span of time; what happened in it may concern the task.
type Span struct{ from, to time.Time }

func (l Span) holds(t time.Time) bool { return !t.Before(l.from) && !t.After(l.to) }

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
func (r *Reader) LifeOf(t *evidence.Task) Span {
	l := Span{from: t.CreatedAt.Add(-beforeLife), to: r.Now}
	if t.CreatedAt.IsZero() {
		l.from = r.Recent().from
	}
	if end := StoppedAt(t); !end.IsZero() && end.Add(afterLife).Before(r.Now) {
		l.to = end.Add(afterLife)
	}
	return l
}

// Recent is the span that is looked through where no task says another.
func (r *Reader) Recent() Span { return Span{from: r.Now.Add(-recentSpan), to: r.Now} }

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
