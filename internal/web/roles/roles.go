// Package roles draws who called what with which role in one task, and has an
// identity as all pages show it. Start with Of; whose calls they are the diagnosis
// says.
package roles

import (
	"cmp"
	"slices"

	"whystopped/internal/arn"
	"whystopped/internal/diagnose"
	"whystopped/internal/diagnose/verdict"
	"whystopped/internal/words"
)

// View is the picture of who calls what with which role in one task.
type View struct {
	Players []player
	// Lesson says which role is whose; Caption what of it matters here.
	Lesson, Caption string
}

// player is somebody who calls AWS for the task, and with which role.
type player struct {
	Who  Actor
	Does string // "ECS starts the task"
	// Role is the role's name; empty where it is not known.
	Role  string
	Fault bool
	// Blame says what happened to the identity of the verdict: "Denied", or by which
	// policy of somebody else.
	Blame string
	// Note says what is special: "never started".
	Note string
	// Idle is set where this one never came to act.
	Idle    bool
	Targets []target
}

// target is a service that was called, or would have been.
type target struct {
	Service string
	Calls   []string // operations
	// State is what came of the calls; it chooses how the line is drawn.
	State verdict.CallState
	Word  string // says the state, so that the line alone does not have to
}

// callStates are what is known of calls, best known first.
var callStates = []verdict.CallState{
	verdict.CallDenied, verdict.CallAllowed, verdict.CallImplied, verdict.CallUnreachable, verdict.CallUnknown, verdict.CallNotReached,
}

// Of draws who called what; it returns nil if nothing of the roles is known.
func Of(d diagnose.Diagnosis, say *words.Language) *View {
	participants := d.Participants()
	if len(participants) == 0 {
		return nil
	}
	v := &View{Lesson: say.Say("roles.lesson", nil), Caption: caption(d, say)}
	for _, id := range participants {
		v.Players = append(v.Players, playerOf(d, id, say))
	}
	return v
}

func playerOf(d diagnose.Diagnosis, id verdict.Identity, say *words.Language) player {
	p := player{
		Who: ActorOf(id, say), Does: say.Word("does", string(id.Kind), ""), Role: arn.PrincipalName(id.ARN),
		Fault: d.Verdict.Identity.Kind == id.Kind, Targets: targetsOf(d.Calls, id.Kind, say),
	}
	if p.Fault {
		p.Blame = blame(d, say)
	}
	code := id.Kind == verdict.TaskRole
	p.Idle = code && d.NeverRan() && len(p.Targets) == 0 && !(p.Fault && d.NotAssumed())
	switch {
	case p.Fault && d.NotAssumed():
	case p.Idle:
		p.Note = say.Say("roles.never-started", nil)
	case code && d.NeverRan():
		p.Note = say.Say("roles.before-start", nil)
	case code && len(p.Targets) == 0:
		p.Note = say.Say("roles.no-calls", nil)
	case id.Kind == verdict.ExecutionRole && p.Role == "" && d.Task.TaskDefinitionARN != "" && len(d.Task.Containers) > 0:
		p.Note = say.Say("roles.not-set", nil)
	}
	return p
}

// blame says what happened to the identity of the verdict.
func blame(d diagnose.Diagnosis, say *words.Language) string {
	switch policy := d.ForeignPolicy(); {
	case d.NotAssumed():
		return say.Say("roles.not-assumed", nil)
	case policy != "":
		return say.Say("roles.denied-by", words.Args{"policy": policy})
	}
	return say.Say("roles.denied", nil)
}

// caption says what of the lesson matters here; "" where the picture does.
func caption(d diagnose.Diagnosis, say *words.Language) string {
	switch kind := d.Verdict.Identity.Kind; {
	case d.ForeignPolicy() != "":
		return say.Say("roles.caption.foreign", nil)
	case kind == verdict.TaskRole && d.NeverRan():
		service := ""
		if targets := targetsOf(d.Calls, kind, say); len(targets) > 0 {
			service = targets[0].Service
		}
		return say.Say("roles.caption.before-start", words.Args{"service": service})
	case kind == verdict.ExecutionRole, kind == verdict.TaskRole, kind == verdict.NoIdentity:
		return ""
	case kind == verdict.UnknownIdentity, kind == "":
		return say.Say("roles.caption.unknown", nil)
	}
	return say.Say("roles.caption.other", nil)
}

// sortTargets puts what was refused first, and keeps the order otherwise.
func sortTargets(targets []target) []target {
	slices.SortStableFunc(targets, func(a, b target) int {
		return cmp.Compare(refusedLast(b), refusedLast(a))
	})
	return targets
}

func refusedLast(t target) int {
	if t.State == verdict.CallDenied {
		return 1
	}
	return 0
}
