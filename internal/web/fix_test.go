package web

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"whystopped/internal/diagnose"
	"whystopped/internal/diagnose/verdict"
	"whystopped/internal/words"
)

func TestWordsOfAProof(t *testing.T) {
	const by = "iam:SimulatePrincipalPolicy"
	tests := []struct {
		verified    diagnose.Verified
		word, class string
	}{
		{diagnose.Verified{Status: "allowed", By: by, Before: "implicitDeny"}, "Verified in the IAM policy simulator", "held"},
		{diagnose.Verified{Status: "allowed", By: by, Before: "allowed"}, "Already allowed without this policy", "open"},
		{diagnose.Verified{Status: "still-denied", By: by, Before: "implicitDeny"}, "Still denied with this policy", "failed"},
		{diagnose.Verified{Status: "not-verified", By: by, Before: "implicitDeny"}, "Not verified", "open"},
		{diagnose.Verified{Status: "not-verified"}, "Not verified", "open"},
		{diagnose.Verified{Status: "not-verified", By: by}, "Not verified", "open"},
		{diagnose.Verified{}, "", ""},
	}
	for _, tt := range tests {
		if got := verifiedOf(tt.verified); got.Word != tt.word || got.Class != tt.class {
			t.Errorf("%+v: %q, %q, want %q, %q", tt.verified, got.Word, got.Class, tt.word, tt.class)
		}
	}
}

func TestFixWithoutThePolicyThatDenies(t *testing.T) {
	const scp = "arn:aws:organizations::444455556666:policy/o-exampleorgid/service_control_policy/p-example1"
	verified := func(status, detail string) diagnose.Verified {
		return diagnose.Verified{Status: status, By: "iam:SimulatePrincipalPolicy", Before: "explicitDeny", Detail: words.Plain(detail)}
	}
	tests := []struct {
		name    string
		without *diagnose.WithoutPolicy
		want    string // on the page, its tags left away
	}{
		{"none", nil, ""},
		{"allowed", &diagnose.WithoutPolicy{ARN: scp, PolicyType: verdict.PolicySCP, Verified: verified("allowed", "before: explicitDeny; without this policy: allowed")}, "Verified: the call is allowed without the service control policy (SCP) " + scp + ". before: explicitDeny; without this policy: allowed (iam:SimulatePrincipalPolicy)"},
		{"another one", &diagnose.WithoutPolicy{ARN: scp, PolicyType: verdict.PolicySCP, Verified: verified("still-denied", "no")}, "Verified: the call is still denied without the service control policy (SCP) " + scp + ". no (iam:SimulatePrincipalPolicy)"},
		{"undecided", &diagnose.WithoutPolicy{ARN: scp, PolicyType: verdict.PolicySCP, Verified: verified("not-verified", "perhaps")}, "Not verified that the call is allowed without the service control policy (SCP) " + scp + ". perhaps (iam:SimulatePrincipalPolicy)"},
		{"not tried", &diagnose.WithoutPolicy{ARN: scp, PolicyType: verdict.PolicyRCP, Verified: diagnose.Verified{Status: "not-verified", Detail: words.Plain("It can't.")}}, "Not verified that the call is allowed without the resource control policy (RCP) " + scp + ". It can't."},
		{"of a type that nobody foresaw", &diagnose.WithoutPolicy{ARN: "<b>", PolicyType: "new", Verified: verified("allowed", "<i>")}, "Verified: the call is allowed without the policy <b>. <i> (iam:SimulatePrincipalPolicy)"},
		{"of an old report", &diagnose.WithoutPolicy{ARN: scp}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := secretDenied()
			d.Fix = diagnose.Fix{Summary: words.Plain("Ask the owner."), WithoutPolicy: tt.without}
			var want []string
			if tt.want != "" {
				want = []string{tt.want}
			}
			if diff := cmp.Diff(want, texts(reportDoc(t, d), ".proof")); diff != "" {
				t.Errorf("proofs (-want +got):\n%s", diff)
			}
		})
	}
}
