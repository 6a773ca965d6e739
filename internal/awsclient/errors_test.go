package awsclient_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"whystopped/internal/awsclient"
	"whystopped/internal/awsclient/awsfake"
	"whystopped/internal/collect"
	"whystopped/internal/problem"
	"whystopped/internal/taskref"
)

// forgotten is the world after ECS and CloudTrail have forgotten the task.
func forgotten() awsfake.Scenario {
	s := world()
	s.Clusters[0].Tasks, s.Trail = nil, nil
	return s
}

func TestWhatNobodyKnows(t *testing.T) {
	tests := []struct {
		name   string
		world  awsfake.Scenario
		ref    func(*taskref.Ref)
		faults map[string]awsfake.Fault
		want   problem.Kind
		says   []string
	}{
		{name: "task", world: forgotten(), want: problem.UnknownTask, says: []string{taskID, "prod", "about an hour"}},
		{name: "task id that ECS refuses", world: world(), ref: func(r *taskref.Ref) { r.TaskID = "xyz" }, want: problem.UnknownTask, says: []string{"xyz"}},
		{
			name: "task, and CloudTrail refuses us", world: forgotten(),
			faults: map[string]awsfake.Fault{"cloudtrail:LookupEvents": {Deny: true}},
			want:   problem.UnknownTask, says: []string{"cloudtrail:LookupEvents"},
		},
		{
			name: "task of another account", world: forgotten(), ref: func(r *taskref.Ref) { r.Account = "444455556666" },
			want: problem.UnknownTask, says: []string{"444455556666", account},
		},
		{name: "cluster", world: forgotten(), ref: func(r *taskref.Ref) { r.Cluster = "nope" }, want: problem.UnknownTask, says: []string{"nope", region}},
		{name: "no cluster", world: forgotten(), ref: func(r *taskref.Ref) { r.Cluster = "" }, want: problem.UnknownTask, says: []string{"No cluster"}},
		{
			name: "everything refused", world: world(), faults: map[string]awsfake.Fault{awsfake.EveryOperation: {Deny: true}},
			want: problem.Refused, says: []string{"ecs:DescribeTasks and cloudtrail:LookupEvents"},
		},
		{name: "everything throttled", world: world(), faults: map[string]awsfake.Fault{awsfake.EveryOperation: {Throttle: -1}}, want: problem.Unreachable, says: []string{"throttles"}},
		{name: "everything reset", world: world(), faults: map[string]awsfake.Fault{awsfake.EveryOperation: {Reset: true}}, want: problem.Unreachable, says: []string{"connection"}},
		{name: "everything garbage", world: world(), faults: map[string]awsfake.Fault{awsfake.EveryOperation: {Garbage: true}}, want: problem.Unreachable, says: []string{"proxy"}},
		{name: "everything empty", world: world(), faults: map[string]awsfake.Fault{awsfake.EveryOperation: {Empty: true}}, want: problem.Unreachable, says: []string{"proxy"}},
		{name: "everything 500", world: world(), faults: map[string]awsfake.Fault{awsfake.EveryOperation: {Status500: true}}, want: problem.Unreachable, says: []string{"500"}},
		{name: "expired credentials", world: world(), faults: map[string]awsfake.Fault{awsfake.EveryOperation: {ExpiredToken: true}}, want: problem.BadCredentials, says: []string{"expired", "Sign in"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			fake, collector := serve(t, tt.world)
			for op, f := range tt.faults {
				fake.SetFault(op, f)
			}
			r := ref()
			if tt.ref != nil {
				tt.ref(&r)
			}
			_, err := collector.Collect(t.Context(), r, nil, nil)
			checkError(t, err, tt.want, tt.says)
		})
	}
}

// checkError wants an *Error of one kind with a message that says what it must.
func checkError(t *testing.T, err error, kind problem.Kind, says []string) {
	t.Helper()
	e, ok := errors.AsType[*problem.Error](err)
	if !ok || e.Kind != kind {
		t.Fatalf("error %v, want an *Error of kind %q", err, kind)
	}
	for _, s := range says {
		if !strings.Contains(e.Message, s) {
			t.Errorf("message %q does not say %q", e.Message, s)
		}
	}
	if !strings.HasSuffix(e.Message, ".") || strings.Contains(e.Message, "whystopped/demo") {
		t.Errorf("message %q is not a sentence for people", e.Message)
	}
}

