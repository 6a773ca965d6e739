package source

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"golang.org/x/sync/errgroup"

	"whystopped/internal/awsclient/failure"
	"whystopped/internal/awsclient/limit"
	"whystopped/internal/awsclient/session"
	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/diagnose/proof"
	"whystopped/internal/diagnose/verdict"
	"whystopped/internal/words"
)

// Simulator is IAM's policy simulator, which tries the policies of a fix.
var Simulator = Source{
	Name: evidence.SimulatorSource,
	Call: Call{
		Action: "iam:SimulatePrincipalPolicy", Policy: "proof.json", Quota: limit.IAMRead,
		Try: func(ctx context.Context, at *session.Clients, p Place) (string, error) {
			role := p.arn("iam", "role/"+madeUp)
			in := &iam.SimulatePrincipalPolicyInput{
				PolicySourceArn: aws.String(role), ActionNames: []string{"ecs:ListClusters"},
			}
			_, err := at.IAM.SimulatePrincipalPolicy(ctx, in)
			return role, err
		},
	},
}

const (
	// trialsAtOnce is how many questions IAM gets at the same time. Its rates
	// are not published, and low.
	trialsAtOnce = 3
	// maxSimulationPages bounds the answer to one question, which has few parts.
	maxSimulationPages = 5
)

// Simulate makes trials: one result for each, in their order, or none where they
// could not be made.
func (r *Reader) Simulate(ctx context.Context, trials []proof.Trial) ([]proof.Result, Asked) {
	if r.iamRest.resting(r.Now) {
		return nil, r.Skip(Simulator, restDetail())
	}
	var results []proof.Result
	a := r.ask(ctx, Simulator, allTime, func(ctx context.Context, _ *watch) (outcome, error) {
		ctx, cancel := context.WithTimeout(ctx, iamTime)
		defer cancel()
		var err error
		results, err = simulator{r.region(r.Ref.Region).IAM}.trials(ctx, trials)
		if err != nil {
			return outcome{}, err
		}
		return outcome{status: evidence.SourceOK}, nil
	})
	r.iamRest.note(a, r.Now)
	return results, a
}

// simulator asks IAM's policy simulator.
type simulator struct {
	iam session.IAM
}

