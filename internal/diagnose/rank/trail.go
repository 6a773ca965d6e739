package rank

import "whystopped/internal/diagnose/cause"

// heedTrail puts what only a log or a paste tells behind CloudTrail's records of
// the task's own session: a stranger can make a program write a line, and cannot
// make CloudTrail write a record. A line about a call that CloudTrail has as well
// stays where it is.
func heedTrail(c *cause.Case, all []Candidate) {
	lead := 0
	for _, k := range all {
		if r := k.Match.Refusal; r != nil && c.Recorded(r) && k.score > scoreBackground {
			lead = max(lead, k.score)
		}
	}
	for i := range all {
		if r := all[i].Match.Refusal; r != nil && !r.ToldByAWS() && lead > 0 {
			all[i].score = min(all[i].score, lead-1)
		}
	}
}

// Hearsay reports whether no more than a program's log or a pasted text tells of
// a candidate.
func Hearsay(c *cause.Case, k Candidate) bool {
	if r := k.Match.Refusal; r != nil {
		return !r.Proven()
	}
	if k.Cause.Trusts != "" {
		role := k.Identity().ARN
		if _, known := RoleFact(c, k); known || role != "" && (role == c.Facts.ExecutionRole || role == c.Facts.TaskRole) {
			return false // IAM tells, or it is a role of the task that ECS is to use
		}
	}
	return k.Place() == cause.Log // what is pasted has ECS's own words, or there were no match
}
