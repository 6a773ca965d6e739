package words

// retry ends the steps of what ECS retries automatically.
const retry = "IAM takes up to a minute to apply a change. A service then retries automatically; run a standalone task again."

// englishRoles says what IAM knows of a role that ECS couldn't assume.
var englishRoles = map[string]string{
	"role.missing.title":      "The role {name} doesn't exist",
	"role.missing.summary":    "ECS couldn't assume {name}, and IAM has no role with that name in account {account|of the task}. Somebody deleted it, or the task names it wrongly.",
	"role.missing.fix.1":      "Create the role {name} with {service} as the trusted service and the permissions the task needs, or replace it with the ARN of a role that exists (task definition, overrides, or the service's configuration) and deploy that.",
	"role.misnamed.title":     "The task names the role {name} by the wrong ARN",
	"role.misnamed.summary":   "ECS couldn't assume {asked}. IAM has a role with that name, but its ARN is {arn}: a role's path belongs to its ARN.",
	"role.misnamed.fix.1":     "Replace {asked} with {arn} (task definition, overrides, or the service's configuration), and deploy that.",
	"role.untrusting.title":   "The role {name} doesn't trust {service}",
	"role.untrusting.summary": "ECS couldn't assume {name}: its trust policy has no statement that lets {service} assume it. It trusts {trusted:list|nobody}[[ and {more:plural|# other|# others}]].",
	"role.untrusting.fix.1":   "Make the policy here the trust policy of {name}: it has everything the trust policy says now, and the missing statement.",
	"role.conditions.title":   "The role {name} trusts {service} only under other conditions",
	"role.conditions.summary": "ECS couldn't assume {name}: its trust policy lets {service} assume it only under conditions on {keys:list}, and this task has other values.",
	"role.denying.title":      "The trust policy of the role {name} denies {service}",
	"role.denying.summary":    "ECS couldn't assume {name}: the statement {sid|without a Sid} of its trust policy denies sts:AssumeRole to {service}. A Deny overrides every Allow, so another statement doesn't help.",
	"role.denying.fix.1":      "Remove that statement from the trust policy of {name}, or narrow it so that it doesn't apply to {service}.",
	"role.infra-fine.title":   "The infrastructure role {name} trusts ECS, but ECS couldn't use it",
	"role.infra-fine.summary": "ECS couldn't use {name}, even though its trust policy lets {service} assume it now. AWS has the same message if the role lacks permissions for what it manages, if the caller isn't allowed to pass it, and if it was created seconds before.",
	"role.infra-fine.fix.1":   "Attach AWS's managed policy for what the role manages (AmazonECSInfrastructureRolePolicyForVolumes, …ForLoadBalancers, and so on), and check that whoever creates the service is allowed to pass the role.",
	"role.fine.title":         "The caller probably isn't allowed to pass the role {name}",
	"role.fine.summary":       "ECS couldn't assume {name}, but the role exists and its trust policy lets {service} assume it now. What remains is that whoever creates the service or runs the task lacks iam:PassRole on it, or that it was created or changed around the time of the stop.",
	"role.fine.fix.1":         "Give whoever creates the service or runs the task the policy here: iam:PassRole on {name}, for ECS tasks and nothing else.",
	"role.fine.fix.2":         "If the role was created or changed around that time, try again. " + retry,
	"role.named":              "the role {name}",
	"role.retry":              retry,
}
