package awsclient

import (
	"context"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	trailtypes "github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/smithy-go/middleware"

	"whystopped/internal/arn"
	"whystopped/internal/awsclient/failure"
	"whystopped/internal/awsclient/limit"
	"whystopped/internal/awsclient/session"
	"whystopped/internal/permissions"
	"whystopped/internal/taskref"
)

const (
	// madeUp is the name of what trials ask for. That it does not exist is what
	// AWS answers to whoever may ask.
	madeUp     = "whystopped-permission-trial"
	madeUpTask = "00000000000000000000000000000000"
	// madeUpLogs lies where policies that are kept to ECS's logs mostly end.
	madeUpLogs = "/ecs/" + madeUp

	// trialTime bounds one trial; CloudTrail's may have to wait for the quota.
	trialTime = limit.LongestWait + 3*time.Second
)

// trial is a harmless call for a permission.
type trial struct {
	action, resource string
	call             func(context.Context) error
}

// TryPermissions makes a harmless read for each permission in a place, of things
// that do not exist, and tells which of them AWS refuses. It takes at most a few
// seconds, changes nothing and never fails.
func (c *Collector) TryPermissions(ctx context.Context, place permissions.Place) []permissions.Trial {
	ctx = session.AsTrial(ctx)
	t := session.Target{Region: place.Region, Role: c.pool.RoleIn(arn.PartitionOf(place.Region), place.Account)}
	var results []permissions.Trial
	if t.Role != "" {
		assumed := c.tryRole(ctx, t)
		results = append(results, assumed...)
		if assumed[0].State != permissions.Works { // all other calls would fail for this
			return results
		}
	}
	trials := c.trials(t, place)
	made := make([]permissions.Trial, len(trials))
	var all sync.WaitGroup
	for i, tr := range trials {
		all.Go(func() {
			ctx, cancel := context.WithTimeout(ctx, trialTime)
			defer cancel()
			made[i] = permissions.Trial{Action: tr.action, Resource: tr.resource}
			made[i].State, made[i].Detail = stateOf(tr.call(ctx), tr.action)
		})
	}
	all.Wait()
	return append(results, made...)
}

// tryRole assumes the role of the place. The session is tagged, so that one call
// needs both permissions.
func (c *Collector) tryRole(ctx context.Context, t session.Target) []permissions.Trial {
	ctx, cancel := context.WithTimeout(ctx, trialTime)
	defer cancel()
	_, err := c.pool.Credentials(t).Retrieve(ctx)
	state, detail := permissions.Works, ""
	if err != nil {
		f := failure.Of(err)
		state, detail = permissions.Unknown, f.Detail(failure.AssumeRole)
		if f.Kind == failure.NoRole {
			state = permissions.Lacks
		}
	}
	return []permissions.Trial{
		{Action: failure.AssumeRole, State: state, Resource: t.Role, Detail: detail},
		{Action: "sts:TagSession", State: state, Resource: t.Role, Detail: detail},
	}
}

// stateOf is what a trial's answer says of the permission.
func stateOf(err error, action string) (permissions.State, string) {
	if err == nil {
		return permissions.Works, ""
	}
	f := failure.Of(err)
	switch {
	case f.Kind == failure.Denied:
		return permissions.Lacks, ""
	case f.IsNotThere():
		return permissions.Works, ""
	}
	return permissions.Unknown, f.Detail(action)
}

