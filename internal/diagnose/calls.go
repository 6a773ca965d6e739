package diagnose

import (
	"slices"

	"whystopped/internal/diagnose/catalogue"
	"whystopped/internal/diagnose/cause"
	"whystopped/internal/diagnose/startup"
	"whystopped/internal/diagnose/verdict"
)

// startupCalls are the calls that the task definition needs, each once, in the
// order in which they are made, with who makes them for this task.
func startupCalls(c *cause.Case) []Call {
	d := c.Evidence.TaskDefinition
	if d == nil {
		return nil
	}
	var calls []Call
	for _, action := range startup.Actions(d, c.PolicyContext()) {
		calls = append(calls, Call{Action: action, Identity: c.Starter(action), Startup: true})
	}
	return calls
}

// knownCalls adds to the calls of a start those that CloudTrail recorded, and those
// that were denied. What is known better of a call replaces the rest.
func knownCalls(d Diagnosis, starts []Call) []Call {
	calls := []Call{}
	add := func(c Call) {
		i := slices.IndexFunc(calls, func(known Call) bool { return known.Identity == c.Identity && known.Action == c.Action })
		switch {
		case c.Action == "" || !c.Identity.CallsAWS():
		case i < 0:
			calls = append(calls, c)
		case calls[i].State != verdict.CallDenied:
			calls[i].State = c.State
		}
	}
	state := startupState(d)
	for _, c := range starts {
		c.State = state
		add(c)
	}
	for _, e := range d.Timeline {
		c := Call{Action: e.Action, Identity: e.Identity, State: verdict.CallAllowed}
		if e.Denied {
			c.State = verdict.CallDenied
		}
		add(c)
	}
	for _, f := range d.Findings {
		for _, denied := range f.Denied {
			add(Call{Action: denied.Action, Identity: f.Identity.Kind, State: verdict.CallDenied})
		}
	}
	for _, action := range d.LackingActions() {
		add(Call{Action: action, Identity: d.Verdict.Identity.Kind, State: verdict.CallDenied})
	}
	return calls
}

// ofStartup are the calls that the task definition needs.
func ofStartup(calls []Call) []Call {
	return slices.DeleteFunc(slices.Clone(calls), func(c Call) bool { return !c.Startup })
}

// startupState is what is known of a call of the start that nothing recorded.
func startupState(d Diagnosis) verdict.CallState {
	v := d.Verdict
	known := catalogue.Book().Cause(v.Cause)
	switch {
	case !d.Task.StartedAt.IsZero() || v.Phase == verdict.PhaseRuntime:
		return verdict.CallImplied
	case v.Phase == verdict.PhasePlacement, d.NotAssumed():
		return verdict.CallNotReached
	case v.Category == verdict.Network && known != nil && known.Area == cause.AreaNetwork:
		return verdict.CallUnreachable
	}
	return verdict.CallUnknown
}
