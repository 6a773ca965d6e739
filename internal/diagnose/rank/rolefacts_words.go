package rank

import (
	"whystopped/internal/diagnose/cause"
	"whystopped/internal/diagnose/verdict"
	"whystopped/internal/iampolicy"
	"whystopped/internal/words"
)

// tell chooses the messages for what IAM knows of the role.
func (k *Candidate) tell(f Fact) {
	sure := verdict.Confirmed
	if k.Identity().Kind != verdict.InfrastructureRole && k.Answer.Confidence == verdict.Possible {
		sure = verdict.Likely // the role is known, whose it is not
	}
	switch f.Standing {
	case RoleMissing:
		k.Match.Category, k.Confidence = verdict.IAMRoleMissing, sure
		k.say("role.missing", "role.missing.fix.1", "role.retry")
	case RoleMisnamed:
		k.Match.Category, k.Confidence = verdict.IAMRoleMissing, sure
		k.say("role.misnamed", "role.misnamed.fix.1")
	case RoleUntrusting:
		k.Match.Category, k.Confidence = verdict.IAMTrust, sure
		if len(f.trust.Keys) > 0 {
			k.say("role.conditions", "role.untrusting.fix.1", "role.retry")
			return
		}
		k.say("role.untrusting", "role.untrusting.fix.1", "role.retry")
	case RoleDenying:
		k.Match.Category, k.Confidence = verdict.IAMTrust, sure
		k.say("role.denying", "role.denying.fix.1", "role.retry")
	case RoleFine:
		k.tellFine()
	default:
		k.told.caveat = "caveat.trust-unclear"
		if len(f.trust.Keys) > 0 {
			k.told.caveat = "caveat.trust-conditions"
		}
	}
}

// say puts the messages of a standing in place of the cause's own.
func (k *Candidate) say(standing string, steps ...string) {
	k.told.title, k.told.summary, k.told.steps = standing+".title", standing+".summary", steps
}

// tellFine is for a role with which nothing is wrong. Of the faults that AWS's
// text stands for, those of the caller and of time remain; for infrastructure
// roles it also stands for missing permissions.
func (k *Candidate) tellFine() {
	k.Match.Category, k.Confidence = verdict.IAMPermission, verdict.Likely
	if k.Cause.Trusts != iampolicy.ECSTasks {
		k.say("role.infra-fine", "role.infra-fine.fix.1", "role.retry")
		return
	}
	k.Answer = cause.Answer{
		Identity: verdict.Identity{Kind: verdict.Caller}, Confidence: verdict.Likely,
		Why: words.Say("who.passes", words.Args{"service": k.Cause.Trusts}),
	}
	k.say("role.fine", "role.fine.fix.1", "role.fine.fix.2")
}
