package session

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"whystopped/internal/awsclient/limit"
)

// These interfaces are every call that the package makes. Each method's name
// is the IAM action that it needs, except GetCallerIdentity, which needs none.

// ECS are the calls to Amazon ECS.
type ECS interface {
	DescribeTasks(context.Context, *ecs.DescribeTasksInput, ...func(*ecs.Options)) (*ecs.DescribeTasksOutput, error)
	DescribeTaskDefinition(
		context.Context, *ecs.DescribeTaskDefinitionInput, ...func(*ecs.Options),
	) (*ecs.DescribeTaskDefinitionOutput, error)
	DescribeContainerInstances(
		context.Context, *ecs.DescribeContainerInstancesInput, ...func(*ecs.Options),
	) (*ecs.DescribeContainerInstancesOutput, error)
	DescribeServices(
		context.Context, *ecs.DescribeServicesInput, ...func(*ecs.Options),
	) (*ecs.DescribeServicesOutput, error)
	ListTasks(context.Context, *ecs.ListTasksInput, ...func(*ecs.Options)) (*ecs.ListTasksOutput, error)
	ListClusters(context.Context, *ecs.ListClustersInput, ...func(*ecs.Options)) (*ecs.ListClustersOutput, error)
}

// Logs are the calls to CloudWatch Logs.
type Logs interface {
	GetLogEvents(
		context.Context, *cloudwatchlogs.GetLogEventsInput, ...func(*cloudwatchlogs.Options),
	) (*cloudwatchlogs.GetLogEventsOutput, error)
	FilterLogEvents(
		context.Context, *cloudwatchlogs.FilterLogEventsInput, ...func(*cloudwatchlogs.Options),
	) (*cloudwatchlogs.FilterLogEventsOutput, error)
}

// Trail are the calls to CloudTrail.
type Trail interface {
	LookupEvents(
		context.Context, *cloudtrail.LookupEventsInput, ...func(*cloudtrail.Options),
	) (*cloudtrail.LookupEventsOutput, error)
}

// IAM are the calls to IAM.
type IAM interface {
	GetRole(context.Context, *iam.GetRoleInput, ...func(*iam.Options)) (*iam.GetRoleOutput, error)
	SimulatePrincipalPolicy(
		context.Context, *iam.SimulatePrincipalPolicyInput, ...func(*iam.Options),
	) (*iam.SimulatePrincipalPolicyOutput, error)
}

// STS are the calls to STS.
type STS interface {
	AssumeRole(context.Context, *sts.AssumeRoleInput, ...func(*sts.Options)) (*sts.AssumeRoleOutput, error)
	GetCallerIdentity(
		context.Context, *sts.GetCallerIdentityInput, ...func(*sts.Options),
	) (*sts.GetCallerIdentityOutput, error)
}

// Clients are the services of one target. IAM has one endpoint in each
// partition, which the SDK knows by the region.
type Clients struct {
	ECS   ECS
	Logs  Logs
	Trail Trail
	IAM   IAM
	STS   STS
}

// prepare makes the configuration that all clients share: our transport, and
// retries whose waiting fits into a diagnosis.
func prepare(cfg aws.Config, quotas limit.Quotas) aws.Config {
	cfg = cfg.Copy()
	cfg.HTTPClient = newTransport(cfg.HTTPClient)
	if cfg.Retryer == nil {
		cfg.Retryer = limit.NewRetries(cfg.RetryMode, quotas)
	}
	return cfg
}
