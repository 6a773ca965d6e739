package iampolicy

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"whystopped/internal/words"
)

func TestAllow(t *testing.T) {
	const (
		repository = "arn:aws:ecr:eu-west-1:111122223333:repository/api"
		secret     = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/db-a1B2c3"
		key        = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
	)
	tests := []struct {
		name  string
		reqs  []Request
		want  []Statement
		notes []Note
	}{
		{
			name: "one call",
			reqs: []Request{{Action: "secretsmanager:getsecretvalue", Resource: secret}},
			want: []Statement{{Sid: "SecretsmanagerGetSecretValue", Effect: "Allow", Action: []string{"secretsmanager:GetSecretValue"}, Resource: []string{secret}}},
		},
		{
			name: "actions with the same resources share a statement, once each",
			reqs: []Request{
				{Action: "ecr:GetDownloadUrlForLayer", Resource: repository},
				{Action: "ecr:GetAuthorizationToken"},
				{Action: "ecr:BatchGetImage", Resource: repository},
				{Action: "ecr:BatchGetImage", Resource: "api"},
			},
			want: []Statement{
				{Sid: "EcrActions", Effect: "Allow", Action: []string{"ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"}, Resource: []string{repository}},
				{Sid: "EcrGetAuthorizationToken", Effect: "Allow", Action: []string{"ecr:GetAuthorizationToken"}, Resource: []string{"*"}},
			},
			notes: []Note{{"ecr:GetAuthorizationToken", "*", words.Plain("IAM has no resource-level permissions for ecr:GetAuthorizationToken: only * works.")}},
		},
		{
			name: "an action's resources are its own",
			reqs: []Request{
				{Action: "s3:GetObject", Resource: "arn:aws:s3:::a/x"},
				{Action: "s3:PutObject", Resource: "arn:aws:s3:::a/x"},
				{Action: "s3:GetObject", Resource: "arn:aws:s3:::b/y"},
			},
			want: []Statement{
				{Sid: "S3GetObject", Effect: "Allow", Action: []string{"s3:GetObject"}, Resource: []string{"arn:aws:s3:::a/x", "arn:aws:s3:::b/y"}},
				{Sid: "S3PutObject", Effect: "Allow", Action: []string{"s3:PutObject"}, Resource: []string{"arn:aws:s3:::a/x"}},
			},
		},
		{
			name: "a key through a service, and the same key without it",
			reqs: []Request{
				{Action: "kms:Decrypt", Resource: key, ViaService: "secretsmanager.eu-west-1.amazonaws.com"},
				{Action: "kms:Decrypt", Resource: key, ViaService: "ssm.eu-west-1.amazonaws.com"},
			},
			want: []Statement{
				{
					Sid: "KmsDecrypt", Effect: "Allow", Action: []string{"kms:Decrypt"}, Resource: []string{key},
					Condition: Condition{"StringEquals": {"kms:ViaService": {"secretsmanager.eu-west-1.amazonaws.com"}}},
				},
				{
					Sid: "KmsDecrypt2", Effect: "Allow", Action: []string{"kms:Decrypt"}, Resource: []string{key},
					Condition: Condition{"StringEquals": {"kms:ViaService": {"ssm.eu-west-1.amazonaws.com"}}},
				},
			},
		},
		{
			name: "a key by its alias",
			reqs: []Request{{Action: "kms:Decrypt", Resource: "alias/app"}},
			want: []Statement{{
				Sid: "KmsDecrypt", Effect: "Allow", Action: []string{"kms:Decrypt"}, Resource: []string{"arn:aws:kms:eu-west-1:111122223333:key/*"},
				Condition: Condition{"ForAnyValue:StringEquals": {"kms:ResourceAliases": {"alias/app"}}},
			}},
			notes: []Note{{
				"kms:Decrypt", "arn:aws:kms:eu-west-1:111122223333:key/*",
				words.Plain("IAM doesn't match keys by alias. The condition limits the statement to keys with alias/app."),
			}},
		},
		{
			name: "a secret whose name may end in what looks like its suffix",
			reqs: []Request{{Action: "secretsmanager:GetSecretValue", Resource: "arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-secret"}},
			want: []Statement{{
				Sid: "SecretsmanagerGetSecretValue", Effect: "Allow", Action: []string{"secretsmanager:GetSecretValue"},
				Resource: []string{
					"arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-secret",
					"arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-secret-??????",
				},
			}},
		},
		{
			name: "unknown resource: a form to fill in, never *",
			reqs: []Request{
				{Action: "ssm:GetParameters", Resource: "arn:aws:ssm:eu-west-1:111122223333:parameter/a"},
				{Action: "ssm:GetParameters"},
			},
			want: []Statement{{Sid: "SsmGetParameters", Effect: "Allow", Action: []string{"ssm:GetParameters"}, Resource: []string{
				"arn:aws:ssm:eu-west-1:111122223333:parameter/PARAMETER_NAME", "arn:aws:ssm:eu-west-1:111122223333:parameter/a",
			}}},
			notes: []Note{{
				"ssm:GetParameters", "arn:aws:ssm:eu-west-1:111122223333:parameter/PARAMETER_NAME",
				words.Plain("Replace PARAMETER_NAME before you attach the policy: the evidence doesn't name the resource."),
			}},
		},
		{
			name: "unknown key, held to one service",
			reqs: []Request{{Action: "kms:Decrypt", ViaService: "secretsmanager.eu-west-1.amazonaws.com"}},
			want: []Statement{{
				Sid: "KmsDecrypt", Effect: "Allow", Action: []string{"kms:Decrypt"}, Resource: []string{"arn:aws:kms:eu-west-1:111122223333:key/*"},
				Condition: Condition{"StringEquals": {"kms:ViaService": {"secretsmanager.eu-west-1.amazonaws.com"}}},
			}},
			notes: []Note{{
				"kms:Decrypt", "arn:aws:kms:eu-west-1:111122223333:key/*",
				words.Plain("The evidence doesn't name the key: the statement covers the keys of this account and Region, through this one service only. Replace key/* with the key's ARN to narrow it."),
			}},
		},
		{
			name: "a resource that the action cannot match",
			reqs: []Request{{Action: "iam:PassRole", Resource: "arn:aws:iam::111122223333:user/x"}},
			want: []Statement{{Sid: "IamPassRole", Effect: "Allow", Action: []string{"iam:PassRole"}, Resource: []string{"arn:aws:iam::111122223333:role/ROLE_NAME"}}},
			notes: []Note{{
				"iam:PassRole", "arn:aws:iam::111122223333:role/ROLE_NAME",
				words.Plain("Replace ROLE_NAME before you attach the policy: iam:PassRole can't be allowed on arn:aws:iam::111122223333:user/x."),
			}},
		},
		{
			name: "a log stream",
			reqs: []Request{{Action: "logs:PutLogEvents", Resource: "arn:aws:logs:eu-west-1:111122223333:log-group:/ecs/api:log-stream:a/b/c"}},
			want: []Statement{{
				Sid: "LogsPutLogEvents", Effect: "Allow", Action: []string{"logs:PutLogEvents"},
				Resource: []string{"arn:aws:logs:eu-west-1:111122223333:log-group:/ecs/api:*"},
			}},
			notes: []Note{{
				"logs:PutLogEvents", "arn:aws:logs:eu-west-1:111122223333:log-group:/ecs/api:*",
				words.Plain("A log stream's name changes with each task, so the policy allows the whole log group."),
			}},
		},
		{
			name: "a log group, where no stream is asked about",
			reqs: []Request{{Action: "logs:StartQuery", Resource: "arn:aws:logs:eu-west-1:111122223333:log-group:/ecs/api:*"}},
			want: []Statement{{
				Sid: "LogsStartQuery", Effect: "Allow", Action: []string{"logs:StartQuery"},
				Resource: []string{"arn:aws:logs:eu-west-1:111122223333:log-group:/ecs/api:*"},
			}},
		},
		{
			name: "a table of the data catalog",
			reqs: []Request{{Action: "glue:GetTable", Resource: "arn:aws:glue:eu-west-1:111122223333:table/sales/orders"}},
			want: []Statement{{
				Sid: "GlueGetTable", Effect: "Allow", Action: []string{"glue:GetTable"},
				Resource: []string{"arn:aws:glue:eu-west-1:111122223333:table/sales/orders"},
			}},
			notes: []Note{{
				"glue:GetTable", "arn:aws:glue:eu-west-1:111122223333:table/sales/orders",
				words.Plain("AWS Glue also checks what holds the resource: allow glue:GetTable on the database of a table and on the catalog too, or the next call is denied there."),
			}},
		},
		{
			name: "names that IAM would fill in",
			reqs: []Request{{Action: "s3:GetObject", Resource: "arn:aws:s3:::home/${aws:username}/${HOME}"}},
			want: []Statement{{
				Sid: "S3GetObject", Effect: "Allow", Action: []string{"s3:GetObject"},
				Resource: []string{"arn:aws:s3:::home/${$}{aws:username}/${$}{HOME}"},
			}},
		},
		{name: "no action", reqs: []Request{{Resource: "arn:aws:s3:::a"}, {Action: "GetObject"}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			doc, notes := Allow(tt.reqs, here)
			if diff := cmp.Diff(Document{Version: "2012-10-17", Statement: tt.want}, doc); diff != "" {
				t.Errorf("document (-want +got)\n%s", diff)
			}
			if diff := cmp.Diff(tt.notes, notes); diff != "" {
				t.Errorf("notes (-want +got)\n%s", diff)
			}
			if len(tt.want) > 0 {
				if problems := Validate(doc, KindIdentity); problems != nil {
					t.Errorf("invalid: %v", problems)
				}
			}
		})
	}
}

