package session

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"whystopped/internal/arn"
	"whystopped/internal/awsclient/failure"
	"whystopped/internal/problem"
	"whystopped/internal/words"
)

const (
	// credentialsTime bounds the search of the SDK's chain, whose last resort
	// is the metadata service of a machine that may not be in EC2.
	credentialsTime = 3 * time.Second
	// identityTime bounds the call that tells our own account, without which
	// everything works, only with less to say.
	identityTime = 2 * time.Second
	// identityRetry is how long a failed call is not tried again: from a
	// private network STS may be out of reach for good.
	identityRetry = 5 * time.Minute
)

var errNoProvider = errors.New("no credential provider is configured")

// CheckCredentials makes sure that there is something to sign with, so that
// its absence is said once and clearly and not by every source.
func (p *Pool) CheckCredentials(ctx context.Context, t Target) error {
	within, cancel := context.WithTimeout(ctx, credentialsTime)
	defer cancel()
	_, err := p.Credentials(t).Retrieve(within)
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil: // not for lack of credentials
		return fmt.Errorf("get credentials: %w", ctx.Err())
	case t.Role != "":
		return failure.Of(err).Problem(nil)
	}
	return problem.New(problem.NoCredentials, err, words.Say("collect.no-credentials", nil))
}

// identity is the account that our credentials belong to, asked for once.
type identity struct {
	mu      sync.Mutex
	account string
	failed  time.Time
}

// HomeAccount is the account that references without one mean: that of the role
// to assume where it is always the same, and else that of our own credentials.
func (p *Pool) HomeAccount(ctx context.Context, region string) (string, error) {
	if a, ok := arn.Parse(p.opts.AssumeRole); ok && a.Account != "{account}" {
		return a.Account, nil
	}
	return p.ownAccount(ctx, region)
}

// ReadAccount is the account that calls to a target read; "" where that is not
// known.
func (p *Pool) ReadAccount(ctx context.Context, t Target) (string, error) {
	if a, ok := arn.Parse(t.Role); ok {
		return a.Account, nil
	}
	return p.ownAccount(ctx, t.Region)
}

// ownAccount is the account of our credentials; "" when AWS would not say. The
// error is set only where the credentials themselves are refused, in which
// case no other call can succeed.
func (p *Pool) ownAccount(ctx context.Context, region string) (string, error) {
	p.identity.mu.Lock()
	defer p.identity.mu.Unlock()
	now := p.opts.Now()
	if p.identity.account != "" || !p.identity.failed.IsZero() && now.Sub(p.identity.failed) < identityRetry {
		return p.identity.account, nil
	}
	ctx, cancel := context.WithTimeout(ctx, identityTime)
	defer cancel()
	out, err := p.At(Target{Region: region}).STS.GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err == nil {
		p.identity.account = aws.ToString(out.Account)
		return p.identity.account, nil
	}
	err = fmt.Errorf("get caller identity: %w", err)
	f := failure.Of(err)
	if f.Kind == failure.BadCredentials || f.Kind == failure.NoCredentials {
		return "", f.Problem(nil)
	}
	if !errors.Is(err, context.Canceled) {
		p.identity.failed = now
	}
	p.opts.Logger.WarnContext(ctx, "own account is not known", "region", region, "error", err)
	return "", nil
}
