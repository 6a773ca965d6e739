package awsfake_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/aws-sdk-go-v2/service/sts/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"whystopped/internal/awsclient/awsfake"
)

func TestAssumeRole(t *testing.T) {
	const reader = "arn:aws:iam::444455556666:role/reader"
	scenario := twoClusters()
	scenario.Readers = []awsfake.Reader{{ARN: reader, ExternalID: "ours"}}
	double, cfg := start(t, scenario, awsfake.WithAccessKeyID("AKIDEXAMPLE"))
	assume := func(externalID string) *stscreds.AssumeRoleProvider {
		return stscreds.NewAssumeRoleProvider(sts.NewFromConfig(cfg), reader, func(o *stscreds.AssumeRoleOptions) {
			o.RoleSessionName, o.ExternalID = "me", aws.String(externalID)
			o.Tags = []types.Tag{{Key: aws.String("why"), Value: aws.String("test")}}
		})
	}
	_, err := assume("theirs").Retrieve(t.Context())
	wantCode(t, err, "AccessDenied")

	cfg.Credentials = aws.NewCredentialsCache(assume("ours"))
	for range 2 {
		if _, err := listClusters(t, cfg); err != nil {
			t.Fatal(err)
		}
	}
	want := []awsfake.Session{{
		RoleARN: reader, Name: "me", ExternalID: "ours", Region: "eu-west-1",
		Tags: map[string]string{"why": "test"}, Calls: map[string]int{"ecs:ListClusters": 2},
	}}
	if diff := cmp.Diff(want, double.Sessions(), cmpopts.IgnoreUnexported(awsfake.Session{})); diff != "" {
		t.Errorf("sessions (-want +got):\n%s", diff)
	}
}