func TestAllowNotesMissingPlace(t *testing.T) {
	doc, notes := Allow([]Request{{Action: "sqs:SendMessage", Resource: "jobs"}}, Context{Partition: "aws"})
	if got := doc.Statement[0].Resource[0]; got != "arn:aws:sqs:REGION:ACCOUNT_ID:jobs" {
		t.Errorf("resource %s", got)
	}
	want := []Note{{"sqs:SendMessage", "arn:aws:sqs:REGION:ACCOUNT_ID:jobs", words.Plain("Replace REGION and ACCOUNT_ID before you attach the policy: the evidence doesn't name the whole resource.")}}
	if diff := cmp.Diff(want, notes); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestOwners(t *testing.T) {
	const (
		session = "arn:aws:sts::111122223333:assumed-role/api/0123456789abcdef0123456789abcdef"
		role    = "arn:aws:iam::111122223333:role/api"
		image   = "arn:aws:ecr:eu-west-1:444455556666:repository/api"
		secret  = "arn:aws:secretsmanager:eu-west-1:444455556666:secret:db-a1B2c3"
		queue   = "arn:aws:sqs:eu-west-1:444455556666:jobs"
	)
	resourcePolicy := func(action, resource string) Document {
		doc, _ := ResourcePolicy(session, []Request{{Action: action, Resource: resource}}, here)
		return doc
	}
	endpoint, _ := EndpointPolicy(role, []Request{{Action: "sqs:SendMessage", Resource: queue}}, here)
	pass, _ := Allow([]Request{
		{Action: "iam:PassRole", Resource: role, PassedTo: ECSTasks},
		{Action: "iam:PassRole", Resource: "arn:aws:iam::111122223333:role/team/execution", PassedTo: ECSTasks},
	}, here)
	tests := []struct {
		name string
		kind Kind
		got  Document
		want Statement
	}{
		{
			"trust", KindTrust, TrustPolicy(ECSTasks),
			Statement{Effect: "Allow", Principal: Principal{"Service": {"ecs-tasks.amazonaws.com"}}, Action: []string{"sts:AssumeRole"}},
		},
		{
			"pass role", KindIdentity, pass,
			Statement{
				Sid: "IamPassRole", Effect: "Allow", Action: []string{"iam:PassRole"},
				Resource:  []string{role, "arn:aws:iam::111122223333:role/team/execution"},
				Condition: Condition{"StringEquals": {"iam:PassedToService": {"ecs-tasks.amazonaws.com"}}},
			},
		},
		{
			"repository", KindResource, resourcePolicy("ecr:BatchGetImage", image),
			Statement{Sid: "EcrBatchGetImage", Effect: "Allow", Principal: Principal{"AWS": {role}}, Action: []string{"ecr:BatchGetImage"}},
		},
		{
			"registry", KindResource, resourcePolicy("ecr:BatchImportUpstreamImage", image),
			Statement{
				Sid: "EcrBatchImportUpstreamImage", Effect: "Allow", Principal: Principal{"AWS": {role}},
				Action: []string{"ecr:BatchImportUpstreamImage"}, Resource: []string{image},
			},
		},
		{
			"secret", KindResource, resourcePolicy("secretsmanager:GetSecretValue", secret),
			Statement{
				Sid: "SecretsmanagerGetSecretValue", Effect: "Allow", Principal: Principal{"AWS": {role}},
				Action: []string{"secretsmanager:GetSecretValue"}, Resource: []string{"*"},
			},
		},
		{
			"key", KindKey, resourcePolicy("kms:Decrypt", "arn:aws:kms:eu-west-1:444455556666:key/1234abcd-12ab-34cd-56ef-1234567890ab"),
			Statement{Sid: "KmsDecrypt", Effect: "Allow", Principal: Principal{"AWS": {role}}, Action: []string{"kms:Decrypt"}, Resource: []string{"*"}},
		},
		{
			"queue", KindResource, resourcePolicy("sqs:SendMessage", queue),
			Statement{Sid: "SqsSendMessage", Effect: "Allow", Principal: Principal{"AWS": {role}}, Action: []string{"sqs:SendMessage"}, Resource: []string{queue}},
		},
		{
			"endpoint", KindEndpoint, endpoint,
			Statement{
				Sid: "SqsSendMessage", Effect: "Allow", Principal: Principal{"*": {"*"}}, Action: []string{"sqs:SendMessage"},
				Resource: []string{queue}, Condition: Condition{"ArnEquals": {"aws:PrincipalArn": {role}}},
			},
		},
	}
	for _, tt := range tests {
		if diff := cmp.Diff(Document{Version: Version, Statement: []Statement{tt.want}}, tt.got); diff != "" {
			t.Errorf("%s (-want +got)\n%s", tt.name, diff)
		}
		if problems := Validate(tt.got, tt.kind); problems != nil {
			t.Errorf("%s is invalid: %v", tt.name, problems)
		}
	}
}
