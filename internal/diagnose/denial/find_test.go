package denial

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"whystopped/internal/diagnose/verdict"
	"whystopped/internal/iampolicy/sar"
)

// brief is what the tables compare of a denial.
type brief struct {
	Role, Session, User, Action, Resource string
	Policy                                verdict.PolicyType
	Explicit, Bare, Cut                   bool
}

func briefs(found []Denial) []brief {
	var out []brief
	for _, d := range found {
		out = append(out, brief{d.Principal.Role, d.Principal.Session, d.Principal.User, d.Action, d.Resource, d.Policy, d.Explicit, d.Bare, d.Cut})
	}
	return out
}

const (
	session = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
	user    = "User: arn:aws:sts::111122223333:assumed-role/orders-task/" + session
	object  = "arn:aws:s3:::orders.files/in/2026 11/a@b.csv"
)

// getObject is the denial that most cases wrap.
var getObject = brief{Role: "orders-task", Session: session, Action: "s3:GetObject", Resource: "arn:aws:s3:::orders/in/a.csv", Policy: verdict.PolicyIdentity}

const getObjectSentence = user + ` is not authorized to perform: s3:GetObject on resource: "arn:aws:s3:::orders/in/a.csv" because no identity-based policy allows the s3:GetObject action`

func TestFindThroughEveryWrapping(t *testing.T) {
	for name, text := range map[string]string{
		"plain":              getObjectSentence,
		"boto3":              "botocore.exceptions.ClientError: An error occurred (AccessDenied) when calling the GetObject operation: " + getObjectSentence,
		"old CLI":            "A client error (AccessDenied) occurred when calling the GetObject operation: " + getObjectSentence,
		"Java v1":            "com.amazonaws.services.s3.model.AmazonS3Exception: " + getObjectSentence + " (Service: Amazon S3; Status Code: 403; Error Code: AccessDenied; Request ID: 6D1A; S3 Extended Request ID: x; Proxy: null), S3 Extended Request ID: x",
		"Java v2":            "software.amazon.awssdk.services.s3.model.S3Exception: " + getObjectSentence + " (Service: S3, Status Code: 403, Request ID: 6D1A, Extended Request ID: x) (SDK Attempt Count: 1)",
		"Go v1":              "AccessDenied: " + getObjectSentence + "\n\tstatus code: 403, request id: 6D1A, host id: x",
		"Go v1 in logfmt":    `level=error err="AccessDenied: ` + strings.ReplaceAll(getObjectSentence, `"`, `\"`) + `\n\tstatus code: 403, request id: 6D1A"`,
		"Go v2":              "operation error S3: GetObject, https response error StatusCode: 403, RequestID: 6D1A, HostID: x, api error AccessDenied: " + getObjectSentence,
		"JS v2":              "AccessDenied: " + getObjectSentence + "\n    at Request.extractError (/app/node_modules/aws-sdk/lib/services/s3.js:712:35)",
		"JS v3":              "AccessDenied: " + getObjectSentence + "\n    at deserializeAws_restXmlGetObjectCommandError (/app/node_modules/@aws-sdk/client-s3/dist-cjs/protocols/Aws_restXml.js:6269:12)",
		".NET":               "Amazon.S3.AmazonS3Exception: " + getObjectSentence + " ---> Amazon.Runtime.Internal.HttpErrorResponseException: Exception of type",
		"Ruby":               "Aws::S3::Errors::AccessDenied (" + getObjectSentence + "):",
		"PHP":                `Error executing "GetObject" on "https://orders.s3.amazonaws.com/in/a.csv"; AWS HTTP error: Client error: 403 AccessDenied (client): ` + getObjectSentence + ` - <?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>`,
		"Rust":               `ServiceError(ServiceError { source: Unhandled(Unhandled { source: ErrorMetadata { code: Some("AccessDenied"), message: Some("` + strings.ReplaceAll(getObjectSentence, `"`, `\"`) + `") } }) })`,
		"C++":                "HTTP response code: 403\nResolved remote host IP address: \nException name: AccessDenied\nError message: " + getObjectSentence,
		"XML":                "<Error><Code>AccessDenied</Code><Message>" + getObjectSentence + "</Message></Error>",
		"JSON log line":      `{"level":"error","msg":"` + strings.ReplaceAll(getObjectSentence, `"`, `\"`) + `"}`,
		"Terraform":          "Error: reading S3 Object (in/a.csv): operation error S3: GetObject, https response error StatusCode: 403, RequestID: 6D1A, HostID: x, api error AccessDenied: " + getObjectSentence,
		"twice in one text":  "secret x: " + getObjectSentence + ": " + getObjectSentence,
		"upper case":         strings.Replace(getObjectSentence, "is not authorized to perform", "IS NOT AUTHORIZED TO PERFORM", 1),
		"wrapped":            strings.Replace(getObjectSentence, "is not authorized to perform:", "is not\n    authorized to\n    perform:", 1),
		"blank lost":         strings.Replace(getObjectSentence, "allows the", "allowsthe", 1),
		"action in capitals": strings.Replace(getObjectSentence, "perform: s3:GetObject", "perform: S3:getobject", 1),
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff([]brief{getObject}, briefs(Find(text))); diff != "" {
				t.Errorf("denials (-want +got):\n%s", diff)
			}
		})
	}
}

