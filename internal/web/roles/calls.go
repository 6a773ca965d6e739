package roles

import (
	"slices"
	"strings"

	"whystopped/internal/diagnose"
	"whystopped/internal/diagnose/verdict"
	"whystopped/internal/words"
)

// targetsOf lists the services that one player called, each with what came of it: the
// worst that is known decides.
func targetsOf(calls []diagnose.Call, who verdict.IdentityKind, say *words.Language) []target {
	var services []string
	for _, c := range calls {
		if service, _ := splitAction(c.Action); c.Identity == who && !slices.Contains(services, service) {
			services = append(services, service)
		}
	}
	var targets []target
	for _, service := range services {
		targets = append(targets, targetOf(calls, who, service, say)...)
	}
	return sortTargets(targets)
}

// targetOf is one service, in two parts where some of its calls were denied and
// others are known to have been let through.
func targetOf(calls []diagnose.Call, who verdict.IdentityKind, service string, say *words.Language) []target {
	var parts []target
	for _, state := range callStates {
		var operations []string
		for _, c := range calls {
			if s, operation := splitAction(c.Action); c.Identity == who && s == service && c.State == state {
				operations = append(operations, operation)
			}
		}
		if operations == nil {
			continue
		}
		if denied := len(parts) > 0 && parts[0].State == verdict.CallDenied; len(parts) > 0 && (!denied || state != verdict.CallAllowed) {
			continue // the better known part of the service speaks for it
		}
		parts = append(parts, target{Service: say.Word("service", service, ""), Calls: operations, State: state, Word: say.Word("call", string(state), "")})
	}
	return parts
}

// splitAction returns IAM's prefix of the service, and the operation.
func splitAction(action string) (service, operation string) {
	service, operation, _ = strings.Cut(action, ":")
	return service, operation
}
