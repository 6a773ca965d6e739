package casebook_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"whystopped/internal/casebook"
	"whystopped/internal/collect"
	"whystopped/internal/diagnose"
	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/taskref"
)

// serviceCollector knows tasks of one service, the newest first.
type serviceCollector struct {
	collector
	tasks   []evidence.Task
	listErr error
	// lost are the ids of tasks that cannot be looked at.
	lost map[string]error
}

func (c *serviceCollector) StoppedTasks(_ context.Context, service taskref.Ref, limit int) ([]taskref.Ref, error) {
	var refs []taskref.Ref
	for _, t := range c.tasks[:min(limit, len(c.tasks))] {
		ref := service
		ref.TaskID = t.TaskARN[strings.LastIndex(t.TaskARN, "/")+1:]
		refs = append(refs, ref)
	}
	return refs, c.listErr
}

func (c *serviceCollector) CollectFacts(_ context.Context, ref taskref.Ref, _ *evidence.Task, _ func(collect.Progress)) (evidence.Evidence, error) {
	for _, t := range c.tasks {
		if strings.HasSuffix(t.TaskARN, ref.TaskID) {
			return evidence.Evidence{Task: &t}, c.lost[ref.TaskID]
		}
	}
	return evidence.Evidence{}, errors.New("another task was asked for")
}

func serviceTasks(n int) []evidence.Task {
	tasks := make([]evidence.Task, n)
	for i := range tasks {
		tasks[i] = evidence.Task{
			TaskARN: fmt.Sprintf("arn:aws:ecs:eu-west-1:111122223333:task/web/%032x", i), LastStatus: "STOPPED",
			StopCode: "TaskFailedToStart", StoppedReason: "CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref docker.io/library/app:1: docker.io/library/app:1: not found",
		}
	}
	return tasks
}

func TestServiceGlancesAtItsTasks(t *testing.T) {
	tests := []struct {
		tasks, want int
		more        bool
	}{{0, 0, false}, {3, 3, false}, {20, 20, false}, {21, 20, true}, {400, 20, true}}
	for _, test := range tests {
		store := openStore(t)
		got, err := open(&serviceCollector{tasks: serviceTasks(test.tasks)}, store).Service(t.Context(), refTo(serviceARN))
		if err != nil {
			t.Fatalf("%d tasks: %v", test.tasks, err)
		}
		if len(got.Tasks) != test.want || got.More != test.more || got.Unread != 0 {
			t.Errorf("%d tasks: %d done at, more %v, unread %d, want %d, %v, 0", test.tasks, len(got.Tasks), got.More, got.Unread, test.want, test.more)
		}
		for i, d := range got.Tasks {
			if want := fmt.Sprintf("%032x", i); d.Task.ID != want || d.ID != "" || d.Verdict.Cause == "unknown" {
				t.Errorf("%d tasks: number %d is task %s, id %q, cause %s, want task %s without an id, its cause known", test.tasks, i, d.Task.ID, d.ID, d.Verdict.Cause, want)
			}
		}
		if kept, _, err := store.List(t.Context(), casebook.Filter{}, "", 1); err != nil || len(kept) != 0 {
			t.Errorf("%d tasks: a diagnosis of facts alone is stored, %v", test.tasks, err)
		}
	}
}

func TestServiceKnowsWhatIsKept(t *testing.T) {
	tasks := serviceTasks(2)
	tasks[1].TaskARN = taskARN
	store, id := keep(t, diagnose.Diagnosis{Task: diagnose.TaskView{LastStatus: "STOPPED"}, Verdict: diagnose.Verdict{Cause: "oom.container"}})
	got, err := open(&serviceCollector{tasks: tasks}, store).Service(t.Context(), refTo(serviceARN))
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Tasks) != 2 || got.Tasks[0].ID != "" || got.Tasks[1].ID != id || got.Tasks[1].Verdict.Cause != "oom.container" {
		t.Errorf("got %+v, want the kept one second", got.Tasks)
	}
}

func TestServiceWithTasksThatCannotBeLookedAt(t *testing.T) {
	tasks := serviceTasks(2)
	refused := &casebook.Error{Kind: casebook.Refused, Message: "AWS refuses."}
	first := fmt.Sprintf("%032x", 0)
	got, err := open(&serviceCollector{tasks: tasks, lost: map[string]error{first: refused}}, openStore(t)).Service(t.Context(), refTo(serviceARN))
	if err != nil || len(got.Tasks) != 1 || got.Unread != 1 {
		t.Errorf("one of two: %d done at, unread %d, %v", len(got.Tasks), got.Unread, err)
	}
	_, err = open(&serviceCollector{tasks: tasks[:1], lost: map[string]error{first: refused}}, openStore(t)).Service(t.Context(), refTo(serviceARN))
	if casebook.KindOf(err) != casebook.Refused {
		t.Errorf("the only one: %v, want what AWS said", err)
	}
}

func TestServiceErrors(t *testing.T) {
	unknown := &casebook.Error{Kind: casebook.UnknownTask, Message: "No such service."}
	tests := []struct {
		name, pasted string
		from         casebook.Collector
		want         casebook.Kind
	}{
		{"a task", taskARN, &serviceCollector{}, casebook.NotAReference},
		{"an unknown service", serviceARN, &serviceCollector{listErr: unknown}, casebook.UnknownTask},
		{"no answer in time", serviceARN, &serviceCollector{listErr: context.DeadlineExceeded}, casebook.Unreachable},
	}
	for _, test := range tests {
		_, err := open(test.from, openStore(t)).Service(t.Context(), refTo(test.pasted))
		if diff := cmp.Diff(test.want, casebook.KindOf(err)); diff != "" {
			t.Errorf("%s: %v (-want +got):\n%s", test.name, err, diff)
		}
	}
}
