package diagnose_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"whystopped/internal/diagnose"
	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/diagnose/verdict"
	"whystopped/internal/iampolicy"
	"whystopped/internal/taskref"
	"whystopped/internal/words"
)

const (
	theRole   = "arn:aws:iam::111122223333:role/ledger-task"
	theExec   = "arn:aws:iam::111122223333:role/ledger-exec"
	theInfra  = "arn:aws:iam::111122223333:role/volumes"
	unrelated = `{"Effect":"Allow","Principal":{"Service":["ec2.amazonaws.com"]},"Action":["sts:AssumeRole"]}`
	needed    = `{"Effect":"Allow","Principal":{"Service":["ecs-tasks.amazonaws.com"]},"Action":["sts:AssumeRole"]}`
)

// notAssumed is a service that gets no task, since ECS could not assume a role.
func notAssumed(role string, roles ...evidence.Role) evidence.Evidence {
	return evidence.Evidence{
		Ref: taskref.Ref{Partition: "aws", Region: "eu-west-1", Account: "111122223333", Cluster: "prod", Group: "service:ledger"},
		ServiceEvents: []evidence.ServiceEvent{{
			Text: "(service ledger) failed to launch a task with (error ECS was unable to assume the role '" + role + "' that was provided for this task. Please verify that the role being passed has the proper trust relationship and permissions and that your IAM user has permissions to pass this role.).",
		}},
		TaskDefinition: &evidence.TaskDefinition{TaskDefinitionARN: "arn:aws:ecs:eu-west-1:111122223333:task-definition/ledger:7", ExecutionRoleARN: theExec, TaskRoleARN: theRole},
		Roles:          roles,
	}
}

// volumeRefused is a task whose volume's infrastructure role ECS could not assume.
func volumeRefused(roles ...evidence.Role) evidence.Evidence {
	return evidence.Evidence{
		Ref: taskref.Ref{Partition: "aws", Region: "eu-west-1", Account: "111122223333", Cluster: "prod"},
		Task: &evidence.Task{
			StopCode: "TaskFailedToStart", LastStatus: "STOPPED", DesiredStatus: "STOPPED",
			Attachments: []evidence.Attachment{{Type: "AmazonElasticBlockStorage", Details: []evidence.KeyValue{{
				Name: "statusReason", Value: "ECS was unable to assume the configured ECS Infrastructure Role '" + theInfra + "'. Please verify that the role being passed has the proper trust relationship with Amazon ECS",
			}}}},
		},
		Roles: roles,
	}
}

func role(arn, trust string) evidence.Role {
	return evidence.Role{ARN: arn, Name: arn[strings.LastIndexByte(arn, '/')+1:], TrustPolicy: trust}
}

func missing(arn string) evidence.Role {
	r := role(arn, "")
	r.Missing = true
	return r
}

func statements(list ...string) string {
	return `{"Version":"2012-10-17","Statement":[` + strings.Join(list, ",") + `]}`
}

