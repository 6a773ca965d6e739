package awsclient

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/taskref"
)

// Options say how to reach AWS.
type Options struct {
	// Config is what the SDK's default chain loaded: credentials, default
	// region, endpoint, HTTP client, retries. Clients of other regions are
	// made from it.
	Config aws.Config
	// Now is the clock; nil means time.Now.
	Now func() time.Time
	// Logger hears of failed sources, with AWS's own words; nil is silent.
	Logger *slog.Logger
}

// Collector reads evidence from one account. It is safe for concurrent use.
type Collector struct {
	opts        Options
	config      aws.Config
	regions     *lru[string, *clients]
	definitions *lru[string, *types.TaskDefinition]
	roles       *lru[string, keptRole] // by the ARN that was asked for
	identity    identity
	iamRest     rest
}

// maxDefinitions bounds the task definitions that are kept. They are a few
// kilobytes each.
const maxDefinitions = 500

// New makes a Collector. It makes no call.
func New(opts Options) *Collector {
	if opts.Now == nil {
		opts.Now = time.Now
	}
	if opts.Logger == nil {
		opts.Logger = slog.New(slog.DiscardHandler)
	}
	return &Collector{
		opts:        opts,
		config:      prepare(opts.Config),
		regions:     newLRU[string, *clients](maxRegions),
		definitions: newLRU[string, *types.TaskDefinition](maxDefinitions),
		roles:       newLRU[string, keptRole](maxRoles),
	}
}

// Collect gathers the evidence of one task, or of a service that has no
// stopped task: a reference from Resolve, whose region and cluster are known.
// It answers before ctx's deadline with what came in time. A source that fails
// is a line in the evidence; the error, always an *Error unless ctx itself has
// ended, means that nothing at all is known.
//
// observe, which may be nil, is told of each source when it starts, with an
// empty status, and when it ends. It is called from several goroutines, though
// never twice at once.
func (c *Collector) Collect(ctx context.Context, ref taskref.Ref, observe func(evidence.Source)) (evidence.Evidence, error) {
	within, cancel := withReserve(ctx)
	defer cancel()
	if err := c.checkCredentials(within); err != nil {
		return evidence.Evidence{}, err
	}
	r := &run{Collector: c, ref: evidenceRef(ref), now: c.opts.Now(), observe: observe}
	got := r.gather(within)
	if err := ctx.Err(); errors.Is(err, context.Canceled) {
		return evidence.Evidence{}, err
	}
	if err := r.judge(within, got); err != nil {
		return evidence.Evidence{}, err
	}
	return got.evidence(r), nil
}

// evidenceRef is the reference in the words of the evidence.
func evidenceRef(ref taskref.Ref) evidence.Ref {
	return evidence.Ref{
		ARN:       taskARN(ref),
		Partition: ref.Partition,
		Region:    ref.Region,
		Account:   ref.Account,
		Cluster:   ref.Cluster,
		TaskID:    ref.TaskID,
		Service:   ref.Service,
	}
}
