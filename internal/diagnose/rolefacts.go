package diagnose

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"whystopped/internal/arn"
	"whystopped/internal/diagnose/cause"
	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/diagnose/report"
	"whystopped/internal/diagnose/verdict"
	"whystopped/internal/iampolicy"
	"whystopped/internal/words"
)

// withRoleFacts lets what IAM says of the roles decide where ECS's own text
// does not: it has one text for a role that is not there, one that does not
// trust it, and one that the caller may not pass. What nobody asked IAM about
// stays as it is.
func withRoleFacts(c *cause.Case, ranked []candidate) []candidate {
	for i, k := range ranked {
		switch {
		case k.cause.Trusts != "":
			ranked[i] = settle(c, k)
		case k.cause.NoSuchRole:
			if f, ok := roleFact(c, k); ok && f.standing == roleMissing {
				ranked[i].confidence = verdict.Confirmed
			}
		case k.match.Refusal != nil:
			ranked[i].match.Refusal = withBoundary(c, k.match.Refusal, k.identity().ARN)
		}
	}
	return ranked
}

// withBoundary names the permissions boundary that refused, where the sentence
// does not and the role is known.
func withBoundary(c *cause.Case, r *cause.Refusal, role string) *cause.Refusal {
	known, ok := roleNamed(c, role)
	if r.Policy != verdict.PolicyBoundary || r.PolicyARN != "" || !ok || known.BoundaryARN == "" {
		return r
	}
	named := *r
	named.PolicyARN = known.BoundaryARN
	return &named
}

// standing is how things stand with a role that ECS could not assume.
type standing int

const (
	roleUnclear  standing = iota
	roleMissing           // IAM has none of that name
	roleMisnamed          // it has one, with another ARN
	roleUntrusting
	roleDenying
	roleFine // it is there and trusts the service
)

// fact is what IAM tells of the role that could not be assumed.
type fact struct {
	standing standing
	asked    string // the ARN that ECS was given
	role     evidence.Role
	// document is the role's trust policy; it has no statements where it
	// cannot be read.
	document iampolicy.Document
	trust    iampolicy.Trust
}

// roleFact finds the role that the candidate is about: the one that the text
// names, else the first of the task's own with which something is wrong.
func roleFact(c *cause.Case, k candidate) (fact, bool) {
	asked := []string{k.match.Captures["name"]}
	if asked[0] == "" {
		asked = []string{c.Facts.ExecutionRole, c.Facts.TaskRole}
	}
	var facts []fact
	for _, role := range asked {
		if known, ok := roleNamed(c, role); ok {
			facts = append(facts, factOf(c, k, role, known))
		}
	}
	if len(facts) == 0 {
		return fact{}, false
	}
	if i := slices.IndexFunc(facts, func(f fact) bool { return f.standing != roleFine }); i >= 0 {
		return facts[i], true
	}
	return facts[0], true
}

// roleNamed finds what IAM says of the role of an ARN. Names are unique in an
// account, whatever the path.
func roleNamed(c *cause.Case, roleARN string) (evidence.Role, bool) {
	want, ok := arn.Parse(roleARN)
	if !ok {
		return evidence.Role{}, false
	}
	i := slices.IndexFunc(c.Evidence.Roles, func(r evidence.Role) bool {
		got, ok := arn.Parse(r.ARN)
		return ok && got.Account == want.Account && r.Name == want.Name()
	})
	if i < 0 {
		return evidence.Role{}, false
	}
	return c.Evidence.Roles[i], true
}

func factOf(c *cause.Case, k candidate, asked string, role evidence.Role) fact {
	f := fact{asked: asked, role: role}
	switch {
	case role.Missing:
		f.standing = roleMissing
		return f
	case role.ARN != asked:
		f.standing = roleMisnamed
		return f
	}
	if json.Unmarshal([]byte(role.TrustPolicy), &f.document) != nil || strings.Contains(role.TrustPolicy, "[redacted") {
		f.document = iampolicy.Document{}
		return f
	}
	f.trust = iampolicy.JudgeTrust(f.document, assumption(c, k))
	f.standing = map[iampolicy.TrustAnswer]standing{
		iampolicy.TrustUnclear: roleUnclear, iampolicy.Trusted: roleFine,
		iampolicy.NotTrusted: roleUntrusting, iampolicy.TrustDenied: roleDenying,
	}[f.trust.Answer]
	return f
}

