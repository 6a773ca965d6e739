package awsfake_test

import (
	"context"
	"net/url"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"whystopped/internal/awsclient/awsfake"
)

const (
	rolePrefix = "arn:aws:iam::111122223333:role/"
	secretDB   = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-AbCdEf"
	secretAPI  = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:api-GhIjKl"
	bucketKey  = "arn:aws:s3:::example/key"

	secretsBoundary = `{"Statement":{"Effect":"Allow","Action":"secretsmanager:*","Resource":"*"}}`
)

// statement writes a policy of one statement; more is JSON behind its resource.
func statement(effect, action, resource, more string) string {
	return `{"Version":"2012-10-17","Statement":[{"Effect":"` + effect + `","Action":"` + action + `","Resource":"` + resource + `"` + more + `}]}`
}

func oneRole(r awsfake.Role) awsfake.Scenario {
	r.Name = "app"
	return awsfake.Scenario{Roles: []awsfake.Role{r}}
}

func TestGetRole(t *testing.T) {
	trust := `{"Statement": {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole", "Condition": {"StringLike": {"aws:SourceArn": "arn:aws:ec2:*+~%"}}}}`
	_, cfg := start(t, awsfake.Scenario{Roles: []awsfake.Role{
		{Name: "plain"},
		{Name: "bounded", Path: "/svc/", Trust: trust, BoundaryARN: "arn:aws:iam::111122223333:policy/edge", Boundary: secretsBoundary},
	}})
	client := iam.NewFromConfig(cfg)
	plain, err := client.GetRole(t.Context(), &iam.GetRoleInput{RoleName: aws.String("plain")})
	if err != nil {
		t.Fatal(err)
	}
	if got := aws.ToString(plain.Role.Arn); got != rolePrefix+"plain" || plain.Role.PermissionsBoundary != nil || plain.Role.CreateDate == nil || !strings.HasPrefix(*plain.Role.RoleId, "AROA") {
		t.Errorf("got %+v", plain.Role)
	}
	if got, err := url.PathUnescape(*plain.Role.AssumeRolePolicyDocument); err != nil || !strings.Contains(got, `"ecs-tasks.amazonaws.com"`) {
		t.Errorf("got trust policy %s (error %v)", got, err)
	}
	bounded, err := client.GetRole(t.Context(), &iam.GetRoleInput{RoleName: aws.String("bounded")})
	if err != nil {
		t.Fatal(err)
	}
	if got := aws.ToString(bounded.Role.Arn); got != rolePrefix+"svc/bounded" || aws.ToString(bounded.Role.Path) != "/svc/" {
		t.Errorf("got ARN %s, path %s", got, *bounded.Role.Path)
	}
	if got := aws.ToString(bounded.Role.PermissionsBoundary.PermissionsBoundaryArn); got != "arn:aws:iam::111122223333:policy/edge" {
		t.Errorf("got boundary %s", got)
	}
	if got, err := url.PathUnescape(*bounded.Role.AssumeRolePolicyDocument); err != nil || got != trust || strings.ContainsAny(*bounded.Role.AssumeRolePolicyDocument, "{ +\"") {
		t.Errorf("got trust policy %s (error %v)", *bounded.Role.AssumeRolePolicyDocument, err)
	}
	_, err = client.GetRole(t.Context(), &iam.GetRoleInput{RoleName: aws.String("gone")})
	if message := wantCode(t, err, "NoSuchEntity"); message != "The role with name gone cannot be found." {
		t.Errorf("got %q", message)
	}
}

// simulated is one result, told by resource.
type simulated struct {
	Decision               string
	Missing, Matched       []string
	Boundary, Organization string
}

