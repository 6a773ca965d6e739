package web

import (
	"cmp"
	"slices"

	"whystopped/internal/diagnose"
	"whystopped/internal/diagnose/verdict"
)

// rolesView is the picture of who calls what with which role in one task.
type rolesView struct {
	Players []player
	Caption string
}

// player is somebody who calls AWS for the task, and with which role.
type player struct {
	Who  actor
	Does string // "ECS starts the task"
	// Role is the role's name; empty where it is not known.
	Role  string
	Fault bool
	// Blame says how the one at fault is: "At fault", or refused by a policy that
	// is not its own.
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
}

// callStates are what is known of calls, best known first.
var callStates = []verdict.CallState{
	verdict.CallDenied, verdict.CallAllowed, verdict.CallImplied, verdict.CallUnreachable, verdict.CallUnknown, verdict.CallNotReached,
}

var callWords = map[verdict.CallState]string{
	verdict.CallDenied:      "refused",
	verdict.CallAllowed:     "allowed",
	verdict.CallImplied:     "went through",
	verdict.CallUnreachable: "no way there",
	verdict.CallUnknown:     "not seen",
	verdict.CallNotReached:  "not reached",
}

// Word says the state, so that the line alone does not have to.
func (s target) Word() string { return wordFor(callWords, s.State) }

// rolesOf draws who called what; nil where nothing of the roles is known.
func rolesOf(d diagnose.Diagnosis) *rolesView {
	participants := d.Participants()
	if len(participants) == 0 {
		return nil
	}
	v := &rolesView{Caption: rolesCaption(d)}
	for _, id := range participants {
		v.add(d, id)
	}
	return v
}

var playerWords = map[verdict.IdentityKind]string{
	verdict.ExecutionRole:      "ECS starts the task",
	verdict.InstanceRole:       "The host pulls and reports",
	verdict.TaskRole:           "Your code runs",
	verdict.Caller:             "Somebody else calls",
	verdict.InfrastructureRole: "ECS manages volumes and networks",
	verdict.ServiceLinkedRole:  "ECS schedules the service",
}

// add puts one player into the picture.
func (v *rolesView) add(d diagnose.Diagnosis, id verdict.Identity) {
	kind := id.Kind
	p := player{Who: actorKinds[kind], Does: playerWords[kind], Role: principalName(id.ARN), Targets: targetsOf(d.Calls, kind)}
	if p.Fault = d.Verdict.Identity.Kind == kind; p.Fault {
		p.Blame = cmp.Or(foreignRefusal(d), "At fault")
	}
	switch {
	case p.Fault && d.NotAssumed():
		p.Note = "could not be assumed"
	case kind == verdict.TaskRole && d.NeverRan() && len(p.Targets) > 0:
		p.Note = "never started; its role was used to mount the volume"
	case kind == verdict.TaskRole && d.NeverRan():
		p.Idle, p.Note = true, "never started"
	case kind == verdict.TaskRole && len(p.Targets) == 0:
		p.Note = "none of its calls was seen"
	case kind == verdict.ExecutionRole && p.Role == "" && d.Task.TaskDefinitionARN != "" && len(d.Task.Containers) > 0:
		p.Note = "the task definition names none"
	}
	v.Players = append(v.Players, p)
}

// rolesCaption teaches the difference, and says which of the two mattered.
func rolesCaption(d diagnose.Diagnosis) string {
	const lesson = "ECS starts the task with the execution role; your code calls AWS with the task role. "
	switch kind := d.Verdict.Identity.Kind; {
	case foreignRefusal(d) != "":
		return lesson + "The role is not what has to be changed here: the policy that refused it is not its own."
	case kind == verdict.TaskRole && d.NeverRan():
		return lesson + "Your code did not run, yet it was the task role that was asked."
	case kind == verdict.ExecutionRole:
		return lesson + "Only the first was at fault here."
	case kind == verdict.TaskRole:
		return lesson + "Only the second was at fault here."
	case kind == verdict.InstanceRole:
		return lesson + "Here it was neither of them but the host’s own."
	case kind == verdict.NoIdentity:
		return lesson + "Neither was at fault here."
	case kind == verdict.UnknownIdentity || kind == "":
		return lesson + "Which of them was at fault the evidence does not tell."
	}
	return lesson + "Here it was neither of them."
}

// foreignOwners name the policies that refuse a role and are no part of it.
var foreignOwners = map[verdict.PolicyType]string{
	verdict.PolicyResource:    "the resource’s own policy",
	verdict.PolicySCP:         "a service control policy",
	verdict.PolicyRCP:         "a resource control policy",
	verdict.PolicySession:     "the session policy",
	verdict.PolicyVPCEndpoint: "the VPC endpoint’s policy",
	verdict.PolicyKey:         "the key’s own policy",
}

// foreignRefusal says that somebody else's policy refused the role; empty where
// the role lacks something itself.
func foreignRefusal(d diagnose.Diagnosis) string {
	if policy := d.ForeignPolicy(); policy != "" {
		return "Refused by " + wordFor(foreignOwners, policy)
	}
	return ""
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
