package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"whystopped/internal/casebook"
	"whystopped/internal/diagnose"
	"whystopped/internal/problem"
	"whystopped/internal/taskref"
)

type stopsInput struct {
	Account  string    `query:"account" doc:"Only stops in this AWS account."`
	Region   string    `query:"region" doc:"Only stops in this region."`
	Cluster  string    `query:"cluster" doc:"Only stops in the cluster of this name."`
	Service  string    `query:"service" doc:"Only stops of the service of this name."`
	Cause    string    `query:"cause" doc:"Only this cause, as the catalogue has it."`
	Incident string    `query:"incident" doc:"Only stops of the incident with this id."`
	Since    time.Time `query:"since" doc:"Only what stopped at this time or later."`
	Until    time.Time `query:"until" doc:"Only what stopped before this time."`
	Limit    int       `query:"limit" minimum:"1" maximum:"100" default:"20" doc:"How many to give."`
	Cursor   string    `query:"cursor" doc:"Where to go on: nextCursor of the page before."`
}

func (in *stopsInput) filter() casebook.StopFilter {
	return casebook.StopFilter{
		Place:    taskref.Ref{Account: in.Account, Region: in.Region, Cluster: in.Cluster, Group: taskref.ServiceGroup(in.Service)},
		Incident: in.Incident, Cause: in.Cause, Since: in.Since, Until: in.Until,
	}
}

type stopsOutput struct {
	Body StopList
}

// StopList is one page of stops, newest first.
type StopList struct {
	Items      []Stop  `json:"items"`
	NextCursor *string `json:"nextCursor" doc:"The cursor of the page that follows; null on the last."`
}

// Stop is one end: of a task, or of a service's try that never became a task.
type Stop struct {
	TaskARN string `json:"taskArn,omitempty" doc:"Left out where there never was a task."`
	TaskID  string `json:"taskId,omitempty"`
	Place
	TaskDefinitionARN string            `json:"taskDefinitionArn,omitempty"`
	StoppedAt         time.Time         `json:"stoppedAt"`
	Verdict           *diagnose.Verdict `json:"verdict,omitempty" doc:"That of the newest diagnosis; left out as long as the diagnosis is owed."`
	Diagnosis         string            `json:"diagnosis,omitempty" doc:"The id of the newest diagnosis."`
	Incident          string            `json:"incident,omitempty" doc:"The id of what it is one of; left out where nothing failed."`
}

func (a *API) addStops(framework huma.API) {
	huma.Register(framework, huma.Operation{
		OperationID: "list-stops", Method: http.MethodGet, Path: "/api/v1/stops",
		Summary:     "List what stopped",
		Description: "Lists the stops that are kept and pass every filter, newest first, also those of tasks that ECS has forgotten.",
		Responses:   responses("The stops, newest first", problem.Invalid, casebook.InvalidFilter),
	}, handle(a, func(ctx context.Context, in *stopsInput) (*stopsOutput, error) {
		page, err := a.opts.Casebook.Stops(ctx, in.filter(), in.Cursor, in.Limit)
		if err != nil {
			return nil, err
		}
		return &stopsOutput{StopList{Items: each(page.Stops, stopOf), NextCursor: cursorOf(page.Next)}}, nil
	}))
}

func stopOf(s casebook.Stop) Stop {
	out := Stop{
		TaskID: s.Ref.TaskID, Place: placeOf(s.Ref), TaskDefinitionARN: s.Revision,
		StoppedAt: s.At.UTC(), Diagnosis: s.Diagnosis, Incident: s.Incident,
	}
	if s.Ref.TaskID != "" {
		out.TaskARN = s.Ref.ARN()
	}
	if s.Diagnosis != "" {
		out.Verdict = &s.Verdict
	}
	return out
}
