package awsclient_test

import (
	"context"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/google/go-cmp/cmp"

	"whystopped/internal/awsclient"
	"whystopped/internal/awsclient/awsfake"
	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/taskref"
)

const (
	notAssumed = "ECS was unable to assume the role 'arn:aws:iam::111122223333:role/gone' that was provided for this task. Please verify that the role being passed has the proper trust relationship and permissions and that your IAM user has permissions to pass this role."
	trustsEC2  = `{"Statement":{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}}`
	edge       = "arn:aws:iam::111122223333:policy/edge"
)

// refused is the world whose task was refused a role.
func refused() awsfake.Scenario {
	s := world()
	task := &s.Clusters[0].Tasks[0]
	task.StopCode, task.StoppedReason = "TaskFailedToStart", notAssumed
	s.Roles = []awsfake.Role{
		{Name: "api-exec", Trust: trustsEC2},
		{Name: "api-task", Path: "/svc/", Trust: trustsEC2, BoundaryARN: edge, Boundary: `{"Statement":[]}`},
	}
	return s
}

func wantRoles() []evidence.Role {
	return []evidence.Role{
		{ARN: "arn:aws:iam::111122223333:role/gone", Name: "gone", Missing: true},
		{ARN: execRole, Name: "api-exec", TrustPolicy: trustsEC2},
		{ARN: taskRole, Name: "api-task", TrustPolicy: trustsEC2, BoundaryARN: edge},
	}
}

func TestRolesInQuestionAreRead(t *testing.T) {
	fake, collector := serve(t, refused())
	ev, err := collector.Collect(t.Context(), ref(), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(wantRoles(), ev.Roles); diff != "" {
		t.Errorf("roles (-want +got):\n%s", diff)
	}
	src := sourceOf(t, ev, "iam:GetRole")
	if src.Status != evidence.SourceOK || src.Calls != 3 || src.Detail.English != "3 roles looked up, 1 of them missing." {
		t.Errorf("source %+v", src)
	}
	if n := fake.Calls()["iam:GetRole"]; n != 3 {
		t.Errorf("asked %d times for 3 roles", n)
	}
}

func TestNoQuestionNoCall(t *testing.T) {
	fake, collector := serve(t, world())
	ev, err := collector.Collect(t.Context(), ref(), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if n := fake.Calls()["iam:GetRole"]; n != 0 || ev.Roles != nil {
		t.Errorf("asked %d times for roles that nobody speaks of: %v", n, ev.Roles)
	}
}

func TestServiceEventsRaiseTheQuestion(t *testing.T) {
	tests := map[string]struct {
		change func(*awsfake.Scenario)
		ref    taskref.Ref
		want   []evidence.Role
	}{
		"beside a task that says nothing of it": {change: func(*awsfake.Scenario) {}, ref: ref(), want: wantRoles()},
		"without any task": {
			change: func(s *awsfake.Scenario) { s.Clusters[0].Tasks = nil }, ref: serviceRef(),
			want: wantRoles()[:2], // the task role was the task's own
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s := refused()
			s.Clusters[0].Tasks[0].StoppedReason = "Task failed to start"
			s.Clusters[0].Services[0].Events[1].Message = "(service api) failed to launch a task with (error " + notAssumed + ")."
			tt.change(&s)
			_, collector := serve(t, s)
			ev, err := collector.Collect(t.Context(), tt.ref, nil, nil)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, ev.Roles); diff != "" {
				t.Errorf("roles (-want +got):\n%s", diff)
			}
		})
	}
}

