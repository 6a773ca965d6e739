package casebook_test

import (
	"context"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"whystopped/internal/casebook"
	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/store"
	"whystopped/internal/taskref"
)

// within opens a casebook on a store whose lists of accounts and Regions are other
// ones now.
func within(c casebook.Collector, s casebook.Store, bounds taskref.Bounds) *casebook.Casebook {
	return casebook.New(casebook.Options{
		Collector: c, Simulator: simulator(nil), Store: s, Bounds: bounds, Log: slog.New(slog.DiscardHandler), Timeout: 10 * time.Second, Now: time.Now, NewID: casebook.NewID,
	})
}

// TestWhatIsOutOfBoundsIsNotShown narrows the lists after a task was diagnosed, and
// asks for it in every way that there is. AWS is not asked for any.
func TestWhatIsOutOfBoundsIsNotShown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		queue := newOwed()
		s := openOwing(t, queue)
		before := open(&deployment{}, s)
		run(t, before, queue)
		accept(t, before, ended("0123456789abcdef0123456789abcdef", nil))
		incidents := incidentsOf(t, before)
		if len(incidents) != 1 {
			t.Fatalf("%d incidents, want one", len(incidents))
		}
		d := newestOf(t, s, taskID)
		service := "arn:aws:ecs:" + d.Task.Region + ":" + d.Task.Account + ":service/" + d.Task.Cluster + "/api"
		for _, bounds := range []taskref.Bounds{{Accounts: []string{"999988887777"}}, {Regions: []string{"us-east-1"}}} {
			aws := &collector{}
			book := within(aws, s, bounds)
			ctx := t.Context()
			for name, ask := range map[string]func() error{
				"Diagnose":               func() error { _, err := book.Diagnose(ctx, refTo(d.Task.ARN), false); return err },
				"Diagnose again":         func() error { _, err := book.Diagnose(ctx, refTo(d.Task.ARN), true); return err },
				"Diagnose by CLUSTER/ID": func() error { _, err := book.Diagnose(ctx, refTo(d.Task.Cluster+"/"+d.Task.ID), false); return err },
				"Get":                    func() error { _, err := book.Get(ctx, d.ID); return err },
				"Newest":                 func() error { _, err := book.Newest(ctx, refTo(d.Task.ARN)); return err },
				"Newest by CLUSTER/ID":   func() error { _, err := book.Newest(ctx, refTo(d.Task.Cluster+"/"+d.Task.ID)); return err },
				"IncidentReport":         func() error { _, err := book.IncidentReport(ctx, incidents[0].ID); return err },
				"History":                func() error { _, err := book.History(ctx, refTo(service), 24*time.Hour); return err },
			} {
				if err := ask(); casebook.KindOf(err) != casebook.NotAllowed {
					t.Errorf("%s, only %v: %v, want that it is not allowed", name, bounds, err)
				}
			}
			list, err := book.List(ctx, casebook.Filter{}, "", 10)
			if err != nil || len(list.Diagnoses) != 0 {
				t.Errorf("List, only %v: %d diagnoses, %v", bounds, len(list.Diagnoses), err)
			}
			summaries, err := book.Summaries(ctx, casebook.Filter{}, "", 10)
			if err != nil || len(summaries.Summaries) != 0 {
				t.Errorf("Summaries, only %v: %d of them, %v", bounds, len(summaries.Summaries), err)
			}
			stops, err := book.Stops(ctx, casebook.StopFilter{}, "", 10)
			if err != nil || len(stops.Stops) != 0 || len(incidentsOf(t, book)) != 0 {
				t.Errorf("Stops, only %v: %d stops, %v", bounds, len(stops.Stops), err)
			}
			if n := aws.calls(); n != 0 {
				t.Errorf("AWS was asked %d times", n)
			}
		}
		if got, err := within(&collector{}, s, taskref.Bounds{Accounts: []string{d.Task.Account}, Regions: []string{d.Task.Region}}).Get(t.Context(), d.ID); err != nil || got.ID != d.ID {
			t.Errorf("within the lists: %q, %v", got.ID, err)
		}
	})
}

// TestWorkThatIsOwedOutOfBounds: what was owed before the lists were narrowed is
// dropped and not tried again.
func TestWorkThatIsOwedOutOfBounds(t *testing.T) {
	s := openStore(t)
	event := ended(taskID, nil)
	if err := s.Accept(t.Context(), []casebook.Event{event}); err != nil {
		t.Fatal(err)
	}
	aws := &collector{}
	book := within(aws, s, taskref.Bounds{Accounts: []string{"999988887777"}})
	for _, w := range []casebook.Work{
		{Kind: casebook.WorkDiagnose, Task: event.Ref},
		{Kind: casebook.WorkRefresh, Refresh: &casebook.Refresh{Task: event.Ref, Diagnosis: "x"}},
	} {
		if err := book.Do(t.Context(), w); err != nil {
			t.Errorf("%s: %v, want it dropped", w.Kind, err)
		}
	}
	if _, err := s.Latest(t.Context(), event.Ref); err == nil || aws.calls() != 0 {
		t.Errorf("it was diagnosed all the same; %d calls to AWS", aws.calls())
	}
}

// TestBroughtEvidenceIsOfNoAccount: somebody may bring an error message of an
// account that is not read, and read the answer.
func TestBroughtEvidenceIsOfNoAccount(t *testing.T) {
	var s *store.Store = openStore(t)
	book := within(&collector{}, s, taskref.Bounds{Accounts: []string{"999988887777"}})
	d, err := book.Evaluate(context.Background(), evidence.Evidence{Task: stoppedTask().Task})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := book.Get(t.Context(), d.ID); err != nil || !got.Brought {
		t.Errorf("brought %v, %v", got.Brought, err)
	}
}
