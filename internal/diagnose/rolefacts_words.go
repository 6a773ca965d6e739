package diagnose

import (
	"whystopped/internal/diagnose/cause"
	"whystopped/internal/diagnose/verdict"
	"whystopped/internal/iampolicy"
)

// retryWords end the steps of what ECS tries again by itself.
const retryWords = "IAM takes up to a minute to spread a change; a service then tries again by itself, a task has to be started anew."

// tell puts into words what IAM knows of the role. The cause is the candidate's
// own copy.
func (k *candidate) tell(f fact) {
	sure := verdict.Confirmed
	if k.identity().Kind != verdict.InfrastructureRole && k.answer.Confidence == verdict.Possible {
		sure = verdict.Likely // the role is known, whose it is not
	}
	switch f.standing {
	case roleMissing:
		k.match.Category, k.confidence = verdict.IAMRoleMissing, sure
		k.cause.Title = "The role {name} does not exist"
		k.cause.Meaning = "ECS could not assume {name}, and IAM has no role of that name in account {account|of the task}. It was deleted, or what names it for the task names it wrongly."
		k.cause.Fix = []string{
			"Create the role {name} with {service} as the trusted service and the permissions that the task needs, or put the ARN of a role that exists in its place (task definition, overrides, or the service's configuration) and deploy that.",
			retryWords,
		}
	case roleMisnamed:
		k.match.Category, k.confidence = verdict.IAMRoleMissing, sure
		k.cause.Title = "The task names the role {name} by an ARN that it does not have"
		k.cause.Meaning = "ECS could not assume {asked}. IAM has a role of that name, but its ARN is {arn}: a role's path belongs to its ARN."
		k.cause.Fix = []string{"Put {arn} where {asked} stands (task definition, overrides, or the service's configuration), and deploy that."}
	case roleUntrusting:
		k.match.Category, k.confidence = verdict.IAMTrust, sure
		k.tellUntrusting(f)
	case roleDenying:
		k.match.Category, k.confidence = verdict.IAMTrust, sure
		k.cause.Title = "The trust policy of the role {name} denies {service}"
		k.cause.Meaning = "ECS could not assume {name}: the statement {sid|without a Sid} of its trust policy denies sts:AssumeRole to {service}. A deny beats every allow, so that no further statement helps."
		k.cause.Fix = []string{"Take that statement out of the trust policy of {name}, or narrow it so that it does not hit {service}.", retryWords}
	case roleFine:
		k.tellFine()
	default:
		k.cause.Meaning += unclearWords(f)
	}
}

func (k *candidate) tellUntrusting(f fact) {
	k.cause.Title = "The role {name} does not trust {service}"
	k.cause.Meaning = "ECS could not assume {name}: its trust policy has no statement that lets {service} assume it. It trusts {trusted|nobody}."
	if len(f.trust.Keys) > 0 {
		k.cause.Title = "The role {name} trusts {service} under conditions that this task does not meet"
		k.cause.Meaning = "ECS could not assume {name}: its trust policy lets {service} assume it only under conditions on {keys}, and what this task brings is another."
	}
	k.cause.Fix = []string{
		"Make the policy here the trust policy of {name}: it has all that stands there now, and the statement that is missing.",
		retryWords,
	}
}

// tellFine is for a role with which nothing is wrong. Of the faults that AWS's
// text stands for, those of the caller and of time remain; for infrastructure
// roles it also stands for missing permissions.
func (k *candidate) tellFine() {
	k.match.Category, k.confidence = verdict.IAMPermission, verdict.Likely
	if k.cause.Trusts != iampolicy.ECSTasks {
		k.cause.Title = "The infrastructure role {name} trusts ECS, but ECS could not use it"
		k.cause.Meaning = "ECS could not use {name}, though its trust policy lets {service} assume it as it stands now. AWS has the same text where the role lacks permissions for what it manages, where the caller may not pass it, and where it was made seconds before."
		k.cause.Fix = append([]string{"Attach AWS's managed policy for what the role manages (AmazonECSInfrastructureRolePolicyForVolumes, …ForLoadBalancers and the like), and see that whoever creates the service may pass the role."}, retryWords)
		return
	}
	k.answer = cause.Answer{
		Identity: verdict.Identity{Kind: verdict.Caller}, Confidence: verdict.Likely,
		Why: "The role exists and trusts " + k.cause.Trusts + ": of what AWS's text stands for, the caller's permission to pass it remains.",
	}
	k.cause.Title = "The role {name} is fine: most likely whoever starts the task may not pass it"
	k.cause.Meaning = "ECS could not assume {name}, but the role exists and its trust policy lets {service} assume it as it stands now. What remains is that whoever creates the service or runs the task lacks iam:PassRole on it, or that it was made or mended only moments before or since."
	k.cause.Fix = []string{
		"Give whoever creates the service or runs the task the policy here: iam:PassRole on {name}, for ECS tasks and nothing else.",
		"If the role was made or changed around that time, just try again: " + retryWords,
	}
}

// unclearWords tell why the trust policy does not decide.
func unclearWords(f fact) string {
	if len(f.trust.Keys) > 0 {
		return " The role exists, and its trust policy speaks of {service} under conditions that cannot be judged here: {keys}. Compare them with what the task brings."
	}
	return " The role exists; its trust policy could not be judged here."
}
