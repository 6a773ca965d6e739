package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"whystopped/internal/casebook"
	"whystopped/internal/problem"
)

const diagnosesPath = "/api/v1/diagnoses"

// sampleTask is the reference in the document's examples.
const sampleTask = "arn:aws:ecs:eu-west-1:111122223333:task/web/0123456789abcdef0123456789abcdef"

type diagnoseInput struct {
	Body diagnoseRequest
}

type diagnoseRequest struct {
	Task    string `json:"task" doc:"The task's ARN, its AWS console URL, CLUSTER/ID in the default Region, or a service's ARN, which means its newest failed task."`
	Refresh bool   `json:"refresh,omitempty" doc:"Diagnose again even if a diagnosis is stored."`
}

type idInput struct {
	ID string `path:"id" doc:"ID of a stored diagnosis."`
}

func (a *API) addDiagnoses(framework huma.API) {
	huma.Register(framework, huma.Operation{
		OperationID: "diagnose", Method: http.MethodPost, Path: diagnosesPath,
		Summary:     "Diagnose a stopped task",
		Description: "Reads the task's evidence in AWS and returns why it stopped. Returns the stored diagnosis of a stopped task unless refresh is set.",
		RequestBody: &huma.RequestBody{Content: map[string]*huma.MediaType{typeJSON: {Example: map[string]any{"task": sampleTask}}}},
		Responses:   inForms(framework, responses("The diagnosis", problem.Malformed, problem.Invalid, casebook.NotAReference, casebook.UnknownTask, casebook.NotAllowed, casebook.NoCredentials, casebook.BadCredentials, casebook.Refused, casebook.Unreachable, casebook.Busy, problem.TooLarge, problem.MediaType, problem.NotAcceptable)),

		Middlewares:  a.negotiate(framework, diagnosisForms),
		MaxBodyBytes: maxBody + 1, BodyReadTimeout: bodyTimeout,
	}, handle(a, func(ctx context.Context, in *diagnoseInput) (*diagnosisOutput, error) {
		ref, err := casebook.Reference(in.Body.Task)
		if err != nil {
			return nil, err
		}
		d, err := a.opts.Casebook.Diagnose(ctx, ref, in.Body.Refresh)
		return give(ctx, d, err)
	}))

	huma.Register(framework, huma.Operation{
		OperationID: "get-diagnosis", Method: http.MethodGet, Path: diagnosesPath + "/{id}",
		Summary:   "Get a stored diagnosis",
		Responses: inForms(framework, responses("The diagnosis, unchanged since it was made", casebook.UnknownDiagnosis, problem.NotAcceptable)),

		Middlewares: a.negotiate(framework, diagnosisForms),
	}, handle(a, func(ctx context.Context, in *idInput) (*diagnosisOutput, error) {
		d, err := a.opts.Casebook.Get(ctx, in.ID)
		return give(ctx, d, err)
	}))
}
