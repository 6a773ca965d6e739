package diagnose

import (
	"time"

	"whystopped/internal/diagnose/cause"
	"whystopped/internal/diagnose/denial"
	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/diagnose/rank"
	"whystopped/internal/diagnose/verdict"
	"whystopped/internal/iampolicy"
	"whystopped/internal/words"
)

// callEntry is one call that CloudTrail recorded. Of those that were refused,
// refused has who made them.
func callEntry(c *cause.Case, r evidence.Record, refused map[string]verdict.IdentityKind) TimelineEntry {
	e := TimelineEntry{
		At: r.At().UTC(), Kind: "api-call", Source: "cloudtrail", Identity: c.CalledBy(r, refused), Ref: r.EventID,
		Label: words.Say("moment.call", words.Args{"call": r.EventName, "error": r.ErrorCode}),
	}
	if actions := iampolicy.CallActions(r.EventSource, r.EventName); len(actions) > 0 {
		e.Action = actions[0]
	}
	_, e.Denied = denial.FromRecord(r)
	e.Actor = actorAt(c, e.Identity, e.At)
	return e
}

// logEntry is what a log line tells, by the finding that it made.
func logEntry(c *cause.Case, k rank.Candidate, at time.Time) TimelineEntry {
	e := TimelineEntry{At: at.UTC(), Kind: "log", Label: finding(c, k).Title, Source: k.Match.Text.Source, Actor: verdict.ActorCode, Cause: k.Cause.Code}
	if r := k.Match.Refusal; r != nil {
		e.Action, e.Identity, e.Denied = r.Action, k.Identity().Kind, true
	}
	return e
}

// actorAt is who acted with an identity at a time.
func actorAt(c *cause.Case, kind verdict.IdentityKind, at time.Time) verdict.Actor {
	started := !c.Facts.StartedAt.IsZero() && !at.Before(c.Facts.StartedAt)
	return verdict.ActorOf(kind, verdict.PhaseUnknown, started)
}

// callers returns who made the refused calls that CloudTrail recorded, by the
// ids of their events.
func callers(c *cause.Case) map[string]verdict.IdentityKind {
	by := map[string]verdict.IdentityKind{}
	for _, refusal := range c.Refusals {
		id := refusal.Text.Ref
		if _, again := by[id]; !again && id != "" && refusal.Text.Place == cause.Trail {
			by[id] = refusal.Who.Identity.Kind
		}
	}
	return by
}

// placeInLogs tells of each quote from a log the stream in its parts.
func placeInLogs(c *cause.Case, findings []Finding) {
	for _, f := range findings {
		for i, q := range f.Evidence {
			for _, l := range c.Evidence.Logs {
				if l.Group != "" && q.Ref == l.Group+"/"+l.Stream {
					f.Evidence[i].Log = &LogStream{Group: l.Group, Stream: l.Stream, Region: l.Region}
				}
			}
		}
	}
}
