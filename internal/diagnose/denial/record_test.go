package denial

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/diagnose/verdict"
)

func record(t *testing.T, s string) evidence.Record {
	t.Helper()
	var r evidence.Record
	if err := json.Unmarshal([]byte(s), &r); err != nil {
		t.Fatal(err)
	}
	return r
}

const byTask = `"awsRegion": "eu-west-1", "recipientAccountId": "111122223333", "userIdentity": {"type": "AssumedRole", "principalId": "AROAEXAMPLE:0f1e2d3c4b5a69788796a5b4c3d2e1f0", "arn": "arn:aws:sts::111122223333:assumed-role/orders-task/0f1e2d3c4b5a69788796a5b4c3d2e1f0", "accountId": "111122223333", "sessionContext": {"sessionIssuer": {"type": "Role", "arn": "arn:aws:iam::111122223333:role/svc/orders-task", "userName": "orders-task"}}}`

func TestFromRecordReadsRefusals(t *testing.T) {
	tests := map[string]struct {
		record           string
		action, resource string
		policy           verdict.PolicyType
	}{
		"a full sentence": {
			`{"eventSource": "sns.amazonaws.com", "eventName": "Publish", "errorCode": "AccessDenied", "errorMessage": "User: arn:aws:sts::111122223333:assumed-role/orders-task/0f1e2d3c4b5a69788796a5b4c3d2e1f0 is not authorized to perform: SNS:Publish on resource: arn:aws:sns:eu-west-1:111122223333:done because no identity-based policy allows the SNS:Publish action", ` + byTask + `}`,
			"sns:Publish", "arn:aws:sns:eu-west-1:111122223333:done", verdict.PolicyIdentity,
		},
		"no message: the call and its parameters tell": {
			`{"eventSource": "s3.amazonaws.com", "eventName": "GetObject", "errorCode": "AccessDenied", "requestParameters": {"bucketName": "orders", "key": "in/a.csv"}, ` + byTask + `}`,
			"s3:GetObject", "arn:aws:s3:::orders/in/a.csv", verdict.PolicyUnknown,
		},
		"HeadObject needs GetObject": {
			`{"eventSource": "s3.amazonaws.com", "eventName": "HeadObject", "errorCode": "AccessDenied", "requestParameters": {"bucketName": "orders", "key": "in/a.csv"}, ` + byTask + `}`,
			"s3:GetObject", "arn:aws:s3:::orders/in/a.csv", verdict.PolicyUnknown,
		},
		"ListObjects needs ListBucket on the bucket": {
			`{"eventSource": "s3.amazonaws.com", "eventName": "ListObjects", "errorCode": "AccessDenied", "requestParameters": {"bucketName": "orders", "prefix": "in/"}, ` + byTask + `}`,
			"s3:ListBucket", "arn:aws:s3:::orders", verdict.PolicyUnknown,
		},
		"monitoring is cloudwatch": {
			`{"eventSource": "monitoring.amazonaws.com", "eventName": "DescribeAlarms", "errorCode": "AccessDenied", ` + byTask + `}`,
			"cloudwatch:DescribeAlarms", "", verdict.PolicyUnknown,
		},
		"a versioned Lambda name": {
			`{"eventSource": "lambda.amazonaws.com", "eventName": "GetFunction20150331v2", "errorCode": "AccessDenied", "requestParameters": {"functionName": "resize"}, ` + byTask + `}`,
			"lambda:GetFunction", "arn:aws:lambda:eu-west-1:111122223333:function:resize", verdict.PolicyUnknown,
		},
		"EC2's code, an encoded message": {
			`{"eventSource": "ec2.amazonaws.com", "eventName": "DescribeInstances", "errorCode": "Client.UnauthorizedOperation", "errorMessage": "You are not authorized to perform this operation. Encoded authorization failure message: abc-DEF_123", ` + byTask + `}`,
			"ec2:DescribeInstances", "*", verdict.PolicyUnknown,
		},
		"the code without its prefix": {
			`{"eventSource": "ec2.amazonaws.com", "eventName": "TerminateInstances", "errorCode": "UnauthorizedOperation", "requestParameters": {"instancesSet": {"items": [{"instanceId": "i-0123456789abcdef0"}]}}, ` + byTask + `}`,
			"ec2:TerminateInstances", "arn:aws:ec2:eu-west-1:111122223333:instance/i-0123456789abcdef0", verdict.PolicyUnknown,
		},
		"an endpoint's network activity event": {
			`{"eventSource": "kms.amazonaws.com", "eventName": "Decrypt", "errorCode": "VpceAccessDenied", "resources": [{"type": "AWS::KMS::Key", "ARN": "arn:aws:kms:eu-west-1:111122223333:key/11111111-2222-3333-4444-555555555555"}], ` + byTask + `}`,
			"kms:Decrypt", "arn:aws:kms:eu-west-1:111122223333:key/11111111-2222-3333-4444-555555555555", verdict.PolicyVPCEndpoint,
		},
		"another service's code around a denial": {
			`{"eventSource": "sagemaker.amazonaws.com", "eventName": "CreateEndpoint", "errorCode": "ValidationException", "errorMessage": "User: arn:aws:sts::111122223333:assumed-role/orders-task/0f1e2d3c4b5a69788796a5b4c3d2e1f0 is not authorized to perform: aws-marketplace:ViewSubscriptions", ` + byTask + `}`,
			"aws-marketplace:ViewSubscriptions", "*", verdict.PolicyUnknown,
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			d, ok := FromRecord(record(t, tt.record))
			if !ok {
				t.Fatal("not read as a refusal")
			}
			type short struct {
				Action, Resource, Role, RoleARN, Session string
				Policy                                   verdict.PolicyType
			}
			want := short{tt.action, tt.resource, "orders-task", "arn:aws:iam::111122223333:role/svc/orders-task", "0f1e2d3c4b5a69788796a5b4c3d2e1f0", tt.policy}
			got := short{d.Action, d.Resource, d.Principal.Role, d.Principal.RoleARN, d.Principal.Session, d.Policy}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("denial (-want +got):\n%s", diff)
			}
		})
	}
}

