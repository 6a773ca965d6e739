package casebook

import (
	"strings"
	"time"

	"whystopped/internal/diagnose"
	"whystopped/internal/taskref"
)

// Incident is stops of one place and revision, of one cause, as long as they go
// on.
type Incident struct {
	ID string
	// Place is the service or another group whose tasks stop.
	Place taskref.Ref
	// Revision is the ARN of the task definition; "" where it is not known.
	Revision string
	// Verdict is that of the diagnosis that tells most of it, whose id is
	// Diagnosis.
	Verdict   diagnose.Verdict
	Diagnosis string
	// Count is how many stops it has, between First and Last.
	Count       int
	First, Last time.Time
	// Opened is when it became known.
	Opened time.Time
	// Into is the id of the incident that this one turned out to be a part of;
	// "" for all others.
	Into string
}

// IncidentGap is how long nothing may stop before an incident is over.
const IncidentGap = time.Hour

// Over reports whether the incident has ended.
func (in Incident) Over(now time.Time) bool { return now.Sub(in.Last) >= IncidentGap }

// measurable is how long an incident has to go on until its rate says something:
// a few ends within a second are no rate.
const measurable = 10 * time.Minute

// Rate is how many stops there were an hour; 0 as long as that says nothing.
func (in Incident) Rate() float64 {
	if in.Count < 2 || in.Last.Sub(in.First) < measurable {
		return 0
	}
	return float64(in.Count-1) / in.Last.Sub(in.First).Hours()
}

// IncidentFilter narrows a list of incidents. Empty fields let everything pass.
type IncidentFilter struct {
	Filter
	// GoingOn leaves out those that are over at this time; zero leaves out none.
	GoingOn time.Time
}

// incidentKey is the same for stops that belong together. It holds the ARN of
// the revision, not its number: families of the same name may be anywhere.
func incidentKey(d diagnose.Diagnosis) string {
	t := d.Task
	return strings.Join([]string{t.Partition, t.Account, t.Region, t.Cluster, t.Group, t.TaskDefinitionARN, d.Verdict.Cause}, "\n")
}

// Claim is the right to tell people of an incident, which one holds at a time.
type Claim struct {
	// State is what the last holder left; nil for none.
	State []byte
	// Busy is when the claim of somebody else ends; zero if there is none, and the
	// claim was given.
	Busy time.Time
	// Broken is when an earlier claim began that was never given back: what its
	// holder wanted to say was said or not. It stays until the claim is given back;
	// zero if there is none.
	Broken time.Time
}
