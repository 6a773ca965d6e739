package awsclient

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
		want   failureKind
		status evidence.SourceStatus
		says   string
	}{
		{api("AccessDeniedException", "User: x is not authorized"), failedDenied, evidence.SourceDenied, "logs:GetLogEvents"},
		{api("AccessDenied", ""), failedDenied, evidence.SourceDenied, "logs:GetLogEvents"},
		{api("UnauthorizedOperation", ""), failedDenied, evidence.SourceDenied, "logs:GetLogEvents"},
		{api("ThrottlingException", "Rate exceeded"), failedThrottled, evidence.SourceThrottled, "throttles"},
		{api("RequestLimitExceeded", ""), failedThrottled, evidence.SourceThrottled, "throttles"},
		{api("UnrecognizedClientException", ""), failedBadCredentials, evidence.SourceFailed, "profile"},
		{api("InvalidClientTokenId", ""), failedBadCredentials, evidence.SourceFailed, "profile"},
		{api("SignatureDoesNotMatch", ""), failedBadCredentials, evidence.SourceFailed, "keys"},
		{api("InvalidSignatureException", "Signature expired: 20261122T120000Z is now earlier than 20261122T125500Z"), failedBadCredentials, evidence.SourceFailed, "clock"},
		{api("RequestTimeTooSkewed", ""), failedBadCredentials, evidence.SourceFailed, "clock"},
		{api("ExpiredTokenException", "The security token included in the request is expired"), failedBadCredentials, evidence.SourceFailed, "sign in again"},
		{api("ClientException", "Unable to describe task definition."), failedOther, evidence.SourceFailed, "Unable to describe task definition."},
		{&credentialsError{err: errors.New("no role")}, failedNoCredentials, evidence.SourceFailed, "no AWS credentials"},
		{&credentialsError{role: "arn:reader", err: api("AccessDenied", "User: x is not authorized")}, failedNoRole, evidence.SourceDenied, "arn:reader"},
		{&credentialsError{role: "arn:reader", err: api("RegionDisabledException", "")}, failedNoRole, evidence.SourceDenied, "sts:TagSession"},
		{&credentialsError{role: "arn:reader", err: api("ExpiredToken", "")}, failedBadCredentials, evidence.SourceFailed, "sign in again"},
		{&credentialsError{role: "arn:reader", err: context.DeadlineExceeded}, failedTimeout, evidence.SourceTimeout, "in time"},
		{errSlowedDown, failedThrottled, evidence.SourceThrottled, "throttles"},
		{errHeldBack, failedHeldBack, evidence.SourceThrottled, "wait"},
		{&net.OpError{Op: "dial", Err: &net.DNSError{IsNotFound: true}}, failedNoHost, evidence.SourceFailed, "region"},
		{&net.OpError{Op: "dial", Err: &net.DNSError{IsTemporary: true}}, failedNoConnection, evidence.SourceFailed, "cannot be reached"},
		{errors.New("connection reset by peer"), failedNoConnection, evidence.SourceFailed, "cannot be reached"},
		{context.DeadlineExceeded, failedTimeout, evidence.SourceTimeout, "in time"},
		{&smithy.DeserializationError{Err: errors.New("invalid character '<'")}, failedForeign, evidence.SourceFailed, "proxy"},
		{errEmptyAnswer, failedForeign, evidence.SourceFailed, "proxy"},
	}
	for _, tt := range tests {
		f := understand(fmt.Errorf("wrapped: %w", tt.err))
		if f.kind != tt.want || f.status() != tt.status {
			t.Errorf("%v: kind %d, status %s; want %d, %s", tt.err, f.kind, f.status(), tt.want, tt.status)
		}
		if detail := f.detail("logs:GetLogEvents"); !strings.Contains(detail, tt.says) {
			t.Errorf("%v: detail %q does not say %q", tt.err, detail, tt.says)
		}
	}
}
