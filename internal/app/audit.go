package app

import (
	"cmp"
	"context"
	"errors"
	"log/slog"

	"whystopped/internal/auth"
	"whystopped/internal/casebook"
	"whystopped/internal/diagnose"
	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/taskref"
)

// audited is the casebook as the ways in ask it: what tells somebody of a task
// leaves a line of who asked and what came of it. Lists do not, and neither does
// what the service does by itself, which asks the casebook directly.
type audited struct {
	*casebook.Casebook
	audit   auth.Audit
	watches *watches
}

func newAudited(book *casebook.Casebook, log *slog.Logger) audited {
	return audited{book, auth.NewAudit(log), newWatches()}
}

// What was wanted, as the audit log names it.
const (
	wantDiagnosis = "diagnose" // of a task, from AWS or kept
	wantEvaluated = "evaluate" // of evidence that was brought
	wantKept      = "read"     // a kept diagnosis
	wantIncident  = "read-incident"
	wantService   = "look-at-service"
)

// Diagnose implements the ways in's Casebook.
func (a audited) Diagnose(ctx context.Context, asked taskref.Ref, refresh bool) (diagnose.Diagnosis, error) {
	d, err := a.Casebook.Diagnose(ctx, asked, refresh)
	a.record(ctx, wantDiagnosis, asked, d, err)
	return d, err
}

// Follow implements the ways in's Casebook.
func (a audited) Follow(ctx context.Context, asked taskref.Ref, refresh bool, tell func(casebook.Step)) (diagnose.Diagnosis, error) {
	who, _ := auth.From(ctx)
	end := a.watches.begin(watchKey{who: string(who.Kind) + ":" + who.Subject, task: asked.String(), refresh: refresh})
	d, err := a.Casebook.Follow(ctx, asked, refresh, tell)
	if e := entry(wantDiagnosis, asked, d, err); end(e) {
		a.audit.Record(ctx, e)
	}
	return d, err
}

// Evaluate implements the ways in's Casebook.
func (a audited) Evaluate(ctx context.Context, ev evidence.Evidence) (diagnose.Diagnosis, error) {
	d, err := a.Casebook.Evaluate(ctx, ev)
	a.record(ctx, wantEvaluated, taskref.Ref{}, d, err)
	return d, err
}

// EvaluateJSON implements the ways in's Casebook.
func (a audited) EvaluateJSON(ctx context.Context, raw []byte) (diagnose.Diagnosis, error) {
	d, err := a.Casebook.EvaluateJSON(ctx, raw)
	a.record(ctx, wantEvaluated, taskref.Ref{}, d, err)
	return d, err
}

// Get implements the ways in's Casebook.
func (a audited) Get(ctx context.Context, id string) (diagnose.Diagnosis, error) {
	d, err := a.Casebook.Get(ctx, id)
	a.record(ctx, wantKept, taskref.Ref{}, d, err)
	return d, err
}

// Newest implements the ways in's Casebook.
func (a audited) Newest(ctx context.Context, asked taskref.Ref) (diagnose.Diagnosis, error) {
	d, err := a.Casebook.Newest(ctx, asked)
	a.record(ctx, wantKept, asked, d, err)
	return d, err
}

// IncidentReport implements the ways in's Casebook.
func (a audited) IncidentReport(ctx context.Context, id string) (casebook.IncidentReport, error) {
	report, err := a.Casebook.IncidentReport(ctx, id)
	a.audit.Record(ctx, auth.Entry{Action: wantIncident, Diagnosis: report.Diagnosis, Outcome: outcome(err)})
	return report, err
}

// Service implements the ways in's Casebook.
func (a audited) Service(ctx context.Context, asked taskref.Ref) (casebook.ServiceStops, error) {
	stops, err := a.Casebook.Service(ctx, asked)
	a.audit.Record(ctx, auth.Entry{Action: wantService, Task: asked.String(), Outcome: outcome(err)})
	return stops, err
}

func (a audited) record(ctx context.Context, action string, asked taskref.Ref, d diagnose.Diagnosis, err error) {
	a.audit.Record(ctx, entry(action, asked, d, err))
}

func entry(action string, asked taskref.Ref, d diagnose.Diagnosis, err error) auth.Entry {
	return auth.Entry{Action: action, Task: cmp.Or(d.Task.ARN, asked.String()), Diagnosis: d.ID, Outcome: outcome(err)}
}

// outcomeAbandoned is that of a question whose asker has left.
const outcomeAbandoned = "abandoned"

// outcome names what came of a question, without anything of the question.
func outcome(err error) string {
	switch {
	case err == nil:
		return "ok"
	case errors.Is(err, context.Canceled):
		return outcomeAbandoned
	}
	return cmp.Or(string(casebook.KindOf(err)), "failed")
}
