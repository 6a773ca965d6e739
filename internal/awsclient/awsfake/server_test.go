package awsfake_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/ratelimit"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"

	"whystopped/internal/awsclient/awsfake"
)

// noon is when it is in these tests.
var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// start serves the scenario and returns a configuration of the SDK for it, as
// AWS_ENDPOINT_URL would make it. The SDK retries at once.
func start(t *testing.T, scenario awsfake.Scenario, opts ...awsfake.Option) (*awsfake.Server, aws.Config) {
	t.Helper()
	opts = append([]awsfake.Option{awsfake.WithClock(func() time.Time { return noon })}, opts...)
	double := awsfake.New(scenario, opts...)
	srv := httptest.NewServer(double)
	t.Cleanup(srv.Close)
	return double, aws.Config{
		Region:       awsfake.DefaultRegion,
		BaseEndpoint: aws.String(srv.URL),
		Credentials:  credentials.NewStaticCredentialsProvider("AKIDEXAMPLE", "example", ""),
		HTTPClient:   plainBodies{srv.Client()},
		Retryer: func() aws.Retryer {
			return retry.NewStandard(func(o *retry.StandardOptions) {
				o.MaxAttempts = 3
				o.RateLimiter = ratelimit.None
				o.Backoff = retry.BackoffDelayerFunc(func(int, error) (time.Duration, error) { return 0, nil })
			})
		},
	}
}

// plainBodies sends requests whose bodies can only be read and closed. The
// SDK's bodies also implement io.WriterTo, and report io.EOF from it once they
// are closed (smithy-go v1.28.8). The SDK closes them as soon as it has an
// answer, and net/http, which may still be looking for the body's end when the
// server is as near as here, takes the io.EOF for a failed write and drops the
// connection in the middle of the answer.
type plainBodies struct{ aws.HTTPClient }

func (c plainBodies) Do(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		r.Body = struct{ io.ReadCloser }{r.Body}
	}
	return c.HTTPClient.Do(r)
}

// wantCode fails the test unless err is AWS's error with that code, and
// returns its message.
func wantCode(t *testing.T, err error, code string) string {
	t.Helper()
	var api smithy.APIError
	if !errors.As(err, &api) {
		t.Fatalf("got error %v, want %s", err, code)
	}
	if api.ErrorCode() != code {
		t.Fatalf("got error code %q (%s), want %q", api.ErrorCode(), api.ErrorMessage(), code)
	}
	return api.ErrorMessage()
}

func TestGetCallerIdentity(t *testing.T) {
	double, cfg := start(t, awsfake.Scenario{})
	out, err := sts.NewFromConfig(cfg).GetCallerIdentity(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := aws.ToString(out.Arn), "arn:aws:sts::111122223333:assumed-role/whystopped/demo"; got != want {
		t.Errorf("got ARN %q, want %q", got, want)
	}
	if got := aws.ToString(out.Account); got != "111122223333" {
		t.Errorf("got account %q", got)
	}
	if got := aws.ToString(out.UserId); !strings.HasPrefix(got, "AROA") || !strings.HasSuffix(got, ":demo") {
		t.Errorf("got user id %q, want AROA…:demo", got)
	}
	if got := double.Calls()["sts:GetCallerIdentity"]; got != 1 {
		t.Errorf("counted %d calls, want 1", got)
	}
}

func TestWrongCredentials(t *testing.T) {
	_, cfg := start(t, awsfake.Scenario{}, awsfake.WithAccessKeyID("AKIDOTHER"))
	_, err := sts.NewFromConfig(cfg).GetCallerIdentity(t.Context(), nil)
	wantCode(t, err, "InvalidClientTokenId")
	_, err = listClusters(t, cfg)
	wantCode(t, err, "UnrecognizedClientException")
}

// These requests no SDK makes; what they get must still be AWS's form.
func TestRequestsThatNoClientMakes(t *testing.T) {
	const signature = "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261122/eu-west-1/ecs/aws4_request, SignedHeaders=host, Signature=00"
	tests := []struct {
		name       string
		header     map[string]string
		body       string
		wantStatus int
		wantBody   string
	}{
		{"unknown operation", map[string]string{"X-Amz-Target": "AmazonEC2ContainerServiceV20141113.DeleteCluster"}, "{}", 400, `{"__type":"UnknownOperationException"}`},
		{"unknown service", map[string]string{"X-Amz-Target": "DynamoDB_20120810.GetItem"}, "{}", 400, `{"__type":"UnknownOperationException"}`},
		{"target without an operation", map[string]string{"X-Amz-Target": "Logs"}, "{}", 400, `{"__type":"UnknownOperationException"}`},
		{"no target at all", nil, "{}", 400, `{"__type":"UnknownOperationException"}`},
		{"unknown action", nil, "Action=GetFederationToken&Version=2011-06-15", 400, "<Code>InvalidAction</Code><Message>Could not find operation GetFederationToken for version 2011-06-15</Message>"},
		{"no JSON", map[string]string{"X-Amz-Target": "AmazonEC2ContainerServiceV20141113.ListClusters", "Authorization": signature}, "cluster=1", 400, `{"__type":"SerializationException"}`},
		{"not signed", map[string]string{"X-Amz-Target": "AmazonEC2ContainerServiceV20141113.ListClusters"}, "{}", 400, `{"__type":"MissingAuthenticationTokenException","message":"Missing Authentication Token"}`},
		{"not signed, by query", nil, "Action=GetCallerIdentity&Version=2011-06-15", 403, "<Code>MissingAuthenticationToken</Code>"},
		{"too large", map[string]string{"X-Amz-Target": "Logs_20140328.GetLogEvents"}, strings.Repeat(" ", 1<<20+1), 413, `{"__type":"RequestEntityTooLargeException","message":"Request size exceeded the limit."}`},
	}
	double := awsfake.New(awsfake.Scenario{})
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", strings.NewReader(tt.body))
			for k, v := range tt.header {
				r.Header.Set(k, v)
			}
			w := httptest.NewRecorder()
			double.ServeHTTP(w, r)
			body, _ := io.ReadAll(w.Body)
			if w.Code != tt.wantStatus || !strings.Contains(string(body), tt.wantBody) {
				t.Errorf("got %d %s, want %d %s", w.Code, body, tt.wantStatus, tt.wantBody)
			}
			if w.Header().Get("X-Amzn-Requestid") == "" {
				t.Error("the answer has no request id")
			}
		})
	}
}