func simulate(ctx context.Context, client *iam.Client, in *iam.SimulatePrincipalPolicyInput) (map[string]simulated, error) {
	out, err := client.SimulatePrincipalPolicy(ctx, in)
	if err != nil {
		return nil, err
	}
	all := map[string]simulated{}
	for _, e := range out.EvaluationResults {
		one := simulated{Decision: string(e.EvalDecision), Missing: e.MissingContextValues, Matched: policyIDs(e.MatchedStatements)}
		if d := e.OrganizationsDecisionDetail; d != nil {
			one.Organization = lets(d.AllowedByOrganizations)
		}
		if d := e.PermissionsBoundaryDecisionDetail; d != nil {
			one.Boundary = lets(d.AllowedByPermissionsBoundary)
		}
		all[aws.ToString(e.EvalActionName)] = one
		for _, r := range e.ResourceSpecificResults {
			all[aws.ToString(e.EvalActionName)+" "+aws.ToString(r.EvalResourceName)] = simulated{Decision: string(r.EvalResourceDecision), Missing: r.MissingContextValues, Matched: policyIDs(r.MatchedStatements)}
		}
	}
	return all, nil
}

func policyIDs(statements []types.Statement) []string {
	var ids []string
	for _, s := range statements {
		ids = append(ids, aws.ToString(s.SourcePolicyId))
	}
	return ids
}

func lets(allowed bool) string {
	if allowed {
		return "lets"
	}
	return "stops"
}

