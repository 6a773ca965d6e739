package proof_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"whystopped/internal/diagnose"
	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/diagnose/proof"
	"whystopped/internal/diagnose/report"
	"whystopped/internal/diagnose/verdict"
	"whystopped/internal/words"
)

const (
	guardrail    = "arn:aws:iam::111122223333:policy/security/guardrail"
	edgeBoundary = "arn:aws:iam::111122223333:policy/edge"
	topicsSCP    = "arn:aws:organizations::444455556666:policy/o-exampleorgid/service_control_policy/p-example1"
	bucketsRCP   = "arn:aws:organizations::444455556666:policy/o-exampleorgid/resource_control_policy/p-example2"
)

// denying is a diagnosis of a call that a policy denied explicitly, as the engine
// makes it.
func denying(kind verdict.PolicyType, policyARN string) report.Diagnosis {
	d := diagnosed()
	d.Fix.AttachTo = &report.AttachTo{Kind: verdict.TaskRole, ARN: provenRole, Name: "api-exec"}
	d.Findings[0].Denied = []report.DeniedCall{{
		Action: "sns:CreateTopic", Resource: "arn:aws:sns:eu-west-1:111122223333:alerts", Explicit: true, PolicyType: kind, PolicyARN: &policyARN,
	}}
	d.Fix.WithoutPolicy = &report.WithoutPolicy{ARN: policyARN, PolicyType: kind, Verified: report.Verified{Status: "not-verified", Detail: words.Plain("as it was")}}
	return d
}

// Which policy is left out, and what it proves.
func TestWithoutThePolicyThatDenies(t *testing.T) {
	var (
		allowed  = proof.Outcome{Decision: "allowed"}
		implicit = proof.Outcome{Decision: "implicitDeny"}
		boundary = proof.Outcome{Decision: "implicitDeny", ByBoundary: true}
		named    = proof.Outcome{Decision: "explicitDeny", Policies: []string{"guardrail"}}
		another  = proof.Outcome{Decision: "explicitDeny", Policies: []string{"quarantine"}}
		scp      = proof.Outcome{Decision: "explicitDeny"}
	)
	alone := "Another service control policy denies it too, or IAM's simulator can't leave out a single one."
	tests := []struct {
		name                    string
		kind                    verdict.PolicyType
		arn                     string
		before, without, noSCPs proof.Outcome
		status, detail          string
	}{
		{"a policy of the role", verdict.PolicyIdentity, guardrail, named, allowed, implicit, "allowed", "Before: explicitDeny. Without this policy: allowed."},
		{"a policy of AWS's", verdict.PolicyIdentity, "arn:aws:iam::aws:policy/AWSDenyAll", named, allowed, implicit, "allowed", "Before: explicitDeny. Without this policy: allowed."},
		{"another one denies too", verdict.PolicyIdentity, guardrail, named, another, implicit, "still-denied", "Before: explicitDeny. Without this policy: explicitDeny. Another policy of the role denies it too. Policies: quarantine."},
		{"it isn't left out", verdict.PolicyIdentity, guardrail, named, named, implicit, "not-verified", "Before: explicitDeny. Without this policy: explicitDeny. IAM's simulator didn't leave it out."},
		{"nothing allows it then", verdict.PolicyIdentity, guardrail, named, implicit, implicit, "still-denied", "Before: explicitDeny. Without this policy: implicitDeny. Nothing denies it explicitly then, but no policy of the role allows it."},
		{"a boundary stops it then", verdict.PolicyIdentity, guardrail, named, boundary, implicit, "still-denied", "Before: explicitDeny. Without this policy: implicitDeny. The permissions boundary of the role stops it too."},
		{
			"a service control policy denies it then", verdict.PolicyIdentity, guardrail, named, scp, allowed, "not-verified",
			"Before: explicitDeny. Without this policy: explicitDeny. Most likely a service control policy denies it in the simulation: IAM reports an explicit deny, and no policy of the role that holds it. " +
				"Its conditions may depend on values that whystopped doesn't know; IAM doesn't report which. Condition keys: aws:PrincipalOrgID, aws:ResourceOrgID, aws:SourceIp, aws:SourceVpc, and aws:SourceVpce. Without service control policies it's allowed.",
		},
		{
			"a key is missing", verdict.PolicyIdentity, guardrail, named,
			proof.Outcome{Decision: "allowed", Missing: []string{"aws:SourceIp"}},
			implicit, "not-verified",
			"Before: explicitDeny. Without this policy: allowed. Conditions of the role's policies need values that whystopped doesn't know. Condition keys: aws:SourceIp.",
		},
		{"the deny isn't found", verdict.PolicyIdentity, guardrail, allowed, implicit, implicit, "not-verified", "Before: allowed. IAM's simulator doesn't find the deny: it was removed since, or its condition depends on a value that whystopped doesn't know."},
		{"a boundary", verdict.PolicyBoundary, edgeBoundary, proof.Outcome{Decision: "explicitDeny", ByBoundary: true}, allowed, implicit, "allowed", "Before: explicitDeny. Without this policy: allowed."},
		{"a service control policy", verdict.PolicySCP, topicsSCP, scp, allowed, implicit, "allowed", "Before: explicitDeny. Without this policy: allowed."},
		{"another, or the same", verdict.PolicySCP, topicsSCP, scp, scp, allowed, "not-verified", "Before: explicitDeny. Without this policy: explicitDeny. " + alone + " Without service control policies it's allowed."},
		{"another, or the same, and nobody knows more", verdict.PolicySCP, topicsSCP, scp, scp, scp, "not-verified", "Before: explicitDeny. Without this policy: explicitDeny. " + alone},
		{"the role denies it as well", verdict.PolicySCP, topicsSCP, scp, scp, named, "still-denied", "Before: explicitDeny. Without this policy: explicitDeny. Another policy of the role denies it too. Policies: guardrail."},
		{"without it nothing allows it", verdict.PolicySCP, topicsSCP, scp, implicit, implicit, "not-verified", "Before: explicitDeny. Without this policy: implicitDeny. No explicit deny is left then, but nothing allows it either: a policy of the role has to, and a service control policy."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			old := denying(tt.kind, tt.arn)
			if !proof.Provable(old) {
				t.Error("there is nothing to be proven")
			}
			one := proof.Exclusion{Type: tt.kind, ARN: tt.arn}
			if tt.kind == verdict.PolicyBoundary {
				one.ARN = "" // a role has one, which IAM leaves out by its type
			}
			d, err := proof.Proven(old, trying(func(trial proof.Trial) proof.Outcome {
				switch {
				case trial.Without == nil:
					return tt.before
				case cmp.Equal(trial.Without, []proof.Exclusion{one}):
					return tt.without
				}
				want := []proof.Exclusion{{Type: verdict.PolicySCP}}
				if tt.kind != verdict.PolicySCP {
					want = []proof.Exclusion{one, want[0]}
				}
				if diff := cmp.Diff(want, trial.Without); diff != "" {
					t.Errorf("left out (-want +got):\n%s", diff)
				}
				return tt.noSCPs
			}))
			if err != nil {
				t.Fatal(err)
			}
			got := d.Fix.WithoutPolicy
			want := report.Verified{Status: tt.status, By: "iam:SimulatePrincipalPolicy", Before: tt.before.Decision, Detail: words.Plain(tt.detail)}
			if diff := cmp.Diff(&report.WithoutPolicy{ARN: tt.arn, PolicyType: tt.kind, Verified: want}, got); diff != "" {
				t.Errorf("without the policy (-want +got):\n%s", diff)
			}
			if warns := len(d.Caveats) > 1; warns != (tt.status == "still-denied") {
				t.Errorf("caveats %q", d.Caveats)
			}
			if diff := cmp.Diff(denying(tt.kind, tt.arn), old); diff != "" {
				t.Errorf("the diagnosis that was given is changed (-want +got):\n%s", diff)
			}
		})
	}
}

