package proof

import (
	"slices"

	"whystopped/internal/diagnose/report"
)

// Simulate answers a round of trials in a test.
type Simulate = simulation

// Proven proves the fix with the answers of a test.
func Proven(d report.Diagnosis, simulate Simulate) (report.Diagnosis, error) {
	var rounds [][]Result
	for trials := Trials(d); len(trials) > 0; trials = Trials(d, rounds...) {
		results, err := simulate(trials)
		if judged, ok := Judged(d, rounds...); err != nil && ok {
			return judged, nil
		} else if err != nil {
			return d, err
		}
		rounds = append(rounds, results)
	}
	judged, _ := Judged(d, rounds...)
	return judged, nil
}

// Provable reports whether the fix holds something that a simulation can try.
func Provable(d report.Diagnosis) bool {
	return d.Fix.WithoutPolicy != nil && removalOf(d).untriable.IsZero() ||
		slices.ContainsFunc(d.Fix.Policies, func(p report.Policy) bool { return untriable(d, p).IsZero() })
}
