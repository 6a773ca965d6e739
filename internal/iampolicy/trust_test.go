package iampolicy

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// ourTask is a task that needs its role.
var ourTask = Assumption{
	Service: ECSTasks, Account: "111122223333",
	Source: "arn:aws:ecs:eu-west-1:111122223333:task/prod/0f1e2d3c4b5a69788796a5b4c3d2e1f0",
}

func readDocument(t *testing.T, text string) Document {
	t.Helper()
	var doc Document
	if err := json.Unmarshal([]byte(text), &doc); err != nil {
		t.Fatal(err)
	}
	return doc
}

// trusting is a trust policy of one statement for ECS's tasks, with a condition.
func trusting(condition string) string {
	return `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":"ecs-tasks.amazonaws.com"},"Action":"sts:AssumeRole","Condition":` + condition + `}}`
}

func TestJudgeTrust(t *testing.T) {
	const ours = `{"Effect":"Allow","Principal":{"Service":"ecs-tasks.amazonaws.com"},"Action":"sts:AssumeRole"}`
	tests := []struct {
		name, policy string
		want         Trust
	}{
		{"one statement", `{"Statement":` + ours + `}`, Trust{Answer: Trusted}},
		{"one of several services", `{"Statement":[{"Effect":"Allow","Principal":{"Service":["ec2.amazonaws.com","ecs-tasks.amazonaws.com"]},"Action":["sts:TagSession","sts:AssumeRole"]}]}`, Trust{Answer: Trusted}},
		{"every action of STS, in other capitals", `{"Statement":[{"Effect":"Allow","Principal":{"Service":"ecs-tasks.amazonaws.com"},"Action":"STS:*"}]}`, Trust{Answer: Trusted}},
		{"every action", `{"Statement":[{"Effect":"Allow","Principal":{"Service":"ecs-tasks.amazonaws.com"},"Action":"*"}]}`, Trust{Answer: Trusted}},
		{"everybody", `{"Statement":[{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole"}]}`, Trust{Answer: Trusted}},
		{"ECS instead of its tasks", `{"Statement":[{"Effect":"Allow","Principal":{"Service":"ecs.amazonaws.com"},"Action":"sts:AssumeRole"}]}`, Trust{Answer: NotTrusted}},
		{"an account only", `{"Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:root"},"Action":"sts:AssumeRole"}]}`, Trust{Answer: NotTrusted}},
		{"another action", `{"Statement":[{"Effect":"Allow","Principal":{"Service":"ecs-tasks.amazonaws.com"},"Action":"sts:TagSession"}]}`, Trust{Answer: NotTrusted}},
		{"no statement", `{"Version":"2012-10-17","Statement":[]}`, Trust{Answer: NotTrusted}},
		{
			"a deny beats the allow",
			`{"Statement":[` + ours + `,{"Sid":"Stop","Effect":"Deny","Principal":"*","Action":"sts:AssumeRole"}]}`,
			Trust{Answer: TrustDenied, Statement: "Stop"},
		},
		{
			"a deny of everybody but another service",
			`{"Statement":[` + ours + `,{"Effect":"Deny","NotPrincipal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}`,
			Trust{Answer: TrustDenied},
		},
		{
			"a deny of other actions",
			`{"Statement":[` + ours + `,{"Effect":"Deny","Principal":"*","NotAction":"sts:AssumeRole"}]}`,
			Trust{Answer: Trusted},
		},
		{
			"a deny of other accounts",
			`{"Statement":[` + ours + `,{"Effect":"Deny","Principal":"*","Action":"sts:*","Condition":{"StringNotEquals":{"aws:SourceAccount":"111122223333"}}}]}`,
			Trust{Answer: Trusted},
		},
		{
			"a deny that hangs on something else",
			`{"Statement":[` + ours + `,{"Effect":"Deny","Principal":"*","Action":"sts:*","Condition":{"StringNotEquals":{"aws:SourceOrgID":"o-exampleorgid"}}}]}`,
			Trust{Answer: TrustUnclear, Keys: []string{"aws:SourceOrgID"}},
		},
		{
			"a deny that hangs on something, where nothing allows",
			`{"Statement":[{"Effect":"Deny","Principal":"*","Action":"sts:*","Condition":{"StringNotEquals":{"aws:SourceOrgID":"o-exampleorgid"}}}]}`,
			Trust{Answer: NotTrusted},
		},
		{
			"AWS's own advice against a confused deputy",
			trusting(`{"ArnLike":{"aws:SourceArn":"arn:aws:ecs:eu-west-1:111122223333:*"},"StringEquals":{"aws:SourceAccount":"111122223333"}}`),
			Trust{Answer: Trusted},
		},
		{"another account", trusting(`{"StringEquals":{"AWS:sourceaccount":["444455556666"]}}`), Trust{Answer: NotTrusted, Keys: []string{"AWS:sourceaccount"}}},
		{"one of several accounts", trusting(`{"StringEquals":{"aws:SourceAccount":["444455556666","111122223333"]}}`), Trust{Answer: Trusted}},
		{"any account that begins so", trusting(`{"StringLike":{"aws:SourceAccount":"1111*"}}`), Trust{Answer: Trusted}},
		{"another Region", trusting(`{"ArnLike":{"aws:SourceArn":"arn:aws:ecs:us-east-1:111122223333:*"}}`), Trust{Answer: NotTrusted, Keys: []string{"aws:SourceArn"}}},
		{"every Region", trusting(`{"ArnLikeIfExists":{"aws:SourceArn":"arn:aws:ecs:*:111122223333:*"}}`), Trust{Answer: Trusted}},
		{"any source", trusting(`{"StringLike":{"aws:SourceArn":"*"}}`), Trust{Answer: Trusted}},
		{"a single cluster, which ECS does not support", trusting(`{"ArnLike":{"aws:SourceArn":"arn:aws:ecs:eu-west-1:111122223333:cluster/prod"}}`), Trust{Answer: TrustUnclear, Keys: []string{"aws:SourceArn"}}},
		{"a source that is no ARN", trusting(`{"ArnLike":{"aws:SourceArn":"arn:aws:ecs:*"}}`), Trust{Answer: TrustUnclear, Keys: []string{"aws:SourceArn"}}},
		{
			"one condition that cannot be judged and one that is not met",
			trusting(`{"StringEquals":{"aws:SourceAccount":"444455556666","sts:ExternalId":"x"}}`),
			Trust{Answer: NotTrusted, Keys: []string{"aws:SourceAccount"}},
		},
		{"keys that nobody here knows", trusting(`{"StringEquals":{"sts:ExternalId":"x"},"Bool":{"aws:ViaAWSService":"true"}}`), Trust{Answer: TrustUnclear, Keys: []string{"aws:ViaAWSService", "sts:ExternalId"}}},
		{"an operator that nobody here knows", trusting(`{"ForAnyValue:StringEquals":{"aws:SourceAccount":"111122223333"}}`), Trust{Answer: TrustUnclear, Keys: []string{"aws:SourceAccount"}}},
		{"a value that IAM fills in", trusting(`{"StringEquals":{"aws:SourceAccount":"${aws:PrincipalAccount}"}}`), Trust{Answer: TrustUnclear, Keys: []string{"aws:SourceAccount"}}},
		{
			"an allow that holds beside one that cannot be judged",
			`{"Statement":[` + ours + `,{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole","Condition":{"StringEquals":{"sts:ExternalId":"x"}}}]}`,
			Trust{Answer: Trusted},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, JudgeTrust(readDocument(t, tt.policy), ourTask)); diff != "" {
				t.Errorf("judged (-want +got):\n%s", diff)
			}
		})
	}
}

