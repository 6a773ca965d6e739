package iampolicy

import "testing"

// here is where the denied calls of the tests were made.
var here = Context{Partition: "aws", Region: "eu-west-1", Account: "111122223333"}

func TestResourceARN(t *testing.T) {
	tests := []struct {
		action, printed string
		want            string // "" where the resource is not known
	}{
		// no resource-level permissions
		{"ecr:GetAuthorizationToken", "*", "*"},
		{"ecr:GetAuthorizationToken", "", "*"},
		{"ecr:GetAuthorizationToken", "arn:aws:ecr:eu-west-1:111122223333:repository/api", "*"},
		{"ecs:DescribeTaskDefinition", "arn:aws:ecs:eu-west-1:111122223333:task-definition/api:1", "*"},
		{"sns:ListSubscriptions", "arn:aws:sns:eu-west-1:111122223333:*", "*"},
		{"sqs:ListQueues", "arn:aws:sqs:eu-west-1:111122223333:", "*"},
		{"logs:DescribeLogGroups", "arn:aws:logs:eu-west-1:111122223333:log-group::log-stream:", "*"},
		{"iam:ListPolicies", "policy path /", "*"},
		// AWS checked it on everything, and names nothing
		{"iam:CreateUser", "*", ""},
		{"s3:ListBucket", "*", ""},
		{"sns:Publish", "*", ""},
		{"ecs:ListTasks", "*", "*"},
		{"rds:DescribeDBInstances", "*", "*"},
		// as printed: quotes, punctuation, masks
		{"s3:GetObject", `"arn:aws:s3:::settings/prod/.env"`, "arn:aws:s3:::settings/prod/.env"},
		{"sns:Publish", "arn:aws:sns:eu-west-1:111122223333:alerts.", "arn:aws:sns:eu-west-1:111122223333:alerts"},
		{"ses:SendRawEmail", "`arn:aws:ses:eu-west-1:111122223333:identity/example.com'", "arn:aws:ses:eu-west-1:111122223333:identity/example.com"},
		{"iam:PassRole", "<arn:aws:iam::111122223333:role/api>", "arn:aws:iam::111122223333:role/api"},
		{"dynamodb:Query", "arn:aws:dynamodb:eu-west-1:<account id>:table/orders", "arn:aws:dynamodb:eu-west-1:ACCOUNT_ID:table/orders"},
		{"logs:CreateLogGroup", "arn:aws:logs:eu-west-1:xxxx:log-group:/ecs/api:log-stream:", "arn:aws:logs:eu-west-1:ACCOUNT_ID:log-group:/ecs/api:*"},
		{"ssm:GetParameters", "arn:aws:ssm:eu-west-1:**:parameter/API_KEY", "arn:aws:ssm:eu-west-1:ACCOUNT_ID:parameter/API_KEY"},
		{"iam:PassRole", "arn:aws-us-gov:iam::111122223333:role/team/api", "arn:aws-us-gov:iam::111122223333:role/team/api"},
		{"ec2:RunInstances", "arn:aws:ec2:eu-west-1:111122223333:instance/*", "arn:aws:ec2:eu-west-1:111122223333:instance/*"},
		{"ec2:StopInstances", "arn:aws:ec2:eu-west-1:111122223333:instance/*", "arn:aws:ec2:eu-west-1:111122223333:instance/${*}"},
		{"ec2:CreateTags", "arn:aws:ec2:eu-west-1:111122223333:volume/*", "arn:aws:ec2:eu-west-1:111122223333:volume/${*}"},
		// secrets
		{"secretsmanager:GetSecretValue", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/db-a1B2c3", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/db-a1B2c3"},
		{"secretsmanager:GetSecretValue", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/db-a1B2c3:password::", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/db-a1B2c3"},
		{"secretsmanager:GetSecretValue", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/database", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/database-??????"},
		{"secretsmanager:GetSecretValue", "prod/database", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/database-??????"},
		{"secretsmanager:GetSecretValue", "db-secret", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-secret-??????"},
		{"secretsmanager:GetSecretValue", "rds!db-8c0e6a52-3c5b-4b0e-9d0e-0a1b2c3d4e5f", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:rds!db-8c0e6a52-3c5b-4b0e-9d0e-0a1b2c3d4e5f-??????"},
		{"secretsmanager:CreateSecret", "prod/new", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/new"},
		// parameters
		{"ssm:GetParameters", "arn:aws:ssm:eu-west-1:111122223333:parameter//prod/key", "arn:aws:ssm:eu-west-1:111122223333:parameter/prod/key"},
		{"ssm:GetParameters", "/prod/key", "arn:aws:ssm:eu-west-1:111122223333:parameter/prod/key"},
		{"ssm:GetParameters", "KEY:3", "arn:aws:ssm:eu-west-1:111122223333:parameter/KEY"},
		{"ssm:GetParametersByPath", "arn:aws:ssm:eu-west-1:111122223333:parameter/prod/", "arn:aws:ssm:eu-west-1:111122223333:parameter/prod/"},
		// buckets and objects
		{"s3:ListBucket", "arn:aws:s3:::settings/prod/.env", "arn:aws:s3:::settings"},
		{"s3:ListBucket", "settings", "arn:aws:s3:::settings"},
		{"s3:GetObject", "arn:aws:s3:::settings", "arn:aws:s3:::settings/*"},
		{"s3:GetObject", "s3://settings/prod/.env", "arn:aws:s3:::settings/prod/.env"},
		{"s3:GetObject", "https://settings.s3.eu-west-1.amazonaws.com/prod/.env", "arn:aws:s3:::settings/prod/.env"},
		{"s3:ListBucket", "https://s3.eu-west-1.amazonaws.com/settings/", "arn:aws:s3:::settings"},
		{"s3:GetObject", "https://example.com/settings", ""},
		{"s3:GetObject", "arn:aws:s3:eu-west-1:111122223333:accesspoint/ap/object/key", "arn:aws:s3:eu-west-1:111122223333:accesspoint/ap/object/key"},
		// log groups
		{"logs:CreateLogStream", "arn:aws:logs:eu-west-1:111122223333:log-group:/ecs/api:log-stream:ecs/app/0f", "arn:aws:logs:eu-west-1:111122223333:log-group:/ecs/api:*"},
		{"logs:PutLogEvents", "log-group:/ecs/api:log-stream:", "arn:aws:logs:eu-west-1:111122223333:log-group:/ecs/api:*"},
		{"logs:CreateLogGroup", "/ecs/api", "arn:aws:logs:eu-west-1:111122223333:log-group:/ecs/api:*"},
		{"logs:TagResource", "arn:aws:logs:eu-west-1:111122223333:log-group:/ecs/api:*", "arn:aws:logs:eu-west-1:111122223333:log-group:/ecs/api"},
		{"logs:PutSubscriptionFilter", "arn:aws:logs:eu-west-1:111122223333:destination:central", "arn:aws:logs:eu-west-1:111122223333:destination:central"},
		// queues and topics
		{"sqs:SendMessage", "https://sqs.eu-central-1.amazonaws.com/444455556666/jobs", "arn:aws:sqs:eu-central-1:444455556666:jobs"},
		{"sqs:SendMessage", "https://eu-central-1.queue.amazonaws.com/444455556666/jobs", "arn:aws:sqs:eu-central-1:444455556666:jobs"},
		{"sqs:SendMessage", "https://queue.amazonaws.com/444455556666/jobs", "arn:aws:sqs:us-east-1:444455556666:jobs"},
		{"sqs:SendMessage", "https://vpce-0a-1.sqs.eu-central-1.vpce.amazonaws.com/444455556666/jobs.fifo", "arn:aws:sqs:eu-central-1:444455556666:jobs.fifo"},
		{"sqs:SendMessage", "https://sqs.eu-central-1.amazonaws.com/", ""},
		{"sqs:SendMessage", "jobs", "arn:aws:sqs:eu-west-1:111122223333:jobs"},
		{"sns:Publish", "+358401234567", "*"},
		// tables, keys, images, roles, functions, zones
		{"dynamodb:GetItem", "orders", "arn:aws:dynamodb:eu-west-1:111122223333:table/orders"},
		{"dynamodb:Query", "table/orders/index/by-day", "arn:aws:dynamodb:eu-west-1:111122223333:table/orders/index/by-day"},
		{"dynamodb:GetItem", "arn:aws:dynamodb:eu-west-1:111122223333:table/orders/index/by-day", "arn:aws:dynamodb:eu-west-1:111122223333:table/orders/index/by-day"},
		{"kms:Decrypt", "1234abcd-12ab-34cd-56ef-1234567890ab", "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"},
		{"kms:Decrypt", "arn:aws:kms:eu-west-1:111122223333:alias/app", ""}, // Allow has a condition for it
		{"kms:Decrypt", "this resource", ""},
		{"ecr:BatchGetImage", "444455556666.dkr.ecr.eu-central-1.amazonaws.com/team/api:1.2", "arn:aws:ecr:eu-central-1:444455556666:repository/team/api"},
		{"ecr:BatchGetImage", "team/api", "arn:aws:ecr:eu-west-1:111122223333:repository/team/api"},
		{"iam:GetRole", "role api", "arn:aws:iam::111122223333:role/api"},
		{"iam:GetUser", "user deploy", "arn:aws:iam::111122223333:user/deploy"},
		{"iam:GetInstanceProfile", "instance profile ecs", "arn:aws:iam::111122223333:instance-profile/ecs"},
		{"iam:PassRole", "access key AKIAEXAMPLE", ""},
		{"lambda:InvokeFunction", "resize", "arn:aws:lambda:eu-west-1:111122223333:function:resize"},
		{"route53:ListResourceRecordSets", "/hostedzone/Z1", "arn:aws:route53:::hostedzone/Z1"},
		{"elasticfilesystem:ClientMount", "fs-0a1b", "arn:aws:elasticfilesystem:eu-west-1:111122223333:file-system/fs-0a1b"},
		// AWS prints what it evaluated, whatever templates the reference has
		{"lambda:InvokeFunction", "arn:aws:lambda:eu-west-1:111122223333:function:thumbs:blue", "arn:aws:lambda:eu-west-1:111122223333:function:thumbs:blue"},
		{"lambda:InvokeFunction", "arn:aws:lambda:eu-west-1:111122223333:function:thumbs:12", "arn:aws:lambda:eu-west-1:111122223333:function:thumbs:12"},
		{"lambda:InvokeFunctionUrl", "arn:aws:lambda:eu-west-1:111122223333:function:thumbs:$LATEST", "arn:aws:lambda:eu-west-1:111122223333:function:thumbs:$LATEST"},
		{"s3:PutObject", "arn:aws:s3::111122223333:accesspoint/mabc1.mrap/object/in/a.csv", "arn:aws:s3::111122223333:accesspoint/mabc1.mrap/object/in/a.csv"},
		{"s3:ListBucket", "arn:aws:s3::111122223333:accesspoint/mabc1.mrap", "arn:aws:s3::111122223333:accesspoint/mabc1.mrap"},
		{"s3-outposts:PutObject", "arn:aws:s3-outposts:eu-west-1:111122223333:outpost/op-0a/accesspoint/in/object/a.csv", "arn:aws:s3-outposts:eu-west-1:111122223333:outpost/op-0a/accesspoint/in/object/a.csv"},
		{"lambda:InvokeFunction", "arn:aws:lambda:eu-west-1:111122223333:layer:thumbs", ""},
		// what lies below a domain or a cluster
		{"es:ESHttpPost", "arn:aws:es:eu-west-1:111122223333:domain/orders", "arn:aws:es:eu-west-1:111122223333:domain/orders/*"},
		{"es:ESHttpPost", "https://vpc-order-search-a1b2c3d4e5.eu-central-1.es.amazonaws.com/_bulk", "arn:aws:es:eu-central-1:111122223333:domain/order-search/*"},
		{"es:ESHttpGet", "search-orders-a1b2c3d4e5.aos.eu-west-1.on.aws", "arn:aws:es:eu-west-1:111122223333:domain/orders/*"},
		{"es:DescribeDomain", "arn:aws:es:eu-west-1:111122223333:domain/orders", "arn:aws:es:eu-west-1:111122223333:domain/orders"},
		{"neptune-db:connect", "arn:aws:neptune-db:eu-west-1:111122223333:cluster-ABC/*", "arn:aws:neptune-db:eu-west-1:111122223333:cluster-ABC/*"},
		{"cloudformation:ListStackResources", "arn:aws:cloudformation:eu-west-1:111122223333:stack/net/*", "arn:aws:cloudformation:eu-west-1:111122223333:stack/net/*"},
		// wildcards of the evidence are characters of a name
		{"secretsmanager:GetSecretValue", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:*", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:${*}-??????"},
		{"secretsmanager:GetSecretValue", "teams/*", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:teams/${*}-??????"},
		{"secretsmanager:GetSecretValue", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:teams/*-??????", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:teams/${*}-??????"},
		{"s3:GetObject", `"arn:aws:s3:::settings/*"`, "arn:aws:s3:::settings/${*}"},
		{"s3:GetObject", "arn:aws:s3:::settings/????", "arn:aws:s3:::settings/${?}${?}${?}${?}"},
		{"s3:GetObject", "arn:aws:s3:::settings/$*/${aws:username}/$x", "arn:aws:s3:::settings/${$}${*}/${$}{aws:username}/$x"},
		{"s3:GetObject", "arn:aws:s3:::*", ""},
		{"s3:GetObject", "arn:*:s3:::*/*", ""},
		{"sqs:SendMessage", "arn:aws:sqs:eu-west-1:111122223333:*", "arn:aws:sqs:eu-west-1:111122223333:${*}"},
		{"logs:CreateLogStream", "arn:aws:logs:eu-west-1:111122223333:log-group:*:log-stream:*", ""},
		{"logs:CreateLogStream", "arn:aws:logs:eu-west-1:111122223333:log-group:/ecs/*:log-stream:*", "arn:aws:logs:eu-west-1:111122223333:log-group:/ecs/${*}:*"},
		{"iam:GetRole", "role *", "arn:aws:iam::111122223333:role/${*}"},
		// partition, Region and account are well-formed, or words to replace
		{"lambda:InvokeFunction", "arn:aws:lambda:*:*:function:resize", "arn:aws:lambda:REGION:ACCOUNT_ID:function:resize"},
		{"execute-api:Invoke", "arn:aws:execute-api:eu-west-1:********3333:a1b2c3/prod/GET/x", "arn:aws:execute-api:eu-west-1:111122223333:a1b2c3/prod/GET/x"},
		{"execute-api:Invoke", "arn:aws:execute-api:eu-west-1:********4444:a1b2c3/prod/GET/x", "arn:aws:execute-api:eu-west-1:ACCOUNT_ID:a1b2c3/prod/GET/x"},
		{"s3:GetObject", "arn:*:s3:::settings/k", "arn:aws:s3:::settings/k"},
		{"sqs:SendMessage", "arn:aws:sqs:cn-north-1:111122223333:jobs", "arn:aws-cn:sqs:cn-north-1:111122223333:jobs"},
		{"sqs:SendMessage", "arn:aws-evil:sqs:eu-west-1:111122223333:jobs", "arn:aws:sqs:eu-west-1:111122223333:jobs"},
		// masked names are words to replace
		{"dynamodb:Query", "arn:aws:dynamodb:eu-west-1:<account id>:table/<table>", "arn:aws:dynamodb:eu-west-1:ACCOUNT_ID:table/TABLE_NAME"},
		{"dynamodb:Query", "arn:aws:dynamodb:eu-west-1:111122223333:table/<table>/index/by-day", "arn:aws:dynamodb:eu-west-1:111122223333:table/TABLE_NAME/index/by-day"},
		{"s3:GetObject", "arn:aws:s3:::***/in/a.csv", "arn:aws:s3:::BUCKET_NAME/in/a.csv"},
		{"secretsmanager:GetSecretValue", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:[redacted]", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:SECRET_ID-??????"},
		{"logs:CreateLogStream", "arn:aws:logs:eu-west-1:111122223333:log-group:xxxx:log-stream:a", "arn:aws:logs:eu-west-1:111122223333:log-group:LOG_GROUP_NAME:*"},
		{"iam:PassRole", "arn:aws:iam::***:role/****", "arn:aws:iam::ACCOUNT_ID:role/ROLE_NAME"},
		// forms that the reference does not have
		{"ecs:TagResource", "arn:aws:ecs:eu-west-1:111122223333:task-definition/api", "arn:aws:ecs:eu-west-1:111122223333:task-definition/api"},
		{"newservice:DoIt", "arn:aws:newservice:eu-west-1:111122223333:thing/1", "arn:aws:newservice:eu-west-1:111122223333:thing/1"},
		// only objects have all characters in their names
		{"iam:PassRole", `arn:aws:iam::111122223333:role/api","code":"AccessDenied"`, ""},
		{"s3:GetObject", `arn:aws:s3:::settings/a"b\c`, `arn:aws:s3:::settings/a"b\c`},
		// nothing to go by
		{"s3:GetObject", "", ""},
		{"secretsmanager:GetSecretValue", "null", ""},
		{"iam:PassRole", "arn:aws:iam::111122223333:user/api", ""},
		{"sns:Publish", "arn:aws:sns:eu-west-1:111122223333:a\nb", ""},
		{"sns:Publish", "arn:aws:sns", ""},
	}
	for _, tt := range tests {
		got, ok := ResourceARN(tt.action, tt.printed, here)
		if got != tt.want || ok != (tt.want != "") {
			t.Errorf("ResourceARN(%s, %q) = %q, %v; want %q", tt.action, tt.printed, got, ok, tt.want)
		}
	}
}

func TestResourceARNContext(t *testing.T) {
	tests := []struct {
		ctx  Context
		want string
	}{
		{here, "arn:aws:sqs:eu-west-1:111122223333:jobs"},
		{Context{Region: "cn-north-1", Account: "111122223333"}, "arn:aws-cn:sqs:cn-north-1:111122223333:jobs"},
		{Context{Region: "us-gov-west-1"}, "arn:aws-us-gov:sqs:us-gov-west-1:ACCOUNT_ID:jobs"},
		{Context{Partition: "aws-iso"}, "arn:aws-iso:sqs:REGION:ACCOUNT_ID:jobs"},
	}
	for _, tt := range tests {
		if got, ok := ResourceARN("sqs:SendMessage", "jobs", tt.ctx); !ok || got != tt.want {
			t.Errorf("in %+v: got %q, %v; want %q", tt.ctx, got, ok, tt.want)
		}
	}
}

// FuzzResourceARN holds that whatever is printed, the resource is "*" or an ARN
// without control characters that the action can match.
func FuzzResourceARN(f *testing.F) {
	for _, seed := range []string{"arn:aws:s3:::b/k", "https://sqs.eu-west-1.amazonaws.com/1/q", "role x", "s3://b/k", "table/t/index/i", "alias/x", "\"'`,"} {
		f.Add("s3:GetObject", seed, "eu-west-1")
		f.Add("secretsmanager:GetSecretValue", seed, "")
	}
	f.Fuzz(func(t *testing.T, action, printed, region string) {
		if len(region) > 100 {
			t.Skip()
		}
		got, ok := ResourceARN(action, printed, Context{Region: region})
		switch {
		case !ok && got != "":
			t.Errorf("ResourceARN(%q, %q) = %q although not known", action, printed, got)
		case ok && hasControl(got):
			t.Errorf("ResourceARN(%q, %q) = %q", action, printed, got)
		case ok:
			if act, known := Canonical(action); known && !actsOn(act, got) && act.ResourceLevel() && !isPhoneNumber(act, trimPrinted(printed)) {
				t.Errorf("ResourceARN(%q, %q) = %q, which does not fit", action, printed, got)
			}
		}
	})
}
