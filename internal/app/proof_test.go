package app_test

import (
	"strings"
	"testing"
)

// Every policy that the demo offers was tried on its role, but for the one whose
// resource no evidence names.
func TestEveryFixOfTheDemoIsProven(t *testing.T) {
	s := startDemo(t)
	proven, removable := map[string]int{}, 0
	for _, sample := range demoSamples() {
		fix, _ := s.diagnose(sample.ARN).body["fix"].(map[string]any)
		policies, _ := fix["policies"].([]any)
		if without, ok := fix["withoutPolicy"].(map[string]any); ok {
			removable++
			if verified := without["verified"].(map[string]any); verified["status"] != "allowed" || verified["before"] != "explicitDeny" {
				t.Errorf("%s: without %v: %v", sample.Name, without["arn"], verified)
			}
		}
		for _, p := range policies {
			policy := p.(map[string]any)
			verified := policy["verified"].(map[string]any)
			switch {
			case verified["status"] == "allowed":
				proven[verified["by"].(string)]++
				if before := verified["before"]; before != "implicitDeny" {
					t.Errorf("%s: the policy mends what was %v before", sample.Name, before)
				}
			case !strings.Contains(verified["detail"].(string), "doesn't name the whole resource"):
				t.Errorf("%s: the %v policy is %v", sample.Name, policy["purpose"], verified)
			}
		}
	}
	if removable != 1 {
		t.Errorf("%d policies are named for their explicit deny, want the demo's service control policy", removable)
	}
	if proven["iam:SimulatePrincipalPolicy"] < 10 || proven["iam:GetRole"] != 1 {
		t.Errorf("proven are %v, want ten policies or more by simulation and one trust policy by reading it", proven)
	}
}
