package taskref_test

import (
	"strings"
	"testing"

	"whystopped/internal/taskref"
)

func TestBounds(t *testing.T) {
	both := taskref.Bounds{Accounts: []string{"111122223333", "444455556666"}, Regions: []string{"eu-west-1"}}
	for _, test := range []struct {
		bounds          taskref.Bounds
		account, region string
		names           string // what the sentence names; "" for none
	}{
		{taskref.Bounds{}, "999988887777", "us-east-1", ""},
		{both, "444455556666", "eu-west-1", ""},
		{both, "999988887777", "eu-west-1", "999988887777"},
		{both, "111122223333", "us-east-1", "us-east-1"},
		{both, "", "eu-west-1", ""},
		{both, "111122223333", "", ""},
		{both, "", "us-east-1", "us-east-1"},
		{taskref.Bounds{Regions: []string{"eu-west-1"}}, "999988887777", "eu-west-1", ""},
	} {
		why := test.bounds.Excludes(taskref.Ref{Account: test.account, Region: test.region}).English
		if (why == "") != (test.names == "") || !strings.Contains(why, test.names) {
			t.Errorf("%+v, %s in %s: %q, want it to name %q", test.bounds, test.account, test.region, why, test.names)
		}
	}
}
