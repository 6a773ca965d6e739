package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"whystopped/internal/permissions"
)

// PermissionReport says which AWS permissions the service has, by place.
type PermissionReport struct {
	TriedAt time.Time `json:"triedAt" doc:"When they were tried last; the same answer is given for five minutes."`
	// Lacking are those that are missing anywhere.
	Lacking []string           `json:"lacking" doc:"The actions that are missing anywhere."`
	Places  []PlacePermissions `json:"places"`
	LeftOut int                `json:"leftOut" doc:"How many further accounts and Regions were not tried."`
}

// PlacePermissions are the permissions in one account and Region.
type PlacePermissions struct {
	Account     string       `json:"account" doc:"Empty where AWS did not tell."`
	Region      string       `json:"region"`
	Permissions []Permission `json:"permissions"`
}

// Permission is what is known of one.
type Permission struct {
	Action   string     `json:"action"`
	State    string     `json:"state" enum:"works,lacks,unknown"`
	Required bool       `json:"required" doc:"Whether most reports are empty without it."`
	Policy   string     `json:"policy" doc:"The file of the repository that allows it."`
	Without  string     `json:"without" doc:"What reports lack without it."`
	Tried    string     `json:"tried" doc:"The resource that the trial asked for; empty where it names none."`
	Detail   string     `json:"detail" doc:"How it is known, where that is not by the trial alone."`
	Refused  *time.Time `json:"refusedAt" doc:"When a real call was refused last, null where none was or one was allowed since."`
}

type permissionsOutput struct {
	Body PermissionReport
}

func (a *API) addPermissions(framework huma.API) {
	if a.opts.Permissions == nil {
		return
	}
	huma.Register(framework, huma.Operation{
		OperationID: "get-permissions", Method: http.MethodGet, Path: "/api/v1/permissions",
		Summary:     "Tell which AWS permissions the service lacks",
		Description: "Tries them by harmless calls for what does not exist, unless that was done within the last five minutes.",
		Responses:   responses("What is known of each permission, by account and Region"),
	}, handle(a, func(ctx context.Context, _ *struct{}) (*permissionsOutput, error) {
		r, err := a.opts.Permissions.Try(ctx, permissions.Fresh)
		if err != nil {
			return nil, err
		}
		return &permissionsOutput{permissionReport(r)}, nil
	}))
}

func permissionReport(r permissions.Report) PermissionReport {
	out := PermissionReport{TriedAt: r.At.UTC(), LeftOut: r.LeftOut, Lacking: []string{}, Places: []PlacePermissions{}}
	for _, p := range r.Lacking() {
		out.Lacking = append(out.Lacking, p.Action)
	}
	for _, place := range r.Places {
		told := PlacePermissions{Account: place.Account, Region: place.Region, Permissions: []Permission{}}
		for _, f := range place.Findings {
			p := Permission{
				Action: f.Action, State: string(f.State), Required: f.Required, Policy: f.File, Without: f.Without().English,
				Tried: f.Resource, Detail: f.Detail.English,
			}
			if !f.Refused.IsZero() {
				p.Refused = new(f.Refused.UTC())
			}
			told.Permissions = append(told.Permissions, p)
		}
		out.Places = append(out.Places, told)
	}
	return out
}
