package fix

import (
	"regexp"
	"strconv"
	"strings"

	"whystopped/internal/arn"
	"whystopped/internal/diagnose/denial"
	"whystopped/internal/diagnose/rank"
	"whystopped/internal/diagnose/report"
	"whystopped/internal/words"
)

// beyond is a refusal that no Allow lifts: what decides, and what to do instead.
type beyond struct {
	// says are the words that tell, in lower case; one of them is enough.
	says []string
	// is tells where words do not; nil where they do.
	is func(k rank.Candidate) bool
	// id is that of the message, "beyond." before it, and steps how many there are
	// below it. They take the place of the cause's own.
	id    string
	steps int
	args  words.Args
}

func (b beyond) summary() words.Text { return words.Say("beyond."+b.id, b.args) }

// beyonds is read only. It is asked in its order.
var beyonds = []beyond{
	{ // https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
		says: []string{"blockpublicacls", "blockpublicpolicy", "restrictpublicbuckets", "block public access"},
		id:   "public-access", steps: 2,
	},
	{ // https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html
		says: []string{"the bucket does not allow acls", "accesscontrollistnotsupported"},
		id:   "acl", steps: 2,
	},
	{ // https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html
		says: []string{"object protected by object lock", "object is worm protected"},
		id:   "object-lock", steps: 1,
	},
	{ // https://docs.aws.amazon.com/AmazonS3/latest/userguide/MultiFactorAuthenticationDelete.html
		says: []string{"mfa authentication must be used for this request"},
		id:   "mfa-delete", steps: 1,
	},
	{ // https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/Working-with-log-groups-and-streams.html
		says: []string{"log groups starting with aws/ are reserved"},
		id:   "log-group", steps: 1,
	},
	{ // https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html
		is:   writesReservedParameter,
		says: []string{"no access to reserved parameter name", "can't be prefixed with \"aws\" or \"ssm\"", "can't be prefixed with \"ssm\""},
		id:   "parameter", steps: 1,
	},
	{ // https://docs.aws.amazon.com/tag-editor/latest/userguide/tagging.html
		says: []string{"aws: prefixed tag key names are not allowed for external use", "system tags cannot be added", "cannot start with reserved prefix \"aws:\"", "reserved prefix aws:"},
		id:   "tag", steps: 1,
	},
	{ // https://docs.aws.amazon.com/lake-formation/latest/dg/security-ts-permissions.html
		says: []string{"insufficient lake formation permission", "lakeformation permission"},
		id:   "lake-formation", steps: 1,
	},
	{ // https://docs.aws.amazon.com/bedrock/latest/userguide/model-access.html
		says: []string{"you don't have access to the model with the specified model id", "invalid_payment_instrument", "model use case details have not been submitted"},
		id:   "model", steps: 2,
	},
	{ // https://docs.aws.amazon.com/ses/latest/dg/request-production-access.html
		says: []string{"email address is not verified", "identities failed the check in region", "is still in the sandbox"},
		id:   "ses", steps: 1,
	},
	{ // https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_InitiateAuth.html
		says: []string{"incorrect username or password", "unable to verify secret hash", "refresh token has been revoked", "user is disabled", "password attempts exceeded"},
		id:   "cognito", steps: 1,
	},
	{
		is: func(k rank.Candidate) bool { return k.Match.Refusal.Principal.Kind == denial.Anonymous },
		id: "unsigned", steps: 1,
	},
	{ // https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-user.html
		is: func(k rank.Candidate) bool {
			r := k.Match.Refusal
			return r.Principal.Kind == denial.Root && !r.Explicit
		},
		id: "root", steps: 2,
	},
	{ // https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
		is: passesForeignRole,
		id: "foreign-role", steps: 1,
	},
}

// beyondPolicies finds the entry of a denial that no Allow lifts; ok is false
// where one may.
func beyondPolicies(k rank.Candidate) (beyond, bool) {
	r := k.Match.Refusal
	if part := misnamed(r); part != "" {
		return beyond{id: "misnamed", steps: 1, args: words.Args{"part": part}}, true
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

func writesReservedParameter(k rank.Candidate) bool {
	r := k.Match.Refusal
	return r.Action == "ssm:PutParameter" && reservedParameter.MatchString(r.Resource)
}

func passesForeignRole(k rank.Candidate) bool {
	r := k.Match.Refusal
	if r.Action != "iam:PassRole" {
		return false
	}
	role, ok := arn.Parse(r.Resource)
	account := accountOf(k)
	return ok && arn.IsAccount(role.Account) && account != "" && role.Account != account
}

// fixBeyond says what to do where no Allow helps.
func fixBeyond(b beyond, fix *report.Fix) {
	fix.Summary, fix.Steps = b.summary(), []words.Text{}
	for i := range b.steps {
		fix.Say("beyond."+b.id+"."+strconv.Itoa(i+1), b.args)
	}
}
