package proof

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"

	"whystopped/internal/arn"
	"whystopped/internal/diagnose/report"
	"whystopped/internal/iampolicy"
)

// perimeterKeys are condition keys by which organizations fence in their
// accounts. IAM reports no missing key of a service control policy, so that
// those without a value are to be suspected.
// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_data-perimeters.html
// and https://github.com/aws/aws-cli/issues/10525 for what isn't reported.
var perimeterKeys = []string{
	"aws:PrincipalOrgID", "aws:RequestedRegion", "aws:ResourceAccount", "aws:ResourceOrgID", "aws:SourceIp", "aws:SourceVpc", "aws:SourceVpce",
	"aws:ViaAWSService",
}

// unknownKeys are the perimeter keys that some trial has no value for.
func unknownKeys(trials []Trial) []string {
	return slices.DeleteFunc(slices.Clone(perimeterKeys), func(key string) bool {
		return !slices.ContainsFunc(trials, func(t Trial) bool {
			return !slices.ContainsFunc(t.Context, func(v ContextValue) bool { return v.Key == key })
		})
	})
}

// contextOf returns the condition keys whose values are known: who calls and how,
// where the call goes, whose it is, and what the policy itself holds the call
// to.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
func contextOf(d report.Diagnosis, principal string, actions []string, resource arn.ARN, condition iampolicy.Condition) []ContextValue {
	byKey := map[string]ContextValue{}
	put := func(key, value string) {
		if value != "" && value != "*" {
			byKey[key] = ContextValue{Key: key, Values: []string{value}}
		}
	}
	is := func(key string, value bool) {
		byKey[key] = ContextValue{Key: key, Values: []string{strconv.FormatBool(value)}, Bool: true}
	}
	put("aws:RequestedRegion", cmp.Or(resource.Region, d.Task.Region))
	put("aws:ResourceAccount", resource.Account)
	if a, ok := arn.Parse(principal); ok {
		organization := organizationOf(d, a.Account)
		put("aws:PrincipalAccount", a.Account)
		put("aws:PrincipalArn", principal) // of a role's session the role's
		put("aws:PrincipalOrgID", organization)
		put("aws:PrincipalType", map[string]string{"role": "AssumedRole", "user": "User"}[a.Type()])
		if resource.Account == a.Account {
			put("aws:ResourceOrgID", organization)
		}
	}
	is("aws:PrincipalIsAWSService", false)
	is("aws:SecureTransport", true) // ECS and the AWS SDKs call by HTTPS
	if via, known := viaAWSService(actions, condition); known {
		is("aws:ViaAWSService", via)
	}
	for operator, keys := range condition {
		for key, values := range keys {
			byKey[key] = ContextValue{Key: key, Values: values, List: strings.HasPrefix(operator, "ForAnyValue:")}
		}
	}
	var all []ContextValue
	for _, key := range slices.Sorted(maps.Keys(byKey)) {
		all = append(all, byKey[key])
	}
	return all
}

// viaAWSService reports whether a service makes the calls for the principal, by
// a forward access session. ECS itself doesn't: it assumes the role. Services
// that decrypt do; a call of KMS whose statement doesn't say may be either.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/access_forward_access_sessions.html
func viaAWSService(actions []string, condition iampolicy.Condition) (via, known bool) {
	for _, keys := range condition {
		if _, ok := keys["kms:ViaService"]; ok {
			return true, true
		}
	}
	return false, !slices.ContainsFunc(actions, func(action string) bool { return strings.HasPrefix(action, "kms:") })
}

// organizationOf returns the id of an account's organization, by the service control
// policy that denied a call of that account's; "" where none is named.
func organizationOf(d report.Diagnosis, account string) string {
	for _, f := range d.Findings {
		for _, call := range f.Denied {
			p, ok := denyingPolicy(call)
			caller, named := arn.Parse(call.Principal)
			if ok && p.organization != "" && (!named || caller.Account == account) {
				return p.organization
			}
		}
	}
	return ""
}
