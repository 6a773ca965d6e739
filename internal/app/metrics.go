package app

import (
	"database/sql"
	"net/http"
	"slices"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"whystopped/internal/casebook"
	"whystopped/internal/diagnose"
)

// metrics are the figures that /metrics gives in Prometheus' form.
type metrics struct {
	registry *prometheus.Registry
	// own are the collectors of figures whose names begin with ours.
	own       []prometheus.Collector
	requests  *prometheus.CounterVec
	seconds   *prometheus.HistogramVec
	diagnoses *prometheus.CounterVec
	store     *prometheus.HistogramVec
	sent      sentEvents
}

// newMetrics makes the figures of the requests to us, of the store, and of the
// process.
func newMetrics() *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "whystopped_http_requests_total", Help: "HTTP requests answered.",
		}, []string{"method", "route", "status"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "whystopped_http_request_seconds", Help: "Time to answer an HTTP request.",
			Buckets: []float64{.005, .025, .1, .25, .5, 1, 2.5, 5, 10, 30},
		}, []string{"route"}),
		diagnoses: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "whystopped_diagnoses_total", Help: "Diagnoses stored, by trigger: people, background (events and refreshes), or evaluate (evidence sent by the caller).",
		}, []string{"cause", "confidence", "trigger"}),
		store: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "whystopped_store_seconds", Help: "Duration of a database operation, including the wait for a connection.",
			Buckets: []float64{.0005, .002, .01, .05, .1, .25, .5, 1, 2.5, 5},
		}, []string{"operation"}),
	}
	build := prometheus.NewGaugeVec(prometheus.GaugeOpts{
		Name: "whystopped_build_info", Help: "Always 1; the labels are the versions of the program and of its rules.",
	}, []string{"version", "engine"})
	build.WithLabelValues(version(), diagnose.Engine()).Set(1)
	m.add(m.requests, m.seconds, m.diagnoses, m.store, build)
	m.registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// add adds figures of our own.
func (m *metrics) add(own ...prometheus.Collector) {
	m.own = append(m.own, own...)
	m.registry.MustRegister(own...)
}

// watchPools adds the figures that database/sql keeps of its connections.
func (m *metrics) watchPools(pools map[string]*sql.DB) {
	for name, db := range pools {
		m.registry.MustRegister(collectors.NewDBStatsCollector(db, name))
	}
}

// took notes how long an operation of the store took.
func (m *metrics) took(operation string, d time.Duration) {
	m.store.WithLabelValues(operation).Observe(d.Seconds())
}

// saved counts a diagnosis that was stored.
func (m *metrics) saved(d diagnose.Diagnosis, by casebook.Trigger) {
	m.diagnoses.WithLabelValues(d.Verdict.Cause, string(d.Verdict.Confidence), string(by)).Inc()
}

func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

// observe counts a request when it has been answered.
func (m *metrics) observe(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		ww := middleware.NewWrapResponseWriter(w, r.ProtoMajor)
		defer func() {
			route := chi.RouteContext(r.Context()).RoutePattern() // known only now
			if route == "" {
				route = "none"
			}
			method := knownMethod(r.Method)
			m.requests.WithLabelValues(method, route, strconv.Itoa(ww.Status())).Inc()
			m.seconds.WithLabelValues(route).Observe(time.Since(began).Seconds())
			if route == eventsRoute && method == http.MethodPost {
				m.sent.count(ww.Status())
			}
		}()
		next.ServeHTTP(ww, r)
	})
}

// eventsRoute is where events are sent to.
const eventsRoute = "/api/v1/events"

// sentEvents counts requests that bring events.
type sentEvents struct{ accepted, notAllowed, refused, malformed, failed atomic.Uint64 }

// drop counts events of accounts and Regions that are not read.
func (e *sentEvents) drop(events int) { e.notAllowed.Add(uint64(events)) }

// count counts a request by its answer.
func (e *sentEvents) count(status int) {
	switch {
	case status < http.StatusBadRequest:
		e.accepted.Add(1)
	case status == http.StatusUnauthorized || status == http.StatusForbidden || status == http.StatusTooManyRequests:
		e.refused.Add(1)
	case status < http.StatusInternalServerError:
		e.malformed.Add(1)
	default:
		e.failed.Add(1)
	}
}

// knownMethod keeps what clients make up out of the labels.
func knownMethod(method string) string {
	known := []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions}
	if slices.Contains(known, method) {
		return method
	}
	return "other"
}