func TestFindReasons(t *testing.T) {
	const sentence = user + " is not authorized to perform: dynamodb:Query on resource: arn:aws:dynamodb:eu-west-1:111122223333:table/orders"
	tests := map[string]struct {
		clause   string
		policy   verdict.PolicyType
		explicit bool
		arn      string
	}{
		"none":                        {"", verdict.PolicyUnknown, false, ""},
		"identity":                    {"because no identity-based policy allows the dynamodb:Query action", verdict.PolicyIdentity, false, ""},
		"resource":                    {"because no resource-based policy allows the dynamodb:Query action", verdict.PolicyResource, false, ""},
		"boundary":                    {"because no permissions boundary allows the dynamodb:Query action", verdict.PolicyBoundary, false, ""},
		"session":                     {"because no session policy allows the dynamodb:Query action", verdict.PolicySession, false, ""},
		"endpoint":                    {"because no VPC endpoint policy allows the dynamodb:Query action", verdict.PolicyVPCEndpoint, false, ""},
		"SCP":                         {"because no service control policy allows the dynamodb:Query action", verdict.PolicySCP, false, ""},
		"RCP":                         {"because no resource control policy allows the dynamodb:Query action", verdict.PolicyRCP, false, ""},
		"explicit identity":           {"with an explicit deny in an identity-based policy", verdict.PolicyIdentity, true, ""},
		"explicit identity with ARN":  {"with an explicit deny in an identity-based policy: arn:aws:iam::111122223333:policy/no-tables", verdict.PolicyIdentity, true, "arn:aws:iam::111122223333:policy/no-tables"},
		"explicit resource":           {"with an explicit deny in a resource-based policy", verdict.PolicyResource, true, ""},
		"explicit boundary":           {"with an explicit deny in a permissions boundary", verdict.PolicyBoundary, true, ""},
		"explicit SCP with ARN":       {"with an explicit deny in a service control policy: arn:aws:organizations::444455556666:policy/o-abcdefghij/service_control_policy/p-abcdefgh", verdict.PolicySCP, true, "arn:aws:organizations::444455556666:policy/o-abcdefghij/service_control_policy/p-abcdefgh"},
		"explicit RCP":                {"with an explicit deny in a resource control policy", verdict.PolicyRCP, true, ""},
		"explicit session, as in doc": {"with an explicit deny in a sessions policy", verdict.PolicySession, true, ""},
		"endpoint through SCP":        {"with an explicit deny in a VPC endpoint policy transitively through a service control policy", verdict.PolicySCP, true, ""},
		"explicit endpoint":           {"with an explicit deny in a VPC endpoint policy", verdict.PolicyVPCEndpoint, true, ""},
		"explicit trust":              {"with an explicit deny in the role trust policy", verdict.PolicyTrust, true, ""},
		"explicit, old form":          {"with an explicit deny", verdict.PolicyUnknown, true, ""},
		"clause behind Java's tail":   {"because no identity-based policy allows the dynamodb:Query action (Service: DynamoDb, Status Code: 400, Request ID: 5)", verdict.PolicyIdentity, false, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			found := Find(sentence + " " + tt.clause)
			if len(found) != 1 {
				t.Fatalf("found %d denials, want 1", len(found))
			}
			d := found[0]
			if d.Policy != tt.policy || d.Explicit != tt.explicit || d.PolicyARN != tt.arn {
				t.Errorf("policy %s explicit %v ARN %q, want %s %v %q", d.Policy, d.Explicit, d.PolicyARN, tt.policy, tt.explicit, tt.arn)
			}
			if d.Resource != "arn:aws:dynamodb:eu-west-1:111122223333:table/orders" {
				t.Errorf("resource %q", d.Resource)
			}
		})
	}
}

