package casebook_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"whystopped/internal/casebook"
	"whystopped/internal/diagnose"
	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/taskref"
)

type askerKey struct{}

// as is a context in which somebody of a name asks.
func as(t *testing.T, name string) context.Context {
	return context.WithValue(t.Context(), askerKey{}, name)
}

// openBrought makes a casebook that knows who asks.
func openBrought(s casebook.Store, quota int, retention time.Duration) *casebook.Casebook {
	return casebook.New(casebook.Options{
		Collector: &collector{}, Simulator: simulator(nil), Store: s, Log: slog.New(slog.DiscardHandler), Timeout: time.Minute, Now: time.Now, NewID: casebook.NewID,
		BroughtQuota: quota, BroughtRetention: retention,
		Asker: func(ctx context.Context) casebook.Asker {
			name, _ := ctx.Value(askerKey{}).(string)
			return casebook.Asker{Key: name, Name: strings.ToUpper(name)}
		},
	})
}

func reasoned(reason string) evidence.Evidence {
	ev := stoppedTask()
	ev.Task.StoppedReason = reason
	return ev
}

func bring(ctx context.Context, t *testing.T, book *casebook.Casebook, ev evidence.Evidence) diagnose.Diagnosis {
	t.Helper()
	d, err := book.Evaluate(ctx, ev)
	if err != nil || d.Verdict.Cause == "" {
		t.Fatalf("Evaluate: %v", err)
	}
	return d
}

func TestBroughtEvidenceHasAQuota(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		book := openBrought(openStore(t), 2, 0)
		ana, ben := as(t, "ana"), as(t, "ben")
		for n := range 2 {
			if d := bring(ana, t, book, reasoned(fmt.Sprint(n))); !d.Kept || !d.Brought || d.BroughtBy != "ANA" {
				t.Errorf("diagnosis %d: kept %v, brought %v by %q", n, d.Kept, d.Brought, d.BroughtBy)
			}
		}
		over := bring(ana, t, book, reasoned("one too many"))
		if over.Kept || over.ID != "" || !over.Brought || over.CreatedAt.IsZero() || over.Findings == nil {
			t.Errorf("above the quota: kept %v as %q, brought %v, made %s", over.Kept, over.ID, over.Brought, over.CreatedAt)
		}
		if d := bring(ana, t, book, reasoned("0")); !d.Kept {
			t.Error("what is kept already is not given above the quota")
		}
		if d := bring(ben, t, book, reasoned("one too many")); !d.Kept || d.BroughtBy != "BEN" {
			t.Errorf("somebody else: kept %v, by %q", d.Kept, d.BroughtBy)
		}
		if d := bring(t.Context(), t, book, reasoned("one too many")); !d.Kept || d.BroughtBy != "" {
			t.Errorf("nobody who is known: kept %v, by %q", d.Kept, d.BroughtBy)
		}
		time.Sleep(24*time.Hour + time.Second)
		if d := bring(ana, t, book, reasoned("one too many")); !d.Kept {
			t.Error("a day later nothing is kept")
		}
		page, err := book.List(t.Context(), casebook.Filter{Brought: true}, "", 10)
		if err != nil || len(page.Diagnoses) != 5 {
			t.Errorf("%d diagnoses are kept, %v, want 5", len(page.Diagnoses), err)
		}
	})
}

func TestTheSameEvidenceIsKeptOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		book := openBrought(openStore(t), 0, 8*time.Hour)
		first := bring(as(t, "ana"), t, book, reasoned("the same"))
		time.Sleep(3 * time.Hour)
		if d := bring(as(t, "ana"), t, book, reasoned("the same")); d.ID != first.ID || !d.CreatedAt.Equal(first.CreatedAt) {
			t.Errorf("the same evidence is kept as %s and as %s", first.ID, d.ID)
		}
		if d := bring(as(t, "ana"), t, book, reasoned("another")); d.ID == first.ID {
			t.Error("other evidence is taken for the same")
		}
		if d := bring(as(t, "ben"), t, book, reasoned("the same")); d.ID == first.ID || d.BroughtBy != "BEN" {
			t.Errorf("somebody else is given what is by %q", d.BroughtBy)
		}
		time.Sleep(90 * time.Minute)
		if d := bring(as(t, "ana"), t, book, reasoned("the same")); d.ID == first.ID {
			t.Error("a link is given that ends before long")
		}
	})
}

