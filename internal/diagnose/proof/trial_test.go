package proof_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"whystopped/internal/diagnose/proof"
	"whystopped/internal/diagnose/report"
	"whystopped/internal/diagnose/verdict"
	"whystopped/internal/iampolicy"
)

// What is asked of IAM for a policy: calls on things and not on patterns, those
// on one kind of thing together, with what is known of where and whose.
func TestTrials(t *testing.T) {
	key := allowing("arn:aws:kms:eu-central-1:444455556666:key/5d2f6c1e", "kms:Decrypt")
	key.Condition = iampolicy.Condition{"StringEquals": {"kms:ViaService": {"secretsmanager.eu-central-1.amazonaws.com"}}, "ForAnyValue:StringEquals": {"kms:ResourceAliases": {"alias/app"}}}
	secrets := allowing(dbSecret, "secretsmanager:GetSecretValue")
	secrets.Resource = append(secrets.Resource, "arn:aws:secretsmanager:us-east-1:111122223333:secret:api-Ab12Cd")
	d := diagnosed(identityPolicy("denied", allowing("*", "ecr:BatchGetImage", "ecr:GetAuthorizationToken"), secrets, key, allowing("arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d", "kms:Encrypt"),
		allowing(logGroup, "logs:CreateLogStream", "logs:PutLogEvents"),
		allowing("arn:aws:s3:::bucket/${$}{aws:username}/*", "s3:GetObject", "s3:PutObject"),
		allowing("arn:aws:dynamodb:*:*:table/or?ers", "dynamodb:GetItem")))

	known := func(region, account string, more ...proof.ContextValue) []proof.ContextValue {
		all := []proof.ContextValue{
			{Key: "aws:PrincipalAccount", Values: []string{"111122223333"}},
			{Key: "aws:PrincipalArn", Values: []string{provenRole}},
			{Key: "aws:PrincipalIsAWSService", Values: []string{"false"}, Bool: true},
			{Key: "aws:PrincipalType", Values: []string{"AssumedRole"}},
			{Key: "aws:RequestedRegion", Values: []string{region}},
		}
		if account != "" {
			all = append(all, proof.ContextValue{Key: "aws:ResourceAccount", Values: []string{account}})
		}
		return append(append(all, proof.ContextValue{Key: "aws:SecureTransport", Values: []string{"true"}, Bool: true}), more...)
	}
	via := func(service string) proof.ContextValue {
		return proof.ContextValue{Key: "aws:ViaAWSService", Values: []string{service}, Bool: true}
	}
	logStream := "arn:aws:logs:eu-west-1:111122223333:log-group:/ecs/api:log-stream:example"
	nowhere, here := known("eu-west-1", "", via("false")), known("eu-west-1", "111122223333", via("false"))
	want := []proof.Trial{
		{Actions: []string{"ecr:BatchGetImage"}, Resources: []string{"*"}, Context: nowhere},
		{Actions: []string{"ecr:GetAuthorizationToken"}, Resources: []string{"*"}, Context: nowhere},
		{Actions: []string{"secretsmanager:GetSecretValue"}, Resources: []string{"arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-AbCdEf"}, Context: here},
		{Actions: []string{"secretsmanager:GetSecretValue"}, Resources: []string{"arn:aws:secretsmanager:us-east-1:111122223333:secret:api-Ab12Cd"}, Context: known("us-east-1", "111122223333", via("false"))},
		{
			Actions: []string{"kms:Decrypt"}, Resources: []string{"arn:aws:kms:eu-central-1:444455556666:key/5d2f6c1e"},
			Context: known("eu-central-1", "444455556666", via("true"), // by what the statement is held to
				proof.ContextValue{Key: "kms:ResourceAliases", Values: []string{"alias/app"}, List: true},
				proof.ContextValue{Key: "kms:ViaService", Values: []string{"secretsmanager.eu-central-1.amazonaws.com"}}),
		},
		{Actions: []string{"kms:Encrypt"}, Resources: []string{"arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d"}, Context: known("eu-west-1", "111122223333")},
		{Actions: []string{"logs:CreateLogStream", "logs:PutLogEvents"}, Resources: []string{logStream}, Context: here},
		{Actions: []string{"s3:GetObject", "s3:PutObject"}, Resources: []string{"arn:aws:s3:::bucket/${aws:username}/example"}, Context: nowhere},
		{Actions: []string{"dynamodb:GetItem"}, Resources: []string{"arn:aws:dynamodb:eu-west-1:111122223333:table/orxers"}, Context: here},
	}
	for i := range want {
		want[i].Principal = provenRole
	}
	var asked []proof.Trial
	if _, err := proof.Proven(d, func(trials []proof.Trial) ([]proof.Result, error) {
		asked = append(asked, trials...)
		return always(proof.Outcome{Decision: "allowed"}, proof.Outcome{})(trials)
	}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, asked, cmpopts.IgnoreUnexported(proof.Trial{})); diff != "" {
		t.Errorf("trials (-want +got):\n%s", diff)
	}
}

