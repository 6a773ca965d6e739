package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"whystopped/internal/casebook"
	"whystopped/internal/diagnose"
	"whystopped/internal/diagnose/revision"
	"whystopped/internal/problem"
	"whystopped/internal/taskref"
)

const incidentsPath = "/api/v1/incidents"

type incidentsInput struct {
	Filters
	Since   time.Time `query:"since" doc:"Only incidents opened at this time or later."`
	Until   time.Time `query:"until" doc:"Only incidents opened before this time."`
	GoingOn bool      `query:"goingOn" doc:"Only ongoing incidents."`
	Limit   int       `query:"limit" minimum:"1" maximum:"100" default:"20" doc:"Page size."`
	Cursor  string    `query:"cursor" doc:"Cursor of the next page: nextCursor of the previous response."`
}

type incidentsOutput struct {
	Body IncidentList
}

// IncidentList is one page of incidents, the one that opened last first.
type IncidentList struct {
	Items      []KeptIncident `json:"items"`
	NextCursor *string        `json:"nextCursor" doc:"Cursor of the next page; null on the last one."`
}

type incidentInput struct {
	ID string `path:"id" doc:"ID of an incident."`
}

type incidentOutput struct {
	Body IncidentReport
}

// Place is a cluster and what of it is meant.
type Place struct {
	Partition string `json:"partition,omitempty"`
	Account   string `json:"account,omitempty"`
	Region    string `json:"region,omitempty"`
	Cluster   string `json:"cluster,omitempty"`
	Group     string `json:"group,omitempty" doc:"The task's group in ECS: service:NAME, or family:NAME for standalone tasks."`
}

func placeOf(p taskref.Ref) Place {
	return Place{Partition: p.Partition, Account: p.Account, Region: p.Region, Cluster: p.Cluster, Group: p.Group}
}

// KeptIncident is stops of one place and revision, of one cause, as long as they
// go on.
type KeptIncident struct {
	ID string `json:"id"`
	Place
	TaskDefinitionARN string           `json:"taskDefinitionArn,omitempty" doc:"Task definition revision whose tasks stop."`
	Verdict           diagnose.Verdict `json:"verdict"`
	Diagnosis         string           `json:"diagnosis" doc:"ID of the most complete diagnosis."`
	Count             int              `json:"count" doc:"Number of stops."`
	First             time.Time        `json:"first" doc:"Time of the first stop."`
	Last              time.Time        `json:"last" doc:"Time of the last stop so far."`
	RatePerHour       float64          `json:"ratePerHour" doc:"Stops per hour between the first and the last; 0 with only one."`
	Opened            time.Time        `json:"opened" doc:"When the incident was opened."`
	OverAt            time.Time        `json:"overAt" doc:"When the incident resolves, unless another task stops for the same reason before."`
	Into              string           `json:"into,omitempty" doc:"ID of the incident that this one was merged into."`
}

// IncidentReport is an incident with what stands around it.
type IncidentReport struct {
	KeptIncident
	FirstBad  *Revision         `json:"firstBadRevision,omitempty" doc:"First revision since the last healthy one whose tasks stopped for the same reason."`
	LastGood  *Revision         `json:"lastGoodRevision,omitempty" doc:"Last healthy revision before that; omitted if unknown."`
	Compared  bool              `json:"compared" doc:"Whether both revisions' definitions are known, so that changes is complete."`
	Changes   []revision.Change `json:"changes" doc:"Differences between the last healthy and the first bad revision."`
	Users     []RoleUser        `json:"roleUsers" doc:"Other services whose tasks use the denied role."`
	Stops     []Stop            `json:"stops" doc:"The newest stops."`
	MoreStops bool              `json:"moreStops" doc:"Whether there are older ones; /api/v1/stops?incident=ID lists them all."`
}

