package session

import (
	"io"
	"net"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"

	"whystopped/internal/awsclient/limit"
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
	limit.AddCalls(req.Context(), 1)
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
