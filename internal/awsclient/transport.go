package awsclient

import (
	"context"
	"io"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
)

const (
	// connectTimeout keeps an endpoint that swallows packets from using up
	// the budget of a source without a second try.
	connectTimeout = 3 * time.Second
	// maxAnswer bounds one answer in bytes. AWS's own limits are far below:
	// 1 MB for log events, and 50 CloudTrail records of up to 256 KB.
	maxAnswer = 32 << 20
)

// transport counts the requests of each source and bounds what an answer may
// hold. All clients share one, and with it the connections.
type transport struct{ inner aws.HTTPClient }

// newTransport wraps the configured HTTP client. The SDK's own kind keeps what
// it was configured with, such as AWS_CA_BUNDLE.
func newTransport(configured aws.HTTPClient) transport {
	if configured == nil {
		configured = awshttp.NewBuildableClient()
	}
	if b, ok := configured.(*awshttp.BuildableClient); ok {
		configured = b.
			WithDialerOptions(func(d *net.Dialer) { d.Timeout = connectTimeout }).
			WithTransportOptions(func(t *http.Transport) { t.TLSHandshakeTimeout = connectTimeout })
	}
	return transport{configured}
}

func (t transport) Do(req *http.Request) (*http.Response, error) {
	if n, ok := req.Context().Value(callsKey{}).(*atomic.Int64); ok {
		n.Add(1)
	}
	if req.Body != nil {
		// The SDK's body (smithy-go v1.28) writes itself, and reports io.EOF
		// when it is closed early; net/http takes that for a failed write and
		// drops the connection in the middle of the answer.
		req.Body = struct{ io.ReadCloser }{req.Body}
	}
	resp, err := t.inner.Do(req)
	if err != nil {
		return nil, err // as it is: the SDK retries by the types of net and net/url
	}
	resp.Body = struct {
		io.Reader
		io.Closer
	}{io.LimitReader(resp.Body, maxAnswer), resp.Body}
	return resp, nil
}

type callsKey struct{}

// countCalls makes every request that is sent with the context count in n.
func countCalls(ctx context.Context, n *atomic.Int64) context.Context {
	return context.WithValue(ctx, callsKey{}, n)
}

// addCalls counts requests that were sent for the context, though not with it.
func addCalls(ctx context.Context, n int64) {
	if counter, ok := ctx.Value(callsKey{}).(*atomic.Int64); ok {
		counter.Add(n)
	}
}
