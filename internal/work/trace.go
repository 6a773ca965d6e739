package work

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/riverqueue/river/rivertype"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
)

// because is what a job remembers of why it is owed, in its metadata: the span
// in which it was inserted, such as that of the request that brought an event.
type because struct {
	Traceparent string `json:"traceparent,omitempty"`
}

// reason is the metadata of a job that is inserted now; nil where no span is.
func reason(ctx context.Context) ([]byte, error) {
	span := propagation.MapCarrier{}
	propagation.TraceContext{}.Inject(ctx, span)
	if len(span) == 0 {
		return nil, nil
	}
	metadata, err := json.Marshal(because{span["traceparent"]})
	if err != nil {
		return nil, fmt.Errorf("write the metadata of a job: %w", err)
	}
	return metadata, nil
}

// links leads to the span in which a job was inserted; empty where there was
// none, or it cannot be read.
func links(job *rivertype.JobRow) []trace.Link {
	var why because
	if err := json.Unmarshal(job.Metadata, &why); err != nil {
		return nil
	}
	ctx := propagation.TraceContext{}.Extract(context.Background(), propagation.MapCarrier{"traceparent": why.Traceparent})
	if span := trace.SpanContextFromContext(ctx); span.IsValid() {
		return []trace.Link{{SpanContext: span}}
	}
	return nil
}

// trace makes a trace of each try of a job. It is one of its own, since it may
// come days after what it is because of.
func (q *Queue) trace(ctx context.Context, job *rivertype.JobRow, work func(context.Context) error) error {
	ctx, span := q.opts.Tracer.Start(ctx, "job "+job.Kind, trace.WithNewRoot(), trace.WithLinks(links(job)...), trace.WithSpanKind(trace.SpanKindConsumer),
		trace.WithAttributes(attribute.Int64("whystopped.job", job.ID), attribute.Int("whystopped.try", job.Attempt)))
	defer span.End()
	err := work(ctx)
	if _, later := errors.AsType[*rivertype.JobSnoozeError](err); err != nil && !later {
		span.SetStatus(codes.Error, "not done") // the log has the words
	}
	return err
}
