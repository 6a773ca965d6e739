package awsclient_test

import (
	"context"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"whystopped/internal/awsclient"
	"whystopped/internal/awsclient/awsfake"
	"whystopped/internal/collect"
	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/permissions"
	"whystopped/internal/problem"
	"whystopped/internal/taskref"
)

const reader = "arn:aws:iam::111122223333:role/reader"

// serveReader starts a double that gives data only to those who assumed the
// reader, and a collector that is told to.
func serveReader(t *testing.T, s awsfake.Scenario, change func(*awsclient.Options)) (*awsfake.Server, *awsclient.Collector) {
	t.Helper()
	s.Readers = []awsfake.Reader{{ARN: reader, ExternalID: "ours"}}
	fake := awsfake.New(s, awsfake.WithClock(func() time.Time { return present }), awsfake.WithAccessKeyID("AKIAEXAMPLE"))
	srv := httptest.NewServer(fake)
	t.Cleanup(srv.Close)
	opts := options(srv.URL)
	opts.AssumeRole, opts.ExternalID = "arn:{partition}:iam::{account}:role/reader", "ours"
	if change != nil {
		change(&opts)
	}
	return fake, awsclient.New(opts)
}

func TestAnAccountIsReadInSessionsThatNameTheTask(t *testing.T) {
	fake, collector := serveReader(t, world(), nil)
	for range 2 { // the sessions are kept
		if _, err := collector.Collect(t.Context(), ref(), nil, nil); err != nil {
			t.Fatal(err)
		}
	}
	session := func(name, tag string, calls map[string]int) awsfake.Session {
		return awsfake.Session{RoleARN: reader, Name: name, ExternalID: "ours", Region: region, Tags: map[string]string{"whystopped:task": tag}, Calls: calls}
	}
	want := []awsfake.Session{
		session("whystopped", "several", map[string]int{"ecs:DescribeTasks": 2}),
		session("whystopped-"+taskID, taskID, map[string]int{
			"cloudtrail:LookupEvents": 2, "ecs:DescribeTaskDefinition": 1, "ecs:DescribeServices": 2, "logs:GetLogEvents": 4,
		}),
	}
	if diff := cmp.Diff(want, fake.Sessions(), cmpopts.IgnoreUnexported(awsfake.Session{})); diff != "" {
		t.Errorf("sessions (-want +got):\n%s", diff)
	}
	if n := fake.Calls()["sts:AssumeRole"]; n != 2 {
		t.Errorf("assumed %d times, want one for each session", n)
	}
}

func TestTheRoleIsAssumedAtOurOwnRegionsEndpoint(t *testing.T) {
	tests := []struct{ name, own, want string }{
		{"another region", "eu-central-1", "eu-central-1"},
		{"no region of our own", "", region},
		{"another partition", "cn-north-1", region},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			fake, collector := serveReader(t, world(), func(o *awsclient.Options) { o.Config.Region = tt.own })
			if _, err := collector.Collect(t.Context(), ref(), nil, nil); err != nil {
				t.Fatal(err)
			}
			if got := fake.Sessions()[0].Region; got != tt.want {
				t.Errorf("assumed in %s, want %s", got, tt.want)
			}
		})
	}
}

func TestARoleThatCannotBeAssumed(t *testing.T) {
	tests := []struct {
		name   string
		change func(*awsclient.Options)
		fault  awsfake.Fault
		want   problem.Kind
		says   string
	}{
		{"wrong external id", func(o *awsclient.Options) { o.ExternalID = "theirs" }, awsfake.Fault{}, problem.Refused, reader},
		{"no external id", func(o *awsclient.Options) { o.ExternalID = "" }, awsfake.Fault{}, problem.Refused, "external ID"},
		{"no such role", func(o *awsclient.Options) { o.AssumeRole = "arn:aws:iam::{account}:role/nobody" }, awsfake.Fault{}, problem.Refused, "role/nobody"},
		{"throttled", nil, awsfake.Fault{Throttle: -1}, problem.Unreachable, "throttles"},
		{"unreachable", nil, awsfake.Fault{Reset: true}, problem.Unreachable, "can't be reached"},
		{"our own credentials have expired", nil, awsfake.Fault{ExpiredToken: true}, problem.BadCredentials, "Sign in"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			fake, collector := serveReader(t, world(), tt.change)
			fake.SetFault("sts:AssumeRole", tt.fault)
			_, err := collector.Collect(t.Context(), ref(), nil, nil)
			checkError(t, err, tt.want, []string{tt.says})
			if calls := fake.Calls(); len(calls) != 1 {
				t.Errorf("calls %v, want none but AssumeRole", calls)
			}
		})
	}
}

