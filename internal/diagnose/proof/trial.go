package proof

import (
	"fmt"
	"slices"
	"strings"

	"whystopped/internal/arn"
	"whystopped/internal/diagnose/report"
	"whystopped/internal/diagnose/verdict"
	"whystopped/internal/iampolicy"
	"whystopped/internal/words"
)

// Trial is a question for IAM's policy simulator: may the principal make these
// calls?
type Trial struct {
	// Principal is the ARN of a role or a user.
	Principal string
	// Actions are tried on each of the Resources. They act on the same types of
	// resources, since IAM takes others only in requests of their own.
	Actions, Resources []string
	Context            []ContextValue
	// With is a policy that the principal is taken to have besides its own;
	// nil for none.
	With *iampolicy.Document
	// Without are policies that the principal is taken not to have.
	Without []Exclusion

	// patterns are the policy's own words for the Resources.
	patterns []string
}

// ContextValue is the value of a condition key.
type ContextValue struct {
	Key    string
	Values []string
	// List is set for keys that have a list of values, be it of one.
	List bool
	// Bool is set for keys whose value is "true" or "false".
	Bool bool
}

// Exclusion is what a trial leaves out: one policy by its ARN, or without one
// every policy of the type.
type Exclusion struct {
	Type verdict.PolicyType
	ARN  string
}

func (e Exclusion) isSCP() bool { return e.Type == verdict.PolicySCP }

// question tells trials apart that have to be made one by one.
func (t Trial) question() string {
	return fmt.Sprintf("%s %q %q %+v %p %q", t.Principal, t.Actions, t.Resources, t.Context, t.With, t.Without)
}

// pattern is what the policy says for a resource of the trial.
func (t Trial) pattern(resource string) string {
	if i := slices.Index(t.Resources, resource); i >= 0 {
		return t.patterns[i]
	}
	return resource
}

// untriable says why a simulation cannot try a policy; it has no words if it can.
func untriable(d report.Diagnosis, p report.Policy) words.Text {
	if p.Kind != string(iampolicy.KindIdentity) {
		return words.Say("proof.kind", nil)
	}
	if why := unaskable(d, p.AttachTo); !why.IsZero() {
		return why
	}
	if p.Waits() {
		return words.Say("proof.placeholders", words.Args{"words": p.Document.Placeholders()})
	}
	return words.Text{}
}

// unaskable says why the simulator can't be asked about a principal; it has no
// words if it can.
func unaskable(d report.Diagnosis, principal *report.AttachTo) words.Text {
	if principal == nil || principal.ARN == "" {
		return words.Say("proof.no-principal", nil)
	}
	a, ok := arn.Parse(principal.ARN)
	if !ok || a.Service != "iam" || a.Type() != "role" && a.Type() != "user" {
		return words.Say("proof.not-a-role", words.Args{"arn": principal.ARN})
	}
	if d.Task.Account != "" && a.Account != d.Task.Account {
		return words.Say("proof.foreign", words.Args{"account": a.Account})
	}
	return words.Text{}
}

// trialsFor are the calls that a policy is for, as questions.
func trialsFor(d report.Diagnosis, p report.Policy) []Trial {
	var all []Trial
	for _, s := range p.Document.Statement {
		for _, actions := range sameTypes(s.Action) {
			all = append(all, trialsOf(d, p.AttachTo.ARN, s, actions)...)
		}
	}
	return all
}

// sameTypes groups actions that take the same types of resources.
func sameTypes(actions []string) [][]string {
	var groups [][]string
	index := map[string]int{}
	for _, action := range actions {
		act, _ := iampolicy.Canonical(action)
		key := act.Service
		for _, t := range act.Types {
			key += " " + t.Name
		}
		i, ok := index[key]
		if !ok {
			i = len(groups)
			index[key] = i
			groups = append(groups, nil)
		}
		groups[i] = append(groups[i], action)
	}
	return groups
}

// trialsOf tries actions on a statement's resources, those of each place in a
// trial of their own: the place is part of the context.
func trialsOf(d report.Diagnosis, principal string, s iampolicy.Statement, actions []string) []Trial {
	var all []Trial
	index := map[[2]string]int{}
	for _, pattern := range s.Resource {
		resource := concrete(d, pattern)
		a, _ := arn.Parse(resource)
		place := [2]string{a.Region, a.Account}
		i, ok := index[place]
		if !ok {
			i = len(all)
			index[place] = i
			all = append(all, Trial{Principal: principal, Actions: actions, Context: contextOf(d, principal, actions, a, s.Condition)})
		}
		all[i].Resources = append(all[i].Resources, resource)
		all[i].patterns = append(all[i].patterns, pattern)
	}
	return all
}

// concrete gives a resource that a pattern of our own policies stands for, since
// calls are made on things and not on patterns. What it makes up is used for
// the simulation only.
func concrete(d report.Diagnosis, pattern string) string {
	a, ok := arn.Parse(pattern)
	if !ok {
		return pattern
	}
	a.Region = strings.ReplaceAll(a.Region, "*", d.Task.Region)
	a.Account = strings.ReplaceAll(a.Account, "*", d.Task.Account)
	switch {
	case strings.HasSuffix(a.Resource, "-??????"):
		a.Resource = strings.TrimSuffix(a.Resource, "??????") + "AbCdEf"
	case a.Service == "logs" && strings.HasSuffix(a.Resource, ":*"):
		a.Resource = strings.TrimSuffix(a.Resource, "*") + "log-stream:example"
	}
	a.Resource = iampolicy.Unescape(a.Resource, "example", "x")
	return a.String()
}
