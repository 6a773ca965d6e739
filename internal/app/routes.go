package app

import (
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"

	"whystopped/internal/api"
	"whystopped/internal/casebook"
	"whystopped/internal/config"
	"whystopped/internal/diagnose"
	"whystopped/internal/guard"
	"whystopped/internal/taskref"
	"whystopped/internal/web"
)

// surroundings are what the routes are made of.
type surroundings struct {
	door      *door
	slack     *slackParts
	book      *casebook.Casebook
	eventsKey config.Secret
	bounds    taskref.Bounds
	causes    []diagnose.CauseInfo
	samples   []web.Sample
	publicURL string
	version   string
	log       *slog.Logger
	ready     readiness
	metrics   *metrics
	tracing   *tracing
}

// unreadTime is for how long the rest of a body is read on that is not wanted.
const unreadTime = time.Second

// routes makes the handler of all ways in. What comes first is open to all, or
// asks for a proof of its own; everything else, also what does not exist, lies
// behind the door.
func routes(s surroundings) (http.Handler, error) {
	book := newAudited(s.book, s.log)
	senders := api.Events{Key: s.eventsKey.Reveal(), Known: mayIngest, Book: s.book, Bounds: s.bounds, NotAllowed: s.metrics.sent.drop}
	calls, err := api.New(api.Options{
		Casebook: book, Events: senders,
		Causes: s.causes, PublicURL: s.publicURL, Version: s.version, Log: s.log, Permissions: s.ready.permissions,
	})
	if err != nil {
		return nil, fmt.Errorf("make the API: %w", err)
	}
	pages, err := web.New(web.Options{
		Casebook: book, Causes: s.causes, Samples: s.samples, PublicURL: s.publicURL, OpenAPI: calls.OpenAPI(),
		Visitor: visitor, Permissions: s.ready.permissions, Version: s.version, Logger: s.log, Now: time.Now,
		Retention: s.door.settings.Retention, EvaluateRetention: s.door.settings.EvaluateRetention,
	})
	if err != nil {
		return nil, fmt.Errorf("make the pages: %w", err)
	}
	s.door.refusePage = pages.Refused
	r := chi.NewRouter()
	r.Use(guard.Unread(unreadTime), requestID, s.tracing.requests, s.metrics.observe, logRequests(s.log), recoverPanics(s.log), guard.Headers(s.door.https()), middleware.GetHead)
	r.Get("/healthz", healthy)
	r.Get("/readyz", s.ready.serve)
	pages.AssetRoutes(r)
	if err := s.door.beforeSlack(r, s.slack.routes); err != nil {
		return nil, err
	}
	if err := s.door.beforeEvents(r, senders.Shown, calls.EventRoutes); err != nil {
		return nil, err
	}
	r.With(s.door.RequireForMetrics).Method(http.MethodGet, "/metrics", s.metrics.handler())
	if err := s.door.routes(r); err != nil {
		return nil, err
	}
	return r, s.door.before(r, func(r chi.Router) {
		calls.Routes(r)
		pages.Routes(r)
		r.MethodNotAllowed(api.MethodNotAllowed)
		r.NotFound(func(w http.ResponseWriter, r *http.Request) {
			if strings.HasPrefix(r.URL.Path, "/api/") {
				api.NotFound(w, r)
				return
			}
			pages.NotFound(w, r)
		})
	})
}
