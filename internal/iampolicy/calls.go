package iampolicy

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"whystopped/internal/iampolicy/sar"
)

// CallActions returns the IAM actions that an API call needs, first the one that
// is checked first. The service is CloudTrail's eventSource
// ("monitoring.amazonaws.com"), an SDK's service id or client class
// ("CloudWatch Logs", "AmazonDynamoDBv2") or its name in words; the operation
// is the API's or CloudTrail's name ("ListObjectsV2",
// "GetFunction20150331v2"). An operation that is not known of a service that is
// known is taken to need the action of its own name, as most do. It gives none
// for a service that is not known.
func CallActions(service, operation string) []string {
	operation = plainOperation(operation)
	if !operationForm.MatchString(operation) {
		return nil
	}
	prefixes := servicePrefixes(service)
	for _, prefix := range append([]string{plainName(service)}, prefixes...) {
		if actions := operations()[operationKey{prefix, strings.ToLower(operation)}]; actions != nil {
			return slices.Clone(actions)
		}
	}
	for _, prefix := range prefixes {
		if action, ok := actionNamed(prefix, operation); ok {
			return []string{action}
		}
	}
	if len(prefixes) == 0 {
		return nil
	}
	return []string{prefixes[0] + ":" + operation}
}

// actionNamed finds the action of an operation whose name tells it.
func actionNamed(prefix, operation string) (string, bool) {
	if action, ok := sar.Lookup(prefix, operation); ok {
		return action.String(), true
	}
	if action, ok := verbAction(prefix, operation); ok {
		return action, true
	}
	// The second version of an operation is mostly authorized as the first.
	if action, ok := sar.Lookup(prefix, strings.TrimSuffix(operation, "V2")); ok {
		return action.String(), true
	}
	return "", false
}

// OperationActions returns the actions that an operation may need whose service
// is not known ("when calling the ListBuckets operation"): the first action of
// each candidate, the services that tasks use most first. A single candidate
// can be trusted.
func OperationActions(operation string) []string {
	operation = plainOperation(operation)
	if !operationForm.MatchString(operation) {
		return nil
	}
	var found []string
	for _, prefix := range sar.Services() {
		if uncalled()[prefix] {
			continue
		}
		if actions := operations()[operationKey{prefix, strings.ToLower(operation)}]; actions != nil {
			found = append(found, actions[0])
		} else if action, ok := sar.Lookup(prefix, operation); ok && !uncalled()[action.String()] {
			found = append(found, action.String())
		}
	}
	slices.SortStableFunc(found, func(a, b string) int { return cmp.Compare(rank(a), rank(b)) })
	return found
}

// rank is the place of an action's service among those that tasks use most.
func rank(action string) int {
	service, _, _ := strings.Cut(action, ":")
	if i := slices.Index(commonServices(), service); i >= 0 {
		return i
	}
	return len(commonServices())
}

// A date of an API version at the end of an operation's name: CloudTrail writes
// "Invoke20150331", "GetFunction20150331v2" and "CreateDistribution2020_05_31".
var versionTail = regexp.MustCompile(`(\d{8}|\d{4}_\d{2}_\d{2})(v\d+)?$`)

// operationForm is what APIs call their operations; all else is no operation,
// whatever a record says.
var operationForm = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9]*$`)

// plainOperation takes the API version off an operation's name.
func plainOperation(operation string) string {
	operation = strings.TrimSpace(operation)
	return operation[:len(operation)-len(versionTail.FindString(operation))]
}

// verbAction knows the services whose actions are not named after operations.
func verbAction(prefix, operation string) (string, bool) {
	switch prefix {
	case "apigateway":
		// Actions are the HTTP methods of the management API.
		// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-control-access-using-iam-policies-to-create-and-manage-apis.html
		for _, verb := range []struct{ heads, method string }{
			{"Get List Export", "GET"},
			{"Update", "PATCH"},
			{"Delete Untag Flush Reset Remove", "DELETE"},
			{"Put Tag Reimport ImportDocumentation ImportApi Add", "PUT"},
			{"Create Generate Import Test Reject", "POST"},
		} {
			if startsWithAny(operation, verb.heads) && operation != "ImportApiKeys" {
				return "apigateway:" + verb.method, true
			}
		}
		return "apigateway:POST", operation == "ImportApiKeys"
	case "budgets":
		// https://docs.aws.amazon.com/cost-management/latest/userguide/billing-example-policies.html
		if startsWithAny(operation, "Describe") {
			return "budgets:ViewBudget", true
		}
		return "budgets:ModifyBudget", startsWithAny(operation, "Create Delete Update")
	}
	return "", false
}

func startsWithAny(s, heads string) bool {
	for head := range strings.FieldsSeq(heads) {
		if strings.HasPrefix(s, head) {
			return true
		}
	}
	return false
}