func TestRoleFacts(t *testing.T) {
	const denying = `{"Sid":"Frozen","Effect":"Deny","Principal":"*","Action":"sts:*"}`
	conditional := func(key, value string) string {
		return strings.TrimSuffix(needed, "}") + `,"Condition":{"StringEquals":{"` + key + `":["` + value + `"]}}}`
	}
	tests := []struct {
		name         string
		ev           evidence.Evidence
		identity     verdict.Identity
		category     verdict.Category
		confidence   verdict.Confidence
		title        string
		says         string // in the summary
		kind, policy string // of the only document; empty for none
	}{
		{
			name: "IAM was not asked", ev: notAssumed(theRole),
			identity: verdict.Identity{Kind: verdict.TaskRole, ARN: theRole}, category: verdict.IAMTrust, confidence: verdict.Likely,
			title: "ECS couldn't assume the role ledger-task", says: "AWS has one text for four faults",
			kind: "trust-policy", policy: statements(needed),
		},
		{
			name: "the role is gone", ev: notAssumed(theRole, missing(theRole), role(theExec, statements(needed))),
			identity: verdict.Identity{Kind: verdict.TaskRole, ARN: theRole}, category: verdict.IAMRoleMissing, confidence: verdict.Confirmed,
			title: "The role ledger-task doesn't exist", says: "no role with that name in account 111122223333",
		},
		{
			name: "the role has a path that the task leaves out", ev: notAssumed(theRole, role("arn:aws:iam::111122223333:role/svc/ledger-task", statements(needed))),
			identity: verdict.Identity{Kind: verdict.TaskRole, ARN: theRole}, category: verdict.IAMRoleMissing, confidence: verdict.Confirmed,
			title: "The task names the role ledger-task by the wrong ARN", says: "its ARN is arn:aws:iam::111122223333:role/svc/ledger-task",
		},
		{
			name: "it trusts another service", ev: notAssumed(theRole, role(theRole, statements(unrelated))),
			identity: verdict.Identity{Kind: verdict.TaskRole, ARN: theRole}, category: verdict.IAMTrust, confidence: verdict.Confirmed,
			title: "The role ledger-task doesn't trust ecs-tasks.amazonaws.com", says: "It trusts ec2.amazonaws.com.",
			kind: "trust-policy", policy: statements(unrelated, needed),
		},
		{
			name: "it trusts nobody", ev: notAssumed(theRole, role(theRole, statements())),
			identity: verdict.Identity{Kind: verdict.TaskRole, ARN: theRole}, category: verdict.IAMTrust, confidence: verdict.Confirmed,
			title: "The role ledger-task doesn't trust ecs-tasks.amazonaws.com", says: "It trusts nobody.",
			kind: "trust-policy", policy: statements(needed),
		},
		{
			name: "it trusts ECS's tasks of another account", ev: notAssumed(theRole, role(theRole, statements(conditional("aws:SourceAccount", "444455556666")))),
			identity: verdict.Identity{Kind: verdict.TaskRole, ARN: theRole}, category: verdict.IAMTrust, confidence: verdict.Confirmed,
			title: "The role ledger-task trusts ecs-tasks.amazonaws.com only under other conditions", says: "conditions on aws:SourceAccount",
			kind: "trust-policy",
			policy: statements(conditional("aws:SourceAccount", "444455556666"),
				strings.TrimSuffix(needed, "}")+`,"Condition":{"ArnLike":{"aws:SourceArn":["arn:aws:ecs:eu-west-1:111122223333:*"]},"StringEquals":{"aws:SourceAccount":["111122223333"]}}}`),
		},
		{
			name: "it denies", ev: notAssumed(theRole, role(theRole, statements(needed, denying))),
			identity: verdict.Identity{Kind: verdict.TaskRole, ARN: theRole}, category: verdict.IAMTrust, confidence: verdict.Confirmed,
			title: "The trust policy of the role ledger-task denies ecs-tasks.amazonaws.com", says: "the statement Frozen of its trust policy",
		},
		{
			name: "it is fine, so that the caller remains", ev: notAssumed(theRole, role(theRole, statements(needed))),
			identity: verdict.Identity{Kind: verdict.Caller}, category: verdict.IAMPermission, confidence: verdict.Likely,
			title: "The caller probably isn't allowed to pass the role ledger-task", says: "lacks iam:PassRole",
			kind:   "identity-policy",
			policy: statements(`{"Sid":"IamPassRole","Effect":"Allow","Action":["iam:PassRole"],"Resource":["` + theExec + `","` + theRole + `"],"Condition":{"StringEquals":{"iam:PassedToService":["ecs-tasks.amazonaws.com"]}}}`),
		},
		{
			name: "its conditions cannot be judged", ev: notAssumed(theRole, role(theRole, statements(conditional("aws:SourceOrgID", "o-exampleorgid")))),
			identity: verdict.Identity{Kind: verdict.TaskRole, ARN: theRole}, category: verdict.IAMTrust, confidence: verdict.Likely,
			title: "ECS couldn't assume the role ledger-task", says: "conditions that can't be evaluated here: aws:SourceOrgID",
		},
		{
			name: "its trust policy cannot be read", ev: notAssumed(theRole, role(theRole, "{")),
			identity: verdict.Identity{Kind: verdict.TaskRole, ARN: theRole}, category: verdict.IAMTrust, confidence: verdict.Likely,
			title: "ECS couldn't assume the role ledger-task", says: "its trust policy couldn't be evaluated",
		},
		{
			name: "a secret was taken out of its trust policy", ev: notAssumed(theRole, role(theRole, statements(unrelated, conditional("sts:ExternalId", "[redacted: password]")))),
			identity: verdict.Identity{Kind: verdict.TaskRole, ARN: theRole}, category: verdict.IAMTrust, confidence: verdict.Likely,
			title: "ECS couldn't assume the role ledger-task", says: "its trust policy couldn't be evaluated",
		},
		{
			name: "a role of the same name in another account", ev: notAssumed(theRole, missing("arn:aws:iam::444455556666:role/ledger-task")),
			identity: verdict.Identity{Kind: verdict.TaskRole, ARN: theRole}, category: verdict.IAMTrust, confidence: verdict.Likely,
			title: "ECS couldn't assume the role ledger-task", says: "AWS has one text for four faults", kind: "trust-policy", policy: statements(needed),
		},
		{
			name: "the text names no role, IAM shows which", ev: notAssumed("", role(theRole, statements(unrelated)), role(theExec, statements(needed))),
			identity: verdict.Identity{Kind: verdict.TaskRole, ARN: theRole}, category: verdict.IAMTrust, confidence: verdict.Likely,
			title: "The role ledger-task doesn't trust ecs-tasks.amazonaws.com", says: "It trusts ec2.amazonaws.com.",
			kind: "trust-policy", policy: statements(unrelated, needed),
		},
		{
			name: "a placeholder", ev: notAssumed("arn:aws:iam::111122223333:role/null", missing("arn:aws:iam::111122223333:role/null")),
			identity: verdict.Identity{Kind: verdict.TaskRole, ARN: "arn:aws:iam::111122223333:role/null"}, category: verdict.IAMRoleMissing, confidence: verdict.Confirmed,
			title: "The role null is a placeholder", says: "No such role exists.",
		},
		{
			name: "an infrastructure role that trusts ECS's tasks instead of ECS", ev: volumeRefused(role(theInfra, statements(needed))),
			identity: verdict.Identity{Kind: verdict.InfrastructureRole, ARN: theInfra}, category: verdict.IAMTrust, confidence: verdict.Confirmed,
			title: "The role volumes doesn't trust ecs.amazonaws.com", says: "It trusts ecs-tasks.amazonaws.com.",
			kind: "trust-policy", policy: statements(needed, strings.ReplaceAll(needed, "ecs-tasks", "ecs")),
		},
		{
			name: "an infrastructure role that is fine", ev: volumeRefused(role(theInfra, statements(strings.ReplaceAll(needed, "ecs-tasks", "ecs")))),
			identity: verdict.Identity{Kind: verdict.InfrastructureRole, ARN: theInfra}, category: verdict.IAMPermission, confidence: verdict.Likely,
			title: "The infrastructure role volumes trusts ECS, but ECS couldn't use it", says: "lacks permissions for what it manages",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := diagnose.Diagnose(tt.ev)
			v := d.Verdict
			want := diagnose.Verdict{Cause: v.Cause, Phase: v.Phase, Identity: tt.identity, Category: tt.category, Confidence: tt.confidence, Title: words.Plain(tt.title), Summary: v.Summary}
			if diff := cmp.Diff(want, v); diff != "" {
				t.Errorf("verdict (-want +got):\n%s", diff)
			}
			if said := v.Summary.English + " " + strings.Join(words.Lines(d.Caveats), " "); !strings.Contains(said, tt.says) {
				t.Errorf("the summary and the caveats %q do not say %q", said, tt.says)
			}
			checkTexts(t, tt.name, d)
			checkOnlyPolicy(t, d, tt.kind, tt.policy)
		})
	}
}

