package api

import (
	"context"
	"errors"
	"net/http"
	"reflect"

	"github.com/danielgtaylor/huma/v2"

	"whystopped/internal/casebook"
	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/problem"
)

// evaluateInput takes the body as it came: what AWS wrote in it follows AWS's
// rules and not those of our schema, so the evidence has a decoder of its own.
type evaluateInput struct {
	RawBody []byte
}

// Evidence describes the request for the document. evidence.Decode reads it.
type Evidence struct {
	Task           awsObject   `json:"task,omitempty" doc:"A task as DescribeTasks or the AWS CLI prints it, complete or not, or the whole output if it has one task. Times are RFC 3339 or seconds since 1970."`
	Event          awsObject   `json:"event,omitempty" doc:"Instead of task: an EventBridge event whose detail is the task."`
	TaskDefinition awsObject   `json:"taskDefinition,omitempty" doc:"The task definition as DescribeTaskDefinition prints it."`
	Logs           []Log       `json:"logs,omitempty" doc:"Logs of the containers."`
	CloudTrail     []awsObject `json:"cloudtrail,omitempty" doc:"CloudTrail records, as in a trail's file or as LookupEvents prints them."`
	ServiceEvents  []timedText `json:"serviceEvents,omitempty" doc:"Service events, as text or as DescribeServices prints them."`
	Text           string      `json:"text,omitempty" doc:"Any other text: an error message, a log excerpt, a JSON event."`
}

// Log is the log of one container.
type Log struct {
	Container string      `json:"container,omitempty" doc:"Name of the container."`
	Lines     []timedText `json:"lines,omitempty" doc:"Log lines, oldest first."`
	Group     string      `json:"group,omitempty" doc:"Log group."`
	Stream    string      `json:"stream,omitempty" doc:"Log stream."`
	Region    string      `json:"region,omitempty" doc:"Region of the log group."`
	Truncated bool        `json:"truncated,omitempty" doc:"Whether older lines were left out."`
}

// awsObject is an object whose properties AWS defines.
type awsObject struct{}

// Schema implements huma.SchemaProvider.
func (awsObject) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeObject, AdditionalProperties: true}
}

// timedText is a text, or a text with its time.
type timedText struct{}

// Schema implements huma.SchemaProvider.
func (timedText) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{OneOf: []*huma.Schema{
		{Type: huma.TypeString},
		{Type: huma.TypeObject, AdditionalProperties: false, Required: []string{"text"}, Properties: map[string]*huma.Schema{
			"at":   {Type: huma.TypeString, Format: "date-time"},
			"text": {Type: huma.TypeString},
		}},
	}}
}

// sampleEvidence is the example of the document.
var sampleEvidence = map[string]any{
	"task": map[string]any{
		"stopCode":      "TaskFailedToStart",
		"stoppedReason": "ResourceInitializationError: unable to pull secrets or registry auth: AccessDeniedException: User: arn:aws:sts::111122223333:assumed-role/api-execution/0123456789abcdef0123456789abcdef is not authorized to perform: secretsmanager:GetSecretValue on resource: arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-password because no identity-based policy allows the secretsmanager:GetSecretValue action",
	},
}

func (a *API) addEvaluate(framework huma.API) {
	schema := framework.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[Evidence](), true, "")
	huma.Register(framework, huma.Operation{
		OperationID: "evaluate", Method: http.MethodPost, Path: "/api/v1/evaluate",
		Summary:     "Diagnose provided evidence",
		Description: "Makes no call to AWS. Provide at least one field. Unknown fields of ours are errors; unknown properties of AWS's objects are ignored. The response has brought true and who provided the evidence; beyond a quota, it isn't stored (kept is false) and has no id.",
		RequestBody: &huma.RequestBody{Content: map[string]*huma.MediaType{typeJSON: {Schema: schema, Example: sampleEvidence}}},
		Responses:   inForms(framework, responses("The diagnosis", problem.Malformed, casebook.InvalidEvidence, casebook.TooMany, casebook.Busy, problem.TooLarge, problem.MediaType, problem.NotAcceptable)),

		Middlewares:      a.negotiate(framework, diagnosisForms),
		SkipValidateBody: true, MaxBodyBytes: maxBody + 1, BodyReadTimeout: bodyTimeout,
	}, handle(a, func(ctx context.Context, in *evaluateInput) (*diagnosisOutput, error) {
		d, err := a.opts.Casebook.EvaluateJSON(ctx, in.RawBody)
		if e, ok := errors.AsType[*evidence.DecodeError](err); ok {
			return nil, unusable(e)
		}
		return give(ctx, d, err)
	}))
}

// unusable tells a body that is no JSON from evidence that cannot be used.
func unusable(e *evidence.DecodeError) error {
	kind := casebook.InvalidEvidence
	if e.Malformed {
		kind = problem.Malformed
	}
	return problem.New(kind, nil, casebook.WithoutSecrets(e.Said))
}
