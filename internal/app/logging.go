package app

import (
	"context"
	"io"
	"log/slog"

	"github.com/go-chi/chi/v5/middleware"
	"go.opentelemetry.io/otel/trace"

	"whystopped/internal/redact"
)

// NewLogger writes JSON lines to w, with the number of the request that they
// belong to, and of the trace where there are any. Secrets that got into a message, such as an error that quotes an
// address with a password, are taken out.
func NewLogger(w io.Writer, level slog.Level) *slog.Logger {
	return slog.New(requestLog{slog.NewJSONHandler(w, &slog.HandlerOptions{Level: level, ReplaceAttr: withoutSecrets})})
}

func withoutSecrets(_ []string, a slog.Attr) slog.Attr {
	switch v := a.Value.Any().(type) {
	case string:
		a.Value = slog.StringValue(redact.Text(v))
	case error:
		a.Value = slog.StringValue(redact.Text(v.Error()))
	}
	return a
}

// requestLog adds the numbers of request and trace to every line.
type requestLog struct{ slog.Handler }

func (h requestLog) Handle(ctx context.Context, r slog.Record) error {
	if id := middleware.GetReqID(ctx); id != "" {
		r.AddAttrs(slog.String("request", id))
	}
	if span := trace.SpanContextFromContext(ctx); span.IsValid() {
		r.AddAttrs(slog.String("trace_id", span.TraceID().String()))
	}
	return h.Handler.Handle(ctx, r)
}

func (h requestLog) WithAttrs(attrs []slog.Attr) slog.Handler {
	return requestLog{h.Handler.WithAttrs(attrs)}
}

func (h requestLog) WithGroup(name string) slog.Handler { return requestLog{h.Handler.WithGroup(name)} }