func TestSimulatePrincipalPolicy(t *testing.T) {
	allowDB := statement("Allow", "secretsmanager:GetSecretValue", "arn:aws:secretsmanager:*:111122223333:secret:db-??????", "")
	inRegion := statement("Allow", "secretsmanager:*", "*", `,"Condition":{"StringEquals":{"aws:RequestedRegion":["eu-west-1","eu-central-1"]}}`)
	fenced := `{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"StringNotEquals":{"aws:PrincipalOrgID":"o-exampleorgid"}}}]}`
	ec := func(key string, values ...string) types.ContextEntry {
		return types.ContextEntry{ContextKeyName: aws.String(key), ContextKeyType: types.ContextKeyTypeEnumString, ContextKeyValues: values}
	}
	tests := []struct {
		name      string
		role      awsfake.Role
		scp       string
		unsaid    bool
		tried     []string
		resources []string // default: the secret db
		context   []types.ContextEntry
		want      simulated
	}{
		{name: "no policy", want: simulated{Decision: "implicitDeny"}},
		{name: "a policy of the role's", role: awsfake.Role{Policies: []string{allowDB}}, want: simulated{Decision: "allowed", Matched: []string{"role_app_1"}}},
		{name: "a policy that is tried", tried: []string{allowDB}, want: simulated{Decision: "allowed", Matched: []string{"PolicyInputList.1"}}},
		{name: "another resource", tried: []string{allowDB}, resources: []string{secretAPI}, want: simulated{Decision: "implicitDeny"}},
		{name: "the strictest of two resources", tried: []string{allowDB}, resources: []string{secretDB, secretAPI}, want: simulated{Decision: "implicitDeny"}},
		{name: "all resources, of which the policy has one", tried: []string{allowDB}, resources: []string{"*"}, want: simulated{Decision: "implicitDeny"}},
		{name: "a deny", role: awsfake.Role{Policies: []string{statement("Deny", "secretsmanager:Get*", "*", "")}}, tried: []string{allowDB}, want: simulated{Decision: "explicitDeny", Matched: []string{"role_app_1"}}},
		{name: "what is allowed by not being named", tried: []string{`{"Statement":{"Effect":"Allow","NotAction":"iam:*","NotResource":"arn:aws:s3:::*"}}`}, want: simulated{Decision: "allowed", Matched: []string{"PolicyInputList.1"}}},
		{name: "within the boundary", role: awsfake.Role{Boundary: secretsBoundary}, tried: []string{allowDB}, want: simulated{Decision: "allowed", Matched: []string{"PolicyInputList.1"}, Boundary: "lets"}},
		{name: "outside of the boundary", role: awsfake.Role{Boundary: statement("Allow", "s3:*", "*", "")}, tried: []string{allowDB}, want: simulated{Decision: "implicitDeny", Boundary: "stops"}},
		{name: "the organization lets it through", scp: statement("Allow", "*", "*", ""), tried: []string{allowDB}, want: simulated{Decision: "allowed", Matched: []string{"PolicyInputList.1"}, Organization: "lets"}},
		{name: "the organization denies", scp: statement("Deny", "*", "*", ""), tried: []string{allowDB}, want: simulated{Decision: "explicitDeny", Organization: "stops"}},
		{name: "the organization denies, and IAM doesn't say so", scp: statement("Deny", "*", "*", ""), unsaid: true, tried: []string{allowDB}, want: simulated{Decision: "explicitDeny"}},
		{name: "the organization allows nothing", scp: statement("Allow", "s3:*", "*", ""), tried: []string{allowDB}, want: simulated{Decision: "implicitDeny", Organization: "stops"}},
		{
			name: "the organization's condition, without its value", scp: fenced, tried: []string{allowDB},
			want: simulated{Decision: "explicitDeny", Organization: "stops"}, // and no word of the key
		},
		{
			name: "the organization's condition, with its value", scp: fenced, tried: []string{allowDB}, context: []types.ContextEntry{ec("aws:PrincipalOrgID", "o-exampleorgid")},
			want: simulated{Decision: "allowed", Organization: "lets", Matched: []string{"PolicyInputList.1"}},
		},
		{
			name: "the organization ends it", scp: statement("Deny", "*", "*", ""), role: awsfake.Role{Boundary: secretsBoundary, Policies: []string{statement("Deny", "*", "*", "")}}, tried: []string{inRegion},
			want: simulated{Decision: "explicitDeny", Organization: "stops"},
		},
		{name: "a condition without its value", tried: []string{inRegion}, want: simulated{Decision: "implicitDeny", Missing: []string{"aws:RequestedRegion"}}},
		{name: "a condition that is met", tried: []string{inRegion}, context: []types.ContextEntry{ec("AWS:RequestedRegion", "eu-central-1")}, want: simulated{Decision: "allowed", Matched: []string{"PolicyInputList.1"}}},
		{name: "a condition that is not met", tried: []string{inRegion}, context: []types.ContextEntry{ec("aws:RequestedRegion", "us-east-1")}, want: simulated{Decision: "implicitDeny"}},
		{
			name: "a deny of everywhere else, without knowing where", role: awsfake.Role{Policies: []string{statement("Deny", "*", "*", `,"Condition":{"StringNotLike":{"aws:SourceVpce":"vpce-1*"}}`)}},
			tried: []string{allowDB}, want: simulated{Decision: "explicitDeny", Matched: []string{"role_app_1"}, Missing: []string{"aws:SourceVpce"}},
		},
		{
			name: "a deny that asks only where the key is there", role: awsfake.Role{Policies: []string{statement("Deny", "*", "*", `,"Condition":{"Bool":{"aws:SecureTransport":"false"}}`)}},
			tried: []string{allowDB}, want: simulated{Decision: "allowed", Matched: []string{"PolicyInputList.1"}, Missing: []string{"aws:SecureTransport"}},
		},
		{
			name:  "a key with several values",
			tried: []string{statement("Allow", "secretsmanager:*", "*", `,"Condition":{"ForAnyValue:StringLike":{"aws:CalledVia":"cloud*"}}`)}, context: []types.ContextEntry{ec("aws:CalledVia", "x", "cloudformation")},
			want: simulated{Decision: "allowed", Matched: []string{"PolicyInputList.1"}},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			scenario := oneRole(tt.role)
			if tt.scp != "" {
				scenario.SCPs = []awsfake.Policy{{Document: tt.scp}}
			}
			scenario.OrganizationUnsaid = tt.unsaid
			_, cfg := start(t, scenario)
			if tt.resources == nil {
				tt.resources = []string{secretDB}
			}
			got, err := simulate(t.Context(), iam.NewFromConfig(cfg), &iam.SimulatePrincipalPolicyInput{
				PolicySourceArn: aws.String(rolePrefix + "app"), ActionNames: []string{"secretsmanager:GetSecretValue"},
				ResourceArns: tt.resources, PolicyInputList: tt.tried, ContextEntries: tt.context,
			})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got["secretsmanager:GetSecretValue"], cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("result (-want +got):\n%s", diff)
			}
		})
	}
}

