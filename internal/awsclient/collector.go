package awsclient

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"whystopped/internal/awsclient/limit"
	"whystopped/internal/awsclient/session"
	"whystopped/internal/awsclient/source"
	"whystopped/internal/collect"
	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/taskref"
)

// Options say how to reach AWS.
type Options struct {
	// Config is what the SDK's default chain loaded: credentials, default
	// region, endpoint, HTTP client, retries. The clients of all regions and
	// accounts are made from it.
	Config aws.Config
	// AssumeRole is the ARN of the role with which every account is read, our
	// own included; {account} and {partition} in it stand for the task's. ""
	// reads with the credentials of Config, whatever account a reference names.
	AssumeRole string
	// ExternalID goes along when that role is assumed; "" for none.
	ExternalID string
	// Accounts and Regions are the only ones that are read; empty for all.
	Accounts, Regions []string
	// TrailLogGroup is the log group, by name or ARN, into which a trail with
	// data events writes; "" for none.
	TrailLogGroup string
	// Unlimited is for doubles of AWS, which have no quotas to keep to.
	Unlimited bool
	// Now is the clock; nil means time.Now.
	Now func() time.Time
	// Logger hears of failed sources, with AWS's own words; nil is silent.
	Logger *slog.Logger
}

// Collector reads evidence. It is safe for concurrent use.
type Collector struct {
	pool    *session.Pool
	sources *source.Shared
}

// New makes a Collector. It makes no call.
func New(opts Options) *Collector {
	if opts.Now == nil {
		opts.Now = time.Now
	}
	if opts.Logger == nil {
		opts.Logger = slog.New(slog.DiscardHandler)
	}
	pool := session.NewPool(session.Options{
		Config:     opts.Config,
		AssumeRole: opts.AssumeRole,
		ExternalID: opts.ExternalID,
		Accounts:   opts.Accounts,
		Regions:    opts.Regions,
		Quotas:     source.Quotas(),
		Unlimited:  opts.Unlimited,
		Now:        opts.Now,
		Logger:     opts.Logger,
	})
	sources := source.New(pool, source.Options{TrailLogGroup: opts.TrailLogGroup, Now: opts.Now, Logger: opts.Logger})
	return &Collector{pool: pool, sources: sources}
}

// Stats returns the counts of all calls so far.
func (c *Collector) Stats() limit.Stats { return c.pool.Stats() }

// Collect gathers the evidence of one task, or of a service that has no
// stopped task: a reference from Resolve, whose region and cluster are known.
// It answers before ctx's deadline with what came in time. A source that fails
// is a line in the evidence; the error, always an *Error unless ctx itself has
// ended, means that nothing at all is known.
//
// stored is the task as it was read or told of before, nil for none. It stands in
// where ECS does not know the task any more or cannot be asked, and wherever its
// version is the higher one. It may become part of the evidence, and is not
// written to.
//
// observe, which may be nil, is told of each source when it starts, with an
// empty status, and when it ends, and of what is known so far. It is called from
// several goroutines, though never twice at once.
func (c *Collector) Collect(
	ctx context.Context, ref taskref.Ref, stored *evidence.Task, observe func(collect.Progress),
) (evidence.Evidence, error) {
	return c.collect(ctx, ref, stored, observe, (*collection).gather)
}

// CollectFacts reads of a task only what costs next to nothing where many
// are asked for: its facts, for up to a hundred tasks in one call, and its
// definition, for which nothing is asked once it is known. It is otherwise like
// Collect; a task that ECS has forgotten and that is not known is an error,
// though Collect may still find something of it. Of a stored task that has
// stopped ECS is not asked at all: nothing changes about it any more.
func (c *Collector) CollectFacts(
	ctx context.Context, ref taskref.Ref, stored *evidence.Task, observe func(collect.Progress),
) (evidence.Evidence, error) {
	return c.collect(ctx, ref, stored, observe, (*collection).gatherFacts)
}

func (c *Collector) collect(
	ctx context.Context, ref taskref.Ref, stored *evidence.Task, observe func(collect.Progress),
	gather func(*collection, context.Context) gathered,
) (evidence.Evidence, error) {
	within, cancel := source.WithReserve(ctx)
	defer cancel()
	if err := c.pool.CheckReadable(ref); err != nil {
		return evidence.Evidence{}, err
	}
	if err := c.pool.CheckCredentials(within, c.pool.TargetOf(ref)); err != nil {
		return evidence.Evidence{}, err
	}
	if ref.Cluster == "" {
		ref.Cluster = source.ClusterOf(stored)
	}
	within, reader := c.sources.NewReader(within, ref, stored, observe)
	r := &collection{reader}
	got := gather(r, within)
	if err := ctx.Err(); errors.Is(err, context.Canceled) {
		return evidence.Evidence{}, err
	}
	if err := r.judge(within, got); err != nil {
		return evidence.Evidence{}, err
	}
	return got.evidence(r), nil
}
