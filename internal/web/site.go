// Package web serves the pages for people: the start page, the report of a
// diagnosis, incidents and the history of a service, the catalogue of causes and
// the description of the API. Every page
// works without JavaScript and loads nothing from elsewhere.
package web

import (
	"context"
	"errors"
	"fmt"
	"html/template"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"

	"whystopped/internal/casebook"
	"whystopped/internal/diagnose"
	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/permissions"
	"whystopped/internal/taskref"
	"whystopped/internal/web/apidoc"
	"whystopped/internal/words"
	assets "whystopped/web"
)

// Casebook answers questions and keeps the answers. Its errors are
// *casebook.Error where a person can do something about them.
type Casebook interface {
	// Diagnose answers for what somebody pasted as a reference to a task.
	Diagnose(ctx context.Context, asked taskref.Ref, refresh bool) (diagnose.Diagnosis, error)
	// Follow is Diagnose that tells what happens on the way, one call of tell
	// after the other.
	Follow(ctx context.Context, asked taskref.Ref, refresh bool, tell func(casebook.Step)) (diagnose.Diagnosis, error)
	// Newest finds the newest kept diagnosis of a task, without a call to AWS.
	Newest(ctx context.Context, task taskref.Ref) (diagnose.Diagnosis, error)
	// Evaluate diagnoses evidence that was brought, and keeps the answer.
	Evaluate(ctx context.Context, ev evidence.Evidence) (diagnose.Diagnosis, error)
	// Get finds a kept diagnosis.
	Get(ctx context.Context, id string) (diagnose.Diagnosis, error)
	// Service looks at the newest stopped tasks of a service.
	Service(ctx context.Context, service taskref.Ref) (casebook.ServiceStops, error)
	// Summaries lists kept diagnoses, newest first.
	Summaries(ctx context.Context, f casebook.Filter, cursor string, limit int) (casebook.SummaryPage, error)
	// History tells what is kept of a service's stops of the last time, without
	// a call to AWS.
	History(ctx context.Context, service taskref.Ref, back time.Duration) (casebook.ServiceHistory, error)
	// IncidentReport finds an incident and what stands around it.
	IncidentReport(ctx context.Context, id string) (casebook.IncidentReport, error)
	// Incidents lists incidents, the one that opened last first.
	Incidents(ctx context.Context, f casebook.Filter, goingOn bool, cursor string, limit int) (casebook.IncidentPage, error)
	// Stops lists what stopped, the newest first.
	Stops(ctx context.Context, f casebook.StopFilter, cursor string, limit int) (casebook.StopPage, error)
}

// Permissions tells which AWS permissions the service lacks. It tries them,
// unless that was done less than fresh ago.
type Permissions interface {
	Try(ctx context.Context, fresh time.Duration) (permissions.Report, error)
}

// Options are what a Site is made of. Casebook, Logger and Now are needed.
type Options struct {
	Casebook Casebook
	// Causes is the catalogue, sorted by code: diagnose.Catalogue().
	Causes []diagnose.CauseInfo
	// Samples are tasks to click on the start page; none outside the demo.
	Samples []Sample
	// PublicURL is where people reach the service, without a slash at its end;
	// empty where that is not known, and then no page names its own address.
	PublicURL string
	// OpenAPI is the API's OpenAPI 3.1 document as JSON; without one, /docs
	// is not found.
	OpenAPI []byte
	// Visitor tells who reads a page; nil where nobody logs in.
	Visitor func(context.Context) Visitor
	// Permissions are told on /permissions; without it the page is not found.
	Permissions Permissions
	Version     string
	// Retention and EvaluateRetention are how long reports are stored, and those on
	// evidence that somebody provided; 0 if that isn't known.
	Retention, EvaluateRetention time.Duration
	Logger                       *slog.Logger
	Now                          func() time.Time
}

// Visitor is who reads a page.
type Visitor struct {
	// Name is that of somebody who logged in and can sign out, at /auth/logout;
	// "" for everybody else.
	Name string
}

// Sample is a stopped task to try.
type Sample struct {
	Title string
	ARN   string
	// Note is the heading under which samples of one kind stand together.
	Note string
}

// Site renders the pages. It is safe for concurrent use.
type Site struct {
	opts      Options
	templates map[string]*template.Template
	static    *staticFiles
	api       *apidoc.Document
}

// New parses the templates and the API's description, so that what is wrong
// with them is known before the first request.
func New(o Options) (*Site, error) {
	if o.Casebook == nil || o.Logger == nil || o.Now == nil {
		return nil, errors.New("web: Casebook, Logger and Now are needed")
	}
	o.PublicURL = strings.TrimRight(o.PublicURL, "/")
	templates, err := parseTemplates(assets.Templates, words.English())
	if err != nil {
		return nil, fmt.Errorf("parse the pages' templates: %w", err)
	}
	static, err := newStaticFiles(assets.Static)
	if err != nil {
		return nil, fmt.Errorf("read the static files: %w", err)
	}
	api, err := apidoc.Parse(o.OpenAPI)
	if err != nil {
		return nil, fmt.Errorf("read the OpenAPI document: %w", err)
	}
	return &Site{opts: o, templates: templates, static: static, api: api}, nil
}

// Routes adds the pages to r, but for what AssetRoutes adds. Whoever serves them
// refuses forms of other sites' pages.
func (s *Site) Routes(r chi.Router) {
	s.add(r, func(get func(pattern string, h handler)) {
		get("/", s.start)
		get("/diagnose", s.diagnose)
		get("/d/{id}", s.kept)
		get("/diagnoses", s.diagnoses)
		get("/incidents", s.incidents)
		get("/incidents/{id}", s.incident)
		get("/service", s.service)
		get("/causes", s.causes)
		get("/causes/{code}", s.cause)
		get("/docs", s.docs)
		get("/permissions", s.permissions)
	})
	r.With(secureHeaders).Post("/diagnose", s.handle(s.submit))
}

// AssetRoutes adds what every page loads. There is nothing of anybody in it, and
// the pages that refuse somebody need it too.
func (s *Site) AssetRoutes(r chi.Router) {
	s.add(r, func(get func(pattern string, h handler)) {
		get("/favicon.ico", s.favicon)
		get("/static/{version}/*", s.staticFile)
	})
}

func (s *Site) add(r chi.Router, routes func(get func(pattern string, h handler))) {
	r.Group(func(r chi.Router) {
		r.Use(middleware.Compress(5), secureHeaders)
		routes(func(pattern string, h handler) {
			r.Get(pattern, s.handle(h))
			r.Head(pattern, s.handle(h))
		})
	})
}

// NotFound is the page for an address that does not exist.
func (s *Site) NotFound(w http.ResponseWriter, r *http.Request) {
	secureHeaders(s.handle(func(http.ResponseWriter, *http.Request) error { return errNoSuchPage })).ServeHTTP(w, r)
}

// secureHeaders keeps a page from running or loading anything that is not ours,
// and from being put into another site's frame.
//
// The referrer policy is same-origin and not no-referrer: under the latter
// browsers send "Origin: null" with our own form, and over plain HTTP, where
// they do not send Sec-Fetch-Site, that looks like an attack from another site.
// Other sites get no referrer under either.
func secureHeaders(next http.Handler) http.Handler {
	const csp = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; font-src 'self'; " +
		"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", csp)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		next.ServeHTTP(w, r)
	})
}