func TestOnlyWhatIsDeniedIsTriedAgain(t *testing.T) {
	d := diagnosed(identityPolicy("denied", allowing("*", "ecr:GetAuthorizationToken"), allowing(dbSecret, "secretsmanager:GetSecretValue")))
	var rounds [][]proof.Trial
	answer := simulator(func(action, _ string, with bool) proof.Outcome {
		if with || strings.HasPrefix(action, "ecr:") {
			return proof.Outcome{Decision: "allowed"}
		}
		return proof.Outcome{Decision: "implicitDeny"}
	})
	if _, err := proof.Proven(d, func(trials []proof.Trial) ([]proof.Result, error) {
		rounds = append(rounds, trials)
		return answer(trials)
	}); err != nil {
		t.Fatal(err)
	}
	if len(rounds) != 2 || len(rounds[0]) != 2 || len(rounds[1]) != 1 {
		t.Fatalf("asked %+v, want two questions, then one", rounds)
	}
	again := rounds[1][0]
	if again.Actions[0] != "secretsmanager:GetSecretValue" || again.With == nil || len(again.With.Statement) != 2 {
		t.Errorf("tried again: %+v", again)
	}
}

func TestWhatTwoPoliciesShareIsAskedOnce(t *testing.T) {
	secret := allowing(dbSecret, "secretsmanager:GetSecretValue")
	d := diagnosed(identityPolicy("denied", secret), identityPolicy("startup-complete", allowing("*", "ecr:GetAuthorizationToken"), secret))
	var rounds []int
	d, err := proof.Proven(d, func(trials []proof.Trial) ([]proof.Result, error) {
		rounds = append(rounds, len(trials))
		return always(proof.Outcome{Decision: "implicitDeny"}, proof.Outcome{Decision: "allowed"})(trials)
	})
	if err != nil {
		t.Fatal(err)
	}
	// Before, the secret is one question; after, the two policies differ.
	if diff := cmp.Diff([]int{2, 3}, rounds); diff != "" {
		t.Errorf("questions of each round (-want +got):\n%s", diff)
	}
	for _, p := range d.Fix.Policies {
		if p.Verified.Detail.English != "Before: implicitDeny. With this policy: allowed." {
			t.Errorf("%s: verified %+v", p.Purpose, p.Verified)
		}
	}
}

// The organization's id stands in the ARN of a policy of its own that denied a
// call of the same account.
func TestTheOrganizationIsKnownByItsPolicy(t *testing.T) {
	const scp = "arn:aws:organizations::444455556666:policy/o-exampleorgid/service_control_policy/p-example1"
	session := func(account string) string { return "arn:aws:sts::" + account + ":assumed-role/api-exec/0f1e" }
	denial := func(principal, policyARN string) report.DeniedCall {
		return report.DeniedCall{Principal: principal, Action: "sns:Publish", Explicit: true, PolicyType: verdict.PolicySCP, PolicyARN: &policyARN}
	}
	tests := []struct {
		name   string
		denied report.DeniedCall
		want   []string // aws:PrincipalOrgID, aws:ResourceOrgID
	}{
		{"of the same account", denial(session("111122223333"), scp), []string{"o-exampleorgid", "o-exampleorgid"}},
		{"of nobody", denial("", scp), []string{"o-exampleorgid", "o-exampleorgid"}},
		{"of another account", denial(session("555566667777"), scp), nil},
		{"AWS's own policy", denial("", "arn:aws:organizations::aws:policy/service_control_policy/p-FullAWSAccess"), nil},
		{"no policy's ARN", denial("", "arn:aws:organizations::444455556666:policy/o-*/service_control_policy/p-example1"), nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := diagnosed(identityPolicy("denied", allowing(dbSecret, "secretsmanager:GetSecretValue")))
			d.Findings = append(d.Findings, report.Finding{Denied: []report.DeniedCall{tt.denied}})
			var got []string
			if _, err := proof.Proven(d, trying(func(trial proof.Trial) proof.Outcome {
				for _, v := range trial.Context {
					if strings.HasSuffix(v.Key, "OrgID") {
						got = append(got, v.Values...)
					}
				}
				return proof.Outcome{Decision: "allowed"}
			})); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("organizations (-want +got):\n%s", diff)
			}
		})
	}
}
