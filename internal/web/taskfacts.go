package web

import (
	"strconv"
	"strings"

	"whystopped/internal/arn"
	"whystopped/internal/diagnose"
	"whystopped/internal/diagnose/verdict"
	"whystopped/internal/taskref"
	"whystopped/internal/words"
)

// fact is one line of what is known of the task.
type fact struct {
	Label string
	// Value is written without gaps; a line may break between its parts.
	Value []string
	At    *moment
	// Console opens it in its console; empty where none shows it.
	Console string
	// Who marks a role with its shape and colour.
	Who *actor
}

// factsOf lists what is known of a task. Its stopped reason is left out where
// the page quotes it as evidence.
func factsOf(t diagnose.TaskView, reasonQuoted bool, clock clock) []fact {
	if reasonQuoted {
		t.StoppedReason = ""
	}
	all := []fact{
		{Label: said("fact.task", nil), Value: breakable(t.ARN), Console: taskConsole(t)},
		{Label: said("fact.definition", nil), Value: breakable(resourceName(t.TaskDefinitionARN)), Console: definitionConsole(t.TaskDefinitionARN)},
		{Label: labelOf("identity", verdict.ExecutionRole), Value: breakable(t.ExecutionRoleARN), Console: roleConsole(t.ExecutionRoleARN), Who: roleActor(verdict.ExecutionRole)},
		{Label: labelOf("identity", verdict.TaskRole), Value: breakable(t.TaskRoleARN), Console: roleConsole(t.TaskRoleARN), Who: roleActor(verdict.TaskRole)},
		{Label: said("fact.launch-type", nil), Value: breakable(t.LaunchType)},
		{Label: said("fact.status", nil), Value: breakable(t.LastStatus)},
		{Label: said("fact.stop-code", nil), Value: breakable(t.StopCode)},
		{Label: said("fact.stopped-reason", nil), Value: breakable(t.StoppedReason)},
		{Label: said("fact.created", nil), At: clock.dateTime(t.CreatedAt)},
		{Label: said("fact.started", nil), At: clock.dateTime(t.StartedAt)},
		{Label: said("fact.stopped", nil), At: clock.dateTime(t.StoppedAt)},
	}
	var known []fact
	for _, f := range all {
		if len(f.Value) > 0 || f.At != nil {
			known = append(known, f)
		}
	}
	return known
}

func roleActor(kind verdict.IdentityKind) *actor {
	a := actorOf(verdict.Identity{Kind: kind})
	return &a
}

// wherePart is a part of where a task ran; the service has an address.
type wherePart struct{ Text, URL string }

// wherePartsOf are the parts of whereOf for the report's own line.
func wherePartsOf(ref taskref.Ref) []wherePart {
	var parts []wherePart
	add := func(place, name, url string) {
		if name != "" {
			parts = append(parts, wherePart{said("where."+place, words.Args{"name": name}), url})
		}
	}
	add("task", shortID(ref.TaskID), "")
	switch {
	case ref.Service() != "":
		add("service", ref.Service(), serviceURL(ref))
	case ref.Family() != "":
		add("family", ref.Family(), "")
	default:
		add("group", ref.Group, "")
	}
	add("cluster", ref.Cluster, "")
	add("region", ref.Region, "")
	add("account", ref.Account, "")
	return parts
}

// whereOf names an address in words: task, service, cluster, Region, account.
func whereOf(ref taskref.Ref) []string {
	var where []string
	for _, part := range wherePartsOf(ref) {
		where = append(where, part.Text)
	}
	return where
}

// shortID keeps the part of a task's id that people compare.
func shortID(id string) string {
	const enough = 8
	if r := []rune(id); len(r) > enough+1 {
		return string(r[:enough]) + "…"
	}
	return id
}

// resourceName is an ARN's resource without its type: "orders:42" for a task
// definition. What is no ARN stays as it is.
func resourceName(s string) string {
	if a, ok := arn.Parse(s); ok {
		return a.ID()
	}
	return s
}

// containerRow is one container of the task.
type containerRow struct {
	Name      string
	Essential bool
	Exit      string
	ExitMeans string
	Bad       bool
	Reason    string
	Image     []string
}

func containersOf(t diagnose.TaskView) []containerRow {
	var rows []containerRow
	for _, c := range t.Containers {
		row := containerRow{Name: c.Name, Essential: c.Essential, Reason: c.Reason, Image: breakable(c.Image)}
		switch {
		case c.ExitCode != nil:
			row.Exit, row.ExitMeans = strconv.Itoa(*c.ExitCode), exitMeaning(*c.ExitCode)
			row.Bad = *c.ExitCode != 0
		case runningStatus(t) != "":
			row.Exit, row.ExitMeans = said("exit-code.not-yet", nil), said("exit-code.running", nil)
		default:
			row.Exit, row.ExitMeans = said("exit-code.none", nil), said("exit-code.none.why", nil)
		}
		rows = append(rows, row)
	}
	return rows
}

// exitMeaning says what a code means whatever the program is. Codes above 128
// are 128 + the signal that ended it.
func exitMeaning(code int) string {
	if n := strconv.Itoa(code); words.Known("exit-code", n, "") != "" {
		return said("exit-code."+n, nil)
	}
	return ""
}

// timelineRow is one thing that happened.
type timelineRow struct {
	At     *moment
	Offset string
	Kind   string
	Word   string
	Label  string
	Source string
	// Console opens the call in CloudTrail; empty for what is none.
	Console string
}

// timelineSource says where an entry was read: in one of ECS's answers, or where
// a quote would stand.
func timelineSource(source string) string {
	if strings.HasPrefix(source, "ecs:") {
		return said("service.ecs", nil)
	}
	return words.English().Place(source)
}

// timelineOf writes the timeline, and the day on which it begins.
func timelineOf(entries []diagnose.TimelineEntry, t diagnose.TaskView, clock clock) (rows []timelineRow, day string) {
	for i, e := range entries {
		row := timelineRow{At: clock.timeOfDay(e.At), Kind: e.Kind, Word: labelOf("timeline-kind", e.Kind), Label: e.Label.English, Source: timelineSource(e.Source), Console: eventConsole(t, e.Ref)}
		if i == 0 && !e.At.IsZero() {
			day = e.At.UTC().Format(words.English().Day)
		}
		if i > 0 && !e.At.IsZero() && !entries[0].At.IsZero() {
			row.Offset = offset(e.At.Sub(entries[0].At))
		}
		rows = append(rows, row)
	}
	return rows, day
}
