package session

import (
	"context"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/smithy-go/middleware"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"whystopped/internal/awsclient/failure"
	"whystopped/internal/awsclient/limit"
)

// tracerName is under whose name the spans of this package go.
const tracerName = "whystopped/internal/awsclient"

// traced makes a span of every call, with its retries and its wait for our own
// quota, where the context has one to stand in: whoever began that decides where
// spans go, if anywhere. AWS's own words on a failure are left out; they are
// about us, but name what we asked for.
func traced(stack *middleware.Stack) error {
	call := func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (
		middleware.InitializeOutput, middleware.Metadata, error,
	) {
		ctx, span := trace.SpanFromContext(ctx).TracerProvider().Tracer(tracerName).Start(
			ctx, limit.OperationOf(ctx), trace.WithSpanKind(trace.SpanKindClient),
		)
		defer span.End()
		out, metadata, err := next.HandleInitialize(ctx, in)
		if !span.IsRecording() {
			return out, metadata, err
		}
		result := limit.ResultOf(err)
		span.SetAttributes(
			attribute.String("rpc.system", "aws-api"),
			attribute.String("cloud.region", awsmiddleware.GetRegion(ctx)),
			attribute.String("whystopped.result", result))
		if tries, ok := retry.GetAttemptResults(metadata); ok {
			span.SetAttributes(attribute.Int("aws.attempts", len(tries.Results)))
		}
		if err != nil {
			span.SetAttributes(attribute.String("error.type", failure.Of(err).Code))
			span.SetStatus(codes.Error, result)
		}
		return out, metadata, err
	}
	return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("WhystoppedSpan", call), middleware.After)
}