func TestRolesOfAnotherAccountAreNotAskedFor(t *testing.T) {
	s := refused()
	s.Clusters[0].Tasks[0].StoppedReason = strings.ReplaceAll(notAssumed, account, "444455556666")
	s.Clusters[0].Tasks[0].Overrides.TaskRoleARN = ""
	s.TaskDefinitions[0].ExecutionRoleARN = ""
	fake, collector := serve(t, s)
	ev, err := collector.Collect(t.Context(), ref(), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if src := sourceOf(t, ev, "iam:GetRole"); src.Status != evidence.SourceSkipped || ev.Roles != nil || fake.Calls()["iam:GetRole"] != 0 {
		t.Errorf("source %+v, roles %v", src, ev.Roles)
	}
}

// clock is a time that a test moves on.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// serveAt is serve with a clock for the collector.
func serveAt(t *testing.T, s awsfake.Scenario) (*awsfake.Server, *awsclient.Collector, *clock) {
	t.Helper()
	at := &clock{now: present}
	fake, url := listen(t, s)
	opts := options(url)
	opts.Now = at.Now
	return fake, awsclient.New(opts), at
}

func TestRolesAreKeptForAMoment(t *testing.T) {
	fake, collector, at := serveAt(t, refused())
	for _, step := range []struct {
		passes time.Duration
		calls  int
	}{{0, 3}, {30 * time.Second, 3}, {45 * time.Second, 6}} {
		at.pass(step.passes)
		ev, err := collector.Collect(t.Context(), ref(), nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(wantRoles(), ev.Roles); diff != "" {
			t.Errorf("roles (-want +got):\n%s", diff)
		}
		if n := fake.Calls()["iam:GetRole"]; n != step.calls {
			t.Errorf("%s later: asked %d times, want %d", step.passes, n, step.calls)
		}
	}
}

func TestIAMFailsAndNothingElse(t *testing.T) {
	_, collector := serve(t, refused())
	whole, err := collector.Collect(t.Context(), ref(), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range faults {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			fake, collector := serve(t, refused())
			fake.SetFault("iam:GetRole", f.fault)
			ctx := t.Context()
			if f.budget > 0 {
				var cancel context.CancelFunc
				ctx, cancel = context.WithTimeout(ctx, f.budget)
				defer cancel()
			}
			ev, err := collector.Collect(ctx, ref(), nil, nil)
			if err != nil {
				t.Fatal(err)
			}
			if ctx.Err() != nil {
				t.Error("the answer came after the deadline")
			}
			src := sourceOf(t, ev, "iam:GetRole")
			if src.Status != f.want {
				t.Errorf("status %s (%s), want %s", src.Status, src.Detail, f.want)
			}
			checkPermission(t, src, "iam:GetRole")
			checkOthers(t, whole, ev, "iam:GetRole", f.want == evidence.SourceOK, nil)
			checkNotOurs(t, ev)
			if f.want == evidence.SourceOK {
				if diff := cmp.Diff(wantRoles(), ev.Roles); diff != "" {
					t.Errorf("roles (-want +got):\n%s", diff)
				}
			}
		})
	}
}

func TestIAMOutOfReachIsLeftAloneForAWhile(t *testing.T) {
	fake, collector, at := serveAt(t, refused())
	fake.SetFault("iam:GetRole", awsfake.Fault{Reset: true})
	status := func() evidence.SourceStatus {
		t.Helper()
		ev, err := collector.Collect(t.Context(), ref(), nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		return sourceOf(t, ev, "iam:GetRole").Status
	}
	if got := status(); got != evidence.SourceFailed {
		t.Fatalf("status %s, want failed", got)
	}
	fake.SetFault("iam:GetRole", awsfake.Fault{})
	calls := fake.Calls()["iam:GetRole"]
	at.pass(4 * time.Minute)
	if got := status(); got != evidence.SourceSkipped || fake.Calls()["iam:GetRole"] != calls {
		t.Errorf("four minutes later: status %s, want skipped without a call", got)
	}
	at.pass(2 * time.Minute)
	if got := status(); got != evidence.SourceOK {
		t.Errorf("six minutes later: status %s, want ok", got)
	}
}

// hosts notes where requests go and what they are signed for, and answers none.
type hosts struct {
	mu   sync.Mutex
	seen map[string]bool
}

var signedFor = regexp.MustCompile(`Credential=[^/]+/\d+/([^/]+)/iam/`)

func (h *hosts) Do(r *http.Request) (*http.Response, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if m := signedFor.FindStringSubmatch(r.Header.Get("Authorization")); m != nil {
		h.seen[r.URL.Host+" "+m[1]] = true
	}
	return nil, context.DeadlineExceeded
}

// Each partition has one IAM, with an endpoint and a signing region of its own.
func TestEachPartitionHasItsIAM(t *testing.T) {
	tests := map[string]string{
		"eu-west-1":     "iam.amazonaws.com us-east-1",
		"cn-north-1":    "iam.cn-north-1.amazonaws.com.cn cn-north-1",
		"us-gov-west-1": "iam.us-gov.amazonaws.com us-gov-west-1",
	}
	for name, want := range tests {
		t.Run(name, func(t *testing.T) {
			h := &hosts{seen: map[string]bool{}}
			opts := options("")
			opts.Config.BaseEndpoint, opts.Config.HTTPClient = nil, h
			opts.Config.Retryer = func() aws.Retryer { return aws.NopRetryer{} }
			d := provable(account)
			d.Task.Region = name
			prove(awsclient.New(opts), t.Context(), d)
			if !h.seen[want] {
				t.Errorf("requests went to %v, want %s", h.seen, want)
			}
		})
	}
}
