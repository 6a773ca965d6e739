package web

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"whystopped/internal/diagnose"
	"whystopped/internal/diagnose/verdict"
)

// life is what is known of when things happened to a task, before it is drawn.
type life struct {
	Phases []lifePhase
	Marks  []lifeMark
	Bars   []lifeBar
	// NeverRan is set where the task ended before its code began.
	NeverRan bool
}

// lifePhase is a stretch of the task's life; each begins where the last ended.
type lifePhase struct {
	Name     string
	Class    string // chooses the shading
	From, To time.Time
}

// lifeLane is who acts.
type lifeLane int

const (
	laneECS lifeLane = iota
	laneCode
	laneHost
	laneCount
)

// laneActors are the lanes' names and classes, which choose colour and shape.
var laneActors = [laneCount]actor{
	{Class: "exec", Label: "ECS", Gloss: "execution role"},
	{Class: "task", Label: "Your code", Gloss: "task role"},
	{Class: "host", Label: "Host", Gloss: "agent, network"},
}

// lifeMark is one thing that happened in a lane.
type lifeMark struct {
	Lane  lifeLane
	At    time.Time
	Kind  string // refused, failed, call, log, end, event
	Label string
	Full  string
	// Decides marks what the verdict was made from.
	Decides bool
}

// lifeBar is a stretch in which somebody was at work.
type lifeBar struct {
	Lane     lifeLane
	From, To time.Time
}

// lifeOf reads a task's life off its diagnosis; ok is false where the times that
// bound it are missing, and then there is nothing to draw.
func lifeOf(d diagnose.Diagnosis) (l life, ok bool) {
	t := d.Task
	end := t.StoppedAt
	if end.IsZero() && runningStatus(t) != "" {
		end = d.CreatedAt
	}
	if t.CreatedAt.IsZero() || !end.After(t.CreatedAt) {
		return life{}, false
	}
	l.addPhases(t, end)
	l.NeverRan = t.StartedAt.IsZero()
	l.addBars(t, end)
	for _, e := range d.Timeline {
		l.addEntry(d, e)
	}
	l.markDecision(d)
	l.tidy()
	return l, true
}

// addPhases cuts the life at the times that ECS tells. A time that lies before
// the one that it should follow is put right.
func (l *life) addPhases(t diagnose.TaskView, end time.Time) {
	stopping := leavingAt(t, end)
	at := t.CreatedAt
	add := func(name, class string, to time.Time) {
		if to.After(end) {
			to = end
		}
		if to.After(at) {
			l.Phases = append(l.Phases, lifePhase{Name: name, Class: class, From: at, To: to})
			at = to
		}
	}
	ready := firstOf(t.StartedAt, stopping)
	if t.PullStartedAt.IsZero() {
		add("Start-up", "prepare", ready)
	} else {
		add("Preparing", "prepare", t.PullStartedAt)
		add("Image pull", "pull", firstOf(t.PullStoppedAt, ready))
		add("Starting", "prepare", ready)
	}
	if !t.StartedAt.IsZero() {
		add("Running", "run", stopping)
	}
	add("Stopping", "leave", end)
}

// leavingAt is when the task began to stop.
func leavingAt(t diagnose.TaskView, end time.Time) time.Time {
	if t.StoppedAt.IsZero() && t.StoppingAt.IsZero() {
		return end
	}
	return firstOf(t.StoppingAt, t.ExecutionStoppedAt, end)
}

// firstOf is the first time that is known.
func firstOf(times ...time.Time) time.Time { return cmp.Or(times...) }

// addBars tells who was at work when.
func (l *life) addBars(t diagnose.TaskView, end time.Time) {
	stopping := leavingAt(t, end)
	add := func(lane lifeLane, from, to time.Time) {
		if !from.IsZero() && to.After(from) {
			l.Bars = append(l.Bars, lifeBar{lane, from, to})
		}
	}
	add(laneECS, t.CreatedAt, firstOf(t.StartedAt, stopping))
	add(laneECS, stopping, t.StoppedAt)
	if !t.StartedAt.IsZero() {
		add(laneCode, t.StartedAt, firstOf(t.ExecutionStoppedAt, stopping))
	}
	add(laneHost, t.PullStartedAt, firstOf(t.PullStoppedAt, t.StartedAt, stopping))
}

// addEntry marks an entry of the timeline. What only bounds a phase is drawn as
// one already, and what came after the end is left to the list.
func (l *life) addEntry(d diagnose.Diagnosis, e diagnose.TimelineEntry) {
	first, last := l.Phases[0].From, l.Phases[len(l.Phases)-1].To
	if e.At.Before(first) || e.At.After(last) {
		return
	}
	m := lifeMark{At: e.At, Full: e.Label, Label: e.Label, Decides: e.Label == d.Verdict.Title}
	switch e.Kind {
	case "api-call":
		m.Lane, m.Kind = laneOf(e.Identity, d.Task, e.At), "call"
	case "log":
		m.Lane, m.Kind = laneCode, "log"
	case "service-event":
		if !e.At.After(first) || !e.At.Before(last) {
			return
		}
		m.Lane, m.Kind, m.Label = laneECS, "event", serviceWords(e.Label)
	case "container":
		ended, ok := strings.CutPrefix(e.Label, "First essential container ended")
		if !ok {
			return
		}
		m.Lane, m.Kind, m.Label = laneCode, "end", "ended"+strings.NewReplacer(" (", ": ", ")", "").Replace(ended)
	default:
		return
	}
	if e.Denied {
		m.Kind, m.Label = "refused", cmp.Or(operationOf(e.Action), "a call")+" refused"
		m.Decides = m.Decides || deniesTheSame(d, e)
	}
	if m.Decides && m.Kind == "log" {
		m.Kind, m.Label = "failed", endingWords(d.Verdict.Category) // the title is said above, and too long here
	}
	l.Marks = append(l.Marks, m)
}