// What is left out of a simulation.
func TestSimulateWithoutPolicies(t *testing.T) {
	const (
		guardrail = "arn:aws:iam::111122223333:policy/security/guardrail"
		scp       = "arn:aws:organizations::444455556666:policy/o-exampleorgid/service_control_policy/p-example1"
		full      = "arn:aws:organizations::aws:policy/service_control_policy/p-FullAWSAccess"
	)
	deny, all := statement("Deny", "secretsmanager:*", "*", ""), statement("Allow", "*", "*", "")
	byARN := func(arn string) types.PolicyIdentifier { return &types.PolicyIdentifierMemberPolicyArn{Value: arn} }
	byType := func(kind types.PolicyIdentifierPolicyType) types.PolicyIdentifier {
		return &types.PolicyIdentifierMemberPolicyType{Value: kind}
	}
	guarded := awsfake.Role{Policies: []string{all}, Attached: []awsfake.Policy{{ARN: guardrail, Document: deny}}}
	bounded := awsfake.Role{Policies: []string{all}, BoundaryARN: "arn:aws:iam::111122223333:policy/edge", Boundary: deny}
	plain := awsfake.Role{Policies: []string{all}}
	fenced := []awsfake.Policy{{ARN: full, Document: all}, {ARN: scp, Document: deny}}
	free := simulated{Decision: "allowed", Matched: []string{"role_app_1"}}
	let := simulated{Decision: "allowed", Matched: []string{"role_app_1"}, Organization: "lets"}
	stopped := simulated{Decision: "explicitDeny", Organization: "stops"}
	denied := simulated{Decision: "explicitDeny", Matched: []string{"guardrail"}}
	tests := []struct {
		name    string
		role    awsfake.Role
		scps    []awsfake.Policy
		without []types.PolicyIdentifier
		want    simulated
	}{
		{"nothing", guarded, nil, nil, denied},
		{"a managed policy", guarded, nil, []types.PolicyIdentifier{byARN(guardrail)}, free},
		{"managed policies by their path", guarded, nil, []types.PolicyIdentifier{byARN("arn:aws:iam::111122223333:policy/security/*")}, free},
		{"all managed policies of the account", guarded, nil, []types.PolicyIdentifier{byType("user-managed")}, free},
		{"a policy that it doesn't have", guarded, nil, []types.PolicyIdentifier{byARN(guardrail + "s")}, denied},
		{"the boundary", bounded, nil, []types.PolicyIdentifier{byType("permission-boundary")}, free},
		{"a service control policy", plain, fenced, []types.PolicyIdentifier{byARN(scp)}, let},
		{"the only one that allows", plain, fenced[:1], []types.PolicyIdentifier{byARN(full)}, simulated{Decision: "implicitDeny", Organization: "stops"}},
		{"all service control policies", plain, fenced, []types.PolicyIdentifier{byType("scp")}, free},
		{"a resource control policy", plain, fenced, []types.PolicyIdentifier{byType("rcp")}, stopped},
		{"two", guarded, fenced, []types.PolicyIdentifier{byARN(guardrail), byARN(scp)}, let},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			scenario := oneRole(tt.role)
			scenario.SCPs = tt.scps
			_, cfg := start(t, scenario)
			got, err := simulate(t.Context(), iam.NewFromConfig(cfg), &iam.SimulatePrincipalPolicyInput{
				PolicySourceArn: aws.String(rolePrefix + "app"), ActionNames: []string{"secretsmanager:GetSecretValue"}, ResourceArns: []string{secretDB}, PolicyExclusionList: tt.without,
			})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got["secretsmanager:GetSecretValue"], cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("result (-want +got):\n%s", diff)
			}
		})
	}
}

