package rank

import (
	"maps"
	"strings"

	"whystopped/internal/diagnose/cause"
	"whystopped/internal/diagnose/verdict"
	"whystopped/internal/words"
)

// Candidate is one cause seen at one place.
type Candidate struct {
	Cause      *cause.Cause
	Match      cause.Match
	Answer     cause.Answer // who is responsible
	Confidence verdict.Confidence
	// Survived is set for what the application logged and outlived.
	Survived bool
	score    int
	told     told
}

// Identity returns who is responsible.
func (k Candidate) Identity() verdict.Identity { return k.Answer.Identity }

// Place returns where the cause was seen; 0 for none of the texts.
func (k Candidate) Place() cause.Place {
	if k.Match.Text == nil {
		return 0
	}
	return k.Match.Text.Place
}

// told is what IAM knows of a role, in place of the cause's own words.
type told struct {
	title, summary, caveat string   // ids of messages
	steps                  []string // ids of messages
	args                   words.Args
}

// Title says in a few words what happened.
func (k Candidate) Title(args words.Args) words.Text {
	if k.told.title != "" {
		return words.Say(k.told.title, args)
	}
	return k.Cause.Said(args)
}

// Summary says what happened, and what is missing: the identity's permission, or
// that of the policy that denied it.
func (k Candidate) Summary(args words.Args) words.Text {
	if k.told.summary != "" {
		return words.Say(k.told.summary, args)
	}
	if r := k.Match.Refusal; r != nil && k.Cause.Lacks != "" {
		if code := blocker(r); code != "" {
			args["blocked"] = code
			return k.Cause.Blocked(args)
		}
	}
	return k.Cause.Explained(args)
}

// Steps say what to do.
func (k Candidate) Steps(args words.Args) []words.Text {
	if k.told.title == "" {
		return k.Cause.Steps(args)
	}
	var steps []words.Text
	for _, id := range k.told.steps {
		steps = append(steps, words.Say(id, args))
	}
	return steps
}

// ArgsOf are the arguments of the cause's texts: what was matched, and what the
// task itself tells.
func ArgsOf(c *cause.Case, k Candidate) words.Args {
	m := words.Args{}
	put := func(key, value string) {
		if value = strings.TrimSpace(value); value != "" {
			m[key] = value
		}
	}
	if t := k.Match.Text; t != nil {
		put("container", t.Container)
	}
	put("role", cause.RoleName(k.Identity().ARN))
	if kind := k.Identity().Kind; kind != verdict.NoIdentity && kind != verdict.UnknownIdentity {
		put("identity", string(kind))
	}
	for key, value := range networkWords(c, k.Match.Captures["target"]) {
		put(key, value)
	}
	for key, value := range k.Match.Captures {
		if key == "name" {
			value = cause.ShortName(value)
		}
		put(key, value)
	}
	maps.Copy(m, k.told.args)
	return m
}

// PhaseOf places a cause in the life of this very task. Calls that start tasks
// are placement where a tool made them, and runtime where a running task did.
func PhaseOf(c *cause.Case, k Candidate) verdict.Phase {
	switch {
	case k.Match.Phase != "":
		return k.Match.Phase
	case k.Cause.Phase == verdict.PhasePlacement && k.Match.Refusal != nil && k.Place() == cause.Log && (c.Facts.HasTask || c.Facts.TaskRole != "" || !cause.StartsTasks(k.Match.Refusal.Action)):
		return verdict.PhaseRuntime
	case k.Cause.PhaseInTask != "" && k.Place()&(cause.Stopped|cause.Reason) != 0:
		return k.Cause.PhaseInTask
	case k.Cause.PhaseInLog != "" && k.Place() == cause.Log:
		return k.Cause.PhaseInLog
	}
	return k.Cause.Phase
}

// CategoryOf returns what kind of fault a cause is in this very case.
func CategoryOf(k Candidate) verdict.Category {
	if k.Match.Category != "" {
		return k.Match.Category
	}
	return k.Cause.Category
}

// blocker returns the code of the policy that denied, if that isn't a permission
// missing in the identity's own policies; "" if it is that, or may be.
func blocker(r *cause.Refusal) string {
	switch {
	case r.Explicit:
		return string(r.Policy) + "-explicit"
	case r.Ambiguous, r.Policy == verdict.PolicyIdentity, r.Policy == verdict.PolicyUnknown:
		return ""
	}
	return string(r.Policy)
}

// Caveat is what is left open of what IAM told of a role; it has no words if
// nothing is.
func (k Candidate) Caveat() words.Text {
	if k.told.caveat == "" {
		return words.Text{}
	}
	return words.Say(k.told.caveat, k.told.args)
}
