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
	"whystopped/internal/web"
)

// surroundings are what the routes are made of.
type surroundings struct {
	slack     *slackParts
	book      *casebook.Casebook
	eventsKey config.Secret
	causes    []diagnose.CauseInfo
	samples   []web.Sample
	publicURL string
	version   string
	log       *slog.Logger
	ready     readiness
	metrics   *metrics
	tracing   *tracing
}

// routes makes the handler of all ways in.
func routes(s surroundings) (http.Handler, error) {
	calls, err := api.New(api.Options{Casebook: s.book, Events: api.Events{Key: s.eventsKey.Reveal(), Book: s.book}, Causes: s.causes, PublicURL: s.publicURL, Version: s.version, Log: s.log, Permissions: s.ready.permissions})
	if err != nil {
		return nil, fmt.Errorf("make the API: %w", err)
	}
	pages, err := web.New(web.Options{
		Casebook: s.book, Causes: s.causes, Samples: s.samples, PublicURL: s.publicURL, OpenAPI: calls.OpenAPI(),
		Permissions: s.ready.permissions, Version: s.version, Logger: s.log, Now: time.Now,
	})
	if err != nil {
		return nil, fmt.Errorf("make the pages: %w", err)
	}
	r := chi.NewRouter()
	r.Use(requestID, s.tracing.requests, s.metrics.observe, logRequests(s.log), recoverPanics(s.log), middleware.GetHead)
	r.Get("/healthz", healthy)
	r.Get("/readyz", s.ready.serve)
	r.Method(http.MethodGet, "/metrics", s.metrics.handler())
	calls.Routes(r)
	pages.Routes(r)
	s.slack.routes(r)
	r.MethodNotAllowed(api.MethodNotAllowed)
	r.NotFound(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/api/") {
			api.NotFound(w, r)
			return
		}
		pages.NotFound(w, r)
	})
	return r, nil
}
