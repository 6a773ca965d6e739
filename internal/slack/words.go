package slack

import (
	"strings"

	"whystopped/internal/arn"
	"whystopped/internal/diagnose/verdict"
)

// The values of the public API in words. One that a table does not know is said
// as it is.

var identityWords = map[verdict.IdentityKind]string{
	verdict.ExecutionRole:      "Task execution role",
	verdict.TaskRole:           "Task role",
	verdict.InstanceRole:       "Instance role",
	verdict.ServiceLinkedRole:  "Service-linked role",
	verdict.InfrastructureRole: "Infrastructure role",
	verdict.Caller:             "Another identity than the task's own roles",
	verdict.NoIdentity:         "Nobody's: no IAM matter",
	verdict.UnknownIdentity:    "Not known",
}

var phaseWords = map[verdict.Phase]string{
	verdict.PhaseStartup:   "At start-up",
	verdict.PhaseRuntime:   "While running",
	verdict.PhasePlacement: "Before placement",
	verdict.PhaseShutdown:  "Stopped from outside",
	verdict.PhaseUnknown:   "Not known",
}

var confidenceWords = map[verdict.Confidence]string{
	verdict.Confirmed:         "Confirmed",
	verdict.Likely:            "Likely",
	verdict.Possible:          "Possible",
	verdict.ConfidenceUnknown: "Undecided",
}

var policyWords = map[string]string{
	"identity-policy": "Policy",
	"trust-policy":    "Trust policy",
	"resource-policy": "Policy of the resource",
	"key-policy":      "Policy of the KMS key",
	"endpoint-policy": "Policy of the VPC endpoint",
	"boundary":        "Permissions boundary",
	"scp":             "Service control policy",
	"rcp":             "Resource control policy",
}

func wordFor[K ~string](words map[K]string, key K) string {
	if w, ok := words[key]; ok {
		return w
	}
	return string(key)
}

// whose names an identity: "Task role" and its name in code.
func whose(id verdict.Identity) mrkdwn {
	kind := id.Kind
	if kind == "" {
		kind = verdict.UnknownIdentity
	}
	text := prose(wordFor(identityWords, kind), 200)
	if name := principalName(id.ARN); name != "" {
		text += " " + code(name, 300)
	}
	return text
}

// principalName is the role's name for a role and for a session of it, the last
// part of any other ARN, and the text itself where it is no ARN.
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
