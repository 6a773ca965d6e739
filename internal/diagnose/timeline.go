package diagnose

import (
	"sort"
	"time"

	"whystopped/internal/diagnose/cause"
	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/diagnose/rank"
	"whystopped/internal/diagnose/verdict"
	"whystopped/internal/words"
)

const (
	maxTimeline = 60
	maxLabel    = 1 << 10 // bytes; the whole text stands in the finding that it made
)

// moment is an entry of the timeline that is not written yet: of thousands of
// calls only the last ones are.
type moment struct {
	at    time.Time
	write func() TimelineEntry
}

// timeline tells what happened, in order.
func timeline(c *cause.Case, ranked []rank.Candidate) []TimelineEntry {
	var all []moment
	add := func(at time.Time, write func() TimelineEntry) {
		if !at.IsZero() {
			all = append(all, moment{at, write})
		}
	}
	for _, e := range taskTimes(c.Evidence.Task) {
		add(e.At, func() TimelineEntry { return e })
	}
	refused := callers(c)
	for _, r := range c.Evidence.CloudTrail {
		add(r.At(), func() TimelineEntry { return callEntry(c, r, refused) })
	}
	for _, e := range c.Evidence.ServiceEvents {
		add(e.At, func() TimelineEntry {
			return TimelineEntry{At: e.At.UTC(), Kind: "service-event", Label: words.Plain(evidence.Cut(e.Text, maxLabel)), Source: "event.service", Actor: verdict.ActorECS}
		})
	}
	for _, k := range ranked {
		if t := k.Match.Text; t != nil && t.Place == cause.Log {
			at := t.AtOffset(k.Match.Start)
			add(at, func() TimelineEntry { return logEntry(c, k, at) })
		}
	}
	sort.SliceStable(all, func(i, j int) bool { return all[i].at.Before(all[j].at) })
	out := []TimelineEntry{}
	for _, m := range all[max(0, len(all)-maxTimeline):] {
		out = append(out, m.write())
	}
	return out
}

func taskTimes(t *evidence.Task) []TimelineEntry {
	if t == nil {
		return nil
	}
	var out []TimelineEntry
	for _, m := range []struct {
		at     evidence.Time
		kind   string
		moment verdict.Moment
		actor  verdict.Actor
	}{
		{t.CreatedAt, "task", verdict.MomentCreated, verdict.ActorECS},
		{t.PullStartedAt, "container", verdict.MomentPullStarted, verdict.ActorHost},
		{t.PullStoppedAt, "container", verdict.MomentPullStopped, verdict.ActorHost},
		{t.StartedAt, "task", verdict.MomentStarted, verdict.ActorECS},
		{t.StoppingAt, "task", verdict.MomentStopping, verdict.ActorECS},
		{t.ExecutionStoppedAt, "container", verdict.MomentContainerStopped, verdict.ActorCode},
		{t.StoppedAt, "task", verdict.MomentStopped, verdict.ActorECS},
	} {
		if m.at.IsZero() {
			continue
		}
		e := TimelineEntry{At: m.at.UTC(), Kind: m.kind, Moment: m.moment, Actor: m.actor, Source: "ecs:DescribeTasks"}
		if m.moment == verdict.MomentContainerStopped {
			addExit(&e, t)
		}
		e.Label = words.Say("moment."+string(m.moment), exitOf(&e))
		out = append(out, e)
	}
	return out
}

// addExit names the first container that ended with an error, and its exit code.
func addExit(e *TimelineEntry, t *evidence.Task) {
	for _, c := range t.Containers {
		if c.ExitCode != nil && *c.ExitCode != 0 {
			e.Container, e.ExitCode = c.Name, c.ExitCode
			return
		}
	}
}

func exitOf(e *TimelineEntry) words.Args {
	if e.ExitCode == nil {
		return nil
	}
	return words.Args{"container": e.Container, "code": *e.ExitCode}
}
