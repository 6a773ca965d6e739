package awsfake_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"whystopped/internal/awsclient/awsfake"
)

const caller = "arn:aws:sts::111122223333:assumed-role/whystopped/demo"

func TestDeny(t *testing.T) {
	double, cfg := start(t, twoClusters())
	double.SetFault(awsfake.EveryOperation, awsfake.Fault{Deny: true})
	tests := []struct {
		name, wantCode, want string
		call                 func(context.Context) error
	}{
		{
			"ecs:DescribeTasks", "AccessDeniedException",
			"User: " + caller + " is not authorized to perform: ecs:DescribeTasks on resource: " + arnPrefix + "task/main/" + taskA + " because no identity-based policy allows the ecs:DescribeTasks action",
			func(ctx context.Context) error {
				_, err := ecs.NewFromConfig(cfg).DescribeTasks(ctx, &ecs.DescribeTasksInput{Cluster: aws.String("main"), Tasks: []string{arnPrefix + "task/main/" + taskA}})
				return err
			},
		},
		{
			"ecs:DescribeServices", "AccessDeniedException",
			"User: " + caller + " is not authorized to perform: ecs:DescribeServices on resource: " + arnPrefix + "service/main/api because no identity-based policy allows the ecs:DescribeServices action",
			func(ctx context.Context) error {
				_, err := ecs.NewFromConfig(cfg).DescribeServices(ctx, &ecs.DescribeServicesInput{Cluster: aws.String("main"), Services: []string{"api"}})
				return err
			},
		},
		{
			"ecs:DescribeTaskDefinition", "AccessDeniedException",
			"User: " + caller + " is not authorized to perform: ecs:DescribeTaskDefinition on resource: * because no identity-based policy allows the ecs:DescribeTaskDefinition action",
			func(ctx context.Context) error {
				_, err := ecs.NewFromConfig(cfg).DescribeTaskDefinition(ctx, &ecs.DescribeTaskDefinitionInput{TaskDefinition: aws.String("api:3")})
				return err
			},
		},
		{
			"logs:GetLogEvents", "AccessDeniedException",
			"User: " + caller + " is not authorized to perform: logs:GetLogEvents on resource: arn:aws:logs:eu-west-1:111122223333:log-group:/ecs/api:log-stream:ecs/app/1 because no identity-based policy allows the logs:GetLogEvents action",
			func(ctx context.Context) error {
				_, err := cloudwatchlogs.NewFromConfig(cfg).GetLogEvents(ctx, &cloudwatchlogs.GetLogEventsInput{LogGroupName: aws.String("/ecs/api"), LogStreamName: aws.String("ecs/app/1")})
				return err
			},
		},
		{
			"cloudtrail:LookupEvents", "AccessDeniedException",
			"User: " + caller + " is not authorized to perform: cloudtrail:LookupEvents because no identity-based policy allows the cloudtrail:LookupEvents action",
			func(ctx context.Context) error {
				_, err := cloudtrail.NewFromConfig(cfg).LookupEvents(ctx, &cloudtrail.LookupEventsInput{})
				return err
			},
		},
		{
			"iam:GetRole", "AccessDenied",
			"User: " + caller + " is not authorized to perform: iam:GetRole on resource: role app because no identity-based policy allows the iam:GetRole action",
			func(ctx context.Context) error {
				_, err := iam.NewFromConfig(cfg).GetRole(ctx, &iam.GetRoleInput{RoleName: aws.String("app")})
				return err
			},
		},
		{
			"iam:SimulatePrincipalPolicy", "AccessDenied",
			"User: " + caller + " is not authorized to perform: iam:SimulatePrincipalPolicy on resource: " + rolePrefix + "app because no identity-based policy allows the iam:SimulatePrincipalPolicy action",
			func(ctx context.Context) error {
				_, err := iam.NewFromConfig(cfg).SimulatePrincipalPolicy(ctx, &iam.SimulatePrincipalPolicyInput{PolicySourceArn: aws.String(rolePrefix + "app"), ActionNames: []string{"s3:GetObject"}})
				return err
			},
		},
		{
			"sts:GetCallerIdentity", "AccessDenied",
			"User: " + caller + " is not authorized to perform: sts:GetCallerIdentity because no VPC endpoint policy allows the sts:GetCallerIdentity action",
			func(ctx context.Context) error {
				_, err := sts.NewFromConfig(cfg).GetCallerIdentity(ctx, nil)
				return err
			},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := wantCode(t, tt.call(t.Context()), tt.wantCode); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
			if got := double.Calls()[tt.name]; got != 1 {
				t.Errorf("counted %d calls, want 1: a denial is not worth a retry", got)
			}
		})
	}
}

func TestThrottle(t *testing.T) {
	double, cfg := start(t, twoClusters())
	double.SetFault("ecs:ListClusters", awsfake.Fault{Throttle: 2})
	if _, err := listClusters(t, cfg); err != nil {
		t.Errorf("the third attempt should have got through: %v", err)
	}
	if got := double.Calls()["ecs:ListClusters"]; got != 3 {
		t.Errorf("counted %d calls, want 3", got)
	}
	double.SetFault("ecs:ListClusters", awsfake.Fault{Throttle: -1})
	_, err := listClusters(t, cfg)
	if got := wantCode(t, err, "ThrottlingException"); got != "Rate exceeded" {
		t.Errorf("got message %q", got)
	}
	double.SetFault("sts:GetCallerIdentity", awsfake.Fault{Throttle: -1})
	_, err = sts.NewFromConfig(cfg).GetCallerIdentity(t.Context(), nil)
	wantCode(t, err, "Throttling")
}

