package casebook_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"whystopped/internal/casebook"
	"whystopped/internal/collect"
	"whystopped/internal/diagnose"
	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/diagnose/proof"
	"whystopped/internal/store"
	"whystopped/internal/taskref"
)

const (
	taskID     = "0123456789abcdef0123456789abcdef"
	taskARN    = "arn:aws:ecs:eu-west-1:111122223333:task/web/" + taskID
	serviceARN = "arn:aws:ecs:eu-west-1:111122223333:service/web/api"
)

// collector answers with functions; each has a sensible default.
type collector struct {
	resolve func(context.Context, taskref.Ref) (taskref.Ref, error)
	collect func(context.Context, taskref.Ref) (evidence.Evidence, error)
	// news are told before the evidence is collected.
	news []collect.Progress

	mu    sync.Mutex
	asked []taskref.Ref
}

func (c *collector) Resolve(ctx context.Context, ref taskref.Ref) (taskref.Ref, error) {
	if c.resolve == nil {
		return ref, nil
	}
	return c.resolve(ctx, ref)
}

func (c *collector) Collect(ctx context.Context, ref taskref.Ref, _ *evidence.Task, tell func(collect.Progress)) (evidence.Evidence, error) {
	c.mu.Lock()
	c.asked = append(c.asked, ref)
	c.mu.Unlock()
	for _, n := range c.news {
		tell(n)
	}
	if c.collect == nil {
		return stoppedTask(), nil
	}
	return c.collect(ctx, ref)
}

// CollectFacts reads nothing: a full collection finds out.
func (c *collector) CollectFacts(
	context.Context, taskref.Ref, *evidence.Task, func(collect.Progress),
) (evidence.Evidence, error) {
	return evidence.Evidence{}, errors.New("no facts")
}

func (c *collector) StoppedTasks(context.Context, taskref.Ref, int) ([]taskref.Ref, error) {
	return nil, nil
}

func (c *collector) calls() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.asked)
}

func stoppedTask() evidence.Evidence {
	return evidence.Evidence{Task: &evidence.Task{TaskARN: taskARN, LastStatus: "STOPPED", StoppedReason: "Essential container in task exited"}}
}

// simulator answers each trial with a function; nil allows all.
type simulator func(context.Context, proof.Trial) (decision string, ok bool)

func (s simulator) Simulate(ctx context.Context, _ taskref.Ref, trials []proof.Trial) ([]proof.Result, evidence.Source) {
	line := evidence.Source{Name: evidence.SimulatorSource, Status: evidence.SourceOK, Calls: 1, TookMS: 10}
	var results []proof.Result
	for _, trial := range trials {
		decision, ok := "allowed", true
		if s != nil {
			decision, ok = s(ctx, trial)
		}
		if !ok {
			line.Status = evidence.SourceTimeout
			return nil, line
		}
		var r proof.Result
		for _, action := range trial.Actions {
			for _, resource := range trial.Resources {
				r.Outcomes = append(r.Outcomes, proof.Outcome{Action: action, Resource: resource, Decision: decision})
			}
		}
		results = append(results, r)
	}
	return results, line
}

func open(c casebook.Collector, s casebook.Store) *casebook.Casebook { return openWith(c, nil, s) }

func openWith(c casebook.Collector, sim simulator, s casebook.Store) *casebook.Casebook {
	return casebook.New(casebook.Options{
		Collector: c, Simulator: sim, Store: s, Log: slog.New(slog.DiscardHandler), Timeout: 10 * time.Second, Now: time.Now, NewID: casebook.NewID,
	})
}

// keep puts a diagnosis of the task into a new store.
func keep(t *testing.T, d diagnose.Diagnosis) (*store.Store, string) {
	t.Helper()
	s := openStore(t)
	d.ID = casebook.NewID(time.Now())
	d.Task.ID = taskID
	if _, err := s.Save(t.Context(), casebook.Kept{Diagnosis: d}); err != nil {
		t.Fatalf("Save: %v", err)
	}
	return s, d.ID
}