// trials are the calls in a place: each of the package's calls but those of STS.
func (c *Collector) trials(t session.Target, place permissions.Place) []trial {
	at := c.pool.At(t)
	partition := arn.PartitionOf(place.Region)
	named := func(service, resource string) string {
		region := place.Region
		if service == "iam" {
			region = ""
		}
		return arn.ARN{Partition: partition, Service: service, Region: region, Account: place.Account, Resource: resource}.String()
	}
	cluster := aws.String(madeUp)
	if place.Cluster != "" {
		cluster = aws.String(place.Cluster)
	}
	role := named("iam", "role/"+madeUp)
	return append(ecsTrials(at.ECS, named, cluster),
		trial{"cloudtrail:LookupEvents", "", func(ctx context.Context) error {
			_, err := at.Trail.LookupEvents(ctx, &cloudtrail.LookupEventsInput{MaxResults: aws.Int32(1), LookupAttributes: []trailtypes.LookupAttribute{
				{AttributeKey: trailtypes.LookupAttributeKeyUsername, AttributeValue: aws.String(madeUp)},
			}})
			return err
		}},
		trial{"logs:GetLogEvents", named("logs", "log-group:"+madeUpLogs), func(ctx context.Context) error {
			_, err := at.Logs.GetLogEvents(ctx, &cloudwatchlogs.GetLogEventsInput{LogGroupName: aws.String(madeUpLogs), LogStreamName: aws.String(madeUp), Limit: aws.Int32(1)})
			return err
		}},
		trial{"logs:FilterLogEvents", named("logs", "log-group:"+madeUpLogs), func(ctx context.Context) error {
			_, err := at.Logs.FilterLogEvents(ctx, &cloudwatchlogs.FilterLogEventsInput{LogGroupName: aws.String(madeUpLogs), Limit: aws.Int32(1)})
			return err
		}},
		trial{"iam:GetRole", role, func(ctx context.Context) error {
			_, err := at.IAM.GetRole(ctx, &iam.GetRoleInput{RoleName: aws.String(madeUp)})
			return err
		}},
		trial{"iam:SimulatePrincipalPolicy", role, func(ctx context.Context) error {
			_, err := at.IAM.SimulatePrincipalPolicy(ctx, &iam.SimulatePrincipalPolicyInput{PolicySourceArn: aws.String(role), ActionNames: []string{"ecs:ListClusters"}})
			return err
		}},
	)
}

func ecsTrials(api session.ECS, named func(service, resource string) string, cluster *string) []trial {
	return []trial{
		{"ecs:DescribeTasks", named("ecs", "task/"+*cluster+"/"+madeUpTask), func(ctx context.Context) error {
			_, err := api.DescribeTasks(ctx, &ecs.DescribeTasksInput{Cluster: cluster, Tasks: []string{madeUpTask}})
			return err
		}},
		{"ecs:DescribeTaskDefinition", named("ecs", "task-definition/"+madeUp+":1"), func(ctx context.Context) error {
			_, err := api.DescribeTaskDefinition(ctx, &ecs.DescribeTaskDefinitionInput{TaskDefinition: aws.String(madeUp + ":1")})
			return err
		}},
		{"ecs:DescribeServices", named("ecs", "service/"+*cluster+"/"+madeUp), func(ctx context.Context) error {
			_, err := api.DescribeServices(ctx, &ecs.DescribeServicesInput{Cluster: cluster, Services: []string{madeUp}})
			return err
		}},
		{"ecs:ListTasks", "", func(ctx context.Context) error {
			_, err := api.ListTasks(ctx, &ecs.ListTasksInput{Cluster: cluster, MaxResults: aws.Int32(1)})
			return err
		}},
		{"ecs:ListClusters", "", func(ctx context.Context) error {
			_, err := api.ListClusters(ctx, &ecs.ListClustersInput{MaxResults: aws.Int32(1)})
			return err
		}},
		{"ecs:DescribeContainerInstances", named("ecs", "container-instance/"+*cluster+"/"+madeUpTask), func(ctx context.Context) error {
			_, err := api.DescribeContainerInstances(ctx, &ecs.DescribeContainerInstancesInput{Cluster: cluster, ContainerInstances: []string{madeUpTask}})
			return err
		}},
	}
}

// Home is the account and the Region that are read where a reference names none;
// each "" where that is not known.
func (c *Collector) Home(ctx context.Context) permissions.Place {
	place := permissions.Place{Region: c.pool.HomeRegion(), Home: true}
	if place.Region != "" {
		// What is wrong with our credentials is told of each call made with them.
		place.Account, _ = c.pool.HomeAccount(ctx, place.Region)
	}
	return place
}

// Reads tells whether a place is among those that are read.
func (c *Collector) Reads(p permissions.Place) bool {
	return c.pool.CheckReadable(taskref.Ref{Account: p.Account, Region: p.Region}) == nil
}

// Uses returns what the real calls of each kind came to last, those of Listen's
// clients among them.
func (c *Collector) Uses() []permissions.Use { return c.pool.Uses() }

// Listen returns an option for the API of other clients in the default Region,
// whose calls are then among the uses.
func (c *Collector) Listen() func(*middleware.Stack) error { return c.pool.Listen() }
