package diagnose_test

import (
	"slices"
	"strings"
	"testing"

	"whystopped/internal/iampolicy"
	"whystopped/internal/words"
)

// TestWildcardsOfTheEvidence: what a text, a record or a task definition has of
// wildcards and of names that do not exist is in no document.
func TestWildcardsOfTheEvidence(t *testing.T) {
	const (
		secrets = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:"
		queue   = "arn:aws:sqs:eu-west-1:111122223333:jobs"
	)
	tests := []struct {
		name string
		seed hostileSeed
		// resources are those of all policies, in order; none where no document
		// is right, and then words are in the steps.
		resources []string
		words     string
	}{
		{"part of an action", hostileSeed{action: "iam:Attach*", resource: "*"}, nil, "iam:Attach* is a pattern of actions"},
		{"part of an unknown action", hostileSeed{action: "foo:Bar*Baz", resource: "*"}, nil, "foo:Bar*Baz is a pattern of actions"},
		{"an unknown action", hostileSeed{action: "foo:BarBaz", resource: "*"}, nil, "IAM has no action foo:BarBaz"},
		{"an operation", hostileSeed{action: "s3:HeadObject", resource: "arn:aws:s3:::orders/in.csv"}, []string{"arn:aws:s3:::orders/in.csv"}, "HeadObject is authorized as s3:GetObject"},
		{"secret *", hostileSeed{action: "secretsmanager:GetSecretValue", resource: "*"}, []string{secrets + "SECRET_ID-??????"}, "Replace SECRET_ID"},
		{"role *", hostileSeed{action: "sts:AssumeRole", resource: "*"}, []string{"arn:aws:iam::111122223333:role/ROLE_NAME"}, "Replace ROLE_NAME"},
		{"user *", hostileSeed{action: "iam:CreateUser", resource: "*"}, []string{"arn:aws:iam::111122223333:user/USER_NAME"}, "Replace USER_NAME"},
		{"all secrets", hostileSeed{action: "secretsmanager:GetSecretValue", resource: secrets + "*"}, []string{secrets + "${*}-??????"}, "not all names of that pattern"},
		{"secrets of a path", hostileSeed{action: "secretsmanager:GetSecretValue", resource: "tenants/*"}, []string{secrets + "tenants/${*}-??????"}, ""},
		{"all buckets", hostileSeed{action: "s3:ListBucket", resource: "arn:aws:s3:::*"}, []string{"arn:aws:s3:::BUCKET_NAME"}, "Replace BUCKET_NAME"},
		{"all objects", hostileSeed{action: "s3:GetObject", resource: `"arn:aws:s3:::orders/*"`}, []string{"arn:aws:s3:::orders/${*}"}, ""},
		{"objects of four letters", hostileSeed{action: "s3:GetObject", resource: "arn:aws:s3:::orders/????"}, []string{"arn:aws:s3:::orders/${?}${?}${?}${?}"}, ""},
		{"everything in S3", hostileSeed{action: "s3:GetObject", resource: "arn:*:s3:::*/*"}, []string{"arn:aws:s3:::BUCKET_NAME/OBJECT_NAME"}, "Replace BUCKET_NAME and OBJECT_NAME"},
		{"a variable", hostileSeed{action: "s3:GetObject", resource: `"arn:aws:s3:::orders/${cognito-identity.amazonaws.com:sub}"`}, nil, "put the real name there"},
		{"all functions", hostileSeed{action: "lambda:InvokeFunction", resource: "arn:aws:lambda:*:*:function:*"}, []string{"arn:aws:lambda:REGION:ACCOUNT_ID:function:${*}"}, "Replace REGION and ACCOUNT_ID"},
		{"all roles by word", hostileSeed{action: "iam:GetRole", resource: "role *"}, []string{"arn:aws:iam::111122223333:role/${*}"}, ""},
		{"all roles to pass", hostileSeed{action: "iam:PassRole", resource: "arn:aws:iam::111122223333:role/*"}, []string{"arn:aws:iam::111122223333:role/${*}"}, ""},
		{"all roles of all accounts", hostileSeed{action: "sts:AssumeRole", resource: "arn:aws:iam::*:role/*"}, []string{"arn:aws:iam::ACCOUNT_ID:role/${*}"}, "Replace ACCOUNT_ID"},
		{"a masked account", hostileSeed{action: "execute-api:Invoke", resource: "arn:aws:execute-api:eu-west-1:********3333:a1/prod/GET/x"}, []string{"arn:aws:execute-api:eu-west-1:111122223333:a1/prod/GET/x"}, ""},
		{"event *", hostileSeed{source: "s3", event: "*"}, nil, ""},
		{"event Get*", hostileSeed{source: "s3", event: "Get*"}, nil, ""},
		{"event of two lines", hostileSeed{source: "s3", event: "X\nY"}, nil, ""},
		{"event with a quote", hostileSeed{source: "s3", event: `Foo"Bar`}, nil, ""},
		{"source *", hostileSeed{source: "*", event: "GetObject"}, nil, ""},
		{"requested secret *", hostileSeed{source: "secretsmanager", event: "GetSecretValue", parameter: "secretId", value: "*"}, []string{secrets + "${*}-??????"}, ""},
		{"requested secrets of a path", hostileSeed{source: "secretsmanager", event: "GetSecretValue", parameter: "secretId", value: "prod/*"}, []string{secrets + "prod/${*}-??????"}, ""},
		{"requested bucket and key *", hostileSeed{source: "s3", event: "GetObject", parameter: "bucketName", value: "*"}, []string{"arn:aws:s3:::BUCKET_NAME/OBJECT_NAME"}, "Replace BUCKET_NAME and OBJECT_NAME"},
		{"Region *", hostileSeed{source: "dynamodb", event: "GetItem", parameter: "tableName", value: "orders", region: "*"}, []string{"arn:aws:dynamodb:REGION:111122223333:table/orders"}, "Replace REGION"},
		{
			"all roles through an endpoint",
			hostileSeed{principal: "arn:aws:sts::111122223333:assumed-role/*/x", action: "sqs:SendMessage", resource: queue, reason: "no VPC endpoint policy allows"},
			nil, "",
		},
		{
			"all roles trusted",
			hostileSeed{principal: "arn:aws:iam::111122223333:role/*", action: "sts:AssumeRole", resource: "arn:aws:iam::111122223333:role/admin", reason: "no role trust policy allows"},
			nil, "",
		},
		{
			"an account's root",
			hostileSeed{principal: "arn:aws:iam::*:root", action: "sqs:SendMessage", resource: queue, reason: "no resource-based policy allows"},
			nil, "",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d, ok := tt.seed.diagnosed(t)
			if !ok {
				t.Fatal("the evidence cannot be sent")
			}
			var resources []string
			for _, p := range d.Fix.Policies {
				if p.Purpose == "denied" && p.Kind == string(iampolicy.KindIdentity) {
					resources = append(resources, p.Document.Statement[0].Resource...)
				} else if tt.resources == nil {
					t.Errorf("a document: %s %+v", p.Kind, p.Document)
				}
			}
			if !slices.Equal(resources, tt.resources) {
				t.Errorf("allowed on %q, want %q\n%s %s\n%s", resources, tt.resources, d.Verdict.Cause, d.Fix.Summary, strings.Join(words.Lines(d.Fix.Steps), "\n"))
			}
			if steps := strings.Join(words.Lines(d.Fix.Steps), "\n"); !strings.Contains(steps, tt.words) {
				t.Errorf("steps do not say %q:\n%s", tt.words, steps)
			}
		})
	}
}

