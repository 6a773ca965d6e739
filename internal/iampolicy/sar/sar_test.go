package sar_test

import (
	"strings"
	"testing"

	"whystopped/internal/iampolicy/sar"
)

func TestLookup(t *testing.T) {
	tests := []struct {
		service, name string
		want          string // "" for not found
		resourceLevel bool
	}{
		{"s3", "GetObject", "s3:GetObject", true},
		{"S3", "getobject", "s3:GetObject", true},
		{"sqs", "receivemessage", "sqs:ReceiveMessage", true},
		{"ecr", "GetAuthorizationToken", "ecr:GetAuthorizationToken", false},
		{"ecs", "DescribeTaskDefinition", "ecs:DescribeTaskDefinition", false},
		{"kafka-cluster", "Connect", "kafka-cluster:Connect", true},
		{"s3", "HeadObject", "", false},
		{"s3", "", "", false},
		{"nosuchservice", "GetObject", "", false},
	}
	for _, tt := range tests {
		got, ok := sar.Lookup(tt.service, tt.name)
		if ok != (tt.want != "") || ok && got.String() != tt.want || got.ResourceLevel() != tt.resourceLevel {
			t.Errorf("Lookup(%q, %q) = %v, %v, resource level %v; want %q, %v",
				tt.service, tt.name, got, ok, got.ResourceLevel(), tt.want, tt.resourceLevel)
		}
	}
}

func TestFits(t *testing.T) {
	tests := []struct {
		action, resource string
		want             bool
	}{
		{"s3:GetObject", "arn:aws:s3:::bucket/a/b.txt", true},
		{"s3:GetObject", "arn:aws:s3:::bucket", false},
		{"s3:GetObject", "arn:aws:s3:::bucket/*", true},
		{"s3:GetObject", "arn:aws:s3:::job/key", true}, // a bucket called job, no batch job
		{"s3:ListBucket", "arn:aws:s3:::bucket", true},
		{"s3:ListBucket", "arn:aws:s3:::bucket/key", false},
		{"s3:ListBucket", "arn:aws:s3:::bucket/*", false},
		{"dynamodb:GetItem", "arn:aws:dynamodb:eu-west-1:111122223333:table/orders", true},
		{"dynamodb:GetItem", "arn:aws:dynamodb:eu-west-1:111122223333:table/orders/index/by-day", false},
		{"dynamodb:Query", "arn:aws:dynamodb:eu-west-1:111122223333:table/orders/index/by-day", true},
		{"dynamodb:Query", "arn:aws:dynamodb:eu-west-1:<account>:table/orders", true},
		{"logs:PutLogEvents", "arn:aws:logs:eu-west-1:111122223333:log-group:/ecs/api:*", true},
		{"logs:CreateLogGroup", "arn:aws:logs:eu-west-1:111122223333:log-group:/ecs/api:*", true},
		{"logs:CreateLogGroup", "arn:aws:logs:eu-west-1:111122223333:log-group:/ecs/api:log-stream:x", false},
		{"ec2:RunInstances", "arn:aws:ec2:eu-west-1:111122223333:instance/*", true},
		{"ec2:RunInstances", "arn:aws:ec2:eu-west-1::image/ami-0abc", true},
		{"ec2:RunInstances", "arn:aws:ec2:eu-west-1:111122223333:vpc-peering-connection/pcx-1", false},
		{"bedrock:InvokeModel", "arn:aws:bedrock:::foundation-model/a.b-v1:0", true}, // no Region, as Bedrock prints it
		{"ecs:TagResource", "arn:aws:ecs:eu-west-1:111122223333:task-definition/web", true},
		{"ecs:RunTask", "arn:aws:ecs:eu-west-1:111122223333:cluster/main", false},
		{"ecs:RunTask", "arn:aws:s3:::bucket", false},
		{"kms:Decrypt", "arn:aws:kms:eu-west-1:111122223333:alias/app", false},
		{"iam:PassRole", "arn:aws-cn:iam::111122223333:role/team/api", true},
		{"ecr:GetAuthorizationToken", "arn:aws:ecr:eu-west-1:111122223333:repository/api", false},
		{"ecr:GetAuthorizationToken", "*", true},
	}
	for _, tt := range tests {
		service, name, _ := strings.Cut(tt.action, ":")
		action, ok := sar.Lookup(service, name)
		if !ok {
			t.Fatalf("no action %s", tt.action)
		}
		if got := action.Fits(tt.resource); got != tt.want {
			t.Errorf("%s fits %s: got %v, want %v", tt.action, tt.resource, got, tt.want)
		}
	}
}

func BenchmarkLookup(b *testing.B) {
	for b.Loop() {
		sar.Lookup("s3", "getobject")
	}
}
