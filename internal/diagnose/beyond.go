package diagnose

import (
	"fmt"
	"regexp"
	"strings"

	"whystopped/internal/arn"
	"whystopped/internal/diagnose/denial"
)

// beyond is a refusal that no Allow lifts: what decides, and what to do instead.
type beyond struct {
	// says are the words that tell, in lower case; one of them is enough.
	says []string
	// is tells where words do not; nil where they do.
	is func(k candidate) bool
	// summary and steps take the place of the cause's own.
	summary string
	steps   []string
}

// beyonds is read only. It is asked in its order.
var beyonds = []beyond{
	{ // https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
		says:    []string{"blockpublicacls", "blockpublicpolicy", "restrictpublicbuckets", "block public access"},
		summary: "S3 Block Public Access blocks this call, whatever the role's policies say.",
		steps: []string{
			"Remove the public ACL or policy from the call: an upload needs no ACL, and a bucket policy shouldn't name everybody.",
			"If the bucket is meant to be public, an administrator has to turn off the setting for the bucket and, where it is on there, for the account or the organization.",
		},
	},
	{ // https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html
		says:    []string{"the bucket does not allow acls", "accesscontrollistnotsupported"},
		summary: "ACLs are disabled on the bucket, so it rejects every call with one, whatever the role's policies say.",
		steps:   []string{"Remove the ACL (x-amz-acl, acl, --acl) from the call: the bucket's owner owns every object in it.", "Grant other accounts access by the bucket policy."},
	},
	{ // https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html
		says:    []string{"object protected by object lock", "object is worm protected"},
		summary: "S3 Object Lock protects the object, whatever the role's policies say.",
		steps:   []string{"Wait until the retention period has passed, or remove the legal hold."},
	},
	{ // https://docs.aws.amazon.com/AmazonS3/latest/userguide/MultiFactorAuthenticationDelete.html
		says:    []string{"mfa authentication must be used for this request"},
		summary: "The bucket has MFA delete turned on, and the role of a task has no MFA device.",
		steps:   []string{"Delete versions with the root user's MFA device, or suspend MFA delete on the bucket."},
	},
	{ // https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/Working-with-log-groups-and-streams.html
		says:    []string{"log groups starting with aws/ are reserved"},
		summary: "Names of log groups that begin with aws/ are reserved for AWS.",
		steps:   []string{"Choose another name for the log group: /aws/ with a slash before it, or a prefix of your own."},
	},
	{ // https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html
		is:      writesReservedParameter,
		says:    []string{"no access to reserved parameter name", "can't be prefixed with \"aws\" or \"ssm\"", "can't be prefixed with \"ssm\""},
		summary: "Names of parameters that begin with aws or ssm are reserved for AWS.",
		steps:   []string{"Choose another name for the parameter; what stands under /aws/reference/secretsmanager/ is written in Secrets Manager."},
	},
	{ // https://docs.aws.amazon.com/tag-editor/latest/userguide/tagging.html
		says:    []string{"aws: prefixed tag key names are not allowed for external use", "system tags cannot be added", "cannot start with reserved prefix \"aws:\"", "reserved prefix aws:"},
		summary: "Tags that begin with aws: are reserved for AWS.",
		steps:   []string{"Remove the tag from the call, or give it another key."},
	},
	{ // https://docs.aws.amazon.com/lake-formation/latest/dg/security-ts-permissions.html
		says:    []string{"insufficient lake formation permission", "lakeformation permission"},
		summary: "AWS Lake Formation denied this. Its grants are separate from IAM policies.",
		steps:   []string{"Ask a data lake administrator to grant the role the permission that the message names on the database or table (aws lakeformation grant-permissions)."},
	},
	{ // https://docs.aws.amazon.com/bedrock/latest/userguide/model-access.html
		says:    []string{"you don't have access to the model with the specified model id", "invalid_payment_instrument", "model use case details have not been submitted"},
		summary: "The account has no access to the model. That takes a subscription, not an IAM permission of the role.",
		steps:   []string{"Request access to the model for the account and Region once, as a user with AWS Marketplace permissions and a valid payment method.", "Check that the model's ID and the Region are right."},
	},
	{ // https://docs.aws.amazon.com/ses/latest/dg/request-production-access.html
		says:    []string{"email address is not verified", "identities failed the check in region", "is still in the sandbox"},
		summary: "Amazon SES rejected the address, not the role: it isn't verified in this Region, or the account is in the SES sandbox.",
		steps:   []string{"Verify the sender (and, in the sandbox, the recipient) in SES in this Region, or request production access."},
	},
	{ // https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_InitiateAuth.html
		says:    []string{"incorrect username or password", "unable to verify secret hash", "refresh token has been revoked", "user is disabled", "password attempts exceeded"},
		summary: "Amazon Cognito rejected a user's sign-in, not the role.",
		steps:   []string{"Check the user's name and password, and the app client's ID and secret, that the program sends."},
	},
	{
		is:      func(k candidate) bool { return k.match.Refusal.Principal.Kind == denial.Anonymous },
		summary: "The request wasn't signed, so no role was checked and no policy on a role helps.",
		steps:   []string{"Sign the request with the task role's credentials: use an AWS SDK, or a client that signs with Signature Version 4 for this service."},
	},
	{ // https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-user.html
		is: func(k candidate) bool {
			r := k.match.Refusal
			return r.Principal.Kind == denial.Root && !r.Explicit
		},
		summary: "The account itself (its root user) was denied: no identity-based policy can be attached to it.",
		steps:   []string{"Check the policy of the resource, and the organization's policies for the account.", "Don't use the root user's keys in a container: let the program use the task role."},
	},
	{ // https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
		is:      passesForeignRole,
		summary: "The role belongs to another account, and a role can be passed only within its own account, whatever the policies say.",
		steps:   []string{"Pass a role of the caller's own account. If the program needs the other account's role, let it assume that role."},
	},
}

