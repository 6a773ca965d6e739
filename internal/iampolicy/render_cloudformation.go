package iampolicy

import (
	"regexp"
	"strings"
)

// cloudFormation writes YAML: a whole resource for an identity policy, the part
// to put into a resource for the others.
func (p place) cloudFormation(doc Document) string {
	var b strings.Builder
	switch p.kind {
	case KindIdentity:
		kind, name := "AWS::IAM::RolePolicy", "RoleName"
		if p.user {
			kind, name = "AWS::IAM::UserPolicy", "UserName"
		}
		b.WriteString("Resources:\n  " + p.label() + ":\n    Type: " + kind + "\n    Properties:\n" +
			"      " + name + ": " + quote(p.name) + "\n      PolicyName: " + quote(p.policy) + "\n      PolicyDocument:\n")
		writeYAML(&b, doc.tree(), "        ")
	case KindTrust:
		b.WriteString("# In the properties of the role (AWS::IAM::Role):\nAssumeRolePolicyDocument:\n")
		writeYAML(&b, doc.tree(), "  ")
	default:
		b.WriteString("# To add to Statement in the policy document of the resource:\n")
		writeYAML(&b, doc.tree()[1].value, "")
	}
	return b.String()
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
