package api

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"whystopped/internal/diagnose/verdict"
	"whystopped/internal/problem"
)

const description = "Why did this ECS task stop, and whose permission was missing?\n\n" +
	"Errors are RFC 9457 problem documents whose type is stable and begins with " + typePrefix + "; a client that accepts text but not JSON gets one line of text instead. Times are RFC 3339 in UTC. " +
	"Fields may be added to responses at any time; none changes its meaning. Unknown fields and parameters are errors. " +
	"Request bodies are limited to 8 MiB. The Accept header selects a diagnosis as JSON, text/plain for a terminal, or text/markdown for a ticket.\n\n" +
	"Authentication, where it is set up: Authorization: Bearer and an API token. 401 means an invalid token, 403 a missing scope, 429 and 503 with Retry-After a rate limit."

// responses describes the answers of a call: its success, and each HTTP status
// with the kinds of problem behind it.
func responses(success string, kinds ...problem.Kind) map[string]*huma.Response {
	out := map[string]*huma.Response{"200": {Description: success}}
	byStatus := map[int][]string{}
	for _, kind := range append(kinds, problem.Internal) {
		byStatus[kind.Status()] = append(byStatus[kind.Status()], string(kind))
	}
	for _, status := range slices.Sorted(maps.Keys(byStatus)) {
		out[strconv.Itoa(status)] = &huma.Response{
			Description: fmt.Sprintf("%s: %s", http.StatusText(status), strings.Join(byStatus[status], ", ")),
			Content:     map[string]*huma.MediaType{typeProblem: {Schema: &huma.Schema{Ref: "#/components/schemas/ErrorModel"}}},
		}
	}
	return out
}

// polish corrects what the framework says of our types: our lists are never
// null, answers may get more fields, and many strings have a fixed set of
// values.
func polish(doc *huma.OpenAPI) {
	doc.Security = []map[string][]string{{}, {tokenScheme: {}}} // neither, where everybody on this machine may ask
	schemas := doc.Components.Schemas.Map()
	for _, name := range slices.Sorted(maps.Keys(schemas)) {
		s := schemas[name]
		isRequest := name == "Evidence" || name == "Log" || name == "DiagnoseRequest"
		if s.Type == huma.TypeObject && !isRequest {
			s.AdditionalProperties = true
		}
		for _, property := range s.Properties {
			notNull(property)
		}
	}
	for place, values := range map[[2]string][]any{
		{"Verdict", "phase"}:            phases(),
		{"Verdict", "category"}:         categories(),
		{"Verdict", "confidence"}:       confidences(),
		{"Finding", "phase"}:            phases(),
		{"Finding", "category"}:         categories(),
		{"Finding", "confidence"}:       confidences(),
		{"CauseInfo", "phase"}:          phases(),
		{"CauseInfo", "category"}:       categories(),
		{"Identity", "kind"}:            identityKinds(),
		{"AttachTo", "kind"}:            identityKinds(),
		{"DeniedCall", "policyType"}:    policyTypes(),
		{"Source", "status"}:            sourceStatuses(),
		{"SourceStep", "status"}:        append(enum(sourceStarted), sourceStatuses()...),
		{"Policy", "purpose"}:           enum("denied", "denied-pattern", "startup-complete"),
		{"Policy", "kind"}:              enum("identity-policy", "trust-policy", "resource-policy", "key-policy", "endpoint-policy", "boundary", "scp", "rcp"),
		{"WithoutPolicy", "policyType"}: enum(verdict.PolicyIdentity, verdict.PolicyBoundary, verdict.PolicySCP, verdict.PolicyRCP),
		{"Verified", "status"}:          enum("allowed", "still-denied", "not-verified"),
		{"TimelineEntry", "kind"}:       enum("task", "container", "log", "api-call", "service-event"),
		{"TimelineEntry", "moment"}:     moments(),
		{"TimelineEntry", "actor"}:      enum(verdict.ActorECS, verdict.ActorCode, verdict.ActorHost),
		{"Call", "state"}:               enum(verdict.CallDenied, verdict.CallAllowed, verdict.CallImplied, verdict.CallUnreachable, verdict.CallUnknown, verdict.CallNotReached),
	} {
		schemas[place[0]].Properties[place[1]].Enum = values
	}
}

func notNull(s *huma.Schema) {
	for ; s != nil && s.Type == huma.TypeArray; s = s.Items {
		s.Nullable = false
	}
}
