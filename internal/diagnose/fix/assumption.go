package fix

import (
	"cmp"

	"whystopped/internal/diagnose/cause"
	"whystopped/internal/diagnose/rank"
	"whystopped/internal/diagnose/report"
	"whystopped/internal/diagnose/verdict"
	"whystopped/internal/iampolicy"
	"whystopped/internal/words"
)

// fixAssumption gives the document for a role that could not be assumed: the
// trust policy with what it lacks, or the caller's permission to pass the role
// where the role itself is fine. What is there already is never left out.
func fixAssumption(c *cause.Case, k rank.Candidate, fix *report.Fix) {
	f, known := rank.RoleFact(c, k)
	role := cmp.Or(k.Match.Captures["name"], k.Identity().ARN)
	why, ok := untrustable(role)
	if !ok {
		why, ok = foreignRole(c, role)
	}
	if ok {
		fix.Summary, fix.Steps = why, []words.Text{words.Say("assume.own-role", nil)}
		return
	}
	switch {
	case !known:
		fix.Add(iampolicy.KindTrust, fix.AttachTo, iampolicy.TrustPolicy(k.Cause.Trusts))
	case f.Standing == rank.RoleUntrusting:
		addTrust(c, k, f, fix)
	case f.Standing == rank.RoleFine && k.Identity().Kind == verdict.Caller:
		passing, _ := iampolicy.Allow(passRequests(c, k, f.Asked), c.PolicyContext(f.Asked))
		fix.Add(iampolicy.KindIdentity, fix.AttachTo, passing)
	}
}

// addTrust gives the role's trust policy with the service in it. A policy that
// the gate does not let out whole, as one with a Deny, is given as the one
// statement to add.
func addTrust(c *cause.Case, k rank.Candidate, f rank.Fact, fix *report.Fix) {
	whole := iampolicy.AddTrust(f.TrustPolicy, rank.Assumption(c, k))
	added := whole
	added.Version, added.Statement = iampolicy.Version, whole.Statement[len(whole.Statement)-1:]
	if !whole.Passes(iampolicy.KindTrust) {
		fix.Say("assume.keep-others", fix.AttachTo.Args())
		fix.Add(iampolicy.KindTrust, fix.AttachTo, added)
		return
	}
	for i := range fix.Add(iampolicy.KindTrust, fix.AttachTo, whole) {
		fix.Policies[len(fix.Policies)-1-i].Verified = report.Verified{
			Status: report.StatusAllowed, By: report.ByRole, Before: "implicitDeny",
			Detail: words.Say("proof.trust", words.Args{"service": k.Cause.Trusts}),
		}
	}
}
