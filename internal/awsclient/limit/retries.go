package limit

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"

	"whystopped/internal/awsclient/failure"
)

// NewRetries makes the retryer of a client: three attempts, as AWS tools have by
// default (AWS_MAX_ATTEMPTS still wins), with waits that fit into a diagnosis.
// In the SDK's adaptive mode a client that was throttled also sends slower
// from then on, until AWS takes more again: at first once in two seconds.
// AWS_RETRY_MODE=standard leaves that out.
func NewRetries(mode aws.RetryMode, quotas Quotas) func() aws.Retryer {
	standard := func(o *retry.StandardOptions) { o.Backoff = retry.BackoffDelayerFunc(backoff) }
	if mode == aws.RetryModeStandard {
		return func() aws.Retryer { return retry.NewStandard(standard) }
	}
	return func() aws.Retryer {
		return &adaptive{Standard: retry.NewStandard(standard), quotas: quotas, modes: map[string]*retry.AdaptiveMode{}}
	}
}

// adaptive is the SDK's adaptive mode, apart for each kind of quota, since AWS
// throttles each apart. It waits in its own way, too: the SDK's wait comes to
// less than a nanosecond when a token is nearly there, and then it spins.
type adaptive struct {
	*retry.Standard
	quotas Quotas

	mu    sync.Mutex
	modes map[string]*retry.AdaptiveMode // by kind of quota
}

func (a *adaptive) mode(ctx context.Context) *retry.AdaptiveMode {
	q := a.quotas[OperationOf(ctx)]
	a.mu.Lock()
	defer a.mu.Unlock()
	m := a.modes[q.Kind]
	if m == nil {
		m = retry.NewAdaptiveMode(func(o *retry.AdaptiveModeOptions) { o.FailOnNoAttemptTokens = true })
		a.modes[q.Kind] = m
	}
	return m
}

const (
	// tokenPoll is how often a slowed-down client looks whether it may send.
	tokenPoll = 20 * time.Millisecond
	// tokenWait is how long it looks. At its slowest it sends once in two
	// seconds, and both pages of a log are asked for at once.
	tokenWait = LongestWait
)

// GetAttemptToken waits until the client may send.
func (a *adaptive) GetAttemptToken(ctx context.Context) (release func(error) error, err error) {
	mode := a.mode(ctx)
	for began := time.Now(); time.Since(began) < tokenWait; {
		if release, err = mode.GetAttemptToken(ctx); err == nil {
			return release, nil
		}
		select {
		case <-ctx.Done():
			return nil, failure.ErrSlowedDown
		case <-time.After(tokenPoll):
		}
	}
	return nil, failure.ErrSlowedDown
}

const (
	firstBackoff = 500 * time.Millisecond
	maxBackoff   = time.Second
)

// backoff waits at least half of a time that doubles with each attempt, and at
// most all of it: long enough for a throttled LookupEvents, of which AWS takes
// two a second, and not so long that nothing is left of the budget.
func backoff(attempt int, _ error) (time.Duration, error) {
	d := firstBackoff
	for range attempt - 1 {
		d = min(2*d, maxBackoff)
	}
	return d/2 + rand.N(d/2), nil
}