func TestASessionThatIsRefusedLaterIsOurOwnDenial(t *testing.T) {
	fake, collector := serveReader(t, world(), nil)
	ev, err := collector.Collect(t.Context(), ref(), nil, func(n collect.Progress) {
		// The shared session is there by then; the task's own is not allowed.
		// Any source may be the first to want that one.
		if n.Source != nil && n.Source.Status == "" {
			fake.SetFault("sts:AssumeRole", awsfake.Fault{Deny: true})
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	s := sourceOf(t, ev, "ecs:DescribeTaskDefinition")
	if s.Status != evidence.SourceDenied || s.MissingPermission == nil || *s.MissingPermission != "sts:AssumeRole" {
		t.Errorf("got %+v, want our own permission to be missing", s)
	}
	checkNotOurs(t, ev)
}

func TestCredentialsThatAWSCallsExpiredAreFetchedAnew(t *testing.T) {
	fake, collector := serveReader(t, world(), nil)
	fake.SetFault("logs:GetLogEvents", awsfake.Fault{ExpiredToken: true})
	ev, err := collector.Collect(t.Context(), ref(), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if s := sourceOf(t, ev, "logs:GetLogEvents app"); s.Status != evidence.SourceFailed {
		t.Errorf("status %s", s.Status)
	}
	fake.SetFault("logs:GetLogEvents", awsfake.Fault{})
	if ev, err = collector.Collect(t.Context(), ref(), nil, nil); err != nil {
		t.Fatal(err)
	}
	if s := sourceOf(t, ev, "logs:GetLogEvents app"); s.Status != evidence.SourceOK {
		t.Errorf("status %s", s.Status)
	}
	// Two pages of the log are asked for together; each may throw the expired
	// credentials away.
	if n := len(fake.Sessions()); n < 3 || n > 4 {
		t.Errorf("%d sessions, want one or two more for the task", n)
	}
}

func TestCredentialsThatExpireInTheMiddle(t *testing.T) {
	fake, collector := serve(t, world())
	ev, err := collector.Collect(t.Context(), ref(), nil, func(n collect.Progress) {
		if n.Source != nil && n.Source.Name == "ecs:DescribeTasks" && n.Source.Status == evidence.SourceOK {
			fake.SetFault(awsfake.EveryOperation, awsfake.Fault{ExpiredToken: true})
		}
	})
	if err != nil {
		t.Fatalf("the task was read, and still: %v", err)
	}
	if s := sourceOf(t, ev, "ecs:DescribeTaskDefinition"); s.Status != evidence.SourceFailed || ev.Task == nil {
		t.Errorf("task %v, definition %s (%s)", ev.Task, s.Status, s.Detail)
	}
}

func TestWhatIsNotAllowedIsRefusedBeforeAnyCall(t *testing.T) {
	tests := []struct {
		name   string
		ref    func(*taskref.Ref)
		change func(*awsclient.Options)
		says   string
	}{
		{"account", nil, func(o *awsclient.Options) { o.Accounts = []string{"444455556666", "777788889999"} }, account},
		{"region", nil, func(o *awsclient.Options) { o.Regions = []string{"us-east-1"} }, region},
		{"default region", func(r *taskref.Ref) { r.Region = "" }, func(o *awsclient.Options) { o.Regions = []string{"us-east-1"} }, region},
		{"account that has a role for us", nil, func(o *awsclient.Options) {
			o.AssumeRole, o.Accounts = "arn:aws:iam::{account}:role/reader", []string{"444455556666"}
		}, account},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			fake := awsfake.New(world())
			srv := httptest.NewServer(fake)
			defer srv.Close()
			opts := options(srv.URL)
			tt.change(&opts)
			collector := awsclient.New(opts)
			r := ref()
			if tt.ref != nil {
				tt.ref(&r)
			}
			_, err := collector.Resolve(t.Context(), r)
			checkError(t, err, problem.NotAllowed, []string{tt.says})
			if r.Region != "" { // Collect asks for what Resolve made of the reference
				_, err = collector.Collect(t.Context(), r, nil, nil)
				checkError(t, err, problem.NotAllowed, []string{tt.says})
				_, err = collector.CollectFacts(t.Context(), r, nil, nil)
				checkError(t, err, problem.NotAllowed, []string{tt.says})
			}
			if calls := fake.Calls(); len(calls) != 0 {
				t.Errorf("calls %v", calls)
			}
		})
	}
}

func TestAReferenceWithoutAccountIsOfOurs(t *testing.T) {
	pasted := taskref.Ref{Cluster: "prod", TaskID: taskID}
	tests := []struct {
		name   string
		change func(*awsclient.Options)
		fault  awsfake.Fault
		want   problem.Kind // "" for none
		says   string
	}{
		{name: "allowed", change: func(o *awsclient.Options) { o.Accounts = []string{account} }},
		{name: "not allowed", change: func(o *awsclient.Options) { o.Accounts = []string{"444455556666"} }, want: problem.NotAllowed, says: account},
		{
			name: "AWS would not say", change: func(o *awsclient.Options) { o.Accounts = []string{account} },
			fault: awsfake.Fault{Reset: true}, want: problem.UnknownTask, says: "whole ARN",
		},
		{name: "always the role's", change: func(o *awsclient.Options) { o.AssumeRole, o.ExternalID = reader, "ours" }, fault: awsfake.Fault{Reset: true}},
		{
			name: "a role for each account", change: func(o *awsclient.Options) { o.AssumeRole = "arn:aws:iam::{account}:role/reader" },
			fault: awsfake.Fault{Reset: true}, want: problem.UnknownTask, says: "whole ARN",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			fake, collector := serveReader(t, world(), func(o *awsclient.Options) {
				o.AssumeRole, o.ExternalID = "", ""
				tt.change(o)
			})
			fake.SetFault("sts:GetCallerIdentity", tt.fault)
			got, err := collector.Resolve(t.Context(), pasted)
			if tt.want != "" {
				checkError(t, err, tt.want, []string{tt.says})
				return
			}
			if err != nil || got.Account != account {
				t.Errorf("account %q, error %v", got.Account, err)
			}
		})
	}
}

func TestALogGroupInARegionThatIsNotAllowed(t *testing.T) {
	s := world()
	s.TaskDefinitions[0].ContainerDefinitions[0].LogConfiguration.Options["awslogs-region"] = "us-east-1"
	s.LogGroups[0].Region = "us-east-1"
	fake := awsfake.New(s, awsfake.WithClock(func() time.Time { return present }))
	srv := httptest.NewServer(fake)
	defer srv.Close()
	opts := options(srv.URL)
	opts.Regions = []string{region}
	ev, err := awsclient.New(opts).Collect(t.Context(), ref(), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if src := sourceOf(t, ev, "logs:GetLogEvents app"); src.Status != evidence.SourceSkipped || fake.Calls()["logs:GetLogEvents"] != 0 {
		t.Errorf("got %+v and calls %v", src, fake.Calls())
	}
}

// TestNoCallGoesToWhatIsNoneOfAWS: what a reference or a kept diagnosis names
// becomes a part of a role's ARN, which gets our external ID, and of a host's name.
func TestNoCallGoesToWhatIsNoneOfAWS(t *testing.T) {
	tests := []struct {
		name string
		ref  func(*taskref.Ref)
		want problem.Kind
	}{
		{"an account of four digits", func(r *taskref.Ref) { r.Account = "1234" }, problem.UnknownTask},
		{"an account with a path", func(r *taskref.Ref) { r.Account = "a/b'c" }, problem.UnknownTask},
		{"every account", func(r *taskref.Ref) { r.Account = "*" }, problem.UnknownTask},
		{"a Region that is a host", func(r *taskref.Ref) { r.Region = "x.s3" }, problem.UnknownTask},
		{"a made-up partition", func(r *taskref.Ref) { r.Partition = "aws-evil" }, problem.UnknownTask},
		{"the partition of other Regions", func(r *taskref.Ref) { r.Partition = "aws-cn" }, problem.UnknownTask},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			fake, collector := serveReader(t, world(), func(o *awsclient.Options) {
				o.AssumeRole, o.ExternalID = "arn:{partition}:iam::{account}:role/reader", "ours"
			})
			r := ref()
			tt.ref(&r)
			place := permissions.Place{Account: r.Account, Region: r.Region}
			if place != (permissions.Place{Account: account, Region: region}) {
				if collector.Reads(place) {
					t.Errorf("permissions are tried in %+v", place)
				}
				collector.TryPermissions(t.Context(), place)
			}
			_, err := collector.Collect(t.Context(), r, nil, nil)
			checkError(t, err, tt.want, nil)
			_, err = collector.Resolve(t.Context(), r)
			checkError(t, err, tt.want, nil)
			if calls := fake.Calls(); len(calls) != 0 {
				t.Errorf("calls %v", calls)
			}
		})
	}
}

func TestAnAssumeRoleThatHangs(t *testing.T) {
	s := world()
	s.Readers = []awsfake.Reader{{ARN: reader}}
	onOwnClock(t, s, func(o *awsclient.Options) { o.AssumeRole = reader }, func(ctx context.Context, fake *awsfake.Server, c *awsclient.Collector) {
		fake.SetFault("sts:AssumeRole", awsfake.Fault{Hang: true})
		began := time.Now()
		_, err := c.Collect(ctx, ref(), nil, nil)
		checkError(t, err, problem.Unreachable, []string{"in time"})
		fake.SetFault("sts:AssumeRole", awsfake.Fault{})
		time.Sleep(5 * time.Second) // on the bubble's clock: the call that hangs is given up
		if _, err := c.Collect(ctx, ref(), nil, nil); err != nil {
			t.Errorf("%s later, and still: %v", time.Since(began), err)
		}
	})
}
