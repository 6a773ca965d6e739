package channels_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"whystopped/internal/slack/channels"
)

func TestRules(t *testing.T) {
	const spec = "default=#ecs; cluster:prod=#prod ;service:pay*=#pay;cause:startup.*=C0123456789;"
	rules, err := channels.Parse(spec)
	if err != nil {
		t.Fatalf("Parse: %v", err)
	}
	tests := []struct {
		name    string
		subject channels.Subject
		want    string
	}{
		{"the first that matches", channels.Subject{Cluster: "prod", Service: "payments", Cause: "startup.image.denied"}, "#prod"},
		{"a pattern", channels.Subject{Cluster: "dev", Service: "payments", Cause: "startup.image.denied"}, "#pay"},
		{"a cause", channels.Subject{Cluster: "dev", Service: "web", Cause: "startup.image.denied"}, "C0123456789"},
		{"a name is matched whole", channels.Subject{Cluster: "prod-eu", Service: "repay", Cause: "runtime.oom"}, "#ecs"},
		{"nothing is known", channels.Subject{}, "#ecs"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := rules.For(test.subject); got != test.want {
				t.Errorf("channel %q, want %q", got, test.want)
			}
		})
	}
	again, err := channels.Parse(rules.String())
	if diff := cmp.Diff(rules, again); err != nil || diff != "" {
		t.Errorf("read again: error %v (-want +got):\n%s", err, diff)
	}
}

func TestWithoutDefaultWhatNoRuleMatchesIsNotTold(t *testing.T) {
	rules, err := channels.Parse("service:*=#services")
	if err != nil {
		t.Fatalf("Parse: %v", err)
	}
	if got := rules.For(channels.Subject{Cluster: "prod"}); got != "" {
		t.Errorf("a task without service goes to %q, want nowhere", got)
	}
}

func TestParseRefuses(t *testing.T) {
	for _, spec := range []string{
		"", ";", "default", "default=", "default=#", "default=ecs", "default:x=#ecs", "default=#a;default=#b", "cluster=#a", "cluster:=#a",
		"cluster:[=#a", "account:111122223333=#a", "default=#a b", "default=#a>", "default=@here", "#ecs",
	} {
		if rules, err := channels.Parse(spec); err == nil {
			t.Errorf("%q is read as %v, want an error", spec, rules)
		}
	}
}
