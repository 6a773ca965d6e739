package snippet

import (
	"regexp"
	"strings"

	"whystopped/internal/iampolicy"
)

// cloudFormation writes YAML: a template for identity policies, the part to add
// to a resource of a template for the others. Behind a template the parts are
// comments, so that it stays one.
func cloudFormation(places []place) string {
	var comments, rules, resources strings.Builder
	for _, p := range places {
		if p.kind != iampolicy.KindIdentity && len(places) == 1 {
			return p.cloudFormationPart()
		}
		if p.kind == iampolicy.KindIdentity {
			comments.WriteString(replaceFirst("#", p.written()))
			rules.WriteString(p.cloudFormationRule())
			resources.WriteString(p.cloudFormationResource())
			continue
		}
		for line := range strings.Lines(p.cloudFormationPart()) {
			comments.WriteString("# " + strings.TrimPrefix(line, "# "))
		}
	}
	if rules.Len() == 0 {
		return comments.String()
	}
	return comments.String() + "Rules:\n" + rules.String() + "Resources:\n" + resources.String()
}

// cloudFormationRule stops the stack in another account, before anything is
// made. Rules take Ref, and Ref takes pseudo parameters.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference-rules.html#supported-rule-functions
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/pseudo-parameter-reference.html
func (p place) cloudFormationRule() string {
	return "  " + p.logicalID() + "Account:\n    Assertions:\n      - Assert:\n" +
		"          Fn::Equals:\n            - Ref: AWS::AccountId\n            - " + quote(p.account) + "\n" +
		"        AssertDescription: " + quote(p.accountNotice()) + "\n"
}

func (p place) cloudFormationResource() string {
	var b strings.Builder
	b.WriteString("  " + p.logicalID() + ":\n")
	switch {
	case p.managed && p.user:
		b.WriteString("    Type: AWS::IAM::ManagedPolicy\n    Properties:\n      Users:\n        - " + quote(p.name) + "\n      ManagedPolicyName: ")
	case p.managed:
		b.WriteString("    Type: AWS::IAM::ManagedPolicy\n    Properties:\n      Roles:\n        - " + quote(p.name) + "\n      ManagedPolicyName: ")
	case p.user:
		b.WriteString("    Type: AWS::IAM::UserPolicy\n    Properties:\n      UserName: " + quote(p.name) + "\n      PolicyName: ")
	default:
		b.WriteString("    Type: AWS::IAM::RolePolicy\n    Properties:\n      RoleName: " + quote(p.name) + "\n      PolicyName: ")
	}
	b.WriteString(quote(p.policyName()) + "\n      PolicyDocument:\n")
	writeYAML(&b, treeOf(p.doc), "        ")
	return b.String()
}

// cloudFormationPart is what goes into a resource that a template has already.
func (p place) cloudFormationPart() string {
	var b strings.Builder
	b.WriteString(replaceFirst("#", p.written()))
	switch {
	case p.kind == iampolicy.KindTrust && p.whole:
		b.WriteString("# In the properties of the role " + p.name + " (AWS::IAM::Role)" + p.ofAccount() + ":\nAssumeRolePolicyDocument:\n")
		writeYAML(&b, treeOf(p.doc), "  ")
		return b.String()
	case p.kind == iampolicy.KindTrust:
		b.WriteString("# Add this to Statement in AssumeRolePolicyDocument of the role " + p.name + p.ofAccount() + ":\n")
	default:
		b.WriteString("# Add this to Statement in " + strings.TrimSpace(cloudFormationOwners[p.kind]+" "+p.resource) + p.ofAccount() + ":\n")
	}
	writeYAML(&b, treeOf(p.doc)[1].value, "")
	return b.String()
}

var cloudFormationOwners = map[iampolicy.Kind]string{
	iampolicy.KindResource: "the policy on",
	iampolicy.KindKey:      "the KeyPolicy of the AWS::KMS::Key",
	iampolicy.KindEndpoint: "the PolicyDocument of the AWS::EC2::VPCEndpoint",
	iampolicy.KindBoundary: "the PolicyDocument of the AWS::IAM::ManagedPolicy that is the boundary,",
	iampolicy.KindSCP:      "the Content of the AWS::Organizations::Policy",
	iampolicy.KindRCP:      "the Content of the AWS::Organizations::Policy",
}

var plainKey = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9]*$`)

// writeYAML writes an object's or a list's lines. All texts are quoted.
func writeYAML(b *strings.Builder, n node, indent string) {
	switch v := n.(type) {
	case object:
		for _, f := range v {
			writeYAMLField(b, f, indent)
		}
	case []node:
		for _, item := range v {
			if text, ok := item.(string); ok {
				b.WriteString(indent + "- " + quote(text) + "\n")
				continue
			}
			var inner strings.Builder
			writeYAML(&inner, item, indent+"  ")
			b.WriteString(indent + "- " + strings.TrimPrefix(inner.String(), indent+"  "))
		}
	}
}

func writeYAMLField(b *strings.Builder, f field, indent string) {
	name := f.name
	if !plainKey.MatchString(name) {
		name = quote(name)
	}
	if text, ok := f.value.(string); ok {
		b.WriteString(indent + name + ": " + quote(text) + "\n")
		return
	}
	b.WriteString(indent + name + ":\n")
	writeYAML(b, f.value, indent+"  ")
}
