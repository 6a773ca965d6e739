package source

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"

	"whystopped/internal/awsclient/failure"
	"whystopped/internal/awsclient/limit"
	"whystopped/internal/awsclient/session"
)

// Calls that lead to a task, and that no report has a line for.
var (
	ListTasks = Call{
		Action: "ecs:ListTasks", Policy: "required.json", Required: true, Quota: limit.ClusterResourceRead,
		Try: func(ctx context.Context, at *session.Clients, p Place) (string, error) {
			_, err := at.ECS.ListTasks(
				ctx, &ecs.ListTasksInput{Cluster: aws.String(p.Cluster), MaxResults: aws.Int32(1)},
			)
			return "", err
		},
	}
	ListClusters = Call{
		Action: "ecs:ListClusters", Policy: "required.json", Required: true, Quota: limit.ClusterRead,
		Try: func(ctx context.Context, at *session.Clients, _ Place) (string, error) {
			_, err := at.ECS.ListClusters(ctx, &ecs.ListClustersInput{MaxResults: aws.Int32(1)})
			return "", err
		},
	}
)

// The calls for a session in another role, of which one request needs both. STS
// takes hundreds a second, and what it answers is stored: they need no quota.
var (
	assumeRole = Call{Action: failure.AssumeRole, Policy: "accounts.json", Required: true}
	tagSession = Call{Action: "sts:TagSession", Policy: "accounts.json", Required: true}
)
