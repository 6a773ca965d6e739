package diagnose_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"whystopped/internal/diagnose"
	"whystopped/internal/iampolicy"
)

// What is asked of IAM for a policy: calls on things and not on patterns, those
// on one kind of thing together, with what is known of where and whose.
func TestTrials(t *testing.T) {
	key := allowing("arn:aws:kms:eu-central-1:444455556666:key/5d2f6c1e", "kms:Decrypt")
	key.Condition = iampolicy.Condition{"StringEquals": {"kms:ViaService": {"secretsmanager.eu-central-1.amazonaws.com"}}, "ForAnyValue:StringEquals": {"kms:ResourceAliases": {"alias/app"}}}
	secrets := allowing(dbSecret, "secretsmanager:GetSecretValue")
	secrets.Resource = append(secrets.Resource, "arn:aws:secretsmanager:us-east-1:111122223333:secret:api-Ab12Cd")
	d := diagnosed(identityPolicy("denied", allowing("*", "ecr:BatchGetImage", "ecr:GetAuthorizationToken"), secrets, key,
		allowing(logGroup, "logs:CreateLogStream", "logs:PutLogEvents"),
		allowing("arn:aws:s3:::bucket/${$}{aws:username}/*", "s3:GetObject", "s3:PutObject"),
		allowing("arn:aws:dynamodb:*:*:table/or?ers", "dynamodb:GetItem")))

	region := func(name string) diagnose.ContextValue {
		return diagnose.ContextValue{Key: "aws:RequestedRegion", Values: []string{name}}
	}
	ours := diagnose.ContextValue{Key: "aws:PrincipalAccount", Values: []string{"111122223333"}}
	account := func(id string) diagnose.ContextValue {
		return diagnose.ContextValue{Key: "aws:ResourceAccount", Values: []string{id}}
	}
	logStream := "arn:aws:logs:eu-west-1:111122223333:log-group:/ecs/api:log-stream:example"
	here := []diagnose.ContextValue{ours, region("eu-west-1"), account("111122223333")}
	want := []diagnose.Trial{
		{Actions: []string{"ecr:BatchGetImage"}, Resources: []string{"*"}, Context: []diagnose.ContextValue{ours, region("eu-west-1")}},
		{Actions: []string{"ecr:GetAuthorizationToken"}, Resources: []string{"*"}, Context: []diagnose.ContextValue{ours, region("eu-west-1")}},
		{Actions: []string{"secretsmanager:GetSecretValue"}, Resources: []string{"arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-AbCdEf"}, Context: here},
		{Actions: []string{"secretsmanager:GetSecretValue"}, Resources: []string{"arn:aws:secretsmanager:us-east-1:111122223333:secret:api-Ab12Cd"}, Context: []diagnose.ContextValue{ours, region("us-east-1"), account("111122223333")}},
		{
			Actions: []string{"kms:Decrypt"}, Resources: []string{"arn:aws:kms:eu-central-1:444455556666:key/5d2f6c1e"},
			Context: []diagnose.ContextValue{
				ours, region("eu-central-1"), account("444455556666"),
				{Key: "kms:ResourceAliases", Values: []string{"alias/app"}, List: true},
				{Key: "kms:ViaService", Values: []string{"secretsmanager.eu-central-1.amazonaws.com"}},
			},
		},
		{Actions: []string{"logs:CreateLogStream", "logs:PutLogEvents"}, Resources: []string{logStream}, Context: here},
		{Actions: []string{"s3:GetObject", "s3:PutObject"}, Resources: []string{"arn:aws:s3:::bucket/${aws:username}/example"}, Context: []diagnose.ContextValue{ours, region("eu-west-1")}},
		{Actions: []string{"dynamodb:GetItem"}, Resources: []string{"arn:aws:dynamodb:eu-west-1:111122223333:table/orxers"}, Context: here},
	}
	for i := range want {
		want[i].Principal = provenRole
	}
	var asked []diagnose.Trial
	if _, err := d.Proven(func(trials []diagnose.Trial) ([]diagnose.Result, error) {
		asked = append(asked, trials...)
		return always(diagnose.Outcome{Decision: "allowed"}, diagnose.Outcome{})(trials)
	}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, asked, cmpopts.IgnoreUnexported(diagnose.Trial{})); diff != "" {
		t.Errorf("trials (-want +got):\n%s", diff)
	}
}

func TestOnlyWhatIsDeniedIsTriedAgain(t *testing.T) {
	d := diagnosed(identityPolicy("denied", allowing("*", "ecr:GetAuthorizationToken"), allowing(dbSecret, "secretsmanager:GetSecretValue")))
	var rounds [][]diagnose.Trial
	answer := simulator(func(action, _ string, with bool) diagnose.Outcome {
		if with || strings.HasPrefix(action, "ecr:") {
			return diagnose.Outcome{Decision: "allowed"}
		}
		return diagnose.Outcome{Decision: "implicitDeny"}
	})
	if _, err := d.Proven(func(trials []diagnose.Trial) ([]diagnose.Result, error) {
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
	d, err := d.Proven(func(trials []diagnose.Trial) ([]diagnose.Result, error) {
		rounds = append(rounds, len(trials))
		return always(diagnose.Outcome{Decision: "implicitDeny"}, diagnose.Outcome{Decision: "allowed"})(trials)
	})
	if err != nil {
		t.Fatal(err)
	}
	// Before, the secret is one question; after, the two policies differ.
	if diff := cmp.Diff([]int{2, 3}, rounds); diff != "" {
		t.Errorf("questions of each round (-want +got):\n%s", diff)
	}
	for _, p := range d.Fix.Policies {
		if p.Verified.Detail != "before: implicitDeny; with this policy: allowed" {
			t.Errorf("%s: verified %+v", p.Purpose, p.Verified)
		}
	}
}