// serviceWords is an event of a service without the service's name, which the
// page says above.
func serviceWords(event string) string {
	if _, rest, ok := strings.Cut(event, ") "); ok && strings.HasPrefix(event, "(service ") {
		if _, after, ok := strings.Cut(rest, ") "); ok && strings.HasPrefix(rest, "(") {
			rest = after
		}
		return rest
	}
	return event
}

func operationOf(action string) string {
	return action[strings.Index(action, ":")+1:]
}

// deniesTheSame tells whether an entry is the refused call of the verdict.
func deniesTheSame(d diagnose.Diagnosis, e diagnose.TimelineEntry) bool {
	for _, f := range d.Findings {
		if !f.Primary || (e.Identity != "" && e.Identity != f.Identity.Kind) {
			continue
		}
		if slices.ContainsFunc(f.Denied, func(c diagnose.DeniedCall) bool { return c.Action != "" && c.Action == e.Action }) {
			return true
		}
	}
	return false
}

// laneOf is the lane of an identity; where that is not known, the moment tells.
func laneOf(k verdict.IdentityKind, t diagnose.TaskView, at time.Time) lifeLane {
	switch k {
	case verdict.ExecutionRole, verdict.ServiceLinkedRole, verdict.InfrastructureRole:
		return laneECS
	case verdict.InstanceRole:
		return laneHost
	case verdict.TaskRole, verdict.Caller:
		return laneCode
	}
	if t.StartedAt.IsZero() || at.Before(t.StartedAt) {
		return laneECS
	}
	return laneCode
}

// markDecision adds what the verdict was made from where no entry of the
// timeline has it: most often the reason that ECS gave when it stopped the task.
func (l *life) markDecision(d diagnose.Diagnosis) {
	if slices.ContainsFunc(l.Marks, func(m lifeMark) bool { return m.Decides }) || runningStatus(d.Task) != "" {
		return
	}
	last := l.Phases[len(l.Phases)-1].To
	m := lifeMark{At: leavingAt(d.Task, last), Kind: "failed", Full: d.Verdict.Title, Decides: true}
	m.Lane = decidingLane(d, m.At)
	m.Label = endingWords(d.Verdict.Category)
	if actions := lackingActions(d); len(actions) > 0 {
		m.Kind, m.Label = "refused", operationOf(actions[0])+" refused"
	}
	if m.Lane == laneCode && m.Kind == "failed" { // the end itself says it
		for i, other := range l.Marks {
			if other.Kind == "end" && other.At.Equal(m.At) {
				l.Marks[i].Decides, l.Marks[i].Kind = true, "failed"
				return
			}
		}
	}
	l.Marks = append(l.Marks, m)
}

// endingWords name what ended a task.
func endingWords(c verdict.Category) string {
	switch c {
	case verdict.IAMPermission, verdict.KMS:
		return "permission missing"
	case verdict.IAMTrust, verdict.IAMRoleMissing:
		return "role not assumed"
	case verdict.Network:
		return "no way through the network"
	case verdict.Other, "":
		return "this ended it"
	}
	return wordFor(categoryWords, c)
}

// lackingActions are the actions that the verdict is about: those that were
// refused, or that the fix allows where no message names them.
func lackingActions(d diagnose.Diagnosis) []string {
	var actions []string
	for _, f := range d.Findings {
		for _, c := range f.Denied {
			if f.Primary && c.Action != "" {
				actions = append(actions, c.Action)
			}
		}
	}
	for _, p := range d.Fix.Policies {
		if len(actions) == 0 && p.Purpose == "denied" && p.Kind == "identity-policy" {
			for _, s := range p.Document.Statement {
				actions = append(actions, s.Action...)
			}
		}
	}
	return actions
}

func decidingLane(d diagnose.Diagnosis, at time.Time) lifeLane {
	switch d.Verdict.Category {
	case verdict.OOM, verdict.Spot, verdict.Capacity, verdict.ResourceLimit:
		return laneHost
	case verdict.UserStop, verdict.Deployment, verdict.HealthCheck:
		return laneECS
	}
	if d.Verdict.Identity.Kind == verdict.TaskRole && d.Verdict.Phase == verdict.PhaseStartup {
		return laneHost // it mounts the volumes, with the task role
	}
	kind := d.Verdict.Identity.Kind
	if kind == verdict.NoIdentity && d.Verdict.Phase == verdict.PhaseRuntime {
		kind = verdict.TaskRole
	}
	if kind == verdict.NoIdentity {
		kind = verdict.ExecutionRole
	}
	return laneOf(kind, d.Task, at)
}

// mostMarks is how many marks a picture takes; the list below has them all.
const mostMarks = 16

// tidy orders the marks, joins equal ones, and keeps the telling ones where
// there are too many.
func (l *life) tidy() {
	slices.SortStableFunc(l.Marks, func(a, b lifeMark) int { return a.At.Compare(b.At) })
	l.Marks = slices.CompactFunc(l.Marks, func(a, b lifeMark) bool {
		return a.Lane == b.Lane && a.Label == b.Label && b.At.Sub(a.At) < time.Second
	})
	for _, kind := range []string{"call", "event", "log", "refused"} {
		for len(l.Marks) > mostMarks {
			i := slices.IndexFunc(l.Marks, func(m lifeMark) bool { return m.Kind == kind && !m.Decides })
			if i < 0 {
				break
			}
			l.Marks = slices.Delete(l.Marks, i, i+1)
		}
	}
}

// lasted writes how long something took.
func lasted(d time.Duration) string {
	return strings.TrimPrefix(offset(d), "+")
}
