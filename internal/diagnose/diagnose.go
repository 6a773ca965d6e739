package diagnose

import (
	"context"

	"whystopped/internal/diagnose/catalogue"
	"whystopped/internal/diagnose/cause"
	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/diagnose/fix"
	"whystopped/internal/diagnose/proof"
	"whystopped/internal/diagnose/rank"
	"whystopped/internal/diagnose/verdict"
	"whystopped/internal/words"
)

// Diagnose says why a task stopped. It never fails: thin evidence gives the
// cause "unknown" and a summary of what would decide. ID and CreatedAt are
// left to whoever keeps the diagnosis.
func Diagnose(ev evidence.Evidence) Diagnosis {
	d, err := DiagnoseContext(context.Background(), ev)
	if err != nil {
		panic(err) // this context never ends
	}
	return d
}

// DiagnoseContext is Diagnose for whoever may not want the answer any more: the
// only error is that of a context that has ended.
func DiagnoseContext(ctx context.Context, ev evidence.Evidence) (Diagnosis, error) {
	c, err := catalogue.Book().NewCase(ctx, ev)
	if err != nil {
		return Diagnosis{}, err
	}
	ranked, err := rank.Causes(ctx, c)
	if err != nil {
		return Diagnosis{}, err
	}
	d := diagnosisOf(c, rank.WithRoleFacts(c, ranked))
	d.Fit()
	d.FillLists()
	return d, nil
}

// diagnosisOf returns the diagnosis of a case by its causes, what ended the task
// first.
func diagnosisOf(c *cause.Case, ranked []rank.Candidate) Diagnosis {
	d := Diagnosis{
		Engine:   Engine(),
		Task:     taskView(c),
		Findings: findings(c, ranked),
		Timeline: timeline(c, ranked),
		Sources:  c.Evidence.Sources,
		Caveats:  caveats(c, ranked),
	}
	placeInLogs(c, d.Findings)
	starts := startupCalls(c)
	if len(ranked) == 0 || ranked[0].Confidence == verdict.ConfidenceUnknown && ranked[0].Identity().Kind == verdict.UnknownIdentity {
		d.Verdict = undecided(c, ranked)
		d.Fix = Fix{Summary: words.Say("fix.nothing-known", nil), Policies: []Policy{}, Steps: whatWouldDecide(c)}
		d.CompleteAfter = completeAfter(c)
		d.Calls = knownCalls(d, starts)
		return d
	}
	d.Verdict = verdictOf(d.Findings[0])
	d.Fix = fix.Of(c, ranked)
	d.Fix.WithoutPolicy = proof.WithoutPolicy(d.Findings)
	d.CompleteAfter = completeAfter(c)
	d.Calls = knownCalls(d, starts)
	return d
}

func verdictOf(f Finding) Verdict {
	return Verdict{
		Cause: f.Cause, Phase: f.Phase, Identity: f.Identity, Category: f.Category,
		Confidence: f.Confidence, Title: f.Title, Summary: f.Summary,
	}
}
