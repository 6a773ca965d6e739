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
	Region   string    `query:"region" doc:"Only stops in this Region."`
	Cluster  string    `query:"cluster" doc:"Only stops in the cluster with this name."`
	Service  string    `query:"service" doc:"Only stops of the service with this name."`
	Cause    string    `query:"cause" doc:"Only this cause code."`
	Incident string    `query:"incident" doc:"Only stops of the incident with this ID."`
	Since    time.Time `query:"since" doc:"Only stops at this time or later."`
	Until    time.Time `query:"until" doc:"Only stops before this time."`
	Limit    int       `query:"limit" minimum:"1" maximum:"100" default:"20" doc:"Page size."`
	Cursor   string    `query:"cursor" doc:"Cursor of the next page: nextCursor of the previous response."`
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
	NextCursor *string `json:"nextCursor" doc:"Cursor of the next page; null on the last one."`
}

// Stop is one end: of a task, or of a service's try that never became a task.
type Stop struct {
	TaskARN string `json:"taskArn,omitempty" doc:"Omitted if no task was started."`
	TaskID  string `json:"taskId,omitempty"`
	Place
	TaskDefinitionARN string            `json:"taskDefinitionArn,omitempty"`
	StoppedAt         time.Time         `json:"stoppedAt"`
	Verdict           *diagnose.Verdict `json:"verdict,omitempty" doc:"Verdict of the newest diagnosis; omitted while the diagnosis is pending."`
	Diagnosis         string            `json:"diagnosis,omitempty" doc:"ID of the newest diagnosis."`
	Incident          string            `json:"incident,omitempty" doc:"ID of its incident; omitted if nothing failed."`
}

func (a *API) addStops(framework huma.API) {
	huma.Register(framework, huma.Operation{
		OperationID: "list-stops", Method: http.MethodGet, Path: "/api/v1/stops",
		Summary:     "List stops",
		Description: "Lists the stored stops that match every filter, newest first, including tasks that ECS no longer lists.",
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
