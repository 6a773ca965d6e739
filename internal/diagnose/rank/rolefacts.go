package rank

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"whystopped/internal/arn"
	"whystopped/internal/diagnose/cause"
	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/diagnose/verdict"
	"whystopped/internal/iampolicy"
	"whystopped/internal/words"
)

// WithRoleFacts lets what IAM says of the roles decide where ECS's own text
// does not: it has one text for a role that is not there, one that does not
// trust it, and one that the caller may not pass. What nobody asked IAM about
// stays as it is.
func WithRoleFacts(c *cause.Case, ranked []Candidate) []Candidate {
	for i, k := range ranked {
		switch {
		case k.Cause.Trusts != "":
			ranked[i] = settle(c, k)
		case k.Cause.NoSuchRole:
			if f, ok := RoleFact(c, k); ok && f.Standing == RoleMissing {
				ranked[i].Confidence = verdict.Confirmed
			}
		case k.Match.Refusal != nil:
			ranked[i].Match.Refusal = withBoundary(c, k.Match.Refusal, k.Identity().ARN)
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

// Standing is how things stand with a role that ECS could not assume.
type Standing int

// What a Standing can be.
const (
	RoleUnclear  Standing = iota
	RoleMissing           // IAM has none of that name
	RoleMisnamed          // it has one, with another ARN
	RoleUntrusting
	RoleDenying
	RoleFine // it is there and trusts the service
)

// Fact is what IAM tells of the role that could not be assumed.
type Fact struct {
	Standing Standing
	Asked    string // the ARN that ECS was given
	role     evidence.Role
	// TrustPolicy is the role's; it has no statements where it cannot be read.
	TrustPolicy iampolicy.Document
	trust       iampolicy.Trust
}

// RoleFact finds the role that the candidate is about: the one that the text
// names, else the first of the task's own with which something is wrong.
func RoleFact(c *cause.Case, k Candidate) (Fact, bool) {
	asked := []string{k.Match.Captures["name"]}
	if asked[0] == "" {
		asked = []string{c.Facts.ExecutionRole, c.Facts.TaskRole}
	}
	var facts []Fact
	for _, role := range asked {
		if known, ok := roleNamed(c, role); ok {
			facts = append(facts, factOf(c, k, role, known))
		}
	}
	if len(facts) == 0 {
		return Fact{}, false
	}
	if i := slices.IndexFunc(facts, func(f Fact) bool { return f.Standing != RoleFine }); i >= 0 {
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

func factOf(c *cause.Case, k Candidate, asked string, role evidence.Role) Fact {
	f := Fact{Asked: asked, role: role}
	switch {
	case role.Missing:
		f.Standing = RoleMissing
		return f
	case role.ARN != asked:
		f.Standing = RoleMisnamed
		return f
	}
	if json.Unmarshal([]byte(role.TrustPolicy), &f.TrustPolicy) != nil || strings.Contains(role.TrustPolicy, "[redacted") {
		f.TrustPolicy = iampolicy.Document{}
		return f
	}
	f.trust = iampolicy.JudgeTrust(f.TrustPolicy, Assumption(c, k))
	f.Standing = map[iampolicy.TrustAnswer]Standing{
		iampolicy.TrustUnclear: RoleUnclear, iampolicy.Trusted: RoleFine,
		iampolicy.NotTrusted: RoleUntrusting, iampolicy.TrustDenied: RoleDenying,
	}[f.trust.Answer]
	return f
}

// Assumption is how the service asks for the role on behalf of this task.
func Assumption(c *cause.Case, k Candidate) iampolicy.Assumption {
	a := iampolicy.Assumption{Service: k.Cause.Trusts, Account: c.Facts.Account}
	if c.Facts.Account != "" && c.Facts.Region != "" {
		a.Source = arn.ARN{Partition: c.PolicyContext().Partition, Service: "ecs", Region: c.Facts.Region, Account: c.Facts.Account, Resource: "*"}.String()
	}
	return a
}

// settle says of a role that could not be assumed what IAM knows of it.
func settle(c *cause.Case, k Candidate) Candidate {
	f, ok := RoleFact(c, k)
	if !ok {
		return k
	}
	k.Match.Captures = maps.Clone(k.Match.Captures)
	if k.Match.Captures == nil {
		k.Match.Captures = map[string]string{}
	}
	k.Match.Captures["name"] = f.Asked
	trusted, more := trustedBy(f.TrustPolicy)
	k.told.args = words.Args{
		"name": cause.ShortName(f.Asked), "arn": f.role.ARN, "asked": f.Asked, "service": k.Cause.Trusts, "account": c.Facts.Account,
		"trusted": trusted, "keys": f.trust.Keys, "sid": f.trust.Statement,
	}
	if more > 0 {
		k.told.args["more"] = more
	}
	k.Answer = identityOf(c, k, f)
	k.tell(f)
	return k
}

// identityOf keeps who was found responsible, and finds it where the text named
// no role and IAM shows which one it is.
func identityOf(c *cause.Case, k Candidate, f Fact) cause.Answer {
	a := k.Answer
	if a.Identity.ARN == "" {
		a.Identity.ARN = f.Asked
	}
	if a.Identity.Kind != verdict.UnknownIdentity {
		return a
	}
	switch f.Asked {
	case c.Facts.ExecutionRole:
		a.Identity.Kind, a.Why = verdict.ExecutionRole, words.Say("who.iam-execution-role", words.Args{"role": cause.RoleName(f.Asked)})
	case c.Facts.TaskRole:
		a.Identity.Kind, a.Why = verdict.TaskRole, words.Say("who.iam-task-role", words.Args{"role": cause.RoleName(f.Asked)})
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
