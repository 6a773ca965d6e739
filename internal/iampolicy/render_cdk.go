package iampolicy

import "strings"

var typeScriptStyle = style{
	field:    func(name string, _ int) string { return quote(name) + ": " },
	quote:    quote,
	between:  ",",
	last:     ",",
	lastItem: ",",
}

// cdk writes TypeScript for the AWS CDK, version 2.
func (p place) cdk(doc Document) string {
	var b strings.Builder
	b.WriteString("import * as iam from \"aws-cdk-lib/aws-iam\";\n\n")
	add := ""
	switch p.kind {
	case KindIdentity:
		b.WriteString(p.cdkPrincipal())
		add = "principal.addToPrincipalPolicy"
	case KindTrust:
		b.WriteString("// role is the iam.Role of your app.\n")
		add = "role.assumeRolePolicy?.addStatements"
	case KindBoundary, KindSCP, KindRCP:
		b.WriteString("// policy is the policy's iam.ManagedPolicy or iam.PolicyDocument.\n")
		add = "policy.addStatements"
	case KindEndpoint:
		b.WriteString("// endpoint is the VPC endpoint of your app.\n")
		add = "endpoint.addToPolicy"
	default:
		b.WriteString("// resource is the key, bucket, secret or repository of your app.\n")
		add = "resource.addToResourcePolicy"
	}
	for _, s := range doc.Statement {
		b.WriteString(add + "(new iam.PolicyStatement(" + s.cdkProps() + "));\n")
	}
	return b.String()
}

// cdkPrincipal looks the role or user up by its ARN, or by its name in the
// stack's account.
func (p place) cdkPrincipal() string {
	class, id := "Role", "Role"
	if p.user {
		class, id = "User", "User"
	}
	by, value := class+"Name", p.name
	if p.arn != "" {
		by, value = class+"Arn", p.arn
	}
	return "const principal = iam." + class + ".from" + by + "(this, " + quote(p.label()+id) + ", " + quote(value) + ");\n"
}

// cdkProps writes the properties of a PolicyStatement.
func (s Statement) cdkProps() string {
	var b strings.Builder
	b.WriteString("{\n")
	property := func(name, value string) { b.WriteString("  " + name + ": " + value + ",\n") }
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
			property(list.name, typeScriptStyle.write(nodes(list.texts), "  "))
		}
	}
	if len(s.Condition) > 0 {
		property("conditions", typeScriptStyle.write(s.Condition.tree(), "  "))
	}
	b.WriteString("}")
	return b.String()
}

// cdkPrincipals writes a list of principals, "" for none.
func cdkPrincipals(p Principal) string {
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
