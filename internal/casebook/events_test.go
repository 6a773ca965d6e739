package casebook_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"whystopped/internal/casebook"
	"whystopped/internal/diagnose"
	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/diagnose/verdict"
	"whystopped/internal/store"
	"whystopped/internal/taskref"
)

// ended is the event of a task's end; change makes it another end.
func ended(id string, change func(*evidence.Task)) casebook.Event {
	task := exited(id)
	task.Version = 5
	task.StoppedAt = evidence.At(time.Now().UTC())
	if change != nil {
		change(task)
	}
	ref, err := taskref.Parse(task.TaskARN)
	if err != nil {
		panic(err) // a mistake of the test's own
	}
	return casebook.Event{ID: "event-" + id + fmt.Sprint(task.Version), At: task.StoppedAt.Time, Ref: ref, Task: task}
}

func scaledIn(task *evidence.Task) {
	task.StartedAt = evidence.At(task.StoppedAt.Add(-time.Hour))
	task.StopCode, task.StoppedReason = "ServiceSchedulerInitiated", "Scaling activity initiated by (deployment ecs-svc/1234567890123456789)"
	task.Containers[0].ExitCode = new(143)
}

// accept takes events and does what is owed because of them.
func accept(t *testing.T, book *casebook.Casebook, events ...casebook.Event) {
	t.Helper()
	if err := book.Accept(t.Context(), events); err != nil {
		t.Fatalf("Accept: %v", err)
	}
	time.Sleep(10 * time.Second)
	synctest.Wait()
}

func incidentsOf(t *testing.T, book *casebook.Casebook) []casebook.Incident {
	t.Helper()
	page, err := book.Incidents(t.Context(), casebook.Filter{}, false, "", 100)
	if err != nil {
		t.Fatalf("Incidents: %v", err)
	}
	return page.Incidents
}

func newestOf(t *testing.T, s *store.Store, id string) diagnose.Diagnosis {
	t.Helper()
	d, err := s.Latest(t.Context(), taskref.Ref{TaskID: id})
	if err != nil {
		t.Fatalf("Latest(%s): %v", id, err)
	}
	return d
}

func TestABadDeployByEvents(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &deployment{latency: 50 * time.Millisecond}
		queue := newOwed()
		s := openOwing(t, queue)
		book := open(c, s)
		run(t, book, queue)
		var events []casebook.Event
		for i := range 200 {
			events = append(events, ended(fmt.Sprintf("%032x", i), nil))
		}
		accept(t, book, events[:150]...)
		accept(t, book, events[100:]...) // some come twice
		found := incidentsOf(t, book)
		if len(found) != 1 || found[0].Count != 200 || found[0].Verdict.Cause != "runtime.denied" || found[0].Verdict.Confidence != verdict.Confirmed {
			t.Fatalf("incidents %+v, want one of 200 tasks", found)
		}
		if len(c.deep) != 3 {
			t.Errorf("%d tasks had a full run, want 3", len(c.deep))
		}
		if d := newestOf(t, s, fmt.Sprintf("%032x", 199)); d.Incident == nil || d.Incident.ID != found[0].ID || d.Verdict.Cause != "runtime.denied" {
			t.Errorf("the last task: %+v of %+v", d.Verdict, d.Incident)
		}
	})
}

func TestOrderlyEndsMakeNoIncident(t *testing.T) {
	tests := []struct {
		name  string
		cause string
		end   func(*evidence.Task)
	}{
		{"scale-in", "stop.scaling", scaledIn},
		{"exit code 0", "exit.success", func(task *evidence.Task) { task.Containers[0].ExitCode = new(0) }},
		{"StopTask", "stop.user", func(task *evidence.Task) {
			task.StopCode, task.StoppedReason = "UserInitiated", "Task stopped by user"
		}},
		{"Spot", "stop.spot", func(task *evidence.Task) {
			task.StopCode, task.StoppedReason = "SpotInterruption", "Your Spot Task was interrupted."
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := &deployment{}
				queue := newOwed()
				s := openOwing(t, queue)
				book := open(c, s)
				run(t, book, queue)
				accept(t, book, ended(taskID, test.end))
				if d := newestOf(t, s, taskID); d.Verdict.Cause != test.cause || !d.Glance {
					t.Errorf("%s, a glance: %v; want %s by a glance", d.Verdict.Cause, d.Glance, test.cause)
				}
				if found := incidentsOf(t, book); len(found) != 0 || len(c.deep) != 0 {
					t.Errorf("%d incidents, %d full runs, want none", len(found), len(c.deep))
				}
				if _, err := book.Diagnose(t.Context(), refTo(exited(taskID).TaskARN), false); err != nil || len(c.deep) != 1 {
					t.Errorf("%d full runs for somebody who asks, %v, want one", len(c.deep), err)
				}
			})
		})
	}
}

func TestALaterVersionIsDiagnosedAnew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &deployment{}
		queue := newOwed()
		s := openOwing(t, queue)
		book := open(c, s)
		run(t, book, queue)
		accept(t, book, ended(taskID, func(task *evidence.Task) { task.Version = 7 }))
		first := newestOf(t, s, taskID)
		accept(t, book, ended(taskID, func(task *evidence.Task) { task.Version = 8 })) // says nothing more
		if again := newestOf(t, s, taskID); again.ID != first.ID {
			t.Error("the same end was diagnosed twice")
		}
		accept(t, book, ended(taskID, func(task *evidence.Task) { task.Version, task.StopCode, task.StoppedReason = 9, "", "" }))
		if again := newestOf(t, s, taskID); again.Supersedes != first.ID {
			t.Errorf("the end that says otherwise supersedes %q, want %q", again.Supersedes, first.ID)
		}
	})
}