// assumption is how the service asks for the role on behalf of this task.
func assumption(c *cause.Case, k candidate) iampolicy.Assumption {
	a := iampolicy.Assumption{Service: k.cause.Trusts, Account: c.Facts.Account}
	if c.Facts.Account != "" && c.Facts.Region != "" {
		a.Source = arn.ARN{Partition: policyContext(c).Partition, Service: "ecs", Region: c.Facts.Region, Account: c.Facts.Account, Resource: "*"}.String()
	}
	return a
}

// settle says of a role that could not be assumed what IAM knows of it.
func settle(c *cause.Case, k candidate) candidate {
	f, ok := roleFact(c, k)
	if !ok {
		return k
	}
	k.match.Captures = maps.Clone(k.match.Captures)
	if k.match.Captures == nil {
		k.match.Captures = map[string]string{}
	}
	k.match.Captures["name"] = f.asked
	trusted, more := trustedBy(f.document)
	k.told.args = words.Args{
		"name": cause.ShortName(f.asked), "arn": f.role.ARN, "asked": f.asked, "service": k.cause.Trusts, "account": c.Facts.Account,
		"trusted": trusted, "keys": f.trust.Keys, "sid": f.trust.Statement,
	}
	if more > 0 {
		k.told.args["more"] = more
	}
	k.answer = identityOf(c, k, f)
	k.tell(f)
	return k
}

// identityOf keeps who was found responsible, and finds it where the text named
// no role and IAM shows which one it is.
func identityOf(c *cause.Case, k candidate, f fact) cause.Answer {
	a := k.answer
	if a.Identity.ARN == "" {
		a.Identity.ARN = f.asked
	}
	if a.Identity.Kind != verdict.UnknownIdentity {
		return a
	}
	switch f.asked {
	case c.Facts.ExecutionRole:
		a.Identity.Kind, a.Why = verdict.ExecutionRole, words.Say("who.iam-execution-role", words.Args{"role": cause.RoleName(f.asked)})
	case c.Facts.TaskRole:
		a.Identity.Kind, a.Why = verdict.TaskRole, words.Say("who.iam-task-role", words.Args{"role": cause.RoleName(f.asked)})
	}
	return a
}

// trustedBy returns the first few whom a trust policy lets in, and how many more
// there are.
func trustedBy(doc iampolicy.Document) (names []string, more int) {
	const enough = 3
	for _, s := range doc.Statement {
		if s.Effect != "Allow" {
			continue
		}
		for _, kind := range slices.Sorted(maps.Keys(s.Principal)) {
			names = append(names, s.Principal[kind]...)
		}
	}
	slices.Sort(names)
	names = slices.Compact(names)
	if more = len(names) - enough; more > 0 {
		return names[:enough], more
	}
	return names, 0
}

// fixAssumption gives the document for a role that could not be assumed: the
// trust policy with what it lacks, or the caller's permission to pass the role
// where the role itself is fine. What is there already is never left out.
func fixAssumption(c *cause.Case, k candidate, fix *Fix) {
	f, known := roleFact(c, k)
	role := cmp.Or(k.match.Captures["name"], k.identity().ARN)
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
		fix.Add(iampolicy.KindTrust, fix.AttachTo, iampolicy.TrustPolicy(k.cause.Trusts))
	case f.standing == roleUntrusting:
		addTrust(c, k, f, fix)
	case f.standing == roleFine && k.identity().Kind == verdict.Caller:
		passing, _ := iampolicy.Allow(passRequests(c, k, f.asked), policyContext(c, f.asked))
		fix.Add(iampolicy.KindIdentity, fix.AttachTo, passing)
	}
}

// addTrust gives the role's trust policy with the service in it. A policy that
// the gate does not let out whole, as one with a Deny, is given as the one
// statement to add.
func addTrust(c *cause.Case, k candidate, f fact, fix *Fix) {
	whole := iampolicy.AddTrust(f.document, assumption(c, k))
	added := whole
	added.Version, added.Statement = iampolicy.Version, whole.Statement[len(whole.Statement)-1:]
	if !whole.Passes(iampolicy.KindTrust) {
		fix.Say("assume.keep-others", fix.AttachTo.Args())
		fix.Add(iampolicy.KindTrust, fix.AttachTo, added)
		return
	}
	for i := range fix.Add(iampolicy.KindTrust, fix.AttachTo, whole) {
		fix.Policies[len(fix.Policies)-1-i].Verified = Verified{
			Status: report.StatusAllowed, By: report.ByRole, Before: "implicitDeny",
			Detail: words.Say("proof.trust", words.Args{"service": k.cause.Trusts}),
		}
	}
}
