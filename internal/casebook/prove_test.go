package casebook_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"whystopped/internal/diagnose"
	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/taskref"
)

func TestTheProofIsKept(t *testing.T) {
	p := prover(func(_ context.Context, d diagnose.Diagnosis) diagnose.Diagnosis {
		d.Caveats = append(d.Caveats, "proven")
		return d
	})
	book := openWith(&collector{}, p, openStore(t))
	made, err := book.Diagnose(t.Context(), refTo(taskARN), false)
	if err != nil {
		t.Fatal(err)
	}
	kept, err := book.Get(t.Context(), made.ID)
	if err != nil || len(kept.Caveats) == 0 || kept.Caveats[len(kept.Caveats)-1] != "proven" {
		t.Errorf("kept the caveats %q (error %v), want those of the proof", kept.Caveats, err)
	}
}

func TestWhatWasBroughtIsNotProven(t *testing.T) {
	p := prover(func(_ context.Context, d diagnose.Diagnosis) diagnose.Diagnosis {
		t.Error("AWS was asked about evidence that somebody brought")
		return d
	})
	if _, err := openWith(&collector{}, p, openStore(t)).Evaluate(t.Context(), stoppedTask()); err != nil {
		t.Fatal(err)
	}
}

// Evidence and proof share the time for a diagnosis; keeping it has its own.
func TestAProofHasTheTimeThatIsLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		slow := &collector{collect: func(context.Context, taskref.Ref) (evidence.Evidence, error) {
			time.Sleep(7 * time.Second)
			return stoppedTask(), nil
		}}
		silent := prover(func(ctx context.Context, d diagnose.Diagnosis) diagnose.Diagnosis {
			<-ctx.Done()
			return d
		})
		made, err := openWith(slow, silent, openStore(t)).Diagnose(t.Context(), refTo(taskARN), false)
		if err != nil || made.ID == "" {
			t.Errorf("id %q, error %v, want a diagnosis", made.ID, err)
		}
		if took := time.Since(began); took != 10*time.Second {
			t.Errorf("took %s, want the 10s that a diagnosis has", took)
		}
	})
}