// TestWildcardsOfATaskDefinition: whoever may register a task definition, and not
// touch IAM, cannot have the policy for its start opened.
func TestWildcardsOfATaskDefinition(t *testing.T) {
	tests := []struct {
		seed hostileSeed
		want string // a resource of the policy for the whole start; "" for none besides the image's
	}{
		{hostileSeed{secret: "arn:aws:secretsmanager:eu-west-1:111122223333:secret:*"}, "arn:aws:secretsmanager:eu-west-1:111122223333:secret:${*}-??????"},
		{hostileSeed{secret: "arn:*:secretsmanager:*:*:secret:*"}, "arn:aws:secretsmanager:REGION:ACCOUNT_ID:secret:${*}-??????"},
		{hostileSeed{secret: "*"}, ""},
		{hostileSeed{secret: "arn:aws:ssm:*:*:parameter/*"}, "arn:aws:ssm:REGION:ACCOUNT_ID:parameter/${*}"},
		{hostileSeed{secret: "arn:aws:s3:::*"}, "arn:aws:s3:::BUCKET_NAME/OBJECT_NAME"},
		{hostileSeed{image: "111122223333.dkr.ecr.eu-west-1.amazonaws.com/*:1"}, "arn:aws:ecr:eu-west-1:111122223333:repository/${*}"},
		{hostileSeed{group: "*", region: "eu-west-1"}, "arn:aws:logs:eu-west-1:111122223333:log-group:LOG_GROUP_NAME:*"},
		{hostileSeed{group: "/ecs/*", region: "*"}, "arn:aws:logs:REGION:111122223333:log-group:/ecs/${*}:*"},
	}
	for _, tt := range tests {
		d, ok := tt.seed.diagnosed(t)
		if !ok {
			t.Fatalf("%+v cannot be sent", tt.seed)
		}
		var resources []string
		for _, p := range d.Fix.Policies {
			for _, fault := range faultsOf(p) {
				t.Errorf("%+v: %s", tt.seed, fault)
			}
			if p.Purpose == "startup-complete" {
				for _, s := range p.Document.Statement {
					resources = append(resources, s.Resource...)
				}
			}
		}
		if !slices.Contains(resources, tt.want) && tt.want != "" {
			t.Errorf("%+v: %q lacks %s", tt.seed, resources, tt.want)
		}
	}
}
