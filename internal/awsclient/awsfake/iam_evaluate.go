package awsfake

import (
	"net/http"
	"slices"
	"strings"

	"whystopped/internal/iampolicy"
)

// decision is what IAM decides of a call.
type decision string

const (
	allowed      decision = "allowed"
	implicitDeny decision = "implicitDeny" // nothing allows it
	explicitDeny decision = "explicitDeny" // a statement denies it
)

func (d decision) strictness() int {
	return slices.Index([]decision{allowed, implicitDeny, explicitDeny}, d)
}

// call is what is to be decided; the context's keys are in lower case.
type call struct {
	action, resource string
	context          map[string][]string
}

// ruling is what was decided, and by whom.
type ruling struct {
	decision decision
	// byBoundary and byOrganization tell whether these would let the call
	// through; nil where there is none, or IAM did not come to it.
	byBoundary, byOrganization *bool
	// matched are the identity-based policies whose statements decided, one entry
	// for each statement.
	matched []source
	// missing are the condition keys that the request gives no value for.
	missing []string
}

// decide follows IAM's evaluation logic within one account: a deny anywhere wins,
// then the organization, the identity's policies and the boundary must all
// allow. Where the organization does not, it ends there, and nothing is said of
// the statements and keys of its policies.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
func (j judge) decide(c call) (ruling, error) {
	var result ruling
	if j.organization != nil {
		got, err := c.under(j.organization)
		if err != nil {
			return ruling{}, err
		}
		result.byOrganization = new(got.decision == allowed)
		if result.decision = got.decision; got.decision != allowed {
			return result, nil
		}
	}
	identity, err := c.under(j.identity)
	if err != nil {
		return ruling{}, err
	}
	result.decision, result.matched, result.missing = identity.decision, identity.matched, identity.missing
	if j.boundary != nil {
		got, err := c.under(j.boundary)
		if err != nil {
			return ruling{}, err
		}
		result.byBoundary = new(got.decision == allowed)
		result.missing = append(result.missing, got.missing...)
		if got.decision.strictness() > result.decision.strictness() {
			result.decision, result.matched = got.decision, nil
		}
	}
	slices.Sort(result.missing)
	result.missing = slices.Compact(result.missing)
	return result, nil
}

// under decides by policies of one kind alone.
func (c call) under(policies []source) (ruling, error) {
	r := ruling{decision: implicitDeny}
	for _, policy := range policies {
		for _, s := range policy.document.Statement {
			if !c.isIn(s) {
				continue
			}
			met, lacks, err := c.meets(s.Condition)
			if err != nil {
				return ruling{}, err
			}
			r.missing = append(r.missing, lacks...)
			got := allowed
			if s.Effect == "Deny" {
				got = explicitDeny
			}
			switch {
			case !met, r.decision == explicitDeny && got == allowed:
			case r.decision == got:
				r.matched = append(r.matched, policy)
			default:
				r.decision, r.matched = got, []source{policy}
			}
		}
	}
	return r, nil
}

// isIn reports whether the statement is about the call.
func (c call) isIn(s iampolicy.Statement) bool {
	action := func(pattern string) bool {
		return iampolicy.Like(strings.ToLower(pattern), strings.ToLower(c.action))
	}
	resource := func(pattern string) bool {
		return iampolicy.Like(strings.ReplaceAll(pattern, "${$}", "$"), c.resource)
	}
	return (slices.ContainsFunc(s.Action, action) || len(s.NotAction) > 0 && !slices.ContainsFunc(s.NotAction, action)) &&
		(slices.ContainsFunc(s.Resource, resource) || len(s.NotResource) > 0 && !slices.ContainsFunc(s.NotResource, resource))
}

// meets reports whether the call meets a condition, and for which keys it brings
// no value. A key that is missing meets only what is said in the negative or
// with IfExists.
func (c call) meets(condition iampolicy.Condition) (met bool, missing []string, err error) {
	met = true
	for operator, byKey := range condition {
		name := strings.TrimPrefix(operator, "ForAnyValue:")
		name, ifExists := strings.CutSuffix(name, "IfExists")
		positive := strings.Replace(name, "Not", "", 1)
		for key, patterns := range byKey {
			values, given := c.context[strings.ToLower(key)]
			if !given {
				missing = append(missing, key)
				met = met && (ifExists || positive != name)
				continue
			}
			matches, err := matchesAny(positive, patterns, values)
			if err != nil {
				return false, nil, err
			}
			met = met && matches == (positive == name)
		}
	}
	return met, missing, nil
}

// matchesAny reports whether a value matches one of the patterns. Operators that
// it does not know are an error, since a guess would be believed.
func matchesAny(operator string, patterns, values []string) (bool, error) {
	var match func(pattern, value string) bool
	switch operator {
	case "StringEquals":
		match = func(pattern, value string) bool { return pattern == value }
	case "StringEqualsIgnoreCase", "Bool":
		match = strings.EqualFold
	case "StringLike", "ArnEquals", "ArnLike":
		match = iampolicy.Like
	default:
		return false, &apiError{Status: http.StatusInternalServerError, Code: "PolicyEvaluation", Message: "The double does not know the condition operator " + operator + "."}
	}
	for _, value := range values {
		if slices.ContainsFunc(patterns, func(pattern string) bool { return match(pattern, value) }) {
			return true, nil
		}
	}
	return false, nil
}