func TestDiagnoseKeeps(t *testing.T) {
	book := open(&collector{}, openStore(t))
	made, err := book.Diagnose(t.Context(), refTo(" "+taskARN+" "), false)
	if err != nil {
		t.Fatalf("Diagnose: %v", err)
	}
	if made.ID == "" || made.CreatedAt.IsZero() || made.CreatedAt.Location() != time.UTC {
		t.Errorf("id %q, made at %v: want both, in UTC", made.ID, made.CreatedAt)
	}
	if made.Findings == nil || made.Sources == nil || made.Caveats == nil || made.Fix.Policies == nil {
		t.Error("a list of the diagnosis is nil")
	}
	if kept, err := book.Get(t.Context(), made.ID); err != nil || kept.ID != made.ID {
		t.Errorf("Get = %q, %v, want the diagnosis", kept.ID, err)
	}
}

func TestDiagnoseReuses(t *testing.T) {
	ended := diagnose.Diagnosis{Task: diagnose.TaskView{LastStatus: "STOPPED"}}
	running := diagnose.Diagnosis{Task: diagnose.TaskView{LastStatus: "RUNNING"}}
	gone := func(context.Context, taskref.Ref) (evidence.Evidence, error) {
		return evidence.Evidence{}, &casebook.Error{Kind: casebook.UnknownTask}
	}
	trailOnly := func(context.Context, taskref.Ref) (evidence.Evidence, error) {
		return evidence.Evidence{CloudTrail: []evidence.Record{{EventName: "GetObject"}}}, nil
	}
	tests := []struct {
		name     string
		kept     diagnose.Diagnosis
		refresh  bool
		collect  func(context.Context, taskref.Ref) (evidence.Evidence, error)
		wantKept bool
		calls    int
	}{
		{"of a stopped task", ended, false, nil, true, 0},
		{"of a stopped task, but a new one is wanted", ended, true, nil, false, 1},
		{"of a running task", running, false, nil, false, 1},
		{"when AWS has forgotten the task", ended, true, gone, true, 1},
		{"when ECS has forgotten the task", ended, true, trailOnly, true, 1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s, id := keep(t, test.kept)
			c := &collector{collect: test.collect}
			got, err := open(c, s).Diagnose(t.Context(), refTo(taskARN), test.refresh)
			if err != nil {
				t.Fatalf("Diagnose: %v", err)
			}
			if (got.ID == id) != test.wantKept || c.calls() != test.calls {
				t.Errorf("got the kept one: %v after %d collections, want %v after %d", got.ID == id, c.calls(), test.wantKept, test.calls)
			}
		})
	}
}

// refTo reads a reference that is one.
func refTo(pasted string) taskref.Ref {
	ref, err := casebook.Reference(pasted)
	if err != nil {
		panic(err)
	}
	return ref
}

func TestNewestAsksNobody(t *testing.T) {
	c := &collector{}
	s, id := keep(t, diagnose.Diagnosis{Task: diagnose.TaskView{LastStatus: "RUNNING"}})
	book := open(c, s)
	if d, err := book.Newest(t.Context(), refTo(" "+taskARN)); err != nil || d.ID != id {
		t.Errorf("Newest = %q, %v, want the kept one, however old", d.ID, err)
	}
	for pasted, want := range map[string]casebook.Kind{
		serviceARN:                             casebook.UnknownDiagnosis,
		strings.Replace(taskARN, "0", "f", -1): casebook.UnknownDiagnosis,
	} {
		if _, err := book.Newest(t.Context(), refTo(pasted)); casebook.KindOf(err) != want {
			t.Errorf("Newest(%s): %v, want kind %s", pasted, err, want)
		}
	}
	if c.calls() != 0 {
		t.Error("AWS was asked")
	}
}

func TestBroughtEvidenceAnswersForNoTask(t *testing.T) {
	c := &collector{}
	book := open(c, openStore(t))
	brought, err := book.Evaluate(t.Context(), stoppedTask())
	if err != nil {
		t.Fatalf("Evaluate: %v", err)
	}
	if c.calls() != 0 {
		t.Error("Evaluate asked AWS")
	}
	if _, err := book.Get(t.Context(), brought.ID); err != nil {
		t.Errorf("Get: %v", err)
	}
	got, err := book.Diagnose(t.Context(), refTo(taskARN), false)
	if err != nil || got.ID == brought.ID || c.calls() != 1 {
		t.Errorf("Diagnose gave %q after %d collections, %v; want a diagnosis of its own", got.ID, c.calls(), err)
	}
}

