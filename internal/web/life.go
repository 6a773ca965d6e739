package web

import (
	"cmp"
	"slices"
	"strconv"
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

// stageWords name the stages; stageClasses choose their shading.
var (
	stageWords = map[verdict.Stage]string{
		verdict.StageStartup: "Start-up", verdict.StagePreparing: "Preparing", verdict.StagePulling: "Image pull",
		verdict.StageStarting: "Starting", verdict.StageRunning: "Running", verdict.StageStopping: "Stopping",
	}
	stageClasses = map[verdict.Stage]string{
		verdict.StagePulling: "pull", verdict.StageRunning: "run", verdict.StageStopping: "leave",
	}
)

// lifeOf reads a task's life off its diagnosis; ok is false where the times that
// bound it are missing, and then there is nothing to draw.
func lifeOf(d diagnose.Diagnosis) (l life, ok bool) {
	known, ok := d.Life()
	if !ok {
		return life{}, false
	}
	l.NeverRan = known.NeverRan
	for _, s := range known.Stages {
		l.Phases = append(l.Phases, lifePhase{Name: wordFor(stageWords, s.Name), Class: cmp.Or(stageClasses[s.Name], "prepare"), From: s.From, To: s.To})
	}
	for _, w := range known.Work {
		l.Bars = append(l.Bars, lifeBar{laneOf(w.Actor), w.From, w.To})
	}
	for _, e := range d.Timeline {
		l.addEntry(d, e)
	}
	l.markDecision(d)
	l.tidy()
	return l, true
}

// laneOf is the lane of an actor.
func laneOf(who verdict.Actor) lifeLane {
	switch who {
	case verdict.ActorCode:
		return laneCode
	case verdict.ActorHost:
		return laneHost
	}
	return laneECS
}

// addEntry marks an entry of the timeline. What only bounds a phase is drawn as
// one already, and what came after the end is left to the list.
func (l *life) addEntry(d diagnose.Diagnosis, e diagnose.TimelineEntry) {
	first, last := l.Phases[0].From, l.Phases[len(l.Phases)-1].To
	if e.At.Before(first) || e.At.After(last) {
		return
	}
	m := lifeMark{Lane: laneOf(e.Actor), At: e.At, Full: e.Label, Label: e.Label, Decides: d.Decides(e)}
	switch {
	case e.Kind == "api-call":
		m.Kind = "call"
	case e.Kind == "log":
		m.Kind = "log"
	case e.Kind == "service-event":
		if !e.At.After(first) || !e.At.Before(last) {
			return
		}
		m.Kind, m.Label = "event", serviceWords(e.Label)
	case e.Moment == verdict.MomentContainerStopped:
		m.Kind, m.Label = "end", endWords(e)
	default:
		return
	}
	if e.Denied {
		m.Kind, m.Label = "refused", deniedWords(e.Action)
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

func deniedWords(action string) string { return cmp.Or(operationOf(action), "a call") + " refused" }

// endWords say how a container ended.
func endWords(e diagnose.TimelineEntry) string {
	if e.ExitCode == nil {
		return "ended"
	}
	return "ended: " + e.Container + ", exit code " + strconv.Itoa(*e.ExitCode)
}

// markDecision adds what the verdict was made from where no entry of the
// timeline has it.
func (l *life) markDecision(d diagnose.Diagnosis) {
	e, ok := d.Decision()
	if !ok || slices.ContainsFunc(l.Marks, func(m lifeMark) bool { return m.Decides }) {
		return
	}
	m := lifeMark{Lane: laneOf(e.Actor), At: e.At, Kind: "failed", Label: endingWords(d.Verdict.Category), Full: e.Label, Decides: true}
	if e.Denied {
		m.Kind, m.Label = "refused", deniedWords(e.Action)
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
