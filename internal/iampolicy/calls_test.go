package iampolicy

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"whystopped/internal/iampolicy/sar"
)

func TestCanonical(t *testing.T) {
	tests := []struct {
		in, want string
		known    bool
	}{
		{"SNS:publish", "sns:Publish", true},
		{"sqs:receivemessage", "sqs:ReceiveMessage", true},
		{" s3:GetObject ", "s3:GetObject", true},
		{"ECR:SomethingNew", "ecr:SomethingNew", false},
		{"s3:Get*", "s3:Get*", false},
	}
	for _, tt := range tests {
		if got, known := Canonical(tt.in); got.String() != tt.want || known != tt.known {
			t.Errorf("Canonical(%q) = %s, %v; want %s, %v", tt.in, got, known, tt.want, tt.known)
		}
	}
	for _, in := range []string{"", "GetObject", ":GetObject", "s3:"} {
		if got, known := Canonical(in); got.Service != "" || known {
			t.Errorf("Canonical(%q) = %v, %v; want nothing", in, got, known)
		}
	}
}

func TestTakesNoResource(t *testing.T) {
	for action, want := range map[string]bool{
		"ecr:GetAuthorizationToken":   true,
		"ECS:describetaskdefinition":  true,
		"ecr:BatchGetImage":           false,
		"ecr:SomethingNew":            false,
		"ssmmessages:OpenDataChannel": true,
	} {
		if got := TakesNoResource(action); got != want {
			t.Errorf("TakesNoResource(%s) = %v, want %v", action, got, want)
		}
	}
}

func TestCallActions(t *testing.T) {
	tests := []struct {
		service, operation string
		want               string // space-separated
	}{
		// CloudTrail's eventSource
		{"monitoring.amazonaws.com", "PutMetricData", "cloudwatch:PutMetricData"},
		{"email.amazonaws.com", "SendEmail", "ses:SendEmail"},
		{"elasticfilesystem.amazonaws.com", "NewClientConnection", "elasticfilesystem:ClientMount"},
		{"logs.amazonaws.com.cn", "CreateLogGroup", "logs:CreateLogGroup"},
		{"lambda.amazonaws.com", "GetFunction20150331v2", "lambda:GetFunction"},
		{"lambda.amazonaws.com", "Invoke", "lambda:InvokeFunction"},
		{"cloudfront.amazonaws.com", "CreateDistribution2020_05_31", "cloudfront:CreateDistribution"},
		{"apigateway.amazonaws.com", "GetRestApis", "apigateway:GET"},
		{"apigateway.amazonaws.com", "DeleteStage", "apigateway:DELETE"},
		{"apigateway.amazonaws.com", "ImportApiKeys", "apigateway:POST"},
		{"kafka.amazonaws.com", "DescribeClusterV2", "kafka:DescribeClusterV2"},
		{"access-analyzer.amazonaws.com", "GetFindingV2", "access-analyzer:GetFinding"},
		{"somethingnew.amazonaws.com", "DoIt", "somethingnew:DoIt"},
		// S3's operations
		{"s3.amazonaws.com", "HeadObject", "s3:GetObject"},
		{"s3.amazonaws.com", "HeadBucket", "s3:ListBucket"},
		{"s3.amazonaws.com", "ListObjects", "s3:ListBucket"},
		{"S3", "ListObjectsV2", "s3:ListBucket"},
		{"AmazonS3", "CreateMultipartUpload", "s3:PutObject"},
		{"Amazon S3", "UploadPart", "s3:PutObject"},
		{"S3", "ListBuckets", "s3:ListAllMyBuckets"},
		{"S3", "PutBucketNotificationConfiguration", "s3:PutBucketNotification"},
		{"S3", "GetBucketLifecycleConfiguration", "s3:GetLifecycleConfiguration"},
		{"s3.amazonaws.com", "DeleteBucketReplication", "s3:PutReplicationConfiguration"},
		{"S3", "DeleteObjects", "s3:DeleteObject"},
		{"S3", "CopyObject", "s3:GetObject s3:PutObject"},
		{"S3 Control", "GetPublicAccessBlock", "s3:GetAccountPublicAccessBlock"},
		{"S3 Control", "CreateJob", "s3:CreateJob"},
		// the SDKs' service ids and client classes
		{"CloudWatch Logs", "PutLogEvents", "logs:PutLogEvents"},
		{"AWSLogs", "CreateLogStream", "logs:CreateLogStream"},
		{"Secrets Manager", "GetSecretValue", "secretsmanager:GetSecretValue"},
		{"AWSSimpleSystemsManagement", "GetParameters", "ssm:GetParameters"},
		{"AmazonDynamoDBv2", "TransactGetItems", "dynamodb:GetItem"},
		{"DynamoDB Streams", "GetRecords", "dynamodb:GetRecords"},
		{"AmazonSQS", "SendMessageBatch", "sqs:SendMessage"},
		{"AWSSecurityTokenService", "AssumeRole", "sts:AssumeRole"},
		{"Elastic Load Balancing v2", "DescribeTargetGroups", "elasticloadbalancing:DescribeTargetGroups"},
		{"SFN", "StartExecution", "states:StartExecution"},
		{"SESv2", "SendEmail", "ses:SendEmail"},
		{"EFS", "DescribeFileSystems", "elasticfilesystem:DescribeFileSystems"},
		{"OpenSearch", "DescribeDomain", "es:DescribeDomain"},
		{"Bedrock Runtime", "ConverseStream", "bedrock:InvokeModelWithResponseStream"},
		{"Resource Groups Tagging API", "GetResources", "tag:GetResources"},
		{"Route 53", "ListHostedZones", "route53:ListHostedZones"},
		{"AWS Key Management Service", "ReEncrypt", "kms:ReEncryptFrom kms:ReEncryptTo"},
		{"ApiGatewayV2", "TagResource", "apigateway:POST"},
		{"Budgets", "DescribeBudgets", "budgets:ViewBudget"},
		// nothing to go by
		{"Some Service", "DoIt", ""},
		{"Amazon", "DoIt", ""},
		{"", "GetObject", ""},
		{"S3", "", ""},
	}
	for _, tt := range tests {
		got := strings.Join(CallActions(tt.service, tt.operation), " ")
		if got != tt.want {
			t.Errorf("CallActions(%q, %q) = %q, want %q", tt.service, tt.operation, got, tt.want)
		}
	}
}

