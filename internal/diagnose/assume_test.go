package diagnose_test

import (
	"strings"
	"testing"

	"whystopped/internal/words"
)

func TestBothSidesOfAnAssumption(t *testing.T) {
	const (
		near, far = "arn:aws:iam::111122223333:role/reporting", "arn:aws:iam::444455556666:role/reporting"
		caller    = "sts:AssumeRole on " + near
		farCaller = "sts:AssumeRole on " + far
		trust     = "arn:aws:iam::111122223333:role/ledger-task"
	)
	role := func(reason, target string) string {
		return recorded("2026-11-20T08:59:50Z", "AssumeRole", "sts.amazonaws.com", deniedTo("ledger-task", "sts:AssumeRole", target)+reason)
	}
	tests := map[string]struct {
		evidence       string
		identity       string // the statement of the caller's policy; "" for none
		trusts         string // whom the trust policy names; "" for none
		summary, steps string
	}{
		"one account, no reason: both are open": {
			evidence: role("", near), identity: caller, trusts: trust,
			summary: "Two policies decide", steps: "has to allow this in any case",
		},
		"one account, the caller's side": {
			evidence: role(" because no identity-based policy allows the sts:AssumeRole action", near), identity: caller,
			steps: "Check the trust policy of the role reporting",
		},
		"one account, the trust": {
			evidence: role(" because no role trust policy allows the sts:AssumeRole action", near), trusts: trust,
			summary: "Add the statement to the trust policy of the role reporting",
		},
		"two accounts, no reason": {
			evidence: role("", far), identity: farCaller, trusts: trust, steps: "Across accounts both sides have to allow this",
		},
		"two accounts, the caller's side": {
			evidence: role(" because no identity-based policy allows the sts:AssumeRole action", far), identity: farCaller, trusts: trust,
		},
		"two accounts, the trust": {
			evidence: role(" because no role trust policy allows the sts:AssumeRole action", far), identity: farCaller, trusts: trust,
		},
		"a service-linked role has no trust policy to edit": {
			evidence: role("", "arn:aws:iam::111122223333:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS"),
			identity: "sts:AssumeRole on arn:aws:iam::111122223333:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS",
			steps:    "nobody can edit its trust policy",
		},
		"a service-linked role asks, and nobody edits what it may do": {
			evidence: strings.ReplaceAll(role("", near), "assumed-role/ledger-task/", "assumed-role/AWSServiceRoleForECS/"), trusts: "arn:aws:iam::111122223333:role/AWSServiceRoleForECS",
			summary: "Add the statement to the trust policy of the role reporting",
		},
		"an explicit deny": {
			evidence: role(" with an explicit deny in an identity-based policy", near), summary: "denies this explicitly",
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			d := answered(t, tt.evidence)
			var identity, trusts string
			for _, p := range policiesOf(d, "denied", "identity-policy") {
				identity += grantsOf(p)
			}
			for _, p := range policiesOf(d, "denied", "trust-policy") {
				trusts += strings.Join(p.Document.Statement[0].Principal["AWS"], " ")
				if !strings.Contains(p.Detail.English, "keep its other statements") {
					t.Errorf("the trust policy's detail is %q", p.Detail)
				}
			}
			if identity != tt.identity || trusts != tt.trusts {
				t.Errorf("the caller's policy %q, want %q; trusts %q, want %q", identity, tt.identity, trusts, tt.trusts)
			}
			if !strings.Contains(d.Fix.Summary.English, tt.summary) {
				t.Errorf("summary %q, want %q", d.Fix.Summary, tt.summary)
			}
			if steps := strings.Join(words.Lines(d.Fix.Steps), "\n"); !strings.Contains(steps, tt.steps) {
				t.Errorf("no step says %q:\n%s", tt.steps, steps)
			}
		})
	}
}

func TestNoTrustPolicyForARoleThatNobodyCanEdit(t *testing.T) {
	for name, tt := range map[string]struct{ role, says string }{
		"a service-linked role": {"arn:aws:iam::111122223333:role/aws-service-role/batch.amazonaws.com/AWSServiceRoleForBatch", "service-linked role"},
		"a permission set":      {"arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Ops_0a1b2c3d4e5f6071", "IAM Identity Center"},
		"another account's":     {"arn:aws:iam::444455556666:role/ledger-task", "belongs to account 444455556666"},
	} {
		t.Run(name, func(t *testing.T) {
			d := answered(t, `{"task": {"taskArn": "arn:aws:ecs:eu-north-1:111122223333:task/core/3b2a190807f6e5d4c3b2a190807f6e5d"}, "serviceEvents": ["(service ledger) failed to launch a task with (error ECS was unable to assume the role '`+tt.role+`' that was provided for this task. Please verify that the role being passed has the proper trust relationship and permissions and that your IAM user has permissions to pass this role.)"]}`)
			if len(d.Fix.Policies) > 0 {
				t.Errorf("offers %+v", d.Fix.Policies[0].Document)
			}
			if !strings.Contains(d.Fix.Summary.English, tt.says) {
				t.Errorf("%s: summary %q, want %q", d.Verdict.Cause, d.Fix.Summary, tt.says)
			}
		})
	}
}
