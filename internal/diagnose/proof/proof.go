// Package proof tries the policies of a diagnosis's fix: which questions IAM's
// policy simulator is to be asked, and what its answers say of each policy. Asking
// is somebody else's.
package proof

import (
	"errors"
	"slices"

	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/diagnose/report"
	"whystopped/internal/iampolicy"
	"whystopped/internal/words"
)

// What an Outcome's Decision can be.
const (
	decisionAllowed      = "allowed"
	decisionImplicitDeny = "implicitDeny"
	decisionExplicitDeny = "explicitDeny"
)

// Result is what came of a trial.
type Result struct {
	// Outcomes has one entry for each action on each resource.
	Outcomes []Outcome
	// Problem says why there are none; it has no words if there are.
	Problem words.Text
}

// Outcome is what IAM's simulator decided of one call.
type Outcome struct {
	Action, Resource string
	// Decision is "allowed", "implicitDeny" or "explicitDeny".
	Decision string
	// ByBoundary and ByOrganization are set where IAM says that the permissions
	// boundary, or the organization's service control policies, don't allow the
	// call.
	ByBoundary, ByOrganization bool
	// Policies are the ids of the policies whose statements decided. IAM names
	// identity-based policies only, and no boundary or service control policy.
	Policies []string
	// Missing are the condition keys that an identity-based policy asks for and
	// the trial had no value for. IAM reports none of a service control policy's.
	Missing []string
}

func (o Outcome) allowed() bool { return o.Decision == decisionAllowed }

func (o Outcome) explicit() bool { return o.Decision == decisionExplicitDeny }

// bySCP reports whether a service control policy denies the call. IAM says so,
// or leaves it to be inferred: it gives "explicitDeny" for an SCP's explicit
// deny, lists no statement of an SCP, and may leave out what it says of the
// organization. A deny without a statement can be the boundary's too, whose
// statements it doesn't list either.
// Source: type EvaluationResult of the AWS SDK for Go, service/iam v1.57.0 and later.
func (o Outcome) bySCP() bool {
	switch {
	case o.allowed(), o.explicit() && len(o.Policies) > 0:
		return false
	case o.ByOrganization:
		return true
	}
	return o.explicit() && !o.ByBoundary
}

// simulation tries calls: one result for each trial, in their order. An error
// means that nothing can be tried.
type simulation func([]Trial) ([]Result, error)

// Trials returns what IAM's policy simulator is to be asked next, to try the
// policies of the fix on the roles that they are for: first how things stand, then
// with the policy, and last without service control policies where one denies.
// rounds are the results of what was asked before, each in the order of its
// trials. It returns none where there is nothing more to ask.
func Trials(d report.Diagnosis, rounds ...[]Result) []Trial {
	next, _, _ := replayed(d, rounds)
	return next
}

// Judged says what came of the trials: in each policy's Verified, in the caveats,
// and in the summary where the policy turns out to be beside the point. The policy
// for the whole start keeps only what the role lacks. It returns false where the
// results leave open what decides; those of the last round only explain.
func Judged(d report.Diagnosis, rounds ...[]Result) (report.Diagnosis, bool) {
	_, judged, err := replayed(d, rounds)
	return judged, err == nil
}

var errUnasked = errors.New("not asked yet")

// replayed proves the fix with the results that are there, up to the first trials
// that have none.
func replayed(d report.Diagnosis, rounds [][]Result) (next []Trial, judged report.Diagnosis, err error) {
	judged, err = proven(d, func(trials []Trial) ([]Result, error) {
		if len(rounds) == 0 || len(rounds[0]) != len(trials) {
			next = trials
			return nil, errUnasked
		}
		results := rounds[0]
		rounds = rounds[1:]
		return results, nil
	})
	return next, judged, err
}

// proven proves the fix. A policy that denies is left out of the simulation, to
// show whether removing its deny is enough.
func proven(d report.Diagnosis, simulate simulation) (report.Diagnosis, error) {
	proofs, removal := proofsOf(d), removalOf(d)
	compared := []*comparison{&removal}
	for _, p := range proofs {
		compared = append(compared, &p.comparison)
	}
	for _, round := range []round{(*comparison).asThingsStand, (*comparison).changed} {
		if err := run(compared, simulate, round); err != nil {
			return d, err
		}
	}
	// What is left out here only explains: without it the answer is less sure.
	_ = run(compared, simulate, (*comparison).bare)
	d = concluded(d, proofs)
	if d.Fix.WithoutPolicy != nil {
		concludeRemoval(&d, removal)
	}
	return d, nil
}

// NotProven tells that the policies could not be tried, by what came of asking
// the simulator.
func NotProven(d report.Diagnosis, s evidence.Source) report.Diagnosis {
	reason := s.Detail
	if s.Status == evidence.SourceDenied {
		reason = words.Say("proof.no-permission", words.Args{"action": report.BySimulator})
	}
	d.Fix.Policies = slices.Clone(d.Fix.Policies)
	for i := range d.Fix.Policies {
		if p := &d.Fix.Policies[i]; p.Verified.By == "" {
			p.Verified = report.NotTried(untriable(d, *p).Or(reason))
		}
	}
	if without := d.Fix.WithoutPolicy; without != nil {
		tried := *without
		tried.Verified = report.NotTried(removalOf(d).untriable.Or(reason))
		d.Fix.WithoutPolicy = &tried
	}
	return d
}

// proof is the proof of one policy.
type proof struct {
	comparison
	policy report.Policy
}

// proofsOf returns those of the fix's policies, in their order.
func proofsOf(d report.Diagnosis) []*proof {
	all := make([]*proof, len(d.Fix.Policies))
	for i, policy := range d.Fix.Policies {
		p := &proof{policy: policy}
		all[i] = p
		// To what is allowed another Allow adds nothing.
		p.worth = func(o Outcome) bool { return !o.allowed() }
		p.change = func(t Trial) Trial {
			t.With = &p.policy.Document
			return t
		}
		if p.untriable = untriable(d, policy); p.untriable.IsZero() {
			p.try(trialsFor(d, policy))
		}
	}
	return all
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
