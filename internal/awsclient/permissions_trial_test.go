package awsclient_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"whystopped/internal/awsclient"
	"whystopped/internal/awsclient/awsfake"
	"whystopped/internal/permissions"
)

var home = permissions.Place{Account: account, Region: region}

// stateOfEach is what trials found, by action.
func stateOfEach(trials []permissions.Trial) map[string]permissions.State {
	found := map[string]permissions.State{}
	for _, tr := range trials {
		found[tr.Action] = tr.State
	}
	return found
}

// everyTrial is every call of the package but those of STS, in a state.
func everyTrial(state permissions.State) map[string]permissions.State {
	want := map[string]permissions.State{}
	for _, action := range awsclient.EveryCall() {
		if !strings.HasPrefix(action, "sts:") {
			want[action] = state
		}
	}
	return want
}

func TestEveryPermissionIsTried(t *testing.T) {
	onOwnClock(t, world(), nil, func(ctx context.Context, fake *awsfake.Server, c *awsclient.Collector) {
		trials := c.TryPermissions(ctx, home)
		if diff := cmp.Diff(everyTrial(permissions.Works), stateOfEach(trials)); diff != "" {
			t.Errorf("with all permissions (-want +got):\n%s", diff)
		}
		for action, n := range fake.Calls() {
			if n != 1 {
				t.Errorf("%s was called %d times", action, n)
			}
		}
		if uses := c.Uses(); len(uses) != 0 {
			t.Errorf("trials count as uses: %v", uses)
		}
	})
}

func TestWhatIsMissingIsFoundByTrying(t *testing.T) {
	for action := range everyTrial("") {
		t.Run(action, func(t *testing.T) {
			onOwnClock(t, world(), nil, func(ctx context.Context, fake *awsfake.Server, c *awsclient.Collector) {
				fake.SetFault(action, awsfake.Fault{Deny: true})
				want := everyTrial(permissions.Works)
				want[action] = permissions.Lacks
				if diff := cmp.Diff(want, stateOfEach(c.TryPermissions(ctx, home))); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			})
		})
	}
}

func TestWhatCannotBeTold(t *testing.T) {
	for _, f := range faults {
		if f.fault.Deny {
			continue
		}
		t.Run(f.name, func(t *testing.T) {
			onOwnClock(t, world(), nil, func(ctx context.Context, fake *awsfake.Server, c *awsclient.Collector) {
				fake.SetFault("logs:GetLogEvents", f.fault)
				for _, tr := range c.TryPermissions(ctx, home) {
					switch {
					case tr.State == permissions.Lacks:
						t.Errorf("%s is taken for missing", tr.Action)
					case tr.State == permissions.Unknown && tr.Detail.IsZero():
						t.Errorf("%s is unknown, and nothing says why", tr.Action)
					case tr.State == permissions.Unknown && tr.Action != "logs:GetLogEvents":
						t.Errorf("%s is unknown: %s", tr.Action, tr.Detail)
					}
				}
			})
		})
	}
}

func TestTheRoleIsTriedFirst(t *testing.T) {
	withRole := func(o *awsclient.Options) { o.AssumeRole = reader }
	s := world()
	onOwnClock(t, s, withRole, func(ctx context.Context, fake *awsfake.Server, c *awsclient.Collector) {
		got := c.TryPermissions(ctx, home)
		if diff := cmp.Diff(map[string]permissions.State{"sts:AssumeRole": permissions.Lacks, "sts:TagSession": permissions.Lacks}, stateOfEach(got)); diff != "" {
			t.Errorf("a role that trusts nobody (-want +got):\n%s", diff)
		}
		if !strings.Contains(got[0].Detail.English, reader) {
			t.Errorf("the detail does not name the role: %q", got[0].Detail)
		}
	})
	s.Readers = []awsfake.Reader{{ARN: reader}}
	onOwnClock(t, s, withRole, func(ctx context.Context, _ *awsfake.Server, c *awsclient.Collector) {
		want := everyTrial(permissions.Works)
		want["sts:AssumeRole"], want["sts:TagSession"] = permissions.Works, permissions.Works
		if diff := cmp.Diff(want, stateOfEach(c.TryPermissions(ctx, home))); diff != "" {
			t.Errorf("a role that trusts us (-want +got):\n%s", diff)
		}
	})
}

func TestCollectingTellsOfPermissions(t *testing.T) {
	onOwnClock(t, world(), nil, func(ctx context.Context, fake *awsfake.Server, c *awsclient.Collector) {
		fake.SetFault("logs:GetLogEvents", awsfake.Fault{Deny: true})
		if _, err := c.Collect(ctx, ref(), nil, nil); err != nil {
			t.Fatal(err)
		}
		uses := c.Uses()
		for action, denied := range map[string]bool{"logs:GetLogEvents": true, "ecs:DescribeTasks": false, "cloudtrail:LookupEvents": false} {
			use := permissions.Use{Action: action, Region: region, Denied: denied}
			if !slices.ContainsFunc(uses, func(u permissions.Use) bool { use.At = u.At; return u == use && !u.At.IsZero() }) {
				t.Errorf("%v is not among the uses: %v", use, uses)
			}
		}
	})
}
