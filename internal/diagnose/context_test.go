package diagnose_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"whystopped/internal/diagnose"
	"whystopped/internal/diagnose/evidence"
)

// asked is a context that ends when it is asked for the nth time whether it has.
type asked struct {
	context.Context
	n, ends int
}

func (a *asked) Err() error {
	if a.n++; a.n > a.ends {
		return context.Canceled
	}
	return nil
}

// TestDiagnoseContextEndsWithItsContext: wherever the asker leaves, the work stops
// at the next piece of evidence or cause.
func TestDiagnoseContextEndsWithItsContext(t *testing.T) {
	ev := evidence.Evidence{Task: &evidence.Task{StoppedReason: "Essential container in task exited"}}
	for i := range 30 {
		ev.Logs = append(ev.Logs, evidence.Log{Container: fmt.Sprint(i), Lines: []evidence.LogLine{{Text: sqsDeny}}})
		ev.CloudTrail = append(ev.CloudTrail, evidence.Record{EventName: "SendMessage", ErrorCode: "AccessDenied"})
		ev.ServiceEvents = append(ev.ServiceEvents, evidence.ServiceEvent{Text: sqsDeny})
	}
	whole := &asked{Context: t.Context(), ends: 1 << 30}
	if _, err := diagnose.DiagnoseContext(whole, ev); err != nil {
		t.Fatalf("DiagnoseContext: %v", err)
	}
	if texts := 91; whole.n < texts+100 {
		t.Errorf("asked %d times whether anybody waits, for %d texts and records and more than 100 causes", whole.n, texts)
	}
	for ends := range whole.n {
		ctx := &asked{Context: t.Context(), ends: ends}
		d, err := diagnose.DiagnoseContext(ctx, ev)
		if !errors.Is(err, context.Canceled) || d.Verdict.Cause != "" || ctx.n > ends+2 {
			t.Fatalf("left at %d: %q, %v, asked %d times", ends, d.Verdict.Cause, err, ctx.n)
		}
	}
}

// TestWorkGrowsWithTheEvidence counts what is allocated, which says as much as a
// clock and says the same on every machine. What only compares, BenchmarkMany
// shows.
func TestWorkGrowsWithTheEvidence(t *testing.T) {
	few, many := 100, 800
	for name, with := range manyThings {
		t.Run(name, func(t *testing.T) {
			allocs := func(n int) float64 {
				ev := with(t, n)
				return testing.AllocsPerRun(1, func() { diagnose.Diagnose(ev) })
			}
			a, b := allocs(few), allocs(many)
			if most := 2 * float64(many/few) * a; b > most {
				t.Errorf("%d take %.0f allocations, %d take %.0f", few, a, many, b)
			}
		})
	}
}

// TestOneTextOfManyRefusals: of a log that is nothing but refusals, only the last
// ones are read.
func TestOneTextOfManyRefusals(t *testing.T) {
	log := func(n int) evidence.Evidence {
		var b strings.Builder
		for i := range n {
			b.WriteString(refusedSecret(i) + "\n")
		}
		return evidence.Evidence{Logs: []evidence.Log{{Container: "app", Lines: []evidence.LogLine{{Text: b.String()}}}}}
	}
	allocs := func(n int) float64 {
		ev := log(n)
		return testing.AllocsPerRun(1, func() { diagnose.Diagnose(ev) })
	}
	if few, many := allocs(1_000), allocs(8_000); many > 1.5*few {
		t.Errorf("1,000 refusals take %.0f allocations, 8,000 take %.0f", few, many)
	}
}
