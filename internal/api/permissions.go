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
	TriedAt time.Time `json:"triedAt" doc:"When they were last tested; results are cached for five minutes."`
	// Lacking are those that are missing anywhere.
	Lacking []string           `json:"lacking" doc:"Actions missing in any account or Region."`
	Places  []PlacePermissions `json:"places"`
	LeftOut int                `json:"leftOut" doc:"Number of other accounts and Regions that weren't tested."`
}

// PlacePermissions are the permissions in one account and Region.
type PlacePermissions struct {
	Account     string       `json:"account" doc:"Empty if unknown."`
	Region      string       `json:"region"`
	Permissions []Permission `json:"permissions"`
}

// Permission is what is known of one.
type Permission struct {
	Action   string     `json:"action"`
	State    string     `json:"state" enum:"works,lacks,unknown"`
	Required bool       `json:"required" doc:"Whether most reports need it."`
	Policy   string     `json:"policy" doc:"Policy file in the repository that allows it."`
	Without  string     `json:"without" doc:"What reports lack without it."`
	Tried    string     `json:"tried" doc:"Resource that the test call named; empty if none."`
	Detail   string     `json:"detail" doc:"How the result is known, if not from the test call alone."`
	Refused  *time.Time `json:"refusedAt" doc:"When a real call was last denied; null if none was, or one was allowed since."`
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
		Summary:     "List the AWS permissions of the service, and which are missing",
		Description: "Tests them with calls for non-existent resources, at most every five minutes.",
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
