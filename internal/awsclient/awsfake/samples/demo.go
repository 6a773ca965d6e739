package samples

import (
	"slices"
	"time"

	"whystopped/internal/awsclient/awsfake"
	"whystopped/internal/diagnose/verdict"
)

// Sample is one stopped task of the demo, or a service that cannot start any,
// with the right answer to it.
type Sample struct {
	ARN   string // of the task; of the service where no task was ever made
	Name  string // short and stable: "secret-denied"
	Title string // what happened, for a list of samples
	Kind  string // heading to group samples by: "Secrets"

	// WantCause is the code of the right cause; empty where the category says
	// all that can be asked for.
	WantCause    string
	WantIdentity verdict.IdentityKind
	WantPhase    verdict.Phase
	WantCategory verdict.Category
}

// demoTrailDelay is how late the demo's CloudTrail is.
const demoTrailDelay = 5 * time.Minute

// Demo makes an account full of stopped tasks of every kind, all of them
// within the last hour before now. Ids and texts are always the same.
func Demo(now time.Time) (awsfake.Scenario, []Sample) {
	drafts := slices.Concat(
		secretSamples(), imageSamples(), logSamples(), storageSamples(), roleSamples(),
		deniedAtRuntimeSamples(), applicationSamples(), stopSamples(), placementSamples(),
	)
	b := newBuilder(now)
	for _, d := range drafts {
		b.add(d)
	}
	return b.build()
}
