package permissions

import (
	"slices"
	"time"

	"whystopped/internal/words"
)

// Place is an account in a Region that the service reads.
type Place struct {
	Account string // "" where it is not known
	Region  string
	// Cluster is one that exists there, for policies that are kept to clusters;
	// "" for none.
	Cluster string
	// Home is where the service's own queue is told of.
	Home bool
}

// State is what is known of a permission.
type State string

// The states of a permission. The values are part of the public API.
const (
	Works   State = "works"
	Lacks   State = "lacks"
	Unknown State = "unknown" // nobody could tell, and Detail says why
)

// Trial is what a harmless call for a permission came to.
type Trial struct {
	Action string
	State  State
	// Resource is what the call was about, mostly something that does not exist.
	Resource string
	// Detail says why nothing could be told; only with Unknown.
	Detail words.Text
}

// Use is the last real call of a kind: of an action, in a place, that was
// allowed or that was not.
type Use struct {
	Action  string
	Account string // "" for that of the service's own credentials
	Region  string
	Denied  bool
	At      time.Time
}

// Finding is what is known of one permission in one place.
type Finding struct {
	Permission
	State    State
	Resource string
	// Detail says how it is known; zero where the trial says it all.
	Detail words.Text
	// Refused is when a real call was refused last; zero where none was.
	Refused time.Time
}

// PlaceReport is what is known of the permissions in one place.
type PlaceReport struct {
	Place
	Findings []Finding
}

// Report is what is known of all permissions.
type Report struct {
	At     time.Time // of the trials
	Places []PlaceReport
	// LeftOut is how many further places were not tried.
	LeftOut int
}

// Lacking are the permissions that are missing in any place, each once.
func (r Report) Lacking() []Permission {
	var lacking []Permission
	for _, place := range r.Places {
		for _, f := range place.Findings {
			if f.State == Lacks && !slices.Contains(lacking, f.Permission) {
				lacking = append(lacking, f.Permission)
			}
		}
	}
	return lacking
}

// LackingRequired is how many of them most reports need.
func (r Report) LackingRequired() int {
	return len(slices.DeleteFunc(r.Lacking(), func(p Permission) bool { return !p.Required }))
}

// find judges every permission that a place's trials, made at a time, and uses
// tell of.
func find(all []Permission, place Place, at time.Time, trials []Trial, uses []Use) PlaceReport {
	report := PlaceReport{Place: place}
	for _, p := range all {
		if !p.Trial && !place.Home {
			continue // the service's own, and not of every account
		}
		f := Finding{Permission: p, State: Unknown}
		tried := slices.IndexFunc(trials, func(t Trial) bool { return t.Action == p.Action })
		if tried >= 0 {
			f.State, f.Resource, f.Detail = trials[tried].State, trials[tried].Resource, trials[tried].Detail
		}
		if used := f.learn(place, at, uses); used || tried >= 0 {
			report.Findings = append(report.Findings, f)
		}
	}
	return report
}

// recent is how long before a trial a real call has to be to outweigh it.
const recent = time.Hour

// learn adds what real calls came to, and tells whether there were any. They
// know more than a trial does, which asks for something that does not exist.
func (f *Finding) learn(place Place, tried time.Time, uses []Use) bool {
	var allowed, denied time.Time
	for _, u := range uses {
		switch {
		case u.Action != f.Action || u.Region != place.Region || u.Account != "" && u.Account != place.Account:
		case u.Denied:
			denied = slices.MaxFunc([]time.Time{denied, u.At}, time.Time.Compare)
		default:
			allowed = slices.MaxFunc([]time.Time{allowed, u.At}, time.Time.Compare)
		}
	}
	refused := denied.After(allowed)
	if refused {
		f.Refused = denied
	}
	switch {
	case f.State == Works && refused && denied.After(tried):
		f.State, f.Detail = Lacks, words.Say("permission-detail.not-that", nil)
	case f.State == Lacks && !refused && allowed.After(tried.Add(-recent)):
		f.State, f.Detail = Works, words.Say("permission-detail.only-some", nil)
	case f.State == Unknown && refused:
		f.State = Lacks
	case f.State == Unknown && !allowed.IsZero():
		f.State = Works
	}
	if !f.Trial && f.State != Unknown {
		f.Detail = words.Say("permission-detail.by-use", nil)
	}
	return !allowed.IsZero() || !denied.IsZero()
}