// TestEventsOfWhatMayNotBeRead: not even the event's own facts are kept as a
// diagnosis.
func TestEventsOfWhatMayNotBeRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		queue := newOwed()
		s := openOwing(t, queue)
		book := open(&deployment{fail: &casebook.Error{Kind: casebook.NotAllowed}}, s)
		run(t, book, queue)
		accept(t, book, ended(taskID, nil))
		if d, err := s.Latest(t.Context(), taskref.Ref{TaskID: taskID}); err == nil || len(incidentsOf(t, book)) != 0 {
			t.Errorf("it is diagnosed all the same: %+v", d.Verdict)
		}
	})
}

func TestEventsWhileAWSIsDown(t *testing.T) {
	tests := []struct {
		kind  casebook.Kind
		again bool // it is tried until it works
	}{
		{casebook.Unreachable, true},
		{casebook.UnknownTask, false},
	}
	for _, test := range tests {
		t.Run(string(test.kind), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := &deployment{fail: &casebook.Error{Kind: test.kind, Err: errors.New("no route")}}
				queue := newOwed()
				s := openOwing(t, queue)
				book := open(c, s)
				run(t, book, queue)
				accept(t, book, ended(taskID, nil))
				if d := newestOf(t, s, taskID); !d.Glance || d.Verdict.Cause == "" || d.Incident == nil {
					t.Errorf("kept meanwhile: %+v", d)
				}
				c.fail = nil
				accept(t, book)
				if d := newestOf(t, s, taskID); d.Glance == test.again {
					t.Errorf("a glance still: %v, want %v", d.Glance, !test.again)
				}
				if found := incidentsOf(t, book); len(found) != 1 || found[0].Count != 1 {
					t.Errorf("incidents %+v, want one of one task", found)
				}
			})
		})
	}
}

func TestAServiceThatCannotStartTasks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const said = "(service api) failed to launch a task with (error ECS was unable to assume the role 'arn:aws:iam::111122223333:role/api-execution' that was provided for this task. " +
			"Please verify that the role being passed has the proper trust relationship and permissions and that your IAM user has permissions to pass this role.)."
		c := &collector{collect: func(context.Context, taskref.Ref) (evidence.Evidence, error) {
			return evidence.Evidence{
				Ref:            taskref.Ref{Partition: "aws", Region: "eu-west-1", Account: "111122223333", Cluster: "web", Group: "service:api"},
				ServiceEvents:  []evidence.ServiceEvent{{At: time.Now(), Text: said}},
				TaskDefinition: &evidence.TaskDefinition{TaskDefinitionARN: "arn:aws:ecs:eu-west-1:111122223333:task-definition/api:7"},
			}, nil
		}}
		queue := newOwed()
		book := open(c, openOwing(t, queue))
		run(t, book, queue)
		ref, err := taskref.Parse(serviceARN)
		if err != nil {
			t.Fatal(err)
		}
		action := func(i int, text string) casebook.Event {
			return casebook.Event{ID: fmt.Sprint("event-", i), At: time.Now(), Ref: ref, Action: &evidence.ServiceEvent{At: time.Now(), Text: text}}
		}
		for i := range 6 {
			accept(t, book, action(i, "SERVICE_TASK_CONFIGURATION_FAILURE"), action(100+i, "SERVICE_TASK_START_IMPAIRED"))
		}
		found := incidentsOf(t, book)
		if len(found) != 1 || found[0].Count != 6 || found[0].Place.Service() != "api" || !strings.HasSuffix(found[0].Revision, "/api:7") {
			t.Fatalf("incidents %+v, want one of service api, revision 7, with 6 tries", found)
		}
		if found[0].Verdict.Phase != verdict.PhasePlacement && found[0].Verdict.Category != verdict.IAMTrust {
			t.Errorf("verdict %+v, want a role that cannot be assumed", found[0].Verdict)
		}
		if c.calls() != 3 {
			t.Errorf("%d looks at the service, want 3", c.calls())
		}
	})
}

func TestEventsAreKeptWithoutSecrets(t *testing.T) {
	s := openStore(t)
	const secret = "AKIAIOSFODNN7EXAMPLE"
	e := ended(taskID, func(task *evidence.Task) {
		task.StoppedReason = "could not log in with " + secret + " and password=hunter2hunter2"
	})
	if err := open(&collector{}, s).Accept(t.Context(), []casebook.Event{e}); err != nil {
		t.Fatalf("Accept: %v", err)
	}
	facts, err := s.Facts(t.Context(), taskref.Ref{TaskID: taskID})
	if err != nil {
		t.Fatalf("Facts: %v", err)
	}
	if strings.Contains(facts.StoppedReason, secret) || strings.Contains(facts.StoppedReason, "hunter2") || !strings.Contains(facts.StoppedReason, "could not log in") {
		t.Errorf("kept as %q", facts.StoppedReason)
	}
	if !strings.Contains(e.Task.StoppedReason, secret) {
		t.Error("the caller's own event was changed")
	}
}
