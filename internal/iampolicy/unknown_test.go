package iampolicy

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestUnknownResources(t *testing.T) {
	for action, want := range map[string][]string{
		"s3:ListBucket":                     {"arn:aws:s3:::BUCKET_NAME"},
		"s3:GetObject":                      {"arn:aws:s3:::BUCKET_NAME/OBJECT_NAME"},
		"logs:CreateLogStream":              {"arn:aws:logs:eu-west-1:111122223333:log-group:LOG_GROUP_NAME:*"},
		"logs:CreateLogGroup":               {"arn:aws:logs:eu-west-1:111122223333:log-group:LOG_GROUP_NAME:*"},
		"secretsmanager:GetSecretValue":     {"arn:aws:secretsmanager:eu-west-1:111122223333:secret:SECRET_ID-??????"},
		"ecr:BatchGetImage":                 {"arn:aws:ecr:eu-west-1:111122223333:repository/REPOSITORY_NAME"},
		"kms:Decrypt":                       {"arn:aws:kms:eu-west-1:111122223333:key/KEY_ID"},
		"bedrock:InvokeModel":               {"arn:aws:bedrock:eu-west-1::foundation-model/RESOURCE_ID"},
		"apigateway:GET":                    {"arn:aws:apigateway:eu-west-1::/restapis/REST_API_ID"},
		"codeartifact:DescribePackageGroup": {"arn:aws:codeartifact:eu-west-1:111122223333:package-group/DOMAIN_NAME/ENCODED_PACKAGE_GROUP_PATTERN"},
		"sts:AssumeRole":                    {"arn:aws:iam::111122223333:role/ROLE_NAME"},
	} {
		act, _ := Canonical(action)
		if diff := cmp.Diff(want, unknownResources(act, Request{Action: action}, here)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", action, diff)
		}
	}
}