func TestWhatIsLeftOfAForgottenTask(t *testing.T) {
	tests := map[string]func(*awsfake.Scenario, *taskref.Ref){
		"its calls":                      func(*awsfake.Scenario, *taskref.Ref) {},
		"its calls, without a cluster":   func(_ *awsfake.Scenario, r *taskref.Ref) { r.Cluster = "" },
		"its calls, the cluster is gone": func(s *awsfake.Scenario, _ *taskref.Ref) { s.Clusters = nil },
		"its calls of last month": func(s *awsfake.Scenario, _ *taskref.Ref) {
			for i := range s.Trail {
				s.Trail[i].EventTime = ago(30 * 24 * time.Hour)
			}
		},
		"its service's events": func(s *awsfake.Scenario, r *taskref.Ref) {
			s.Trail, r.Group = nil, "service:api"
			s.Clusters[0].Services[0].Events[1].Message = "(service api) (task " + taskID + ") is unhealthy in (target-group arn) due to (reason Request timed out)"
		},
	}
	for name, change := range tests {
		t.Run(name, func(t *testing.T) {
			s, r := world(), ref()
			s.Clusters[0].Tasks = nil
			change(&s, &r)
			_, collector := serve(t, s)
			ev, err := collector.Collect(t.Context(), r, nil, nil)
			if err != nil {
				t.Fatal(err)
			}
			if ev.Task != nil || ev.Ref.TaskID != taskID || len(ev.CloudTrail)+len(ev.ServiceEvents) == 0 {
				t.Errorf("got task %v, ref %+v, %d records, %d events", ev.Task, ev.Ref, len(ev.CloudTrail), len(ev.ServiceEvents))
			}
		})
	}
}

func TestAServiceWithoutStoppedTaskThatCannotBeRead(t *testing.T) {
	tests := []struct {
		name    string
		service string
		fault   awsfake.Fault
		want    problem.Kind
		says    string
	}{
		{name: "no such service", service: "nope", want: problem.UnknownTask, says: "nope"},
		{name: "refused", service: "api", fault: awsfake.Fault{Deny: true}, want: problem.Refused, says: "ecs:DescribeServices"},
		{name: "empty answer", service: "api", fault: awsfake.Fault{Empty: true}, want: problem.Unreachable, says: "proxy"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			fake, collector := serve(t, forgotten())
			fake.SetFault("ecs:DescribeServices", tt.fault)
			r := serviceRef()
			r.Group = taskref.ServiceGroup(tt.service)
			_, err := collector.Collect(t.Context(), r, nil, nil)
			checkError(t, err, tt.want, []string{tt.says})
		})
	}
}

func TestWithoutCredentials(t *testing.T) {
	broken := aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{}, errors.New("no EC2 IMDS role found")
	})
	for name, provider := range map[string]aws.CredentialsProvider{"none configured": nil, "none found": broken} {
		t.Run(name, func(t *testing.T) {
			opts := options("http://127.0.0.1:0")
			opts.Config.Credentials = provider
			collector := awsclient.New(opts)
			_, err := collector.Collect(t.Context(), ref(), nil, nil)
			checkError(t, err, problem.NoCredentials, []string{"AWS_PROFILE"})
			_, err = collector.Resolve(t.Context(), ref())
			checkError(t, err, problem.NoCredentials, []string{"AWS_PROFILE"})
		})
	}
}

func TestWithWrongCredentials(t *testing.T) {
	_, collector := serve(t, world(), awsfake.WithAccessKeyID("AKIAOTHER"))
	_, err := collector.Collect(t.Context(), ref(), nil, nil)
	checkError(t, err, problem.BadCredentials, []string{"UnrecognizedClientException"})
	_, err = collector.Resolve(t.Context(), taskref.Ref{Cluster: "prod", TaskID: taskID})
	checkError(t, err, problem.BadCredentials, []string{"InvalidClientTokenId"})
}

func TestNothingAnswers(t *testing.T) {
	srv := httptest.NewServer(http.NotFoundHandler())
	url := srv.URL
	srv.Close() // nobody listens there now
	_, err := awsclient.New(options(url)).Collect(t.Context(), ref(), nil, nil)
	checkError(t, err, problem.Unreachable, []string{"can't be reached"})
}

func TestEverythingHangs(t *testing.T) {
	fake, collector := serve(t, world())
	fake.SetFault(awsfake.EveryOperation, awsfake.Fault{Hang: true})
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	_, err := collector.Collect(ctx, ref(), nil, nil)
	checkError(t, err, problem.Unreachable, []string{"no answer in time"})
	if ctx.Err() != nil {
		t.Error("the answer came after the deadline")
	}
}

func TestWhoAskedHasLeft(t *testing.T) {
	fake, collector := serve(t, world())
	fake.SetFault("ecs:DescribeTasks", awsfake.Fault{Hang: true})
	ctx, cancel := context.WithCancel(t.Context())
	_, err := collector.Collect(ctx, ref(), nil, func(n collect.Progress) {
		if n.Source != nil && n.Source.Name == "cloudtrail:LookupEvents" {
			cancel()
		}
	})
	if _, ofAWS := errors.AsType[*problem.Error](err); ofAWS || !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want only context.Canceled", err)
	}
}

// noSuchHost answers as the resolver does for a name that does not exist.
type noSuchHost struct{}

func (noSuchHost) Do(r *http.Request) (*http.Response, error) {
	return nil, fmt.Errorf("dial tcp: %w", &net.DNSError{Err: "no such host", Name: r.URL.Hostname(), IsNotFound: true})
}

func TestARegionThatDoesNotExist(t *testing.T) {
	opts := options("")
	opts.Config.BaseEndpoint, opts.Config.HTTPClient = nil, noSuchHost{}
	r := ref()
	r.Region = "eu-nowhere-9"
	_, err := awsclient.New(opts).Collect(t.Context(), r, nil, nil)
	checkError(t, err, problem.UnknownTask, []string{"Region"})
}
