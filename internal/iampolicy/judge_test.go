//go:build judge

package iampolicy

import (
	"bytes"
	"encoding/json"
	"os/exec"
	"testing"
)

// simulation is one request that the judge decides; see judge/judge.mjs.
type simulation struct {
	Action         string            `json:"action"`
	Resource       string            `json:"resource"`
	Account        string            `json:"account"`
	Context        map[string]string `json:"context,omitempty"`
	Identity       *Document         `json:"identity,omitempty"`
	ResourcePolicy *Document         `json:"resourcePolicy,omitempty"`
	// what is tested, and what is wanted
	name, want string
}

const (
	allowed = "Allowed"
	denied  = "ImplicitlyDenied"
)

// keyDelegates is the key policy that leaves a key to IAM, as keys have by
// default: no identity policy works on a key without it.
var keyDelegates = &Document{Version: Version, Statement: []Statement{{
	Effect: "Allow", Principal: Principal{"AWS": {"arn:aws:iam::111122223333:root"}}, Action: []string{"kms:*"}, Resource: []string{"*"},
}}}

// TestJudge has another implementation of IAM decide: the offered document
// allows the denied request, and neither the same action on a neighbour nor a
// neighbouring action on the same resource. It needs Node.js and, once,
// "npm ci" in the folder judge.
func TestJudge(t *testing.T) {
	var all []simulation
	for _, c := range []struct {
		action, printed  string
		evaluated, other string // ARNs that AWS would check; other is "" for actions without resources
		otherAction      string
	}{
		{"secretsmanager:GetSecretValue", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-a1B2c3:password::", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-a1B2c3", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:db2-a1B2c3", "secretsmanager:PutSecretValue"},
		{"secretsmanager:GetSecretValue", "prod/db", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/db-x9Y8z7", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/db-replica-x9Y8z7", "secretsmanager:DescribeSecret"},
		{"secretsmanager:GetSecretValue", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-secret", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-secret-x9Y8z7", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-other-x9Y8z7", "secretsmanager:DescribeSecret"},
		{"ssm:GetParameters", "/prod/key", "arn:aws:ssm:eu-west-1:111122223333:parameter/prod/key", "arn:aws:ssm:eu-west-1:111122223333:parameter/prod/key2", "ssm:GetParameter"},
		{"ecr:GetAuthorizationToken", "*", "*", "", "ecr:DescribeRegistry"},
		{"ecr:BatchGetImage", "team/api", "arn:aws:ecr:eu-west-1:111122223333:repository/team/api", "arn:aws:ecr:eu-west-1:111122223333:repository/team/web", "ecr:PutImage"},
		{"logs:CreateLogStream", "arn:aws:logs:eu-west-1:111122223333:log-group:/ecs/api:log-stream:a/b/c", "arn:aws:logs:eu-west-1:111122223333:log-group:/ecs/api:log-stream:d/e/f", "arn:aws:logs:eu-west-1:111122223333:log-group:/ecs/api2:log-stream:a", "logs:PutLogEvents"},
		{"logs:CreateLogGroup", "arn:aws:logs:eu-west-1:111122223333:log-group:/ecs/api:log-stream:", "arn:aws:logs:eu-west-1:111122223333:log-group:/ecs/api:log-stream:", "arn:aws:logs:eu-west-1:111122223333:log-group:/ecs/web:log-stream:", "logs:DeleteLogGroup"},
		{"s3:GetObject", `"arn:aws:s3:::settings/prod/.env"`, "arn:aws:s3:::settings/prod/.env", "arn:aws:s3:::settings/dev/.env", "s3:PutObject"},
		{"s3:ListBucket", "arn:aws:s3:::settings/prod/.env", "arn:aws:s3:::settings", "arn:aws:s3:::settings2", "s3:GetBucketLocation"},
		{"sqs:receivemessage", "https://sqs.eu-west-1.amazonaws.com/111122223333/jobs", "arn:aws:sqs:eu-west-1:111122223333:jobs", "arn:aws:sqs:eu-west-1:111122223333:jobs-dead", "sqs:DeleteMessage"},
		{"SNS:Publish", "arn:aws:sns:eu-west-1:111122223333:alerts", "arn:aws:sns:eu-west-1:111122223333:alerts", "arn:aws:sns:eu-west-1:111122223333:alerts2", "sns:Subscribe"},
		{"dynamodb:Query", "table/orders/index/by-day", "arn:aws:dynamodb:eu-west-1:111122223333:table/orders/index/by-day", "arn:aws:dynamodb:eu-west-1:111122223333:table/orders", "dynamodb:Scan"},
		{"elasticfilesystem:ClientMount", "fs-0a1b2c3d", "arn:aws:elasticfilesystem:eu-west-1:111122223333:file-system/fs-0a1b2c3d", "arn:aws:elasticfilesystem:eu-west-1:111122223333:file-system/fs-0a1b2c3e", "elasticfilesystem:ClientWrite"},
		{"kms:Decrypt", "1234abcd-12ab-34cd-56ef-1234567890ab", "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab", "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ac", "kms:Encrypt"},
		{"lambda:InvokeFunction", "resize", "arn:aws:lambda:eu-west-1:111122223333:function:resize", "arn:aws:lambda:eu-west-1:111122223333:function:resize2", "lambda:GetFunction"},
		{"states:StartExecution", "arn:aws:states:eu-west-1:111122223333:stateMachine:nightly", "arn:aws:states:eu-west-1:111122223333:stateMachine:nightly", "arn:aws:states:eu-west-1:111122223333:stateMachine:daily", "states:DescribeStateMachine"},
		{"ssmmessages:OpenDataChannel", "", "*", "", "ssmmessages:CreateControlChannel"},
		// wildcards of the evidence, and our own
		{"s3:GetObject", `"arn:aws:s3:::settings/*"`, "arn:aws:s3:::settings/*", "arn:aws:s3:::settings/prod", "s3:PutObject"},
		{"s3:GetObject", `"arn:aws:s3:::settings/a?c/${aws:username}"`, "arn:aws:s3:::settings/a?c/${aws:username}", "arn:aws:s3:::settings/abc/${aws:username}", "s3:PutObject"},
		{"secretsmanager:GetSecretValue", "tenants/*", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:tenants/*-x9Y8z7", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:tenants/a-x9Y8z7", "secretsmanager:DescribeSecret"},
		{"sqs:SendMessage", "arn:aws:sqs:eu-west-1:111122223333:*", "arn:aws:sqs:eu-west-1:111122223333:*", "arn:aws:sqs:eu-west-1:111122223333:jobs", "sqs:DeleteMessage"},
		{"lambda:InvokeFunction", "arn:aws:lambda:eu-west-1:111122223333:function:resize:live", "arn:aws:lambda:eu-west-1:111122223333:function:resize:live", "arn:aws:lambda:eu-west-1:111122223333:function:resize:next", "lambda:GetFunction"},
		{"es:ESHttpPost", "arn:aws:es:eu-west-1:111122223333:domain/orders", "arn:aws:es:eu-west-1:111122223333:domain/orders/_bulk", "arn:aws:es:eu-west-1:111122223333:domain/orders2/_bulk", "es:ESHttpGet"},
		{"ec2:StopInstances", "arn:aws:ec2:eu-west-1:111122223333:instance/*", "arn:aws:ec2:eu-west-1:111122223333:instance/*", "arn:aws:ec2:eu-west-1:111122223333:instance/i-0a1b2c3d", "ec2:StartInstances"},
	} {
		doc, _ := Allow([]Request{{Action: c.action, Resource: c.printed}}, here)
		act, _ := Canonical(c.action)
		base := simulation{Action: act.String(), Resource: c.evaluated, Account: "111122223333", Identity: &doc}
		if act.Service == "kms" {
			base.ResourcePolicy = keyDelegates
		}
		without, neighbour, otherAction := base, base, base
		without.Identity = nil
		neighbour.Resource = c.other
		otherAction.Action = c.otherAction
		all = append(all, base.wanting("allowed", allowed), without.wanting("without it", denied),
			otherAction.wanting("neighbouring action", denied))
		if c.other != "" {
			all = append(all, neighbour.wanting("neighbouring resource", denied))
		}
	}
	all = append(all, conditional()...)
	all = append(all, acrossAccounts()...)
	decide(t, all)
}

func (s simulation) wanting(name, want string) simulation {
	s.name, s.want = name, want
	return s
}

// conditional are the documents that allow under a condition.
func conditional() []simulation {
	const key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
	const via = "secretsmanager.eu-west-1.amazonaws.com"
	decrypt, _ := Allow([]Request{{Action: "kms:Decrypt", Resource: key, ViaService: via}}, here)
	pass, _ := Allow([]Request{{Action: "iam:PassRole", Resource: "arn:aws:iam::111122223333:role/task", PassedTo: ECSTasks}}, here)
	return []simulation{
		{
			name: "through the service", want: allowed, Action: "kms:Decrypt", Resource: key, Account: "111122223333",
			Identity: &decrypt, ResourcePolicy: keyDelegates, Context: map[string]string{"kms:ViaService": via},
		},
		{
			name: "directly", want: denied, Action: "kms:Decrypt", Resource: key, Account: "111122223333",
			Identity: &decrypt, ResourcePolicy: keyDelegates,
		},
		{
			name: "role to tasks", want: allowed, Action: "iam:PassRole", Resource: "arn:aws:iam::111122223333:role/task", Account: "111122223333",
			Identity: &pass, Context: map[string]string{"iam:PassedToService": ECSTasks},
		},
		{
			name: "role to another service", want: denied, Action: "iam:PassRole", Resource: "arn:aws:iam::111122223333:role/task", Account: "111122223333",
			Identity: &pass, Context: map[string]string{"iam:PassedToService": "lambda.amazonaws.com"},
		},
		{
			name: "another role to tasks", want: denied, Action: "iam:PassRole", Resource: "arn:aws:iam::111122223333:role/other", Account: "111122223333",
			Identity: &pass, Context: map[string]string{"iam:PassedToService": ECSTasks},
		},
	}
}

// acrossAccounts are the requests that need both sides.
func acrossAccounts() []simulation {
	const session = "arn:aws:sts::111122223333:assumed-role/api/0123456789abcdef0123456789abcdef"
	var all []simulation
	for action, resource := range map[string]string{
		"ecr:BatchGetImage":             "arn:aws:ecr:eu-west-1:444455556666:repository/api",
		"secretsmanager:GetSecretValue": "arn:aws:secretsmanager:eu-west-1:444455556666:secret:db-a1B2c3",
		"kms:Decrypt":                   "arn:aws:kms:eu-west-1:444455556666:key/1234abcd-12ab-34cd-56ef-1234567890ab",
		"sqs:SendMessage":               "arn:aws:sqs:eu-west-1:444455556666:jobs",
	} {
		reqs := []Request{{Action: action, Resource: resource}}
		mine, _ := Allow(reqs, here)
		theirs, _ := ResourcePolicy(session, reqs, here)
		base := simulation{Action: action, Resource: resource, Account: "444455556666"}
		both, identityOnly, resourceOnly := base, base, base
		both.Identity, both.ResourcePolicy = &mine, &theirs
		identityOnly.Identity = &mine
		resourceOnly.ResourcePolicy = &theirs
		all = append(all, both.wanting("both sides", allowed), identityOnly.wanting("identity side only", denied),
			resourceOnly.wanting("resource side only", denied))
	}
	return all
}

// decide has the judge decide all and compares.
func decide(t *testing.T, all []simulation) {
	t.Helper()
	in, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("node", "judge.mjs")
	cmd.Dir, cmd.Stdin = "judge", bytes.NewReader(in)
	var failure bytes.Buffer
	cmd.Stderr = &failure
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("node judge.mjs (npm ci in the folder judge?): %v\n%s", err, failure.Bytes())
	}
	var got []string
	if err := json.Unmarshal(out, &got); err != nil || len(got) != len(all) {
		t.Fatalf("%d verdicts for %d requests, %v", len(got), len(all), err)
	}
	for i, s := range all {
		if got[i] != s.want {
			t.Errorf("%s: %s on %s: %s, want %s", s.name, s.Action, s.Resource, got[i], s.want)
		}
	}
}
