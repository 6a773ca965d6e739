package roles

import (
	"cmp"

	"whystopped/internal/arn"
	"whystopped/internal/diagnose/verdict"
	"whystopped/internal/words"
)

// Actor is an identity as the pages show it. Each kind has one colour and one
// shape everywhere, and its name in words beside them.
type Actor struct {
	// Class chooses colour and shape: exec, task, host, aws, caller, none, unknown.
	Class string
	// Label is the kind in words: "Execution role".
	Label string
	// Name is the role's own name; empty where the evidence does not show it.
	Name string
	ARN  string
	// Gloss says who acts with this identity.
	Gloss string
}

// Kinds are the identities that a page can show.
var Kinds = []verdict.IdentityKind{
	verdict.ExecutionRole, verdict.TaskRole, verdict.InstanceRole, verdict.ServiceLinkedRole, verdict.InfrastructureRole,
	verdict.Caller, verdict.NoIdentity, verdict.UnknownIdentity,
}

// classes choose colour and shape.
var classes = map[verdict.IdentityKind]string{
	verdict.ExecutionRole: "exec", verdict.TaskRole: "task", verdict.InstanceRole: "host",
	verdict.ServiceLinkedRole: "aws", verdict.InfrastructureRole: "aws", verdict.Caller: "caller", verdict.NoIdentity: "none",
}

// ActorOf returns an identity as the pages show it.
func ActorOf(id verdict.Identity, say *words.Language) Actor {
	kind := string(cmp.Or(id.Kind, verdict.UnknownIdentity))
	return Actor{
		Class: cmp.Or(classes[id.Kind], "unknown"), Label: say.Word("identity", kind, "label"), Gloss: say.Word("identity", kind, "gloss"),
		ARN: id.ARN, Name: arn.PrincipalName(id.ARN),
	}
}

// Legend is the two roles that people mix up, for the start page.
func Legend(say *words.Language) []Actor {
	var all []Actor
	for _, kind := range []verdict.IdentityKind{verdict.ExecutionRole, verdict.TaskRole, verdict.NoIdentity} {
		all = append(all, ActorOf(verdict.Identity{Kind: kind}, say))
	}
	return all
}
