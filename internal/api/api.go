// Package api is the JSON API: diagnoses, provided evidence, EventBridge events,
// incidents, stops, and causes. Start with API.Routes; each call has a file, and
// openapi.go describes them from the same Go types that answer.
//
// Every error is an application/problem+json document with a stable type, or a line
// of text for clients that accept nothing else.
package api

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2/adapters/humachi"
	"github.com/go-chi/chi/v5"

	"whystopped/internal/casebook"
	"whystopped/internal/diagnose"
	"whystopped/internal/permissions"
	"whystopped/internal/taskref"
)

// Casebook answers questions and keeps the answers. Its errors are
// *casebook.Error where a person can do something about them.
type Casebook interface {
	Diagnose(ctx context.Context, asked taskref.Ref, refresh bool) (diagnose.Diagnosis, error)
	// Follow is Diagnose that tells what happens on the way, one call of tell
	// after the other.
	Follow(ctx context.Context, asked taskref.Ref, refresh bool, tell func(casebook.Step)) (diagnose.Diagnosis, error)
	// EvaluateJSON diagnoses evidence that was brought, as evidence.Decode reads it.
	EvaluateJSON(ctx context.Context, raw []byte) (diagnose.Diagnosis, error)
	Get(ctx context.Context, id string) (diagnose.Diagnosis, error)
	List(ctx context.Context, f casebook.Filter, cursor string, limit int) (casebook.Page, error)
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

// Options are what an API is made of. All but Events, Permissions and PublicURL
// are needed.
type Options struct {
	Casebook Casebook
	// Events are taken in where it has a key.
	Events Events
	// Permissions are told where there is somebody to try them.
	Permissions Permissions
	// Causes is the catalogue, sorted by code.
	Causes []diagnose.CauseInfo
	// PublicURL is where people reach the service; "" where that is unknown.
	PublicURL string
	Version   string
	Log       *slog.Logger
}

// API answers the calls below /api/v1 and gives out its own description.
type API struct {
	opts  Options
	calls chi.Routes
	json  []byte
	yaml  []byte
}

// maxBody is the largest request body, in bytes.
const maxBody = 8 << 20

// bodyTimeout bounds reading a request's body.
const bodyTimeout = 30 * time.Second

// New makes the API and its OpenAPI document.
func New(o Options) (*API, error) {
	calls := chi.NewRouter()
	a := &API{opts: o, calls: calls}
	framework := humachi.New(calls, a.config())
	a.addDiagnoses(framework)
	a.addList(framework)
	a.addStream(framework)
	a.addEvaluate(framework)
	a.addEvents(framework)
	a.addIncidents(framework)
	a.addStops(framework)
	a.addCauses(framework)
	a.addPermissions(framework)
	document := framework.OpenAPI()
	polish(document)
	var err error
	if a.json, err = json.Marshal(document); err != nil {
		return nil, fmt.Errorf("write the OpenAPI document as JSON: %w", err)
	}
	if a.yaml, err = document.YAML(); err != nil {
		return nil, fmt.Errorf("write the OpenAPI document as YAML: %w", err)
	}
	return a, nil
}

// Routes adds the calls and the OpenAPI document to r, but for EventRoutes.
func (a *API) Routes(r chi.Router) {
	a.addCalls(r, func(pattern string) bool { return pattern != eventsPath })
	r.Get("/openapi.json", serve("application/json", a.json))
	r.Get("/openapi.yaml", serve("application/yaml", a.yaml))
}

// EventRoutes adds the call that takes events, whose senders have a proof of
// their own.
func (a *API) EventRoutes(r chi.Router) {
	a.addCalls(r, func(pattern string) bool { return pattern == eventsPath })
}

func (a *API) addCalls(r chi.Router, which func(pattern string) bool) {
	r.Group(func(r chi.Router) {
		r.Use(plainProblems, acceptJSON, headers)
		for _, route := range a.calls.Routes() {
			if !which(route.Pattern) {
				continue
			}
			for method, handler := range route.Handlers {
				r.Method(method, route.Pattern, handler)
			}
		}
	})
}

// OpenAPI is the document as JSON, for the page that explains the API.
func (a *API) OpenAPI() []byte { return a.json }

func serve(contentType string, body []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.Header().Set("Cache-Control", "no-store")
		w.Write(body) // an error here means that the client has left
	}
}
