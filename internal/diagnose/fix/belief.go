package fix

import (
	"slices"

	"whystopped/internal/arn"
	"whystopped/internal/diagnose/cause"
	"whystopped/internal/diagnose/rank"
	"whystopped/internal/diagnose/report"
	"whystopped/internal/iampolicy"
	"whystopped/internal/words"
)

// delegations hand on rights, but only those of the one role that they name. They
// are what deployment tools are most often denied, and what people paste.
var delegations = []string{"iam:PassRole", "sts:AssumeRole", "iam:CreateServiceLinkedRole"}

// heed takes out of a fix what nobody should paste because a line of a log says
// so, and puts steps in its place:
//   - documents that change what somebody else allows (trust, resource, key,
//     boundary and endpoint policies);
//   - documents for principals of accounts that the task doesn't name;
//   - documents for actions that give power over permissions. Of those, the
//     delegations stay where a text was brought without a task: there is nothing
//     but the text, and a person means it. They come without snippets.
//
// What ECS or CloudTrail tells as well stays as it is; power comes with a warning.
func heed(c *cause.Case, k rank.Candidate, fix *report.Fix) {
	power := powerIn(fix.Policies)
	if !rank.Hearsay(c, k) {
		warn(fix, power)
		return
	}
	foreign := foreignAccount(c, k)
	kept := slices.DeleteFunc(slices.Clone(fix.Policies), func(p report.Policy) bool {
		gives := powerIn([]report.Policy{p})
		switch {
		case p.Kind != string(iampolicy.KindIdentity), foreign != "":
			return true
		}
		return gives != "" && (c.KnowsTask() || !slices.Contains(delegations, gives))
	})
	if len(kept) < len(fix.Policies) || len(kept) == 0 && ownedByOthers(k) {
		withhold(fix, c, k, kept, power, foreign)
	}
	warn(fix, powerIn(kept))
}

// ownedByOthers reports whether a policy denied that somebody else would have to
// open, and could.
func ownedByOthers(k rank.Candidate) bool {
	r := k.Match.Refusal
	if r == nil || r.Explicit || r.Action == "" || !r.OwnedByOthers() {
		return false
	}
	_, hopeless := beyondPolicies(k)
	return !hopeless
}

// powerIn is the first action of the policies that gives power over permissions;
// "" for none. A trust policy's sts:AssumeRole is what trust policies are for.
func powerIn(policies []report.Policy) string {
	for _, p := range policies {
		for _, s := range p.Document.Statement {
			for _, action := range s.Action {
				if p.Kind != string(iampolicy.KindTrust) && iampolicy.GivesPower(action) {
					return action
				}
			}
		}
	}
	return ""
}

// foreignAccount is the account of the denied principal where the task doesn't
// name it.
func foreignAccount(c *cause.Case, k rank.Candidate) string {
	account := ""
	if a, ok := arn.Parse(k.Identity().ARN); ok {
		account = a.Account
	}
	if r := k.Match.Refusal; r != nil && r.Principal.Account != "" {
		account = r.Principal.Account
	}
	if c.Names(account) {
		return ""
	}
	return account
}

// warn puts a step before the others where a policy gives power.
func warn(f *report.Fix, action string) {
	if action != "" {
		f.Steps = slices.Insert(f.Steps, 0, words.Say("belief.review", words.Args{"action": action}))
	}
}

// withhold leaves the kept policies in the fix, and says in words what to do
// before the others are made. What nobody but a stranger may have asked for is
// not asked for in words either.
func withhold(f *report.Fix, c *cause.Case, k rank.Candidate, kept []report.Policy, power, foreign string) {
	f.Policies = kept
	confirm := "belief.confirm-log"
	if k.Place() == cause.Pasted {
		confirm = "belief.confirm-pasted"
	}
	steps := []words.Text{words.Say(confirm, nil)}
	if foreign != "" {
		steps = append(steps, words.Say("belief.foreign", words.Args{"account": foreign}))
	}
	if power != "" {
		steps = append(steps, words.Say("belief.power", words.Args{"action": power}))
	}
	if len(kept) == 0 {
		if ownedByOthers(k) {
			steps = append(steps, ownerText(k.Match.Refusal, f.AttachTo))
		}
		if foreign == "" {
			steps = append(steps, k.Steps(rank.ArgsOf(c, k))...) // the policy in words
		}
		f.Summary, steps = steps[0], steps[1:]
	}
	for _, step := range slices.Backward(steps) {
		if !slices.ContainsFunc(f.Steps, step.Equal) {
			f.Steps = slices.Insert(f.Steps, 0, step)
		}
	}
}
