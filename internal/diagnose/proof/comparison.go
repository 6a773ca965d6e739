package proof

import (
	"slices"

	"whystopped/internal/diagnose/verdict"
	"whystopped/internal/words"
)

// maxTrials bounds the questions about one policy. A policy for a start has one
// for each kind of thing that it needs.
const maxTrials = 16

// comparison is calls that are tried as things stand, and again with a change:
// a policy more, or one less.
type comparison struct {
	// untriable says why there are no trials; it has no words if there are.
	untriable words.Text
	trials    []Trial
	// worth reports whether an outcome is worth trying again with the change.
	worth  func(Outcome) bool
	change func(Trial) Trial
	// before has a result for each trial. after has one for each that was tried
	// again, withoutSCPs for each of those that was tried a third time, all in
	// the order of the trials.
	before, after, withoutSCPs []Result
}

// try sets the trials, unless there are too many.
func (c *comparison) try(trials []Trial) {
	if len(trials) > maxTrials {
		c.untriable = words.Say("proof.too-many", nil)
		return
	}
	c.trials = trials
}

// round gives the trials of one round, and where their results go.
type round func(*comparison) ([]Trial, *[]Result)

func (c *comparison) asThingsStand() ([]Trial, *[]Result) { return c.trials, &c.before }

// changed are the trials to make again with the change.
func (c *comparison) changed() ([]Trial, *[]Result) {
	var again []Trial
	for i, r := range c.before {
		if r.Problem.IsZero() && slices.ContainsFunc(r.Outcomes, c.worth) {
			again = append(again, c.change(c.trials[i]))
		}
	}
	return again, &c.after
}

// bare are the changed trials that a service control policy denies, once more
// without any: IAM goes no further where one denies, and what other policies
// say shows only without it.
func (c *comparison) bare() ([]Trial, *[]Result) {
	var again []Trial
	changed, _ := c.changed()
	for i, t := range changed {
		single := slices.ContainsFunc(t.Without, Exclusion.isSCP)
		if slices.ContainsFunc(c.after[i].Outcomes, Outcome.bySCP) || single && !c.after[i].Problem.IsZero() {
			t.Without = append(slices.DeleteFunc(slices.Clone(t.Without), Exclusion.isSCP), Exclusion{Type: verdict.PolicySCP})
			again = append(again, t)
		}
	}
	return again, &c.withoutSCPs
}

// run makes the trials of one round for all comparisons together, each question
// once.
func run(all []*comparison, simulate simulation, trialsOf round) error {
	var trials []Trial
	index := map[string]int{} // by question
	for _, c := range all {
		part, _ := trialsOf(c)
		for _, t := range part {
			if _, again := index[t.question()]; !again {
				index[t.question()] = len(trials)
				trials = append(trials, t)
			}
		}
	}
	if len(trials) == 0 {
		return nil
	}
	results, err := simulate(trials)
	if err != nil {
		return err
	}
	for _, c := range all {
		part, into := trialsOf(c)
		for _, t := range part {
			*into = append(*into, results[index[t.question()]])
		}
	}
	return nil
}

// problem says what kept the trials from being made; it has no words if they were.
func problem(results ...[]Result) words.Text {
	for _, r := range slices.Concat(results...) {
		if !r.Problem.IsZero() {
			return r.Problem
		}
	}
	return words.Text{}
}

// outcomes are those of several results, one after the other.
func outcomes(results []Result) []Outcome {
	var all []Outcome
	for _, r := range results {
		all = append(all, r.Outcomes...)
	}
	return all
}

// strictest is the decision on a policy's calls together.
func strictest(all []Outcome) string {
	for _, decision := range []string{decisionExplicitDeny, decisionImplicitDeny} {
		if slices.ContainsFunc(all, func(o Outcome) bool { return o.Decision == decision }) {
			return decision
		}
	}
	return decisionAllowed
}

func missingKeys(lists ...[]Outcome) []string {
	var keys []string
	for _, o := range slices.Concat(lists...) {
		keys = append(keys, o.Missing...)
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// stops are the denials that stand whatever the calls' unknown context: those
// of policies whose conditions, if any, the trials had the values for. Without
// service control policies only a deny counts: that nothing allows a call may
// then come of leaving them out.
func (c *comparison) stops() []Outcome {
	stops := slices.DeleteFunc(outcomes(c.after), func(o Outcome) bool { return o.allowed() || o.bySCP() || len(o.Missing) > 0 })
	for _, o := range outcomes(c.withoutSCPs) {
		same := func(other Outcome) bool { return other.Action == o.Action && other.Resource == o.Resource }
		if slices.ContainsFunc(stops, same) {
			continue
		}
		if !o.allowed() && !o.bySCP() && len(o.Missing) == 0 && (o.explicit() || o.ByBoundary) {
			stops = append(stops, o)
		}
	}
	return stops
}

// bySCPs are the changed calls that service control policies deny.
func (c *comparison) bySCPs() []Outcome {
	return slices.DeleteFunc(outcomes(c.after), func(o Outcome) bool { return !o.bySCP() })
}

// allowedWithoutSCPs reports whether nothing but service control policies denies
// the changed calls that these deny.
func (c *comparison) allowedWithoutSCPs() bool {
	all := outcomes(c.withoutSCPs)
	return len(all) > 0 && problem(c.withoutSCPs).IsZero() && strictest(all) == decisionAllowed && len(missingKeys(all)) == 0
}
