package report

import (
	"slices"

	"whystopped/internal/iampolicy"
)

// NeededBeside are the calls that a document allows and none of the others does:
// what would be denied next.
func NeededBeside(doc iampolicy.Document, others []iampolicy.Document) []NeededCall {
	have := callsOf(others...)
	var needed []NeededCall
	for _, call := range callsOf(doc) {
		if !slices.ContainsFunc(have, call.sameAs) {
			needed = append(needed, call)
		}
	}
	return needed
}

// callsOf are the pairs of actions and resources that documents allow.
func callsOf(docs ...iampolicy.Document) []NeededCall {
	var calls []NeededCall
	for _, doc := range docs {
		for _, s := range doc.Statement {
			for _, action := range s.Action {
				for _, resource := range s.Resource {
					calls = append(calls, NeededCall{action, resource})
				}
			}
		}
	}
	return calls
}

// sameAs reports whether two calls are one, where a secret stands once with its
// suffix and once with the pattern for it.
func (n NeededCall) sameAs(o NeededCall) bool {
	return n.Action == o.Action &&
		(n.Resource == o.Resource || iampolicy.Like(n.Resource, o.Resource) || iampolicy.Like(o.Resource, n.Resource))
}

// Needs notes what the role would be denied next without the policy.
func (p *Policy) Needs(calls []NeededCall) {
	p.NeededCalls, p.NeededNext = calls, nil
	for _, call := range calls {
		if !slices.Contains(p.NeededNext, call.Action) {
			p.NeededNext = append(p.NeededNext, call.Action)
		}
	}
}