func TestServiceMeansItsNewestFailedTask(t *testing.T) {
	c := &collector{resolve: func(_ context.Context, ref taskref.Ref) (taskref.Ref, error) {
		if ref.Kind() == taskref.KindService {
			ref.TaskID = taskID
		}
		return ref, nil
	}}
	if _, err := open(c, openStore(t)).Diagnose(t.Context(), refTo(serviceARN), false); err != nil {
		t.Fatalf("Diagnose: %v", err)
	}
	if len(c.asked) != 1 || c.asked[0].TaskID != taskID {
		t.Errorf("collected for %+v, want the task %s", c.asked, taskID)
	}
}

func TestErrors(t *testing.T) {
	fail := func(err error) *collector {
		return &collector{collect: func(context.Context, taskref.Ref) (evidence.Evidence, error) { return evidence.Evidence{}, err }}
	}
	tests := []struct {
		name   string
		pasted string
		with   *collector
		want   casebook.Kind
	}{
		{"an unknown task", taskARN, fail(&casebook.Error{Kind: casebook.UnknownTask}), casebook.UnknownTask},
		{"an unknown service", serviceARN, &collector{resolve: func(context.Context, taskref.Ref) (taskref.Ref, error) {
			return taskref.Ref{}, &casebook.Error{Kind: casebook.UnknownTask}
		}}, casebook.UnknownTask},
		{"no time left", taskARN, fail(fmt.Errorf("describe: %w", context.DeadlineExceeded)), casebook.Unreachable},
		{"a failure of our own", taskARN, fail(errors.New("broken")), ""},
		{"a panic", taskARN, &collector{collect: func(context.Context, taskref.Ref) (evidence.Evidence, error) { panic("broken") }}, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := open(test.with, openStore(t)).Diagnose(t.Context(), refTo(test.pasted), false)
			if err == nil || casebook.KindOf(err) != test.want {
				t.Errorf("error %v of kind %q, want kind %q", err, casebook.KindOf(err), test.want)
			}
		})
	}
}

func TestEvaluatePastedJSON(t *testing.T) {
	book := open(&collector{}, openStore(t))
	_, err := book.Evaluate(t.Context(), evidence.Evidence{Text: `{"tasks":[{"stopCode":"A"},{"stopCode":"B"}]}`})
	if casebook.KindOf(err) != casebook.InvalidEvidence || !strings.Contains(err.Error(), "2 tasks") {
		t.Errorf("error = %v, want invalid evidence that names the two tasks", err)
	}
}

func TestOneCollectionForAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		c := &collector{collect: func(context.Context, taskref.Ref) (evidence.Evidence, error) {
			<-release
			return stoppedTask(), nil
		}}
		book := open(c, openStore(t))
		ids := make(chan string, 20)
		for range cap(ids) {
			go func() {
				d, err := book.Diagnose(t.Context(), refTo(taskARN), true)
				if err != nil {
					t.Errorf("Diagnose: %v", err)
				}
				ids <- d.ID
			}()
		}
		synctest.Wait()
		close(release)
		first := <-ids
		for range cap(ids) - 1 {
			if id := <-ids; id != first {
				t.Errorf("got the diagnoses %s and %s, want one", first, id)
			}
		}
		if c.calls() != 1 {
			t.Errorf("collected %d times, want once", c.calls())
		}
	})
}

func TestWhoeverLeavesDoesNotStopTheOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		c := &collector{collect: func(ctx context.Context, _ taskref.Ref) (evidence.Evidence, error) {
			select {
			case <-release:
				return stoppedTask(), nil
			case <-ctx.Done():
				return evidence.Evidence{}, ctx.Err()
			}
		}}
		book := open(c, openStore(t))
		leaving, leave := context.WithCancel(t.Context())
		left, stayed := make(chan error, 1), make(chan error, 1)
		go func() {
			_, err := book.Diagnose(leaving, refTo(taskARN), false)
			left <- err
		}()
		synctest.Wait()
		go func() {
			_, err := book.Diagnose(t.Context(), refTo(taskARN), false)
			stayed <- err
		}()
		synctest.Wait()
		leave()
		if err := <-left; !errors.Is(err, context.Canceled) {
			t.Errorf("who left got %v, want context.Canceled", err)
		}
		close(release)
		if err := <-stayed; err != nil {
			t.Errorf("who stayed got %v", err)
		}
	})
}

func TestTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &collector{collect: func(ctx context.Context, _ taskref.Ref) (evidence.Evidence, error) {
			<-ctx.Done()
			return evidence.Evidence{}, ctx.Err()
		}}
		start := time.Now()
		_, err := open(c, openStore(t)).Diagnose(t.Context(), refTo(taskARN), false)
		if casebook.KindOf(err) != casebook.Unreachable {
			t.Errorf("error = %v, want kind %s", err, casebook.Unreachable)
		}
		if took := time.Since(start); took != 10*time.Second {
			t.Errorf("took %v of the test's clock, want the timeout of 10s", took)
		}
	})
}

func TestEvidenceThatCameLateIsKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &collector{collect: func(ctx context.Context, _ taskref.Ref) (evidence.Evidence, error) {
			<-ctx.Done() // a source hung until the very end
			return stoppedTask(), nil
		}}
		book := open(c, openStore(t))
		made, err := book.Diagnose(t.Context(), refTo(taskARN), false)
		if err != nil {
			t.Fatalf("Diagnose: %v", err)
		}
		if _, err := book.Get(t.Context(), made.ID); err != nil {
			t.Errorf("Get: %v", err)
		}
	})
}

func TestList(t *testing.T) {
	book := open(&collector{}, openStore(t))
	var made []string
	for n := range 3 {
		ev := stoppedTask()
		ev.Task.StoppedReason = fmt.Sprint("reason ", n)
		d, err := book.Evaluate(t.Context(), ev)
		if err != nil {
			t.Fatalf("Evaluate: %v", err)
		}
		made = append(made, d.ID)
	}
	seen := map[string]bool{}
	cursor := ""
	for pages := 1; ; pages++ {
		page, err := book.List(t.Context(), casebook.Filter{Brought: true}, cursor, 2)
		if err != nil {
			t.Fatalf("List: %v", err)
		}
		for _, d := range page.Diagnoses {
			seen[d.ID] = true
		}
		if cursor = page.Next; cursor == "" {
			if pages != 2 {
				t.Errorf("got %d pages of 2, want 2", pages)
			}
			break
		}
	}
	for _, id := range made {
		if !seen[id] {
			t.Errorf("diagnosis %s is on no page", id)
		}
	}
	if _, err := book.List(t.Context(), casebook.Filter{}, "nonsense", 2); casebook.KindOf(err) != casebook.InvalidFilter {
		t.Errorf("a cursor that is none: %v, want kind %s", err, casebook.InvalidFilter)
	}
}

// fullStore takes nothing in time.
type fullStore struct{ *store.Store }

func (fullStore) Save(ctx context.Context, _ casebook.Kept) (diagnose.Diagnosis, error) {
	<-ctx.Done()
	return diagnose.Diagnosis{}, errors.New("interrupted") // in whatever words
}

// TestADatabaseThatHasTooMuchToDo is told as that, and waited for no longer than
// makes sense.
func TestADatabaseThatHasTooMuchToDo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		book := open(&collector{}, fullStore{openStore(t)})
		for name, ask := range map[string]func(context.Context) (diagnose.Diagnosis, error){
			"a task": func(ctx context.Context) (diagnose.Diagnosis, error) {
				return book.Diagnose(ctx, refTo(taskARN), false)
			},
			"brought evidence": func(ctx context.Context) (diagnose.Diagnosis, error) { return book.Evaluate(ctx, stoppedTask()) },
		} {
			began := time.Now()
			if _, err := ask(t.Context()); casebook.KindOf(err) != casebook.Busy {
				t.Errorf("%s: %v, want that it is too busy", name, err)
			}
			if took := time.Since(began); took > 10*time.Second {
				t.Errorf("%s: told after %s", name, took)
			}
		}
		ctx, leave := context.WithCancel(t.Context())
		leave()
		if _, err := book.Evaluate(ctx, stoppedTask()); casebook.KindOf(err) != "" {
			t.Errorf("whoever has left is told %v", err)
		}
	})
}
