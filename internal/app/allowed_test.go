package app_test

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"whystopped/internal/config"
)

func TestAnAccountThatIsNotAllowedIsRefusedWithoutACall(t *testing.T) {
	var calls atomic.Int64
	startWithAWS(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { calls.Add(1) }), "example") // for its environment
	s := start(t, config.Config{Accounts: []string{"444455556666"}, Regions: []string{"eu-west-1"}})
	for what, ref := range map[string]string{
		"account 111122223333": "arn:aws:ecs:eu-west-1:111122223333:task/prod/0123456789abcdef0123456789abcdef",
		"region us-east-1":     "arn:aws:ecs:us-east-1:444455556666:task/prod/0123456789abcdef0123456789abcdef",
	} {
		got := s.diagnose(ref)
		_, name, _ := strings.Cut(what, " ")
		if got.status != http.StatusForbidden || got.at("type") != "urn:whystopped:problem:account-not-allowed" || !strings.Contains(got.at("detail"), name) {
			t.Errorf("%s: status %d, %s", what, got.status, got.raw)
		}
	}
	if n := calls.Load(); n != 0 {
		t.Errorf("%d calls to AWS", n)
	}
}
