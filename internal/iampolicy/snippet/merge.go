package snippet

import (
	"strings"

	"whystopped/internal/iampolicy"
)

// merged writes how to add the document to a policy that is there already, and
// that whoever writes it replaces as a whole: read it, add to it, put it back.
// The last step does nothing unless something was added, so that pasting all
// steps at once loses nothing. The files have the digest in their names: what is
// put back is never another resource's policy.
func (p place) merged() string {
	read, write := p.policyCommands()
	if read.name == "" {
		return ""
	}
	file := p.policyName() + ".json"
	before := p.policyName() + "-before.json"
	read.options = append(read.options, "> "+file)
	missing := ""
	if p.kind == iampolicy.KindResource {
		missing = ". Without a policy there, this is all of it"
	}
	return replaceFirst("#", p.words) + "# 1. Read the policy that is there now\n" +
		p.inAccount("", read, command{name: "cp " + file + " " + before}) + "\n" +
		"# 2. Add this statement to the list Statement in " + file + missing + "\n" +
		"printf '%s\\n' " + quoteShell(p.json()) + "\n" +
		"# 3. Put it back\n" + p.putBack(write, file, before)
}

func (p place) putBack(write command, file, before string) string {
	var b strings.Builder
	b.WriteString("if [ ! -s " + file + " ] || [ \"$(cat " + file + ")\" = \"$(cat " + before + " 2>/dev/null)\" ]; then\n" +
		nothingChanged("  ", "add the statement to "+file+", then run step 3 again") + "\n")
	if words := p.doc.Placeholders(); len(words) > 0 {
		b.WriteString("elif grep -q " + patterns(words, "-e '", "'", " ") + " " + file + "; then\n" +
			nothingChanged("  ", "replace "+iampolicy.List(words)+" in "+file+" first") + "\n")
	}
	b.WriteString("elif " + p.isAccount() + "; then\n" + write.text("  ") + "\nelse\n" + p.otherAccount("  ") + "\nfi")
	return b.String()
}

// policyCommands returns the commands that print the policy on the target and that
// write it from a file; none for a service whose policies are not put as one
// document.
func (p place) policyCommands() (read, write command) {
	file := "file://" + p.policyName() + ".json"
	named := func(option string) string {
		if !p.named() {
			return option + "=" + unknownResource[p.kind]
		}
		return option + "=" + quoteShell(p.resource)
	}
	switch p.kind {
	case iampolicy.KindTrust:
		role := "--role-name=" + quoteShell(p.name)
		return command{"aws iam get-role", []string{role, "--query=Role.AssumeRolePolicyDocument --output=json"}},
			command{"aws iam update-assume-role-policy", []string{role, "--policy-document=" + file}}
	case iampolicy.KindKey:
		key := named("--key-id")
		return command{"aws kms get-key-policy", p.there(key, "--policy-name=default", "--query=Policy --output=text")},
			command{"aws kms put-key-policy", p.there(key, "--policy-name=default", "--policy="+file)}
	case iampolicy.KindEndpoint:
		id := unknownEndpoint
		if p.named() {
			id = quoteShell(p.resource[strings.LastIndex(p.resource, "/")+1:])
		}
		return command{"aws ec2 describe-vpc-endpoints", p.there("--vpc-endpoint-ids="+id, "--query='VpcEndpoints[0].PolicyDocument' --output=text")},
			command{"aws ec2 modify-vpc-endpoint", p.there("--vpc-endpoint-id="+id, "--policy-document="+file)}
	case iampolicy.KindBoundary:
		policy := named("--policy-arn")
		version := "--version-id=\"$(aws iam get-policy " + policy + " --query=Policy.DefaultVersionId --output=text)\""
		return command{"aws iam get-policy-version", []string{policy, version, "--query=PolicyVersion.Document --output=json"}},
			command{"aws iam create-policy-version", []string{policy, "--policy-document=" + file, "--set-as-default"}}
	case iampolicy.KindSCP, iampolicy.KindRCP:
		id := named("--policy-id")
		return command{"aws organizations describe-policy", []string{id, "--query=Policy.Content --output=text"}},
			command{"aws organizations update-policy", []string{id, "--content=" + file}}
	}
	return p.resourceCommands(file)
}

// there adds the Region of the resource, which need not be that of the shell.
func (p place) there(options ...string) []string {
	if iampolicy.IsRegion(p.on.Region) {
		return append(options, "--region="+p.on.Region)
	}
	return options
}

// resourceCommands are policyCommands by the resource's service.
func (p place) resourceCommands(file string) (read, write command) {
	pair := func(service, readBy, query, writeBy, policy string, id ...string) (read, write command) {
		print, put := append(id[:len(id):len(id)], "--query="+query+" --output=text"), append(id[:len(id):len(id)], policy)
		return command{"aws " + service + " " + readBy, p.there(print...)}, command{"aws " + service + " " + writeBy, p.there(put...)}
	}
	arn, id := quoteShell(p.resource), quoteShell(p.on.ID())
	kind := p.on.Service + " " + p.on.Type()
	if strings.Contains(p.on.ID(), "/") && p.on.Service == "dynamodb" {
		kind = "" // an index or a stream of the table
	}
	switch kind {
	case "ecr repository":
		if p.doc.ForRegistry() {
			return pair("ecr", "get-registry-policy", "policyText", "put-registry-policy", "--policy-text="+file)
		}
		return pair("ecr", "get-repository-policy", "policyText", "set-repository-policy", "--policy-text="+file, "--registry-id="+quoteShell(p.on.Account), "--repository-name="+id)
	case "elasticfilesystem file-system":
		return pair("efs", "describe-file-system-policy", "Policy", "put-file-system-policy", "--policy="+file, "--file-system-id="+id)
	case "secretsmanager secret":
		return pair("secretsmanager", "get-resource-policy", "ResourcePolicy", "put-resource-policy", "--resource-policy="+file, "--secret-id="+arn)
	case "dynamodb table":
		return pair("dynamodb", "get-resource-policy", "Policy", "put-resource-policy", "--policy="+file, "--resource-arn="+arn)
	case "kinesis stream":
		return pair("kinesis", "get-resource-policy", "Policy", "put-resource-policy", "--policy="+file, "--resource-arn="+arn)
	}
	bucket, _, _ := strings.Cut(p.on.Resource, "/")
	switch {
	case p.on.Service == "s3" && p.on.Region == "" && p.on.Account == "":
		return pair("s3api", "get-bucket-policy", "Policy", "put-bucket-policy", "--policy="+file, "--bucket="+quoteShell(bucket))
	case p.on.Service == "sns":
		return pair("sns", "get-topic-attributes", "Attributes.Policy", "set-topic-attributes", "--attribute-name=Policy --attribute-value="+file, "--topic-arn="+arn)
	}
	return command{}, command{}
}
