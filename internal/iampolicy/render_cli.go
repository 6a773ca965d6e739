package iampolicy

import (
	"strings"

	"whystopped/internal/arn"
)

// cli writes AWS CLI commands for a POSIX shell.
func (p place) cli(doc Document) string {
	document := quoteShell(jsonStyle.write(doc.tree(), ""))
	switch p.kind {
	case KindIdentity:
		who := "role"
		if p.user {
			who = "user"
		}
		return command("aws iam put-"+who+"-policy", "--"+who+"-name", quoteShell(p.name),
			"--policy-name", quoteShell(p.policy), "--policy-document", document)
	case KindTrust:
		warning := "# This replaces the role's trust policy: take over its other statements, if it has any.\n"
		if p.whole {
			warning = "# This replaces the role's trust policy; the statements that it had when it was read are in it.\n"
		}
		return warning + command("aws iam update-assume-role-policy", "--role-name", quoteShell(p.name), "--policy-document", document)
	}
	read, write := p.policyCommands()
	if read == "" {
		read, write = "# (by the command of the service that owns the policy, into policy.json)", "# (in the same way)"
	}
	var b strings.Builder
	b.WriteString("# 1. Read the policy that is there now:\n" + read + "\n")
	b.WriteString("# 2. Put this at the beginning of the list \"Statement\" in policy.json:\n")
	for _, s := range doc.Statement {
		for line := range strings.Lines(jsonStyle.write(s.tree(), "") + ",\n") {
			b.WriteString("#    " + line)
		}
	}
	b.WriteString("# 3. Put it back:\n" + write)
	return b.String()
}

// command puts each option with its value on a line of its own.
func command(name string, options ...string) string {
	var b strings.Builder
	b.WriteString(name)
	for i := 0; i < len(options); i += 2 {
		b.WriteString(" \\\n  " + options[i] + " " + options[i+1])
	}
	return b.String()
}

// policyCommands gives the commands that read the policy on a resource into
// policy.json and write it from there; none for a service whose policies are
// not put as one document.
func (p place) policyCommands() (read, write string) {
	on := func(placeholder string) string {
		if p.resource == "" {
			return quoteShell(placeholder)
		}
		return quoteShell(p.resource)
	}
	a, _ := arn.Parse(p.resource)
	switch p.kind {
	case KindKey:
		return "aws kms get-key-policy --key-id " + on("KEY_ARN") + " --policy-name default --query Policy --output text > policy.json",
			"aws kms put-key-policy --key-id " + on("KEY_ARN") + " --policy-name default --policy file://policy.json"
	case KindEndpoint:
		id := on("VPC_ENDPOINT_ID")
		return "aws ec2 describe-vpc-endpoints --vpc-endpoint-ids " + id + " --query 'VpcEndpoints[0].PolicyDocument' --output text > policy.json",
			"aws ec2 modify-vpc-endpoint --vpc-endpoint-id " + id + " --policy-document file://policy.json"
	case KindBoundary:
		policy := on("BOUNDARY_ARN")
		return "aws iam get-policy-version --policy-arn " + policy + " --version-id \"$(aws iam get-policy --policy-arn " + policy +
				" --query Policy.DefaultVersionId --output text)\" --query PolicyVersion.Document > policy.json",
			"aws iam create-policy-version --policy-arn " + policy + " --policy-document file://policy.json --set-as-default"
	case KindSCP, KindRCP:
		id := on("POLICY_ID")
		return "aws organizations describe-policy --policy-id " + id + " --query Policy.Content --output text > policy.json",
			"aws organizations update-policy --policy-id " + id + " --content file://policy.json"
	}
	return resourcePolicyCommands(a, on("RESOURCE"))
}

// resourcePolicyCommands is policyCommands by the resource's service.
func resourcePolicyCommands(a arn.ARN, id string) (read, write string) {
	switch a.Service {
	case "ecr":
		repository := " --registry-id " + quoteShell(a.Account) + " --repository-name " + quoteShell(a.ID())
		return "aws ecr get-repository-policy" + repository + " --query policyText --output text > policy.json",
			"aws ecr set-repository-policy" + repository + " --policy-text file://policy.json"
	case "elasticfilesystem":
		system := " --file-system-id " + quoteShell(a.ID())
		return "aws efs describe-file-system-policy" + system + " --query Policy --output text > policy.json",
			"aws efs put-file-system-policy" + system + " --policy file://policy.json"
	case "s3":
		name, _, _ := strings.Cut(a.Resource, "/")
		bucket := " --bucket " + quoteShell(name)
		return "aws s3api get-bucket-policy" + bucket + " --query Policy --output text > policy.json",
			"aws s3api put-bucket-policy" + bucket + " --policy file://policy.json"
	case "secretsmanager":
		return "aws secretsmanager get-resource-policy --secret-id " + id + " --query ResourcePolicy --output text > policy.json",
			"aws secretsmanager put-resource-policy --secret-id " + id + " --resource-policy file://policy.json"
	case "sns":
		return "aws sns get-topic-attributes --topic-arn " + id + " --query Attributes.Policy --output text > policy.json",
			"aws sns set-topic-attributes --topic-arn " + id + " --attribute-name Policy --attribute-value file://policy.json"
	}
	return "", ""
}
