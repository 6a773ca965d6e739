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
	State   callState
}

// callState says what came of the calls to a service. Its value chooses how the
// line is drawn.
type callState string

const (
	callRefused callState = "refused"
	callSeen    callState = "allowed"   // CloudTrail recorded it
	callPassed  callState = "went"      // without it the code would not have run
	callFailed  callState = "stuck"     // the network did not let it through
	callUnseen  callState = "untold"    // nothing tells
	callNever   callState = "unreached" // it cannot have come to that
)

var callWords = map[callState]string{
	callRefused: "refused",
	callSeen:    "allowed",
	callPassed:  "went through",
	callFailed:  "no way there",
	callUnseen:  "not seen",
	callNever:   "not reached",
}

// Word says the state, so that the line alone does not have to.
func (s target) Word() string { return wordFor(callWords, s.State) }

// rolesOf draws who called what; nil where nothing of the roles is known.
func rolesOf(d diagnose.Diagnosis) *rolesView {
	calls := callsOf(d)
	kind := d.Verdict.Identity.Kind
	if d.Task.ExecutionRoleARN == "" && d.Task.TaskRoleARN == "" && len(calls.all) == 0 && !isPlayer(kind) {
		return nil
	}
	v := &rolesView{}
	v.add(d, calls, verdict.ExecutionRole)
	if hasHost(d, calls) {
		v.add(d, calls, verdict.InstanceRole)
	}
	v.add(d, calls, verdict.TaskRole)
	for _, other := range []verdict.IdentityKind{verdict.Caller, verdict.InfrastructureRole, verdict.ServiceLinkedRole} {
		if kind == other || calls.by(other) != nil {
			v.add(d, calls, other)
		}
	}
	v.Caption = rolesCaption(d)
	return v
}

func isPlayer(k verdict.IdentityKind) bool {
	_, known := playerWords[k]
	return known
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
func (v *rolesView) add(d diagnose.Diagnosis, calls knownCalls, kind verdict.IdentityKind) {
	p := player{Who: actorKinds[kind], Does: playerWords[kind], Role: principalName(roleARN(d, kind)), Targets: calls.by(kind)}
	if p.Fault = d.Verdict.Identity.Kind == kind; p.Fault {
		p.Blame = cmp.Or(foreignRefusal(d), "At fault")
	}
	switch {
	case p.Fault && (d.Verdict.Category == verdict.IAMTrust || d.Verdict.Category == verdict.IAMRoleMissing):
		p.Note = "could not be assumed"
	case kind == verdict.TaskRole && neverRan(d):
		p.Idle, p.Note = true, "never started"
		if len(p.Targets) > 0 {
			p.Idle, p.Note = false, "never started; its role was used to mount the volume"
		}
	case kind == verdict.TaskRole && len(p.Targets) == 0:
		p.Note = "none of its calls was seen"
	case kind == verdict.ExecutionRole && p.Role == "" && d.Task.TaskDefinitionARN != "" && len(d.Task.Containers) > 0:
		p.Note = "the task definition names none"
	}
	v.Players = append(v.Players, p)
}

func roleARN(d diagnose.Diagnosis, kind verdict.IdentityKind) string {
	own := ""
	switch kind {
	case verdict.ExecutionRole:
		own = d.Task.ExecutionRoleARN
	case verdict.TaskRole:
		own = d.Task.TaskRoleARN
	}
	if d.Verdict.Identity.Kind == kind {
		return cmp.Or(d.Verdict.Identity.ARN, own)
	}
	return own
}

// neverRan tells whether the task is known to have ended before its code began.
func neverRan(d diagnose.Diagnosis) bool {
	if !d.Task.StartedAt.IsZero() {
		return false
	}
	return d.Verdict.Phase == verdict.PhaseStartup || d.Verdict.Phase == verdict.PhasePlacement
}

// hasHost tells whether the host's role has a part in this task.
func hasHost(d diagnose.Diagnosis, calls knownCalls) bool {
	return d.Verdict.Identity.Kind == verdict.InstanceRole || d.Task.LaunchType == "EC2" || d.Task.LaunchType == "EXTERNAL" ||
		len(calls.by(verdict.InstanceRole)) > 0
}

// rolesCaption teaches the difference, and says which of the two mattered.
func rolesCaption(d diagnose.Diagnosis) string {
	const lesson = "ECS starts the task with the execution role; your code calls AWS with the task role. "
	switch kind := d.Verdict.Identity.Kind; {
	case foreignRefusal(d) != "":
		return lesson + "The role is not what has to be changed here: the policy that refused it is not its own."
	case kind == verdict.TaskRole && neverRan(d):
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
// the role lacks something itself, or where that is not known.
func foreignRefusal(d diagnose.Diagnosis) string {
	owner := ""
	for _, f := range d.Findings {
		for _, c := range f.Denied {
			if !f.Primary {
				continue
			}
			if owner = foreignOwners[c.PolicyType]; owner == "" {
				return ""
			}
		}
	}
	if owner == "" {
		return ""
	}
	return "Refused by " + owner
}

// sortTargets puts what was refused first, and keeps the order otherwise.
func sortTargets(targets []target) []target {
	slices.SortStableFunc(targets, func(a, b target) int {
		return cmp.Compare(refusedLast(b), refusedLast(a))
	})
	return targets
}

func refusedLast(t target) int {
	if t.State == callRefused {
		return 1
	}
	return 0
}
