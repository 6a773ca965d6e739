package web

import (
	"strings"

	"whystopped/internal/arn"
	"whystopped/internal/diagnose/verdict"
)

// actor is an identity as the pages show it. Each kind has one colour and one
// shape everywhere, and its name in words beside them.
type actor struct {
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

var actorKinds = map[verdict.IdentityKind]actor{
	verdict.ExecutionRole:      {Class: "exec", Label: "Execution role", Gloss: "ECS uses it to start the task"},
	verdict.TaskRole:           {Class: "task", Label: "Task role", Gloss: "your code calls AWS with it"},
	verdict.InstanceRole:       {Class: "host", Label: "Instance role", Gloss: "the EC2 host’s own role"},
	verdict.ServiceLinkedRole:  {Class: "aws", Label: "Service-linked role", Gloss: "ECS itself acts with it"},
	verdict.InfrastructureRole: {Class: "aws", Label: "Infrastructure role", Gloss: "ECS manages volumes and load balancers with it"},
	verdict.Caller:             {Class: "caller", Label: "Another identity", Gloss: "none of the task’s own roles"},
	verdict.NoIdentity:         {Class: "none", Label: "Not an IAM matter", Gloss: "no permission was missing"},
	verdict.UnknownIdentity:    {Class: "unknown", Label: "Identity unknown", Gloss: "the evidence does not tell whose"},
}

func actorOf(id verdict.Identity) actor {
	a, ok := actorKinds[id.Kind]
	if !ok {
		a = actor{Class: "unknown", Label: string(id.Kind)}
	}
	if id.Kind == "" {
		a.Label = actorKinds[verdict.UnknownIdentity].Label
	}
	a.ARN, a.Name = id.ARN, principalName(id.ARN)
	return a
}

// principalName is the name people know a principal by: the role's name for a
// role and for a session of it, the last part of any other ARN, and the text
// itself where it is no ARN.
func principalName(principal string) string {
	a, ok := arn.Parse(principal)
	if !ok {
		return principal
	}
	if a.Service == "sts" && a.Type() == "assumed-role" {
		role, _, _ := strings.Cut(a.ID(), "/")
		return role
	}
	return a.Name()
}

// legend is the two roles that people mix up, for the start page.
func legend() []actor {
	return []actor{actorKinds[verdict.ExecutionRole], actorKinds[verdict.TaskRole], actorKinds[verdict.NoIdentity]}
}