// checkOnlyPolicy wants one document that decides, or none, and that nothing
// else is said to be verified than a trust policy that was read.
func checkOnlyPolicy(t *testing.T, d diagnose.Diagnosis, kind, want string) {
	t.Helper()
	if kind == "" {
		if len(d.Fix.Policies) != 0 {
			t.Errorf("got the policies %+v, want none", d.Fix.Policies)
		}
		return
	}
	if len(d.Fix.Policies) != 1 || d.Fix.Policies[0].Kind != kind {
		t.Fatalf("got the policies %+v, want one of kind %s", d.Fix.Policies, kind)
	}
	p := d.Fix.Policies[0]
	text, err := json.Marshal(p.Document)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, string(text)); diff != "" {
		t.Errorf("policy (-want +got):\n%s", diff)
	}
	if problems := iampolicy.Validate(p.Document, iampolicy.Kind(kind)); len(problems) != 0 {
		t.Errorf("the policy is not valid: %v", problems)
	}
	read := strings.Contains(d.Verdict.Title.English, "trust") && kind == "trust-policy"
	if got := p.Verified.By == "iam:GetRole" && p.Verified.Status == "allowed"; got != read {
		t.Errorf("verified %+v", p.Verified)
	}
	if got := strings.Contains(d.Fix.Snippets.CLI, "aws iam get-role "); got != (kind == "trust-policy" && !read) {
		t.Errorf("the command does not fit what is known of the role:\n%s", d.Fix.Snippets.CLI)
	}
}

func TestTheBoundaryThatRefusedIsNamed(t *testing.T) {
	const boundary = "arn:aws:iam::111122223333:policy/edge"
	exec := role(theExec, statements(needed))
	exec.BoundaryARN = boundary
	ev := evidence.Evidence{
		Ref: taskref.Ref{Partition: "aws", Region: "eu-west-1", Account: "111122223333"},
		Task: &evidence.Task{
			StopCode: "TaskFailedToStart", LastStatus: "STOPPED", DesiredStatus: "STOPPED",
			StoppedReason: "ResourceInitializationError: unable to pull secrets or registry auth: AccessDeniedException: User: arn:aws:sts::111122223333:assumed-role/ledger-exec/0f1e2d3c4b5a69788796a5b4c3d2e1f0 is not authorized to perform: ssm:GetParameters on resource: arn:aws:ssm:eu-west-1:111122223333:parameter/ledger/key because no permissions boundary allows the ssm:GetParameters action",
		},
		TaskDefinition: &evidence.TaskDefinition{ExecutionRoleARN: theExec},
		Roles:          []evidence.Role{exec},
	}
	d := diagnose.Diagnose(ev)
	if got := d.Findings[0].Denied[0].PolicyARN; got == nil || *got != boundary {
		t.Errorf("got policy ARN %v, want %s", got, boundary)
	}
	if !strings.Contains(d.Fix.Summary.English, boundary) {
		t.Errorf("the summary %q does not name the boundary", d.Fix.Summary)
	}
}
