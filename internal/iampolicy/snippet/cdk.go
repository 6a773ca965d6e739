package snippet

import (
	"strings"

	"whystopped/internal/iampolicy"
)

var typeScriptStyle = style{
	field:    func(name string, _ int) string { return quote(name) + ": " },
	quote:    quote,
	between:  ",",
	last:     ",",
	lastItem: ",",
}

// cdk writes TypeScript for the AWS CDK, version 2. The import is a comment:
// snippets go into one file, and into the middle of it.
func cdk(places []place) string {
	all := []string{"// At the top of the file: import { Stack, aws_iam as iam } from \"aws-cdk-lib\";\n"}
	for _, p := range places {
		all = append(all, p.cdk())
	}
	return strings.Join(all, "\n")
}

func (p place) cdk() string {
	if p.kind != iampolicy.KindIdentity {
		return p.cdkStatements()
	}
	class, name := "Policy", "policyName"
	if p.managed {
		class, name = "ManagedPolicy", "managedPolicyName"
	}
	var b strings.Builder
	b.WriteString(replaceFirst("//", p.written()))
	b.WriteString("// A stack of its own, in your app or in a stack of it: the CDK deploys it to this account only.\n" +
		"const " + p.constant() + " = new Stack(this, " + quote(p.logicalID()) + ", { env: { account: " + quote(p.account) + " } });\n" +
		"new iam." + class + "(" + p.constant() + ", \"Policy\", {\n" +
		"  " + name + ": " + quote(p.policyName()) + ",\n" +
		"  " + p.who() + "s: [" + p.cdkPrincipal() + "],\n" +
		"  statements: [\n")
	for _, s := range p.doc.Statement {
		b.WriteString("    new iam.PolicyStatement(" + cdkProps(s, "    ") + "),\n")
	}
	b.WriteString("  ],\n});\n")
	return b.String()
}

// cdkStatements returns what has to be added to a construct of the app: one that
// is looked up by its ARN or name takes no statements.
// https://docs.aws.amazon.com/cdk/v2/guide/resources.html#resources-importing
func (p place) cdkStatements() string {
	var b strings.Builder
	b.WriteString(replaceFirst("//", p.written()))
	b.WriteString("// Add these " + p.cdkOwner() + ", in the stack" + p.ofAccount() + " that has it.\n" +
		"const " + p.constant() + " = [\n")
	for _, s := range p.doc.Statement {
		b.WriteString("  new iam.PolicyStatement(" + cdkProps(s, "  ") + "),\n")
	}
	b.WriteString("];\n")
	return b.String()
}

// cdkOwner says where statements go: a call, and the resource that it is made on.
func (p place) cdkOwner() string {
	switch p.kind {
	case iampolicy.KindTrust:
		return "by assumeRolePolicy.addStatements(...) of the role " + p.name
	case iampolicy.KindEndpoint:
		return strings.TrimSpace("one by one by addToPolicy of the VPC endpoint " + p.resource)
	case iampolicy.KindBoundary, iampolicy.KindSCP, iampolicy.KindRCP:
		return strings.TrimSpace("by addStatements(...) of the policy " + p.resource)
	case iampolicy.KindKey:
		return strings.TrimSpace("one by one by addToResourcePolicy of the key " + p.resource)
	}
	return strings.TrimSpace("one by one by addToResourcePolicy of the resource " + p.resource)
}

// cdkPrincipal looks the role or user up by its ARN, or by its name in the
// stack's account.
func (p place) cdkPrincipal() string {
	class := "Role"
	if p.user {
		class = "User"
	}
	by, value := class+"Name", p.name
	if p.arn != "" {
		by, value = class+"Arn", p.arn
	}
	return "iam." + class + ".from" + by + "(" + p.constant() + ", " + quote(class) + ", " + quote(value) + ")"
}

// cdkProps writes the properties of a PolicyStatement.
func cdkProps(s iampolicy.Statement, indent string) string {
	var b strings.Builder
	b.WriteString("{\n")
	property := func(name, value string) { b.WriteString(indent + "  " + name + ": " + value + ",\n") }
	if s.Sid != "" {
		property("sid", quote(s.Sid))
	}
	effect := "ALLOW"
	if s.Effect == "Deny" {
		effect = "DENY"
	}
	property("effect", "iam.Effect."+effect)
	if list := cdkPrincipals(s.Principal); list != "" {
		property("principals", list)
	}
	if list := cdkPrincipals(s.NotPrincipal); list != "" {
		property("notPrincipals", list)
	}
	for _, list := range []struct {
		name  string
		texts []string
	}{
		{"actions", s.Action},
		{"notActions", s.NotAction},
		{"resources", s.Resource},
		{"notResources", s.NotResource},
	} {
		if len(list.texts) > 0 {
			property(list.name, typeScriptStyle.write(nodes(list.texts), indent+"  "))
		}
	}
	if len(s.Condition) > 0 {
		property("conditions", typeScriptStyle.write(conditionTree(s.Condition), indent+"  "))
	}
	b.WriteString(indent + "}")
	return b.String()
}

// cdkPrincipals writes a list of principals, "" for none.
func cdkPrincipals(p iampolicy.Principal) string {
	var list []string
	for _, kind := range sortedKeys(p) {
		for _, name := range p[kind] {
			switch {
			case name == "*":
				list = append(list, "new iam.AnyPrincipal()")
			case kind == "Service":
				list = append(list, "new iam.ServicePrincipal("+quote(name)+")")
			case kind == "Federated":
				list = append(list, "new iam.FederatedPrincipal("+quote(name)+")")
			default:
				list = append(list, "new iam.ArnPrincipal("+quote(name)+")")
			}
		}
	}
	if list == nil {
		return ""
	}
	return "[" + strings.Join(list, ", ") + "]"
}
