package app_test

import (
	"strings"
	"testing"
)

// Every policy that the demo offers was tried on its role, but for the one whose
// resource no evidence names.
func TestEveryFixOfTheDemoIsProven(t *testing.T) {
	s := startDemo(t)
	proven := map[string]int{}
	for _, sample := range demoSamples() {
		fix, _ := s.diagnose(sample.ARN).body["fix"].(map[string]any)
		policies, _ := fix["policies"].([]any)
		for _, p := range policies {
			policy := p.(map[string]any)
			verified := policy["verified"].(map[string]any)
			switch {
			case verified["status"] == "allowed":
				proven[verified["by"].(string)]++
				if before := verified["before"]; before != "implicitDeny" {
					t.Errorf("%s: the policy mends what was %v before", sample.Name, before)
				}
			case !strings.Contains(verified["detail"].(string), "words in capitals"):
				t.Errorf("%s: the %v policy is %v", sample.Name, policy["purpose"], verified)
			}
		}
	}
	if proven["iam:SimulatePrincipalPolicy"] < 10 || proven["iam:GetRole"] != 1 {
		t.Errorf("proven are %v, want ten policies or more by simulation and one trust policy by reading it", proven)
	}
}
