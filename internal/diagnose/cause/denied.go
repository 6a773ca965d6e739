package cause

import (
	"slices"
	"strings"

	"whystopped/internal/diagnose/denial"
	"whystopped/internal/diagnose/verdict"
)

// ActionIs reports whether a refusal is of one of the actions; "kms:*" means any
// of a service.
func ActionIs(r *Refusal, actions ...string) bool {
	return slices.ContainsFunc(actions, func(a string) bool {
		service, all := strings.CutSuffix(a, "*")
		return all && strings.HasPrefix(r.Action, service) || r.Action == a
	})
}

// Starting tells refusals of ECS starting a task from those of a program that ran.
func Starting(c *Case, r *Refusal) bool {
	switch r.Text.Place {
	case Trail:
		return r.Who.Identity.Kind == verdict.ExecutionRole && r.Action != "logs:PutLogEvents"
	case Log, Pasted:
		return !c.Facts.Started && startsTask(r.Denial, r.Text)
	}
	return r.Who.Identity.Kind != verdict.Caller && r.Text.Place != ManagedAgent
}

// AtStart reports whether a refusal is of ECS starting the task.
func AtStart(r *Refusal) bool { return byECS(r.Text) && byTask(r) }

// byTask tells refusals of the roles that a task or its host has.
func byTask(r *Refusal) bool {
	switch r.Who.Identity.Kind {
	case verdict.ExecutionRole, verdict.TaskRole, verdict.InstanceRole, verdict.UnknownIdentity:
		return true
	}
	return false
}

// byRegistry tells refusals of a pull that name neither a principal nor an
// action: those are a registry's words, and image causes read them.
func byRegistry(r *Refusal) bool {
	return r.Action == "" && r.Principal.Kind == denial.PrincipalUnknown && strings.Contains(r.Text.Raw, "CannotPull")
}

// DeniedTo matches denials of an identity.
func DeniedTo(kind verdict.IdentityKind) Matcher {
	return Refused(func(_ *Case, r *Refusal) bool { return r.Who.Identity.Kind == kind })
}
