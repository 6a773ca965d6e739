package iampolicy

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"whystopped/internal/arn"
)

// Problem is something that IAM would refuse, or that would have no effect.
type Problem struct {
	// Statement is the statement's place in the document, -1 for the whole.
	Statement int
	Text      string
}

func (p Problem) String() string {
	if p.Statement < 0 {
		return p.Text
	}
	return fmt.Sprintf("statement %d: %s", p.Statement, p.Text)
}

// Validate checks a document against the grammar of IAM policies, the actions
// and resources of the Service Authorization Reference, and the size limit of
// its kind. It finds nothing in the documents that this package writes.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
func Validate(doc Document, kind Kind) []Problem {
	v := validator{kind: kind, at: -1, partitions: map[string]bool{}}
	if doc.Version != Version {
		v.add("version is %q, not %s", doc.Version, Version)
	}
	if len(doc.Statement) == 0 {
		v.add("no statement")
	}
	v.size(doc)
	sids := map[string]bool{}
	for i, s := range doc.Statement {
		v.at = i
		if s.Sid != "" && sids[s.Sid] {
			v.add("the Sid %q was used before", s.Sid)
		}
		sids[s.Sid] = true
		v.statement(s)
	}
	v.at = -1
	if len(v.partitions) > 1 {
		v.add("ARNs of %d partitions", len(v.partitions))
	}
	return v.problems
}

type validator struct {
	kind       Kind
	at         int
	partitions map[string]bool
	problems   []Problem
}

func (v *validator) add(format string, args ...any) {
	v.problems = append(v.problems, Problem{v.at, fmt.Sprintf(format, args...)})
}

// sizeLimits are in characters without white space: of a role's inline policies
// together, of a managed policy, and of the others each.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
// https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html
// https://docs.aws.amazon.com/kms/latest/developerguide/resource-limits.html
// https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html
var sizeLimits = map[Kind]int{
	KindIdentity: InlineOfRole,
	KindTrust:    2_048,
	KindResource: 20_480,
	KindKey:      32_768,
	KindEndpoint: 20_480,
	KindBoundary: ManagedLimit,
	KindSCP:      5_120,
	KindRCP:      5_120,
}

func (v *validator) size(doc Document) {
	limit, ok := sizeLimits[v.kind]
	if !ok {
		v.add("unknown kind %q", v.kind)
		return
	}
	if size := characters(doc); size > limit {
		v.add("%d characters, more than the %d of a policy of this kind", size, limit)
	}
}

var sidForm = regexp.MustCompile(`^[A-Za-z0-9]*$`)

func (v *validator) statement(s Statement) {
	if !sidForm.MatchString(s.Sid) {
		v.add("the Sid %q has other characters than letters and digits", s.Sid)
	}
	if s.Effect != "Allow" && s.Effect != "Deny" {
		v.add("effect %q is neither Allow nor Deny", s.Effect)
	}
	if (len(s.Action) > 0) == (len(s.NotAction) > 0) {
		v.add("needs one of Action and NotAction")
	}
	v.principal(s)
	for _, action := range slices.Concat(s.Action, s.NotAction) {
		v.action(action)
	}
	switch resources := slices.Concat(s.Resource, s.NotResource); {
	case v.kind == KindTrust && len(resources) > 0:
		v.add("a trust policy has no Resource")
	case v.kind != KindTrust && v.kind != KindResource && len(resources) == 0:
		v.add("needs a Resource")
	default:
		for _, resource := range resources {
			v.resource(resource)
		}
	}
	if len(s.Action) > 0 && len(s.Resource) > 0 {
		v.fit(s)
	}
	v.condition(s.Condition)
}

func (v *validator) principal(s Statement) {
	has := len(s.Principal)+len(s.NotPrincipal) > 0
	switch v.kind {
	case KindIdentity, KindBoundary, KindSCP:
		if has {
			v.add("a policy of this kind has no Principal")
		}
	default:
		if !has {
			v.add("needs a Principal")
		}
	}
	for _, name := range slices.Concat(s.Principal["AWS"], s.NotPrincipal["AWS"]) {
		if a, ok := arn.Parse(name); ok {
			v.partitions[a.Partition] = true
		}
	}
}

var actionForm = regexp.MustCompile(`^[a-z0-9-]+:[A-Za-z0-9*?-]+$`)

func (v *validator) action(action string) {
	if action == "*" {
		return
	}
	if !actionForm.MatchString(action) {
		v.add("%q is no action", action)
		return
	}
	if act, known := Canonical(action); !known && !strings.ContainsAny(action, "*?") {
		v.add("IAM has no action %s", action)
	} else if known && act.String() != action {
		v.add("%s is spelled %s", action, act)
	}
}

func (v *validator) resource(resource string) {
	if resource == "*" {
		return
	}
	a, ok := arn.Parse(resource)
	if !ok {
		v.add("%q is neither an ARN nor *", resource)
		return
	}
	if strings.ContainsAny(a.Service, "*?") {
		v.add("%s has a wildcard for the service", resource)
	}
	if a.Partition != "*" && a.Partition != wordPartition {
		v.partitions[a.Partition] = true
	}
}

// fit checks that each action can act on one of the resources, and that each
// resource is there for one of the actions.
func (v *validator) fit(s Statement) {
	used := make([]bool, len(s.Resource))
	for _, action := range s.Action {
		act, known := Canonical(action)
		fits := false
		for i, resource := range s.Resource {
			if !known || actsOn(act, resource) {
				used[i], fits = true, true
			}
		}
		if !fits {
			v.add("%s cannot act on any of the resources", action)
		}
	}
	for i, resource := range s.Resource {
		if !used[i] {
			v.add("none of the actions can act on %s", resource)
		}
	}
}

var operatorForm = regexp.MustCompile(`^(ForAllValues:|ForAnyValue:)?(String(Not)?(Equals|EqualsIgnoreCase|Like)|` +
	`Numeric(Not)?Equals|Numeric(Less|Greater)Than(Equals)?|Date(Not)?Equals|Date(Less|Greater)Than(Equals)?|` +
	`Bool|BinaryEquals|(Not)?IpAddress|Arn(Not)?(Equals|Like)|Null)(IfExists)?$`)

func (v *validator) condition(c Condition) {
	for _, operator := range sortedKeys(c) {
		if !operatorForm.MatchString(operator) {
			v.add("unknown condition operator %s", operator)
		}
		for _, key := range sortedKeys(c[operator]) {
			if !strings.Contains(key, ":") {
				v.add("%q is no condition key", key)
			}
			if len(c[operator][key]) == 0 {
				v.add("no value for the condition key %s", key)
			}
		}
	}
}
