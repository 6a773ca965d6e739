package app

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"

	"whystopped/internal/casebook"
	"whystopped/internal/ingest"
)

// The variables of which one switches traces on, as OpenTelemetry has them. The
// exporter and the SDK read these and the others (headers, timeout, sampler,
// service name) themselves.
// Source: https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
const (
	otlpEndpoint       = "OTEL_EXPORTER_OTLP_ENDPOINT"
	otlpTracesEndpoint = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"
)

// leastFlush is how long the last spans may take where requests used up all of
// the time to drain.
const leastFlush = 500 * time.Millisecond

// tracing makes the spans of requests, and ends all spans' way.
type tracing struct {
	tracer   trace.Tracer
	provider *sdktrace.TracerProvider // nil where nobody wants traces
	log      *slog.Logger
}

// openTracing makes what sends spans to the collector that the environment names;
// without one it sends nothing.
func openTracing(ctx context.Context, log *slog.Logger) (*tracing, error) {
	t := &tracing{log: log, tracer: noop.NewTracerProvider().Tracer("")}
	if os.Getenv(otlpEndpoint) == "" && os.Getenv(otlpTracesEndpoint) == "" {
		return t, nil
	}
	exporter, err := otlptracehttp.New(ctx)
	if err != nil {
		return nil, fmt.Errorf("set up the traces: %w", err)
	}
	about, err := resource.New(ctx,
		resource.WithAttributes(attribute.String("service.name", "whystopped"), attribute.String("service.version", version())),
		resource.WithTelemetrySDK(), resource.WithFromEnv())
	if err != nil {
		return nil, fmt.Errorf("set up the traces: %w", err)
	}
	t.provider = sdktrace.NewTracerProvider(sdktrace.WithBatcher(loggingExporter{exporter, log}), sdktrace.WithResource(about))
	t.tracer = t.provider.Tracer("whystopped/internal/app")
	return t, nil
}

// close sends the spans that have ended, until a time.
func (t *tracing) close(until time.Time) {
	if t.provider == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), max(time.Until(until), leastFlush))
	defer cancel()
	if err := t.provider.Shutdown(ctx); err != nil {
		t.log.Warn("the last spans were not sent", "error", err)
	}
}

// loggingExporter tells in our log, and not in OpenTelemetry's own way, that
// spans were not taken.
type loggingExporter struct {
	sdktrace.SpanExporter
	log *slog.Logger
}

// ExportSpans implements sdktrace.SpanExporter.
func (e loggingExporter) ExportSpans(ctx context.Context, spans []sdktrace.ReadOnlySpan) error {
	if err := e.SpanExporter.ExportSpans(ctx, spans); err != nil {
		e.log.Warn("spans were not sent", "spans", len(spans), "error", err)
	}
	return nil
}

// requests makes a span of each request but the probes', with nothing in it that
// the client wrote: no address, no query, no header.
func (t *tracing) requests(next http.Handler) http.Handler {
	if t.provider == nil {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if isProbe(r) {
			next.ServeHTTP(w, r)
			return
		}
		method := knownMethod(r.Method)
		ctx, span := t.tracer.Start(fromOutside(r), method, trace.WithSpanKind(trace.SpanKindServer), trace.WithAttributes(
			attribute.String("http.request.method", method), attribute.String("whystopped.request", middleware.GetReqID(r.Context()))))
		ww := middleware.NewWrapResponseWriter(w, r.ProtoMajor)
		defer func() {
			if route := chi.RouteContext(ctx).RoutePattern(); route != "" { // known only now
				span.SetName(method + " " + route)
				span.SetAttributes(attribute.String("http.route", route))
			}
			span.SetAttributes(attribute.Int("http.response.status_code", ww.Status()))
			if ww.Status() >= http.StatusInternalServerError {
				span.SetStatus(codes.Error, http.StatusText(ww.Status()))
			}
			span.End()
		}()
		next.ServeHTTP(ww, r.WithContext(ctx))
	})
}

// traceparentLength is that of the only version of the header that there is.
// Source: https://www.w3.org/TR/trace-context/#traceparent-header
const traceparentLength = 55

// fromOutside is the request's context, in the trace that the client is in if it
// says so. What else clients may send along, tracestate and baggage, is dropped.
func fromOutside(r *http.Request) context.Context {
	parent := r.Header.Get("traceparent")
	if len(parent) != traceparentLength {
		return r.Context()
	}
	return propagation.TraceContext{}.Extract(r.Context(), propagation.MapCarrier{"traceparent": parent})
}

// book makes a span of each time that events come from a queue, for the traces
// of what they lead to.
func (t *tracing) book(book ingest.Book) ingest.Book { return tracedBook{book, t.tracer} }

type tracedBook struct {
	ingest.Book
	tracer trace.Tracer
}

// Accept implements ingest.Book.
func (b tracedBook) Accept(ctx context.Context, events []casebook.Event) error {
	ctx, span := b.tracer.Start(ctx, "take events", trace.WithSpanKind(trace.SpanKindConsumer), trace.WithAttributes(attribute.Int("whystopped.events", len(events))))
	defer span.End()
	err := b.Book.Accept(ctx, events)
	if err != nil {
		span.SetStatus(codes.Error, "not stored")
	}
	return err
}
