package report

import "whystopped/internal/diagnose/verdict"

// Participants are the identities that have a part in the task, each with its ARN
// where that is known: the task's two roles, that of its host where the host has
// one, and whoever else called AWS or was denied. There are none where nothing
// tells of roles.
func (d Diagnosis) Participants() []verdict.Identity {
	fault := d.Verdict.Identity.Kind
	if d.Task.ExecutionRoleARN == "" && d.Task.TaskRoleARN == "" && len(d.Calls) == 0 && !fault.CallsAWS() {
		return nil
	}
	takesPart := map[verdict.IdentityKind]bool{
		verdict.ExecutionRole: true, verdict.TaskRole: true,
		verdict.InstanceRole: d.Task.LaunchType == "EC2" || d.Task.LaunchType == "EXTERNAL",
	}
	for _, c := range d.Calls {
		takesPart[c.Identity] = true
	}
	takesPart[fault] = true
	var all []verdict.Identity
	for _, kind := range []verdict.IdentityKind{
		verdict.ExecutionRole, verdict.InstanceRole, verdict.TaskRole, verdict.Caller, verdict.InfrastructureRole, verdict.ServiceLinkedRole,
	} {
		if takesPart[kind] {
			all = append(all, d.identityOf(kind))
		}
	}
	return all
}

// Identity is the identity of the verdict, with the ARN of the task's own role
// where the verdict knows its kind only.
func (d Diagnosis) Identity() verdict.Identity { return d.identityOf(d.Verdict.Identity.Kind) }

// identityOf is the identity of a kind in this task.
func (d Diagnosis) identityOf(kind verdict.IdentityKind) verdict.Identity {
	id := verdict.Identity{Kind: kind}
	switch v := d.Verdict.Identity; {
	case v.Kind == kind && v.ARN != "":
		id.ARN = v.ARN
	case kind == verdict.ExecutionRole:
		id.ARN = d.Task.ExecutionRoleARN
	case kind == verdict.TaskRole:
		id.ARN = d.Task.TaskRoleARN
	}
	return id
}

// NeverRan reports whether the task is known to have stopped before its code
// began.
func (d Diagnosis) NeverRan() bool {
	return d.Task.StartedAt.IsZero() && (d.Verdict.Phase == verdict.PhaseStartup || d.Verdict.Phase == verdict.PhasePlacement)
}

// NotAssumed reports whether the role of the verdict could not be assumed.
func (d Diagnosis) NotAssumed() bool {
	return d.Verdict.Category == verdict.IAMTrust || d.Verdict.Category == verdict.IAMRoleMissing
}

// ForeignPolicy is the kind of policy that denied, where it is no part of the
// identity: changing the role does not help then. It is "" where the identity
// lacks something itself, or where that is not known.
func (d Diagnosis) ForeignPolicy() verdict.PolicyType {
	var denied verdict.PolicyType
	for _, f := range d.Findings {
		for _, c := range f.Denied {
			if !f.Primary {
				continue
			}
			if denied = c.PolicyType; !denied.Foreign() {
				return ""
			}
		}
	}
	return denied
}
