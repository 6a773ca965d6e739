package casebook

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"whystopped/internal/diagnose/revision"
	"whystopped/internal/problem"
	"whystopped/internal/words"
)

const (
	// incidentStops is how many stops an incident is shown with.
	incidentStops = 50
	// knownRevisions is how far back the good and bad revisions of a place are
	// looked for.
	knownRevisions = 100
	// roleUsersSince is how recently a place must have used a role to be told
	// of as one that is affected, too.
	roleUsersSince = 7 * 24 * time.Hour
	maxRoleUsers   = 50
)

// IncidentReport is an incident with what stands around it.
type IncidentReport struct {
	Incident
	// Stops are the newest ones; MoreStops is set if there are older ones.
	Stops     []Stop
	MoreStops bool
	// FirstBad is the first revision since LastGood whose tasks stopped alike.
	// LastGood is nil if no revision is known to have run as it should.
	FirstBad, LastGood *Revision
	// Compared is set if both revisions' definitions are known; Changes are
	// then what differs between LastGood and FirstBad, and may be none.
	Compared bool
	Changes  []revision.Change
	// Users are other places whose tasks use the role at fault.
	Users []RoleUser
}

// IncidentReport finds an incident and what stands around it.
func (c *Casebook) IncidentReport(ctx context.Context, id string) (IncidentReport, error) {
	in, err := c.opts.Store.Incident(ctx, id)
	switch {
	case errors.Is(err, ErrNotKept):
		return IncidentReport{}, problem.New(UnknownIncident, nil, words.Say("unknown.incident", nil))
	case err != nil:
		return IncidentReport{}, fmt.Errorf("get incident %s: %w", id, err)
	}
	if err := c.within(in.Place); err != nil {
		return IncidentReport{}, err
	}
	report := IncidentReport{Incident: in}
	if in.Into != "" {
		return report, nil
	}
	var next string
	report.Stops, next, err = c.opts.Store.Stops(ctx, StopFilter{Incident: id}, "", incidentStops)
	if err != nil {
		return IncidentReport{}, fmt.Errorf("list the stops of incident %s: %w", id, err)
	}
	report.MoreStops = next != ""
	if err := c.compare(ctx, &report); err != nil {
		return IncidentReport{}, fmt.Errorf("compare the revisions of incident %s: %w", id, err)
	}
	if report.Users, err = c.otherUsers(ctx, in); err != nil {
		return IncidentReport{}, fmt.Errorf("find who else uses the role of incident %s: %w", id, err)
	}
	return report, nil
}

// compare finds the last good and the first bad revision, and what changed
// between them.
func (c *Casebook) compare(ctx context.Context, report *IncidentReport) error {
	known, err := c.opts.Store.Revisions(ctx, report.Place, knownRevisions)
	if err != nil {
		return err
	}
	alike, err := c.stoppedAlike(ctx, report.Incident)
	if err != nil {
		return err
	}
	report.LastGood, report.FirstBad = goodAndBad(known, report.Incident, alike)
	if report.LastGood == nil || report.FirstBad == nil {
		return nil
	}
	before, err := c.opts.Store.Definition(ctx, report.LastGood.ARN)
	if err == nil {
		after, later := c.opts.Store.Definition(ctx, report.FirstBad.ARN)
		if err = later; err == nil {
			report.Compared, report.Changes = true, revision.Compare(before, after)
		}
	}
	if errors.Is(err, ErrNotKept) {
		return nil
	}
	return err
}

// stoppedAlike are the revisions of the incident's place whose tasks stopped of
// the same cause, its own among them.
func (c *Casebook) stoppedAlike(ctx context.Context, in Incident) (map[string]bool, error) {
	alike := map[string]bool{in.Revision: true}
	if in.Place.Service() == "" {
		return alike, nil
	}
	f := Filter{Account: in.Place.Account, Region: in.Place.Region, Cluster: in.Place.Cluster, Service: in.Place.Service(), Cause: in.Verdict.Cause}
	others, err := c.opts.Store.Incidents(ctx, IncidentFilter{Filter: f}, "", knownRevisions)
	for _, other := range others {
		alike[other.Revision] = true
	}
	return alike, err
}

// goodAndBad finds among the revisions of a place the newest that ran as it
// should before the incident's own, and the first after it that stopped alike. A
// revision that stopped alike is never a good one, whatever else is known of it:
// of a bad deploy, too, some tasks run for a while.
func goodAndBad(known []Revision, in Incident, alike map[string]bool) (good, bad *Revision) {
	own := slices.IndexFunc(known, func(r Revision) bool { return r.ARN == in.Revision })
	if own < 0 {
		return nil, nil
	}
	bad = &known[own]
	for i := range known {
		r := &known[i]
		if !alike[r.ARN] && !r.Good.IsZero() && r.before(*bad) && (good == nil || good.before(*r)) {
			good = r
		}
	}
	for i := range known {
		r := &known[i]
		if alike[r.ARN] && r.before(*bad) && (good == nil || good.before(*r)) {
			bad = r
		}
	}
	return good, bad
}

// otherUsers finds the other places whose tasks use the role at fault.
func (c *Casebook) otherUsers(ctx context.Context, in Incident) ([]RoleUser, error) {
	role := in.Verdict.Identity.ARN
	if role == "" {
		return nil, nil
	}
	users, err := c.opts.Store.RoleUsers(ctx, role, in.First.Add(-roleUsersSince), maxRoleUsers)
	return slices.DeleteFunc(users, func(u RoleUser) bool { return u.Place == in.Place || c.within(u.Place) != nil }), err
}
