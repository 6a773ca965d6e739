package diagnose

import (
	"slices"

	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/iampolicy"
)

// simulatorAction is the call, and with it the permission, that a proof takes.
const simulatorAction = "iam:SimulatePrincipalPolicy"

// What a Verified's Status can be.
const (
	statusAllowed     = "allowed"
	statusStillDenied = "still-denied"
	statusNotVerified = "not-verified"
)

// Result is what came of a trial.
type Result struct {
	// Outcomes has one entry for each action on each resource.
	Outcomes []Outcome
	// Problem says in a sentence why there are none; "" where there are.
	Problem string
}

// Outcome is what IAM's simulator decided of one call.
type Outcome struct {
	Action, Resource string
	// Decision is "allowed", "implicitDeny" or "explicitDeny".
	Decision string
	// ByBoundary and ByOrganization are set where the permissions boundary, or
	// a service control policy, does not let the call through.
	ByBoundary, ByOrganization bool
	// Missing are the condition keys that a policy asks for and the trial had
	// no value for.
	Missing []string
}

func (o Outcome) allowed() bool { return o.Decision == "allowed" }

// Simulate tries calls: one result for each trial, in their order. An error
// means that nothing can be tried.
type Simulate func([]Trial) ([]Result, error)

// Provable tells whether the fix holds a policy that a simulation can try.
func (d Diagnosis) Provable() bool {
	return slices.ContainsFunc(d.Fix.Policies, func(p Policy) bool { return d.untriable(p) == "" })
}

// Proven tries the policies of the fix on the roles that they are for, first
// how things stand, then with the policy, and tells what came of it: in each
// policy's Verified, in the caveats, and in the summary where the policy turns
// out to be beside the point. The policy for the whole start keeps only what
// the role lacks.
func (d Diagnosis) Proven(simulate Simulate) (Diagnosis, error) {
	proofs := d.proofs()
	if err := run(proofs, simulate, func(p *proof) ([]Trial, *[]Result) { return p.trials, &p.before }); err != nil {
		return d, err
	}
	if err := run(proofs, simulate, func(p *proof) ([]Trial, *[]Result) { return p.withPolicy(), &p.after }); err != nil {
		return d, err
	}
	return d.concluded(proofs), nil
}

// NotProven tells that the policies could not be tried, by what came of asking
// the simulator.
func (d Diagnosis) NotProven(s evidence.Source) Diagnosis {
	d.Fix.Policies = slices.Clone(d.Fix.Policies)
	for i := range d.Fix.Policies {
		p := &d.Fix.Policies[i]
		switch why := d.untriable(*p); {
		case p.Verified.By != "":
		case why != "":
			p.Verified = notTried(why)
		case s.Status == evidence.SourceDenied:
			p.Verified = notTried("IAM may not be asked: grant " + simulatorAction + " to whystopped to have it tried.")
		default:
			p.Verified = notTried(s.Detail)
		}
	}
	return d
}

// maxTrials bounds the questions about one policy. A policy for a start has one
// for each kind of thing that it needs.
const maxTrials = 16

// proof is the proof of one policy.
type proof struct {
	policy Policy
	// untriable says why there are no trials; "" where there are.
	untriable string
	trials    []Trial
	// before has a result for each trial, after for each that was tried again
	// with the policy, in their order.
	before, after []Result
}

// proofs are those of the fix's policies, in their order.
func (d Diagnosis) proofs() []*proof {
	all := make([]*proof, len(d.Fix.Policies))
	for i, p := range d.Fix.Policies {
		all[i] = &proof{policy: p, untriable: d.untriable(p)}
		if all[i].untriable != "" {
			continue
		}
		if all[i].trials = d.trials(p); len(all[i].trials) > maxTrials {
			all[i].trials, all[i].untriable = nil, "It has more parts than whystopped asks IAM about at once."
		}
	}
	return all
}

// run makes the trials of one round for all proofs together, each question once.
func run(proofs []*proof, simulate Simulate, round func(*proof) ([]Trial, *[]Result)) error {
	var all []Trial
	index := map[string]int{} // by question
	for _, p := range proofs {
		trials, _ := round(p)
		for _, t := range trials {
			if _, again := index[t.question()]; !again {
				index[t.question()] = len(all)
				all = append(all, t)
			}
		}
	}
	if len(all) == 0 {
		return nil
	}
	results, err := simulate(all)
	if err != nil {
		return err
	}
	for _, p := range proofs {
		trials, into := round(p)
		for _, t := range trials {
			*into = append(*into, results[index[t.question()]])
		}
	}
	return nil
}

// withPolicy are the trials to make again with the policy: those in which
// something was not allowed. To what is allowed another Allow adds nothing.
func (p *proof) withPolicy() []Trial {
	var again []Trial
	for i, r := range p.before {
		if r.Problem == "" && slices.ContainsFunc(r.Outcomes, func(o Outcome) bool { return !o.allowed() }) {
			t := p.trials[i]
			t.With = &p.policy.Document
			again = append(again, t)
		}
	}
	return again
}

// lacking is the policy without what the role has already. What could not be
// tried stays.
func (p *proof) lacking() iampolicy.Document {
	has := map[string]bool{}
	for i, r := range p.before {
		for _, o := range r.Outcomes {
			if o.allowed() && len(o.Missing) == 0 {
				has[o.Action+" "+p.trials[i].pattern(o.Resource)] = true
			}
		}
	}
	doc := p.policy.Document
	doc.Statement = nil
	for _, s := range p.policy.Document.Statement {
		s.Action = slices.DeleteFunc(slices.Clone(s.Action), func(action string) bool {
			return !slices.ContainsFunc(s.Resource, func(resource string) bool { return !has[action+" "+resource] })
		})
		s.Resource = slices.DeleteFunc(slices.Clone(s.Resource), func(resource string) bool {
			return !slices.ContainsFunc(s.Action, func(action string) bool { return !has[action+" "+resource] })
		})
		if len(s.Action) > 0 {
			doc.Statement = append(doc.Statement, s)
		}
	}
	return doc
}