// beyondPolicies finds the entry of a denial that no Allow lifts; ok is false
// where one may.
func beyondPolicies(k candidate) (beyond, bool) {
	r := k.match.Refusal
	if part := misnamed(r); part != "" {
		return beyond{
			summary: fmt.Sprintf("%s isn't a resource name: the program's configuration lacks a value, and no policy can fix the call as it was made.", part),
			steps:   []string{fmt.Sprintf("Find where the program takes %s from (an environment variable, a configuration file, a template) and put the real name there. Then start the task again.", part)},
		}, true
	}
	raw := r.Text.Raw
	near := strings.ToLower(raw[max(0, r.Start-nearReason):min(len(raw), r.End+nearReason)])
	for _, b := range beyonds {
		if b.is != nil && b.is(k) {
			return b, true
		}
		for _, words := range b.says {
			if strings.Contains(near, words) {
				return b, true
			}
		}
	}
	return beyond{}, false
}

// nearReason is how many bytes around a denial may say why no policy helps.
const nearReason = 400

// reservedParameter are the names of parameters that only AWS may write.
var reservedParameter = regexp.MustCompile(`(?i):parameter/(?:aws|ssm)(?:/|$)`)

func writesReservedParameter(k candidate) bool {
	r := k.match.Refusal
	return r.Action == "ssm:PutParameter" && reservedParameter.MatchString(r.Resource)
}

func passesForeignRole(k candidate) bool {
	r := k.match.Refusal
	if r.Action != "iam:PassRole" {
		return false
	}
	role, ok := arn.Parse(r.Resource)
	account := accountOf(k)
	return ok && isAccount(role.Account) && account != "" && role.Account != account
}

// fixBeyond says what to do where no Allow helps.
func fixBeyond(b beyond, fix *Fix) {
	fix.Summary = b.summary
	fix.Steps = append([]string{}, b.steps...)
}
