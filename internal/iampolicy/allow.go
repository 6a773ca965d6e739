package iampolicy

import (
	"regexp"
	"slices"
	"strings"

	"whystopped/internal/arn"
	"whystopped/internal/words"
)

// Note says why a statement names "*" or another pattern than what was denied.
type Note struct {
	Action, Resource string
	// Reason is what to tell the reader.
	Reason words.Text
}

func (n Note) same(o Note) bool {
	return n.Action == o.Action && n.Resource == o.Resource && n.Reason.Equal(o.Reason)
}

// Allow writes the policy that allows the requests and nothing else: an action
// is allowed on the resources that it was asked for with, and shares a
// statement with the service's other actions that go with the very same ones.
// The notes tell where the evidence or IAM left no choice but a wildcard.
// Requests without an action are passed over.
func Allow(reqs []Request, ctx Context) (Document, []Note) {
	var grants []grant
	var notes []Note
	for _, req := range reqs {
		granted, found := grantFor(req, ctx)
		if granted.action == "" {
			continue
		}
		grants = append(grants, granted)
		for _, note := range found {
			if !slices.ContainsFunc(notes, note.same) {
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
		return g, append(notes, Note{g.action, pattern, words.Say("note.alias", words.Args{"alias": alias})})
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
	if reason := wildcardReason(act, known, resource); !reason.IsZero() {
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
			return of, true, []Note{{of.String(), "", words.Say("note.operation", words.Args{"operation": act.String(), "call": act.Name, "action": of.String()})}}
		}
	}
	return act, false, nil
}

// wildcardReason explains a resource that is wider than one thing, or that looks
// so; it has no words if nothing needs to be said.
func wildcardReason(act Action, known bool, resource string) words.Text {
	action := words.Args{"action": act.String()}
	switch {
	case known && !act.ResourceLevel():
		return words.Say("note.only-star", action)
	case resource == "*" && act.String() != publishSMS:
		return words.Say("note.checked-on-star", action)
	case resource == "*":
		return words.Say("note.sms", nil)
	case Statement{Action: []string{act.String()}, Resource: []string{resource}}.IsForm():
		return replaceWords(act, []string{resource}, "note.replace.whole", "")
	case strings.Contains(resource, "${*}") || strings.Contains(resource, "${?}"):
		return words.Say("note.escaped", nil)
	case act.Service == "logs" && takes(act, "log-stream") && strings.HasSuffix(resource, ":*"):
		return words.Say("note.log-streams", nil)
	}
	return words.Text{}
}

// bothReadings returns a secret whose ARN may or may not end in its suffix in
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
