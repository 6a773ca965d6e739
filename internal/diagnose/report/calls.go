package report

import (
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

// LackingActions are the actions that the verdict is about: those that were
// denied, or that the fix allows where no message names them.
func (d Diagnosis) LackingActions() []string {
	var actions []string
	for _, f := range d.Findings {
		for _, c := range f.Denied {
			if f.Primary && c.Action != "" {
				actions = append(actions, c.Action)
			}
		}
	}
	for _, p := range d.Fix.Policies {
		if len(actions) == 0 && p.Purpose == PurposeDenied && p.Kind == string(iampolicy.KindIdentity) {
			for _, s := range p.Document.Statement {
				actions = append(actions, s.Action...)
			}
		}
	}
	return actions
}
