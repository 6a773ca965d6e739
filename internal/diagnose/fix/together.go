package fix

import (
	"slices"
	"strings"
	"time"

	"whystopped/internal/diagnose/cause"
	"whystopped/internal/diagnose/rank"
	"whystopped/internal/iampolicy"
)

// maxTogether bounds the denials of one fix.
const maxTogether = 50

// sameTime is how far apart denials may be that belong to one try.
const sameTime = 2 * time.Minute

// together are the denials that the fix has to answer: the first, and those of
// the same identity and the same moment, which would end the next try. What the
// application survived is not among them.
func together(c *cause.Case, ranked []rank.Candidate) []rank.Candidate {
	all := []rank.Candidate{ranked[0]}
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
func belongs(c *cause.Case, first, k rank.Candidate) bool {
	r, lead := k.Match.Refusal, first.Match.Refusal
	switch {
	case r == nil || r.Action == "" || k.Survived || r.Text.Stale || r.Text.Noted(k.Match.Start):
		return false
	case k.Identity().Kind != first.Identity().Kind || !compatible(k.Identity().ARN, first.Identity().ARN):
		return false
	case !compatible(r.Principal.Role, lead.Principal.Role) || !compatible(r.Principal.Session, lead.Principal.Session):
		return false
	case !sameWord(c, first, k):
		return false
	case endsNothing(r.Action) && !endsNothing(lead.Action):
		return false
	}
	return rank.PhaseOf(c, k) == rank.PhaseOf(c, first) && sameMoment(r, lead)
}

// endsNothing reports whether a denied action never ends a task: ECS Exec's
// channel, and what the agent reads of tags for the metadata endpoint.
func endsNothing(action string) bool {
	return strings.HasPrefix(action, "ssmmessages:") || action == "ecs:ListTagsForResource"
}

// sameWord reports whether two denials may share a document: a program's word is
// not put beside AWS's, and where there is only the program's, what gives power
// over permissions stays apart from what does not (see heed).
func sameWord(c *cause.Case, first, k rank.Candidate) bool {
	switch {
	case !rank.Hearsay(c, first):
		return !rank.Hearsay(c, k)
	case iampolicy.GivesPower(first.Match.Refusal.Action) && !delegated(c, first):
		return false
	}
	return !iampolicy.GivesPower(k.Match.Refusal.Action) || delegated(c, k)
}

// delegated reports whether a denied action may be in a document although only a
// pasted text tells of it.
func delegated(c *cause.Case, k rank.Candidate) bool {
	return !c.KnowsTask() && slices.Contains(delegations, k.Match.Refusal.Action)
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
func sameCall(all []rank.Candidate, k rank.Candidate) int {
	for i, o := range all {
		if o.Match.Refusal.SameCall(k.Match.Refusal.Denial) {
			return i
		}
	}
	return -1
}

// completed names the resource of a denial by another sighting of it.
func completed(k, other rank.Candidate) rank.Candidate {
	if k.Match.Refusal.Resource == "" && other.Match.Refusal.Resource != "" {
		named := *k.Match.Refusal
		named.Resource = other.Match.Refusal.Resource
		k.Match.Refusal = &named
	}
	return k
}

// requestsOf are the calls that a policy has to allow for one denial.
func requestsOf(c *cause.Case, k rank.Candidate) []iampolicy.Request {
	r := k.Match.Refusal
	req := iampolicy.Request{Action: r.Action, Resource: c.PolicyResource(r)}
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
