package diagnose_test

import (
	"encoding/json"
	"strings"
	"testing"

	"whystopped/internal/diagnose"
	"whystopped/internal/diagnose/evidence"
)

const (
	hostileTask    = "arn:aws:ecs:eu-west-1:111122223333:task/prod/0123456789abcdef0123456789abcdef"
	hostileSession = "arn:aws:sts::111122223333:assumed-role/orders-task/0123456789abcdef0123456789abcdef"
)

// hostileSeed is evidence of which a stranger wrote a part.
type hostileSeed struct{ principal, action, resource, reason, event, source, parameter, value, region, image, secret, group string }

// hostileSeeds have what no document may have in every place.
var hostileSeeds = []hostileSeed{
	{action: "s3:*", resource: "*"},
	{action: "iam:*", resource: "*"},
	{action: "iam:Attach*", resource: "*"},
	{action: "foo:Bar*Baz", resource: "*"},
	{action: "s3:HeadObject", resource: "arn:aws:s3:::orders/in.csv"},
	{action: "secretsmanager:GetSecretValue", resource: "*"},
	{action: "secretsmanager:GetSecretValue", resource: "tenants/*"},
	{action: "secretsmanager:GetSecretValue", resource: "arn:aws:secretsmanager:eu-west-1:111122223333:secret:*"},
	{action: "sts:AssumeRole", resource: "arn:aws:iam::*:role/*"},
	{action: "iam:PassRole", resource: "arn:aws:iam::111122223333:role/*"},
	{action: "iam:GetRole", resource: "role *"},
	{action: "s3:GetObject", resource: `"arn:aws:s3:::orders/*"`},
	{action: "s3:GetObject", resource: "arn:aws:s3:::orders/????"},
	{action: "s3:GetObject", resource: "arn:*:s3:::*/*"},
	{action: "s3:GetObject", resource: "arn:aws:s3:::orders/${cognito-identity.amazonaws.com:sub}/$*/%{x}"},
	{action: "lambda:InvokeFunction", resource: "arn:aws:lambda:*:*:function:*"},
	{action: "execute-api:Invoke", resource: "arn:aws:execute-api:eu-west-1:********3333:a1/prod/GET/x"},
	{action: "kms:Decrypt", resource: "arn:aws:kms:eu-west-1:111122223333:alias/*"},
	{action: "logs:CreateLogStream", resource: "arn:aws:logs:eu-west-1:111122223333:log-group:*:log-stream:*"},
	{action: "neptune-db:connect", resource: "arn:aws:neptune-db:eu-west-1:111122223333:*/*"},
	{action: "ec2:TerminateInstances", resource: "arn:aws:ec2:eu-west-1:111122223333:instance/*"},
	{action: "es:ESHttpPost", resource: "arn:aws:es:eu-west-1:111122223333:domain/*"},
	{action: "dynamodb:Query", resource: "arn:aws:dynamodb:cn-north-1:111122223333:table/<table>"},
	{principal: "arn:aws:sts::111122223333:assumed-role/*/x", action: "sqs:SendMessage", resource: "arn:aws:sqs:eu-west-1:111122223333:jobs", reason: "no VPC endpoint policy allows"},
	{principal: "arn:aws:iam::*:root", action: "sts:AssumeRole", resource: "arn:aws:iam::111122223333:role/admin", reason: "no role trust policy allows"},
	{principal: "arn:aws:iam::111122223333:role/*", action: "secretsmanager:GetSecretValue", resource: "arn:aws:secretsmanager:eu-west-1:111122223333:secret:db", reason: "no resource-based policy allows"},
	{principal: "arn:aws:iam::999999999999:root", action: "kms:Decrypt", resource: "arn:aws:kms:eu-west-1:111122223333:key/*", reason: "no resource-based policy allows"},
	{action: "kms:Decrypt", resource: "arn:aws:kms:eu-west-1:444455556666:key/*", reason: "no permissions boundary allows"},
	{source: "s3", event: "*"},
	{source: "s3", event: "Get*"},
	{source: "s3", event: "X\nY"},
	{source: "s3", event: `Foo"Bar`},
	{source: "*", event: "GetObject"},
	{source: "secretsmanager", event: "GetSecretValue", parameter: "secretId", value: "*"},
	{source: "secretsmanager", event: "GetSecretValue", parameter: "secretId", value: "prod/*"},
	{source: "s3", event: "GetObject", parameter: "bucketName", value: "*"},
	{source: "kms", event: "Decrypt", parameter: "keyId", value: "alias/${aws:username}"},
	{source: "dynamodb", event: "GetItem", parameter: "tableName", value: "orders?", region: "*"},
	{secret: "arn:aws:secretsmanager:eu-west-1:111122223333:secret:*"},
	{secret: "*"},
	{secret: "arn:aws:ssm:*:*:parameter/*"},
	{secret: "arn:aws:s3:::*"},
	{image: "111122223333.dkr.ecr.eu-west-1.amazonaws.com/*:1"},
	{image: "*.dkr.ecr.*.amazonaws.com/api:1"},
	{group: "*", region: "*"},
	{group: "/ecs/*"},
}

