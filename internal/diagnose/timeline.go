package diagnose

import (
	"fmt"
	"sort"
	"time"

	"whystopped/internal/diagnose/cause"
	"whystopped/internal/diagnose/evidence"
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
			return TimelineEntry{At: e.At.UTC(), Kind: "service-event", Label: e.Text, Source: "event.service"}
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
		at    evidence.Time
		kind  string
		label string
	}{
		{t.CreatedAt, "task", "Task created"},
		{t.PullStartedAt, "container", "Image pull began"},
		{t.PullStoppedAt, "container", "Image pull ended"},
		{t.StartedAt, "task", "Task running"},
		{t.StoppingAt, "task", "Task stopping"},
		{t.ExecutionStoppedAt, "container", "First essential container ended" + firstExit(t)},
		{t.StoppedAt, "task", "Task stopped"},
	} {
		if !m.at.IsZero() {
			out = append(out, TimelineEntry{At: m.at.UTC(), Kind: m.kind, Label: m.label, Source: "ecs:DescribeTasks"})
		}
	}
	return out
}

func firstExit(t *evidence.Task) string {
	for _, c := range t.Containers {
		if c.ExitCode != nil && *c.ExitCode != 0 {
			return fmt.Sprintf(" (%s, exit code %d)", c.Name, *c.ExitCode)
		}
	}
	return ""
}