func TestATrustPolicyThatAsksForWhatIsNotKnown(t *testing.T) {
	doc := readDocument(t, trusting(`{"ArnLike":{"aws:SourceArn":"arn:aws:ecs:eu-west-1:111122223333:*"},"StringEquals":{"aws:SourceAccount":"111122223333"}}`))
	want := Trust{Answer: TrustUnclear, Keys: []string{"aws:SourceAccount", "aws:SourceArn"}}
	if diff := cmp.Diff(want, JudgeTrust(doc, Assumption{Service: ECSTasks})); diff != "" {
		t.Errorf("judged (-want +got):\n%s", diff)
	}
}

func TestAddTrust(t *testing.T) {
	const ec2 = `{"Sid":"Hosts","Effect":"Allow","Principal":{"Service":["ec2.amazonaws.com"]},"Action":["sts:AssumeRole"],"Condition":{"StringEquals":{"aws:SourceVpc":["vpc-1"]}}}`
	tests := []struct {
		name, policy, want string
	}{
		{
			"what stands there stays", `{"Version":"2012-10-17","Statement":` + ec2 + `}`,
			`{"Version":"2012-10-17","Statement":[` + ec2 + `,{"Effect":"Allow","Principal":{"Service":["ecs-tasks.amazonaws.com"]},"Action":["sts:AssumeRole"]}]}`,
		},
		{
			"the version that IAM takes for none", `{"Statement":[]}`,
			`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":["ecs-tasks.amazonaws.com"]},"Action":["sts:AssumeRole"]}]}`,
		},
		{
			"a policy that holds the service to an account still does",
			trusting(`{"StringEquals":{"aws:SourceAccount":"444455556666"}}`),
			`{"Version":"2012-10-17","Statement":[` +
				`{"Effect":"Allow","Principal":{"Service":["ecs-tasks.amazonaws.com"]},"Action":["sts:AssumeRole"],"Condition":{"StringEquals":{"aws:SourceAccount":["444455556666"]}}},` +
				`{"Effect":"Allow","Principal":{"Service":["ecs-tasks.amazonaws.com"]},"Action":["sts:AssumeRole"],"Condition":{"ArnLike":{"aws:SourceArn":["arn:aws:ecs:eu-west-1:111122223333:*"]},"StringEquals":{"aws:SourceAccount":["111122223333"]}}}]}`,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			before := readDocument(t, tt.policy)
			after := AddTrust(before, ourTask)
			text, err := json.Marshal(after)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, string(text)); diff != "" {
				t.Errorf("policy (-want +got):\n%s", diff)
			}
			if got := JudgeTrust(after, ourTask); got.Answer != Trusted {
				t.Errorf("the new policy is judged %+v, want trusted", got)
			}
			if diff := cmp.Diff(readDocument(t, tt.policy), before); diff != "" {
				t.Errorf("the policy that was given is changed (-want +got):\n%s", diff)
			}
		})
	}
}