// IAM may not take the ARN of a service control policy as one to be left out.
func TestAnExclusionThatTheSimulatorDoesNotTake(t *testing.T) {
	const refuses = "IAM's simulator does not take the call: Invalid policy identifier"
	simulate := func(trials []proof.Trial) ([]proof.Result, error) {
		if without := trials[0].Without; len(without) == 1 && without[0].ARN != "" {
			return []proof.Result{{Problem: words.Plain(refuses + ".")}}, nil
		}
		return always(proof.Outcome{Decision: "explicitDeny", Policies: nil}, proof.Outcome{})(trials)
	}
	tests := []struct {
		kind        verdict.PolicyType
		arn, detail string
	}{
		{verdict.PolicyIdentity, guardrail, "Before: explicitDeny. IAM couldn't evaluate the policies without it."},
		{verdict.PolicySCP, topicsSCP, "Before: explicitDeny. Another service control policy denies it too, or IAM's simulator can't leave out a single one."},
	}
	for _, tt := range tests {
		d, err := proof.Proven(denying(tt.kind, tt.arn), simulate)
		if got := d.Fix.WithoutPolicy.Verified; err != nil || got.Status != "not-verified" || got.Detail.English != tt.detail {
			t.Errorf("%s: got %+v (error %v), want %q", tt.kind, got, err, tt.detail)
		}
	}
}

