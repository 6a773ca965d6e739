package session

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/iam"
)

// The operations that are used of each client, as functions of their own. Of a
// client that an interface holds, or what an interface holds leads to, the linker
// keeps every operation, since templates may call methods by name: those of IAM
// alone would be a tenth of the program.

// operation is one of a client's.
type operation[In, Out, Options any] func(context.Context, *In, ...func(*Options)) (*Out, error)

type ecsOperations struct {
	describeTasks              operation[ecs.DescribeTasksInput, ecs.DescribeTasksOutput, ecs.Options]
	describeTaskDefinition     operation[ecs.DescribeTaskDefinitionInput, ecs.DescribeTaskDefinitionOutput, ecs.Options]
	describeContainerInstances operation[ecs.DescribeContainerInstancesInput, ecs.DescribeContainerInstancesOutput, ecs.Options]
	describeServices           operation[ecs.DescribeServicesInput, ecs.DescribeServicesOutput, ecs.Options]
	listTasks                  operation[ecs.ListTasksInput, ecs.ListTasksOutput, ecs.Options]
	listClusters               operation[ecs.ListClustersInput, ecs.ListClustersOutput, ecs.Options]
}

func operationsOfECS(c *ecs.Client) ECS {
	return ecsOperations{
		c.DescribeTasks, c.DescribeTaskDefinition, c.DescribeContainerInstances, c.DescribeServices, c.ListTasks, c.ListClusters,
	}
}

func (o ecsOperations) DescribeTasks(
	ctx context.Context, in *ecs.DescribeTasksInput, options ...func(*ecs.Options),
) (*ecs.DescribeTasksOutput, error) {
	return o.describeTasks(ctx, in, options...)
}

func (o ecsOperations) DescribeTaskDefinition(
	ctx context.Context, in *ecs.DescribeTaskDefinitionInput, options ...func(*ecs.Options),
) (*ecs.DescribeTaskDefinitionOutput, error) {
	return o.describeTaskDefinition(ctx, in, options...)
}

func (o ecsOperations) DescribeContainerInstances(
	ctx context.Context, in *ecs.DescribeContainerInstancesInput, options ...func(*ecs.Options),
) (*ecs.DescribeContainerInstancesOutput, error) {
	return o.describeContainerInstances(ctx, in, options...)
}

func (o ecsOperations) DescribeServices(
	ctx context.Context, in *ecs.DescribeServicesInput, options ...func(*ecs.Options),
) (*ecs.DescribeServicesOutput, error) {
	return o.describeServices(ctx, in, options...)
}

func (o ecsOperations) ListTasks(
	ctx context.Context, in *ecs.ListTasksInput, options ...func(*ecs.Options),
) (*ecs.ListTasksOutput, error) {
	return o.listTasks(ctx, in, options...)
}

func (o ecsOperations) ListClusters(
	ctx context.Context, in *ecs.ListClustersInput, options ...func(*ecs.Options),
) (*ecs.ListClustersOutput, error) {
	return o.listClusters(ctx, in, options...)
}

type logsOperations struct {
	getLogEvents    operation[cloudwatchlogs.GetLogEventsInput, cloudwatchlogs.GetLogEventsOutput, cloudwatchlogs.Options]
	filterLogEvents operation[cloudwatchlogs.FilterLogEventsInput, cloudwatchlogs.FilterLogEventsOutput, cloudwatchlogs.Options]
}

func operationsOfLogs(c *cloudwatchlogs.Client) Logs {
	return logsOperations{c.GetLogEvents, c.FilterLogEvents}
}

func (o logsOperations) GetLogEvents(
	ctx context.Context, in *cloudwatchlogs.GetLogEventsInput, options ...func(*cloudwatchlogs.Options),
) (*cloudwatchlogs.GetLogEventsOutput, error) {
	return o.getLogEvents(ctx, in, options...)
}

func (o logsOperations) FilterLogEvents(
	ctx context.Context, in *cloudwatchlogs.FilterLogEventsInput, options ...func(*cloudwatchlogs.Options),
) (*cloudwatchlogs.FilterLogEventsOutput, error) {
	return o.filterLogEvents(ctx, in, options...)
}

type trailOperations struct {
	lookupEvents operation[cloudtrail.LookupEventsInput, cloudtrail.LookupEventsOutput, cloudtrail.Options]
}

func operationsOfTrail(c *cloudtrail.Client) Trail { return trailOperations{c.LookupEvents} }

func (o trailOperations) LookupEvents(
	ctx context.Context, in *cloudtrail.LookupEventsInput, options ...func(*cloudtrail.Options),
) (*cloudtrail.LookupEventsOutput, error) {
	return o.lookupEvents(ctx, in, options...)
}

type iamOperations struct {
	getRole                 operation[iam.GetRoleInput, iam.GetRoleOutput, iam.Options]
	simulatePrincipalPolicy operation[iam.SimulatePrincipalPolicyInput, iam.SimulatePrincipalPolicyOutput, iam.Options]
}

func operationsOfIAM(c *iam.Client) IAM {
	return iamOperations{c.GetRole, c.SimulatePrincipalPolicy}
}

func (o iamOperations) GetRole(
	ctx context.Context, in *iam.GetRoleInput, options ...func(*iam.Options),
) (*iam.GetRoleOutput, error) {
	return o.getRole(ctx, in, options...)
}

func (o iamOperations) SimulatePrincipalPolicy(
	ctx context.Context, in *iam.SimulatePrincipalPolicyInput, options ...func(*iam.Options),
) (*iam.SimulatePrincipalPolicyOutput, error) {
	return o.simulatePrincipalPolicy(ctx, in, options...)
}
