package render_test

import (
	"strings"
	"testing"

	"whystopped/internal/diagnose"
	"whystopped/internal/diagnose/verdict"
	"whystopped/internal/render"
	"whystopped/internal/words"
)

// What a simulation without the policy that denies came to stands in every form.
func TestWithoutThePolicyThatDenies(t *testing.T) {
	const arn = "arn:aws:iam::111122223333:policy/guardrail"
	verified := func(status string) diagnose.Verified {
		return diagnose.Verified{Status: status, By: "iam:SimulatePrincipalPolicy", Before: "explicitDeny", Detail: words.Plain("as it was")}
	}
	tests := []struct {
		without *diagnose.WithoutPolicy
		want    string
	}{
		{nil, ""},
		{&diagnose.WithoutPolicy{ARN: arn, PolicyType: verdict.PolicyIdentity}, ""},
		{&diagnose.WithoutPolicy{ARN: arn, PolicyType: verdict.PolicyIdentity, Verified: verified("allowed")}, "Verified: the call is allowed without the identity-based policy " + arn + " (iam:SimulatePrincipalPolicy). as it was"},
		{&diagnose.WithoutPolicy{ARN: arn, PolicyType: verdict.PolicyBoundary, Verified: verified("still-denied")}, "Verified: the call is still denied without the permissions boundary " + arn + " (iam:SimulatePrincipalPolicy). as it was"},
		{&diagnose.WithoutPolicy{ARN: arn, PolicyType: verdict.PolicySCP, Verified: verified("not-verified")}, "Not verified that the call is allowed without the service control policy (SCP) " + arn + " (iam:SimulatePrincipalPolicy). as it was"},
		{&diagnose.WithoutPolicy{ARN: arn, PolicyType: verdict.PolicyRCP, Verified: diagnose.Verified{Status: "not-verified"}}, "Not verified that the call is allowed without the resource control policy (RCP) " + arn},
		{&diagnose.WithoutPolicy{ARN: arn, PolicyType: "new", Verified: verified("allowed")}, "Verified: the call is allowed without the policy " + arn},
	}
	for _, tt := range tests {
		d := diagnose.Diagnosis{Fix: diagnose.Fix{Summary: words.Plain("Ask the owner."), WithoutPolicy: tt.without}}
		for form, got := range map[string]string{
			"text": strings.Join(strings.Fields(render.Text(d, "")), " "), "Markdown": strings.ReplaceAll(render.Markdown(d, ""), "`", ""),
		} {
			if tt.want == "" && strings.Contains(got, "without the") || !strings.Contains(got, tt.want) {
				t.Errorf("%s: want %q in\n%s", form, tt.want, got)
			}
		}
	}
}
