package casebook

import (
	"cmp"
	"context"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"whystopped/internal/diagnose"
)

// tracerName is under whose name the spans of this package go.
const tracerName = "whystopped/internal/casebook"

// beginSpan begins the span of one diagnosis, where the context has one to stand
// in: whoever began that decides where spans go, if anywhere.
func beginSpan(ctx context.Context, name string) (context.Context, trace.Span) {
	return trace.SpanFromContext(ctx).TracerProvider().Tracer(tracerName).Start(ctx, name)
}

// endSpan tells what came out, in words of the catalogue, and by the id where it
// is kept. Nothing of the evidence gets into a span, nor the words of an error,
// which may quote it.
func endSpan(span trace.Span, d diagnose.Diagnosis, err error) {
	defer span.End()
	if err != nil {
		span.SetStatus(codes.Error, cmp.Or(string(KindOf(err)), "internal-error"))
		return
	}
	span.SetAttributes(
		attribute.String("whystopped.diagnosis", d.ID),
		attribute.String("whystopped.cause", d.Verdict.Cause),
		attribute.String("whystopped.confidence", string(d.Verdict.Confidence)))
}

// placeSpan tells where the task is that a span is about: never of evidence that
// somebody brought, in which anything may stand there.
func (r *run) placeSpan(span trace.Span) {
	span.SetAttributes(
		attribute.String("cloud.account.id", r.ref.Account),
		attribute.String("cloud.region", r.ref.Region),
		attribute.String("whystopped.task", r.ref.TaskID))
}