func TestOwnFaultWinsOverThatOfAll(t *testing.T) {
	double, cfg := start(t, twoClusters())
	double.SetFault(awsfake.EveryOperation, awsfake.Fault{Deny: true})
	double.SetFault("ecs:ListClusters", awsfake.Fault{Throttle: -1})
	_, err := listClusters(t, cfg)
	wantCode(t, err, "ThrottlingException")
	double.SetFault("ecs:ListClusters", awsfake.Fault{})
	_, err = listClusters(t, cfg)
	wantCode(t, err, "AccessDeniedException")
	double.SetFault(awsfake.EveryOperation, awsfake.Fault{})
	if _, err = listClusters(t, cfg); err != nil {
		t.Errorf("with no fault left: %v", err)
	}
}

func TestBrokenAnswers(t *testing.T) {
	double, cfg := start(t, twoClusters())
	t.Run("500", func(t *testing.T) {
		double.SetFault("ecs:ListClusters", awsfake.Fault{Status500: true})
		_, err := listClusters(t, cfg)
		wantCode(t, err, "InternalFailure")
	})
	t.Run("garbage", func(t *testing.T) {
		double.SetFault("ecs:ListClusters", awsfake.Fault{Garbage: true})
		if got, err := listClusters(t, cfg); err == nil {
			t.Errorf("a page of HTML was read as %v", got)
		}
	})
	t.Run("empty", func(t *testing.T) {
		double.SetFault("ecs:ListClusters", awsfake.Fault{Empty: true})
		if got, err := listClusters(t, cfg); err != nil || len(got) != 0 {
			t.Errorf("got %v, %v from no body at all", got, err)
		}
	})
	t.Run("reset", func(t *testing.T) {
		double.SetFault("ecs:ListClusters", awsfake.Fault{Reset: true})
		if _, err := listClusters(t, cfg); !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("got %v, want a reset connection", err)
		}
	})
	t.Run("expired token", func(t *testing.T) {
		double.SetFault(awsfake.EveryOperation, awsfake.Fault{ExpiredToken: true})
		double.SetFault("ecs:ListClusters", awsfake.Fault{})
		_, err := listClusters(t, cfg)
		wantCode(t, err, "ExpiredTokenException")
		_, err = sts.NewFromConfig(cfg).GetCallerIdentity(t.Context(), nil)
		wantCode(t, err, "ExpiredToken")
	})
}

// The SDK corrects its clock by the Date header and gets through.
func TestClockSkew(t *testing.T) {
	for _, op := range []string{"ecs:ListClusters", "sts:GetCallerIdentity"} {
		t.Run(op, func(t *testing.T) {
			double, cfg := start(t, twoClusters(), awsfake.WithClock(time.Now))
			double.SetFault(op, awsfake.Fault{ClockSkew: true})
			var err error
			if op == "ecs:ListClusters" {
				_, err = listClusters(t, cfg)
			} else {
				_, err = sts.NewFromConfig(cfg).GetCallerIdentity(t.Context(), nil)
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := double.Calls()[op]; got != 2 {
				t.Errorf("counted %d calls, want one refused and one answered", got)
			}
		})
	}
}

// A call that is never answered, or late, ends when the client gives up.
func TestClientGivesUp(t *testing.T) {
	for name, fault := range map[string]awsfake.Fault{"hang": {Hang: true}, "latency": {Latency: time.Hour}} {
		t.Run(name, func(t *testing.T) {
			double, cfg := start(t, twoClusters())
			double.SetFault("ecs:ListClusters", fault)
			ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
			defer cancel()
			if _, err := ecs.NewFromConfig(cfg).ListClusters(ctx, &ecs.ListClustersInput{}); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("got %v, want the deadline", err)
			}
			// The server's Close, which start has arranged, waits until the
			// double has let the request go.
		})
	}
}

func TestLatencyThenAnswer(t *testing.T) {
	double, cfg := start(t, twoClusters())
	double.SetFault("ecs:ListClusters", awsfake.Fault{Latency: time.Millisecond})
	got, err := listClusters(t, cfg)
	if err != nil || len(got) != 2 {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestPerSecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		double := awsfake.New(twoClusters())
		double.SetFault("ecs:ListClusters", awsfake.Fault{PerSecond: 2})
		call := func() int {
			r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", strings.NewReader("{}"))
			r.Header.Set("X-Amz-Target", "AmazonEC2ContainerServiceV20141113.ListClusters")
			r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261122/eu-west-1/ecs/aws4_request, SignedHeaders=host, Signature=00")
			w := httptest.NewRecorder()
			double.ServeHTTP(w, r)
			return w.Code
		}
		var got []int
		for range 2 {
			got = append(got, call(), call(), call())
			time.Sleep(time.Second) // on the bubble's clock
		}
		if want := []int{200, 200, 400, 200, 200, 400}; !slices.Equal(got, want) {
			t.Errorf("statuses %v, want %v: two calls in any second", got, want)
		}
	})
}