// Revision is what is known of how the tasks of one revision fare.
type Revision struct {
	TaskDefinitionARN string    `json:"taskDefinitionArn"`
	FirstSeen         time.Time `json:"firstSeen" doc:"When one of its tasks was first seen running or stopped."`
	LastSeen          time.Time `json:"lastSeen"`
	Good              time.Time `json:"good,omitzero" doc:"When one of its tasks was last healthy or exited normally; omitted if never."`
	ExecutionRoleARN  string    `json:"executionRoleArn,omitempty"`
	TaskRoleARN       string    `json:"taskRoleArn,omitempty"`
}

// RoleUser is a place whose tasks use a role.
type RoleUser struct {
	Place
	TaskDefinitionARN string    `json:"taskDefinitionArn" doc:"Newest revision of it that uses the role."`
	LastSeen          time.Time `json:"lastSeen"`
}

func (a *API) addIncidents(framework huma.API) {
	huma.Register(framework, huma.Operation{
		OperationID: "list-incidents", Method: http.MethodGet, Path: incidentsPath,
		Summary:     "List incidents",
		Description: "An incident is the tasks of one service revision that stop for the same reason. Lists the incidents that match every filter, newest first.",
		Responses:   responses("The incidents, the one that opened last first", problem.Invalid, casebook.InvalidFilter),
	}, handle(a, func(ctx context.Context, in *incidentsInput) (*incidentsOutput, error) {
		page, err := a.opts.Casebook.Incidents(ctx, in.between(in.Since, in.Until), in.GoingOn, in.Cursor, in.Limit)
		if err != nil {
			return nil, err
		}
		return &incidentsOutput{IncidentList{Items: each(page.Incidents, incidentOf), NextCursor: cursorOf(page.Next)}}, nil
	}))

	huma.Register(framework, huma.Operation{
		OperationID: "get-incident", Method: http.MethodGet, Path: incidentsPath + "/{id}",
		Summary:     "Get an incident with its revisions, changes, and other users of the role",
		Description: "An incident that was merged into another is returned with the other's ID in into, without details.",
		Responses:   responses("The incident and what stands around it", casebook.UnknownIncident),
	}, handle(a, func(ctx context.Context, in *incidentInput) (*incidentOutput, error) {
		r, err := a.opts.Casebook.IncidentReport(ctx, in.ID)
		if err != nil {
			return nil, err
		}
		return &incidentOutput{reportOf(r)}, nil
	}))
}

func incidentOf(in casebook.Incident) KeptIncident {
	return KeptIncident{
		ID: in.ID, Place: placeOf(in.Place), TaskDefinitionARN: in.Revision,
		Verdict: in.Verdict, Diagnosis: in.Diagnosis,
		Count: in.Count, First: in.First.UTC(), Last: in.Last.UTC(), RatePerHour: in.Rate(),
		Opened: in.Opened.UTC(), OverAt: in.Last.Add(casebook.IncidentGap).UTC(), Into: in.Into,
	}
}

func reportOf(r casebook.IncidentReport) IncidentReport {
	return IncidentReport{
		KeptIncident: incidentOf(r.Incident),
		FirstBad:     revisionOf(r.FirstBad), LastGood: revisionOf(r.LastGood),
		Compared: r.Compared, Changes: each(r.Changes, func(c revision.Change) revision.Change { return c }),
		Users: each(r.Users, func(u casebook.RoleUser) RoleUser {
			return RoleUser{Place: placeOf(u.Place), TaskDefinitionARN: u.Revision, LastSeen: u.LastSeen.UTC()}
		}),
		Stops: each(r.Stops, stopOf), MoreStops: r.MoreStops,
	}
}

func revisionOf(r *casebook.Revision) *Revision {
	if r == nil {
		return nil
	}
	return &Revision{
		TaskDefinitionARN: r.ARN, FirstSeen: r.FirstSeen.UTC(), LastSeen: r.LastSeen.UTC(), Good: r.Good.UTC(),
		ExecutionRoleARN: r.ExecutionRole, TaskRoleARN: r.TaskRole,
	}
}

// each turns every item of a list into its public form. The list that comes out
// is never nil: clients loop over it without asking first.
func each[In, Out any](list []In, form func(In) Out) []Out {
	out := make([]Out, 0, len(list))
	for _, item := range list {
		out = append(out, form(item))
	}
	return out
}
