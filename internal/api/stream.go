package api

import (
	"context"
	"net/http"
	"reflect"

	"github.com/danielgtaylor/huma/v2"

	"whystopped/internal/casebook"
	"whystopped/internal/diagnose"
	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/problem"
)

type streamInput struct {
	Task    string `query:"task" required:"true" example:"prod/0123456789abcdef0123456789abcdef" doc:"The task, as for POST /api/v1/diagnoses."`
	Refresh bool   `query:"refresh" doc:"Diagnose again even if a diagnosis is stored."`
	Brief   bool   `query:"brief" doc:"End with the event kept, which has only the diagnosis ID, instead of diagnosis."`
}

// KeptDiagnosis is the data of the event "kept".
type KeptDiagnosis struct {
	ID string `json:"id" doc:"Where GET /api/v1/diagnoses/{id} has it."`
}

// SourceStep is the data of the event "source": a line of a Diagnosis's
// sources, also while the source is still being asked.
type SourceStep evidence.Source

// sourceStarted is the status of a source that is being asked; after it comes
// one of those of a Diagnosis's sources.
const sourceStarted evidence.SourceStatus = "started"

// The names of the events. Each has its own type of data.
const (
	eventSource    = "source"
	eventVerdict   = "verdict"
	eventDiagnosis = "diagnosis"
	eventKept      = "kept" // instead of diagnosis, for who wants no more than the progress
	eventProblem   = "problem"
)

func (a *API) addStream(framework huma.API) {
	ok := responses("Server-sent events: source when each source starts, finishes, or fails; verdict for the result so far; "+
		"and finally diagnosis (kept with brief), or problem if it failed. A stored diagnosis is sent immediately. Lines that start with a colon keep the connection open.", problem.Invalid)
	ok["200"].Content = map[string]*huma.MediaType{"text/event-stream": {Schema: eventSchema(framework.OpenAPI().Components.Schemas), Example: sampleStream}}
	huma.Register(framework, huma.Operation{
		OperationID: "stream-diagnosis", Method: http.MethodGet, Path: diagnosesPath + "/stream",
		Summary: "Diagnose a stopped task and stream the progress",
		Description: "The same as POST /api/v1/diagnoses, as server-sent events. Errors after the request was parsed are sent as the event problem, not as the status. " +
			"Clients that follow the same task share one diagnosis; late ones receive the earlier events. Close the stream at its end: a browser's EventSource reconnects otherwise.",
		Responses: ok,
	}, handle(a, a.stream))
}

const sampleStream = `event: source
data: {"name":"ecs:DescribeTasks","status":"started","calls":0,"tookMs":0,"missingPermission":null}

event: source
data: {"name":"ecs:DescribeTasks","status":"ok","calls":1,"tookMs":41,"missingPermission":null}

event: diagnosis
data: {"id":"…","verdict":{"cause":"startup.secretsmanager.denied", …}, …}

`

// eventSchema describes the stream as a list of its events.
func eventSchema(schemas huma.Registry) *huma.Schema {
	var kinds []*huma.Schema
	for _, event := range []struct {
		name string
		data reflect.Type
	}{
		{eventSource, reflect.TypeFor[SourceStep]()},
		{eventVerdict, reflect.TypeFor[diagnose.Verdict]()},
		{eventDiagnosis, reflect.TypeFor[diagnose.Diagnosis]()},
		{eventKept, reflect.TypeFor[KeptDiagnosis]()},
		{eventProblem, reflect.TypeFor[huma.ErrorModel]()},
	} {
		kinds = append(kinds, &huma.Schema{Type: huma.TypeObject, Required: []string{"event", "data"}, Properties: map[string]*huma.Schema{
			"event": {Type: huma.TypeString, Enum: enum(event.name)},
			"data":  schemas.Schema(event.data, true, ""),
		}})
	}
	return &huma.Schema{Type: huma.TypeArray, Items: &huma.Schema{OneOf: kinds}}
}

func (a *API) follow(ctx context.Context, in *streamInput, tell func(casebook.Step)) (diagnose.Diagnosis, error) {
	ref, err := casebook.Reference(in.Task)
	if err != nil {
		return diagnose.Diagnosis{}, err
	}
	return a.opts.Casebook.Follow(ctx, ref, in.Refresh, tell)
}

// stream follows a diagnosis. Who leaves is not waited for; the diagnosis is
// made all the same, and kept.
func (a *API) stream(_ context.Context, in *streamInput) (*huma.StreamResponse, error) {
	return &huma.StreamResponse{Body: func(request huma.Context) {
		out := openEvents(request)
		if request.Method() == http.MethodHead {
			return
		}
		ctx, leave := context.WithCancel(request.Context())
		defer leave()
		defer out.keepOpen(leave)()
		d, err := a.follow(ctx, in, func(s casebook.Step) {
			if err := out.send(eventOf(s)); err != nil {
				leave()
			}
		})
		if err != nil {
			out.send(eventProblem, a.problemOf(ctx, err)) // an error means that the client has left
			return
		}
		if in.Brief {
			out.send(eventKept, KeptDiagnosis{d.ID})
			return
		}
		out.send(eventDiagnosis, d)
	}}, nil
}

func eventOf(s casebook.Step) (name string, data any) {
	if s.Verdict != nil {
		return eventVerdict, s.Verdict
	}
	source := SourceStep(*s.Source)
	if source.Status == "" {
		source.Status = sourceStarted
	}
	return eventSource, source
}
