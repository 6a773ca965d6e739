package diagnose

import (
	"fmt"
	"sort"
	"time"

	"whystopped/internal/diagnose/cause"
	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/diagnose/verdict"
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
func timeline(c *cause.Case, ranked []candidate) []TimelineEntry {
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
			return TimelineEntry{At: e.At.UTC(), Kind: "service-event", Label: e.Text, Source: "event.service", Actor: verdict.ActorECS}
		})
	}
	for _, k := range ranked {
		if t := k.match.Text; t != nil && t.Place == cause.Log {
			at := t.AtOffset(k.match.Start)
			add(at, func() TimelineEntry { return logEntry(c, k, at) })
		}
	}
	sort.SliceStable(all, func(i, j int) bool { return all[i].at.Before(all[j].at) })
	out := []TimelineEntry{}
	for _, m := range all[max(0, len(all)-maxTimeline):] {
		e := m.write()
		e.Label = evidence.Cut(e.Label, maxLabel)
		out = append(out, e)
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
		label  string
	}{
		{t.CreatedAt, "task", verdict.MomentCreated, verdict.ActorECS, "Task created"},
		{t.PullStartedAt, "container", verdict.MomentPullStarted, verdict.ActorHost, "Image pull began"},
		{t.PullStoppedAt, "container", verdict.MomentPullStopped, verdict.ActorHost, "Image pull ended"},
		{t.StartedAt, "task", verdict.MomentStarted, verdict.ActorECS, "Task running"},
		{t.StoppingAt, "task", verdict.MomentStopping, verdict.ActorECS, "Task stopping"},
		{t.ExecutionStoppedAt, "container", verdict.MomentContainerStopped, verdict.ActorCode, "First essential container ended"},
		{t.StoppedAt, "task", verdict.MomentStopped, verdict.ActorECS, "Task stopped"},
	} {
		if m.at.IsZero() {
			continue
		}
		e := TimelineEntry{At: m.at.UTC(), Kind: m.kind, Moment: m.moment, Actor: m.actor, Label: m.label, Source: "ecs:DescribeTasks"}
		if m.moment == verdict.MomentContainerStopped {
			e.addExit(t)
		}
		out = append(out, e)
	}
	return out
}

// addExit names the container whose exit code says most, and the code.
func (e *TimelineEntry) addExit(t *evidence.Task) {
	for _, c := range t.Containers {
		if c.ExitCode != nil && *c.ExitCode != 0 {
			e.Container, e.ExitCode = c.Name, c.ExitCode
			e.Label += fmt.Sprintf(" (%s, exit code %d)", c.Name, *c.ExitCode)
			return
		}
	}
}
