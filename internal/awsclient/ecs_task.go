package awsclient

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"whystopped/internal/arn"
	"whystopped/internal/diagnose/evidence"
)

// taskAnswer is what is known of the task. What ECS itself says is in state:
// a task that it has forgotten may still be known by its last event, or by what
// was kept of it.
type taskAnswer struct {
	asked
	state taskState
	task  *evidence.Task // nil where nothing is known
}

type taskState int

const (
	taskNotAsked  taskState = iota // a service without a stopped task is meant, or all is known
	taskFound                      // ECS knows it
	taskMissing                    // ECS does not know it, or no longer
	taskNoCluster                  // ECS does not know its cluster
	taskUnclear                    // ECS did not say
)

const sourceTask = evidence.TaskSource

// describeTask asks ECS for the task. What was kept of it stands in for what ECS
// does not tell.
func (r *run) describeTask(ctx context.Context) taskAnswer {
	switch {
	case r.ref.TaskID == "":
		return taskAnswer{asked: r.skip(sourceTask, "ECS knows no stopped task of this service.")}
	case r.ref.Cluster == "":
		ans := taskAnswer{state: taskMissing}
		ans.asked = r.skip(sourceTask, r.standIn(&ans, "The reference does not name the cluster, and no cluster that we may read knows the task.", nil))
		return ans
	}
	ans := taskAnswer{state: taskUnclear}
	ans.asked = r.ask(ctx, sourceTask, half, func(ctx context.Context, _ *watch) (outcome, error) {
		out, err := r.askForTask(ctx, &ans)
		out.detail = r.standIn(&ans, out.detail, err)
		return out, err
	})
	return ans
}

func (r *run) askForTask(ctx context.Context, ans *taskAnswer) (out outcome, err error) {
	t := r.target(r.ref.Region)
	got, err := r.tasks.describe(ctx, lane{t, r.ref.Cluster}, r.at(t).ecs, r.ref.TaskID)
	if err != nil {
		ans.state, out, err = r.taskRefused(err)
		return out, err
	}
	return ans.read(got), nil
}

// standIn puts what was kept of the task in the place of an answer that says
// less: none, or an older version. It gives the detail of the source's line
// with a word about that; err is why there is no answer, if there is none.
func (r *run) standIn(ans *taskAnswer, detail string, err error) string {
	if r.kept == nil || ans.task != nil && ans.task.Version >= r.kept.Version {
		return detail
	}
	words := "The task's facts that were kept earlier were used."
	if ans.task != nil {
		words = fmt.Sprintf("The facts that were kept earlier were used, which are newer: of version %d, and those of ECS of version %d.", r.kept.Version, ans.task.Version)
	}
	if err != nil { // whose own words would give way to the detail
		detail = understand(err).detail(permission(sourceTask))
	}
	ans.task = r.kept
	return strings.TrimSpace(detail + " " + words)
}

// keptFacts gives a task of whose end all was kept, and asks nobody.
func (r *run) keptFacts() taskAnswer {
	return taskAnswer{asked: r.skip(sourceTask, "The task's facts are known from ECS's event of its end."), task: r.kept}
}

// newer is the task of the higher version; either may be nil.
func newer(a, b *evidence.Task) *evidence.Task {
	if a == nil || b != nil && b.Version > a.Version {
		return b
	}
	return a
}

// clusterOf is the name of a known task's cluster; "" where it is not told.
func clusterOf(t *evidence.Task) string {
	if t == nil {
		return ""
	}
	a, _ := arn.Parse(t.ClusterARN)
	return a.Name()
}

// hasEnded tells whether the task is known, and as one that has stopped.
func hasEnded(t *evidence.Task) bool { return t != nil && t.LastStatus == "STOPPED" }

// read takes the task out of the answer.
func (a *taskAnswer) read(got described) outcome {
	together := ""
	if got.together > 1 {
		together = fmt.Sprintf("Asked for in one call with %d other tasks.", got.together-1)
	}
	if got.task != nil {
		a.task, a.state = taskOf(*got.task), taskFound
		return outcome{evidence.SourceOK, together}
	}
	a.state = taskMissing
	detail := "ECS does not know this task, or no longer: it forgets stopped tasks after about an hour."
	if got.reason != "" {
		detail += fmt.Sprintf(" (%s)", got.reason)
	}
	return outcome{evidence.SourceEmpty, detail}
}

// taskRefused tells the refusals that answer the question from those that do not.
func (r *run) taskRefused(err error) (taskState, outcome, error) {
	if _, ok := errors.AsType[*types.ClusterNotFoundException](err); ok {
		detail := fmt.Sprintf("There is no cluster %q in %s of this account.", r.ref.Cluster, r.ref.Region)
		return taskNoCluster, outcome{status: evidence.SourceEmpty, detail: detail}, nil
	}
	if invalid, ok := errors.AsType[*types.InvalidParameterException](err); ok {
		detail := "ECS takes this for no task of the cluster: " + invalid.ErrorMessage()
		return taskMissing, outcome{status: evidence.SourceEmpty, detail: detail}, nil
	}
	return taskUnclear, outcome{}, fmt.Errorf("describe task %s: %w", r.ref.TaskID, err)
}

// serviceOf is the name of the service that the task belongs to, or "".
func serviceOf(t *evidence.Task) string {
	name, ok := strings.CutPrefix(t.Group, "service:")
	if !ok {
		return ""
	}
	return name
}

// life is a span of time; what happened in it may concern the task.
type life struct{ from, to time.Time }

func (l life) holds(t time.Time) bool { return !t.Before(l.from) && !t.After(l.to) }

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

// lifeOf is the life of the task, up to now if it has not ended.
func (r *run) lifeOf(t *evidence.Task) life {
	l := life{from: t.CreatedAt.Add(-beforeLife), to: r.now}
	if t.CreatedAt.IsZero() {
		l.from = r.recent().from
	}
	if end := stoppedAt(t); !end.IsZero() && end.Add(afterLife).Before(r.now) {
		l.to = end.Add(afterLife)
	}
	return l
}

func (r *run) recent() life { return life{from: r.now.Add(-recentSpan), to: r.now} }

// stoppedAt is when the task stopped, as well as that is known; the zero time
// for a task that runs.
func stoppedAt(t *evidence.Task) time.Time {
	for _, at := range []evidence.Time{t.StoppedAt, t.ExecutionStoppedAt, t.StoppingAt} {
		if !at.IsZero() {
			return at.Time
		}
	}
	return time.Time{}
}