func TestFindPrincipalsAndResources(t *testing.T) {
	tests := map[string]struct {
		text string
		want []brief
	}{
		"IAM user with a blank and a path": {
			"User: arn:aws:iam::111122223333:user/ci/deploy bot is not authorized to perform: ses:VerifyEmailIdentity",
			[]brief{{User: "deploy bot", Action: "ses:VerifyEmailIdentity", Resource: "*", Policy: verdict.PolicyUnknown}},
		},
		"SES quotes with a backtick": {
			"554 Access denied: User `arn:aws:iam::111122223333:user/mailer' is not authorized to perform `ses:SendRawEmail' on resource `arn:aws:ses:eu-west-1:111122223333:identity/example.com'",
			[]brief{{User: "mailer", Action: "ses:SendRawEmail", Resource: "arn:aws:ses:eu-west-1:111122223333:identity/example.com", Policy: verdict.PolicyUnknown}},
		},
		"GovCloud, resource with blanks, dots and @": {
			`User: arn:aws-us-gov:sts::111122223333:assumed-role/r/i-0123456789abcdef0 is not authorized to perform: s3:GetObject on resource: "` + object + `" because no identity-based policy allows the s3:GetObject action`,
			[]brief{{Role: "r", Session: "i-0123456789abcdef0", Action: "s3:GetObject", Resource: object, Policy: verdict.PolicyIdentity}},
		},
		"role as words": {
			"User: arn:aws:iam::111122223333:user/ci is not authorized to perform: iam:GetRole on resource: role orders-exec because no identity-based policy allows the iam:GetRole action",
			[]brief{{User: "ci", Action: "iam:GetRole", Resource: "role orders-exec", Policy: verdict.PolicyIdentity}},
		},
		"log stream ARN keeps its colon": {
			user + " is not authorized to perform: logs:CreateLogGroup on resource: arn:aws:logs:eu-west-1:111122223333:log-group:orders:log-stream: because no identity-based policy allows the logs:CreateLogGroup action",
			[]brief{{Role: "orders-task", Session: session, Action: "logs:CreateLogGroup", Resource: "arn:aws:logs:eu-west-1:111122223333:log-group:orders:log-stream:", Policy: verdict.PolicyIdentity}},
		},
		"secret by name": {
			user + " is not authorized to perform: secretsmanager:GetSecretValue on resource: ledger/db because no identity-based policy allows the secretsmanager:GetSecretValue action",
			[]brief{{Role: "orders-task", Session: session, Action: "secretsmanager:GetSecretValue", Resource: "ledger/db", Policy: verdict.PolicyIdentity}},
		},
		"Athena names neither": {
			"You are not authorized to perform: athena:GetWorkGroup on the resource. After your AWS administrator or you have updated your permissions, please try again.",
			[]brief{{Action: "athena:GetWorkGroup", Policy: verdict.PolicyUnknown}},
		},
		"KMS through S3": {
			user + " is not authorized to perform: kms:GenerateDataKey on this resource because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access",
			[]brief{{Role: "orders-task", Session: session, Action: "kms:GenerateDataKey", Policy: verdict.PolicyKey}},
		},
		"web identity has the trust policy only": {
			"WebIdentityErr: failed to retrieve credentials\ncaused by: AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity\n\tstatus code: 403, request id: 5",
			[]brief{{Action: "sts:AssumeRoleWithWebIdentity", Policy: verdict.PolicyTrust}},
		},
		"a role that assumes itself needs its own trust": {
			user + " is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::111122223333:role/app/orders-task",
			[]brief{{Role: "orders-task", Session: session, Action: "sts:AssumeRole", Resource: "arn:aws:iam::111122223333:role/app/orders-task", Policy: verdict.PolicyTrust}},
		},
		"two different ones, joined": {
			user + " is not authorized to perform: sqs:SendMessage on resource: arn:aws:sqs:eu-west-1:111122223333:a because no identity-based policy allows the sqs:SendMessage action; " + user + " is not authorized to perform: sqs:SendMessage on resource: arn:aws:sqs:eu-west-1:111122223333:b because no identity-based policy allows the sqs:SendMessage action",
			[]brief{
				{Role: "orders-task", Session: session, Action: "sqs:SendMessage", Resource: "arn:aws:sqs:eu-west-1:111122223333:a", Policy: verdict.PolicyIdentity},
				{Role: "orders-task", Session: session, Action: "sqs:SendMessage", Resource: "arn:aws:sqs:eu-west-1:111122223333:b", Policy: verdict.PolicyIdentity},
			},
		},
		"resource broken over two lines": {
			user + " is not authorized to perform: dynamodb:Query on resource: arn:aws:dynamodb:eu-west-1:111122223333:table\n/orders because no identity-based policy allows the dynamodb:Query action",
			[]brief{{Role: "orders-task", Session: session, Action: "dynamodb:Query", Resource: "arn:aws:dynamodb:eu-west-1:111122223333:table/orders", Policy: verdict.PolicyIdentity}},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, briefs(Find(tt.text))); diff != "" {
				t.Errorf("denials (-want +got):\n%s", diff)
			}
		})
	}
}

