package failure

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"

	"github.com/aws/smithy-go"

	"whystopped/internal/diagnose/evidence"
)

func TestUnderstand(t *testing.T) {
	api := func(code, message string) error { return &smithy.GenericAPIError{Code: code, Message: message} }
	tests := []struct {
		err    error
		want   Kind
		status evidence.SourceStatus
		says   string
	}{
		{api("AccessDeniedException", "User: x is not authorized"), Denied, evidence.SourceDenied, "logs:GetLogEvents"},
		{api("AccessDenied", ""), Denied, evidence.SourceDenied, "logs:GetLogEvents"},
		{api("UnauthorizedOperation", ""), Denied, evidence.SourceDenied, "logs:GetLogEvents"},
		{api("ThrottlingException", "Rate exceeded"), Throttled, evidence.SourceThrottled, "throttles"},
		{api("RequestLimitExceeded", ""), Throttled, evidence.SourceThrottled, "throttles"},
		{api("UnrecognizedClientException", ""), BadCredentials, evidence.SourceFailed, "profile"},
		{api("InvalidClientTokenId", ""), BadCredentials, evidence.SourceFailed, "profile"},
		{api("SignatureDoesNotMatch", ""), BadCredentials, evidence.SourceFailed, "keys"},
		{api("InvalidSignatureException", "Signature expired: 20261122T120000Z is now earlier than 20261122T125500Z"), BadCredentials, evidence.SourceFailed, "clock"},
		{api("RequestTimeTooSkewed", ""), BadCredentials, evidence.SourceFailed, "clock"},
		{api("ExpiredTokenException", "The security token included in the request is expired"), BadCredentials, evidence.SourceFailed, "Sign in again"},
		{api("ClientException", "Unable to describe task definition."), Other, evidence.SourceFailed, "Unable to describe task definition."},
		{&CredentialsError{Err: errors.New("no role")}, NoCredentials, evidence.SourceFailed, "no AWS credentials"},
		{&CredentialsError{Role: "arn:reader", Err: api("AccessDenied", "User: x is not authorized")}, NoRole, evidence.SourceDenied, "arn:reader"},
		{&CredentialsError{Role: "arn:reader", Err: api("RegionDisabledException", "")}, NoRole, evidence.SourceDenied, "sts:TagSession"},
		{&CredentialsError{Role: "arn:reader", Err: api("ExpiredToken", "")}, BadCredentials, evidence.SourceFailed, "Sign in again"},
		{&CredentialsError{Role: "arn:reader", Err: context.DeadlineExceeded}, Timeout, evidence.SourceTimeout, "in time"},
		{ErrSlowedDown, Throttled, evidence.SourceThrottled, "throttles"},
		{ErrHeldBack, HeldBack, evidence.SourceThrottled, "queued"},
		{&net.OpError{Op: "dial", Err: &net.DNSError{IsNotFound: true}}, NoHost, evidence.SourceFailed, "Region"},
		{&net.OpError{Op: "dial", Err: &net.DNSError{IsTemporary: true}}, NoConnection, evidence.SourceFailed, "can't be reached"},
		{errors.New("connection reset by peer"), NoConnection, evidence.SourceFailed, "can't be reached"},
		{context.DeadlineExceeded, Timeout, evidence.SourceTimeout, "in time"},
		{&smithy.DeserializationError{Err: errors.New("invalid character '<'")}, Foreign, evidence.SourceFailed, "proxy"},
		{ErrEmptyAnswer, Foreign, evidence.SourceFailed, "proxy"},
	}
	for _, tt := range tests {
		f := Of(fmt.Errorf("wrapped: %w", tt.err))
		if f.Kind != tt.want || f.Status() != tt.status {
			t.Errorf("%v: kind %d, status %s; want %d, %s", tt.err, f.Kind, f.Status(), tt.want, tt.status)
		}
		if detail := f.Detail("logs:GetLogEvents").English; !strings.Contains(detail, tt.says) {
			t.Errorf("%v: detail %q does not say %q", tt.err, detail, tt.says)
		}
	}
}
