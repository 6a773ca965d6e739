package iampolicy

import (
	"regexp"
	"strings"
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

// terraform writes what "terraform fmt" leaves as it is.
func (p place) terraform(doc Document) string {
	switch p.kind {
	case KindIdentity:
		who := "role"
		if p.user {
			who = "user"
		}
		return "resource \"aws_iam_" + who + "_policy\" \"" + snake(p.label()) + "\" {\n" +
			"  name = " + quoteHCL(p.policy) + "\n" +
			"  " + who + " = " + quoteHCL(p.name) + "\n\n" +
			"  policy = jsonencode(" + hclStyle.write(doc.tree(), "  ") + ")\n}\n"
	case KindTrust:
		return "# In the aws_iam_role of the role:\n" +
			"assume_role_policy = jsonencode(" + hclStyle.write(doc.tree(), "") + ")\n"
	}
	statements := doc.tree()[1].value
	return "# To add to Statement in " + p.terraformOwner() + ":\n" +
		"locals {\n  " + snake(p.label()) + "_statements = " + hclStyle.write(statements, "  ") + "\n}\n"
}

// terraformOwner names the resource type whose policy is meant.
func (p place) terraformOwner() string {
	switch p.kind {
	case KindKey:
		return "the policy of the aws_kms_key"
	case KindEndpoint:
		return "the policy of the aws_vpc_endpoint"
	case KindBoundary:
		return "the aws_iam_policy that is the boundary"
	case KindSCP, KindRCP:
		return "the content of the aws_organizations_policy"
	}
	switch p.resourceService {
	case "ecr":
		return "the aws_ecr_repository_policy"
	case "elasticfilesystem":
		return "the aws_efs_file_system_policy"
	case "s3":
		return "the aws_s3_bucket_policy"
	case "secretsmanager":
		return "the aws_secretsmanager_secret_policy"
	case "sns":
		return "the aws_sns_topic_policy"
	case "sqs":
		return "the aws_sqs_queue_policy"
	}
	return "the policy on the resource"
}

// snake writes an identifier in lower case, with underscores before capitals.
func snake(s string) string {
	var b strings.Builder
	for i, r := range s {
		if r >= 'A' && r <= 'Z' {
			if i > 0 {
				b.WriteByte('_')
			}
			r += 'a' - 'A'
		}
		b.WriteRune(r)
	}
	return b.String()
}
