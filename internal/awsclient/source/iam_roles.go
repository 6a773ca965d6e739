package source

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"golang.org/x/sync/errgroup"

	"whystopped/internal/arn"
	"whystopped/internal/awsclient/failure"
	"whystopped/internal/awsclient/limit"
	"whystopped/internal/awsclient/session"
	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/words"
)

// Roles are the roles that a text raises a question about.
var Roles = Source{
	Name: evidence.RolesSource,
	Call: Call{
		Action: "iam:GetRole", Policy: "proof.json", Quota: limit.IAMRead,
		Try: func(ctx context.Context, at *session.Clients, p Place) (string, error) {
			_, err := at.IAM.GetRole(ctx, &iam.GetRoleInput{RoleName: aws.String(madeUp)})
			return p.arn("iam", "role/"+madeUp), err
		},
	},
}

// RolesAnswer is what IAM said of the roles in question.
type RolesAnswer struct {
	Asked
	Roles []evidence.Role
}

const (
	// maxRoles bounds the roles that are cached, each of a few kilobytes, and
	// roleFresh how long: whoever mends a role wants to see it.
	maxRoles  = 500
	roleFresh = time.Minute
)

// cachedRole is what IAM said of a role, and when.
type cachedRole struct {
	role evidence.Role
	at   time.Time
}

// ReadRoles reads the roles about which IAM can tell more than the texts do; of
// most tasks there are none, and IAM is not asked. The service's events are
// waited for only where the task's own texts raise no question.
func (r *Reader) ReadRoles(
	ctx context.Context, soFar evidence.Evidence, events func() []evidence.ServiceEvent,
) RolesAnswer {
	roles := soFar.RolesInQuestion()
	if len(roles) == 0 {
		soFar.ServiceEvents = events()
		roles = soFar.RolesInQuestion()
	}
	if len(roles) == 0 {
		return RolesAnswer{}
	}
	// A name says nothing in another account, and ECS assumes no role of one.
	roles = slices.DeleteFunc(roles, func(role string) bool {
		a, ok := arn.Parse(role)
		return !ok || r.Ref.Account != "" && a.Account != r.Ref.Account
	})
	switch {
	case len(roles) == 0:
		return RolesAnswer{Asked: r.Skip(Roles, words.Say("detail.roles-elsewhere", nil))}
	case r.iamRest.resting(r.Now):
		return RolesAnswer{Asked: r.Skip(Roles, restDetail())}
	}
	var ans RolesAnswer
	ans.Asked = r.ask(ctx, Roles, allTime, func(ctx context.Context, _ *watch) (outcome, error) {
		ctx, cancel := context.WithTimeout(ctx, iamTime)
		defer cancel()
		var err error
		ans.Roles, err = r.getRoles(ctx, roles)
		if err != nil {
			return outcome{}, err
		}
		return rolesOutcome(ans.Roles), nil
	})
	r.iamRest.note(ans.Asked, r.Now)
	return ans
}

// getRoles reads roles at once. Those that could be read come also with an error.
func (r *Reader) getRoles(ctx context.Context, arns []string) ([]evidence.Role, error) {
	found := make([]evidence.Role, len(arns))
	var group errgroup.Group
	for i, role := range arns {
		group.Go(func() error {
			var err error
			found[i], err = r.getRole(ctx, role)
			return err
		})
	}
	err := group.Wait()
	return slices.DeleteFunc(found, func(role evidence.Role) bool { return role.ARN == "" }), err
}

// getRole asks IAM for a role, or remembers what it said a moment ago.
func (r *Reader) getRole(ctx context.Context, roleARN string) (evidence.Role, error) {
	if cached, ok := r.roles.Get(roleARN); ok && r.Now.Sub(cached.at) < roleFresh {
		return cached.role, nil
	}
	a, _ := arn.Parse(roleARN)
	role := evidence.Role{ARN: roleARN, Name: a.Name()}
	out, err := r.region(r.Ref.Region).IAM.GetRole(ctx, &iam.GetRoleInput{RoleName: aws.String(role.Name)})
	_, missing := errors.AsType[*types.NoSuchEntityException](err)
	switch {
	case missing:
		role.Missing = true
	case err != nil:
		return evidence.Role{}, fmt.Errorf("get role %s: %w", role.Name, err)
	case out.Role == nil || out.Role.Arn == nil:
		return evidence.Role{}, fmt.Errorf("get role %s: %w", role.Name, failure.ErrEmptyAnswer)
	default:
		role = roleOf(out.Role)
	}
	r.roles.Put(roleARN, cachedRole{role, r.Now})
	return role, nil
}

// roleOf converts a role, whose trust policy IAM answers in percent-encoding.
func roleOf(r *types.Role) evidence.Role {
	role := evidence.Role{
		ARN: aws.ToString(r.Arn), Name: aws.ToString(r.RoleName), TrustPolicy: aws.ToString(r.AssumeRolePolicyDocument),
	}
	if plain, err := url.PathUnescape(role.TrustPolicy); err == nil {
		role.TrustPolicy = plain
	}
	if b := r.PermissionsBoundary; b != nil {
		role.BoundaryARN = aws.ToString(b.PermissionsBoundaryArn)
	}
	return role
}

func rolesOutcome(roles []evidence.Role) outcome {
	missing := 0
	for _, role := range roles {
		if role.Missing {
			missing++
		}
	}
	if missing > 0 {
		args := words.Args{"n": len(roles), "missing": missing}
		return outcome{evidence.SourceOK, words.Say("detail.roles-missing", args)}
	}
	return outcome{evidence.SourceOK, words.Say("detail.roles", words.Args{"n": len(roles)})}
}