func TestFindCutTexts(t *testing.T) {
	const head = "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve ecr registry auth: service call has been retried 1 time(s): AccessDeniedException: "
	tests := map[string]struct {
		text string
		want brief
	}{
		"in the principal":            {head + "User: arn:aws:sts::111122223333:assumed-rol...", brief{Action: "ecr:GetAuthorizationToken", Resource: "*", Policy: verdict.PolicyUnknown, Bare: true, Cut: true}},
		"in the role":                 {head + "User: arn:aws:sts::111122223333:assumed-role/orders-ex", brief{Role: "orders-ex", Action: "ecr:GetAuthorizationToken", Resource: "*", Policy: verdict.PolicyUnknown, Bare: true, Cut: true}},
		"in the code":                 {head[:len(head)-len("iedException: ")], brief{Action: "ecr:GetAuthorizationToken", Resource: "*", Policy: verdict.PolicyUnknown, Bare: true, Cut: true}},
		"behind the code":             {head + "U", brief{Action: "ecr:GetAuthorizationToken", Resource: "*", Policy: verdict.PolicyUnknown, Bare: true, Cut: true}},
		"at User:":                    {head + "User:", brief{Action: "ecr:GetAuthorizationToken", Resource: "*", Policy: verdict.PolicyUnknown, Bare: true, Cut: true}},
		"in the action":               {head + "User: arn:aws:sts::111122223333:assumed-role/orders-exec/" + session + " is not authorized to perform: ecr:GetAuthor", brief{Role: "orders-exec", Session: session, Action: "ecr:GetAuthorizationToken", Resource: "*", Policy: verdict.PolicyUnknown, Cut: true}},
		"before the resource":         {head + "User: arn:aws:sts::111122223333:assumed-role/orders-exec/" + session + " is not authorized to perform: ecr:GetAuthorizationToken on r", brief{Role: "orders-exec", Session: session, Action: "ecr:GetAuthorizationToken", Resource: "*", Policy: verdict.PolicyUnknown}},
		"in the resource":             {"User: arn:aws:sts::111122223333:assumed-role/orders-exec/" + session + " is not authorized to perform: logs:CreateLogStream on resource: arn:aws:logs:eu-west-1:111122223333:log", brief{Role: "orders-exec", Session: session, Action: "logs:CreateLogStream", Policy: verdict.PolicyUnknown, Cut: true}},
		"the beginning, not the end":  {"...no VPC endpoint policy allows the ssm:GetParameters action", brief{Action: "ssm:GetParameters", Policy: verdict.PolicyVPCEndpoint}},
		"in the reason":               {"User: arn:aws:sts::111122223333:assumed-role/orders-exec/" + session + " is not authorized to perform: ssm:GetParameters on resource: arn:aws:ssm:eu-west-1:111122223333:parameter/a/b because no identity-ba", brief{Role: "orders-exec", Session: session, Action: "ssm:GetParameters", Resource: "arn:aws:ssm:eu-west-1:111122223333:parameter/a/b", Policy: verdict.PolicyIdentity}},
		"the role, on the log driver": {"CannotStartContainerError: Error response from daemon: failed to initialize logging driver: failed to create Cloudwatch log group: AccessDeniedException: User: arn:aws:sts::111122223333:assumed-role/cluster-EcsInstanceRole-1A2B", brief{Role: "cluster-EcsInstanceRole-1A2B", Action: "logs:CreateLogGroup", Policy: verdict.PolicyUnknown, Bare: true, Cut: true}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff([]brief{tt.want}, briefs(Find(tt.text))); diff != "" {
				t.Errorf("denials (-want +got):\n%s", diff)
			}
		})
	}
}