// TestBroughtEvidenceLeavesNothingElse: no task, revision, role or incident is
// known of it, and no work is owed.
func TestBroughtEvidenceLeavesNothingElse(t *testing.T) {
	queue := newOwed()
	s := openOwing(t, queue)
	book := openBrought(s, 0, 0)
	const revision, role = "arn:aws:ecs:eu-west-1:111122223333:task-definition/api:7", "arn:aws:iam::111122223333:role/api"
	ev := stoppedTask()
	ev.Task.Group, ev.Task.TaskDefinitionARN, ev.Task.StopCode = "service:api", revision, "EssentialContainerExited"
	ev.Task.StoppedAt = evidence.At(time.Now())
	ev.Task.Containers = []evidence.Container{{Name: "app", ExitCode: new(1)}}
	ev.TaskDefinition = &evidence.TaskDefinition{TaskDefinitionARN: revision, TaskRoleARN: role}
	bring(as(t, "ana"), t, book, ev)
	ctx, ref := t.Context(), taskref.Ref{TaskID: taskID}
	for what, find := range map[string]func() error{
		"a newest diagnosis": func() error { _, err := s.Latest(ctx, ref); return err },
		"facts":              func() error { _, err := s.Facts(ctx, ref); return err },
		"a definition":       func() error { _, err := s.Definition(ctx, revision); return err },
	} {
		if err := find(); !errors.Is(err, casebook.ErrNotKept) {
			t.Errorf("%s of the task: %v, want none", what, err)
		}
	}
	stops, _, err := s.Stops(ctx, casebook.StopFilter{}, "", 10)
	if err != nil || len(stops) != 0 {
		t.Errorf("%d stops, %v", len(stops), err)
	}
	revisions, err := s.Revisions(ctx, taskref.Ref{Cluster: "web"}, 10)
	if err != nil || len(revisions) != 0 {
		t.Errorf("%d revisions, %v", len(revisions), err)
	}
	users, err := s.RoleUsers(ctx, role, time.Time{}, 10)
	if err != nil || len(users) != 0 {
		t.Errorf("%d users of the role, %v", len(users), err)
	}
	if incidents := incidentsOf(t, book); len(incidents) != 0 {
		t.Errorf("%d incidents", len(incidents))
	}
	for _, kind := range []casebook.WorkKind{casebook.WorkDiagnose, casebook.WorkRefresh, casebook.WorkTell} {
		if work := queue.of(kind); len(work) != 0 {
			t.Errorf("%+v is owed", work)
		}
	}
}

// tooLarge is a store that takes nothing of the size.
type tooLarge struct{ casebook.Store }

func (tooLarge) Save(context.Context, casebook.Kept) (diagnose.Diagnosis, error) {
	return diagnose.Diagnosis{}, fmt.Errorf("save: %w", casebook.ErrTooLarge)
}

// TestWhatIsTooLargeIsAnswered, and kept nowhere.
func TestWhatIsTooLargeIsAnswered(t *testing.T) {
	book := open(&collector{}, tooLarge{openStore(t)})
	for name, ask := range map[string]func() (diagnose.Diagnosis, error){
		"a task":           func() (diagnose.Diagnosis, error) { return book.Diagnose(t.Context(), refTo(taskARN), false) },
		"brought evidence": func() (diagnose.Diagnosis, error) { return book.Evaluate(t.Context(), stoppedTask()) },
	} {
		if d, err := ask(); err != nil || d.Kept || d.ID != "" || d.Verdict.Cause == "" {
			t.Errorf("%s: kept %v as %q with the cause %q, %v", name, d.Kept, d.ID, d.Verdict.Cause, err)
		}
	}
}