func TestSimulateTellsOfEachResource(t *testing.T) {
	_, cfg := start(t, oneRole(awsfake.Role{Policies: []string{statement("Allow", "secretsmanager:*", secretDB, "")}}))
	got, err := simulate(t.Context(), iam.NewFromConfig(cfg), &iam.SimulatePrincipalPolicyInput{
		PolicySourceArn: aws.String(rolePrefix + "app"), ResourceArns: []string{secretDB, secretAPI},
		ActionNames: []string{"secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]simulated{}
	for _, action := range []string{"secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"} {
		want[action] = simulated{Decision: "implicitDeny"}
		want[action+" "+secretDB] = simulated{Decision: "allowed", Matched: []string{"role_app_1"}}
		want[action+" "+secretAPI] = simulated{Decision: "implicitDeny"}
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("results (-want +got):\n%s", diff)
	}
}

func TestSimulateInPages(t *testing.T) {
	_, cfg := start(t, oneRole(awsfake.Role{}))
	pages := iam.NewSimulatePrincipalPolicyPaginator(iam.NewFromConfig(cfg), &iam.SimulatePrincipalPolicyInput{
		PolicySourceArn: aws.String(rolePrefix + "app"), MaxItems: aws.Int32(2),
		ActionNames: []string{"s3:GetObject", "s3:PutObject", "s3:DeleteObject"},
	})
	var actions []string
	n := 0
	for pages.HasMorePages() {
		out, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		n++
		for _, e := range out.EvaluationResults {
			actions = append(actions, aws.ToString(e.EvalActionName))
		}
	}
	if diff := cmp.Diff([]string{"s3:GetObject", "s3:PutObject", "s3:DeleteObject"}, actions); diff != "" || n != 2 {
		t.Errorf("%d pages, actions (-want +got):\n%s", n, diff)
	}
}

func TestSimulateRefuses(t *testing.T) {
	tests := []struct {
		name, source, code string
		actions, policies  []string
		without            string
	}{
		{name: "a role that is not there", source: rolePrefix + "gone", code: "NoSuchEntity"},
		{name: "a role by another path", source: rolePrefix + "svc/app", code: "NoSuchEntity"},
		{name: "a session", source: "arn:aws:sts::111122223333:assumed-role/app/0f1e", code: "InvalidInput"},
		{name: "a policy that is none", source: rolePrefix + "app", policies: []string{"Allow"}, code: "InvalidInput"},
		{name: "a policy to be left out that is none", source: rolePrefix + "app", without: "guardrail", code: "InvalidInput"},
		{name: "actions on different things", source: rolePrefix + "app", actions: []string{"s3:GetObject", "s3:ListBucket"}, code: "InvalidInput"},
		{
			name: "an operator that the double does not know", source: rolePrefix + "app", code: "PolicyEvaluation",
			policies: []string{statement("Allow", "s3:*", "*", `,"Condition":{"DateLessThan":{"aws:CurrentTime":"2026-11-22"}}`)},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, cfg := start(t, oneRole(awsfake.Role{}))
			in := &iam.SimulatePrincipalPolicyInput{
				PolicySourceArn: aws.String(tt.source), ActionNames: []string{"s3:GetObject"}, ResourceArns: []string{bucketKey}, PolicyInputList: tt.policies,
				ContextEntries: []types.ContextEntry{{ContextKeyName: aws.String("aws:CurrentTime"), ContextKeyType: types.ContextKeyTypeEnumDate, ContextKeyValues: []string{"2026-11-21"}}},
			}
			if tt.without != "" {
				in.PolicyExclusionList = []types.PolicyIdentifier{&types.PolicyIdentifierMemberPolicyArn{Value: tt.without}}
			}
			if tt.actions != nil {
				in.ActionNames = tt.actions
			}
			_, err := iam.NewFromConfig(cfg).SimulatePrincipalPolicy(t.Context(), in)
			wantCode(t, err, tt.code)
		})
	}
}
