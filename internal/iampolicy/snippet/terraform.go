package snippet

import (
	"regexp"
	"strings"

	"whystopped/internal/iampolicy"
)

var hclStyle = style{
	field: func(name string, width int) string {
		name = hclName(name)
		return name + strings.Repeat(" ", max(0, width-len(name))) + " = "
	},
	quote:    quoteHCL,
	lastItem: ",",
}

var hclIdentifier = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_-]*$`)

// hclName writes the name of an object's field.
func hclName(name string) string {
	if hclIdentifier.MatchString(name) {
		return name
	}
	return quoteHCL(name)
}

// terraform writes what "terraform fmt" leaves as it is, for Terraform 1.5 and
// later. What two snippets have fits into one module.
func terraform(places []place) string {
	var all []string
	for _, p := range places {
		all = append(all, p.terraform())
	}
	return strings.Join(all, "\n")
}

func (p place) terraform() string {
	if p.kind != iampolicy.KindIdentity {
		return p.terraformLocals()
	}
	kind := "aws_iam_" + p.who() + "_policy"
	named := "  name = " + quoteHCL(p.policyName()) + "\n  " + p.who() + " = " + quoteHCL(p.name) + "\n\n"
	attachment := ""
	if p.managed {
		kind, named = "aws_iam_policy", "  name = "+quoteHCL(p.policyName())+"\n\n"
		attachment = "\nresource \"aws_iam_" + p.who() + "_policy_attachment\" \"" + p.snake() + "\" {\n" +
			"  " + p.who() + "       = " + quoteHCL(p.name) + "\n  policy_arn = aws_iam_policy." + p.snake() + ".arn\n}\n"
	}
	return replaceFirst("#", p.written()) + "data \"aws_caller_identity\" \"" + p.snake() + "\" {}\n\n" +
		"resource \"" + kind + "\" \"" + p.snake() + "\" {\n" + named +
		"  policy = jsonencode(" + hclStyle.write(treeOf(p.doc), "  ") + ")\n\n" +
		"  lifecycle {\n    precondition {\n" + p.terraformCondition("      ") + "    }\n  }\n}\n" + attachment
}

// terraformLocals returns what has to be added to a resource of the module by
// hand: a resource of its own would replace the policy that is there.
func (p place) terraformLocals() string {
	lead, value := "# Add this to Statement in "+p.terraformOwner(), treeOf(p.doc)[1].value
	if p.kind == iampolicy.KindTrust && p.whole {
		lead, value = "# Set "+p.terraformOwner()+" to jsonencode(local."+p.snake()+"): the statements that it had when it was read are in it", treeOf(p.doc)
	}
	return replaceFirst("#", p.written()) + lead + "\nlocals {\n  " + p.snake() + " = " + hclStyle.write(value, "  ") + "\n}\n\n" +
		"check \"" + p.snake() + "\" {\n  data \"aws_caller_identity\" \"" + p.snake() + "\" {}\n\n" +
		"  assert {\n" + p.terraformCondition("    ") + "  }\n}\n"
}

func (p place) terraformCondition(indent string) string {
	return indent + "condition     = data.aws_caller_identity." + p.snake() + ".account_id == " + quoteHCL(p.account) + "\n" +
		indent + "error_message = " + quoteHCL(p.accountNotice()) + "\n"
}

// terraformOwner names the resource whose policy is meant.
func (p place) terraformOwner() string {
	if p.kind == iampolicy.KindTrust {
		return "assume_role_policy of the aws_iam_role " + p.name
	}
	owner := terraformOwners[p.kind]
	if p.on.Service == "ecr" && p.doc.ForRegistry() {
		return "the aws_ecr_registry_policy of account " + p.account
	}
	if owner == "" {
		owner = terraformPolicies[p.on.Service]
	}
	if owner == "" {
		owner = "the policy on the resource"
	}
	return strings.TrimSpace(owner + " " + p.resource)
}

var terraformOwners = map[iampolicy.Kind]string{
	iampolicy.KindKey:      "the policy of the aws_kms_key",
	iampolicy.KindEndpoint: "the policy of the aws_vpc_endpoint",
	iampolicy.KindBoundary: "the policy of the aws_iam_policy that is the boundary,",
	iampolicy.KindSCP:      "the content of the aws_organizations_policy",
	iampolicy.KindRCP:      "the content of the aws_organizations_policy",
}

var terraformPolicies = map[string]string{
	"dynamodb":          "the aws_dynamodb_resource_policy of",
	"ecr":               "the aws_ecr_repository_policy of",
	"elasticfilesystem": "the aws_efs_file_system_policy of",
	"kinesis":           "the aws_kinesis_resource_policy of",
	"s3":                "the aws_s3_bucket_policy of",
	"secretsmanager":    "the aws_secretsmanager_secret_policy of",
	"sns":               "the aws_sns_topic_policy of",
	"sqs":               "the aws_sqs_queue_policy of",
}
