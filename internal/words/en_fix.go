package words

// who names the identity that a policy is for, with its name if that is known.
const who = "the {identity:identity|principal named in the message}[[ {role}]]"

// assumed names the role that was to be assumed.
const assumed = "{assumed:role|the role to assume}"

// englishFix says what to do.
var englishFix = map[string]string{
	"fix.nothing-known":  "Nothing to fix is known yet.",
	"fix.nothing-in-iam": "IAM needs no change.",
	"fix.attach":         "Attach this policy to " + who + ". It takes IAM admin access in the role's account[[ ({account})]].",
	"fix.attach-both":    "Two policies decide: attach the identity-based policy to " + who + ", and add the statement to the trust policy of " + assumed + ".",
	"fix.add-trust":      "Add the statement to the trust policy of " + assumed + ": the policies of " + who + " didn't deny this.",
	"fix.has-it-already": "Before you attach anything: according to IAM's simulator, " + who + " already has this permission. {elsewhere:elsewhere}",
	"fix.also-denied":    "Also denied: {action}.",

	"elsewhere.fixed-since": "AWS named the role's own policies when it denied the call, so it was most likely fixed since. Start the task again.",
	"elsewhere.unseen": "Either it was fixed since, or the denial came from what the simulator doesn't see: the resource's own policy, a key policy, a VPC endpoint policy, a session policy, " +
		"a resource control policy, or a service control policy whose condition depends on how the call reached AWS, such as aws:SourceVpce.",

	"blocked.identity-explicit":     "An identity-based policy denies it explicitly.",
	"blocked.unknown-explicit":      "A policy denies it explicitly.",
	"blocked.scp-explicit":          "A service control policy denies it explicitly.",
	"blocked.rcp-explicit":          "A resource control policy denies it explicitly.",
	"blocked.boundary-explicit":     "The permissions boundary denies it explicitly.",
	"blocked.session-explicit":      "The session policy denies it explicitly.",
	"blocked.vpc-endpoint-explicit": "The policy of a VPC endpoint denies it explicitly.",
	"blocked.resource-explicit":     "The policy of the resource denies it explicitly.",
	"blocked.key-explicit":          "The key policy denies it explicitly.",
	"blocked.trust-explicit":        "The trust policy denies it explicitly.",
	"blocked.scp":                   "A service control policy doesn't allow it.",
	"blocked.rcp":                   "A resource control policy doesn't allow it.",
	"blocked.boundary":              "The permissions boundary doesn't allow it.",
	"blocked.session":               "The session policy doesn't allow it.",
	"blocked.vpc-endpoint":          "The policy of a VPC endpoint doesn't allow it.",
	"blocked.resource":              "The policy of the resource doesn't allow it.",
	"blocked.key":                   "The key policy doesn't allow it.",
	"blocked.trust":                 "The trust policy doesn't allow it.",

	// Whose policy decides if it isn't the role's.
	"owner.scp":          "A service control policy[[ ({policy})]] denies this. It belongs to the organization: its administrators have to change it in the management account. A policy on the role changes nothing.",
	"owner.rcp":          "A resource control policy[[ ({policy})]] denies this. It belongs to the organization of the resource's account. A policy on the role changes nothing.",
	"owner.boundary":     "The permissions boundary[[ ({policy})]] of " + who + " denies this. Whoever sets boundaries in the account has to widen it: another Allow changes nothing.",
	"owner.session":      "The session policy[[ ({policy})]] that was given when the role was assumed limits the session. Whoever assumes the role sets it.",
	"owner.vpc-endpoint": "The policy of the VPC endpoint[[ ({policy})]] denies this. It belongs to whoever runs the network: a policy on the role changes nothing.",
	"owner.key":          "The KMS key's own policy denies this. The key's administrators have to allow " + who + ", or the account's IAM policies, to use it.",
	"owner.trust":        "The trust policy of the role to assume denies this. Fix it at that role.",
	"owner.resource":     "The resource's own policy denies this. Its owner has to allow " + who + " there: a policy on the role alone changes nothing.",
	"owner.identity":     "A policy[[ ({policy})]] on " + who + " denies this explicitly. Remove the Deny or narrow its condition: a Deny overrides every Allow.",
	"owner.unnamed-deny": "A policy denies this explicitly, and the message doesn't say which. A Deny overrides every Allow: look for it in the role's policies, its boundary, the organization's policies, and the resource's policy.",
	"owner.unknown":      "The message alone doesn't show which permission is missing.",

	// What the owner of something in another account has to allow.
	"foreign.no-policies":     "The resource belongs to account {owner}, and resources of this service have no policy that could let another account in. Let " + who + " assume a role of that account that has the permission.",
	"foreign.organization":    "The organization belongs to its management account {owner}, and only that account and delegated administrators are allowed to call this. Register account {account} as a delegated administrator, or let " + who + " assume a role of the management account that has the permission.",
	"foreign.registry":        "The registry of {name} belongs to account {owner}: its registry permissions policy, not a repository's, has to allow " + who + " ecr:BatchImportUpstreamImage and ecr:CreateRepository too.",
	"owner.service-linked":    "AWS alone writes the policy of " + who + ", and it doesn't allow this: nobody can add to it. Check which resource the call was about, and whether the service can have a role of its own for it.",
	"foreign.resource":        "The resource belongs to account {owner}: its owner has to allow " + who + " in the resource's own policy too.",
	"foreign.repository":      "The repository {name} belongs to account {owner}: its repository policy has to allow " + who + " ecr:BatchGetImage and ecr:GetDownloadUrlForLayer too.",
	"foreign.secret":          "The secret {name} belongs to account {owner}: its resource policy has to allow " + who + " secretsmanager:GetSecretValue, and its key has to be a customer managed key whose key policy allows the same role kms:Decrypt. With the AWS managed key aws/secretsmanager, no other account can read it.",
	"foreign.parameter":       "The parameter {name} belongs to account {owner}, which has to share it by AWS RAM. A SecureString needs a customer managed key whose key policy allows " + who + " kms:Decrypt.",
	"foreign.parameter-key":   "The parameter {name} belongs to account {owner}, which has to share it by AWS RAM and allow " + who + " to use its customer managed key in the key policy.",
	"foreign.secret-key":      "The secret {name} belongs to account {owner}, so three policies have to allow this: a policy of " + who + " (kms:Decrypt on the key of that account), the key policy there, and the resource policy of the secret.",
	"foreign.aws-managed-key": "If the secret is encrypted with the AWS managed key aws/secretsmanager, no policy helps: other accounts can't use that key. Its owner has to choose a customer managed key for the secret.",

	// What a denied sts:AssumeRole takes.
	"assume.by-token":        "Check the role's trust policy: it has to name the identity provider as Federated principal, and its conditions have to match the audience and the subject of the token.",
	"assume.check-trust":     "Check the trust policy of " + assumed + ": it has to allow this too, and AWS names only one of the policies that deny.",
	"assume.across":          "The role to assume belongs to account {owner}. Across accounts both sides have to allow this, and only administrators of that account can change the trust policy.",
	"assume.maybe-across":    "If the role to assume belongs to another account, both sides have to allow this. Within one account the trust policy is enough if it names the caller itself.",
	"assume.self-named":      "Within one account the trust policy of " + assumed + " has to allow this in any case. Because the statement names " + who + " itself, and not only the account, no further permission is needed there. A trust policy that names only the account leaves it to the identity-based policy.",
	"assume.unnamed":         "Add the principal that made the call to the trust policy of " + assumed + ". The evidence doesn't name it.",
	"assume.service-linked":  "{assumed} is a service-linked role: only its AWS service can assume it, and nobody can edit its trust policy. Use a role of your own.",
	"assume.identity-center": "{assumed} belongs to IAM Identity Center, which alone can change its trust policy. Use a role of your own.",
	"assume.foreign-role":    "The role {assumed} belongs to account {owner}, and the task runs in {account}: ECS uses only roles of the task's own account. Create the role there, and let your code assume the other one.",
	"assume.own-role":        "Put the ARN of a role of your own into the task definition or the service's configuration, and deploy that.",
	"assume.keep-others":     "Add the statement to the trust policy that " + who + " has now, and keep its other statements. They aren't shown here.",

	// What nobody should paste because a log line says so.
	"belief.review":         "Review this policy before you attach it: whoever has {action} can gain more permissions with it.",
	"belief.confirm-log":    "Confirm the denied call in CloudTrail before you change a policy: only the application's log reports it.",
	"belief.confirm-pasted": "Confirm the denied call in CloudTrail before you change a policy: only the pasted text reports it.",
	"belief.foreign":        "Check who uses account {account}: neither the task nor its roles belong to it.",
	"belief.power":          "Allow {action} only if the application is meant to have it: whoever has it can gain more permissions with it.",

	"pass.instance-role": "Or give the instances a role whose name begins with ecsInstanceRole: AmazonECSInfrastructureRolePolicyForManagedInstances allows passing only those.",

	// What the start may need and no policy of the role can have.
	"startup.too-large":    "The task definition names more resources than a role's policies have room for, so there is no policy for the whole startup.",
	"startup.secret-key":   "If a secret or SecureString parameter has a customer managed key, " + who + " needs kms:Decrypt on that key too. Task definitions don't name keys.",
	"startup.object-key":   "If the object in S3 is encrypted with a KMS key (SSE-KMS), " + who + " needs kms:Decrypt on that key too.",
	"startup.pull-through": "If {prefix} is the prefix of a pull-through cache rule, the first pull also needs ecr:BatchImportUpstreamImage and, unless the repository exists, ecr:CreateRepository on repositories under {prefix}/. Allow them to " + who + ".",
	"startup.domainless":   "The domainless credential spec names a secret with the credentials of the Active Directory user (CredentialArn). Allow " + who + " secretsmanager:GetSecretValue on it: the task definition doesn't name it.",
}
