package app

import (
	"context"
	"crypto/rand"
	"log/slog"
	"net/http"
	"runtime/debug"
	"sync/atomic"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"
	"golang.org/x/time/rate"

	"whystopped/internal/api"
)

// requestIDHeader tells clients the number under which the log has their request.
const requestIDHeader = "X-Request-Id"

// requestID gives each request a number of our own: one that a client chose
// could be anything.
func requestID(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := rand.Text()[:16]
		w.Header().Set(requestIDHeader, id)
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), middleware.RequestIDKey, id)))
	})
}

// Of requests that are refused at the door, so many lines are written at once, and
// so many in a second for long: anybody may send them.
const (
	refusedLinesAtOnce    = 100
	refusedLinesPerSecond = 5
)

// logRequests writes a line for each request, without its query and its body:
// they may hold what was pasted. Probes are logged at the debug level, and so are
// refused requests when there are too many; the next line of one counts those.
func logRequests(log *slog.Logger) func(http.Handler) http.Handler {
	refused := rate.NewLimiter(refusedLinesPerSecond, refusedLinesAtOnce)
	var unlogged atomic.Int64
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			start := time.Now()
			ww := middleware.NewWrapResponseWriter(w, r.ProtoMajor)
			defer func() {
				level, more := slog.LevelInfo, []slog.Attr(nil)
				switch {
				case isProbe(r):
					level = slog.LevelDebug
				case isRefusal(ww.Status()) && !refused.Allow():
					level = slog.LevelDebug
					unlogged.Add(1)
				case isRefusal(ww.Status()):
					if n := unlogged.Swap(0); n > 0 {
						more = append(more, slog.Int64("unlogged", n))
					}
				}
				log.LogAttrs(r.Context(), level, "request", append([]slog.Attr{
					slog.String("method", r.Method),
					slog.String("route", chi.RouteContext(r.Context()).RoutePattern()),
					slog.Int("status", ww.Status()),
					slog.Int("bytes", ww.BytesWritten()),
					slog.Int64("ms", time.Since(start).Milliseconds()),
				}, more...)...)
			}()
			next.ServeHTTP(ww, r)
		})
	}
}

// isRefusal reports whether a status is one that strangers get, who were asked
// for a proof or sent too much.
func isRefusal(status int) bool {
	switch status {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusRequestTimeout, http.StatusRequestEntityTooLarge,
		http.StatusMisdirectedRequest, http.StatusTooManyRequests, http.StatusServiceUnavailable:
		return true
	}
	return false
}

// isProbe tells requests that come by themselves every few seconds.
func isProbe(r *http.Request) bool {
	return r.URL.Path == "/healthz" || r.URL.Path == "/readyz" || r.URL.Path == "/metrics"
}

// recoverPanics logs a handler's panic and answers with an error, or breaks the
// connection off where an answer has begun.
func recoverPanics(log *slog.Logger) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			ww := middleware.NewWrapResponseWriter(w, r.ProtoMajor)
			defer func() {
				p := recover()
				if p == nil {
					return
				}
				if p == http.ErrAbortHandler {
					panic(p)
				}
				log.ErrorContext(r.Context(), "panic in a handler", "panic", p, "stack", string(debug.Stack()))
				if ww.Status() != 0 {
					panic(http.ErrAbortHandler)
				}
				api.InternalError(ww, r)
			}()
			next.ServeHTTP(ww, r)
		})
	}
}
