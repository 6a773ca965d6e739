package iampolicy

import (
	"encoding/json"
	"slices"
	"strings"

	"whystopped/internal/arn"
)

// Assumption is how a service asks for a role: what a trust policy can look at.
// What is not known is empty.
type Assumption struct {
	// Service is the principal, such as ECSTasks.
	Service string
	// Account is that of the resource on whose behalf the service acts, as
	// aws:SourceAccount has it.
	Account string
	// Source is the resource's ARN, as aws:SourceArn has it, as far as it is
	// known; AWS documents no exact form of it for ECS.
	Source string
}

// TrustAnswer is what a trust policy says to a service.
type TrustAnswer int

// The answers.
const (
	TrustUnclear TrustAnswer = iota // it hangs on conditions that cannot be judged
	Trusted                         // the service may assume the role
	NotTrusted                      // no statement lets the service assume the role
	TrustDenied                     // a statement denies it
)

// Trust is a judged trust policy.
type Trust struct {
	Answer TrustAnswer
	// Keys are the condition keys that decided: those that cannot be judged
	// where the answer is unclear, those that are not met where a statement
	// would trust the service but for them. They are sorted.
	Keys []string
	// Statement is the Sid of the statement that denies, if it has one.
	Statement string
}

// JudgeTrust reports whether a role's trust policy lets a service assume the role.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
func JudgeTrust(doc Document, a Assumption) Trust {
	var allowed bool
	var maybe, maybeNot, unmet []string
	for _, s := range doc.Statement {
		if !s.actsOn("sts:AssumeRole") || !s.isFor(a.Service) {
			continue
		}
		met, keys := s.Condition.judge(a)
		switch deny := s.Effect == "Deny"; {
		case met == yes && deny:
			return Trust{Answer: TrustDenied, Statement: s.Sid}
		case met == yes:
			allowed = true
		case met == unknown && deny:
			maybeNot = append(maybeNot, keys...)
		case met == unknown:
			maybe = append(maybe, keys...)
		case !deny:
			unmet = append(unmet, keys...)
		}
	}
	switch {
	case allowed && len(maybeNot) == 0:
		return Trust{Answer: Trusted}
	case !allowed && len(maybe) == 0:
		return Trust{Answer: NotTrusted, Keys: sorted(unmet)}
	}
	return Trust{Answer: TrustUnclear, Keys: sorted(append(maybe, maybeNot...))}
}

// AddTrust is the role's trust policy with a statement that lets the service
// assume the role, and everything that stood there before. Where the policy
// holds the service to an account, so does the new statement.
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
func AddTrust(doc Document, a Assumption) Document {
	added := TrustPolicy(a.Service).Statement[0]
	if judged := JudgeTrust(doc, a); len(judged.Keys) > 0 && a.Account != "" {
		added.Condition = Condition{"StringEquals": {"aws:SourceAccount": {a.Account}}}
		if source, ok := arn.Parse(a.Source); ok {
			source.Resource = "*"
			added.Condition = added.Condition.and("ArnLike", "aws:SourceArn", source.String())
		}
	}
	if !doc.hasVariables() {
		doc.Version = Version // the old version reads the same without variables
	}
	doc.Statement = append(slices.Clone(doc.Statement), added)
	return doc
}

// hasVariables reports whether the document has what only the newer version of
// the policy language reads as a variable.
func (d Document) hasVariables() bool {
	text, err := json.Marshal(d)
	return err != nil || strings.Contains(string(text), "${")
}

// actsOn reports whether the statement is about the action.
func (s Statement) actsOn(action string) bool {
	named := func(pattern string) bool { return Like(strings.ToLower(pattern), strings.ToLower(action)) }
	if len(s.NotAction) > 0 {
		return !slices.ContainsFunc(s.NotAction, named)
	}
	return slices.ContainsFunc(s.Action, named)
}

// isFor reports whether the statement is about the service.
func (s Statement) isFor(service string) bool {
	if len(s.NotPrincipal) > 0 {
		return !s.NotPrincipal.has(service)
	}
	return s.Principal.has(service)
}

// has reports whether a service is among the principals. "*" is everybody.
func (p Principal) has(service string) bool {
	return slices.Contains(p["Service"], service) || slices.Contains(p["*"], "*") || slices.Contains(p["AWS"], "*")
}

// truth is what can be said of a condition.
type truth int

const (
	no truth = iota
	unknown
	yes
)

// judge reports whether a condition is met, and the keys for which it is not, or
// for which that is not known.
func (c Condition) judge(a Assumption) (met truth, keys []string) {
	met = yes
	for operator, byKey := range c {
		for key, values := range byKey {
			switch one := judgeKey(operator, key, values, a); {
			case one < met:
				met, keys = one, []string{key}
			case one == met && one != yes:
				keys = append(keys, key)
			}
		}
	}
	return met, keys
}

func judgeKey(operator, key string, values []string, a Assumption) truth {
	var has func(pattern string) truth
	switch {
	case strings.EqualFold(key, "aws:SourceAccount") && a.Account != "":
		has = func(pattern string) truth { return truthOf(Like(pattern, a.Account)) }
	case strings.EqualFold(key, "aws:SourceArn") && a.Source != "":
		has = func(pattern string) truth { return sourceMatches(pattern, a.Source) }
	default:
		return unknown
	}
	met := no
	for _, value := range values {
		if strings.Contains(value, "${") {
			return unknown
		}
		met = max(met, has(value))
	}
	switch strings.TrimSuffix(operator, "IfExists") {
	case "StringEquals", "StringEqualsIgnoreCase", "StringLike", "ArnEquals", "ArnLike":
		return met
	case "StringNotEquals", "StringNotEqualsIgnoreCase", "StringNotLike", "ArnNotEquals", "ArnNotLike":
		return yes - met
	}
	return unknown
}

// sourceMatches compares what a condition wants of the source with what is known
// of it. ECS takes no narrower source than a wildcard for all of an account in a
// Region, so that nothing can be said of a narrower one.
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
func sourceMatches(pattern, source string) truth {
	p, okPattern := arn.Parse(pattern)
	s, okSource := arn.Parse(source)
	switch {
	case pattern == "*":
		return yes
	case !okPattern || !okSource:
		return unknown
	}
	place := Like(p.Partition, s.Partition) && Like(p.Service, s.Service) && Like(p.Region, s.Region) && Like(p.Account, s.Account)
	switch {
	case !place:
		return no
	case p.Resource == "*":
		return yes
	}
	return unknown
}

func truthOf(b bool) truth {
	if b {
		return yes
	}
	return no
}

func sorted(keys []string) []string {
	slices.Sort(keys)
	return slices.Compact(keys)
}
