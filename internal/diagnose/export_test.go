package diagnose

import "slices"

// Simulate answers a round of trials in a test.
type Simulate = simulation

// Proven proves the fix with the answers of a test.
func (d Diagnosis) Proven(simulate Simulate) (Diagnosis, error) {
	var rounds [][]Result
	for trials := d.Trials(); len(trials) > 0; trials = d.Trials(rounds...) {
		results, err := simulate(trials)
		if judged, ok := d.Judged(rounds...); err != nil && ok {
			return judged, nil
		} else if err != nil {
			return d, err
		}
		rounds = append(rounds, results)
	}
	judged, _ := d.Judged(rounds...)
	return judged, nil
}

// Provable reports whether the fix holds something that a simulation can try.
func (d Diagnosis) Provable() bool {
	return d.Fix.WithoutPolicy != nil && d.removal().untriable.IsZero() ||
		slices.ContainsFunc(d.Fix.Policies, func(p Policy) bool { return d.untriable(p).IsZero() })
}
