package awsclient

import (
	"math/rand/v2"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
)

// retriesOf makes the retryer of a client: three attempts, as AWS tools have by
// default (AWS_MAX_ATTEMPTS still wins), with waits that fit into a diagnosis.
// In the SDK's adaptive mode a client that was throttled also sends slower
// from then on, until AWS takes more again. AWS_RETRY_MODE=standard leaves that
// out.
func retriesOf(mode aws.RetryMode) func() aws.Retryer {
	standard := func(o *retry.StandardOptions) { o.Backoff = retry.BackoffDelayerFunc(backoff) }
	if mode == aws.RetryModeStandard {
		return func() aws.Retryer { return retry.NewStandard(standard) }
	}
	return func() aws.Retryer {
		return retry.NewAdaptiveMode(func(o *retry.AdaptiveModeOptions) {
			o.StandardOptions = append(o.StandardOptions, standard)
		})
	}
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
