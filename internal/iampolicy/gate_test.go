package iampolicy

import (
	"slices"
	"strings"
	"testing"

	"whystopped/internal/iampolicy/sar"
	"whystopped/internal/words"
)

// TestGate: what is no exact Allow of something that exists comes out in words.
func TestGate(t *testing.T) {
	const role = "arn:aws:iam::111122223333:role/api"
	identity := func(action, resource string) Document {
		return Document{Version: Version, Statement: []Statement{{Effect: "Allow", Action: []string{action}, Resource: []string{resource}}}}
	}
	trust := func(p Principal) Document {
		return Document{Version: Version, Statement: []Statement{{Effect: "Allow", Principal: p, Action: []string{"sts:AssumeRole"}}}}
	}
	endpoint := func(principal string) Document {
		doc, _ := EndpointPolicy(principal, []Request{{Action: "sqs:SendMessage", Resource: "arn:aws:sqs:eu-west-1:111122223333:jobs"}}, here)
		return doc
	}
	with := func(doc Document, change func(*Statement)) Document {
		change(&doc.Statement[0])
		return doc
	}
	tests := []struct {
		name string
		kind Kind
		doc  Document
		want string // a part of the sentence; "" where the document passes
	}{
		{"exact", KindIdentity, identity("s3:GetObject", "arn:aws:s3:::b/k"), ""},
		{"all actions", KindIdentity, identity("*", "arn:aws:s3:::b/k"), "* is a pattern of actions"},
		{"actions of a service", KindIdentity, identity("iam:*", "*"), "iam:* is a pattern of actions"},
		{"pattern of actions", KindIdentity, identity("iam:Attach*", "*"), "iam:Attach* is a pattern of actions"},
		{"no such action", KindIdentity, identity("foo:BarBaz", "*"), "IAM has no action foo:BarBaz"},
		{"an operation", KindIdentity, identity("s3:HeadObject", "arn:aws:s3:::b/k"), "IAM has no action s3:HeadObject"},
		{"spelling", KindIdentity, identity("s3:getobject", "arn:aws:s3:::b/k"), "IAM has no action s3:getobject"},
		{"a secret of *", KindIdentity, identity("secretsmanager:GetSecretValue", "*"), "on every resource"},
		{"a role of *", KindIdentity, identity("sts:AssumeRole", "*"), "on every resource"},
		{"a list", KindIdentity, identity("rds:DescribeDBInstances", "*"), ""},
		{"no resource level", KindIdentity, identity("ecr:GetAuthorizationToken", "*"), ""},
		{"all secrets", KindIdentity, identity("secretsmanager:GetSecretValue", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:*"), "it's a pattern"},
		{"secrets of a path", KindIdentity, identity("secretsmanager:GetSecretValue", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:tenants/*-??????"), "it's a pattern"},
		{"one secret", KindIdentity, identity("secretsmanager:GetSecretValue", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-??????"), ""},
		{"an escaped name", KindIdentity, identity("secretsmanager:GetSecretValue", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:tenants/${*}-??????"), ""},
		{"all buckets", KindIdentity, identity("s3:ListBucket", "arn:aws:s3:::*"), "it's a pattern"},
		{"a pattern of keys", KindIdentity, identity("s3:GetObject", "arn:aws:s3:::b/????"), "it's a pattern"},
		{"any partition", KindIdentity, identity("s3:GetObject", "arn:*:s3:::b/k"), "AWS has no such partition"},
		{"a made-up partition", KindIdentity, identity("s3:GetObject", "arn:aws-evil:s3:::b/k"), "AWS has no such partition"},
		{"another partition's Region", KindIdentity, identity("sqs:SendMessage", "arn:aws:sqs:cn-north-1:111122223333:q"), "isn't in that partition"},
		{"any Region", KindIdentity, identity("sqs:SendMessage", "arn:aws:sqs:*:111122223333:q"), "its Region doesn't exist"},
		{"any account", KindIdentity, identity("sqs:SendMessage", "arn:aws:sqs:eu-west-1:*:q"), "its account ID is malformed"},
		{"all keys", KindIdentity, identity("kms:Decrypt", "arn:aws:kms:eu-west-1:111122223333:key/*"), "it's a pattern"},
		{"all instances", KindIdentity, identity("ec2:StopInstances", "arn:aws:ec2:eu-west-1:111122223333:instance/*"), "it's a pattern"},
		{"a new volume", KindIdentity, identity("ec2:CreateVolume", "arn:aws:ec2:eu-west-1:111122223333:volume/*"), ""},
		{"a variable", KindIdentity, identity("s3:GetObject", "arn:aws:s3:::b/${cognito-identity.amazonaws.com:sub}/k"), "a variable in its name"},
		{"a form", KindIdentity, identity("sqs:SendMessage", "arn:aws:sqs:REGION:ACCOUNT_ID:QUEUE_NAME"), ""},
		{"deny", KindIdentity, with(identity("s3:GetObject", "arn:aws:s3:::b/k"), func(s *Statement) { s.Effect = "Deny" }), "isn't a plain Allow"},
		{"all but", KindIdentity, with(identity("s3:GetObject", "arn:aws:s3:::b/k"), func(s *Statement) { s.NotResource = s.Resource }), "isn't a plain Allow"},
		{"other kind of resource", KindIdentity, identity("s3:GetObject", "arn:aws:s3:::b"), "IAM wouldn't accept it"},
		{"condition", KindIdentity, with(identity("s3:GetObject", "arn:aws:s3:::b/k"), func(s *Statement) {
			s.Condition = s.Condition.and("StringLike", "aws:PrincipalTag/team", "*")
		}), "malformed value"},
		{"a role may assume", KindTrust, trust(Principal{"AWS": {role}}), ""},
		{"a service may assume", KindTrust, trust(Principal{"Service": {ECSTasks}}), ""},
		{"everybody may assume", KindTrust, trust(Principal{"*": {"*"}}), "isn't the whole ARN"},
		{"AWS *", KindTrust, trust(Principal{"AWS": {"*"}}), "isn't the whole ARN"},
		{"all roles", KindTrust, trust(Principal{"AWS": {"arn:aws:iam::111122223333:role/*"}}), "isn't the whole ARN"},
		{"a whole account", KindTrust, trust(Principal{"AWS": {"arn:aws:iam::111122223333:root"}}), "isn't the whole ARN"},
		{"any account's root", KindTrust, trust(Principal{"AWS": {"arn:aws:iam::*:root"}}), "isn't the whole ARN"},
		{"a session", KindTrust, trust(Principal{"AWS": {"arn:aws:sts::111122223333:assumed-role/api/x"}}), "isn't the whole ARN"},
		{"no service", KindTrust, trust(Principal{"Service": {"evil.example.com"}}), "isn't the whole ARN"},
		{"an identity provider", KindTrust, trust(Principal{"Federated": {"accounts.example.com"}}), "isn't the whole ARN"},
		{"through an endpoint", KindEndpoint, endpoint(role), ""},
		{"all roles through an endpoint", KindEndpoint, endpoint("arn:aws:iam::111122223333:role/*"), "isn't the whole ARN"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			passed := Gate(tt.doc, tt.kind)
			said := strings.Join(words.Lines(passed.Refused), " ")
			switch {
			case tt.want == "" && (said != "" || len(passed.Document.Statement) != 1):
				t.Errorf("refused: %s", said)
			case tt.want != "" && (!strings.Contains(said, tt.want) || len(passed.Document.Statement) != 0):
				t.Errorf("let out %+v and said %q, want %q", passed.Document.Statement, said, tt.want)
			}
		})
	}
}

func TestGateKeepsTheRest(t *testing.T) {
	doc := Document{Version: Version, Statement: []Statement{
		{Sid: "A", Effect: "Allow", Action: []string{"s3:GetObject", "s3:Get*"}, Resource: []string{"arn:aws:s3:::b/k", "arn:aws:s3:::b/?"}},
		{Sid: "B", Effect: "Allow", Action: []string{"iam:*"}, Resource: []string{"*"}},
	}}
	passed := Gate(doc, KindIdentity)
	if got := passed.Document.Statement; len(got) != 1 || len(got[0].Action) != 1 || len(got[0].Resource) != 1 || len(passed.Refused) != 3 {
		t.Errorf("let out %+v, refused %q", got, passed.Refused)
	}
}

// TestEveryActionHasADocument: for each action there is, the document that is
// written where its resource isn't known passes the gate, and waits for somebody
// to put a name in, or is about what has none.
func TestEveryActionHasADocument(t *testing.T) {
	for _, service := range sar.Services() {
		for _, act := range sar.Actions(service) {
			for _, resource := range []string{"", "*"} {
				doc, _ := Allow([]Request{{Action: act.String(), Resource: resource}}, here)
				passed := Gate(doc, KindIdentity)
				if len(passed.Refused) > 0 || len(passed.Document.Statement) != 1 {
					t.Errorf("%s on %q: %q", act, resource, passed.Refused)
				} else if r := passed.Document.Statement[0].Resource[0]; r != "*" && hasWildcard(r) && len(passed.Placeholders) == 0 {
					t.Errorf("%s on %q is open: %s", act, resource, passed.Document.Statement[0].Resource)
				} else if r != "*" && len(passed.Placeholders) == 0 && slices.ContainsFunc(act.Types, func(use sar.TypeUse) bool { return len(use.Variables()) > 0 }) && act.Service != "glue" { // whose catalog is one thing, and required
					t.Errorf("%s on %q names what nobody named: %s", act, resource, passed.Document.Statement[0].Resource)
				}
			}
		}
	}
}
