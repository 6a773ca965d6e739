package web

import (
	"fmt"
	"net/http"

	"whystopped/internal/permissions"
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

// permissionHeadings are the states in the order of the page.
var permissionHeadings = []struct {
	state   permissions.State
	heading string
}{
	{permissions.Lacks, "Missing"},
	{permissions.Unknown, "Could not be told"},
	{permissions.Works, "Allowed"},
}

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
		Page: s.newPage(r.Context(), "Permissions", "Which permissions in AWS whystopped has and lacks.", "/permissions"),
		At:   clock{now: s.opts.Now()}.dateTime(report.At), Lead: permissionsLead(report),
	}
	page.NoIndex = true
	if report.LeftOut > 0 {
		page.LeftOut = fmt.Sprintf("Further accounts and Regions of kept diagnoses, which were not tried: %d.", report.LeftOut)
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
		return "Nothing was tried: no Region is set, and no diagnosis is kept that would tell of one. Set AWS_REGION, or diagnose a task."
	case required > 0:
		return fmt.Sprintf("Missing: %s. Most reports need %d of them.", count(lacking, "permission"), required)
	case lacking > 0:
		return fmt.Sprintf("Missing: %s, which some reports need.", count(lacking, "permission"))
	}
	return "No permission is known to be missing."
}

func (s *Site) permittedPlace(place permissions.PlaceReport) permittedPlace {
	v := permittedPlace{Name: place.Region}
	if place.Account != "" {
		v.Name = place.Account + " in " + place.Region
	}
	for _, h := range permissionHeadings {
		g := permissionGroup{Heading: h.heading}
		for _, f := range place.Findings {
			if f.State == h.state {
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
	row := permissionRow{Action: f.Action, File: f.File, Detail: f.Detail.English, Need: "optional", Refused: clock{now: s.opts.Now()}.dateTime(f.Refused)}
	if f.Required {
		row.Need = "required"
	}
	if f.State != permissions.Works {
		row.Without, row.Tried = f.Without().English, f.Resource
	}
	return row
}
