package session

import (
	"log/slog"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"whystopped/internal/awsclient/limit"
	"whystopped/internal/lru"
)

// Options say how to reach AWS, and as whom.
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
	// Quotas hold calls back; an operation that has none here goes at once.
	Quotas limit.Quotas
	// Unlimited is for doubles of AWS, which have no quotas to keep to.
	Unlimited bool
	// Now is the clock.
	Now func() time.Time
	// Logger hears of credentials that AWS says nothing of.
	Logger *slog.Logger
}

// Pool has the sessions and clients of every account and Region that is read.
// It is safe for concurrent use.
type Pool struct {
	opts     Options
	config   aws.Config
	targets  *lru.Cache[Target, *Clients]
	sessions *lru.Cache[sessionKey, *aws.CredentialsCache]
	gates    *lru.Cache[gateKey, *limit.Gate]
	identity identity
	meter    *limit.Meter
	uses     *uses
}

// NewPool makes a Pool. It makes no call.
func NewPool(opts Options) *Pool {
	return &Pool{
		opts:     opts,
		config:   prepare(opts.Config, opts.Quotas),
		targets:  lru.New[Target, *Clients](maxTargets),
		sessions: lru.New[sessionKey, *aws.CredentialsCache](maxSessions),
		gates:    lru.New[gateKey, *limit.Gate](maxGates),
		meter:    limit.NewMeter(),
		uses:     newUses(),
	}
}

// HomeRegion is the default one.
func (p *Pool) HomeRegion() string { return p.config.Region }

// Stats returns the counts of all calls so far.
func (p *Pool) Stats() limit.Stats { return p.meter.Stats() }
