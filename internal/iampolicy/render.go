package iampolicy

import (
	"regexp"
	"strings"

	"whystopped/internal/arn"
)

// Kind is the kind of a policy, in the words of the public API.
type Kind string

// The kinds of policies.
const (
	KindIdentity Kind = "identity-policy"
	KindTrust    Kind = "trust-policy"
	KindResource Kind = "resource-policy"
	KindKey      Kind = "key-policy"
	KindEndpoint Kind = "endpoint-policy"
	KindBoundary Kind = "boundary"
	KindSCP      Kind = "scp"
	KindRCP      Kind = "rcp"
)

// Target is where a document goes. Everything but Kind may be empty: the
// snippets then have a word in capitals to replace.
type Target struct {
	Kind Kind
	// RoleName and RoleARN are the role's, or the user's, that an identity
	// policy or trust policy is for. A path in the name does not count.
	RoleName, RoleARN string
	// Whole is set where a trust policy holds what the role's own says now.
	Whole bool
	// PolicyName is the name that an identity policy gets.
	PolicyName string
	// Resource is the ARN of what a policy of another kind is on: the secret,
	// repository, key, boundary; or the id of a VPC endpoint, SCP or RCP.
	Resource string
}

// Render writes a document in the forms that people use. Names and resources
// come from evidence and are quoted for each form; a name that IAM does not
// allow is replaced by a word in capitals. A form stays empty where it could
// not carry a text safely.
func Render(doc Document, target Target) Snippets {
	if len(doc.Statement) == 0 {
		return Snippets{}
	}
	to := resolve(target)
	out := Snippets{
		CLI:            to.cli(doc),
		Terraform:      to.terraform(doc),
		CloudFormation: to.cloudFormation(doc),
		CDK:            to.cdk(doc),
	}
	// CloudFormation, and with it the CDK, resolves these wherever they stand.
	// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html
	if everything := quote(target.Resource) + jsonStyle.write(doc.tree(), ""); strings.Contains(everything, "{{resolve:") ||
		strings.Contains(everything, "${Token[") {
		out.CloudFormation, out.CDK = "", ""
	}
	return out
}

// place is a target whose names can be trusted.
type place struct {
	kind Kind
	// user tells that name is a user's.
	user bool
	// whole tells that nothing is lost by putting the policy in place of the
	// one that is there.
	whole           bool
	name, arn       string // arn is "" where it is not known
	policy          string
	resource        string
	resourceService string
}

// What stands for what is not known.
const (
	unknownRole = "ROLE_NAME"
	unknownUser = "USER_NAME"
)

// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
var (
	iamName    = regexp.MustCompile(`^[\w+=,.@-]+$`)
	principals = regexp.MustCompile(`^arn:[a-z-]+:iam::\d{12}:(role|user)/[\w+=,.@/-]+$`)
	resourceID = regexp.MustCompile(`^[\w+=,.@:/!?*-]+$`)
)

// Lengths in bytes. They stand beside the patterns: a repetition that is counted
// makes a pattern hundreds of times as large.
const (
	maxName     = 128
	maxRoleARN  = 640
	maxResource = 1000
)

func fits(pattern *regexp.Regexp, s string, longest int) bool {
	return len(s) <= longest && pattern.MatchString(s)
}

func resolve(t Target) place {
	a, _ := arn.Parse(t.RoleARN)
	p := place{kind: t.Kind, user: a.Type() == "user", whole: t.Whole, name: t.RoleName, policy: t.PolicyName}
	if p.name == "" {
		p.name = a.Name()
	}
	p.name = p.name[strings.LastIndex(p.name, "/")+1:]
	switch known := fits(iamName, p.name, maxName); {
	case !known && p.user:
		p.name = unknownUser
	case !known:
		p.name = unknownRole
	}
	if fits(principals, t.RoleARN, maxRoleARN) {
		p.arn = t.RoleARN
	}
	if !fits(iamName, p.policy, maxName) {
		p.policy = "whystopped"
	}
	if fits(resourceID, t.Resource, maxResource) {
		p.resource = t.Resource
		on, _ := arn.Parse(t.Resource)
		p.resourceService = on.Service
	}
	return p
}

// label is the policy's name as Terraform and CloudFormation allow it in
// identifiers.
func (p place) label() string {
	if label := words(p.policy); label != "" && (label[0] < '0' || label[0] > '9') {
		return label
	}
	return "Whystopped"
}
