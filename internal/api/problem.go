package api

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"

	"whystopped/internal/problem"
	"whystopped/internal/words"
)

// typePrefix makes the stable type of a problem from its kind.
const typePrefix = "urn:whystopped:problem:"

// kindOfStatus is the kind for a problem that the framework found.
func kindOfStatus(status int) problem.Kind {
	for _, kind := range []problem.Kind{
		problem.Malformed, problem.Unauthorized, problem.NotFound, problem.MethodNotAllowed, problem.NotAcceptable,
		problem.RequestTimeout, problem.TooLarge, problem.MediaType, problem.Invalid,
	} {
		if kind.Status() == status {
			return kind
		}
	}
	return problem.Internal
}

// details returns the problem details of a kind.
func details(kind problem.Kind, detail string, found []*huma.ErrorDetail) *huma.ErrorModel {
	title := words.English().Word("problem", string(kind), "label")
	return &huma.ErrorModel{Type: typePrefix + string(kind), Title: title, Status: kind.Status(), Detail: detail, Errors: found}
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
	return p.Type == typePrefix+string(problem.Busy) || p.Type == typePrefix+string(problem.TooMany)
}

func (a *API) problemOf(ctx context.Context, err error) *huma.ErrorModel {
	e, known := errors.AsType[*problem.Error](err)
	switch {
	case known && e.Kind.Status() >= http.StatusInternalServerError:
		a.opts.Log.WarnContext(ctx, "no answer can be had now", "kind", string(e.Kind), "error", err)
		return details(e.Kind, e.Message, nil)
	case known && e.Kind.Status() != 0:
		return details(e.Kind, e.Message, nil)
	case errors.Is(err, context.Canceled):
		return details(problem.Abandoned, words.Say("problem.abandoned", nil).English, nil)
	}
	a.opts.Log.ErrorContext(ctx, "request failed", "error", err)
	return internalProblem(ctx)
}

func internalProblem(ctx context.Context) *huma.ErrorModel {
	detail := words.Say("problem.internal-error", words.Args{"request": middleware.GetReqID(ctx)})
	return details(problem.Internal, detail.English, nil)
}

// Problem answers a request that was refused before it got here. The kind is one
// of those above; headers that belong to the refusal are set already.
func Problem(w http.ResponseWriter, r *http.Request, status int, kind string, detail words.Text) {
	p := details(problem.Kind(kind), detail.English, nil)
	p.Status = status
	tell(w, r, p)
}

// NotFound answers for an address below /api that does not exist.
func NotFound(w http.ResponseWriter, r *http.Request) {
	tell(w, r, details(problem.NotFound, words.Say("problem.not-found", words.Args{"path": r.URL.Path}).English, nil))
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
	w.Header().Set("Allow", strings.Join(allowed, ", "))
	detail := words.Say("problem.method-not-allowed", words.Args{"method": r.Method, "methods": allowed})
	tell(w, r, details(problem.MethodNotAllowed, detail.English, nil))
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
