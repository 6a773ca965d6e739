package iampolicy

import (
	"regexp"
	"strings"

	"whystopped/internal/arn"
)

// Note says why a statement names "*" or another pattern than what was denied.
type Note struct {
	Action, Resource string
	// Reason is a sentence for the reader.
	Reason string
}

// Allow writes the policy that allows the requests and nothing else: an action
// is allowed on the resources that it was asked for with, and shares a
// statement with the service's other actions that go with the very same ones.
// The notes tell where the evidence or IAM left no choice but a wildcard.
// Requests without an action are passed over.
func Allow(reqs []Request, ctx Context) (Document, []Note) {
	var grants []grant
	var notes []Note
	noted := map[Note]bool{}
	for _, req := range reqs {
		granted, found := grantFor(req, ctx)
		if granted.action == "" {
			continue
		}
		grants = append(grants, granted)
		for _, note := range found {
			if !noted[note] {
				noted[note] = true
				notes = append(notes, note)
			}
		}
	}
	return Document{Version: Version, Statement: statements(grants)}, notes
}

// grant is what one request needs.
type grant struct {
	service, action string
	resources       []string
	condition       Condition
}

func grantFor(req Request, ctx Context) (grant, []Note) {
	act, known := Canonical(req.Action)
	if act.Service == "" {
		return grant{}, nil
	}
	g := grant{service: act.Service, action: act.String()}
	if act.Service == "kms" && act.ResourceLevel() && req.ViaService != "" {
		g.condition = Condition{"StringEquals": {"kms:ViaService": {req.ViaService}}}
	}
	if g.action == "iam:PassRole" {
		g.condition = req.passedTo()
	}
	if pattern, alias, ok := keyOfAlias(act, req.Resource, ctx); ok {
		g.resources = []string{pattern}
		g.condition = g.condition.and("ForAnyValue:StringEquals", "kms:ResourceAliases", alias)
		return g, []Note{{g.action, pattern, "IAM does not match keys by alias; the condition holds the statement to keys with " + alias + "."}}
	}
	resource, ok := ResourceARN(req.Action, req.Resource, ctx)
	if !ok && known && act.ResourceLevel() {
		g.resources = unknownResources(act, req, ctx)
		return g, []Note{{g.action, g.resources[0], unknownReason(act, req, g.resources[0])}}
	}
	if !ok {
		resource = "*"
	}
	g.resources = bothReadings(act, escapeVariables(resource))
	if reason := wildcardReason(act, known, req.Resource, resource, ok); reason != "" {
		return g, []Note{{g.action, resource, reason}}
	}
	return g, nil
}

// wildcardReason explains a resource that is wider than one thing; "" where it
// is not.
func wildcardReason(act Action, known bool, printed, resource string, ok bool) string {
	switch {
	case known && !act.ResourceLevel():
		return "IAM has no resource-level permissions for " + act.String() + ": only * works."
	case !ok:
		return "The Service Authorization Reference does not know " + act.String() + "; put the resource's ARN in place of *."
	case resource == "*":
		return "AWS checked " + act.String() + " on *, not on one resource."
	}
	a, _ := arn.Parse(resource)
	if was, _ := arn.Parse(trimPrinted(printed)); a.Account == "*" && was.Account != "*" || a.Region == "*" && was.Region != "*" {
		return "The evidence does not name the account or the Region; put them in place of *."
	}
	if act.Service == "logs" && strings.HasSuffix(resource, ":*") {
		return "A log stream's name changes with each task, so the whole log group is allowed."
	}
	return ""
}

// bothReadings gives a secret whose name may or may not end in its suffix in
// both ways; anything else as it is.
func bothReadings(act Action, resource string) []string {
	a, _ := arn.Parse(resource)
	if a.Service != "secretsmanager" || strings.HasSuffix(resource, anySecretSuffix) {
		return []string{resource}
	}
	if act.Name == "CreateSecret" || hasSecretSuffix(resource) && maybeWord.MatchString(resource) {
		return []string{resource, resource + anySecretSuffix}
	}
	return []string{resource}
}

// keyOfAlias reads a key given by an alias, which no policy can name as a
// resource: it gives the pattern for the keys of the place and the alias that a
// condition can ask for.
// https://docs.aws.amazon.com/kms/latest/developerguide/alias-authorization.html
func keyOfAlias(act Action, printed string, ctx Context) (pattern, alias string, ok bool) {
	printed = trimPrinted(printed)
	if a, isARN := arn.Parse(printed); isARN {
		ctx = Context{Partition: a.Partition, Region: a.Region, Account: a.Account}
		printed = a.Resource
	}
	if act.Service != "kms" || !takes(act, "key") || takes(act, "alias") || !strings.HasPrefix(printed, "alias/") {
		return "", "", false
	}
	return ctx.arn("kms", "key/*"), printed, true
}

// and adds a key to a condition.
func (c Condition) and(operator, key, value string) Condition {
	if c == nil {
		c = Condition{}
	}
	if c[operator] == nil {
		c[operator] = map[string][]string{}
	}
	c[operator][key] = append(c[operator][key], value)
	return c
}

// policyVariable is what IAM would fill in: ${aws:username}, ${*}.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
var policyVariable = regexp.MustCompile(`\$\{([\w-]+:|[*?$]\})`)

// escapeVariables keeps IAM from filling in what stands in a resource's name.
func escapeVariables(resource string) string {
	return policyVariable.ReplaceAllStringFunc(resource, func(variable string) string {
		return "${$}" + strings.TrimPrefix(variable, "$")
	})
}