// evidence puts the seed's parts into every place where evidence names things.
func (s hostileSeed) evidence() map[string]any {
	or := func(s, other string) string {
		if s == "" {
			return other
		}
		return s
	}
	task := map[string]any{
		"taskArn": hostileTask, "lastStatus": "STOPPED", "stopCode": "EssentialContainerExited",
		"containers": []any{map[string]any{"name": "app", "exitCode": 1}},
	}
	ev := map[string]any{"task": task, "taskDefinition": map[string]any{
		"taskRoleArn": "arn:aws:iam::111122223333:role/orders-task", "executionRoleArn": "arn:aws:iam::111122223333:role/orders-exec",
		"containerDefinitions": []any{map[string]any{
			"name": "app", "image": or(s.image, "111122223333.dkr.ecr.eu-west-1.amazonaws.com/orders:1"),
			"secrets":          []any{map[string]any{"name": "A", "valueFrom": s.secret}},
			"environmentFiles": []any{map[string]any{"type": "s3", "value": s.secret}},
			"logConfiguration": map[string]any{"logDriver": "awslogs", "options": map[string]any{"awslogs-group": s.group, "awslogs-region": s.region, "awslogs-create-group": "true"}},
		}},
	}}
	sentence := "User: " + or(s.principal, hostileSession) + " is not authorized to perform: " + s.action + " on resource: " + s.resource
	if s.reason != "" {
		sentence += " because " + s.reason + " the " + s.action + " action"
	}
	switch {
	case s.secret+s.image+s.group != "":
		task["stopCode"] = "TaskFailedToStart"
		task["stoppedReason"] = "ResourceInitializationError: unable to pull secrets or registry auth: AccessDeniedException: User: arn:aws:sts::111122223333:assumed-role/orders-exec/" +
			"0123456789abcdef0123456789abcdef is not authorized to perform: ecr:GetAuthorizationToken on resource: * because no identity-based policy allows the ecr:GetAuthorizationToken action"
	case s.event != "":
		record := map[string]any{
			"eventSource": s.source + ".amazonaws.com", "eventName": s.event, "errorCode": "AccessDenied", "awsRegion": or(s.region, "eu-west-1"),
			"userIdentity": map[string]any{"type": "AssumedRole", "arn": or(s.principal, hostileSession)},
		}
		if s.action != "" {
			record["errorMessage"] = sentence
		}
		if s.parameter != "" {
			record["requestParameters"] = map[string]any{s.parameter: s.value, "key": s.value}
		}
		ev["cloudtrail"] = []any{record}
	default:
		ev["logs"] = []any{map[string]any{"container": "app", "lines": []any{"Fatal: AccessDenied: " + sentence}}}
		ev["cloudtrail"] = []any{map[string]any{
			"eventSource": "sts.amazonaws.com", "eventName": "AssumeRole", "errorCode": "AccessDenied", "errorMessage": sentence, "awsRegion": "eu-west-1",
			"userIdentity": map[string]any{"type": "AssumedRole", "arn": or(s.principal, hostileSession)},
		}}
	}
	return ev
}

// diagnosed is the diagnosis of a seed; false for what no client can send.
func (s hostileSeed) diagnosed(t *testing.T) (diagnose.Diagnosis, bool) {
	t.Helper()
	raw, err := json.Marshal(s.evidence())
	if err != nil {
		t.Fatal(err)
	}
	ev, err := evidence.Decode(raw)
	if err != nil {
		return diagnose.Diagnosis{}, false
	}
	return diagnose.Diagnose(ev), true
}

// FuzzDocuments holds that of whatever evidence, each document keeps the rules of
// what may be pasted, and each snippet is readable and has nothing but the
// documents.
func FuzzDocuments(f *testing.F) {
	for _, s := range hostileSeeds {
		f.Add(s.principal, s.action, s.resource, s.reason, s.event, s.source, s.parameter, s.value, s.region, s.image, s.secret, s.group)
	}
	f.Fuzz(func(t *testing.T, principal, action, resource, reason, event, source, parameter, value, region, image, secret, group string) {
		s := hostileSeed{principal, action, resource, reason, event, source, parameter, value, region, image, secret, group}
		d, ok := s.diagnosed(t)
		if !ok {
			return
		}
		for _, p := range d.Fix.Policies {
			for _, fault := range faultsOf(p) {
				t.Errorf("%s %s: %s\n%+v", p.Purpose, p.Kind, fault, p.Document)
			}
		}
		for _, fault := range snippetFaults(d.Fix) {
			t.Error(fault)
		}
		for _, step := range d.Fix.Steps {
			if strings.ContainsAny(step.English, "\n\r\x00") {
				t.Errorf("step %q", step)
			}
		}
	})
}