func TestFindWithoutASentence(t *testing.T) {
	bareOf := func(action, resource string) brief {
		return brief{Action: action, Resource: resource, Policy: verdict.PolicyUnknown, Bare: true}
	}
	tests := map[string]struct {
		text string
		want []brief
	}{
		"boto3 GetObject":           {"An error occurred (AccessDenied) when calling the GetObject operation: Access Denied", []brief{bareOf("s3:GetObject", "")}},
		"boto3 ListObjectsV2":       {"An error occurred (AccessDenied) when calling the ListObjectsV2 operation: Access Denied", []brief{bareOf("s3:ListBucket", "")}},
		"CLI HeadObject":            {"fatal error: An error occurred (403) when calling the HeadObject operation: Forbidden", []brief{bareOf("s3:GetObject", "")}},
		"CLI upload names the key":  {"upload failed: ./a.csv to s3://orders/in/a.csv An error occurred (AccessDenied) when calling the PutObject operation: Access Denied", []brief{bareOf("s3:PutObject", "arn:aws:s3:::orders/in/a.csv")}},
		"Fargate env file":          {"ResourceInitializationError: failed to download env files: service call has been retried 1 time(s): operation error S3: HeadObject, https response error StatusCode: 403, RequestID: 6D1A, HostID: x, api error Forbidden: Forbidden", []brief{bareOf("s3:GetObject", "")}},
		"Java v2 HEAD":              {"software.amazon.awssdk.services.s3.model.S3Exception: null (Service: S3, Status Code: 403, Request ID: 6D1A)", []brief{bareOf("", "")}},
		"Go v1":                     {"AccessDenied: Access Denied\n\tstatus code: 403, request id: 6D1A, host id: x", []brief{bareOf("", "")}},
		"JS v3 tells the operation": {"AccessDenied: Access Denied\n    at throwDefaultError (/app/node_modules/@smithy/smithy-client/dist-cjs/index.js:838:20)\n    at de_PutObjectCommandError (/app/node_modules/@aws-sdk/client-s3/dist-cjs/index.js:1)", []brief{bareOf("s3:PutObject", "")}},
		"fluent-bit":                {"[2026/11/22 08:00:00] [error] [output:cloudwatch_logs:cloudwatch_logs.0] CreateLogStream API responded with error='AccessDeniedException'", []brief{bareOf("logs:CreateLogStream", "")}},
		"EC2's short text":          {"botocore.exceptions.ClientError: An error occurred (UnauthorizedOperation) when calling the DescribeRegions operation: You are not authorized to perform this operation.", []brief{bareOf("ec2:DescribeRegions", "*")}},
		"KMS behind a secret":       {"unable to retrieve secret from asm: AccessDeniedException: Access to KMS is not allowed", []brief{{Action: "kms:Decrypt", Policy: verdict.PolicyUnknown, Bare: true}}},
		"KMS of a ciphertext":       {"Fetching secret data from SSM Parameter Store in eu-west-1: AccessDeniedException: The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access.", []brief{{Action: "kms:Decrypt", Policy: verdict.PolicyUnknown, Bare: true}}},
		"SQS's old sentence":        {"An error occurred (AccessDenied) when calling the ListQueues operation: Access to the resource https://queue.amazonaws.com/ is denied.", []brief{bareOf("sqs:ListQueues", "*")}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, briefs(Find(tt.text))); diff != "" {
				t.Errorf("denials (-want +got):\n%s", diff)
			}
		})
	}
}

