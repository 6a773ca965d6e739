package source

import (
	"sync"
	"time"

	"whystopped/internal/awsclient/failure"
	"whystopped/internal/words"
)

const (
	// iamTime bounds what is asked of IAM: a diagnosis is good without it.
	iamTime = 3 * time.Second
	// iamRest is how long IAM is left alone after it was out of reach. IAM has
	// one endpoint in each partition, which a private network may not reach at
	// all; then only the first diagnosis waits for it.
	iamRest = 5 * time.Minute
)

// rest is a pause from calls that lead nowhere. It is safe for concurrent use.
type rest struct {
	mu    sync.Mutex
	until time.Time
}

func (r *rest) resting(now time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return now.Before(r.until)
}

// note begins a pause if a source was out of reach, be it by the network's
// word or by silence for as long as it is waited for at most. An earlier end
// was the diagnosis's own.
func (r *rest) note(a Asked, now time.Time) {
	if a.Failure == nil {
		return
	}
	silent := a.Failure.Kind == failure.Timeout && a.Source.TookMS >= iamTime.Milliseconds()
	if !silent && a.Failure.Kind != failure.NoConnection && a.Failure.Kind != failure.NoHost {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.until = now.Add(iamRest)
}

// restDetail says why IAM was not asked.
func restDetail() words.Text { return words.Say("detail.iam-rest", nil) }
