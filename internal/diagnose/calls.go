package diagnose

import (
	"slices"

	"whystopped/internal/diagnose/catalogue"
	"whystopped/internal/diagnose/cause"
	"whystopped/internal/diagnose/verdict"
	"whystopped/internal/iampolicy"
)

// Call is one API call that the task made or needed.
type Call struct {
	Action   string               `json:"action"`
	Identity verdict.IdentityKind `json:"identity"`
	State    verdict.CallState    `json:"state"`
	// Startup is set where the task definition needs it before the code runs.
	Startup bool `json:"startup,omitempty"`
}

// startupCalls are the calls that the task definition needs, each once, in the
// order in which they are made, with who makes them for this task.
func startupCalls(c *cause.Case) []Call {
	d := c.Evidence.TaskDefinition
	if d == nil {
		return nil
	}
	var calls []Call
	for _, action := range startupActions(d, policyContext(c)) {
		calls = append(calls, Call{Action: action, Identity: c.Starter(action), Startup: true})
	}
	return calls
}

// callsOf adds to the calls of a start those that CloudTrail recorded, and those
// that were denied. What is known better of a call replaces the rest.
func (d Diagnosis) callsOf(startup []Call) []Call {
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
	state := d.startupState()
	for _, c := range startup {
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
	for _, action := range d.lackingActions() {
		add(Call{Action: action, Identity: d.Verdict.Identity.Kind, State: verdict.CallDenied})
	}
	return calls
}

// ofStartup are the calls that the task definition needs.
func ofStartup(calls []Call) []Call {
	return slices.DeleteFunc(slices.Clone(calls), func(c Call) bool { return !c.Startup })
}

// startupState is what is known of a call of the start that nothing recorded.
func (d Diagnosis) startupState() verdict.CallState {
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

// lackingActions are the actions that the verdict is about: those that were
// denied, or that the fix allows where no message names them.
func (d Diagnosis) lackingActions() []string {
	var actions []string
	for _, f := range d.Findings {
		for _, c := range f.Denied {
			if f.Primary && c.Action != "" {
				actions = append(actions, c.Action)
			}
		}
	}
	for _, p := range d.Fix.Policies {
		if len(actions) == 0 && p.Purpose == purposeDenied && p.Kind == string(iampolicy.KindIdentity) {
			for _, s := range p.Document.Statement {
				actions = append(actions, s.Action...)
			}
		}
	}
	return actions
}