func TestFindNothing(t *testing.T) {
	for name, text := range map[string]string{
		"empty":                  "",
		"MySQL":                  "ERROR 1045 (28000): Access denied for user 'orders'@'10.0.3.7' (using password: YES)",
		"PostgreSQL":             "ERROR: permission denied for schema public",
		"network":                "operation error ECR: GetAuthorizationToken, exceeded maximum number of attempts, 3, https response error StatusCode: 0, RequestID: , request send failed, Post \"https://api.ecr.eu-west-1.amazonaws.com/\": dial tcp 10.0.1.5:443: i/o timeout",
		"missing secret":         "ResourceNotFoundException: Secrets Manager can't find the specified secret.",
		"signature":              "An error occurred (SignatureDoesNotMatch) when calling the GetObject operation: The request signature we calculated does not match",
		"expired":                "An error occurred (ExpiredToken) when calling the ListBuckets operation: The provided token has expired.",
		"throttled":              "An error occurred (ThrottlingException) when calling the GetParameter operation: Rate exceeded",
		"Java file":              "java.nio.file.AccessDeniedException: /data/orders.db",
		"a web page":             "HTTP 403: you are not authorized to access this page",
		"session credentials":    "StsException: Cannot call GetSessionToken with session credentials (Service: Sts, Status Code: 403, Request ID: 84d6edcb-d3b5-4b03-84b0-99d1ce3edb34)",
		"account without access": "An error occurred (AccessDeniedException) when calling the InvokeModel operation: Your account is not authorized to invoke this API operation.",
	} {
		t.Run(name, func(t *testing.T) {
			if found := briefs(Find(text)); len(found) > 0 {
				t.Errorf("found %+v", found)
			}
		})
	}
}

// FuzzFind: no input panics, and every range lies inside the text.
func FuzzFind(f *testing.F) {
	f.Add(getObjectSentence)
	f.Add("An error occurred (AccessDenied) when calling the GetObject operation: Access Denied")
	f.Add("User: arn:aws:sts::1:assumed-role/a/b is not authorized to perform: s3:* on resource: <a b")
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 8<<10 {
			t.Skip()
		}
		for _, d := range Find(text) {
			if d.Start < 0 || d.End < d.Start || d.End > len(text) {
				t.Fatalf("range %d:%d in a text of %d bytes", d.Start, d.End, len(text))
			}
		}
	})
}

// TestResourceEndsWithItsJSON: what comes behind an unquoted resource in a line of
// JSON is none of its name.
func TestResourceEndsWithItsJSON(t *testing.T) {
	const role = "arn:aws:iam::111122223333:role/orders-exec"
	for _, text := range []string{
		`{"message":"` + user + ` is not authorized to perform: iam:PassRole on resource: ` + role + `","code":"AccessDenied","retryDelay":23.5}`,
		`"{\"message\":\"` + user + ` is not authorized to perform: iam:PassRole on resource: ` + role + `\",\"code\":\"AccessDenied\"}"`,
	} {
		if found := Find(text); len(found) != 1 || found[0].Resource != role {
			t.Errorf("%s: %+v", text, found)
		}
	}
}

// TestEveryServicePrefixIsReadWhole: no letter of an action is taken for the
// line break of a quoted text.
func TestEveryServicePrefixIsReadWhole(t *testing.T) {
	for _, service := range sar.Services() {
		want := sar.Actions(service)[0].String()
		for _, between := range []string{": ", " ", `:\n`, `:\\n `, ":\n  ", `: \"`} {
			found := Find(user + " is not authorized to perform" + between + want + " on resource: *")
			if len(found) != 1 || found[0].Action != want {
				t.Errorf("%q before %s: %+v", between, want, found)
			}
		}
	}
}
