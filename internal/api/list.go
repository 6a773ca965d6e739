package api

import (
	"context"
	"net/http"
	"reflect"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"whystopped/internal/casebook"
	"whystopped/internal/diagnose"
	"whystopped/internal/problem"
)

type listInput struct {
	Task    string `query:"task" doc:"Diagnose this task instead of listing: the same as POST, without a body. Can't be combined with filters."`
	Refresh bool   `query:"refresh" doc:"With task: diagnose again even if a diagnosis is stored."`

	Filters
	Since   time.Time `query:"since" doc:"Only diagnoses made at this time or later."`
	Until   time.Time `query:"until" doc:"Only diagnoses made before this time."`
	Brought bool      `query:"brought" doc:"Only diagnoses of provided evidence, which are omitted otherwise."`
	Limit   int       `query:"limit" minimum:"1" maximum:"100" default:"20" doc:"Page size."`
	Cursor  string    `query:"cursor" doc:"Cursor of the next page: nextCursor of the previous response."`

	given map[string]bool
}

// Resolve implements huma.Resolver. It notes which parameters were given, and
// refuses those that contradict each other.
func (in *listInput) Resolve(ctx huma.Context) []error {
	address := ctx.URL()
	in.given = map[string]bool{}
	for name := range address.Query() {
		in.given[name] = true
	}
	if !in.given["task"] {
		if in.given["refresh"] {
			return []error{&huma.ErrorDetail{Location: "query.refresh", Message: "refresh goes with task"}}
		}
		return nil
	}
	for name := range in.given {
		if name != "task" && name != "refresh" {
			return []error{&huma.ErrorDetail{Location: "query." + name, Message: "a filter does not go with task"}}
		}
	}
	return nil
}

// Filters are the parameters by which diagnoses and incidents are chosen.
type Filters struct {
	Account  string       `query:"account" doc:"Only tasks in this AWS account."`
	Region   string       `query:"region" doc:"Only tasks in this Region."`
	Cluster  string       `query:"cluster" doc:"Only tasks in the cluster with this name."`
	Service  string       `query:"service" doc:"Only tasks of the service with this name."`
	Cause    string       `query:"cause" doc:"Only this cause code."`
	Category category     `query:"category" doc:"Only this category."`
	Identity identityKind `query:"identity" doc:"Only this identity."`
}

// between is the filter with bounds in time.
func (f Filters) between(since, until time.Time) casebook.Filter {
	return casebook.Filter{
		Account: f.Account, Region: f.Region, Cluster: f.Cluster, Service: f.Service,
		Cause: f.Cause, Category: f.Category.value(), Identity: f.Identity.value(),
		Since: since, Until: until,
	}
}

// DiagnosisList is one page of kept diagnoses, newest first.
type DiagnosisList struct {
	Items      []diagnose.Diagnosis `json:"items"`
	NextCursor *string              `json:"nextCursor" doc:"Cursor of the next page; null on the last one."`
}

func (a *API) addList(framework huma.API) {
	ok := responses("The stored diagnoses, newest first; with task, one Diagnosis", problem.Invalid, casebook.InvalidFilter, casebook.NotAReference, casebook.UnknownTask, casebook.NotAllowed, casebook.NoCredentials, casebook.BadCredentials, casebook.Refused, casebook.Unreachable, casebook.Busy, problem.NotAcceptable)
	schemas := framework.OpenAPI().Components.Schemas
	ok["200"].Content = map[string]*huma.MediaType{typeJSON: {Schema: &huma.Schema{OneOf: []*huma.Schema{
		schemas.Schema(reflect.TypeFor[DiagnosisList](), true, ""),
		schemas.Schema(reflect.TypeFor[diagnose.Diagnosis](), true, ""),
	}}}}
	huma.Register(framework, huma.Operation{
		OperationID: "list-diagnoses", Method: http.MethodGet, Path: diagnosesPath,
		Summary:     "List stored diagnoses, or diagnose without a body",
		Description: "Lists the stored diagnoses that match every filter, newest first; a page ends early if it would exceed 4 MiB. Diagnoses of provided evidence are listed only with brought=true. With task=REF, diagnoses that task.",
		Responses:   inForms(framework, ok),
		Middlewares: a.negotiate(framework, listForms),
	}, handle(a, a.list))
}

// listForms are those of a diagnosis where one is asked for; a list is JSON.
func listForms(ctx huma.Context) []string {
	address := ctx.URL()
	if address.Query().Has("task") {
		return diagnosisForms(ctx)
	}
	return []string{typeJSON}
}

func (a *API) list(ctx context.Context, in *listInput) (*diagnosisOutput, error) {
	if in.given["task"] {
		ref, err := casebook.Reference(in.Task)
		if err != nil {
			return nil, err
		}
		d, err := a.opts.Casebook.Diagnose(ctx, ref, in.Refresh)
		return give(ctx, d, err)
	}
	filter := in.between(in.Since, in.Until)
	filter.Brought = in.Brought
	page, err := a.opts.Casebook.List(ctx, filter, in.Cursor, in.Limit)
	if err != nil {
		return nil, err
	}
	body := DiagnosisList{Items: page.Diagnoses}
	if body.Items == nil {
		body.Items = []diagnose.Diagnosis{}
	}
	body.NextCursor = cursorOf(page.Next)
	return &diagnosisOutput{typeJSON, body}, nil
}

// cursorOf is null where no page follows.
func cursorOf(next string) *string {
	if next == "" {
		return nil
	}
	return &next
}
