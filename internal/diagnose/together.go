package diagnose

import (
	"slices"
	"strings"
	"time"

	"whystopped/internal/diagnose/cause"
	"whystopped/internal/iampolicy"
)

// maxTogether bounds the denials of one fix.
const maxTogether = 50

// sameTime is how far apart denials may be that belong to one try.
const sameTime = 2 * time.Minute

// together are the denials that the fix has to answer: the first, and those of
// the same identity and the same moment, which would end the next try. What the
// application survived is not among them.
func together(c *cause.Case, ranked []candidate) []candidate {
	all := []candidate{ranked[0]}
	for _, k := range ranked[1:] {
		if len(all) == maxTogether {
			break
		}
		if !belongs(c, ranked[0], k) {
			continue
		}
		if i := sameCall(all, k); i >= 0 {
			all[i] = completed(all[i], k)
			continue
		}
		all = append(all, k)
	}
	return all
}

// belongs reports whether a denial is of the identity and the moment of the first.
func belongs(c *cause.Case, first, k candidate) bool {
	r, lead := k.match.Refusal, first.match.Refusal
	switch {
	case r == nil || r.Action == "" || k.survived || r.Text.Stale || r.Text.Noted(k.match.Start):
		return false
	case k.identity().Kind != first.identity().Kind || !compatible(k.identity().ARN, first.identity().ARN):
		return false
	case !compatible(r.Principal.Role, lead.Principal.Role) || !compatible(r.Principal.Session, lead.Principal.Session):
		return false
	case !sameWord(c, first, k):
		return false
	case endsNothing(r.Action) && !endsNothing(lead.Action):
		return false
	}
	return phaseOf(c, k) == phaseOf(c, first) && sameMoment(r, lead)
}

// endsNothing reports whether a denied action never ends a task: ECS Exec's
// channel, and what the agent reads of tags for the metadata endpoint.
func endsNothing(action string) bool {
	return strings.HasPrefix(action, "ssmmessages:") || action == "ecs:ListTagsForResource"
}

// sameWord reports whether two denials may share a document: a program's word is
// not put beside AWS's, and where there is only the program's, what gives power
// over permissions stays apart from what does not (see heed).
func sameWord(c *cause.Case, first, k candidate) bool {
	switch {
	case !hearsay(c, first):
		return !hearsay(c, k)
	case iampolicy.GivesPower(first.match.Refusal.Action) && !delegated(c, first):
		return false
	}
	return !iampolicy.GivesPower(k.match.Refusal.Action) || delegated(c, k)
}

// delegated reports whether a denied action may be in a document although only a
// pasted text tells of it.
func delegated(c *cause.Case, k candidate) bool {
	return !c.KnowsTask() && slices.Contains(delegations, k.match.Refusal.Action)
}

// sameMoment reports whether two denials were met in one try, as far as their
// times tell. Service events without times may be of any try.
func sameMoment(a, b *cause.Refusal) bool {
	if a.Text == b.Text && a.Text.Place != cause.Log {
		return true
	}
	if a.At.IsZero() || b.At.IsZero() {
		return a.Text.Place != cause.Event && b.Text.Place != cause.Event
	}
	return a.At.Sub(b.At).Abs() <= sameTime
}

func compatible(a, b string) bool { return a == "" || b == "" || a == b }

// sameCall is the place of a denial that is the same one seen elsewhere; -1 where
// there is none.
func sameCall(all []candidate, k candidate) int {
	for i, o := range all {
		if o.match.Refusal.SameCall(k.match.Refusal.Denial) {
			return i
		}
	}
	return -1
}

// completed names the resource of a denial by another sighting of it.
func completed(k, other candidate) candidate {
	if k.match.Refusal.Resource == "" && other.match.Refusal.Resource != "" {
		named := *k.match.Refusal
		named.Resource = other.match.Refusal.Resource
		k.match.Refusal = &named
	}
	return k
}

// requestsOf are the calls that a policy has to allow for one denial.
func requestsOf(c *cause.Case, k candidate) []iampolicy.Request {
	r := k.match.Refusal
	req := iampolicy.Request{Action: r.Action, Resource: policyResource(c, r)}
	switch {
	case r.Action == "iam:PassRole" && req.Resource != "" && req.Resource != "*":
		return passRequests(c, k, req.Resource)
	case isKMS(r.Action):
		if keeper, ok := keeperOf(c, r); ok {
			req.ViaService = keeper.endpoint()
			if req.Resource == "" {
				req.At = keeper.place
			}
		}
	}
	return []iampolicy.Request{req}
}