// trials makes each trial. The first error ends them all: it says that IAM
// answers no such question, not only not this one.
func (s simulator) trials(ctx context.Context, trials []proof.Trial) ([]proof.Result, error) {
	results := make([]proof.Result, len(trials))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(trialsAtOnce)
	for i, trial := range trials {
		group.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			var err error
			results[i], err = s.trial(ctx, trial)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	return results, nil
}

// trial makes one. Which actions IAM takes together is not documented, so that
// those that it refuses are tried one by one.
func (s simulator) trial(ctx context.Context, t proof.Trial) (proof.Result, error) {
	found, err := s.ask(ctx, t)
	_, unfit := errors.AsType[*types.InvalidInputException](err)
	switch {
	case err == nil:
		return found.result(t)
	case unfit && len(t.Actions) > 1:
		return s.oneByOne(ctx, t)
	case unfit:
		return proof.Result{Problem: words.Say("simulate.rejected", words.Args{"message": failure.Of(err).Message})}, nil
	}
	if _, none := errors.AsType[*types.NoSuchEntityException](err); none {
		return proof.Result{Problem: words.Say("simulate.no-principal", words.Args{"principal": t.Principal})}, nil
	}
	if _, broken := errors.AsType[*types.PolicyEvaluationException](err); broken {
		return proof.Result{Problem: words.Say("simulate.failed", nil)}, nil
	}
	return proof.Result{}, fmt.Errorf("simulate %s as %s: %w", strings.Join(t.Actions, ", "), t.Principal, err)
}

func (s simulator) oneByOne(ctx context.Context, t proof.Trial) (proof.Result, error) {
	var whole proof.Result
	for _, action := range t.Actions {
		one := t
		one.Actions = []string{action}
		result, err := s.trial(ctx, one)
		if err != nil || !result.Problem.IsZero() {
			return result, err
		}
		whole.Outcomes = append(whole.Outcomes, result.Outcomes...)
	}
	return whole, nil
}

// evaluations are IAM's answers to one question, one for each action.
type evaluations []types.EvaluationResult

func (s simulator) ask(ctx context.Context, t proof.Trial) (evaluations, error) {
	in := &iam.SimulatePrincipalPolicyInput{
		PolicySourceArn: aws.String(t.Principal),
		ActionNames:     t.Actions,
		ResourceArns:    t.Resources,
		ContextEntries:  Each(t.Context, contextEntryOf),

		PolicyExclusionList: Each(t.Without, policyIdentifierOf),
	}
	if t.With != nil {
		text, err := json.Marshal(t.With)
		if err != nil {
			return nil, fmt.Errorf("write the policy: %w", err)
		}
		in.PolicyInputList = []string{string(text)}
	}
	var all evaluations
	for range maxSimulationPages {
		out, err := s.iam.SimulatePrincipalPolicy(ctx, in)
		if err != nil {
			return nil, err
		}
		all = append(all, out.EvaluationResults...)
		if !out.IsTruncated {
			break
		}
		in.Marker = out.Marker
	}
	return all, nil
}

func contextEntryOf(v proof.ContextValue) types.ContextEntry {
	e := types.ContextEntry{
		ContextKeyName: aws.String(v.Key), ContextKeyType: types.ContextKeyTypeEnumString, ContextKeyValues: v.Values,
	}
	switch {
	case v.List:
		e.ContextKeyType = types.ContextKeyTypeEnumStringList
	case v.Bool:
		e.ContextKeyType = types.ContextKeyTypeEnumBoolean
	}
	return e
}

// policyIdentifierOf names what is left out: one policy, or all of a type of
// which no one can be named.
func policyIdentifierOf(e proof.Exclusion) types.PolicyIdentifier {
	switch {
	case e.ARN != "":
		return &types.PolicyIdentifierMemberPolicyArn{Value: e.ARN}
	case e.Type == verdict.PolicyBoundary:
		return &types.PolicyIdentifierMemberPolicyType{Value: types.PolicyIdentifierPolicyTypePermissionBoundary}
	}
	return &types.PolicyIdentifierMemberPolicyType{Value: types.PolicyIdentifierPolicyTypeScp}
}

// result finds what was decided of each call of the trial.
func (all evaluations) result(t proof.Trial) (proof.Result, error) {
	var r proof.Result
	for _, action := range t.Actions {
		for _, resource := range t.Resources {
			o, ok := all.outcome(action, resource)
			if !ok {
				return r, fmt.Errorf("simulate %s on %s: %w", action, resource, failure.ErrEmptyAnswer)
			}
			r.Outcomes = append(r.Outcomes, o)
		}
	}
	return r, nil
}

// outcome is what was decided of one call: the word on the resource where IAM
// has one, else that on all resources together, which is the strictest. Of the
// organization IAM speaks for all of them together, and not always; what it says
// there of a call that it allows on this resource is of another one. At the top
// stands no resource of ours but the form of its type.
func (all evaluations) outcome(action, resource string) (proof.Outcome, bool) {
	i := slices.IndexFunc(
		all, func(e types.EvaluationResult) bool { return strings.EqualFold(aws.ToString(e.EvalActionName), action) },
	)
	if i < 0 {
		return proof.Outcome{}, false
	}
	e := all[i]
	o := proof.Outcome{
		Action: action, Resource: resource, Decision: string(e.EvalDecision), Missing: e.MissingContextValues,
		Policies:       Each(e.MatchedStatements, policyOf),
		ByOrganization: e.OrganizationsDecisionDetail != nil && !e.OrganizationsDecisionDetail.AllowedByOrganizations,
	}
	boundary := e.PermissionsBoundaryDecisionDetail
	for _, r := range e.ResourceSpecificResults {
		if aws.ToString(r.EvalResourceName) == resource {
			o.Decision, o.Missing = string(r.EvalResourceDecision), r.MissingContextValues
			boundary = r.PermissionsBoundaryDecisionDetail
			o.Policies = Each(r.MatchedStatements, policyOf)
		}
	}
	o.ByBoundary = boundary != nil && !boundary.AllowedByPermissionsBoundary
	return o, o.Decision != ""
}

// policyOf is the id of the policy that a statement is of; "" where IAM has none.
func policyOf(s types.Statement) string { return aws.ToString(s.SourcePolicyId) }
