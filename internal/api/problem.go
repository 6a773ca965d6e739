package api

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"

	"whystopped/internal/casebook"
)

// typePrefix makes the stable type of a problem from its kind.
const typePrefix = "urn:whystopped:problem:"

// The kinds of problem that the API itself finds, beside those of the casebook.
const (
	malformed        casebook.Kind = "malformed-request"
	invalid          casebook.Kind = "invalid-request"
	unauthorized     casebook.Kind = "unauthorized"
	notAnEvent       casebook.Kind = "not-an-event"
	notStored        casebook.Kind = "not-stored"
	notFound         casebook.Kind = "not-found"
	methodNotAllowed casebook.Kind = "method-not-allowed"
	notAcceptable    casebook.Kind = "not-acceptable"
	requestTimeout   casebook.Kind = "request-timeout"
	tooLarge         casebook.Kind = "too-large"
	mediaType        casebook.Kind = "unsupported-media-type"
	internal         casebook.Kind = "internal-error"
	abandoned        casebook.Kind = "abandoned"
)

// The kinds of problem that are found before a request gets here: by whoever
// looks who asks, and how much.
const (
	notLoggedIn      casebook.Kind = "not-logged-in"
	notAllowedIn     casebook.Kind = "not-allowed-in"
	loginFailed      casebook.Kind = "login-failed"
	loginUnavailable casebook.Kind = "login-unavailable"
	signedOut        casebook.Kind = "signed-out"
	crossOrigin      casebook.Kind = "cross-origin"
	wrongHost        casebook.Kind = "wrong-host"
)

// answers is the one place that knows the HTTP status of each kind of problem.
var answers = map[casebook.Kind]struct {
	status int
	title  string
}{
	casebook.NotAReference:    {http.StatusUnprocessableEntity, "Not a reference to a task"},
	casebook.InvalidEvidence:  {http.StatusUnprocessableEntity, "Evidence that cannot be used"},
	casebook.InvalidFilter:    {http.StatusUnprocessableEntity, "Filter that cannot be used"},
	casebook.UnknownTask:      {http.StatusNotFound, "Nothing is known of this task"},
	casebook.UnknownDiagnosis: {http.StatusNotFound, "No such diagnosis"},
	casebook.UnknownIncident:  {http.StatusNotFound, "No such incident"},
	casebook.NotAllowed:       {http.StatusForbidden, "Account not allowed"},
	casebook.NoCredentials:    {http.StatusBadGateway, "No AWS credentials"},
	casebook.BadCredentials:   {http.StatusBadGateway, "AWS credentials not accepted"},
	casebook.Refused:          {http.StatusBadGateway, "AWS refuses"},
	casebook.Unreachable:      {http.StatusBadGateway, "AWS cannot be reached"},
	casebook.Busy:             {http.StatusServiceUnavailable, "Too busy"},
	casebook.TooMany:          {http.StatusTooManyRequests, "Too many requests"},
	malformed:                 {http.StatusBadRequest, "Malformed request"},
	invalid:                   {http.StatusUnprocessableEntity, "Invalid request"},
	unauthorized:              {http.StatusUnauthorized, "Key needed"},
	notAnEvent:                {http.StatusUnprocessableEntity, "Not an EventBridge event"},
	notStored:                 {http.StatusServiceUnavailable, "Events could not be stored"},
	notLoggedIn:               {http.StatusUnauthorized, "Not logged in"},
	notAllowedIn:              {http.StatusForbidden, "Not allowed in"},
	loginFailed:               {http.StatusBadRequest, "Login failed"},
	loginUnavailable:          {http.StatusServiceUnavailable, "Login not available"},
	signedOut:                 {http.StatusOK, "Signed out"},
	crossOrigin:               {http.StatusForbidden, "Request for another site"},
	wrongHost:                 {http.StatusMisdirectedRequest, "Wrong host"},
	notFound:                  {http.StatusNotFound, "Not found"},
	methodNotAllowed:          {http.StatusMethodNotAllowed, "Method not allowed"},
	notAcceptable:             {http.StatusNotAcceptable, "Not acceptable"},
	requestTimeout:            {http.StatusRequestTimeout, "Request took too long"},
	tooLarge:                  {http.StatusRequestEntityTooLarge, "Request too large"},
	mediaType:                 {http.StatusUnsupportedMediaType, "Unsupported media type"},
	internal:                  {http.StatusInternalServerError, "Internal error"},
	abandoned:                 {http.StatusServiceUnavailable, "Request abandoned"},
}

