package awsclient

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"whystopped/internal/arn"
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

// checkCredentials makes sure that there is something to sign with, so that
// its absence is said once and clearly and not by every source.
func (c *Collector) checkCredentials(ctx context.Context, t target) error {
	within, cancel := context.WithTimeout(ctx, credentialsTime)
	defer cancel()
	_, err := c.credentials(t).Retrieve(within)
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil: // not for lack of credentials
		return fmt.Errorf("get credentials: %w", ctx.Err())
	case t.role != "":
		return understand(err).problem(nil)
	}
	return &Error{
		Kind:    ErrNoCredentials,
		Message: "This server found no AWS credentials. Start it with AWS_PROFILE, with AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or on a machine that has a role.",
		Err:     err,
	}
}

// identity is the account that our credentials belong to, asked for once.
type identity struct {
	mu      sync.Mutex
	account string
	failed  time.Time
}

// homeAccount is the account that references without one mean: that of the role
// to assume where it is always the same, and else that of our own credentials.
func (c *Collector) homeAccount(ctx context.Context, region string) (string, error) {
	if a, ok := arn.Parse(c.opts.AssumeRole); ok && a.Account != "{account}" {
		return a.Account, nil
	}
	return c.ownAccount(ctx, region)
}

// readAccount is the account that calls to a target read; "" where that is not
// known.
func (c *Collector) readAccount(ctx context.Context, t target) (string, error) {
	if a, ok := arn.Parse(t.role); ok {
		return a.Account, nil
	}
	return c.ownAccount(ctx, t.region)
}

// ownAccount is the account of our credentials; "" when AWS would not say. The
// error is set only where the credentials themselves are refused, in which
// case no other call can succeed.
func (c *Collector) ownAccount(ctx context.Context, region string) (string, error) {
	c.identity.mu.Lock()
	defer c.identity.mu.Unlock()
	now := c.opts.Now()
	if c.identity.account != "" || !c.identity.failed.IsZero() && now.Sub(c.identity.failed) < identityRetry {
		return c.identity.account, nil
	}
	ctx, cancel := context.WithTimeout(ctx, identityTime)
	defer cancel()
	out, err := c.at(target{region: region}).sts.GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err == nil {
		c.identity.account = aws.ToString(out.Account)
		return c.identity.account, nil
	}
	err = fmt.Errorf("get caller identity: %w", err)
	f := understand(err)
	if f.kind == failedBadCredentials || f.kind == failedNoCredentials {
		return "", f.problem(nil)
	}
	if !errors.Is(err, context.Canceled) {
		c.identity.failed = now
	}
	c.opts.Logger.WarnContext(ctx, "own account is not known", "region", region, "error", err)
	return "", nil
}
