package session

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/sts/types"

	"whystopped/internal/arn"
	"whystopped/internal/awsclient/failure"
	"whystopped/internal/awsclient/limit"
)

// Where a role is to be assumed, each task is read in a session of its own that
// is named after it and tagged with it, so that the account's CloudTrail tells
// for which task every one of our calls was made. Only what is asked for many
// tasks at once is asked in a session that all share.

const (
	// sessionName begins the names of our sessions.
	sessionName = "whystopped"
	// sessionTag is the tag that says for which task a session is.
	sessionTag = "whystopped:task"
	// severalTasks is its value in the session that all share.
	severalTasks = "several"

	// maxSessions bounds the sessions that are kept. Each ends after 15 minutes.
	maxSessions = 1000
	// assumeTime bounds one AssumeRole with its retries.
	assumeTime = 5 * time.Second
	// expiryWindow is how long before its end a session is not used any more.
	expiryWindow = time.Minute
)

type taskKey struct{}

// ForTask makes calls with the context go in the task's own session.
func ForTask(ctx context.Context, taskID string) context.Context {
	return context.WithValue(ctx, taskKey{}, taskID)
}

// provider returns credentials, and forgets those that do not work.
type provider interface {
	aws.CredentialsProvider
	forget(ctx context.Context)
}

var errNoTarget = errors.New("the account or the Region is none of AWS's")

// Credentials returns what calls to a target are signed with: nothing for a target
// whose parts are none of AWS's, so that no call to it is ever sent. References
// are checked before; this holds also for what nobody thought of.
func (p *Pool) Credentials(t Target) provider {
	if !p.isTarget(t) {
		return noCredentials{&failure.CredentialsError{Role: t.Role, Err: errNoTarget}}
	}
	if t.Role == "" {
		return markedCredentials{p.opts.Config.Credentials}
	}
	return roleCredentials{p, t}
}

func (p *Pool) isTarget(t Target) bool {
	role, isARN := arn.Parse(t.Role)
	isRole := isARN && arn.IsPartition(role.Partition) && arn.IsAccount(role.Account)
	return p.isRegion(t.Region) && (t.Role == "" || isRole)
}

// noCredentials are those of a target that calls must not be made to.
type noCredentials struct{ why error }

func (n noCredentials) Retrieve(context.Context) (aws.Credentials, error) {
	return aws.Credentials{}, n.why
}

func (noCredentials) forget(context.Context) {}

// markedCredentials are the given credentials, with errors that we know again.
type markedCredentials struct{ inner aws.CredentialsProvider }

func (m markedCredentials) Retrieve(ctx context.Context) (aws.Credentials, error) {
	if m.inner == nil {
		return aws.Credentials{}, &failure.CredentialsError{Err: errNoProvider}
	}
	creds, err := m.inner.Retrieve(ctx)
	if err != nil {
		return aws.Credentials{}, &failure.CredentialsError{Err: err}
	}
	return creds, nil
}

// forget makes a cache fetch its credentials anew; others have nothing to forget.
func (m markedCredentials) forget(context.Context) {
	if cache, ok := m.inner.(*aws.CredentialsCache); ok {
		cache.Invalidate()
	}
}

// roleCredentials are those of a session in the target's role: the task's own
// one or the shared one, as the context says.
type roleCredentials struct {
	*Pool
	Target
}

func (r roleCredentials) Retrieve(ctx context.Context) (aws.Credentials, error) {
	creds, err := r.session(ctx).Retrieve(ctx)
	if err != nil {
		return aws.Credentials{}, &failure.CredentialsError{Role: r.Role, Err: err}
	}
	return creds, nil
}

func (r roleCredentials) forget(ctx context.Context) { r.session(ctx).Invalidate() }

// sessionKey tells sessions apart; task is "" for the shared one.
type sessionKey struct{ role, task string }

func (r roleCredentials) session(ctx context.Context) *aws.CredentialsCache {
	task, _ := ctx.Value(taskKey{}).(string)
	return r.sessions.GetOrMake(sessionKey{r.Role, task}, func() *aws.CredentialsCache {
		return aws.NewCredentialsCache(
			r.assume(task), func(o *aws.CredentialsCacheOptions) { o.ExpiryWindow = expiryWindow },
		)
	})
}

// assume makes the session of a task.
func (r roleCredentials) assume(task string) aws.CredentialsProvider {
	inner := stscreds.NewAssumeRoleProvider(r.At(r.stsTarget()).STS, r.Role, func(o *stscreds.AssumeRoleOptions) {
		o.RoleSessionName, o.Tags = sessionName, tagged(severalTasks)
		if task = inSessionName(task); task != "" {
			o.RoleSessionName, o.Tags = sessionName+"-"+task, tagged(task)
		}
		if r.opts.ExternalID != "" {
			o.ExternalID = aws.String(r.opts.ExternalID)
		}
	})
	return aws.CredentialsProviderFunc(func(ctx context.Context) (aws.Credentials, error) {
		// The cache lets whoever asks meanwhile wait for this call, so that it
		// has a time of its own, and is nobody's own request.
		ctx, cancel := context.WithTimeout(limit.CountCalls(ctx, new(atomic.Int64)), assumeTime)
		defer cancel()
		return inner.Retrieve(ctx)
	})
}

// stsTarget is the regional endpoint of STS at which the role is assumed: our
// own region's, as long as it is in the role's partition, since that is where
// our own account is surely known.
func (r roleCredentials) stsTarget() Target {
	a, _ := arn.Parse(r.Role)
	if own := r.config.Region; own != "" && arn.PartitionOf(own) == a.Partition {
		return Target{Region: own}
	}
	return Target{Region: r.Region}
}

func tagged(task string) []types.Tag {
	return []types.Tag{{Key: aws.String(sessionTag), Value: aws.String(task)}}
}

// inSessionName keeps of a task's id what may stand in a session's name, which
// has at most 64 characters.
func inSessionName(task string) string {
	allowed := func(c rune) rune {
		if c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '-' {
			return c
		}
		return -1
	}
	task = strings.Map(allowed, task)
	return task[:min(len(task), 64-len(sessionName)-1)]
}