func TestWhatCannotBeLeftOut(t *testing.T) {
	foreign := denying(verdict.PolicyIdentity, "arn:aws:iam::444455556666:policy/guardrail")
	china := denying(verdict.PolicyIdentity, "arn:aws-cn:iam::111122223333:policy/guardrail")
	session := denying(verdict.PolicySCP, topicsSCP)
	session.Fix.AttachTo.ARN = "arn:aws:sts::111122223333:assumed-role/api-exec/0f1e"
	nobody := denying(verdict.PolicySCP, topicsSCP)
	nobody.Fix.AttachTo = nil
	nothing := denying(verdict.PolicySCP, topicsSCP)
	nothing.Findings[0].Denied[0].Resource = ""
	for name, tt := range map[string]struct {
		d    report.Diagnosis
		want string
	}{
		"a resource control policy":     {denying(verdict.PolicyRCP, bucketsRCP), "doesn't evaluate resource control policies"},
		"a policy of another account":   {foreign, "can't belong to the task role api-exec"},
		"a policy of another partition": {china, "can't belong to the task role api-exec"},
		"a session":                     {session, "roles and users only"},
		"no principal":                  {nobody, "doesn't name the principal"},
		"no resource":                   {nothing, "doesn't name the action and the resource"},
	} {
		t.Run(name, func(t *testing.T) {
			if proof.Provable(tt.d) {
				t.Error("IAM is asked for nothing")
			}
			never := func([]proof.Trial) ([]proof.Result, error) {
				t.Error("asked")
				return nil, nil
			}
			d, err := proof.Proven(tt.d, never)
			notAsked := proof.NotProven(tt.d, evidence.Source{Status: evidence.SourceDenied})
			for _, got := range []report.Verified{d.Fix.WithoutPolicy.Verified, notAsked.Fix.WithoutPolicy.Verified} {
				if err != nil || got.Status != "not-verified" || got.By != "" || !strings.Contains(got.Detail.English, tt.want) {
					t.Errorf("got %+v (error %v), want that it says %q", got, err, tt.want)
				}
			}
		})
	}
}

func TestIAMMayNotBeAskedWithoutThePolicy(t *testing.T) {
	old := denying(verdict.PolicySCP, topicsSCP)
	d := proof.NotProven(old, evidence.Source{Status: evidence.SourceDenied})
	if got := d.Fix.WithoutPolicy.Verified; got.Status != "not-verified" || !strings.Contains(got.Detail.English, "grant it iam:SimulatePrincipalPolicy") {
		t.Errorf("verified %+v", got)
	}
	if got := old.Fix.WithoutPolicy.Verified.Detail; got.English != "as it was" {
		t.Errorf("the diagnosis that was given says %q", got)
	}
}

// The engine offers a policy to be left out where the denial names one by an ARN
// of its type, and believes nothing else that a log says.
func TestThePolicyThatTheDenialNames(t *testing.T) {
	const (
		call  = "User: arn:aws:sts::111122223333:assumed-role/api-exec/0f1e is not authorized to perform: sns:CreateTopic on resource: arn:aws:sns:eu-west-1:111122223333:alerts "
		deny  = call + "with an explicit deny in "
		aSCP  = "a service control policy"
		anRCP = "a resource control policy"
	)
	tests := []struct {
		text string
		want *report.WithoutPolicy
	}{
		{deny + aSCP + ": " + topicsSCP, &report.WithoutPolicy{ARN: topicsSCP, PolicyType: verdict.PolicySCP}},
		{deny + anRCP + ": " + bucketsRCP, &report.WithoutPolicy{ARN: bucketsRCP, PolicyType: verdict.PolicyRCP}},
		{deny + "an identity-based policy: " + guardrail, &report.WithoutPolicy{ARN: guardrail, PolicyType: verdict.PolicyIdentity}},
		{deny + "a permissions boundary: " + edgeBoundary, &report.WithoutPolicy{ARN: edgeBoundary, PolicyType: verdict.PolicyBoundary}},
		{deny + "an identity-based policy", nil},
		{deny + "an identity-based policy: arn:aws:iam::111122223333:policy/*", nil},
		{deny + "an identity-based policy: arn:aws:iam::111122223333:role/guardrail", nil},
		{deny + "an identity-based policy: " + topicsSCP, nil},
		{deny + aSCP + ": " + bucketsRCP, nil},
		{deny + aSCP + ": arn:aws:organizations::444455556666:policy/o-exampleorgid/service_control_policy/p-*", nil},
		{deny + "a VPC endpoint policy: arn:aws:ec2:eu-west-1:111122223333:vpc-endpoint/vpce-0a1b", nil},
		{call + "because no identity-based policy allows the sns:CreateTopic action", nil},
	}
	for _, tt := range tests {
		d := diagnose.Diagnose(evidence.Evidence{Text: tt.text})
		if tt.want != nil {
			tt.want.Verified = report.Verified{Status: "not-verified", Detail: words.Plain("IAM's simulator wasn't asked, so this policy wasn't tried on the role.")}
		}
		if diff := cmp.Diff(tt.want, d.Fix.WithoutPolicy); diff != "" {
			t.Errorf("%s\nwithout the policy (-want +got):\n%s", tt.text, diff)
		}
	}
}
