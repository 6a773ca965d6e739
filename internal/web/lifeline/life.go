package lifeline

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"whystopped/internal/diagnose"
	"whystopped/internal/diagnose/verdict"
	"whystopped/internal/words"
)

// life is what is known of when things happened to a task, before it is drawn.
type life struct {
	say *words.Language

	Phases []phase
	Marks  []mark
	Bars   []bar
	// NeverRan is set where the task ended before its code began.
	NeverRan bool
}

// phase is a stretch of the task's life; each begins where the last ended.
type phase struct {
	Stage    verdict.Stage
	Name     string
	Class    string // chooses the shading
	From, To time.Time
}

// lane is who acts.
type lane int

const (
	laneECS lane = iota
	laneCode
	laneHost
	laneCount
)

// laneActors are the lanes' actors, and the classes that choose colour and shape.
var laneActors = [laneCount]struct {
	who   verdict.Actor
	class string
}{{verdict.ActorECS, "exec"}, {verdict.ActorCode, "task"}, {verdict.ActorHost, "host"}}

// mark is one thing that happened in a lane.
type mark struct {
	Lane  lane
	At    time.Time
	Kind  string // refused, failed, call, log, end, event
	Label string
	Full  string
	// Decides marks what the verdict was made from.
	Decides bool
}

// bar is a stretch in which somebody was at work.
type bar struct {
	Lane     lane
	From, To time.Time
}

// stageClasses choose the shading of the stages.
var stageClasses = map[verdict.Stage]string{
	verdict.StagePulling: "pull", verdict.StageRunning: "run", verdict.StageStopping: "leave",
}

// lifeOf reads a task's life off its diagnosis; ok is false where the times that
// bound it are missing, and then there is nothing to draw.
func lifeOf(d diagnose.Diagnosis, say *words.Language) (l life, ok bool) {
	known, ok := d.Life()
	if !ok {
		return life{}, false
	}
	l.say, l.NeverRan = say, known.NeverRan
	for _, s := range known.Stages {
		l.Phases = append(l.Phases, phase{Stage: s.Name, Name: say.Word("stage", string(s.Name), "label"), Class: cmp.Or(stageClasses[s.Name], "prepare"), From: s.From, To: s.To})
	}
	for _, w := range known.Work {
		l.Bars = append(l.Bars, bar{laneOf(w.Actor), w.From, w.To})
	}
	for _, e := range d.Timeline {
		l.addEntry(d, e)
	}
	l.markDecision(d)
	l.tidy()
	return l, true
}

// laneOf is the lane of an actor.
func laneOf(who verdict.Actor) lane {
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
	m := mark{Lane: laneOf(e.Actor), At: e.At, Full: e.Label.English, Label: e.Label.English, Decides: d.Decides(e)}
	switch {
	case e.Kind == "api-call":
		m.Kind = "call"
	case e.Kind == "log":
		m.Kind = "log"
	case e.Kind == "service-event":
		if !e.At.After(first) || !e.At.Before(last) {
			return
		}
		m.Kind, m.Label = "event", serviceWords(e.Label.English)
	case e.Moment == verdict.MomentContainerStopped:
		m.Kind, m.Label = "end", l.endWords(e)
	default:
		return
	}
	if e.Denied {
		m.Kind, m.Label = "refused", l.deniedWords(e.Action)
	}
	if m.Decides && m.Kind == "log" {
		m.Kind, m.Label = "failed", l.rootWords(d.Verdict.Category) // the title is said above, and too long here
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

func (l *life) deniedWords(action string) string {
	_, operation, _ := strings.Cut(action, ":")
	return l.say.Say("mark.denied", words.Args{"operation": operation})
}

// endWords say how a container ended.
func (l *life) endWords(e diagnose.TimelineEntry) string {
	if e.ExitCode == nil {
		return l.say.Say("mark.exited", nil)
	}
	return l.say.Say("mark.exit", words.Args{"container": e.Container, "code": *e.ExitCode})
}

// rootWords name the root cause in a few words.
func (l *life) rootWords(c verdict.Category) string {
	if c == "" || c == verdict.Other {
		return l.say.Say("mark.decides", nil)
	}
	if word := l.say.Word("root", string(c), ""); word != string(c) {
		return word
	}
	return l.say.Word("category", string(c), "label")
}

// markDecision adds what the verdict was made from where no entry of the
// timeline has it.
func (l *life) markDecision(d diagnose.Diagnosis) {
	e, ok := d.Decision()
	if !ok || slices.ContainsFunc(l.Marks, func(m mark) bool { return m.Decides }) {
		return
	}
	m := mark{Lane: laneOf(e.Actor), At: e.At, Kind: "failed", Label: l.rootWords(d.Verdict.Category), Full: e.Label.English, Decides: true}
	if e.Denied {
		m.Kind, m.Label = "refused", l.deniedWords(e.Action)
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

// mostMarks is how many marks a picture takes; the list below has them all.
const mostMarks = 16

// tidy orders the marks, joins equal ones, and keeps the telling ones where
// there are too many.
func (l *life) tidy() {
	slices.SortStableFunc(l.Marks, func(a, b mark) int { return a.At.Compare(b.At) })
	l.Marks = slices.CompactFunc(l.Marks, func(a, b mark) bool {
		return a.Lane == b.Lane && a.Label == b.Label && b.At.Sub(a.At) < time.Second
	})
	for _, kind := range []string{"call", "event", "log", "refused"} {
		for len(l.Marks) > mostMarks {
			i := slices.IndexFunc(l.Marks, func(m mark) bool { return m.Kind == kind && !m.Decides })
			if i < 0 {
				break
			}
			l.Marks = slices.Delete(l.Marks, i, i+1)
		}
	}
}
