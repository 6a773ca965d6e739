package web

import (
	"net/http"

	"whystopped/internal/permissions"
	"whystopped/internal/words"
)

// PermissionsPage says which AWS permissions the service has.
type PermissionsPage struct {
	Page
	At     *moment
	Lead   string
	Places []permittedPlace
	// LeftOut says how many places were not tried; "" where all were.
	LeftOut string
}

// permittedPlace is an account and a Region with what is known there, worst
// first.
type permittedPlace struct {
	Name   string
	Groups []permissionGroup
}

// permissionGroup are the permissions of one state.
type permissionGroup struct {
	Heading string
	Rows    []permissionRow
}

// permissionRow is one permission.
type permissionRow struct {
	Action, File string
	// Need says how much is lost without it: most reports, or Without alone.
	Need    string
	Without string // only where it is missing or may be
	Tried   string
	Detail  string
	Refused *moment
}

// permissionStates are the states in the order of the page.
var permissionStates = []permissions.State{permissions.Lacks, permissions.Unknown, permissions.Works}

func (s *Site) permissions(w http.ResponseWriter, r *http.Request) error {
	if s.opts.Permissions == nil {
		return errNoSuchPage
	}
	fresh := permissions.Fresh
	if r.URL.Query().Has("again") {
		fresh = permissions.Again
	}
	report, err := s.opts.Permissions.Try(r.Context(), fresh)
	if err != nil {
		return err
	}
	page := PermissionsPage{
		Page: s.newPage(r.Context(), said("permissions.title", nil), said("permissions.description", nil), "/permissions"),
		At:   clock{now: s.opts.Now()}.dateTime(report.At), Lead: permissionsLead(report),
	}
	page.NoIndex = true
	if report.LeftOut > 0 {
		page.LeftOut = said("permissions.left-out", words.Args{"n": report.LeftOut})
	}
	for _, place := range report.Places {
		page.Places = append(page.Places, s.permittedPlace(place))
	}
	return s.render(w, http.StatusOK, "permissions", page)
}

// permissionsLead says all in a sentence.
func permissionsLead(r permissions.Report) string {
	lacking, required := len(r.Lacking()), r.LackingRequired()
	switch {
	case len(r.Places) == 0:
		return said("permissions.none", nil)
	case required > 0:
		return said("permissions.required", words.Args{"n": lacking, "required": required})
	case lacking > 0:
		return said("permissions.some", words.Args{"n": lacking})
	}
	return said("permissions.ok", nil)
}

func (s *Site) permittedPlace(place permissions.PlaceReport) permittedPlace {
	v := permittedPlace{Name: place.Region}
	if place.Account != "" {
		v.Name = said("permissions.place", words.Args{"account": place.Account, "region": place.Region})
	}
	for _, state := range permissionStates {
		g := permissionGroup{Heading: labelOf("permission-state", state)}
		for _, f := range place.Findings {
			if f.State == state {
				g.Rows = append(g.Rows, s.permissionRow(f))
			}
		}
		if len(g.Rows) > 0 {
			v.Groups = append(v.Groups, g)
		}
	}
	return v
}

func (s *Site) permissionRow(f permissions.Finding) permissionRow {
	row := permissionRow{Action: f.Action, File: f.File, Detail: f.Detail.English, Need: said("permissions.is-optional", nil), Refused: clock{now: s.opts.Now()}.dateTime(f.Refused)}
	if f.Required {
		row.Need = said("permissions.is-required", nil)
	}
	if f.State != permissions.Works {
		row.Without, row.Tried = f.Without().English, f.Resource
	}
	return row
}
