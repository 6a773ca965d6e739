package iampolicy

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRequestResources(t *testing.T) {
	tests := []struct {
		name, action string
		parameters   string // JSON
		resources    []string
		want         []string
	}{
		{
			name: "no resource level", action: "ecr:GetAuthorizationToken", parameters: `{"registryIds": ["111122223333"]}`,
			want: []string{"*"},
		},
		{
			name: "S3 object", action: "s3:GetObject", parameters: `{"bucketName": "settings", "key": "prod/.env", "Host": "settings.s3.amazonaws.com"}`,
			want: []string{"arn:aws:s3:::settings/prod/.env"},
		},
		{
			name: "S3 bucket", action: "s3:ListBucket", parameters: `{"bucketName": "settings", "prefix": "prod/"}`,
			want: []string{"arn:aws:s3:::settings"},
		},
		{
			name: "CloudTrail's own list of resources", action: "s3:PutObject", parameters: `{"bucketName": "logs"}`,
			resources: []string{"arn:aws:s3:::logs", "arn:aws:s3:::logs/2026/11/22.gz"},
			want:      []string{"arn:aws:s3:::logs/2026/11/22.gz"},
		},
		{
			name: "secret by name", action: "secretsmanager:GetSecretValue", parameters: `{"secretId": "prod/db", "versionStage": "AWSCURRENT"}`,
			want: []string{"arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/db-??????"},
		},
		{
			name: "secret by ARN", action: "secretsmanager:GetSecretValue", parameters: `{"secretId": "arn:aws:secretsmanager:eu-west-1:444455556666:secret:prod/db-a1B2c3"}`,
			want: []string{"arn:aws:secretsmanager:eu-west-1:444455556666:secret:prod/db-a1B2c3"},
		},
		{
			name: "several parameters", action: "ssm:GetParameters", parameters: `{"names": ["/prod/a", "b"], "withDecryption": true}`,
			want: []string{"arn:aws:ssm:eu-west-1:111122223333:parameter/prod/a", "arn:aws:ssm:eu-west-1:111122223333:parameter/b"},
		},
		{
			name: "path", action: "ssm:GetParametersByPath", parameters: `{"path": "/prod", "recursive": true}`,
			want: []string{"arn:aws:ssm:eu-west-1:111122223333:parameter/prod"},
		},
		{
			name: "queue by URL", action: "sqs:ReceiveMessage", parameters: `{"queueUrl": "https://sqs.eu-west-1.amazonaws.com/111122223333/jobs"}`,
			want: []string{"arn:aws:sqs:eu-west-1:111122223333:jobs"},
		},
		{
			name: "topic", action: "sns:Publish", parameters: `{"topicArn": "arn:aws:sns:eu-west-1:111122223333:alerts", "message": "HIDDEN_DUE_TO_SECURITY_REASONS"}`,
			want: []string{"arn:aws:sns:eu-west-1:111122223333:alerts"},
		},
		{
			name: "key by id", action: "kms:Decrypt", parameters: `{"keyId": "1234abcd-12ab-34cd-56ef-1234567890ab"}`,
			want: []string{"arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"},
		},
		{
			name: "key from the record's resources", action: "kms:Decrypt", parameters: `{"encryptionContext": {"SecretARN": "arn:aws:secretsmanager:eu-west-1:111122223333:secret:a-a1B2c3"}}`,
			resources: []string{"arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"},
			want:      []string{"arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"},
		},
		{
			name: "table", action: "dynamodb:DescribeTable", parameters: `{"tableName": "orders"}`,
			want: []string{"arn:aws:dynamodb:eu-west-1:111122223333:table/orders"},
		},
		{
			name: "index", action: "dynamodb:Query", parameters: `{"tableName": "orders", "indexName": "by-day"}`,
			want: []string{"arn:aws:dynamodb:eu-west-1:111122223333:table/orders/index/by-day"},
		},
		{
			name: "log group", action: "logs:CreateLogStream", parameters: `{"logGroupName": "/ecs/api", "logStreamName": "ecs/app/0f"}`,
			want: []string{"arn:aws:logs:eu-west-1:111122223333:log-group:/ecs/api:*"},
		},
		{
			name: "repository of another registry", action: "ecr:BatchGetImage", parameters: `{"registryId": "444455556666", "repositoryName": "api", "imageIds": [{"imageTag": "1"}]}`,
			want: []string{"arn:aws:ecr:eu-west-1:444455556666:repository/api"},
		},
		{
			name: "role, not the policy that goes with it", action: "iam:AttachRolePolicy", parameters: `{"roleName": "api", "policyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}`,
			want: []string{"arn:aws:iam::111122223333:role/api"},
		},
		{
			name: "assumed role", action: "sts:AssumeRole", parameters: `{"roleArn": "arn:aws:iam::444455556666:role/reader", "roleSessionName": "s"}`,
			want: []string{"arn:aws:iam::444455556666:role/reader"},
		},
		{
			name: "function, not its role", action: "lambda:CreateFunction", parameters: `{"functionName": "resize", "role": "arn:aws:iam::111122223333:role/lambda"}`,
			want: []string{"arn:aws:lambda:eu-west-1:111122223333:function:resize"},
		},
		{
			name: "instances", action: "ec2:StopInstances", parameters: `{"instancesSet": {"items": [{"instanceId": "i-0a"}, {"instanceId": "i-0b"}]}}`,
			want: []string{"arn:aws:ec2:eu-west-1:111122223333:instance/i-0a", "arn:aws:ec2:eu-west-1:111122223333:instance/i-0b"},
		},
		{
			name: "image without account", action: "ec2:ModifyImageAttribute", parameters: `{"imageId": "ami-0a"}`,
			want: []string{"arn:aws:ec2:eu-west-1::image/ami-0a"},
		},
		{
			name: "database", action: "rds:RebootDBInstance", parameters: `{"dBInstanceIdentifier": "main"}`,
			want: []string{"arn:aws:rds:eu-west-1:111122223333:db:main"},
		},
		{
			name: "snapshot, not the role", action: "rds:StartExportTask", parameters: `{"sourceArn": "arn:aws:rds:eu-west-1:111122223333:snapshot:nightly", "iamRoleArn": "arn:aws:iam::111122223333:role/export"}`,
			want: []string{"arn:aws:rds:eu-west-1:111122223333:snapshot:nightly"},
		},
		{
			name: "task definition by family", action: "ecs:RunTask", parameters: `{"cluster": "main", "taskDefinition": "api:7"}`,
			want: []string{"arn:aws:ecs:eu-west-1:111122223333:task-definition/api:7"},
		},
		{
			name: "service in the default cluster", action: "ecs:UpdateService", parameters: `{"service": "api"}`,
			want: []string{"arn:aws:ecs:eu-west-1:111122223333:service/default/api"},
		},
		{
			name: "service, cluster by ARN", action: "ecs:UpdateService", parameters: `{"service": "api", "cluster": "arn:aws:ecs:eu-west-1:111122223333:cluster/main"}`,
			want: []string{"arn:aws:ecs:eu-west-1:111122223333:service/main/api"},
		},
		{
			name: "hosted zone", action: "route53:ListResourceRecordSets", parameters: `{"hostedZoneId": "Z1"}`,
			want: []string{"arn:aws:route53:::hostedzone/Z1"},
		},
		{
			name: "stack by name, its id not known", action: "cloudformation:DescribeStackEvents", parameters: `{"stackName": "network"}`,
			want: []string{"arn:aws:cloudformation:eu-west-1:111122223333:stack/network/*"},
		},
		{
			name: "state machine", action: "states:StartExecution", parameters: `{"stateMachineArn": "arn:aws:states:eu-west-1:111122223333:stateMachine:nightly"}`,
			want: []string{"arn:aws:states:eu-west-1:111122223333:stateMachine:nightly"},
		},
		{
			name: "stream", action: "kinesis:PutRecord", parameters: `{"streamName": "clicks", "partitionKey": "1"}`,
			want: []string{"arn:aws:kinesis:eu-west-1:111122223333:stream/clicks"},
		},
		{
			name: "rule", action: "events:PutTargets", parameters: `{"rule": "nightly"}`,
			want: []string{"arn:aws:events:eu-west-1:111122223333:rule/nightly"},
		},
		{
			name: "job", action: "glue:StartJobRun", parameters: `{"jobName": "etl"}`,
			want: []string{"arn:aws:glue:eu-west-1:111122223333:job/etl"},
		},
		{
			name: "a job's name is not its id", action: "batch:SubmitJob",
			parameters: `{"jobName": "nightly", "jobQueue": "arn:aws:batch:eu-west-1:111122223333:job-queue/high", "jobDefinition": "etl"}`,
			want:       []string{"arn:aws:batch:eu-west-1:111122223333:job-queue/high"},
		},
		{
			name: "a namespace's name is not its id", action: "servicediscovery:DiscoverInstances", parameters: `{"namespaceName": "shop.local", "serviceName": "api"}`,
		},
		{
			name: "a namespace by its id", action: "servicediscovery:GetNamespace", parameters: `{"id": "ns-0a", "namespaceId": "ns-0a"}`,
			want: []string{"arn:aws:servicediscovery:eu-west-1:111122223333:namespace/ns-0a"},
		},
		{
			name: "a workgroup's name is not its id", action: "redshift-data:ExecuteStatement", parameters: `{"workgroupName": "reports", "database": "dev"}`,
			want: []string{"arn:aws:redshift-serverless:eu-west-1:111122223333:workgroup/WORKGROUP_ID"},
		},
		{
			name: "an id has no slash", action: "application-autoscaling:RegisterScalableTarget", parameters: `{"resourceId": "service/main/api", "serviceNamespace": "ecs"}`,
		},
		{
			name: "but a type before it", action: "route53:ChangeResourceRecordSets", parameters: `{"hostedZoneId": "/hostedzone/Z0123"}`,
			want: []string{"arn:aws:route53:::hostedzone/Z0123"},
		},
		{
			name: "nor has an alias, which is no id", action: "kms:Decrypt", parameters: `{"keyId": "alias/app"}`,
			want: []string{"arn:aws:kms:eu-west-1:111122223333:alias/app"},
		},
		{
			name: "ids where names may stand", action: "appconfig:StartConfigurationSession",
			parameters: `{"applicationIdentifier": "abc1234", "environmentIdentifier": "def5678", "configurationProfileIdentifier": "ghi9012"}`,
			want:       []string{"arn:aws:appconfig:eu-west-1:111122223333:application/abc1234/environment/def5678/configuration/ghi9012"},
		},
		{
			name: "names where ids may stand", action: "appconfig:StartConfigurationSession",
			parameters: `{"applicationIdentifier": "my-app", "environmentIdentifier": "production", "configurationProfileIdentifier": "feature-flags"}`,
		},
		{
			name: "domain of another account", action: "codeartifact:GetAuthorizationToken", parameters: `{"domain": "corp", "domainOwner": "444455556666"}`,
			want: []string{"arn:aws:codeartifact:eu-west-1:444455556666:domain/corp"},
		},
		{
			name: "table of another account's catalog", action: "glue:GetTable", parameters: `{"catalogId": "444455556666", "databaseName": "sales", "name": "orders"}`,
			want: []string{"arn:aws:glue:eu-west-1:444455556666:table/sales/orders"},
		},
		{
			name: "queue of another account", action: "sqs:GetQueueUrl", parameters: `{"queueName": "jobs", "queueOwnerAWSAccountId": "444455556666"}`,
			want: []string{"arn:aws:sqs:eu-west-1:444455556666:jobs"},
		},
		{
			name: "a table's bucket is not the table", action: "s3tables:GetTableMetadataLocation",
			parameters: `{"tableBucketARN": "arn:aws:s3tables:eu-west-1:111122223333:bucket/lake", "namespace": "n", "name": "t"}`,
			want:       []string{"arn:aws:s3tables:eu-west-1:111122223333:bucket/lake/table/TABLE_ID"},
		},
		{
			name: "function by its alias", action: "lambda:InvokeFunction", parameters: `{"functionName": "resize", "qualifier": "live"}`,
			want: []string{"arn:aws:lambda:eu-west-1:111122223333:function:resize:live"},
		},
		{
			name: "addresses of a Region", action: "wafv2:GetIPSet", parameters: `{"name": "blocked", "id": "1a2b", "scope": "REGIONAL"}`,
			want: []string{"arn:aws:wafv2:eu-west-1:111122223333:regional/ipset/blocked/1a2b"},
		},
		{
			name: "addresses of CloudFront", action: "wafv2:UpdateIPSet", parameters: `{"name": "blocked", "id": "1a2b", "scope": "CLOUDFRONT"}`,
			want: []string{"arn:aws:wafv2:eu-west-1:111122223333:global/ipset/blocked/1a2b"},
		},
		{
			name: "an id that several types have does not tell which", action: "apigateway:GET", parameters: `{"restApiId": "a1b2c3d4e5"}`,
		},
		{
			name: "foundation model", action: "bedrock:InvokeModel", parameters: `{"modelId": "anthropic.claude-3-haiku-20240307-v1:0"}`,
			want: []string{"arn:aws:bedrock:eu-west-1::foundation-model/anthropic.claude-3-haiku-20240307-v1:0"},
		},
		{
			name: "foundation model with a dot in its name", action: "bedrock:InvokeModel", parameters: `{"modelId": "zai.glm-4.6"}`,
			want: []string{"arn:aws:bedrock:eu-west-1::foundation-model/zai.glm-4.6"},
		},
		{
			name: "inference profile", action: "bedrock:InvokeModelWithResponseStream", parameters: `{"modelId": "eu.amazon.nova-pro-v1:0"}`,
			want: []string{"arn:aws:bedrock:eu-west-1:111122223333:inference-profile/eu.amazon.nova-pro-v1:0"},
		},
		{
			name: "inference profile of all Regions", action: "bedrock:InvokeModel", parameters: `{"modelId": "global.anthropic.claude-sonnet-4-5-20250929-v1:0"}`,
			want: []string{"arn:aws:bedrock:eu-west-1:111122223333:inference-profile/global.anthropic.claude-sonnet-4-5-20250929-v1:0"},
		},
		{
			name: "model by ARN", action: "bedrock:InvokeModel", parameters: `{"modelId": "arn:aws:bedrock:eu-west-1:111122223333:provisioned-model/a1b2c3"}`,
			want: []string{"arn:aws:bedrock:eu-west-1:111122223333:provisioned-model/a1b2c3"},
		},
		{
			name: "model that is not known", action: "bedrock:InvokeModel", parameters: `{"modelId": "mine"}`,
		},
		{
			name: "user pool", action: "cognito-idp:AdminGetUser", parameters: `{"userPoolId": "eu-west-1_abc", "username": "x"}`,
			want: []string{"arn:aws:cognito-idp:eu-west-1:111122223333:userpool/eu-west-1_abc"},
		},
		{
			name: "target group", action: "elasticloadbalancing:RegisterTargets", parameters: `{"targetGroupArn": "arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/api/0a1b", "targets": [{"id": "10.0.0.1"}]}`,
			want: []string{"arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/api/0a1b"},
		},
		{name: "nothing known", action: "sts:AssumeRole", parameters: `null`},
		{name: "hidden", action: "secretsmanager:GetSecretValue", parameters: `{"secretId": "HIDDEN_DUE_TO_SECURITY_REASONS"}`},
		{name: "unknown action", action: "new:DoIt", parameters: `{"name": "x"}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var parameters map[string]any
			if err := json.Unmarshal([]byte(tt.parameters), &parameters); err != nil {
				t.Fatal(err)
			}
			got := RequestResources(tt.action, parameters, tt.resources, here)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			first, ok := RequestResource(tt.action, parameters, tt.resources, here)
			if ok != (len(tt.want) > 0) || ok && first != tt.want[0] {
				t.Errorf("RequestResource gives %q, %v", first, ok)
			}
		})
	}
}
