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
	act, known, notes := authorizes(req.Action)
	if act.Service == "" {
		return grant{}, nil
	}
	if req.At != (Context{}) {
		ctx = req.At
	}
	ctx = ctx.sound()
	g := grant{service: act.Service, action: act.String()}
	if act.Service == "kms" && act.ResourceLevel() && req.ViaService != "" {
		g.condition = Condition{"StringEquals": {"kms:ViaService": {literal(req.ViaService)}}}
	}
	if g.action == "iam:PassRole" {
		g.condition = req.passedTo()
	}
	if pattern, alias, ok := keyOfAlias(act, req.Resource, ctx); ok {
		g.resources = []string{pattern}
		g.condition = g.condition.and("ForAnyValue:StringEquals", "kms:ResourceAliases", literal(alias))
		return g, append(notes, Note{g.action, pattern, "IAM does not match keys by alias; the condition holds the statement to keys with " + alias + "."})
	}
	resource, ok := ResourceARN(act.String(), req.Resource, ctx)
	if !ok && known && act.ResourceLevel() {
		g.resources = unknownResources(act, req, ctx)
		return g, append(notes, Note{g.action, g.resources[0], unknownReason(act, req, g.resources)})
	}
	if !ok {
		resource = "*" // of an action that is not known: no document has it
	}
	g.resources = bothReadings(act, resource)
	notes = append(notes, besides(act, resource)...)
	if reason := wildcardReason(act, known, resource); reason != "" {
		notes = append(notes, Note{g.action, resource, reason})
	}
	return g, notes
}

// authorizes finds the action that a policy names for a printed one. Some people
// and programs print an operation in its place.
func authorizes(printed string) (act Action, known bool, notes []Note) {
	act, known = Canonical(printed)
	if known || act.Service == "" {
		return act, known, nil
	}
	for _, name := range CallActions(act.Service, act.Name) {
		if of, ok := Canonical(name); ok {
			return of, true, []Note{{of.String(), "", "IAM has no action " + act.String() + "; " + act.Name + " is authorized as " + of.String() + "."}}
		}
	}
	return act, false, nil
}

// wildcardReason explains a resource that is wider than one thing, or that looks
// so; "" where it needs no word.
func wildcardReason(act Action, known bool, resource string) string {
	switch {
	case known && !act.ResourceLevel():
		return "IAM has no resource-level permissions for " + act.String() + ": only * works."
	case resource == "*" && act.String() != publishSMS:
		return "AWS checked " + act.String() + " on *, not on one resource."
	case resource == "*":
		return "A text message to a phone number is checked on *: no policy can name the number."
	case Statement{Action: []string{act.String()}, Resource: []string{resource}}.IsForm():
		return replaceWords(act, []string{resource}, "the evidence doesn't name the whole resource")
	case strings.Contains(resource, "${*}") || strings.Contains(resource, "${?}"):
		return "The name has * or ? in it. The policy escapes them, so that they stand for themselves: it allows that one name, not all names of that pattern."
	case act.Service == "logs" && takes(act, "log-stream") && strings.HasSuffix(resource, ":*"):
		return "A log stream's name changes with each task, so the whole log group is allowed."
	}
	return ""
}

// bothReadings gives a secret whose ARN may or may not end in its suffix in
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
		a = ctx.place(a)
		ctx = Context{Partition: a.Partition, Region: a.Region, Account: a.Account}
		printed = a.Resource
	}
	if act.Service != "kms" || !takes(act, "key") || takes(act, "alias") || !aliasName.MatchString(printed) {
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

// https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateAlias.html
var aliasName = regexp.MustCompile(`^alias/[a-zA-Z0-9/_-]{1,250}$`)
