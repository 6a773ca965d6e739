package awsclient

import (
	"context"
	"math/rand/v2"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// These interfaces are every call that the package makes. Each method's name
// is the IAM action that it needs, except GetCallerIdentity, which needs none.

type ecsAPI interface {
	DescribeTasks(context.Context, *ecs.DescribeTasksInput, ...func(*ecs.Options)) (*ecs.DescribeTasksOutput, error)
	DescribeTaskDefinition(context.Context, *ecs.DescribeTaskDefinitionInput, ...func(*ecs.Options)) (*ecs.DescribeTaskDefinitionOutput, error)
	DescribeServices(context.Context, *ecs.DescribeServicesInput, ...func(*ecs.Options)) (*ecs.DescribeServicesOutput, error)
	ListTasks(context.Context, *ecs.ListTasksInput, ...func(*ecs.Options)) (*ecs.ListTasksOutput, error)
	ListClusters(context.Context, *ecs.ListClustersInput, ...func(*ecs.Options)) (*ecs.ListClustersOutput, error)
}

type logsAPI interface {
	GetLogEvents(context.Context, *cloudwatchlogs.GetLogEventsInput, ...func(*cloudwatchlogs.Options)) (*cloudwatchlogs.GetLogEventsOutput, error)
	FilterLogEvents(context.Context, *cloudwatchlogs.FilterLogEventsInput, ...func(*cloudwatchlogs.Options)) (*cloudwatchlogs.FilterLogEventsOutput, error)
}

type trailAPI interface {
	LookupEvents(context.Context, *cloudtrail.LookupEventsInput, ...func(*cloudtrail.Options)) (*cloudtrail.LookupEventsOutput, error)
}

type iamAPI interface {
	GetRole(context.Context, *iam.GetRoleInput, ...func(*iam.Options)) (*iam.GetRoleOutput, error)
	SimulatePrincipalPolicy(context.Context, *iam.SimulatePrincipalPolicyInput, ...func(*iam.Options)) (*iam.SimulatePrincipalPolicyOutput, error)
}

type stsAPI interface {
	GetCallerIdentity(context.Context, *sts.GetCallerIdentityInput, ...func(*sts.Options)) (*sts.GetCallerIdentityOutput, error)
}

// clients are the services of one region. IAM has one endpoint in each partition,
// which the SDK knows by the region.
type clients struct {
	ecs   ecsAPI
	logs  logsAPI
	trail trailAPI
	iam   iamAPI
	sts   stsAPI
}

// maxRegions bounds the clients that are kept. There are fewer regions in any
// one partition.
const maxRegions = 64

// region gives the clients of a region. Two requests that both find none make
// one each, and the later one stays: clients hold no state worth sharing but
// the SDK's retry tokens.
func (c *Collector) region(name string) *clients {
	if cl, ok := c.regions.get(name); ok {
		return cl
	}
	cfg := c.config.Copy()
	cfg.Region = name
	cl := &clients{
		ecs:   ecs.NewFromConfig(cfg, lenient),
		logs:  cloudwatchlogs.NewFromConfig(cfg),
		trail: cloudtrail.NewFromConfig(cfg),
		iam:   iam.NewFromConfig(cfg),
		sts:   sts.NewFromConfig(cfg),
	}
	c.regions.put(name, cl)
	return cl
}

// prepare makes the configuration that all clients share: our transport,
// retries whose waiting fits into a diagnosis, and credentials whose absence
// can be told from other failures.
func prepare(cfg aws.Config) aws.Config {
	cfg = cfg.Copy()
	cfg.HTTPClient = newTransport(cfg.HTTPClient)
	if cfg.Retryer == nil && cfg.RetryMode != aws.RetryModeAdaptive {
		cfg.Retryer = newRetryer
	}
	cfg.Credentials = markedCredentials{cfg.Credentials}
	return cfg
}

// newRetryer is the SDK's standard retryer with three attempts, as AWS tools
// have by default; AWS_MAX_ATTEMPTS still wins.
func newRetryer() aws.Retryer {
	return retry.NewStandard(func(o *retry.StandardOptions) { o.Backoff = retry.BackoffDelayerFunc(backoff) })
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

// markedCredentials are the given credentials, with errors that we know again.
type markedCredentials struct{ inner aws.CredentialsProvider }

func (m markedCredentials) Retrieve(ctx context.Context) (aws.Credentials, error) {
	if m.inner == nil {
		return aws.Credentials{}, &credentialsError{errNoProvider}
	}
	creds, err := m.inner.Retrieve(ctx)
	if err != nil {
		return aws.Credentials{}, &credentialsError{err}
	}
	return creds, nil
}
