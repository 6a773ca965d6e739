package diagnose_test

import (
	"strings"
	"testing"
)

func TestNoPolicyWhereNoAllowHelps(t *testing.T) {
	bucket := "arn:aws:s3:::ledger-public"
	tests := map[string]struct{ line, says string }{
		"a public ACL":                  {deniedTo("ledger-task", "s3:PutObjectAcl", bucket+"/a.png") + " because public access control lists (ACLs) are prevented by the BlockPublicAcls setting in S3 Block Public Access", "S3 Block Public Access"},
		"a public bucket policy":        {deniedTo("ledger-task", "s3:PutBucketPolicy", bucket) + " because public policies are blocked by the BlockPublicPolicy block public access setting", "S3 Block Public Access"},
		"a locked object":               {"An error occurred (AccessDenied) when calling the DeleteObject operation: Access Denied because object protected by object lock.", "S3 Object Lock"},
		"a reserved parameter":          {"An error occurred (AccessDeniedException) when calling the PutParameter operation: No access to reserved parameter name: /aws/ledger.", "reserved for AWS"},
		"a reserved parameter's ARN":    {deniedTo("ledger-task", "ssm:PutParameter", "arn:aws:ssm:eu-north-1:111122223333:parameter/aws/ledger"), "reserved for AWS"},
		"a data lake's grant":           {"An error occurred (AccessDeniedException) when calling the GetTable operation: Insufficient Lake Formation permission(s): Required Describe on postings", "Lake Formation denied"},
		"a model without payment":       {"AccessDeniedException: User: arn:aws:sts::111122223333:assumed-role/ledger-task/x is not authorized to perform: bedrock:InvokeModel. Model access is denied due to INVALID_PAYMENT_INSTRUMENT", "no access to the model"},
		"an unsigned request":           {"User: anonymous is not authorized to perform: es:ESHttpGet on resource: arn:aws:es:eu-north-1:111122223333:domain/ledger/_search", "wasn't signed"},
		"the account itself":            {"User: arn:aws:iam::111122223333:root is not authorized to perform: sqs:SendMessage on resource: arn:aws:sqs:eu-north-1:111122223333:postings because no resource-based policy allows the sqs:SendMessage action", "the account itself"},
		"a role of another account":     {"User: arn:aws:iam::111122223333:user/erin is not authorized to perform: iam:PassRole on resource: arn:aws:iam::444455556666:role/ledger-task because no identity-based policy allows the iam:PassRole action", "only within its own account"},
		"a missing value":               {byIdentity("ledger-task", "s3:PutObject", "arn:aws:s3:::undefined/a.csv"), "undefined isn't a resource name"},
		"a missing account":             {byIdentity("ledger-task", "sqs:SendMessage", "arn:aws:sqs:eu-north-1:null:postings"), "null isn't a resource name"},
		"a template's word":             {byIdentity("ledger-task", "sts:AssumeRole", "arn:aws:iam::${AWS::AccountId}:role/reporting"), "${AWS::AccountId} isn't a resource name"},
		"a word to replace":             {byIdentity("ledger-task", "dynamodb:PutItem", "arn:aws:dynamodb:eu-north-1:111122223333:table/<table-name>"), "<table-name> isn't a resource name"},
		"mustaches":                     {byIdentity("ledger-task", "sns:Publish", "arn:aws:sns:eu-north-1:111122223333:{{topic}}"), "{{topic}} isn't a resource name"},
		"an address that is none":       {byIdentity("ledger-task", "ses:SendEmail", "arn:aws:ses:eu-north-1:111122223333:identity/noreply@undefined"), "noreply@undefined isn't a resource name"},
		"an environment variable's own": {byIdentity("ledger-task", "kinesis:PutRecord", "arn:aws:kinesis:eu-north-1:111122223333:stream/$STREAM_NAME"), "$STREAM_NAME isn't a resource name"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			d := answered(t, ledgerCrash("ERROR "+tt.line))
			for _, p := range d.Fix.Policies {
				t.Errorf("offers %s", grantsOf(p))
			}
			if !strings.Contains(strings.ToLower(d.Fix.Summary.English), strings.ToLower(tt.says)) {
				t.Errorf("%s: summary %q, want %q", d.Verdict.Cause, d.Fix.Summary, tt.says)
			}
			for _, step := range append(d.Fix.Steps, d.Fix.Summary) {
				for _, not := range []string{"Allow ", "Attach ", "give the permission", "Give the permission"} {
					if strings.Contains(step.English, not) {
						t.Errorf("says %q, which does not help", step)
					}
				}
			}
		})
	}
}

func TestNamesThatLookWrongAndAreNot(t *testing.T) {
	for _, resource := range []string{
		"arn:aws:lambda:eu-north-1:111122223333:function:resize:$LATEST",
		"arn:aws:s3:::nullable-things/none-of-these.csv",
		"arn:aws:dynamodb:eu-north-1:111122223333:table/undefined-behaviour",
		"arn:aws:sqs:eu-north-1:111122223333:change-events",
		"arn:aws:s3:::ledger/your-bucket.csv",
		"arn:aws:dynamodb:eu-north-1:<account>:table/<table>", // hidden by whoever brought it
	} {
		service := strings.Split(resource, ":")[2]
		action := map[string]string{"lambda": "lambda:InvokeFunction", "s3": "s3:GetObject", "dynamodb": "dynamodb:PutItem", "sqs": "sqs:SendMessage"}[service]
		d := answered(t, ledgerCrash("ERROR "+byIdentity("ledger-task", action, resource)))
		if len(policiesOf(d, "denied", "identity-policy")) != 1 {
			t.Errorf("%s: no policy (%s)", resource, d.Fix.Summary)
		}
	}
}

func TestNoAllowBesideAPolicyThatDenies(t *testing.T) {
	const secret = "arn:aws:secretsmanager:eu-north-1:111122223333:secret:ledger/first-Ab12Cd"
	reasons := map[string]string{
		"identity": " with an explicit deny in an identity-based policy: arn:aws:iam::111122223333:policy/guard",
		"scp":      " because no service control policy allows the secretsmanager:GetSecretValue action",
		"boundary": " because no permissions boundary allows the secretsmanager:GetSecretValue action",
		"session":  " because no session policy allows the secretsmanager:GetSecretValue action",
		"rcp":      " with an explicit deny in a resource control policy",
		"endpoint": " because no VPC endpoint policy allows the secretsmanager:GetSecretValue action",
	}
	for name, reason := range reasons {
		t.Run(name, func(t *testing.T) {
			d := answered(t, startDenied("ResourceInitializationError: unable to pull secrets or registry auth: "+deniedTo("ledger-exec", "secretsmanager:GetSecretValue", secret)+reason,
				`"image": "public.ecr.aws/nginx/nginx:1", "secrets": [{"name": "A", "valueFrom": "`+secret+`"}]`))
			if got := policiesOf(d, "denied", "identity-policy"); len(got) > 0 {
				t.Errorf("offers %s", grantsOf(got[0]))
			}
			if got := policiesOf(d, "startup-complete", "identity-policy"); len(got) > 0 {
				t.Errorf("offers the whole start: %s", grantsOf(got[0]))
			}
			for _, step := range d.Fix.Steps {
				if strings.HasPrefix(step.English, "Allow ") {
					t.Errorf("step %q", step)
				}
			}
			if strings.Contains(d.Verdict.Summary.English, "has no permission") {
				t.Errorf("summary %q", d.Verdict.Summary)
			}
		})
	}
}
