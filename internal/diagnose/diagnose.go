package diagnose

import (
	"whystopped/internal/diagnose/cause"
	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/diagnose/verdict"
)

// Diagnose says why a task stopped. It never fails: thin evidence gives the
// cause "unknown" and a summary of what would decide. ID and CreatedAt are
// left to whoever keeps the diagnosis.
func Diagnose(ev evidence.Evidence) Diagnosis {
	c := cause.NewCase(ev)
	ranked := withRoleFacts(c, rank(c))
	d := Diagnosis{
		Engine:   Engine(),
		Task:     taskView(c),
		Findings: findings(c, ranked),
		Timeline: timeline(c, ranked),
		Sources:  orEmpty(ev.Sources),
		Caveats:  caveats(c, ranked),
	}
	placeInLogs(c, d.Findings)
	if len(ranked) == 0 || ranked[0].confidence == verdict.ConfidenceUnknown && ranked[0].identity().Kind == verdict.UnknownIdentity {
		d.Verdict = undecided(c, ranked)
		d.Fix = Fix{Summary: "Nothing to fix is known yet.", Policies: []Policy{}, Steps: whatWouldDecide(c)}
		d.CompleteAfter = completeAfter(c)
		return d
	}
	d.Verdict = verdictOf(d.Findings[0])
	d.Fix = fixOf(c, ranked[0])
	d.Fix.WithoutPolicy = withoutPolicy(d.Findings)
	d.CompleteAfter = completeAfter(c)
	return d
}

func verdictOf(f Finding) Verdict {
	return Verdict{
		Cause: f.Cause, Phase: f.Phase, Identity: f.Identity, Category: f.Category,
		Confidence: f.Confidence, Title: f.Title, Summary: f.Summary,
	}
}

// orEmpty makes the JSON a list and never null.
func orEmpty[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}