func TestOperationActions(t *testing.T) {
	tests := []struct {
		operation string
		want      []string
	}{
		{"ListBuckets", []string{"s3:ListAllMyBuckets"}},
		{"GetObject", []string{"s3:GetObject"}},
		{"HeadObject", []string{"s3:GetObject"}},
		{"GetSecretValue", []string{"secretsmanager:GetSecretValue"}},
		{"Invoke", []string{"lambda:InvokeFunction"}},
		{"GetItem", []string{"dynamodb:GetItem"}},
		{"Publish", []string{"sns:Publish", "iot:Publish"}},
		{"DescribeStacks", []string{"cloudformation:DescribeStacks", "appstream:DescribeStacks"}},
		{"NoSuchOperation", nil},
		{"", nil},
	}
	for _, tt := range tests {
		if diff := cmp.Diff(tt.want, OperationActions(tt.operation)); diff != "" {
			t.Errorf("OperationActions(%s): (-want +got)\n%s", tt.operation, diff)
		}
	}
}

// TestTables holds our own tables against the reference.
func TestTables(t *testing.T) {
	for key, actions := range operations() {
		for _, action := range actions {
			if _, known := Canonical(action); !known {
				t.Errorf("operations.txt: %s %s: IAM has no action %s", key.service, key.operation, action)
			}
		}
		if _, ok := sar.Lookup(key.service, key.operation); ok {
			t.Errorf("operations.txt: %s %s has an action of its own name", key.service, key.operation)
		}
	}
	prefixes := map[string]bool{}
	for _, prefix := range sar.Services() {
		prefixes[prefix] = true
		if got := servicePrefixes(prefix); len(got) == 0 {
			t.Errorf("no service is found by the prefix %s", prefix)
		}
	}
	for line := range tableLines(servicesText) {
		if prefix, _, _ := strings.Cut(line, ":"); !prefixes[prefix] {
			t.Errorf("services.txt: no service has the prefix %s", prefix)
		}
	}
	for _, kind := range []string{"common", "none"} {
		for _, prefix := range callers(kind) {
			if !prefixes[prefix] {
				t.Errorf("callers.txt: no service has the prefix %s", prefix)
			}
		}
	}
	for _, action := range callers("not") {
		if _, known := Canonical(action); !known {
			t.Errorf("callers.txt: IAM has no action %s", action)
		}
	}
}
