package casebook_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"whystopped/internal/casebook"
	"whystopped/internal/collect"
	"whystopped/internal/diagnose"
	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/taskref"
	"whystopped/internal/words"
)

// steps remembers what was told, in words.
type steps struct {
	mu   sync.Mutex
	told []string
}

func (s *steps) tell(step casebook.Step) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case step.Source != nil:
		s.told = append(s.told, step.Source.Name+" "+string(step.Source.Status)+step.Source.Detail.English)
	case step.Verdict != nil:
		s.told = append(s.told, "verdict "+step.Verdict.Cause)
	}
}

func (s *steps) all() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string{}, s.told...)
}

func TestFollowTellsLateJoinersEverything(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		outOfMemory := stoppedTask()
		outOfMemory.Task.StoppedReason = "OutOfMemoryError: Container killed due to memory usage"
		release := make(chan struct{})
		c := &collector{
			news: []collect.Progress{
				{Source: &evidence.Source{Name: "ecs:DescribeTasks"}},
				{Source: &evidence.Source{Name: "ecs:DescribeTasks", Status: evidence.SourceOK}},
				{SoFar: new(stoppedTask())},
				{SoFar: &outOfMemory},
			},
			collect: func(context.Context, taskref.Ref) (evidence.Evidence, error) {
				<-release
				return stoppedTask(), nil
			},
		}
		book := open(c, openStore(t))
		var first, late steps
		ids := make(chan string, 2)
		follow := func(s *steps) {
			d, err := book.Follow(t.Context(), refTo(taskARN), false, s.tell)
			if err != nil {
				t.Errorf("Follow: %v", err)
			}
			ids <- d.ID
		}
		go follow(&first)
		synctest.Wait()
		// Which of the two verdicts the first one hears depends on how fast it
		// listens; the newest one it hears in any case.
		heard := first.all()
		if len(heard) < 3 || heard[0] != "ecs:DescribeTasks " || heard[1] != "ecs:DescribeTasks ok" || heard[len(heard)-1] != "verdict oom.container" {
			t.Errorf("the first heard %q before the end", heard)
		}
		go follow(&late)
		synctest.Wait()
		want := []string{"ecs:DescribeTasks ", "ecs:DescribeTasks ok", "verdict oom.container"}
		if diff := cmp.Diff(want, late.all()); diff != "" {
			t.Errorf("who joined late heard (-want +got):\n%s", diff)
		}
		close(release)
		if a, b := <-ids, <-ids; a != b || c.calls() != 1 {
			t.Errorf("diagnoses %s and %s after %d collections, want one", a, b, c.calls())
		}
	})
}

func TestFollowTellsNothingOfAKeptDiagnosis(t *testing.T) {
	s, id := keep(t, diagnose.Diagnosis{Task: diagnose.TaskView{LastStatus: "STOPPED"}})
	c := &collector{news: []collect.Progress{{Source: &evidence.Source{Name: "ecs:DescribeTasks"}}}}
	var heard steps
	d, err := open(c, s).Follow(t.Context(), refTo(taskARN), false, heard.tell)
	if err != nil || d.ID != id || len(heard.told) != 0 {
		t.Errorf("got %s, %v and heard %q, want the kept one at once", d.ID, err, heard.told)
	}
}

func TestFollowTellsNoSecrets(t *testing.T) {
	password := "hunter2" + "hunter2"
	c := &collector{news: []collect.Progress{{Source: &evidence.Source{Name: "ecs:DescribeTasks", Status: evidence.SourceFailed, Detail: words.Plain("postgres://app:" + password + "@db.internal/app")}}}}
	var heard steps
	if _, err := open(c, openStore(t)).Follow(t.Context(), refTo(taskARN), false, heard.tell); err != nil {
		t.Fatal(err)
	}
	if len(heard.told) != 1 || heard.told[0] == "" || strings.Contains(heard.told[0], password) || !strings.Contains(heard.told[0], "db.internal") {
		t.Errorf("heard %q, want the detail without the password", heard.told)
	}
}

func TestWhoLeavesHearsNoMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		c := &collector{collect: func(context.Context, taskref.Ref) (evidence.Evidence, error) {
			<-release
			return stoppedTask(), nil
		}}
		book := open(c, openStore(t))
		leaving, leave := context.WithCancel(t.Context())
		left := make(chan error, 1)
		go func() {
			_, err := book.Follow(leaving, refTo(taskARN), false, func(casebook.Step) { t.Error("something was told after all") })
			left <- err
		}()
		synctest.Wait()
		leave()
		if err := <-left; !errors.Is(err, context.Canceled) {
			t.Errorf("error = %v, want context.Canceled", err)
		}
		close(release)
		synctest.Wait()
		if d, err := book.Diagnose(t.Context(), refTo(taskARN), false); err != nil || d.ID == "" || c.calls() != 1 {
			t.Errorf("the diagnosis that nobody waited for was not kept: %v after %d collections", err, c.calls())
		}
	})
}