func TestFromRecordLeavesOtherFailures(t *testing.T) {
	for name, s := range map[string]string{
		"success":        `{"eventSource": "s3.amazonaws.com", "eventName": "ListBuckets"}`,
		"not found":      `{"eventSource": "iam.amazonaws.com", "eventName": "GetRole", "errorCode": "NoSuchEntityException", "errorMessage": "The role with name x cannot be found."}`,
		"throttled":      `{"eventSource": "ssm.amazonaws.com", "eventName": "GetParameters", "errorCode": "ThrottlingException", "errorMessage": "Rate exceeded"}`,
		"dry run":        `{"eventSource": "ec2.amazonaws.com", "eventName": "RunInstances", "errorCode": "Client.DryRunOperation", "errorMessage": "Request would have succeeded, but DryRun flag is set."}`,
		"credentials":    `{"eventSource": "s3.amazonaws.com", "eventName": "GetObject", "errorCode": "InvalidAccessKeyId", "errorMessage": "The AWS Access Key Id you provided does not exist in our records."}`,
		"trust of a log": `{"eventSource": "cloudtrail.amazonaws.com", "eventName": "UpdateTrail", "errorCode": "InvalidCloudWatchLogsRoleArnException", "errorMessage": "Access denied. Check the trust relationships for your role."}`,
		"bucket's ACL":   `{"eventSource": "ec2.amazonaws.com", "eventName": "CreateSpotDatafeedSubscription", "errorCode": "Client.AuthFailure", "errorMessage": "The specified bucket does not have enough permissions"}`,
	} {
		t.Run(name, func(t *testing.T) {
			if d, ok := FromRecord(record(t, s)); ok {
				t.Errorf("read as a refusal of %s", d.Action)
			}
		})
	}
}

func TestEncodedMessageIsKept(t *testing.T) {
	d, ok := FromRecord(record(t, `{"eventSource": "ec2.amazonaws.com", "eventName": "RunInstances", "errorCode": "Client.UnauthorizedOperation", "errorMessage": "You are not authorized to perform this operation. Encoded authorization failure message: abc-DEF_123"}`))
	if !ok || d.Encoded != "abc-DEF_123" {
		t.Errorf("encoded message %q", d.Encoded)
	}
}

func TestSessionKind(t *testing.T) {
	for session, want := range map[string]SessionKind{
		"0f1e2d3c4b5a69788796a5b4c3d2e1f0":     SessionTask,
		"304803f7-b6e4-44ac-b5a4-799e88c1994f": SessionTask,
		"i-0123456789abcdef0":                  SessionInstance,
		"i-xxx":                                SessionInstance,
		"mi-0123456789abcdef0":                 SessionManagedNode,
		"ECSTaskVolumesForEBS":                 SessionInfrastructure,
		"ECSNetworkingWithELB":                 SessionInfrastructure,
		"ecs-service-scheduler":                SessionScheduler,
		"aws-sdk-java-1680121851194":           SessionSDK,
		"aws-go-sdk-1722511821294449000":       SessionSDK,
		"botocore-session-1680121851":          SessionSDK,
		"someone@example.com":                  SessionOther,
		"":                                     SessionOther,
	} {
		if got := (Principal{Kind: AssumedRole, Role: "r", Session: session}).SessionKind(); got != want {
			t.Errorf("%q: %v, want %v", session, got, want)
		}
	}
}

// FuzzFromRecord: no record panics.
func FuzzFromRecord(f *testing.F) {
	f.Add(`{"eventSource": "s3.amazonaws.com", "eventName": "GetObject", "errorCode": "AccessDenied", "requestParameters": {"bucketName": "b"}, "resources": [{"ARN": "arn:aws:s3:::b"}]}`)
	f.Add(`{"errorCode": "AccessDenied", "requestParameters": [1, {"a": null}], "userIdentity": {"arn": "arn:aws:sts::1:assumed-role"}}`)
	f.Fuzz(func(t *testing.T, s string) {
		var r evidence.Record
		if json.Unmarshal([]byte(s), &r) == nil {
			FromRecord(r)
		}
	})
}
