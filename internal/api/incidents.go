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
	Since   time.Time `query:"since" doc:"Only incidents that opened at this time or later."`
	Until   time.Time `query:"until" doc:"Only incidents that opened before this time."`
	GoingOn bool      `query:"goingOn" doc:"Only those that are not over."`
	Limit   int       `query:"limit" minimum:"1" maximum:"100" default:"20" doc:"How many to give."`
	Cursor  string    `query:"cursor" doc:"Where to go on: nextCursor of the page before."`
}

type incidentsOutput struct {
	Body IncidentList
}

// IncidentList is one page of incidents, the one that opened last first.
type IncidentList struct {
	Items      []KeptIncident `json:"items"`
	NextCursor *string        `json:"nextCursor" doc:"The cursor of the page that follows; null on the last."`
}

type incidentInput struct {
	ID string `path:"id" doc:"The id of an incident."`
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
	Group     string `json:"group,omitempty" doc:"What ECS calls the task's group: service:NAME, or family:NAME for tasks of their own."`
}

func placeOf(p taskref.Ref) Place {
	return Place{Partition: p.Partition, Account: p.Account, Region: p.Region, Cluster: p.Cluster, Group: p.Group}
}

// KeptIncident is stops of one place and revision, of one cause, as long as they
// go on.
type KeptIncident struct {
	ID string `json:"id"`
	Place
	TaskDefinitionARN string           `json:"taskDefinitionArn,omitempty" doc:"The revision whose tasks stop."`
	Verdict           diagnose.Verdict `json:"verdict"`
	Diagnosis         string           `json:"diagnosis" doc:"The id of the diagnosis that tells most."`
	Count             int              `json:"count" doc:"How many stops it has."`
	First             time.Time        `json:"first" doc:"When the first one was."`
	Last              time.Time        `json:"last" doc:"When the last one was, so far."`
	RatePerHour       float64          `json:"ratePerHour" doc:"How many stops an hour, between the first and the last; 0 as long as there is only one."`
	Opened            time.Time        `json:"opened" doc:"When it became known."`
	OverAt            time.Time        `json:"overAt" doc:"From this time on it is over, unless something stops alike before."`
	Into              string           `json:"into,omitempty" doc:"The id of the incident that this one turned out to be a part of."`
}

// IncidentReport is an incident with what stands around it.
type IncidentReport struct {
	KeptIncident
	FirstBad  *Revision         `json:"firstBadRevision,omitempty" doc:"The first revision since the last good one whose tasks stopped alike."`
	LastGood  *Revision         `json:"lastGoodRevision,omitempty" doc:"The last revision before that ran as it should; left out where none is known."`
	Compared  bool              `json:"compared" doc:"Whether both revisions' definitions are known, so that changes says all that ECS would show."`
	Changes   []revision.Change `json:"changes" doc:"What differs between the last good and the first bad revision."`
	Users     []RoleUser        `json:"roleUsers" doc:"Other places whose tasks use the role at fault."`
	Stops     []Stop            `json:"stops" doc:"The newest stops."`
	MoreStops bool              `json:"moreStops" doc:"Whether there are older ones; /api/v1/stops?incident=ID lists them all."`
}

// Revision is what is known of how the tasks of one revision fare.
type Revision struct {
	TaskDefinitionARN string    `json:"taskDefinitionArn"`
	FirstSeen         time.Time `json:"firstSeen" doc:"When a task of it first stopped or was first seen to run."`
	LastSeen          time.Time `json:"lastSeen"`
	Good              time.Time `json:"good,omitzero" doc:"When a task of it last ran, or ended, as it should; left out for never."`
	ExecutionRoleARN  string    `json:"executionRoleArn,omitempty"`
	TaskRoleARN       string    `json:"taskRoleArn,omitempty"`
}

// RoleUser is a place whose tasks use a role.
type RoleUser struct {
	Place
	TaskDefinitionARN string    `json:"taskDefinitionArn" doc:"The newest revision there that uses the role."`
	LastSeen          time.Time `json:"lastSeen"`
}

func (a *API) addIncidents(framework huma.API) {
	huma.Register(framework, huma.Operation{
		OperationID: "list-incidents", Method: http.MethodGet, Path: incidentsPath,
		Summary:     "List incidents",
		Description: "An incident is stops of one service and revision, of one cause, as long as they go on. Lists those that pass every filter, the one that opened last first.",
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
		Summary:     "Get an incident with its revisions, what changed, and who else is affected",
		Description: "One that turned out to be a part of another is still given, with the other's id as into, and with nothing around it.",
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