// kindOfStatus is the kind for a problem that the framework found.
func kindOfStatus(status int) casebook.Kind {
	for _, kind := range []casebook.Kind{malformed, unauthorized, notFound, methodNotAllowed, notAcceptable, requestTimeout, tooLarge, mediaType, invalid} {
		if answers[kind].status == status {
			return kind
		}
	}
	return internal
}

func problem(kind casebook.Kind, detail string, details []*huma.ErrorDetail) *huma.ErrorModel {
	a := answers[kind]
	return &huma.ErrorModel{Type: typePrefix + string(kind), Title: a.title, Status: a.status, Detail: detail, Errors: details}
}

// handle turns a handler's error into a problem. Errors that nobody can do
// anything about go to the log, and the client gets the number of that line.
func handle[I, O any](a *API, h func(context.Context, *I) (*O, error)) func(context.Context, *I) (*O, error) {
	return func(ctx context.Context, in *I) (*O, error) {
		out, err := h(ctx, in)
		if err == nil {
			return out, nil
		}
		p := a.problemOf(ctx, err)
		if comeAgain(p) {
			return nil, huma.ErrorWithHeaders(p, http.Header{"Retry-After": {again}})
		}
		return nil, p
	}
}

// again is how many seconds later it is worth asking again where there was
// too much to do.
const again = "2"

func comeAgain(p *huma.ErrorModel) bool {
	return p.Type == typePrefix+string(casebook.Busy) || p.Type == typePrefix+string(casebook.TooMany)
}

func (a *API) problemOf(ctx context.Context, err error) *huma.ErrorModel {
	e, known := errors.AsType[*casebook.Error](err)
	switch {
	case known && answers[e.Kind].status >= http.StatusInternalServerError:
		a.opts.Log.WarnContext(ctx, "no answer can be had now", "kind", string(e.Kind), "error", err)
		return problem(e.Kind, e.Message, nil)
	case known && answers[e.Kind].status != 0:
		return problem(e.Kind, e.Message, nil)
	case errors.Is(err, context.Canceled):
		return problem(abandoned, "The client left, or the server is shutting down.", nil)
	}
	a.opts.Log.ErrorContext(ctx, "request failed", "error", err)
	return internalProblem(ctx)
}

func internalProblem(ctx context.Context) *huma.ErrorModel {
	detail := "Something went wrong that is not your fault."
	if id := middleware.GetReqID(ctx); id != "" {
		detail += " The server's log has it under the request id " + id + "."
	}
	return problem(internal, detail, nil)
}

// Problem answers a request that was refused before it got here. The kind is one
// of those above; headers that belong to the refusal are set already.
func Problem(w http.ResponseWriter, r *http.Request, status int, kind, detail string) {
	p := problem(casebook.Kind(kind), detail, nil)
	p.Status = status
	tell(w, r, p)
}

// NotFound answers for an address below /api that does not exist.
func NotFound(w http.ResponseWriter, r *http.Request) {
	tell(w, r, problem(notFound, "There is nothing at "+r.URL.Path+". The API is described at /docs and in /openapi.json.", nil))
}

// MethodNotAllowed answers for an address that exists for other methods.
func MethodNotAllowed(w http.ResponseWriter, r *http.Request) {
	var allowed []string
	if routes := chi.RouteContext(r.Context()).Routes; routes != nil {
		for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPost} {
			if routes.Match(chi.NewRouteContext(), method, r.URL.Path) {
				allowed = append(allowed, method)
			}
		}
	}
	list := strings.Join(allowed, ", ")
	w.Header().Set("Allow", list)
	tell(w, r, problem(methodNotAllowed, r.Method+" is not possible here; "+list+" is.", nil))
}

// InternalError answers for a request whose handler panicked.
func InternalError(w http.ResponseWriter, r *http.Request) {
	tell(w, r, internalProblem(r.Context()))
}

// tell sends a problem from outside of the API's own routes.
func tell(w http.ResponseWriter, r *http.Request, p *huma.ErrorModel) {
	plainProblems(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { write(w, p) })).ServeHTTP(w, r)
}

// write sends a problem from outside of the framework.
func write(w http.ResponseWriter, p *huma.ErrorModel) {
	setHeaders(w.Header())
	w.Header().Set("Content-Type", typeProblem)
	w.WriteHeader(p.Status)
	_ = marshal(w, p) // an error here means that the client has left
}
