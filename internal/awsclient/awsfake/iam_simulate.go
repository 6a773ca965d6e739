package awsfake

import (
	"encoding/xml"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"whystopped/internal/iampolicy"
)

// maxSimulated is how many results one page of SimulatePrincipalPolicy has
// unless MaxItems says otherwise.
const maxSimulated = 100

type simulateResponse struct {
	XMLName     xml.Name        `xml:"SimulatePrincipalPolicyResponse"`
	Namespace   string          `xml:"xmlns,attr"`
	IsTruncated bool            `xml:"SimulatePrincipalPolicyResult>IsTruncated"`
	Marker      string          `xml:"SimulatePrincipalPolicyResult>Marker,omitempty"`
	Results     []xmlEvaluation `xml:"SimulatePrincipalPolicyResult>EvaluationResults>member"`
	RequestID   string          `xml:"ResponseMetadata>RequestId"`
}

// xmlEvaluation is what was found for one action on all resources.
type xmlEvaluation struct {
	Action       string              `xml:"EvalActionName"`
	Resource     string              `xml:"EvalResourceName"`
	Decision     string              `xml:"EvalDecision"`
	Matched      []xmlStatement      `xml:"MatchedStatements>member"`
	Missing      []string            `xml:"MissingContextValues>member"`
	Organization *xmlOrganization    `xml:"OrganizationsDecisionDetail"`
	Boundary     *xmlBoundaryResult  `xml:"PermissionsBoundaryDecisionDetail"`
	ByResource   []xmlResourceResult `xml:"ResourceSpecificResults>member"`
}

// xmlStatement is a statement that decided; where it stands in its policy the
// double doesn't say.
type xmlStatement struct {
	PolicyID   string `xml:"SourcePolicyId"`
	PolicyType string `xml:"SourcePolicyType"`
}

type xmlOrganization struct {
	Allowed bool `xml:"AllowedByOrganizations"`
}

type xmlBoundaryResult struct {
	Allowed bool `xml:"AllowedByPermissionsBoundary"`
}

type xmlResourceResult struct {
	Resource string             `xml:"EvalResourceName"`
	Decision string             `xml:"EvalResourceDecision"`
	Matched  []xmlStatement     `xml:"MatchedStatements>member"`
	Missing  []string           `xml:"MissingContextValues>member"`
	Boundary *xmlBoundaryResult `xml:"PermissionsBoundaryDecisionDetail"`
}

// simulatePrincipalPolicy decides calls as IAM's policy simulator does: by the
// role's policies and those of the request, its boundary and the organization's
// policies with their conditions, and by nothing that stands on the resource's
// side.
func (s *Server) simulatePrincipalPolicy(req request) (any, error) {
	role, err := s.world.roleByARN(req.form.Get("PolicySourceArn"))
	if err != nil {
		return nil, err
	}
	without, err := exclusionsOf(req.form)
	if err != nil {
		return nil, err
	}
	judge, err := s.world.judge(role, members(req.form, "PolicyInputList"), without)
	if err != nil {
		return nil, err
	}
	actions, resources := members(req.form, "ActionNames"), members(req.form, "ResourceArns")
	if err := simulatedTogether(actions); err != nil {
		return nil, err
	}
	if len(resources) == 0 {
		resources = []string{"*"}
	}
	var results []xmlEvaluation
	for _, action := range actions {
		result, err := judge.evaluate(action, resources, contextOf(req.form))
		if err != nil {
			return nil, err
		}
		if s.world.OrganizationUnsaid {
			result.Organization = nil
		}
		results = append(results, result)
	}
	asked, _ := strconv.Atoi(req.form.Get("MaxItems")) // 0, for "as many as you like"
	part, next, ok := page(results, req.form.Get("Marker"), s.size(asked, maxSimulated))
	if !ok {
		return nil, badRequest("ValidationError", "Invalid Marker.")
	}
	return simulateResponse{
		Namespace: namespaces["iam"], IsTruncated: next != "", Marker: next, Results: part, RequestID: req.id,
	}, nil
}

// evaluate decides an action on each resource. As in IAM, the result for all of
// them is the strictest.
func (j judge) evaluate(action string, resources []string, context map[string][]string) (xmlEvaluation, error) {
	all := xmlEvaluation{Action: action, Resource: template(action, resources), Decision: string(allowed)}
	for _, resource := range resources {
		got, err := j.decide(call{action: action, resource: resource, context: context})
		if err != nil {
			return all, err
		}
		one := xmlResourceResult{Resource: resource, Decision: string(got.decision), Missing: got.missing}
		for _, m := range got.matched {
			one.Matched = append(one.Matched, xmlStatement{m.id, m.kind})
		}
		if got.byBoundary != nil {
			one.Boundary = &xmlBoundaryResult{*got.byBoundary}
			all.Boundary = strictest(all.Boundary, one.Boundary)
		}
		if got.byOrganization != nil && (all.Organization == nil || all.Organization.Allowed) {
			all.Organization = &xmlOrganization{*got.byOrganization}
		}
		if got.decision.strictness() > decision(all.Decision).strictness() {
			all.Decision, all.Matched = string(got.decision), nil
		}
		if one.Decision == all.Decision { // only what contributes to it
			all.Matched = append(all.Matched, one.Matched...)
		}
		all.Missing = append(all.Missing, got.missing...)
		if !slices.Equal(resources, []string{"*"}) {
			all.ByResource = append(all.ByResource, one)
		}
	}
	slices.Sort(all.Missing)
	all.Missing = slices.Compact(all.Missing)
	return all, nil
}

func strictest(a, b *xmlBoundaryResult) *xmlBoundaryResult {
	if a != nil && !a.Allowed {
		return a
	}
	return b
}

// template is the form of the action's resources, which IAM has at the place
// where one would look for the resource.
func template(action string, resources []string) string {
	act, known := iampolicy.Canonical(action)
	if !known || len(act.Types) == 0 || slices.Equal(resources, []string{"*"}) {
		return "*"
	}
	return act.Types[0].Template
}

// simulatedTogether refuses actions that IAM does not take in one request. Its
// rule is not documented; here it is that they must act on the same types of
// resources.
func simulatedTogether(actions []string) error {
	for _, action := range actions[min(1, len(actions)):] {
		if types(action) != types(actions[0]) {
			return badRequest("InvalidInput", fmt.Sprintf(
				"Invalid Input Actions: [%s] and [%s] require different authorization information.", actions[0], action,
			))
		}
	}
	return nil
}

func types(action string) string {
	act, _ := iampolicy.Canonical(action)
	var names []string
	for _, t := range act.Types {
		names = append(names, act.Service+":"+t.Name)
	}
	return strings.Join(names, " ")
}

// members are the values of a list in the query protocol: NAME.member.1 and so on.
func members(form url.Values, name string) []string {
	var list []string
	for i := 1; form.Has(fmt.Sprintf("%s.member.%d", name, i)); i++ {
		list = append(list, form.Get(fmt.Sprintf("%s.member.%d", name, i)))
	}
	return list
}

// contextOf are the request's context keys, in lower case: IAM does not mind case.
func contextOf(form url.Values) map[string][]string {
	context := map[string][]string{}
	for i := 1; ; i++ {
		entry := fmt.Sprintf("ContextEntries.member.%d.", i)
		key := form.Get(entry + "ContextKeyName")
		if key == "" {
			return context
		}
		context[strings.ToLower(key)] = members(form, entry+"ContextKeyValues")
	}
}
