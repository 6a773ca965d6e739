package diagnose

import (
	"fmt"
	"sort"
	"time"

	"whystopped/internal/diagnose/cause"
	"whystopped/internal/diagnose/evidence"
)

const maxTimeline = 60

// timeline tells what happened, in order.
func timeline(c *cause.Case, ranked []candidate) []TimelineEntry {
	out := taskTimes(c.Evidence.Task)
	add := func(at time.Time, kind, label, source string) {
		if !at.IsZero() {
			out = append(out, TimelineEntry{At: at.UTC(), Kind: kind, Label: label, Source: source})
		}
	}
	for _, r := range c.Evidence.CloudTrail {
		if !r.At().IsZero() {
			out = append(out, callEntry(c, r))
		}
	}
	for _, e := range c.Evidence.ServiceEvents {
		add(e.At, "service-event", e.Text, "event.service")
	}
	for _, k := range ranked {
		if t := k.match.Text; t != nil && t.Place == cause.Log {
			if at := t.AtOffset(k.match.Start); !at.IsZero() {
				out = append(out, logEntry(c, k, at))
			}
		}
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].At.Before(out[j].At) })
	if len(out) > maxTimeline {
		out = out[len(out)-maxTimeline:]
	}
	return orEmpty(out)
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
