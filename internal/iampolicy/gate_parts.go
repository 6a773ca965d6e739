package iampolicy

import (
	"regexp"
	"slices"
	"strings"

	"whystopped/internal/arn"
	"whystopped/internal/words"
)

// resourceFault returns the code of what is wrong with a resource; "" for one that may stand in
// a policy.
func resourceFault(s Statement, resource string) string {
	a, ok := arn.Parse(resource)
	switch {
	case !ok || hasControl(resource) || len(resource) > maxARN:
		return "no-arn"
	case !arnService.MatchString(a.Service):
		return "service"
	case a.Partition != wordPartition && !arn.IsPartition(a.Partition):
		return "partition"
	case a.Region != "" && a.Region != wordRegion && !regionForm.MatchString(a.Region):
		return "region"
	case regionForm.MatchString(a.Region) && arn.PartitionOf(a.Region) != a.Partition:
		return "apart"
	case a.Account != "" && a.Account != WordAccount && !OwnedByAWS(a.Account) && !arn.IsAccount(a.Account):
		return "account"
	case a.Service != "s3" && strings.ContainsAny(a.Resource, quotes):
		return "quote"
	case hasVariable(a.Resource):
		return "variable"
	case hasWildcard(a.Resource) && !ownWildcard(s, a):
		return "pattern"
	}
	return ""
}

var arnService = regexp.MustCompile(`^[a-z][a-z0-9-]*$`)

// hasVariable reports whether a name has a policy variable other than those for
// the special characters themselves.
func hasVariable(name string) bool { return strings.Contains(withoutEscapes(name), "${") }

var withoutEscapes = strings.NewReplacer("${$}", "", "${*}", "", "${?}", "").Replace

// ownTails are the only wildcards that documents of this package have, by the
// service of the resource: what AWS itself appends to names, and what lies below
// a thing that the action names.
var ownTails = map[string]*regexp.Regexp{
	"cloudformation": regexp.MustCompile(`^stack/[^*?]+/\*$`),
	"es":             regexp.MustCompile(`^domain/[^*?]+/\*$`),
	"logs":           regexp.MustCompile(`^log-group:[^*?]+:\*$`),
	"neptune-db":     regexp.MustCompile(`^[^*?]+/\*$`),
	"s3":             regexp.MustCompile(`^[^*?/]+/([^*?]*/)?\*$`),
	"secretsmanager": regexp.MustCompile(`^secret:[^*?]+-\?{6}$`),
}

// ownWildcard reports whether a resource's wildcards are those that this package
// writes for a statement.
func ownWildcard(s Statement, a arn.ARN) bool {
	name := sample(a.Resource)
	switch a.Service {
	case "kms":
		return name == "key/*" && (s.Condition.has("kms:ViaService") || s.Condition.has("kms:ResourceAliases"))
	case "ec2":
		kind, open := strings.CutSuffix(name, "/*")
		return open && !slices.ContainsFunc(s.Action, func(action string) bool {
			act, _ := Canonical(action)
			return !creates(act, kind)
		})
	}
	tail := ownTails[a.Service]
	return tail != nil && tail.MatchString(name) || nextTaskPattern(a.Service, name)
}

// has reports whether a condition asks for a key.
func (c Condition) has(key string) bool {
	for _, keys := range c {
		if len(keys[key]) > 0 {
			return true
		}
	}
	return false
}

// principal reports whether the statement's principals are spelled out, as those
// of documents with principals have to be.
func (g *gate) principal(s Statement) bool {
	named := s.Condition["ArnEquals"]["aws:PrincipalArn"]
	for _, kind := range sortedKeys(s.Principal) {
		for _, name := range s.Principal[kind] {
			switch {
			case kind == "AWS" && soundPrincipal(name), kind == "Service" && servicePrincipal.MatchString(name):
			case kind == "*" && name == "*" && g.kind == KindEndpoint && len(named) > 0:
				// An endpoint's policy takes no other principal; the condition names the role.
			default:
				g.unnamed(name)
				return false
			}
		}
	}
	for _, name := range named {
		if !soundPrincipal(name) {
			g.unnamed(name)
			return false
		}
	}
	return true
}

func (g *gate) unnamed(principal string) {
	g.refuse("gate.principal", words.Args{"principal": show(principal)})
}

var servicePrincipal = regexp.MustCompile(`^[a-z][a-z0-9-]*(\.[a-z][a-z0-9-]*)*\.amazonaws\.com(\.cn)?$`)

// soundPrincipal reports whether a principal is one role or user.
func soundPrincipal(name string) bool {
	a, ok := arn.Parse(name)
	return ok && arn.IsPartition(a.Partition) && fits(principals, name, maxRoleARN)
}

// conditionForms are the values of the condition keys that documents of this
// package ask for. Others take plain words.
var conditionForms = map[string]*regexp.Regexp{
	"aws:PrincipalArn":    principals,
	"aws:SourceAccount":   regexp.MustCompile(`^[0-9]{12}$`),
	"aws:SourceArn":       regexp.MustCompile(`^arn:[a-z-]+:[a-z0-9-]+:[a-z0-9-]+:[0-9]{12}:(\*|[\w+=,.@:/-]+)$`),
	"kms:ResourceAliases": aliasName,
	"":                    regexp.MustCompile(`^[\w+=,.@:/-]{1,1000}$`),
}

func (g *gate) condition(c Condition) bool {
	for _, operator := range sortedKeys(c) {
		for _, key := range sortedKeys(c[operator]) {
			form := conditionForms[key]
			if form == nil {
				form = conditionForms[""]
			}
			for _, value := range c[operator][key] {
				if !form.MatchString(value) {
					g.refuse("gate.condition", words.Args{"key": show(key), "value": show(value)})
					return false
				}
			}
		}
	}
	return true
}
