package iampolicy

import (
	"strings"

	"whystopped/internal/iampolicy/sar"
)

// Action is an IAM action with the resource types that it takes.
type Action = sar.Action

// Canonical finds an action however a service printed it ("SNS:publish",
// "sqs:receivemessage") and gives it its right spelling. It is false for an
// action that the Service Authorization Reference does not have: that is kept
// as printed, but for its prefix in lower case.
func Canonical(action string) (Action, bool) {
	service, name, ok := strings.Cut(strings.TrimSpace(action), ":")
	if !ok || service == "" || name == "" {
		return Action{}, false
	}
	if known, ok := sar.Lookup(service, name); ok {
		return known, true
	}
	return Action{Service: strings.ToLower(service), Name: name}, false
}

// TakesNoResource tells that a policy has to say "*" for the action, since it
// has no resource-level permissions. It is false for an action that is not
// known.
func TakesNoResource(action string) bool {
	act, known := Canonical(action)
	return known && !act.ResourceLevel()
}
